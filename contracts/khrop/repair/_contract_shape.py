"""The shape of a table from the rules of its contract."""

from __future__ import annotations

from dataclasses import replace

from khrop.model.table_shape import Shape, ShapeError


def shape_of(contract: type) -> Shape:
    """Derive the shape of a table from the rules of its contract.

    The parts and their whole come from the rule `AddsUp`, the ratio from a `RatioRounded` or `RatioWithin` of the same
    whole, the expected rows from `ContainsExactly`. A contract may declare the shape of its printed table as
    `__shape__`: how a row is named in it, and the Thai names of columns, are taken from there; else the names are
    `ContractOptions.names_th`.

    Args:
        contract: A contract with exactly one rule `AddsUp` without a tolerance.

    Returns:
        The shape, with the columns named as in the contract.

    Raises:
        ShapeError: The contract has no such rule, or several, or no key.
    """
    # Pandera and the vocabulary take longer to import than a shape that is given takes to solve.
    from khrop.model.rule import methods_of, options_of
    from khrop.vocabulary import AddsUp, ContainsExactly, RatioRounded, RatioWithin

    options = options_of(contract)
    rules = [
        r.build(contract, dict(options.params or {}))
        for r in methods_of(contract).values()
        if r.scope in ("row", "group")
    ]
    sums = [rule for rule in rules if isinstance(rule, AddsUp) and not rule.tolerance]
    if len(sums) != 1:
        raise ShapeError(
            f"{contract.__name__} has {len(sums)} exact rules AddsUp; a shape needs one: give a khrop.repair.Shape"
        )
    parts, whole = sums[0].parts, sums[0].whole
    ratio = next(
        (r for r in rules if isinstance(r, (RatioRounded, RatioWithin)) and r.whole == whole and r.part in parts), None
    )
    listed = next((rule for rule in rules if isinstance(rule, ContainsExactly)), None)
    keys = tuple(dict.fromkeys([*([listed.column] if listed else []), *options.naming]))
    if not keys:
        raise ShapeError(f"{contract.__name__} names no key: repairs could not name their rows")
    shape = Shape(
        parts=parts,
        whole=whole,
        key=keys[0],
        ratio=ratio.ratio if ratio else None,
        ratio_of=ratio.part if ratio else None,
        expected=tuple(listed.names[v][0] if v in listed.names else v for v in listed.expected) if listed else (),
        least=1 if ratio else 0,
        aliases={keys[0]: keys[1:]},
    )
    declared: Shape | None = getattr(contract, "__shape__", None)
    if declared is None:
        return replace(shape, labels=options.names_th)
    return replace(shape, labels=declared.labels, same=declared.same)
