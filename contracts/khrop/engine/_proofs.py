"""Prove that groups keep rules about the positions of their rows, in a group-by or on arrays.

Counting the different values of each group costs several times as much as a group-by. Where a rule offers `Positions`,
a bit for each position is summed instead. Here belongs the proof alone: a group that is not proven may keep its rule
nevertheless, which `khrop.engine._group_rules` finds out.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, TypeVar

import narwhals as nw
import numpy as np

from khrop.engine.backends import duckdb, pyspark
from khrop.engine.flags import ROWS
from khrop.engine.frames import IN_MEMORY, PreparedFrame
from khrop.engine.in_memory import STEP
from khrop.expressions.evaluation import MAX_INT64
from khrop.model.facts import plain
from khrop.model.grouping import Positions

_BITS = 50
"""Bits of a sum. No group of up to `_MOST` rows makes their sum leave 64 bits."""
_MOST = 16 * _BITS
"""The most positions that are summed; a group-by takes longer with each further sum."""
Array = Any
T = TypeVar("T")


def is_provable(frame: PreparedFrame, proof: Positions | None) -> bool:
    """Check whether an engine can find the positions of rows.

    Args:
        frame: The frame.
        proof: What a rule offers.

    Returns:
        Whether the frame is of such an engine and the column of a type whose values are compared exactly.
    """
    if proof is None or frame.engine not in (*IN_MEMORY, "duckdb", "polars", "pyspark") or proof.column in frame.scales:
        return False
    dtype, values = frame.schema[proof.column], proof.values
    if values is None:
        return bool(dtype == nw.Int64) and abs(proof.start) <= MAX_INT64 - _MOST
    typed = (
        all(isinstance(value, str) for value in values)
        if dtype == nw.String
        else dtype == nw.Int64 and all(type(value) is int and abs(value) <= MAX_INT64 for value in values)
    )
    return typed and 0 < len(values) == len(set(values)) and (frame.engine in IN_MEMORY or len(values) <= _MOST)


@dataclass(frozen=True, slots=True)
class SummedBits:
    """A proof in a group-by.

    A row adds the bit of its position to one of some sums. The sums are those of all positions, each once, only where
    the rows are as many and their bits all differ: fewer bits cannot add up to them, nor can as many that repeat.

    Attributes:
        number: The number of the rule.
        proof: What is proven.
        size: The number of positions.
    """

    number: int
    proof: Positions
    size: int

    @property
    def mark(self) -> str:
        """The column of the grouped frame that is not null for a proven group."""
        return f"__proven{self.number}"

    @property
    def _key(self) -> str:
        return f"__position{self.number}"

    @property
    def _sums(self) -> list[str]:
        return [f"__bits{self.number}_{word}" for word in range(-(-self.size // _BITS))]

    def _bits(self, data: nw.LazyFrame[Any]) -> nw.LazyFrame[Any]:
        """Return the bits of each position, as a frame of the engine of another."""
        start, values = self.proof.start, self.proof.values
        values = values if values is not None else tuple(range(start, start + self.size))
        bits = {
            name: [1 << position - word * _BITS if position // _BITS == word else 0 for position in range(self.size)]
            for word, name in enumerate(self._sums)
        }
        return _small_frame(data, {self._key: values, **bits})

    def add_bits(self, data: nw.LazyFrame[Any]) -> nw.LazyFrame[Any]:
        """Return a frame with the bits of each row, none for a row without a position."""
        if pyspark.is_spark(data):
            return pyspark.add_bits(data, self.proof, self._sums, self.size, _BITS)
        if data.implementation.is_duckdb():
            return duckdb.add_bits(data, self.proof, self._sums, self.size, _BITS)
        return data.join(self._bits(data), left_on=[self.proof.column], right_on=[self._key], how="left")

    @property
    def aggregates(self) -> Mapping[str, nw.Expr]:
        """The sums of the bits, by name."""
        return {name: nw.col(name).sum() for name in self._sums}

    def add_mark(self, grouped: nw.LazyFrame[Any]) -> nw.LazyFrame[Any]:
        """Return groups with a mark at those that are proven, in place of their sums."""
        sizes = range(1 if self.proof.values is None else self.size, self.size + 1)
        if pyspark.is_spark(grouped):
            return pyspark.add_mark(grouped, self.mark, ROWS, self._sums, (sizes[0], self.size), _BITS)
        if grouped.implementation.is_duckdb():
            return duckdb.add_mark(grouped, self.mark, ROWS, self._sums, (sizes[0], self.size), _BITS)
        full = {
            f"__of_{name}": [(1 << min(max(n - word * _BITS, 0), _BITS)) - 1 for n in sizes]
            for word, name in enumerate(self._sums)
        }
        proven = _small_frame(grouped, {self.mark: list(sizes), f"__size{self.number}": list(sizes), **full})
        grouped = grouped.with_columns(nw.col(ROWS).cast(nw.Int64)).join(
            proven, left_on=[ROWS, *self._sums], right_on=[f"__size{self.number}", *full], how="left"
        )
        return grouped.drop(self._sums)


def summed_bits(frame: PreparedFrame, proofs: Mapping[int, Positions]) -> list[SummedBits]:
    """Choose how many positions are summed.

    Args:
        frame: The frame.
        proofs: What can be proven, by the number of the rule.

    Returns:
        The proofs; without those of sequences that seem to be longer than a sum is worth.
    """
    chosen = []
    for number, proof in proofs.items():
        if proof.values is not None:
            chosen.append(SummedBits(number, proof, len(proof.values)))
            continue
        integers = [int(value) for value in frame.first_values(proof.column) if value is not None]
        length = max(integers, default=proof.start) - proof.start + 1
        if length <= _MOST:
            chosen.append(SummedBits(number, proof, min(max(2 * _BITS, -(-length * 3 // 2 // _BITS) * _BITS), _MOST)))
    return chosen


def _small_frame(data: nw.LazyFrame[Any], columns: Mapping[str, Sequence[Any]]) -> nw.LazyFrame[Any]:
    """Return some values as a frame of the same engine."""
    schema = {n: nw.String() if isinstance(values[0], str) else nw.Int64() for n, values in columns.items()}
    return nw.from_dict(dict(columns), schema, backend=data.implementation).lazy()


def unproven(frame: nw.DataFrame[Any], snapshot: str, proofs: Sequence[Positions]) -> list[list[Any]]:
    """Find the groups of a frame in memory, of pandas or Arrow, that are not proven.

    Args:
        frame: The frame.
        snapshot: The column of groups.
        proofs: What is to be proven of each group.

    Returns:
        For each proof, the values in `snapshot` of the groups.
    """
    groups, names = _number(frame, snapshot)
    rows = np.zeros(len(names), dtype=np.int64)
    for part in groups:
        np.add.at(rows, part.numbers, part.lengths)
    starts = np.cumsum(rows) - rows
    marks_by_proof = [np.zeros(len(frame), dtype=bool) for _ in proofs]

    def look(start: int, stop: int) -> None:
        of_rows = groups[start // STEP].of_rows()
        first, size = starts[of_rows], rows[of_rows]
        for proof, marks in zip(proofs, marks_by_proof, strict=True):
            positions = _positions(frame[proof.column][start:stop], proof)
            within = (positions >= 0) & (positions < size)
            at = first + positions
            marks[at if within.all() else at[within]] = True

    for _ in _by_slices(look, len(frame)):
        pass
    ends, unproven_groups = np.cumsum(rows), []
    for proof, marks in zip(proofs, marks_by_proof, strict=True):
        # As many positions as rows, each of them seen: then each is seen once.
        failing = np.zeros(len(names), dtype=bool)
        failing[np.searchsorted(ends, np.flatnonzero(~marks), side="right")] = True
        if proof.values is not None:
            failing |= rows != len(proof.values)
        unproven_groups.append([names[group] for group in np.flatnonzero(failing & (rows > 0))])
    return unproven_groups


@dataclass(frozen=True, slots=True)
class _Runs:
    """The groups of a slice's rows: the number of the group of each run of rows, and how long the run is."""

    numbers: Array
    lengths: Array | int

    def of_rows(self) -> Array:
        """Return the number of each row's group."""
        return self.numbers if isinstance(self.lengths, int) else np.repeat(self.numbers, self.lengths)


