"""The pages of the Data Docs, rendered by Great Expectations into HTML that opens from a file without a network.

Its own templates fetch Bootstrap, jQuery and Vega from elsewhere, which it does not ship; those that do are replaced by
the ones in `data_docs_pages/`. Here belongs how a page is made; which are made belongs in `pipelines.reports.data_docs`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pipelines.judge import CONTRACT
from pipelines.reports.comparisons import Suite
from pipelines.reports.expectations import unsaid

if TYPE_CHECKING:
    from great_expectations import ExpectationSuite
    from great_expectations.core import ExpectationSuiteValidationResult

PAGES = Path(__file__).parent / "data_docs_pages"
STYLE = "style.css"
_BLANK = re.compile(r"(?:[ \t]*\n)+")


def expectations_page(suite: ExpectationSuite) -> str:
    """The page of a suite, one folder below the index."""
    from great_expectations.render.renderer.page_renderer import ExpectationSuitePageRenderer

    return _rendered(ExpectationSuitePageRenderer().render(suite), up="../", title=f"Expectations / {suite.name}")


def result_page(result: ExpectationSuiteValidationResult, title: str) -> str:
    """The page of a return's table, three folders below the index."""
    from great_expectations.render.renderer.page_renderer import ValidationResultsPageRenderer

    rendered = ValidationResultsPageRenderer(run_info_at_end=True).render(result)
    return _rendered(rendered, up="../../../", title=title)


def _rendered(document: Any, *, up: str, title: str) -> str:
    from great_expectations.render.view.view import DefaultJinjaPageView
    from jinja2 import ChoiceLoader, FileSystemLoader

    view = DefaultJinjaPageView()
    own = FileSystemLoader(PAGES)
    view.env.loader = ChoiceLoader([own, view.env.loader] if view.env.loader else [own])
    document.page_title = title
    html: str = view.render(document, up=up)
    return _BLANK.sub("\n", html)


def index_page(
    suites: Sequence[Suite],
    returns: Iterable[Mapping[str, Any]],
    set_aside: Iterable[Mapping[str, Any]],
    not_judged: int,
    version: str,
) -> str:
    """The page that leads to all others."""
    from jinja2 import Environment, FileSystemLoader

    environment = Environment(loader=FileSystemLoader(PAGES), autoescape=True)
    told = {"suites": suites, "returns": list(returns), "set_aside": list(set_aside), "not_judged": not_judged}
    return environment.get_template("index.j2").render(
        **told, unsaid=unsaid(), version=version, contract=CONTRACT.__name__
    )
