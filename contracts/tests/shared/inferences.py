"""What is inferred of data in tests, and data of some periods to infer from."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

import pandas as pd

import khrop
from khrop.description.from_contract import describe


def proposed(frame: Any, **wishes: Any) -> dict[str, Any]:
    """The rules of a proposal by id; the proposal holds on the frame, and its code is the same contract."""
    inference = inferred(frame, **wishes)
    return {rule.id: rule.what for rule in inference.description.rules}


def inferred(frame: Any, **wishes: Any) -> khrop.Inference:
    """An inference whose contract accepts the data that it is of, and whose code is the same contract."""
    inference = khrop.infer(frame, **wishes)
    assert khrop.check(inference.contract, frame).status == "accepted"
    given: dict[str, Any] = {"__name__": "mine"}
    exec(compile(inference.code, "contract.py", "exec", dont_inherit=True), given)
    assert describe(given["Inferred"]) == describe(inference.contract)
    return inference


def limits(frame: Any, column: str, **wishes: Any) -> dict[str, Any]:
    """The checks of a column that are proposed, with their first values."""
    (field,) = [field for field in inferred(frame, **wishes).description.fields if field.name == column]
    return {check: given[0][1] for check, given in field.checks}


def panel(day: Callable[[int], Any]) -> pd.DataFrame:
    cities, some = ["Rome", "Oslo", "Bonn", "Lima", "Cairo"], random.Random(2)
    return pd.DataFrame(
        [{"day": day(month), "city": city, "sold": some.randint(0, 99)} for month in range(1, 7) for city in cities]
    )
