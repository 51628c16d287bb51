"""Thai official letters as DOCX, of any dataset: paper, templates, wording, and how they come into their folder.

What a letter says of a dataset's figures belongs in the dataset's own folder.
"""
