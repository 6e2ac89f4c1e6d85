"""One small language: text -> expression tree -> value. It reads pack files, the command line and answers alike."""

from tutor.algebra.errors import AlgebraError
from tutor.algebra.parser import ANSWER, GRAPH, Equation, Limits, parse, parse_equations, read_value
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
