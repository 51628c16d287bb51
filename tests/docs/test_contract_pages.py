"""The page of each contract is the one that the contract makes, with a violation of every rule."""

from __future__ import annotations

import unicodedata

from page_writers.contract_pages import examples, pages

from khrop import ProvinceProgress, rules_of


def test_the_pages_are_the_ones_that_the_contracts_make() -> None:
    for path, text in pages().items():
        assert path.read_text(encoding="utf-8") == text, "run make docs"
        assert unicodedata.is_normalized("NFC", text)


def test_each_rule_of_the_contract_has_an_example_of_a_violation() -> None:
    found = examples()
    assert set(found) == {(rule.id, rule.scope) for rule in rules_of(ProvinceProgress)}
    assert len({rule_id for rule_id, _ in found}) == 26
    for (rule_id, _), example in found.items():
        assert example.violation.rule_id == rule_id
        assert example.violation.message_th
        assert example.violation.message_en
