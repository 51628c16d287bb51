"""The register of local authorities: a row for each of them, and whether its data are saved.

All that is known of it is in `dataset.toml` beside this file, in `khrop.contracts.local_authority` and in
`warehouse/local_authority/marts`.
"""