def _number(frame: nw.DataFrame[Any], column: str) -> tuple[list[_Runs], list[Any]]:
    """Return the groups of each slice, and the values of the groups in the order of their numbers."""
    series, groups, numbers = frame[column], list[_Runs](), dict[Any, int]()
    for codes, lengths, values in _by_slices(lambda start, stop: _encode(series[start:stop]), len(frame)):
        of_values = np.array([numbers.setdefault(value, len(numbers)) for value in values], dtype=np.int32)
        groups.append(_Runs(of_values if codes is None else of_values[codes], lengths))
    return groups, [plain(value) for value in numbers]


def _encode(series: nw.Series[Any]) -> tuple[Array | None, Array | int, list[Any]]:
    """Return the values of runs and how long each is; where runs are short, a number for each row and its values."""
    values = _array(series)
    first = np.flatnonzero(np.concatenate([[True], _differ(values[1:], values[:-1])]))
    if 4 * len(first) > len(values):
        codes, distinct = _factorize(values)
        return codes, 1, [*distinct, None]  # a null has the number -1
    run_values = values.gather(first) if series.implementation.is_polars() else values.take(first)
    return (
        None,
        np.diff(first, append=len(values)),
        run_values.to_list() if hasattr(run_values, "to_list") else run_values.tolist(),
    )


