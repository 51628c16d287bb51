"""How a change of a value makes a rule stricter or looser.

Here belong the grade and the functions that return a grade, for use in `RuleKind.grades`. Whom a change breaks belongs
in `khrop.diff.changes`.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from typing import Any, Literal, NamedTuple

from khrop.expressions.formula import Call, Constant

Grade = Literal["tightening", "loosening", "neutral", "unclear"]
"""Less is accepted than before, more is, the same is, or it cannot be known."""
Grading = Callable[[Any, Any], Grade]
"""From the old and the new value to the grade of the change."""


Grades = Mapping[str, Grading]
"""The gradings of a kind of rule, by the name of the field."""


class ValueChange(NamedTuple):
    """A value of a rule that differs between two versions: its name, the old and new value, and the grade."""

    name: str
    old: Any
    new: Any
    grade: Grade


def unclear(old: Any, new: Any) -> Grade:
    """Grade a change whose effect cannot be known."""
    return "unclear"


def neutral(old: Any, new: Any) -> Grade:
    """Grade a change that has no effect on what is accepted."""
    return "neutral"


def more_is_looser(old: Any, new: Any) -> Grade:
    """Grade a limit that accepts more the higher it is: a tolerance or a maximum."""
    try:
        if old == new:
            return "neutral"
        return "loosening" if new > old else "tightening"
    except TypeError:
        return "unclear"


def more_is_stricter(old: Any, new: Any) -> Grade:
    """Grade a limit that accepts less the higher it is: a minimum."""
    return turned(more_is_looser(old, new))


def wider_is_looser(old: Collection[Any], new: Collection[Any]) -> Grade:
    """Grade a set of what is allowed: values of a list, or columns that may be null."""
    before, after = set(old), set(new)
    if before == after:
        return "neutral"
    return "loosening" if before < after else "tightening" if after < before else "unclear"


def wider_is_stricter(old: Collection[Any], new: Collection[Any]) -> Grade:
    """Grade a set of what is checked or forbidden."""
    return turned(wider_is_looser(old, new))


def exact_set(old: Collection[Any], new: Collection[Any]) -> Grade:
    """Grade a set of which all is required and nothing else allowed: an added value was refused before."""
    return "neutral" if set(old) == set(new) else "unclear"


def optional_demand(old: Any, new: Any) -> Grade:
    """Grade a further requirement that may be left out (None)."""
    return "tightening" if old is None else "loosening" if new is None else "unclear"


def key_columns(old: tuple[str, ...], new: tuple[str, ...], nullable: Collection[str]) -> Grade:
    """Grade the columns of a unique key.

    A key of fewer columns is stricter, as long as the columns that it leaves out cannot be null.

    Args:
        old: The columns of the key before.
        new: The columns of the key now.
        nullable: The columns that may be null or absent, before or now.

    Returns:
        The grade of the change.
    """
    if set(old) == set(new):
        return "neutral"
    if not old or not new:
        return "loosening" if old else "tightening"
    return "unclear" if (set(old) ^ set(new)).intersection(nullable) else wider_is_looser(old, new)


def formulas(old: Any, new: Any) -> Grade:
    """Grade two formulas: known where both compare the same with another constant, else `unclear`."""
    if not (isinstance(old, Call) and isinstance(new, Call)) or len(old.args) != 2 or len(new.args) != 2:
        return "unclear"
    (left, limit), (now_left, now_limit) = old.args, new.args
    if (old.name, left, old.options) != (new.name, now_left, new.options):
        return "unclear"
    return _COMPARISONS.get(old.name, unclear)(_constant(limit), _constant(now_limit))


def turned(grade: Grade) -> Grade:
    """Return the grade of the opposite change."""
    back: dict[Grade, Grade] = {"loosening": "tightening", "tightening": "loosening"}
    return back.get(grade, grade)


def _constant(formula: Any) -> Any:
    return formula.value if isinstance(formula, Constant) else formula


_COMPARISONS: Grades = {
    "__le__": more_is_looser, "__lt__": more_is_looser, "__ge__": more_is_stricter, "__gt__": more_is_stricter,
}  # fmt: skip
