"""The contract of the register of local authorities: a row for each of them, and whether its data are saved.

Here belong the columns and what must hold among them. The numbers of authorities by province and kind, on 20 December
2019 as the department counted them, are in `authority_counts.csv`.
"""

from __future__ import annotations

import csv
from functools import cache
from importlib.resources import files

import narwhals as nw
import pandera.pandas as pa
from pandera.typing import Series

from khrop.engine.compiling.pandera_bridge import rule
from khrop.model.rule import ContractOptions, Params
from khrop.thai import provinces
from khrop.vocabulary import BetweenFacts, ByGroup, GroupCounts, KeysKept, UniqueKey

KINDS = {
    "pao": "องค์การบริหารส่วนจังหวัด",
    "city_municipality": "เทศบาลนคร",
    "town_municipality": "เทศบาลเมือง",
    "subdistrict_municipality": "เทศบาลตำบล",
    "sao": "องค์การบริหารส่วนตำบล",
    "special": "องค์กรปกครองส่วนท้องถิ่นรูปแบบพิเศษ",
}
"""The kinds of authorities, with their Thai names."""
STATUSES = {"saved": "บันทึกแล้ว", "in_progress": "อยู่ระหว่างบันทึก", "not_started": "ยังไม่บันทึก"}
"""How far an authority is, with the Thai names."""
IN_PLACE = ("province_code", "district", "kind", "name_th")
"""By these columns no two authorities have the same name."""


@cache
def known_counts() -> tuple[tuple[str, str, int], ...]:
    """Return the number of authorities of each kind in each province, as (province code, kind, number).

    Kinds that a province does not have are left out.
    """
    text = files("khrop.contracts").joinpath("authority_counts.csv").read_text(encoding="utf-8")
    rows = csv.DictReader(text.splitlines())
    return tuple((r["province_code"], kind, int(r[kind])) for r in rows for kind in KINDS if int(r.get(kind) or 0))


