"""Khrop (ครบ, "all there"): contracts that prove that a return is all there.

The names below load when first used, so that `import khrop` and `khrop --help` cost next to nothing.
"""

from __future__ import annotations

import warnings
from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from khrop import repair
    from khrop.contracts.province_progress import ProvinceProgress
    from khrop.engine.check import check
    from khrop.engine.pandera_bridge import rule
    from khrop.model.rule import ContractOptions, Rule, rule_ids, rules_of
    from khrop.model.verdict import ContractError, Verdict, Violation

# Pandera imports pyspark.pandas wherever PySpark is installed, which warns of pandas 3. Khrop uses none of it.
warnings.filterwarnings("ignore", message="PySpark does not yet fully support pandas", category=FutureWarning)

_HOMES = {
    "check": "khrop.engine.check",
    "ProvinceProgress": "khrop.contracts.province_progress",
    "ContractOptions": "khrop.model.rule",
    "Rule": "khrop.model.rule",
    "rule": "khrop.engine.pandera_bridge",
    "rule_ids": "khrop.model.rule",
    "rules_of": "khrop.model.rule",
    "ContractError": "khrop.model.verdict",
    "Verdict": "khrop.model.verdict",
    "Violation": "khrop.model.verdict",
}

_MODULES = ("repair",)

__all__ = [
    "ContractError",
    "ContractOptions",
    "ProvinceProgress",
    "Rule",
    "Verdict",
    "Violation",
    "check",
    "repair",
    "rule",
    "rule_ids",
    "rules_of",
]


def __getattr__(name: str) -> Any:
    if name in _MODULES:
        return import_module(f"khrop.{name}")
    if name in _HOMES:
        value = getattr(import_module(_HOMES[name]), name)
        globals()[name] = value
        return value
    raise AttributeError(f"module 'khrop' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted([*globals(), *_HOMES, *_MODULES])
