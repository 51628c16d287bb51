"""The site: what the warehouse holds as static pages in Thai and English, for a screen, a phone and paper.

`build.build` makes it. Here belong the pages and what they need; what they are told belongs in
`pipelines.datasets.province_progress.progress`, the command in `pipelines.datasets.province_progress.commands.report`.
"""
