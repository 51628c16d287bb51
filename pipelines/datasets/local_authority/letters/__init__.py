"""Letters from a province to its districts, as DOCX."""
