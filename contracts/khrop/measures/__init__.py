"""Check a table part by part: measure each part once, merge the measurements, judge them as the whole table.

`measure` reads a part, `merge` and `judge` read none. What a state keeps is in `khrop.measures.state`; how a whole
frame is checked is in `khrop.engine`.
"""
