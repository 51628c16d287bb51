"""The name of a return: one that people can read and that no file system, URL or Dagster minds."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.archive.ledger import return_name

HASH = "0123456789abcdef" * 4
NAME = re.compile(r"[0-9a-z\u0e00-\u0e7f]+(-[0-9a-z\u0e00-\u0e7f]+)*-0123456789ab")


@pytest.mark.parametrize(
    ("file", "name"),
    [
        ("dla-2563-06-11.txt", "dla-2563-06-11"),
        ("DLA 2563 06 11.TXT", "dla-2563-06-11"),
        ("รายงาน มิ.ย. ๒๕๖๓.csv", "รายงาน-มิ-ย-๒๕๖๓"),
        ("ที่ มท ๐๘๑๐.๒ ว ๑๗๕๒", "ที่-มท-๐๘๑๐-๒-ว-๑๗๕๒"),
        ("archive.tar.gz", "archive-tar"),
        (".hidden", "hidden"),
        ("no-extension", "no-extension"),
        ("../../etc/passwd", "passwd"),
        ("a/b/c.csv", "c"),
        ("$(rm -rf).csv", "rm-rf"),
        ("报告.csv", "return"),
        ("...", "return"),
        ("", "return"),
        ("\udcff\udcfe.csv", "return"),
        ("e\u0301te\u0301.csv", "t"),
    ],
)
def test_a_return_is_named_by_its_file_and_the_first_digits_of_its_hash(file: str, name: str) -> None:
    assert return_name(file, HASH) == f"{name}-0123456789ab"


def test_the_same_bytes_under_another_name_have_another_name_and_the_same_digits() -> None:
    assert return_name("a.csv", HASH)[-12:] == return_name("b.csv", HASH)[-12:]
    assert return_name("a.csv", HASH) != return_name("b.csv", HASH)


def test_names_that_unicode_holds_for_the_same_are_the_same() -> None:
    assert return_name("ก\u0e38\u0e49ง.csv", HASH) == return_name("ก\u0e49\u0e38ง.csv", HASH)


def test_a_long_name_is_cut_and_does_not_end_in_a_hyphen() -> None:
    assert return_name("a" * 39 + " bcd.txt", HASH) == "a" * 39 + "-0123456789ab"


@given(st.text(max_size=120))
def test_no_file_name_gives_a_name_that_a_file_system_or_dagster_would_mind(file: str) -> None:
    assert NAME.fullmatch(return_name(file, HASH))
