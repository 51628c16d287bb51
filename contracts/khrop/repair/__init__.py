"""Suggested repairs: a table that repeats itself is an error-correcting code.

Parts add up to a whole, a ratio follows from two counts, columns add up to grand totals, the prose says these again.
So a wrong cell can mostly be found and its true value proved. `suggest` names the cells that must be wrong and what
they should say, and says so where that cannot be known. Nothing is changed: a repair is a proposal.
"""

from khrop.repair.report import Repair, Report, Structural
from khrop.repair.shape import Shape, ShapeError, shape_of
from khrop.repair.sheet import UnreadableTable
from khrop.repair.suggesting import suggest

__all__ = ["Repair", "Report", "Shape", "ShapeError", "Structural", "UnreadableTable", "shape_of", "suggest"]
