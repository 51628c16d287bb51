"""The site: what the warehouse holds as static pages in Thai and English, for a screen, a phone and paper.

`build.build` makes it. Here belong the pages and what they need; what they are told belongs in
`pipelines.publishing.progress`, the command in `pipelines.commands.report`.
"""
