"""A contract is found by its name, its module, its file, or where a distribution announces it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest

from khrop import ProvinceProgress, check
from khrop.cli.lookup import known_contracts, load_contract
from khrop.model.errors import WrongUse

STOCK = (Path(__file__).parents[1] / "shared" / "stock_contract.py").read_text(encoding="utf-8")


@pytest.fixture
def stock(tmp_path: Path) -> Path:
    path = tmp_path / "stock_contract.py"
    path.write_text(STOCK, encoding="utf-8")
    return path


def test_the_library_knows_its_own() -> None:
    assert load_contract("ProvinceProgress") is ProvinceProgress
    assert next(iter(known_contracts())) == "ProvinceProgress"


def test_a_class_in_a_module() -> None:
    assert load_contract("khrop.contracts.province_progress:ProvinceProgress") is ProvinceProgress


def test_a_class_in_a_file(stock: Path) -> None:
    found = load_contract(f"{stock}:Stock")
    frame = pd.DataFrame({"item": ["rice"], "received": [5], "sold": [3], "left": [1]})
    assert check(found, frame).counts() == {"left-over": 1}


def test_a_module_in_the_folder_where_the_command_is_called(stock: Path) -> None:
    code = (
        "from khrop.cli.lookup import load_contract as load; print(load('stock_contract:Stock').__contract__.version)"
    )
    # -P as a console script has it: the folder is not on the path by itself.
    process = subprocess.run([sys.executable, "-P", "-c", code], cwd=stock.parent, capture_output=True, text=True)
    assert process.stdout == "2.1.0\n", process.stderr


def test_what_an_installed_distribution_announces(stock: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    info = tmp_path / "their_contracts-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: their-contracts\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text(
        "[khrop.contracts]\nStock = stock_contract:Stock\nProvinceProgress = stock_contract:Stock\n"
    )
    monkeypatch.syspath_prepend(str(tmp_path))
    assert list(known_contracts()) == ["ProvinceProgress", "LocalAuthority", "Stock"]
    assert load_contract("Stock").__name__ == "Stock"
    assert load_contract("ProvinceProgress") is ProvinceProgress, "no other takes the library's name"


def test_the_message_of_an_unknown_name_has_the_nearest_and_the_known_contracts() -> None:
    with pytest.raises(WrongUse, match="no contract 'ProvinceProgres', nearest: ProvinceProgress; known: ProvinceP"):
        load_contract("ProvinceProgres")


def test_the_only_contract_of_a_file_needs_no_name(stock: Path) -> None:
    assert load_contract(str(stock.parent / "stock_contract.py")).__name__ == "Stock"


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("{folder}/absent.py:Stock", "there is no file .*absent.py"),
        ("{folder}/absent.odcs.yaml", "there is no file .*absent.odcs.yaml"),
        ("{folder}/stock_contract.py:Stok", "no contract 'Stok' in .*stock_contract.py; it has Stock"),
        ("{folder}/two.py", "name the contract .*; it has A, B"),
        ("{folder}/broken.py:Stock", "broken.py cannot be loaded: NameError: .*'nothing'.* \\(broken.py, line 2\\)"),
        ("{folder}/stock_contract.py:nw", "nw is 'module', not a contract"),
        ("no_such_module:Stock", "the module 'no_such_module' cannot be imported"),
        (":Stock", "cannot be imported"),
    ],
)
def test_a_name_that_leads_nowhere_says_why(stock: Path, name: str, message: str) -> None:
    (stock.parent / "broken.py").write_text("\nnothing\n")
    classes = (f"class {name}(pa.DataFrameModel):\n    a: int\n" for name in "AB")
    (stock.parent / "two.py").write_text("import pandera.pandas as pa\n" + "".join(classes))
    with pytest.raises(WrongUse, match=message):
        load_contract(name.format(folder=stock.parent))
