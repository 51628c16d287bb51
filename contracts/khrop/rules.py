"""The rules of a contract; the public name of `khrop.model.rule` and of the errors of a contract's definition."""

from khrop.engine.compiling.pandera_bridge import rule
from khrop.model.rule import ContractOptions, Rule, RuleDefinitionError, rule_ids, rules_of

__all__ = ["ContractOptions", "Rule", "RuleDefinitionError", "rule", "rule_ids", "rules_of"]
