"""OpenDocument spreadsheets, packed (ODS) and as plain XML (FODS)."""

from pipelines.readers.workbooks.ods.spreadsheet import read, read_flat

__all__ = ["read", "read_flat"]
