"""The provinces of Thailand; the public name of `khrop.thai.provinces`."""

from khrop.thai.provinces import Province, all_provinces, by_code, by_skeleton, expected_codes, match, nearest

__all__ = ["Province", "all_provinces", "by_code", "by_skeleton", "expected_codes", "match", "nearest"]
