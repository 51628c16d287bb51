"""The examples in the docstrings of `khrop.repair` run as they are printed."""

from __future__ import annotations

import doctest

import pytest

from khrop import repair


@pytest.mark.parametrize("name", repair.__all__)
def test_examples_run_as_printed(name: str) -> None:
    found = doctest.DocTestFinder(recurse=True).find(getattr(repair, name), name, module=False)
    runner = doctest.DocTestRunner()
    for example in found:
        assert runner.run(example).failed == 0, example.name


def test_suggest_and_its_report_have_examples() -> None:
    finder = doctest.DocTestFinder(recurse=False)
    for record in (repair.suggest, repair.Report):
        (example,) = finder.find(record, record.__name__, module=False)
        assert example.examples
