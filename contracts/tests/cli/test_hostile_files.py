"""`khrop check FILE` of any file ends with a sentence and exit code 0, 1 or 2; 3 is for internal errors alone."""

from __future__ import annotations

import codecs
import gzip
import json
import os
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from khrop.cli.app import app

CONTRACT = """
import pandera.pandas as pa
from pandera.typing import Series

class Word(pa.DataFrameModel):
    "A word and a number."
    w: Series[str]
    n: Series[int] = pa.Field(nullable=True)
"""


@pytest.fixture
def contract(tmp_path: Path) -> str:
    path = tmp_path / "contract.py"
    path.write_text(CONTRACT, encoding="utf-8")
    return f"{path}:Word"


def khrop(file: Path, contract: str, *options: str) -> Result:
    return CliRunner().invoke(app, ["check", str(file), "--contract", contract, *options])


HEAD = b"w,n\n"


@pytest.mark.files
@pytest.mark.parametrize(
    ("content", "code", "message"),
    [
        (b"", 1, "the file is empty"),
        (b" \n", 1, "no row below it"),
        (HEAD, 1, "no row below it"),
        (codecs.BOM_UTF8, 1, "no line with anything on it"),
        (codecs.BOM_UTF16_LE, 1, "no line with anything on it"),
        (codecs.BOM_UTF16_LE + b"w", 1, "UTF-16"),
        (HEAD + b"a\0b,1\n", 1, "a zero byte at offset 5"),
        (b"\0" * 100, 1, "a zero byte"),
        ("w,n\na,1\n".encode("utf-16-le"), 1, "a zero byte"),
        (HEAD + b"a,1\nb\n", 1, "line 3 has 1 cell(s), the heading has 2"),
        (HEAD + b"a,1,2\n", 1, "line 2 has 3 cell(s)"),
        (HEAD + b'"a,1\n', 1, "is a quote not closed?"),
        (HEAD + b'"a"b,1\n', 1, "line 2 cannot be split into cells"),
        (HEAD + b"a" * 10_000_000 + b",1\n", 1, "line 2 cannot be split into cells"),
        (HEAD + b"a" * 20_000_000 + b",1\n", 1, "longer than 16 MB"),
        (b"w,n,w\na,1,b\n", 1, "both 'w'"),
        (gzip.compress(b"w,n\na,1\n", mtime=0), 1, "this is gzip"),
        (b"PK\x03\x04" + b"x" * 100, 1, "this is no workbook"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"x" * 1000, 1, "this is no workbook"),
        (b"PAR1", 1, "the Parquet file is damaged"),
        (b"PAR1" + b"x" * 100 + b"PAR1", 1, "the Parquet file is damaged"),
        (b"%PDF-1.7", 1, "this is a PDF"),
        (HEAD + b"\xff\x81\x8d,1\n", 2, "--encoding"),
        (HEAD + "ก้าวหน้า,1\n".encode() + b"\xe0\xb8,2\n", 1, "is not UTF-8"),
        (b"x,y\n1,2\n", 1, "column w is absent"),
        (HEAD + b"\r\n\r\n", 1, "no row below it"),
        (HEAD.replace(b"\n", b"\r") + b"a,1\r", 0, "accepted"),
        (codecs.BOM_UTF8 + HEAD + b"a,1\n", 0, "accepted"),
        (HEAD + b"a,9" + b"9" * 5000 + b"\n", 1, "expected a whole number"),
        (HEAD + b"a," + b"x" * 100_000 + b"\n", 1, "expected a whole number"),
    ],
)  # fmt: skip
def test_any_content_ends_with_a_sentence(
    tmp_path: Path, contract: str, content: bytes, code: int, message: str
) -> None:
    file = tmp_path / "file"
    file.write_bytes(content)
    for options in ((), ("--json",)):
        result = khrop(file, contract, *options)
        assert result.exit_code == code, result.output
        assert message in result.output.replace('\\"', '"')
        assert "Traceback" not in result.output
        assert len(result.output) < 120_000


