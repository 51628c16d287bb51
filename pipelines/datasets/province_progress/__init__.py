"""The province table: a row for each province, with its authorities in all, saved, pending, and the percent saved.

All code of the application that knows its columns is in this folder, its marts in `warehouse/province_progress`; its
contract is `khrop.ProvinceProgress`. Nothing is imported here: its commands are registered before any dataset is
needed.
"""
