"""The site: what the warehouse holds as static pages in Thai and English, for a screen, a phone and paper.

`build.build` makes it: the page of each dataset and the pages of quality, beside the pages of datasets that have their
own (`Dataset.site`). Here belongs what knows no column.
"""
