"""The province table: a row a province, its authorities in all, saved, pending, and the percent saved.

Everything of the application that knows its columns lies in this folder, its marts in `warehouse/province_progress`;
its contract is `khrop.ProvinceProgress`. Nothing is imported here: its commands are registered before any dataset is
needed.
"""
