"""Workbooks: XLSX, XLSB, XLS and ODS, each cell as it is shown and as it is stored."""
