"""Names that the province table's pages alone use: statuses, regions, rates, days left."""

from __future__ import annotations

from pipelines.publishing.column_names import Both
from pipelines.publishing.site.labels import NOTHING

STATUS: dict[str, Both] = {
    "complete": ("ครบแล้ว", "complete"),
    "on_track": ("ทันเส้นเป้าหมาย", "on track"),
    "behind": ("ช้ากว่าเส้นเป้าหมาย", "behind"),
    "not_started": ("ยังไม่เริ่ม", "not started"),
    "overdue": ("เลยกำหนด", "overdue"),
}
SIGN = {"complete": "✓", "on_track": "▲", "behind": "▼", "not_started": "○", "overdue": "✕"}
REGION: dict[str, Both] = {
    "north": ("ภาคเหนือ", "North"),
    "northeast": ("ภาคตะวันออกเฉียงเหนือ", "Northeast"),
    "central": ("ภาคกลาง", "Central"),
    "east": ("ภาคตะวันออก", "East"),
    "west": ("ภาคตะวันตก", "West"),
    "south": ("ภาคใต้", "South"),
}


def rate(value: float | None) -> str:
    """Authorities a day: 1.85."""
    return NOTHING if value is None else f"{value:,.2f}".replace("-", "−")


def days_left(left: int) -> Both:
    """Days to the deadline, or past it."""
    if left < 0:
        return f"เลยกำหนด {-left} วัน", f"{-left} day{'s' if left < -1 else ''} past the deadline"
    if left == 0:
        return "ครบกำหนดวันนี้", "due this day"
    return f"เหลือ {left} วัน", f"{left} day{'' if left == 1 else 's'} left"
