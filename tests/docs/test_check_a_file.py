"""The contract that the page on files shows is one, and judges a file as the page says."""

from __future__ import annotations

import json
from pathlib import Path

from typer.testing import CliRunner

from khrop.cli.app import app

PAGE = Path(__file__).parents[2] / "docs" / "how-to" / "check-a-file.md"


def test_the_contract_in_the_documentation_is_one(tmp_path: Path) -> None:
    text = PAGE.read_text(encoding="utf-8")
    contract, file = tmp_path / "stock.odcs.yaml", tmp_path / "stock.csv"
    contract.write_text(text.split("```yaml\n")[1].split("```")[0], encoding="utf-8")
    file.write_text("item,received,price,day,state\nrice,5,1.5,2024-01-31,new\nsalt,x,,2024-01-31,odd\n")
    result = CliRunner().invoke(app, ["check", str(file), "--contract", str(contract), "--json"])
    assert json.loads(result.stdout)["counts"] == {"readable": 1, "invalid-values-state": 1}
