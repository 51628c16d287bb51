"""The marts of the province table: one SQL file each, with the comments of their tables and columns."""
