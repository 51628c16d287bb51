"""What Spark does its own way: positions of rows as bits without a join, and sums over all groups in passing.

Each query of Spark is a job or more, and a join is some more. Here belongs what narwhals cannot express of it, for
Spark's own frames and those of Spark Connect alike. What is queried is decided in `khrop.engine._group_rules`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from importlib import import_module
from typing import Any

import narwhals as nw

from khrop.model.grouping import Positions

_Lazy = nw.LazyFrame[Any]
_CONNECT = "pyspark.sql.connect"


def is_spark(data: _Lazy) -> bool:
    """Check whether a frame is Spark's, or of Spark Connect."""
    return data.implementation.is_pyspark() or data.implementation.is_pyspark_connect()


def add_bits(data: _Lazy, proof: Positions, words: Sequence[str], size: int, bits: int) -> _Lazy:
    """Return a frame with a bit for the position of each row.

    Args:
        data: The frame.
        proof: Which column has the positions.
        words: The names of the columns to add, each for the positions after those of the one before.
        size: The number of positions.
        bits: The bits of each word.

    Returns:
        The frame; a word is 0 for a row whose position is of another, or that has none. Words are floats, whose sums
        are exact below 2**53, and do not stop Spark beyond.
    """
    functions = _functions(data)
    column, name = functions.col(proof.column), f"{words[0]}_position"
    if proof.values is None:
        first, last = (functions.lit(value).cast("bigint") for value in (proof.start, proof.start + size - 1))
        position = functions.when(column.between(first, last), column - first)
    else:
        dtype = "string" if isinstance(proof.values[0], str) else "bigint"
        pairs = [functions.lit(part) for n, value in enumerate(proof.values) for part in (value, n)]
        pairs[::2] = [value.cast(dtype) for value in pairs[::2]]
        position = functions.try_element_at(functions.create_map(*pairs), column.cast(dtype)).cast("bigint")
    native: Any = data.to_native()
    positioned = native.withColumn(name, position)
    column, added = functions.col(name), {}
    for word, of in enumerate(words):
        within = column.between(word * bits, word * bits + bits - 1)
        bit = _power(functions, column - word * bits)
        added[of] = functions.when(within, bit).otherwise(0).cast("double")
    with_bits: _Lazy = nw.from_native(positioned.withColumns(added).drop(name))
    return with_bits


def add_mark(grouped: _Lazy, mark: str, rows: str, words: Sequence[str], sizes: tuple[int, int], bits: int) -> _Lazy:
    """Return groups with a mark at those whose sums of words are those of all positions.

    Args:
        grouped: The groups, with the sums under the names of the words.
        mark: The column to add in place of the sums; null for a group that is not proven.
        rows: The column of the number of rows.
        words: The names of the words.
        sizes: The least and the greatest number of positions that a group may have.
        bits: The bits of each word.

    Returns:
        The groups.
    """
    functions = _functions(grouped)
    count = functions.col(rows)
    proven = count.between(*sizes)
    for word, name in enumerate(words):
        within = functions.greatest(functions.least(count - word * bits, functions.lit(bits)), functions.lit(0))
        proven = proven & (functions.col(name) == (_power(functions, within) - 1).cast("double"))
    native: Any = grouped.to_native()
    marked: _Lazy = nw.from_native(native.withColumn(mark, functions.when(proven, functions.lit(1))).drop(*words))
    return marked


def observe(grouped: _Lazy, names: Sequence[str]) -> tuple[_Lazy, Callable[[], dict[str, int]]]:
    """Return groups whose query also sums columns over all of them, whichever of them are fetched.

    Args:
        grouped: The groups.
        names: The columns to sum.

    Returns:
        The groups, and a function that returns the sums once they were fetched.
    """
    functions = _functions(grouped)
    package = _CONNECT if grouped.implementation.is_pyspark_connect() else "pyspark.sql"
    observation = import_module(f"{package}.observation").Observation()
    sums = [functions.sum(functions.col(name)).alias(name) for name in names]
    native: Any = grouped.to_native()
    observed = native.observe(observation, *sums)
    # The sum over no groups is null.
    return nw.from_native(observed), lambda: {name: int(observation.get[name] or 0) for name in names}


def _functions(data: _Lazy) -> Any:
    package = _CONNECT if data.implementation.is_pyspark_connect() else "pyspark.sql"
    return import_module(f"{package}.functions")


def _power(functions: Any, exponent: Any) -> Any:
    """Return the integer of which a bit alone is set."""
    return functions.call_function("shiftleft", functions.lit(1).cast("bigint"), exponent.cast("int"))
