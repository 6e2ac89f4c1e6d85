"""The child process that simplifies formulas with SymPy; no other module imports SymPy.

It reads a line of JSON for each formula from standard input, and writes one to standard output: a list of nodes, each
after its operands, such as `["num", "1/3"]`, `["sym", "x", "positive"]`, `["mul", 0, 1]`, or null if the result needs
an operation that is not ours. SymPy's formulas are built from these nodes; SymPy parses no text.
"""

from __future__ import annotations

import json
import math
import os
import sys
from contextlib import suppress
from fractions import Fraction
from functools import reduce
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tutor.algebra import functions
from tutor.algebra.expr import Apply, Expr, Num, Sym, children, postorder
from tutor.practice.sympy_candidates import candidates, count_parts, is_feasible

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

#: Operations that both sides know, with the number of their operands.
OPERAND_COUNTS = functions.table(lambda function: {function.id: function.arity})
_IDS_BY_SYMPY_NAME = functions.table(
    lambda function: {} if function.is_operator else {function.sympy or function.id: function.id}
)
#: A formula with more nodes is not simplified.
MAX_NODES = 400


#: SymPy's assumptions about the symbols of a domain, besides being real.
_ASSUMPTIONS = {"positive": {"positive": True}, "nonzero": {"nonzero": True}, "probability": {"positive": True}}


def encode(formula: Expr) -> list[list[Any]] | None:
    """Return a formula as a list of nodes; None if it has other operations or is too large."""
    nodes: list[list[Any]] = []
    indices: dict[int, int] = {}
    for node in postorder(formula):
        operands = [indices[id(child)] for child in children(node)]
        indices[id(node)] = len(nodes)
        if isinstance(node, Num):
            nodes.append(["num", str(node.value)])
        elif isinstance(node, Sym):
            nodes.append(["sym", node.name, node.domain])
        elif isinstance(node, Apply) and OPERAND_COUNTS.get(node.op) == len(operands):
            nodes.append([node.op, *operands])
        else:
            return None
        if len(nodes) > MAX_NODES:
            return None
    return nodes


def decode(nodes: Iterable[Iterable[Any]], *, is_trusted: bool = False) -> Expr:
    """Return the formula of a list of nodes. Raise ValueError, KeyError, IndexError or TypeError if it is invalid.

    A trusted one may have functions that this process does not know.
    """
    formulas: list[Expr] = []
    for op, *rest in nodes:
        if op == "num":
            formulas.append(Num(Fraction(rest[0])))
        elif op == "sym":
            formulas.append(Sym(rest[0], domain=rest[1]))
        elif is_trusted or OPERAND_COUNTS[op] == len(rest):
            formulas.append(Apply(op, tuple(formulas[index] for index in rest)))
        else:
            raise ValueError(op)
    return formulas[-1]


def environment() -> dict[str, str]:
    """Return the environment in which the child process computes the same on every machine."""
    # Faster libraries of numbers, where they are installed, take other steps; hashes decide the order of some loops.
    kept = {name: value for name, value in os.environ.items() if not name.startswith("SYMPY_")}
    fixed = {"PYTHONHASHSEED": "0", "SYMPY_GROUND_TYPES": "python", "MPMATH_NOGMPY": "1"}
    paths = os.pathsep.join(filter(None, (str(Path(__file__).parents[2]), os.environ.get("PYTHONPATH"))))
    return {**kept, **fixed, "PYTHONPATH": paths}


def main() -> None:
    """Answer each formula on standard input at once."""
    # Here, because the parent process imports `encode` and `decode` from this module.
    import sympy

    for line in sys.stdin:
        try:
            simplest = _simplest_form(sympy, json.loads(line))
        except (ArithmeticError, ValueError, TypeError, KeyError, IndexError, AttributeError, RecursionError):
            simplest = None
        print(json.dumps(simplest), flush=True)


