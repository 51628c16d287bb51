"""The examples in the docstrings of the public API run, and print what they show."""

from __future__ import annotations

import doctest
from importlib import import_module

import pytest

MODULES = (
    "khrop.contracts.province_progress",
    "khrop.engine.check",
    "khrop.engine.compiling.pandera_bridge",
    "khrop.inference.infer",
    "khrop.model.rule",
    "khrop.model.verdict",
    "khrop.thai.dates",
    "khrop.thai.digits",
    "khrop.thai.provinces",
)


def examples() -> list[doctest.DocTest]:
    finder = doctest.DocTestFinder(exclude_empty=True)
    # An example imports what it uses, as a reader of it must.
    tests = [test for name in MODULES for test in finder.find(import_module(name), name, globs={"__name__": "example"})]
    return [test for test in tests if test.examples]


@pytest.mark.parametrize("example", examples(), ids=lambda example: example.name)
def test_an_example_prints_what_it_shows(example: doctest.DocTest) -> None:
    printed: list[str] = []
    doctest.DocTestRunner(verbose=False).run(example, out=printed.append)
    assert not printed, "".join(printed)


def test_the_public_names_have_examples() -> None:
    shown = {example.name.rpartition(".")[2] for example in examples()}
    assert shown >= {"check", "infer", "rule", "Verdict", "ContractOptions", "ProvinceProgress"}
    assert shown >= {"parse_count", "parse_percent", "normalise", "to_arabic", "to_thai"}
    assert shown >= {"find_dates", "format_long", "match", "nearest"}
