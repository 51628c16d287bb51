"""Marts to what people look at: pages, letters, a workbook, Data Docs. Pure code, no Dagster here."""
