"""Suggested repairs: redundant figures make a table an error-correcting code.

Parts add up to a whole, a ratio follows from two counts, columns add up to grand totals, and the prose repeats these.
So most wrong cells can be located, and their true values proved. `suggest` names the cells that must be wrong and
their values, and reports where these cannot be known. It changes nothing: a repair is a proposal.
"""

from khrop.model.table_shape import Shape, ShapeError
from khrop.repair._contract_shape import shape_of
from khrop.repair._report import Repair, Report, Structural
from khrop.repair._suggest import suggest
from khrop.repair.sheet import UnreadableTable

__all__ = ["Repair", "Report", "Shape", "ShapeError", "Structural", "UnreadableTable", "shape_of", "suggest"]
