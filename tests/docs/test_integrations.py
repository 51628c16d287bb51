"""The examples of docs/how-to/integrations run, and do what the page says of them."""

from __future__ import annotations

import ast
import inspect
import os
import runpy
import shlex
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd
import polars as pl
import pytest
import yaml

import khrop

FOLDER = Path(__file__).parents[2] / "docs" / "how-to" / "integrations"
GOOD = "item,received,sold,left\ntea,10,3,7\nrice,5,1,4\n"
BAD = "item,received,sold,left\ntea,10,3,7\nrice,5,1,5\n"


@pytest.fixture(autouse=True)
def beside_the_data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Run where the data are, with the examples as modules."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(FOLDER)
    before = set(sys.modules)
    yield
    for name in {path.stem for path in FOLDER.glob("*.py")} - before:
        sys.modules.pop(name, None)


def example(name: str) -> dict[str, Any]:
    return runpy.run_path(str(FOLDER / f"{name}.py"))


def given(text: str, path: str = "stock.csv") -> pd.DataFrame:
    Path(path).parent.mkdir(exist_ok=True)
    Path(path).write_text(text, encoding="utf-8")
    frame = pd.read_csv(path)
    pl.from_pandas(frame).write_parquet("stock.parquet")
    return frame


def items(parquet: str) -> list[str]:
    return [item for (item,) in duckdb.read_parquet(parquet).order("item").project("item").fetchall()]


def environment() -> dict[str, str]:
    here = str(Path(sys.executable).parent)
    return {
        **os.environ,
        "PATH": f"{here}{os.pathsep}{os.environ['PATH']}",
        "PYTHONPATH": os.pathsep.join(sys.path),
        "PRE_COMMIT_HOME": str(Path("pre-commit").resolve()),
    }


def run(command: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(["bash", "-ec", command], env=environment(), capture_output=True, text=True, check=False)


@pytest.mark.parametrize(("text", "passed"), [(GOOD, True), (BAD, False)])
def test_dagster_shows_the_verdict_as_the_result_of_an_asset_check(text: str, passed: bool) -> None:
    import dagster as dg

    given(text)
    of = example("dagster_check")
    result = dg.materialize([of["stock"], of["stock_holds"]], raise_on_error=False)
    (evaluation,) = result.get_asset_check_evaluations()
    assert (evaluation.passed, result.success) == (passed, passed)
    assert "Stock 1.0.0" in str(evaluation.metadata["verdict"].value)
    assert ("left-over" in evaluation.metadata) is not passed


def test_the_plain_function_writes_what_holds_or_raises() -> None:
    given(GOOD)
    check_stock = example("check_stock")["check_stock"]
    assert check_stock("stock.parquet", "valid.parquet") == {}
    assert items("valid.parquet") == ["rice", "tea"]
    given(BAD)
    with pytest.raises(khrop.ContractError, match="rice: 1 sold and 5 left are not 5"):
        check_stock("stock.parquet", "valid.parquet")


@pytest.mark.parametrize("scheduler", ["airflow_dag", "prefect_flow"])
def test_a_scheduler_s_task_calls_the_function_as_it_is(scheduler: str) -> None:
    function = example("check_stock")["check_stock"]
    tree = ast.parse((FOLDER / f"{scheduler}.py").read_text(encoding="utf-8"))
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call)]
    (call,) = [call for call in calls if ast.unparse(call.func) == "task(check_stock)"]
    inspect.signature(function).bind(*map(ast.literal_eval, call.args))


@pytest.mark.parametrize(("text", "held"), [(GOOD, ["rice", "tea"]), (BAD, None)])
def test_dbt_makes_a_table_of_the_rows_that_hold(text: str, held: list[str] | None) -> None:
    frame = given(text)
    connection = duckdb.connect()
    connection.register("raw_stock", frame)

    class Dbt:
        """What dbt-duckdb hands to a model, as far as this one uses it."""

        def config(self, **options: str) -> None:
            assert options == {"materialized": "table"}

        def ref(self, name: str) -> Any:
            return connection.table(name)

    model = example("dbt_model")["model"]
    if held is None:
        with pytest.raises(khrop.ContractError, match="left-over"):
            model(Dbt(), connection)
        return
    model(Dbt(), connection).create("stock")
    assert connection.sql("select item from stock order by item").fetchall() == [(item,) for item in held]


@pytest.mark.parametrize(("text", "code"), [(GOOD, 0), (BAD, 1)])
def test_pytest_fails_with_the_broken_rules(text: str, code: int) -> None:
    given(text)
    ended = run(f"python -m pytest -q -p no:cacheprovider {shlex.quote(str(FOLDER / 'test_stock.py'))}")
    assert ended.returncode == code, ended.stdout + ended.stderr
    assert ("left-over" in ended.stdout) is bool(code)


