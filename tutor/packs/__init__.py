"""Exercise packs: folders of small TOML files, read without running anything of theirs.

The list of packs is on the screen before an exercise, with the engine behind it, is needed: names are imported
when they are asked for.
"""

from typing import TYPE_CHECKING, Any

from tutor import lazily

if TYPE_CHECKING:
    from tutor.packs.exercise import Exercise, Variant
    from tutor.packs.faults import Fault, PackError
    from tutor.packs.formula import from_formula
    from tutor.packs.library import Entry, Pack

__all__ = ["Entry", "Exercise", "Fault", "Pack", "PackError", "Variant", "from_formula"]

_MODULES = {
    "Exercise": "exercise",
    "Variant": "exercise",
    "Fault": "faults",
    "PackError": "faults",
    "from_formula": "formula",
    "Entry": "library",
    "Pack": "library",
}


def __getattr__(name: str) -> Any:
    return lazily.found(name, __name__, _MODULES)
