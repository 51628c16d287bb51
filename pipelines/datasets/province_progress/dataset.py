"""The province table as a dataset."""

from __future__ import annotations

from pathlib import Path

import warehouse.province_progress
from khrop.contracts.province_progress import ProvinceProgress
from khrop.contracts.province_table import PRINTED_TABLE
from pipelines.datasets.dataset import Column, Dataset, Report
from pipelines.datasets.province_progress.form import FORM
from pipelines.datasets.value_kinds import COUNT, ORDINAL, PERCENT, PROVINCE_CODE, PROVINCE_NAME, province_of_code

COLUMNS = (
    Column(
        "ordinal", ORDINAL, "the row's printed number", "ลำดับ", "No.", required=False,
        meaning_set_aside="the row's printed number, null where it is no number",
    ),
    Column(
        "province_code", PROVINCE_CODE, "the province (core.province)", "รหัสจังหวัด", "province code",
        field="province_th",
        meaning_set_aside="the province, null where the name is unknown",
    ),
    Column(
        "province_th", PROVINCE_NAME, "the province's name as read", "จังหวัด", "province",
        derived=("province_code", province_of_code),
    ),
    Column(
        "total", COUNT, "local authorities in all", "อปท. ทั้งหมด", "authorities",
        meaning_set_aside="authorities in all, null where it is no number",
    ),
    Column(
        "saved", COUNT, "authorities whose data are saved", "บันทึกแล้ว", "saved",
        meaning_set_aside="authorities saved, null where it is no number",
    ),
    Column(
        "pending", COUNT, "authorities whose data are not", "ยังไม่บันทึก", "pending",
        meaning_set_aside="authorities pending, null where it is no number",
    ),
    Column(
        "saved_percent", PERCENT, "percent saved as printed, percent points", "ร้อยละ", "percent",
        meaning_set_aside="percent saved as printed, null where it is no number",
    ),
)  # fmt: skip

PACKAGE = "pipelines.datasets.province_progress"
REPORTS = (
    Report(
        "letters",
        "Letters",
        f"{PACKAGE}.letters.publish",
        frozenset({"docx"}),
        "**A reminder to each province that is behind, and the circular to all**, as Thai official letters under"
        " `letters/`, by campaign and as-of date. Nothing is sent.",
        on_the_site=True,
    ),
    Report(
        "workbook",
        "Workbook",
        f"{PACKAGE}.workbook_export",
        frozenset({"excel"}),
        "**The return's own table, which is itself a return, and the marts**, a workbook a campaign under `workbook/`.",
    ),
    Report(
        "data_docs",
        "Data Docs",
        f"{PACKAGE}.data_docs.publish",
        frozenset({"greatexpectations", "html"}),
        "**Each return in the tables against its contract**, by Great Expectations: what holds, what is a warning, and"
        " how it differs from the returns before (volume, freshness, daily gain). Static pages under `data-docs/`.",
        needs="great_expectations",
        install="pip install 'khrop-pipelines[gx]'",
    ),
)

DATASET = Dataset(
    name="province_progress",
    title_th="ความคืบหน้ารายจังหวัด",
    title_en="Progress by province",
    contract=ProvinceProgress,
    form=FORM,
    columns=COLUMNS,
    key=("province_code",),
    label="province_th",
    marts=Path(warehouse.province_progress.__file__).parent / "marts",
    marts_by_campaign=True,
    shape=lambda: PRINTED_TABLE,
    reports=REPORTS,
    summary=f"{PACKAGE}.summary",
    site=f"{PACKAGE}.site",
    # This table is older than the other datasets, and keeps its name.
    set_aside="core.set_aside",
    source=PACKAGE,
)
