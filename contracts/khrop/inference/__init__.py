"""Propose a contract from data: columns, keys, sums, ratios and other rules, each with its evidence.

A rule is proposed where it holds in all rows, is not trivial, and would hardly hold by chance; the whole contract is
then checked against the data, and what fails is left out. Here belongs what data show of themselves. How files are read
belongs in `khrop.files`, how contracts are run in `khrop.engine`, how they are exported in `khrop.export`.
"""
