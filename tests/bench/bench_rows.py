"""Synthetic province rows for the bench: many snapshots of 76 provinces, and a known share of rows that fail.

Here belongs only the making of rows; what is measured on them belongs in `bench_contracts.py`.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from khrop.thai.provinces import expected_codes

PROVINCES = 76
SHARES = {"clean": 0, "10 rows": None, "1 %": 100, "20 %": 5}
"""Each kind of frame, and of how many rows one fails: none, ten rows in all, or so many."""
FEW = 10


def province_rows(rows: int, share: str = "clean") -> pd.DataFrame:
    """Whole snapshots of 76 rows that keep all row rules, but for a share that is spread evenly over them.

    The failing rows break the rules in turn: the balance, the percent far off, the percent by a rounding, a negative
    count.
    """
    snapshots = rows // PROVINCES
    numbers = np.random.default_rng(76)
    total = numbers.integers(10, 310, snapshots * PROVINCES)
    saved = (numbers.random(len(total)) * (total + 1)).astype(np.int64)
    pending = total - saved
    percent = ((20000 * saved + total) // (2 * total)) / 100
    for kind, failing in enumerate(_failing(len(total), share)):
        if kind == 0:
            pending[failing] += 1
        elif kind in (1, 2):
            percent[failing] = np.round(percent[failing] + (1.0 if kind == 1 else 0.01), 2)
        else:
            pending[failing] = -1 - pending[failing]
    names = np.char.add("s", np.char.zfill(np.arange(snapshots).astype(str), 6))
    return pd.DataFrame(
        {
            "snapshot_id": pd.array(np.repeat(names, PROVINCES), dtype="str"),
            "ordinal": np.tile(np.arange(1, PROVINCES + 1), snapshots),
            "province_code": pd.array(np.tile(np.array(expected_codes()), snapshots), dtype="str"),
            "total": total,
            "saved": saved,
            "pending": pending,
            "saved_percent": percent,
        }
    )


def _failing(rows: int, share: str) -> list[np.ndarray]:
    """The numbers of the failing rows, in four parts."""
    if share == "clean":
        return []
    step = SHARES[share] or max(rows // FEW, 1)
    failing = np.arange(step // 2, rows, step)
    return [failing[kind::4] for kind in range(4)]