@pytest.mark.parametrize("codec", ["utf-16", "utf-8-sig"])
def test_marks_are_taken_off(tmp_path: Path, contract: str, codec: str) -> None:
    file = tmp_path / "file"
    file.write_bytes("w,n\nก,1\n".encode(codec))
    assert khrop(file, contract).exit_code == 0
    assert json.loads(khrop(file, contract, "--json").stdout)["encoding"] == codec.removesuffix("-sig")


@pytest.mark.files
def test_parquet_of_any_columns(tmp_path: Path, contract: str) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    file = tmp_path / "file"
    word, number = pa.array(["a"]), pa.array([1])
    tables = {
        "accepted": pa.table({"w": word, "n": number, "more": pa.array([{"w": [1, 2], "n": None}])}),
        "column n is": pa.table({"w": word, "n": pa.array([{"of": [1]}])}),
        "both 'n'": pa.Table.from_arrays([word, number, number], ["w", "n", "n"]),
        "no row": pa.table({"w": word, "n": number}).slice(0, 0),
        "the Parquet file is damaged": pa.table({}),
    }
    for message, table in tables.items():
        pq.write_table(table, file)
        result = khrop(file, contract)
        assert (result.exit_code, message in result.output) == (0 if message == "accepted" else 1, True), result.output
    cases = pa.Table.from_arrays([word, number, pa.array(["b"])], ["w", "n", "N"])
    pq.write_table(cases, file)
    assert khrop(file, contract).exit_code == 0
    pq.write_table(pa.Table.from_arrays([word, pa.array(["b"]), number], ["w", "N", "n"]), file)
    assert khrop(file, contract).exit_code == 0, "names differ by case alone"
    content = file.read_bytes()
    for end in (8, len(content) // 2, len(content) - 1):
        file.write_bytes(content[:end])
        assert khrop(file, contract).exit_code == 1


def test_a_path_that_cannot_be_read(tmp_path: Path, contract: str) -> None:
    assert khrop(tmp_path, contract).exit_code == 2
    assert khrop(tmp_path / "absent", contract).exit_code == 2
    assert khrop(Path(contract.removesuffix(":Word")) / "file", contract).exit_code == 2
    assert khrop(tmp_path / ("a" * 300), contract).exit_code == 2


if os.geteuid() != 0:  # root reads every file

    def test_a_file_without_permission(tmp_path: Path, contract: str) -> None:
        file = tmp_path / "file"
        file.write_bytes(HEAD + b"a,1\n")
        file.chmod(0)
        result = khrop(file, contract)
        assert (result.exit_code, "Permission denied" in result.output) == (2, True)


@pytest.mark.odcs
@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("c.py", "class C(:\n"),
        ("c.py", "import nothing_of_this_name\n"),
        ("c.py", "raise SystemExit(3)\n"),
        ("c.py", "x = 1\n"),
        ("c.py", b"\xff\xfe\x00"),
        ("c.py:Absent", CONTRACT),
        ("c.py:pa", CONTRACT),
        ("c.py:C", "class C:\n    pass\n"),
        (
            "c.py:C",
            "import pandera.pandas as pa\nclass C(pa.DataFrameModel):\n    a: int\n\n    @pa.check('a')\n"
            "    def f(cls, s):\n        return s > 0\n",
        ),
        ("c.yaml", "a: ["),
        ("c.yaml", "- 1\n"),
        ("c.yaml", ""),
        ("c.json", "{"),
        ("c.yaml", b"\xff\xfe\x00"),
        (":", ""),
        ("", ""),
        ("..", ""),
        ("a.b:C", ""),
        (
            "c.py:C",
            "import pandera.pandas as pa, khrop\nclass C(pa.DataFrameModel):\n    w: str\n    __contract__ ="
            " khrop.ContractOptions(engines=('polars',))\n",
        ),
    ],
)
def test_a_contract_that_cannot_be_used_is_wrong_use(tmp_path: Path, name: str, content: str | bytes) -> None:
    file, path = tmp_path / "f.csv", tmp_path / name.partition(":")[0]
    file.write_bytes(HEAD + b"a,1\n")
    if path.suffix:
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
    result = khrop(file, str(tmp_path / name) if path.suffix and path.is_file() else name)
    assert (result.exit_code, result.stdout) == (2, ""), result.output
    assert len(result.stderr.strip().splitlines()) == 1, result.stderr
