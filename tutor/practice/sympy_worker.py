"""The child process that simplifies formulas with SymPy: the only place that knows it.

Lines of JSON come in on standard input and go out on standard output, one for each formula: a list of nodes, each
after those it is made of. `["num", "1/3"]`, `["sym", "x", "positive"]`, `["mul", 0, 1]`. What SymPy is given is built
from these, never read from a text; null stands for a formula that can't be told in our own operations.
"""

from __future__ import annotations

import json
import sys
from contextlib import suppress
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from tutor.algebra import functions
from tutor.algebra.expr import Apply, Expr, Num, Sym, children, postorder

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

#: Operations that both sides know, with the number of their operands.
OPERAND_COUNTS = functions.table(lambda function: {function.id: function.arity})
_IDS_BY_SYMPY_NAME = functions.table(
    lambda function: {} if function.is_operator else {function.sympy or function.id: function.id}
)
#: A formula of more parts is not simplified.
MAX_NODES = 400


def encode(formula: Expr) -> list[list[Any]] | None:
    """A formula as a list of nodes; None where it has other operations, or is too large."""
    nodes: list[list[Any]] = []
    places: dict[int, int] = {}
    for node in postorder(formula):
        inside = [places[id(child)] for child in children(node)]
        places[id(node)] = len(nodes)
        if isinstance(node, Num):
            nodes.append(["num", str(node.value)])
        elif isinstance(node, Sym):
            nodes.append(["sym", node.name, node.domain])
        elif isinstance(node, Apply) and OPERAND_COUNTS.get(node.op) == len(inside):
            nodes.append([node.op, *inside])
        else:
            return None
        if len(nodes) > MAX_NODES:
            return None
    return nodes


def decode(nodes: Iterable[Iterable[Any]]) -> Expr:
    """The formula of a list of nodes. Raises ValueError, KeyError, IndexError or TypeError where it is none."""
    made: list[Expr] = []
    for op, *rest in nodes:
        if op == "num":
            made.append(Num(Fraction(rest[0])))
        elif op == "sym":
            made.append(Sym(rest[0], domain=rest[1]))
        elif OPERAND_COUNTS[op] == len(rest):
            made.append(Apply(op, tuple(made[place] for place in rest)))
        else:
            raise ValueError(op)
    return made[-1]


def main() -> None:
    """Simplify every formula that comes in, and answer each at once."""
    import sympy

    for line in sys.stdin:
        try:
            found = _simplify(sympy, _to_sympy(sympy, json.loads(line)))
        except (ArithmeticError, ValueError, TypeError, KeyError, IndexError, AttributeError, RecursionError):
            found = None
        print(json.dumps(found), flush=True)


def _simplify(sympy: Any, formula: Any) -> list[list[Any]] | None:
    """What SymPy makes of a formula, in our own operations; None where that can't be told.

    Simplified, e^x/(1 + e^x)² is a hyperbolic cosine, which is none of ours; its factors are.
    """
    for simplify in (sympy.simplify, sympy.factor):
        with suppress(ValueError):
            return _from_sympy(simplify(formula))
    return None


def _to_sympy(sympy: Any, nodes: Iterable[Iterable[Any]]) -> Any:
    """The same formula in SymPy."""
    made: list[Any] = []
    for op, *rest in nodes:
        if op == "num":
            value = Fraction(rest[0])
            made.append(sympy.Rational(value.numerator, value.denominator))
        elif op == "sym" and rest[0] == "pi":
            made.append(sympy.pi)
        elif op == "sym":
            signs = {"positive": {"positive": True}, "nonzero": {"nonzero": True}}.get(rest[1], {})
            made.append(sympy.Symbol(rest[0], real=True, **signs))
        else:
            made.append(_sympy_operation(sympy, op)(*(made[place] for place in rest)))
    return made[-1]


def _sympy_operation(sympy: Any, op: str) -> Callable[..., Any]:
    """Return a function in SymPy. One without a name there is left as it is: what was written with σ is read with σ."""
    function = functions.FUNCTIONS.get(op)
    if function is not None and function.is_generic:
        return function.float_kernel
    found: Callable[..., Any] = (
        getattr(sympy, function.sympy) if function and function.sympy else sympy.Function(op, real=True)
    )
    return found


class _SymPyConverter:
    """SymPy's formulas in our own operations."""

    def __init__(self) -> None:
        self.nodes: list[list[Any]] = []

    def add_node(self, *parts: Any) -> int:
        self.nodes.append(list(parts))
        return len(self.nodes) - 1

    def convert_number(self, value: Any) -> int:
        return self.add_node("num", str(Fraction(int(value.p), int(value.q))))

    def convert(self, formula: Any) -> int:
        """The place of a formula. Raises ValueError for one that can't be told."""
        if formula.is_Rational:
            return self.convert_number(formula)
        if formula.is_Symbol:
            domain = "positive" if formula.is_positive else "nonzero" if formula.is_nonzero else "real"
            return self.add_node("sym", formula.name, domain)
        name = type(formula).__name__
        if name == "Pi":
            return self.add_node("sym", "pi", "positive")
        if name == "Exp1":
            return self.add_node("exp", self.add_node("num", "1"))
        if formula.is_Add:
            return self.convert_sum(formula.as_ordered_terms())
        if formula.is_Mul:
            return self.convert_product(formula)
        if formula.is_Pow:
            return self.convert_power(formula)
        if name not in _IDS_BY_SYMPY_NAME and type(type(formula)).__name__ != "UndefinedFunction":
            raise ValueError(name)
        op, places = _IDS_BY_SYMPY_NAME.get(name, name), [self.convert(operand) for operand in formula.args]
        return self.apply_pairwise(op, places) if name in ("Max", "Min") else self.add_node(op, *places)

    def apply_pairwise(self, op: str, places: list[int]) -> int:
        total = places[0]
        for place in places[1:]:
            total = self.add_node(op, total, place)
        return total

    def convert_sum(self, terms: list[Any]) -> int:
        """A sum, a term that is subtracted not in front where another can be."""
        terms = sorted(terms, key=lambda term: bool(term.could_extract_minus_sign()))
        total = self.convert(terms[0])
        for term in terms[1:]:
            if term.could_extract_minus_sign():
                total = self.add_node("sub", total, self.convert(-term))
            else:
                total = self.add_node("add", total, self.convert(term))
        return total

    def convert_product(self, formula: Any) -> int:
        """A product, as a fraction where anything is below the line."""
        number, _rest = formula.as_coeff_Mul()
        if number.is_negative:
            return self.add_node("neg", self.convert(-formula))
        above, below = formula.as_numer_denom()
        if below != 1:
            return self.add_node("div", self.convert(above), self.convert(below))
        return self.apply_pairwise("mul", [self.convert(factor) for factor in formula.as_ordered_factors()])

    def convert_power(self, formula: Any) -> int:
        base, exponent = formula.as_base_exp()
        if exponent.is_Rational and exponent.is_negative:
            return self.add_node("div", self.add_node("num", "1"), self.convert(base**-exponent))
        if exponent.is_Rational and exponent.p == 1 and exponent.q == 2:
            return self.add_node("sqrt", self.convert(base))
        return self.add_node("pow", self.convert(base), self.convert(exponent))


def _from_sympy(formula: Any) -> list[list[Any]]:
    """A formula of SymPy as a list of nodes. Raises ValueError for one that can't be told."""
    teller = _SymPyConverter()
    teller.convert(formula)
    return teller.nodes


if __name__ == "__main__":
    main()
