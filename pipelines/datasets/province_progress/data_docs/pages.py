"""The pages of the Data Docs, rendered by Great Expectations into HTML that opens from a file without a network.

Its own templates fetch Bootstrap, jQuery and Vega from elsewhere, and it ships none of them; those templates are
replaced by the ones in `data_docs_pages/`. Here belongs how a page is made; which ones are, in
`pipelines.datasets.province_progress.data_docs.publish`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from khrop.contracts.province_progress import ProvinceProgress as CONTRACT
from khrop.model.terminal_text import printable_lines
from pipelines.datasets.province_progress.data_docs.expectations import not_expressed
from pipelines.datasets.province_progress.data_docs.mart_suites import Suite

if TYPE_CHECKING:
    from great_expectations import ExpectationSuite
    from great_expectations.core import ExpectationSuiteValidationResult
    from great_expectations.render.components import RenderedDocumentContent
    from great_expectations.render.view.view import DefaultJinjaPageView

PAGES = Path(__file__).parent / "data_docs_pages"
STYLE = "style.css"
_BLANK = re.compile(r"(?:[ \t]*\n)+")


def suite_path(table: str) -> str:
    """Where the page of a suite lies: Great Expectations' pages of results lead there by themselves."""
    return f"expectations/{table.replace('.', '/')}.html"


def result_path(table: str, campaign_id: str, snapshot_id: str, as_of: str) -> str:
    """Where the page of a return's table lies, as deep as the links on it reach up."""
    return f"validations/{table.replace('.', '/')}/{campaign_id}/{snapshot_id}/{as_of}.html"


def expectations_page(suite: ExpectationSuite) -> str:
    """The page of a suite."""
    from great_expectations.render.renderer.page_renderer import ExpectationSuitePageRenderer

    return _rendered(ExpectationSuitePageRenderer().render(suite), up="../../", title=f"Expectations / {suite.name}")


def result_page(result: ExpectationSuiteValidationResult, title: str, broken: Sequence[Mapping[str, Any]]) -> str:
    """The page of a return's table; what is `broken` stands first."""
    from great_expectations.render.renderer.page_renderer import ValidationResultsPageRenderer

    rendered = ValidationResultsPageRenderer(run_info_at_end=True).render(result)
    return _rendered(rendered, up="../../../../../", title=title, broken=broken)


def _rendered(
    document: RenderedDocumentContent, *, up: str, title: str, broken: Sequence[Mapping[str, Any]] = ()
) -> str:
    document.page_title = title
    html: str = printable_lines(_view().render(document, up=up, broken=broken))
    return _BLANK.sub("\n", html)


@cache
def _view() -> DefaultJinjaPageView:
    """Great Expectations' own view; kept, since each would compile all templates anew."""
    from great_expectations.render.view.view import DefaultJinjaPageView
    from jinja2 import ChoiceLoader, FileSystemLoader

    view = DefaultJinjaPageView()
    own = FileSystemLoader(PAGES)
    view.env.loader = ChoiceLoader([own, view.env.loader] if view.env.loader else [own])
    view.env.auto_reload = False
    return view


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
    contents = {"suites": suites, "returns": list(returns), "set_aside": list(set_aside), "not_judged": not_judged}
    page = environment.get_template("index.j2").render(
        **contents, suite_path=suite_path, not_expressed=not_expressed(), version=version, contract=CONTRACT.__name__
    )
    return printable_lines(page)
