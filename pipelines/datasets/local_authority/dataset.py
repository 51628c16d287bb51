"""The register as a dataset: its folder is one that a home could have, with the contract of the library."""

from __future__ import annotations

from pathlib import Path

import warehouse.local_authority
from khrop.contracts.local_authority import LocalAuthority
from pipelines.datasets import folder

DATASET = folder.load(
    Path(__file__).parent,
    contract=LocalAuthority,
    marts=Path(warehouse.local_authority.__file__).parent / "marts",
    source="pipelines.datasets.local_authority",
)
