"""Campaigns of one province: what its officer sends back is a part of the register of the whole country.

Here belongs how such a campaign is named and known. The officer's workbook belongs in `officer_workbook`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from khrop.thai import provinces
from pipelines.campaigns import Campaign


def part_of(campaign: Campaign, code: str) -> str:
    """Return the id of the campaign of a province's own register."""
    return f"{campaign.id}-{code}"


def phrase_of(campaign: Campaign, code: str) -> str:
    """Return the phrase by which a province's own register is known; it has the campaign's own in it."""
    known_by = campaign.known_by[0] if campaign.known_by else campaign.title_th
    return f"{known_by} จังหวัด{provinces.by_code(code).name_th}"


def without_parts(ids: Sequence[str], campaigns: Mapping[str, Campaign]) -> list[str]:
    """Return campaigns without those of some provinces, whose authorities the whole register has, too.

    Args:
        ids: The ids of campaigns with registers.
        campaigns: All campaigns by id.

    Returns:
        The ids; all of them where there are parts alone.
    """
    parts = {name for name, campaign in campaigns.items() if str(campaign.params.get("provinces") or "").split()}
    return [name for name in ids if name not in parts] or list(ids)
