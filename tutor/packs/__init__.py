"""Exercise packs: folders of small TOML files, read without running anything of theirs."""

from tutor.packs.exercise import Exercise, Variant
from tutor.packs.faults import Fault, PackError
from tutor.packs.formula import from_formula
from tutor.packs.library import Entry, Pack

__all__ = ["Entry", "Exercise", "Fault", "Pack", "PackError", "Variant", "from_formula"]
