"""The names of a dataset's columns, facts and rows in Thai and English, for what people look at.

Here belong the facts that any dataset has. The names of columns are those that the dataset gives them.
"""

from __future__ import annotations

from collections.abc import Iterable

from pipelines.datasets.dataset import Dataset

Both = tuple[str, str]
"""A text in Thai and in English."""
SOURCES: dict[str, Both] = {
    "table_total": ("ยอดรวมในตาราง", "grand total"),
    "prose": ("ข้อความในหนังสือ", "prose"),
    "rows": ("ผลรวมของแถว", "sum of the rows"),
}
FACTS: dict[str, Both] = {
    **SOURCES,
    "as_of": ("วันที่ของข้อมูล", "as-of date"),
    "letter_date": ("วันที่ของหนังสือ", "letter's date"),
    "letter_no": ("เลขที่หนังสือ", "letter's number"),
    "received_on": ("วันที่ได้รับ", "day received"),
    "deadline": ("วันครบกำหนด", "deadline"),
    "other_date": ("วันที่อื่นในเอกสาร", "another date"),
    "campaign": ("รายการที่ต้องรายงาน", "campaign"),
    "document": ("เอกสาร", "document"),
}


class Names:
    """The names of what a violation or a correction speaks of, in the datasets that it may be of."""

    def __init__(self, datasets: Iterable[Dataset]) -> None:
        self._titles = dict(FACTS)
        self._labels = []
        for dataset in datasets:
            self._titles |= {column.name: (column.title_th, column.title_en) for column in dataset.columns}
            shape = dataset.shape() if dataset.shape else None
            if shape:
                label = dataset.by_name[dataset.label]
                self._titles.setdefault(shape.key, (label.title_th, label.title_en))
            if derived := dataset.by_name[dataset.label].derived:
                self._labels.append(derived)

    def of(self, name: str) -> Both:
        """Return the name of a column, or of what is claimed of the whole: `prose_total` is the prose's total.

        Args:
            name: A column or fact.

        Returns:
            Thai and English; the name itself twice where it has none.
        """
        if name in self._titles:
            return self._titles[name]
        for source, (whose_th, whose_en) in SOURCES.items():
            measure = name.removeprefix(f"{source}_")
            if measure != name:
                th, en = self.of(measure)
                return f"{th} {whose_th}", f"{en}, {whose_en}"
        return name, name

    def row(self, key: str) -> Both:
        """Return the name of a row or fact by its key: that of a province by its code, that of a fact."""
        for _, name_of in self._labels:
            try:
                return (name_of(key),) * 2
            except LookupError:
                continue
        return self.of(key)
