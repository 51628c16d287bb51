"""Khrop (ครบ, "all there"): contracts that prove that a published return is complete and consistent.

`check` runs a contract on a frame and returns a `Verdict`; `measure`, `merge` and `judge` do so part by part; `rule`
and `ContractOptions` define a contract of your own; `infer` proposes one from data; `repair` suggests corrections. The
names below are loaded on first use, so that `import khrop` is fast.
"""

from __future__ import annotations

import warnings
from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from khrop import repair, rules
    from khrop.contracts.local_authority import LocalAuthority
    from khrop.contracts.province_progress import ProvinceProgress
    from khrop.engine.check import check
    from khrop.engine.compiling.pandera_bridge import rule
    from khrop.inference.infer import infer
    from khrop.inference.inferred import Inference
    from khrop.measures.judge_state import judge
    from khrop.measures.measuring import measure
    from khrop.measures.merging import merge
    from khrop.measures.state import State
    from khrop.model.rule import ContractOptions, Rule, RuleDefinitionError, rule_ids, rules_of
    from khrop.model.verdict import ContractError, Verdict
    from khrop.model.violation import Violation

# Pandera imports pyspark.pandas where PySpark is installed, which warns about pandas 3. Khrop does not use it.
warnings.filterwarnings("ignore", message="PySpark does not yet fully support pandas", category=FutureWarning)

_MODULE_OF = {
    "check": "khrop.engine.check",
    "LocalAuthority": "khrop.contracts.local_authority",
    "ProvinceProgress": "khrop.contracts.province_progress",
    "ContractOptions": "khrop.model.rule",
    "Rule": "khrop.model.rule",
    "RuleDefinitionError": "khrop.model.rule",
    "infer": "khrop.inference.infer",
    "Inference": "khrop.inference.inferred",
    "rule": "khrop.engine.compiling.pandera_bridge",
    "rule_ids": "khrop.model.rule",
    "rules_of": "khrop.model.rule",
    "State": "khrop.measures.state",
    "judge": "khrop.measures.judge_state",
    "measure": "khrop.measures.measuring",
    "merge": "khrop.measures.merging",
    "ContractError": "khrop.model.verdict",
    "Verdict": "khrop.model.verdict",
    "Violation": "khrop.model.violation",
}

_SUBMODULES = ("repair", "rules")

__all__ = [
    "ContractError",
    "ContractOptions",
    "Inference",
    "LocalAuthority",
    "ProvinceProgress",
    "Rule",
    "RuleDefinitionError",
    "State",
    "Verdict",
    "Violation",
    "check",
    "infer",
    "judge",
    "measure",
    "merge",
    "repair",
    "rule",
    "rule_ids",
    "rules",
    "rules_of",
]


def __getattr__(name: str) -> Any:
    """Load a public name on first use."""
    if name in _SUBMODULES:
        return import_module(f"khrop.{name}")
    if name in _MODULE_OF:
        value = getattr(import_module(_MODULE_OF[name]), name)
        globals()[name] = value
        return value
    raise AttributeError(f"module 'khrop' has no attribute {name!r}")


def __dir__() -> list[str]:
    """Return the public names, loaded or not."""
    return sorted([*globals(), *_MODULE_OF, *_SUBMODULES])