def _differ(values: Any, others: Any) -> Array:
    """Return where two arrays differ, or one is null."""
    if hasattr(values, "dictionary_encode"):
        import pyarrow.compute as pc

        return pc.fill_null(pc.not_equal(values, others), True).to_numpy(zero_copy_only=False)
    differ = values != others
    if hasattr(differ, "fill_null"):
        return differ.fill_null(True).to_numpy()
    return differ if isinstance(differ, np.ndarray) else differ.to_numpy(dtype=bool, na_value=True)


def _factorize(values: Any) -> tuple[Array, list[Any]]:
    """Return a number for each value, -1 for a null, and the values in the order of these numbers."""
    if hasattr(values, "dictionary_encode"):
        encoded = values.dictionary_encode()
        return encoded.indices.fill_null(-1).to_numpy(), encoded.dictionary.to_pylist()
    if hasattr(values, "drop_nulls"):
        codes = values.rank("dense").cast(int).fill_null(0).to_numpy() - 1
        return codes, values.drop_nulls().unique().sort().to_list()
    codes, distinct = values.factorize()
    return codes, distinct.tolist()


def _positions(series: nw.Series[Any], proof: Positions) -> Array:
    """Return the positions of rows, negative for a row that has none."""
    if proof.values is None:
        null = series.is_null()
        has_nulls = bool(null.any())
        values = (series.fill_null(0) if has_nulls else series).to_numpy().astype(np.int64, copy=False)
        positions = values - proof.start
        if values.min(initial=proof.start) < proof.start or has_nulls:
            positions[(values < proof.start) | null.to_numpy()] = -1  # a difference that is too large wraps around
        return positions
    values = _array(series)
    if hasattr(values, "dictionary_encode"):
        import pyarrow as pa
        import pyarrow.compute as pc

        return pc.fill_null(pc.index_in(values, pa.array(proof.values, values.type)), -1).to_numpy()
    if series.implementation.is_polars():
        numbers = list(range(len(proof.values)))
        return series.replace_strict(list(proof.values), numbers, default=-1, return_dtype=nw.Int64).to_numpy()
    places = {value: position for position, value in enumerate(proof.values)}
    codes, distinct = _factorize(values)
    return np.array([*(places.get(value, -1) for value in distinct), -1], dtype=np.int64)[codes]


def _array(series: nw.Series[Any]) -> Any:
    """Return the values as an array of Arrow where they are that, else as Polars' or pandas' own."""
    if series.implementation.is_polars():
        return series.to_native()
    if series.implementation.is_pyarrow() or getattr(series.to_native().dtype, "storage", "") == "pyarrow":
        values: Any = series.to_arrow()
        values = values.combine_chunks() if hasattr(values, "combine_chunks") else values
        return values.dictionary_decode() if hasattr(values, "dictionary_decode") else values
    return series.to_native().array


def _by_slices(work: Callable[[int, int], T], length: int) -> Iterator[T]:
    """Do some work for each slice, in threads; NumPy and Arrow release the interpreter lock."""
    starts = range(0, length, STEP)
    if length <= STEP:
        yield from (work(start, length) for start in starts)
        return
    threads = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else None
    with ThreadPoolExecutor(threads) as pool:
        yield from pool.map(lambda start: work(start, min(start + STEP, length)), starts)
