"""Formula table: formulas in which equal parts are one object, with factors of 0, 1 and −1 taken out."""

from __future__ import annotations

from functools import reduce
from typing import TYPE_CHECKING, TypeGuard

from tutor.algebra import expr, ops
from tutor.algebra.evaluate import EVALUATORS
from tutor.algebra.expr import ONE, Apply, Expr, Num, Sym, as_expr, children, postorder

if TYPE_CHECKING:
    from collections.abc import Hashable, Mapping

_COMMUTATIVE = ("add", "mul", "max", "min")


class FormulaTable:
    """Formulas with shared parts, in which a product begins with its number.

    Without `numbers`, the exact values of the inputs by name, `sign` stays in the formulas. With them it is replaced by
    its value, because no node computes it: the formula is then that on one side of a kink.
    """

    def __init__(self, numbers: Mapping[str, Expr] | None) -> None:
        self._numbers = numbers
        self._by_key: dict[Hashable, Expr] = {}
        #: The shared form of each formula by its id, with the formula, whose id must not be given to another one.
        self._shared: dict[int, tuple[Expr, Expr]] = {}
        self._values: dict[int, Expr] = {}
        #: The ids of parts without inputs.
        self._constants: set[int] = set()
        #: The ids of products that are left as they are.
        self._kept: set[int] = set()

    def keep(self, formula: Expr) -> Expr:
        """Return a formula of the table after making it one part of the products it becomes a factor of."""
        self._kept.add(id(formula))
        return formula

    def share(self, formula: Expr) -> Expr:
        """Return the formula made of parts in the table. Raise ArithmeticError, ValueError."""
        for part in postorder(formula, self._shared):
            self._shared[id(part)] = part, self._share_part(part)
        return self._shared[id(formula)][1]

    def _share_part(self, part: Expr) -> Expr:
        if isinstance(part, Num):
            return self._unique(("number", part.value), part)
        if isinstance(part, Sym):
            return self._unique(("name", part.name), part)
        assert isinstance(part, Apply)
        args = [self._shared[id(arg)][1] for arg in part.args]
        if part.op == "sign" and self._numbers is not None:
            value = ops.sign(self._value_of(args[0]))
            if isinstance(value, Num):
                return self._unique(("number", value.value), value)
        built = self._build(part.op, args)
        if not isinstance(built, Apply):
            return built if any(built is arg for arg in args) else self._share_part(built)
        # What was built may have new parts: a − b from a + (−b).
        inner = [arg if any(arg is known for known in args) else self.share(arg) for arg in built.args]
        ids = sorted(map(id, inner)) if built.op in _COMMUTATIVE else list(map(id, inner))
        return self._unique((built.op, *ids), Apply(built.op, tuple(inner)))

    def _build(self, op: str, args: list[Expr]) -> Expr:
        """Return an operation on shared parts, as short as a person would write it."""
        if op == "neg":
            return expr.neg(args[0])
        if op not in ("add", "sub", "mul", "div", "pow"):
            return Apply(op, tuple(args))
        left, right = args
        if op == "mul":
            return self._multiply(left, right)
        if op == "add" and (_is(right, "neg") or _is(left, "neg")):
            return expr.sub(left, right.args[0]) if _is(right, "neg") else expr.sub(right, children(left)[0])
        if op == "sub" and _is(right, "neg"):
            return expr.add(left, right.args[0])
        return {"add": expr.add, "sub": expr.sub, "div": expr.div, "pow": expr.power}[op](left, right)

    def _multiply(self, left: Expr, right: Expr) -> Expr:
        """Return a product with its sign and its number in front, multiplied from left to right."""
        number: Expr = ONE
        others: list[Expr] = []
        for factor in (*self._factors(left), *self._factors(right)):
            if _is(factor, "neg") and id(factor) not in self._kept:
                number, factor = expr.neg(number), factor.args[0]
            if isinstance(factor, Num):
                number = expr.mul(number, factor)
            else:
                others.append(factor)
        # Numbers such as √2 come second.
        product: Expr = reduce(
            expr.mul, sorted(others, key=lambda factor: id(factor) not in self._constants), as_expr(1)
        )
        if isinstance(number, Num) and number.value < 0:
            return expr.neg(self._multiply(expr.neg(number), product))
        first, *rest = self._factors(product)
        return reduce(expr.mul, rest, expr.mul(number, first))

    def _factors(self, part: Expr) -> list[Expr]:
        """Return the factors of a product that may be rearranged."""
        factors: list[Expr] = []
        while _is(part, "mul") and id(part) not in self._kept:
            factors.append(part.args[1])
            part = part.args[0]
        return [part, *reversed(factors)]

    def _unique(self, key: Hashable, part: Expr) -> Expr:
        unique = self._by_key.setdefault(key, part)
        self._shared[id(unique)] = unique, unique
        if all(id(arg) in self._constants for arg in children(unique)) and not self._is_input(unique):
            self._constants.add(id(unique))
        return unique

    @staticmethod
    def _is_input(part: Expr) -> bool:
        return isinstance(part, Sym) and part.name != "pi"

    def is_constant(self, part: Expr) -> bool:
        """Return whether a formula of the table has no inputs."""
        return id(part) in self._constants

    def _value_of(self, formula: Expr) -> Expr:
        """Return the exact value of a formula in the table."""
        for part in postorder(formula, self._values):
            if isinstance(part, Apply):
                value = EVALUATORS[part.op](*(self._values[id(arg)] for arg in part.args))
            else:
                value = (self._numbers or {}).get(part.name, part) if isinstance(part, Sym) else part
            self._values[id(part)] = value
        return self._values[id(formula)]


def _is(part: Expr, op: str) -> TypeGuard[Apply]:
    return isinstance(part, Apply) and part.op == op
