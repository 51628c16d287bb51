"""Documents that flow: DOCX and HTML, paragraphs and tables in their order."""
