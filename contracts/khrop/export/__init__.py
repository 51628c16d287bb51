"""A contract in other forms: ODCS (and back), JSON Schema, SQL, Markdown."""
