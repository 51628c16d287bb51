"""The pages of quality: every return of some, with its verdict and what is wrong with it, down to the cell."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

from pipelines.publishing.site.folder import Group
from pipelines.publishing.site.templating import Look

if TYPE_CHECKING:
    from pipelines.publishing.column_names import Names
    from pipelines.publishing.site.cell_pictures import Pictured
    from pipelines.publishing.suggested_repairs import Suggestion

A_PAGE = 200
"""Returns on a page; counted from the oldest, so that a full page stays as it is."""
NEWEST = "quality.html"
LOOK = Look()
Uncertain = Callable[[Sequence[str]], Mapping[str, Sequence["Pictured"]]]
"""The cells of returns that a person is to confirm, by return."""
Violations = Callable[[Sequence[str]], Mapping[str, list[dict[str, Any]]]]
"""What is wrong with some returns, by return."""
Aside = Callable[[dict[str, Any]], Any]
"""The rows of a return that were set aside, as the template shows them; None where there are none to show."""


class Quality:
    """The pages of quality of some returns.

    Args:
        folder: Where they lie within the site, with a slash at its end; empty for the site's own.
        returns: The returns by name, the newest first.
        decisions: The decisions on them by name.
        names_of: The names of the columns of a return.
        violations: What is wrong with returns, which is read a page at a time.
        uncertain: The cells of returns that a person is to confirm.
        aside: What of a return was set aside.
        title: The title of the dataset that they are all of, in Thai and English.
    """

    def __init__(
        self,
        folder: str,
        returns: Mapping[str, dict[str, Any]],
        decisions: Mapping[str, Any],
        names_of: Callable[[dict[str, Any]], Names],
        violations: Violations,
        uncertain: Uncertain,
        aside: Aside = lambda entry: None,
        title: tuple[str, str] | None = None,
    ) -> None:
        """Prepare the quality pages in a folder of the site for some returns and the decisions on them."""
        self.folder, self.returns, self.decisions = folder, returns, decisions
        self.names_of, self.aside, self.title = names_of, aside, title
        self.violations, self.uncertain = violations, uncertain
        self.parts = parts(list(returns))
        self.page_of = {name: f"{folder}{part}" for part, names in self.parts.items() for name in names}

    @property
    def size(self) -> int:
        """Pages in all."""
        return len(self.parts)

    def groups(self, links: Sequence[Any], suggestions: Mapping[str, Suggestion]) -> Iterator[Group]:
        """Return every page, with this navigation; each is a group.

        The newest page alone has the counts of verdicts and says up to which return it goes, so that the full ones
        change with their own returns only.
        """
        counts = sorted(Counter(entry["verdict"] for entry in self.returns.values()).items())
        ends: list[tuple[str, int, int | None]] = []
        last = len(self.returns)
        for part, names in self.parts.items():
            ends.append((part, last - len(names) + 1, last if ends else None))
            last -= len(names)
        for part, names in self.parts.items():
            values = {
                "links": links,
                "here": self.folder.rstrip("/") or "quality",
                "title": self.title,
                "page": part,
                "returns": self._with_violations(names),
                "counts": counts if part == NEWEST else None,
                "parts_of": ends,
                "decisions": {name: self.decisions[name] for name in names if name in self.decisions},
                "suggestions": {name: suggestions[name] for name in names if name in suggestions},
            }
            name = f"{self.folder}{part}"
            yield Group(name, repr(values), partial(self._page, name, values))

    def _with_violations(self, names: Sequence[str]) -> list[dict[str, Any]]:
        found, entries = self.violations(names), []
        for name in names:
            errors = sum(violation["severity"] == "error" for violation in found[name])
            counts = {"errors": errors, "warnings": len(found[name]) - errors}
            entries.append({**self.returns[name], "violations": found[name], **counts})
        return entries

    def _page(self, name: str, values: Mapping[str, Any]) -> list[tuple[str, str]]:
        uncertain = self.uncertain([entry["snapshot_id"] for entry in values["returns"]])
        own = {"names_of": self.names_of, "aside": self.aside, "uncertain": uncertain}
        return [LOOK.render("quality", name, **values, **own)]


def parts(names: list[str]) -> dict[str, list[str]]:
    """Return the pages, the newest first, each with its returns, the newest first.

    Full pages are counted from the oldest return; the newest, which grows, is quality.html.
    """
    rest = len(names) % A_PAGE or min(A_PAGE, len(names))
    made = {NEWEST: names[:rest]}
    older = [names[start : start + A_PAGE] for start in range(rest, len(names), A_PAGE)]
    for i, some in enumerate(older):
        made[f"quality-{len(older) - i}.html"] = some
    return made
