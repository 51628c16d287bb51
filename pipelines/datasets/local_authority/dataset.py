"""The register as a dataset: its folder is one that a home could have, with the contract of the library."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import warehouse.local_authority
from khrop.contracts.local_authority import LocalAuthority
from pipelines.datasets import dataset_folder
from pipelines.datasets.dataset import Report

PACKAGE = "pipelines.datasets.local_authority"
REPORTS = (
    Report(
        "district_letters",
        "District letters",
        f"{PACKAGE}.letters.publish",
        frozenset({"docx"}),
        "**From each province to those of its districts in which an authority has not saved**, with their list, as Thai"
        " official letters under `letters/`, a file for each province. Nothing is sent.",
    ),
)
DATASET = replace(
    dataset_folder.load(
        Path(__file__).parent,
        contract=LocalAuthority,
        marts=Path(warehouse.local_authority.__file__).parent / "marts",
        source=PACKAGE,
    ),
    summary=f"{PACKAGE}.summary",
    site=f"{PACKAGE}.site",
    reports=REPORTS,
)
