"""`khrop check FILE` takes an encoding that the text bears out, and says which where it is not UTF-8."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from khrop.cli.app import app

CONTRACT = """
import pandera.pandas as pa
from pandera.typing import Series

class Words(pa.DataFrameModel):
    "Words."
    w: Series[str]
    n: Series[float] = pa.Field(nullable=True)
"""
WESTERN = [
    "café", "naïve façade", "Straße in Köln", "à la carte", "São Paulo, ações", "smörgåsbord på svenska",
    "il est né à Besançon", "MÜNCHEN", "CAMIÓN PEÑA", "ÉCOLE", "Ærø", "25 °C", "½ l für 3 €", "l’été «doux»", "señor",
    "größer · Maß", "jäärää", "Übung", "É", "noël",
]  # fmt: skip
THAI = [
    "กระบี่", "จังหวัดนครศรีธรรมราช", "อ. เมือง จ. ตรัง", "๖๒", "๑,๒๓๔.๕๐", "เทศบาลตำบล ABC", "น้ำท่วมปี ๒๕๖๒",
    "ราคา ฿๑๐๐ ต่อวัน", "COVID-19 ในไทย", "ต่าง ๆ กรุงเทพฯ", "เเพร่", "ร้อยละ",
]  # fmt: skip


@pytest.fixture
def khrop(tmp_path: Path) -> Any:
    (tmp_path / "c.py").write_text(CONTRACT, encoding="utf-8")

    def check(content: bytes, *options: str) -> Result:
        (tmp_path / "f.csv").write_bytes(content)
        arguments = ["check", str(tmp_path / "f.csv"), "--contract", f"{tmp_path / 'c.py'}:Words", *options]
        return CliRunner().invoke(app, arguments)

    return check


def rows(*words: str) -> str:
    return "w;n\n" + "".join(f"{word};1\n" for word in words)


@pytest.mark.parametrize("word", WESTERN)
def test_western_text_is_read_as_windows_1252(khrop: Any, word: str) -> None:
    result = khrop(rows(word).encode("cp1252"))
    assert (result.exit_code, ", encoding cp1252," in result.stdout) == (0, True), result.output
    assert json.loads(khrop(rows(word).encode("cp1252"), "--json").stdout)["encoding"] == "cp1252"


@pytest.mark.parametrize("word", THAI)
def test_thai_text_is_read_as_tis_620(khrop: Any, word: str) -> None:
    result = khrop(rows(word).encode("cp874"))
    assert (result.exit_code, ", encoding cp874," in result.stdout) == (0, True), result.output


@pytest.mark.parametrize(
    ("text", "codec"),
    [
        ("Привет, мир", "cp1251"), ("łódź żółw", "cp1250"), ("café crème brûlée", "mac-roman"),
        ("日本語の表", "shift-jis"),
        ("中文表格数据", "gbk"), ("한국어", "euc-kr"), ("café", "cp437"), ("Ελλάδα", "cp1253"),
    ],
)  # fmt: skip
def test_text_of_neither_is_not_guessed(khrop: Any, text: str, codec: str) -> None:
    result = khrop(rows(text).encode(codec))
    assert (result.exit_code, result.stdout) == (2, "")
    assert "--encoding" in result.stderr
    assert khrop(rows(text).encode(codec), "--encoding", codec).exit_code == 0


def test_utf_8_is_not_mentioned_in_the_text(khrop: Any) -> None:
    assert "encoding" not in khrop(rows("ก").encode()).stdout
    assert json.loads(khrop(rows("ก").encode(), "--json").stdout)["encoding"] == "utf-8"


def test_an_encoding_that_is_given_is_kept_to(khrop: Any) -> None:
    text = rows("café").encode("latin-1")
    assert khrop(text, "--encoding", "latin-1").exit_code == 0
    assert khrop(rows("ก").encode("cp874"), "--encoding", "windows-874").exit_code == 0
    assert khrop(rows("ก").encode("utf-16-le"), "--encoding", "utf-16-le").exit_code == 0
    assert khrop(rows("ก").encode("utf-8-sig"), "--encoding", "UTF-8").exit_code == 0
    result = khrop(text, "--encoding", "utf-8")
    assert (result.exit_code, "offset 7 is not utf-8" in result.stdout) == (1, True), result.output


@pytest.mark.parametrize(
    "options",
    [
        ("--encoding", "nonsense"), ("--encoding", "base64"), ("--delimiter", ""), ("--delimiter", "ab"),
        ("--delimiter", '"'), ("--delimiter", "\n"), ("--decimal", "x"), ("--decimal", ";"), ("--encoding", "a\0b"),
        ("--decimal", ",", "--delimiter", ","),
    ],
)  # fmt: skip
def test_options_that_mean_nothing_are_wrong_use(khrop: Any, options: tuple[str, ...]) -> None:
    result = khrop(rows("a").encode(), *options)
    assert (result.exit_code, result.stdout) == (2, "")
    assert options[0] in result.stderr or "--delimiter" in result.stderr


@pytest.mark.parametrize(("name", "sign"), [("|", "|"), ("tab", "\t"), ("\\t", "\t"), (":", ":"), ("ก", "ก")])
def test_any_delimiter(khrop: Any, name: str, sign: str) -> None:
    assert (
        khrop(rows("a;b").replace(";", sign).replace(f"a{sign}b", '"a;b"').encode(), "--delimiter", name).exit_code == 0
    )


@pytest.mark.files
@pytest.mark.parametrize("option", [("--encoding", "utf-8"), ("--delimiter", ","), ("--decimal", ".")])
def test_options_of_text_are_refused_for_other_files(khrop: Any, tmp_path: Path, option: tuple[str, str]) -> None:
    import duckdb

    duckdb.sql("SELECT 'a' AS w, 1.5::DOUBLE AS n").write_parquet(str(tmp_path / "p.parquet"))
    result = khrop((tmp_path / "p.parquet").read_bytes(), *option)
    assert (result.exit_code, f"{option[0]} is for CSV" in result.stderr) == (2, True), result.output
