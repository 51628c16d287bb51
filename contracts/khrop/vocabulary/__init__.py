"""Ready-made rules, named after the literature: about single rows, about groups of rows, and against other frames.

Each is a class that carries all that is known of its kind of rule (see `khrop.vocabulary.kinds`): its values as a
frozen dataclass, its check, texts, SQL, JSON Schema, expectations, and how a change is graded. A contract's `@rule`
method returns one. Whatever is not here is a plain narwhals expression, or a kind of one's own. How a rule is run
belongs in the engine.
"""

from khrop.vocabulary.aggregates import ByGroup
from khrop.vocabulary.completeness import ContainsExactly, LinearSequence
from khrop.vocabulary.counts import BetweenFacts, GroupCounts
from khrop.vocabulary.references import ConservesRows, ForeignKey, KeysKept, NotAllSame, NotLessThan, SameAs
from khrop.vocabulary.rows import AddsUp, RatioRounded, RatioWithin, WholeNumbers
from khrop.vocabulary.sums import PartWhole, SumsMatch
from khrop.vocabulary.unique_key import UniqueKey

__all__ = [
    "AddsUp",
    "BetweenFacts",
    "ByGroup",
    "ConservesRows",
    "ContainsExactly",
    "ForeignKey",
    "GroupCounts",
    "KeysKept",
    "LinearSequence",
    "NotAllSame",
    "NotLessThan",
    "PartWhole",
    "RatioRounded",
    "RatioWithin",
    "SameAs",
    "SumsMatch",
    "UniqueKey",
    "WholeNumbers",
]
