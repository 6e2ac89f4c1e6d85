"""Learn back-propagation by hand, edge by edge.

    >>> import tutor
    >>> g = tutor.graph("z = (a + b) * c", a=50, b=70, c=2)
    >>> g.value, g.gradients
    (240.0, {'a': 2.0, 'b': 2.0, 'c': 120.0})

The functions are in `tutor.api`, which is imported when one of them is used: the command line does without.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tutor.api import Answer, Edge, Exercise, Finding, Graph, TutorError, Worksheet, check, exercise, graph

__version__ = "0.1.0"
#: Another distribution with the same import name replaces this file, and the name is missing.
DISTRIBUTION = "backprop-tutor"

__all__ = [
    "Answer",
    "Edge",
    "Exercise",
    "Finding",
    "Graph",
    "TutorError",
    "Worksheet",
    "check",
    "exercise",
    "graph",
]


def __getattr__(name: str) -> Any:
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module("tutor.api"), name)


def __dir__() -> list[str]:
    return [*globals(), *__all__]