class LocalAuthority(pa.DataFrameModel):
    """A row for each local authority: code, name, kind, district, province, status, and since when it is saved.

    A register has some 7,850 rows. `kind` is a key of `KINDS`, `status` one of `STATUSES`. The columns `code_kind`,
    `code_province` and `code_district` are the parts of the department's code, where the dataset names them.

    Parameters: `counts`, whether the numbers by province and kind are compared with those of December 2019;
    `provinces`, the codes of the provinces that a register is of, like "81 92"; empty for all.

    Example:
        >>> import pandas as pd
        >>> import khrop
        >>> frame = pd.DataFrame(
        ...     {
        ...         "authority_code": ["5100101", "5100102"],
        ...         "name_th": ["เทศบาลตำบลหนองไผ่", "เทศบาลตำบลท่างาม"],
        ...         "kind": "subdistrict_municipality",
        ...         "district": "เมืองกระบี่",
        ...         "province_code": "81",
        ...         "status": ["saved", "not_started"],
        ...         "saved_on": [pd.Timestamp("2020-06-09"), pd.NaT],
        ...     }
        ... )
        >>> verdict = khrop.check(LocalAuthority, frame, scopes=("row",))
        >>> verdict.status
        'accepted'
        >>> frame.loc[1, "status"] = "saved"
        >>> khrop.check(LocalAuthority, frame, scopes=("row",)).counts()
        {'saved-on-present': 1}
    """

    snapshot_id: Series[str] | None = pa.Field(nullable=False, coerce=True)
    authority_code: Series[str] = pa.Field(coerce=True, description="the department's code")
    name_th: Series[str] = pa.Field(coerce=True, description="the authority's name")
    kind: Series[str] = pa.Field(coerce=True, isin=list(KINDS), description="its kind")
    district: Series[str] = pa.Field(coerce=True, description="its district")
    province_code: Series[str] = pa.Field(coerce=True, description="two digits, TIS 1099")
    province_th: Series[str] | None = pa.Field(nullable=True, coerce=True, description="the province as read")
    status: Series[str] = pa.Field(coerce=True, isin=list(STATUSES), description="how far it is")
    saved_on: Series[pa.DateTime] = pa.Field(
        nullable=True, coerce=True, description="the day, or moment, its data were saved"
    )
    recorded_by: Series[str] | None = pa.Field(nullable=True, coerce=True, description="who recorded them")
    note: Series[str] | None = pa.Field(nullable=True, coerce=True, description="why a status went back")
    code_kind: Series[str] | None = pa.Field(
        nullable=True, coerce=True, description="the part of the code for the kind"
    )
    code_province: Series[str] | None = pa.Field(nullable=True, coerce=True, description="that for the province")
    code_district: Series[str] | None = pa.Field(nullable=True, coerce=True, description="that for the district")

    __contract__ = ContractOptions(
        version="1.2.0",
        title_th="ทะเบียนองค์กรปกครองส่วนท้องถิ่น",
        title_en="Register of local authorities",
        snapshot="snapshot_id",
        key=("authority_code",),
        label="name_th",
        place="place",
        params={"counts": True, "provinces": ""},
        derived={"province_code": ("province_th", "thai-province-code")},
        names_th={
            "authority_code": "รหัส อปท.",
            "name_th": "ชื่อ อปท.",
            "kind": "ประเภท",
            "district": "อำเภอ",
            "province_code": "รหัสจังหวัด",
            "province_th": "จังหวัด",
            "status": "สถานะ",
            "saved_on": "วันที่บันทึก",
            "recorded_by": "ผู้บันทึก",
            "note": "หมายเหตุ",
            "code_kind": "ส่วนของรหัสที่เป็นประเภท",
            "code_province": "ส่วนของรหัสที่เป็นจังหวัด",
            "code_district": "ส่วนของรหัสที่เป็นอำเภอ",
            **{f"kind={kind}": name for kind, name in KINDS.items()},
            **{f"status={status}": name for status, name in STATUSES.items()},
            **{f"province_code={province.code}": f"จังหวัด{province.name_th}" for province in provinces.all_provinces()},
        },
    )

    @rule(
        "saved-on-present",
        columns=("status",),
        skip_null=("status",),
        column="saved_on",
        observed="{status}",
        th="{name}: ต้องมีวันที่บันทึกเมื่อสถานะเป็น “บันทึกแล้ว” เท่านั้น",
        en="{name}: status {status}, but a day of saving must be there exactly where the status is saved",
    )
    def saved_on_present(cls, params: Params) -> nw.Expr:
        """The day of saving is there exactly where the status is saved."""
        return (nw.col("status") == "saved") == ~nw.col("saved_on").is_null()

    @rule(
        "code-province",
        columns=("code_province", "province_code", "authority_code"),
        skip_null=("code_province", "province_code"),
        column="authority_code",
        observed="{authority_code}",
        expected="{province_code}",
        th="{name}: รหัส {authority_code} ไม่ใช่รหัสของจังหวัด {province_code}",
        en="{name}: the code {authority_code} is not of the province {province_code}",
    )
    def code_names_province(cls, params: Params) -> nw.Expr:
        """The code's part for the province is the province's code."""
        return nw.col("code_province") == nw.col("province_code")

    @rule(
        "province-expected",
        columns=("province_code",),
        column="province_code",
        observed="{province_code}",
        th="{name}: จังหวัด {province_code} ไม่อยู่ในทะเบียนนี้",
        en="{name}: the register is not of the province {province_code}",
    )
    def province_expected(cls, params: Params) -> nw.Expr:
        """Each authority is of a province that the register is of."""
        codes = str(params["provinces"]).split()
        return nw.col("province_code").is_in(codes) if codes else ~nw.col("province_code").is_null()

    @rule("code-unique", scope="group", columns=("authority_code",))
    def code_unique(cls, params: Params) -> UniqueKey:
        """No code stands twice."""
        return UniqueKey(("authority_code",))

    @rule("names-unique", scope="group", columns=IN_PLACE, skip_null=IN_PLACE)
    def names_unique(cls, params: Params) -> UniqueKey:
        """No two authorities of a kind have the same name in a district."""
        return UniqueKey(IN_PLACE)

    @rule("code-kind", scope="group", columns=("code_kind", "kind"), skip_null=("code_kind", "kind"))
    def code_names_kind(cls, params: Params) -> ByGroup:
        """The code's part for the kind means one kind."""
        return ByGroup(
            ("code_kind",), {"kinds": ("different", "kind")}, nw.col("kinds") == 1,
            th="รหัสประเภท {code_kind} ใช้กับมากกว่าหนึ่งประเภท",
            en="the part {code_kind} of codes stands for more than one kind ({observed})",
        )  # fmt: skip

    @rule(
        "code-district", scope="group", columns=("code_district", "district"), skip_null=("code_district", "district")
    )
    def code_names_district(cls, params: Params) -> ByGroup:
        """The code's parts for province and district mean one district."""
        return ByGroup(
            ("province_code", "code_district"), {"districts": ("different", "district")}, nw.col("districts") == 1,
            th="รหัสอำเภอ {code_district} ในจังหวัดรหัส {province_code} ใช้กับมากกว่าหนึ่งอำเภอ",
            en="the part {code_district} of codes stands for more than one district of the province {province_code}"
            " ({observed})",
        )  # fmt: skip

    @rule("provincial-organisation-once", scope="group", columns=("province_code", "kind"))
    def provincial_organisation_once(cls, params: Params) -> GroupCounts:
        """Each province has exactly one provincial organisation."""
        codes = str(params["provinces"]).split() or provinces.expected_codes()
        return GroupCounts(("province_code", "kind"), tuple((code, "pao", 1) for code in codes), others=False)

    @rule("counts-as-known", scope="group", severity="warning", columns=("province_code", "kind"))
    def counts_as_known(cls, params: Params) -> GroupCounts:
        """Each province has as many authorities of each kind as the department counted in December 2019."""
        compared, codes = bool(params["counts"]), str(params["provinces"]).split()
        counts = [count for count in known_counts() if not codes or count[0] in codes]
        return GroupCounts(("province_code", "kind"), tuple(counts) if compared else (), others=compared)

    @rule("saved-on-within", scope="group", columns=("saved_on",), skip_null=("saved_on",))
    def saved_on_within(cls, params: Params) -> BetweenFacts:
        """The day of saving is neither before the campaign opened nor after the as-of date."""
        return BetweenFacts("saved_on", "campaign_opened_on", "as_of")

    @rule(
        "saved-on-before-reception", scope="group", severity="warning", columns=("saved_on",), skip_null=("saved_on",)
    )
    def saved_on_before_reception(cls, params: Params) -> BetweenFacts:
        """Nothing was saved after the register was received, to the hour where the register has hours."""
        return BetweenFacts("saved_on", last="received_at")

    @rule(
        "status-kept",
        scope="reference",
        severity="warning",
        columns=("status",),
        observed="{status}",
        expected="{previous_status}",
        th="{name}: สถานะถอยกลับจากครั้งก่อนโดยไม่มีหมายเหตุ",
        en="{name}: the status went back from {previous_status} to {status} without a note",
    )
    def status_kept(cls, params: Params) -> nw.Expr:
        """A status never goes back without a note."""
        now, before = nw.col("status"), nw.col("previous_status")
        back = ((before == "saved") & (now != "saved")) | ((before == "in_progress") & (now == "not_started"))
        return ~back | ~nw.col("note").is_null()

    @rule("authorities-kept", scope="reference", severity="warning", columns=("authority_code",))
    def authorities_kept(cls, params: Params) -> KeysKept:
        """Authorities come and go only by a known change: a merger, an upgrade, a new code."""
        return KeysKept(("authority_code",), known="authority_changes")
