"""What people look at, made from the marts: pages, letters, workbook, Data Docs."""