def _simplest_form(sympy: Any, nodes: Sequence[Sequence[Any]]) -> list[list[Any]] | None:
    """Return the candidate with the fewest parts in our own operations; None if none can be written with them.

    SymPy writes some of them with hyperbolic functions, which are not ours.
    """
    simplest, fewest = None, math.inf
    tree = decode(nodes, is_trusted=True)
    if not is_feasible(tree):
        return None
    for candidate in candidates(sympy, _to_sympy(sympy, nodes), tree):
        with suppress(ValueError):
            form = _from_sympy(candidate)
            parts = count_parts(decode(form, is_trusted=True))
            if parts < fewest:
                simplest, fewest = form, parts
    return simplest


def _to_sympy(sympy: Any, nodes: Iterable[Iterable[Any]]) -> Any:
    formulas: list[Any] = []
    for op, *rest in nodes:
        if op == "num":
            value = Fraction(rest[0])
            formulas.append(sympy.Rational(value.numerator, value.denominator))
        elif op == "sym" and rest[0] == "pi":
            formulas.append(sympy.pi)
        elif op == "sym":
            signs = _ASSUMPTIONS.get(rest[1], {})
            formulas.append(sympy.Symbol(rest[0], real=True, **signs))
        else:
            formulas.append(_sympy_operation(sympy, op)(*(formulas[index] for index in rest)))
    return formulas[-1]


def _sympy_operation(sympy: Any, op: str) -> Callable[..., Any]:
    """Return a function of SymPy; one that SymPy lacks, such as σ, stays unevaluated."""
    function = functions.FUNCTIONS.get(op)
    if function is not None and function.is_generic:
        return function.float_kernel
    sympy_function: Callable[..., Any] = (
        getattr(sympy, function.sympy) if function and function.sympy else sympy.Function(op, real=True)
    )
    return sympy_function


class _SymPyConverter:
    """Conversion of SymPy's formulas into nodes; its methods return the index of a node."""

    def __init__(self) -> None:
        self.nodes: list[list[Any]] = []

    def add_node(self, *parts: Any) -> int:
        self.nodes.append(list(parts))
        return len(self.nodes) - 1

    def convert_number(self, value: Any) -> int:
        return self.add_node("num", str(Fraction(int(value.p), int(value.q))))

    def convert(self, formula: Any) -> int:
        """Add a formula. Raise ValueError if it can't be written in our own operations."""
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
        op, operands = _IDS_BY_SYMPY_NAME.get(name, name), [self.convert(operand) for operand in formula.args]
        return self.apply_pairwise(op, operands) if name in ("Max", "Min") else self.add_node(op, *operands)

    def apply_pairwise(self, op: str, operands: list[int]) -> int:
        return reduce(lambda left, right: self.add_node(op, left, right), operands)

    def convert_sum(self, terms: list[Any]) -> int:
        """Add a sum, which starts with a positive term if it has one."""
        terms = sorted(terms, key=lambda term: bool(term.could_extract_minus_sign()))
        total = self.convert(terms[0])
        for term in terms[1:]:
            if term.could_extract_minus_sign():
                total = self.add_node("sub", total, self.convert(-term))
            else:
                total = self.add_node("add", total, self.convert(term))
        return total

    def convert_product(self, formula: Any) -> int:
        """Add a product, as a fraction if it has a denominator."""
        number, _rest = formula.as_coeff_Mul()
        if number.is_negative:
            return self.add_node("neg", self.convert(-formula))
        numerator, denominator = formula.as_numer_denom()
        if denominator != 1:
            return self.add_node("div", self.convert(numerator), self.convert(denominator))
        return self.apply_pairwise("mul", [self.convert(factor) for factor in formula.as_ordered_factors()])

    def convert_power(self, formula: Any) -> int:
        base, exponent = formula.as_base_exp()
        if exponent.is_Rational and exponent.is_negative:
            return self.add_node("div", self.add_node("num", "1"), self.convert(base**-exponent))
        if exponent.is_Rational and exponent.p == 1 and exponent.q == 2:
            return self.add_node("sqrt", self.convert(base))
        return self.add_node("pow", self.convert(base), self.convert(exponent))


def _from_sympy(formula: Any) -> list[list[Any]]:
    """Return a formula of SymPy as nodes. Raise ValueError if it can't be written in our own operations."""
    converter = _SymPyConverter()
    converter.convert(formula)
    return converter.nodes


if __name__ == "__main__":
    main()
