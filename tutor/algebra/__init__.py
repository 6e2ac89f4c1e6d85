"""One small language: text -> expression tree -> value. It reads pack files, the command line and answers alike.

Names are imported when they are asked for: the list of packs needs the errors long before the parser.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tutor.algebra.errors import AlgebraError
    from tutor.algebra.limits import ANSWER, GRAPH, Limits
    from tutor.algebra.parser import Equation, parse, parse_equations, read_value
    from tutor.algebra.tree import Apply, Expr, Grid, Num, Sym

__all__ = [
    "ANSWER",
    "GRAPH",
    "AlgebraError",
    "Apply",
    "Equation",
    "Expr",
    "Grid",
    "Limits",
    "Num",
    "Sym",
    "parse",
    "parse_equations",
    "read_value",
]

_TREE = ("Apply", "Expr", "Grid", "Num", "Sym")
_LIMITS = ("ANSWER", "GRAPH", "Limits")


def __getattr__(name: str) -> Any:
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    module = "tree" if name in _TREE else "limits" if name in _LIMITS else "parser"
    module = "errors" if name == "AlgebraError" else module
    return getattr(import_module(f"{__name__}.{module}"), name)
