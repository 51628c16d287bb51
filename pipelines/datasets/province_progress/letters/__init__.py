"""Letters to the provinces, as DOCX."""
