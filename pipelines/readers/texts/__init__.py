"""Text with separators, with columns between spaces or rules, or a cell a line."""
