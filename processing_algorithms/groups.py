"""The toolbox groups, in the order of the data flow."""

from .base import Group
from .translate import mark

BOUNDARIES = Group("boundaries", mark("Boundaries and units"))
FOOTPRINTS = Group("footprints", mark("BIM and city models"))
INDICATORS = Group("indicators", mark("Indicators"))
PROBLEMS = Group("problems", mark("Problems"))
MAPS = Group("maps", mark("Maps"))
ANNUAL = Group("annual", mark("Annual checkup"))
EXCHANGE = Group("exchange", mark("Exchange with CIM platforms"))