def copied() -> None:
    Path("stock.py").write_text((FOLDER / "stock.py").read_text(encoding="utf-8"), encoding="utf-8")


@pytest.mark.parametrize(("texts", "code"), [([GOOD, GOOD], 0), ([BAD, GOOD], 1), ([GOOD, BAD], 1)])
def test_pre_commit_refuses_a_file_that_breaks_its_contract(texts: list[str], code: int) -> None:
    copied()
    for n, text in enumerate(texts):
        given(text, f"data/{n}.csv")
    config = (FOLDER / "pre-commit-config.yaml").read_text(encoding="utf-8")
    Path(".pre-commit-config.yaml").write_text(config, encoding="utf-8")
    ended = run("git init -q . && git add data .pre-commit-config.yaml && pre-commit run khrop --all-files")
    assert ended.returncode == code, ended.stdout + ended.stderr
    assert ("left-over" in ended.stdout) is bool(code)


@pytest.mark.parametrize(("text", "code"), [(GOOD, 0), (BAD, 1)])
def test_the_steps_of_the_workflow_end_with_the_verdict(text: str, code: int) -> None:
    copied()
    given(text, "data/stock.csv")
    workflow = yaml.safe_load((FOLDER / "github-workflow.yaml").read_text(encoding="utf-8"))
    steps = [step["run"] for step in workflow["jobs"]["contract"]["steps"] if "run" in step]
    install, *others = steps
    assert install.startswith("pip install khrop")
    assert run("\n".join(others)).returncode == code


def test_the_notebook_runs_from_top_to_bottom() -> None:
    given(BAD)
    known = example("notebook")
    assert known["verdict"].counts() == {"left-over": 1}
    assert known["set_aside"].project("item").fetchall() == [("rice",)]
    assert items("valid.parquet") == ["tea"]


@pytest.mark.parametrize("engine", ["duckdb", "polars"])
def test_rows_that_hold_are_written_by_the_engine(engine: str) -> None:
    given(BAD)
    example("write_valid")[f"with_{engine}"]("stock.parquet", "valid.parquet")
    assert items("valid.parquet") == ["tea"]


def test_nan_in_parquet_is_found_with_the_option_of_the_page() -> None:
    frame = given(GOOD).astype({"left": float})
    frame.loc[0, "left"] = float("nan")
    pl.from_pandas(frame, nan_to_null=False).write_parquet("stock.parquet")
    page = FOLDER.with_suffix(".md").read_text(encoding="utf-8")
    (line,) = [line for line in page.splitlines() if line.startswith("stock = duckdb.sql(")]
    known: dict[str, Any] = {"duckdb": duckdb}
    exec(line, known)
    assert khrop.check(example("stock")["Stock"], known["stock"]).counts() == {"left-over": 1}


@pytest.mark.spark
@pytest.mark.xdist_group("spark")
def test_spark_writes_both_parts() -> None:
    from pyspark.sql import SparkSession

    given(BAD)
    session = SparkSession.builder.master("local[1]").config("spark.ui.enabled", "false").getOrCreate()
    split = example("spark_job")["split"]
    verdict = split(session.read.parquet(str(Path("stock.parquet").resolve())), *(str(Path(p).resolve()) for p in "vs"))
    assert verdict.counts() == {"left-over": 1}
    assert (items("v/*.parquet"), items("s/*.parquet")) == (["tea"], ["rice"])


@pytest.mark.spark
@pytest.mark.xdist_group("spark")
def test_spark_connect_does_the_same() -> None:
    given(BAD)
    # In a process of its own: a session of Spark and one of Spark Connect do not stand beside each other.
    job = """
        from pyspark.sql import SparkSession
        from spark_job import split
        session = SparkSession.builder.remote("local[1]").getOrCreate()
        assert split(session.read.parquet("stock.parquet"), "v", "s").counts() == {"left-over": 1}
        session.stop()
    """
    ended = run(f"python -W ignore -c {shlex.quote(inspect.cleandoc(job))}")
    assert ended.returncode == 0, ended.stderr
    assert (items("v/*.parquet"), items("s/*.parquet")) == (["tea"], ["rice"])


def test_each_example_stands_on_the_page() -> None:
    page = FOLDER.with_suffix(".md").read_text(encoding="utf-8")
    assert [
        path.name for path in sorted(FOLDER.iterdir()) if path.is_file() and f"integrations/{path.name}" not in page
    ] == []
