"""Ready-made rules, named after the literature: about single rows, about groups of rows, and against other frames.

Each is data: what it speaks of, as a frozen dataclass, with what must hold and how it reads. A contract's `@rule`
method returns one, and the contract can then be exported, compared, and put to the test with frames that break it.
Whatever is not here is a plain narwhals expression. How any of it is run belongs in the engine.
"""

from khrop.vocabulary.completeness import ContainsExactly, LinearSequence, UniqueKey
from khrop.vocabulary.references import ConservesRows, ForeignKey, NotAllSame, NotLessThan, SameAs
from khrop.vocabulary.rows import AddsUp, RatioRounded, RatioWithin, WholeNumbers
from khrop.vocabulary.sums import ByGroup, PartWhole, SumsMatch

__all__ = [
    "AddsUp",
    "ByGroup",
    "ConservesRows",
    "ContainsExactly",
    "ForeignKey",
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
