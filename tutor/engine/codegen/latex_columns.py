"""Vectors as columns: rules compute with a vector as one row, and books print `W x`, `xᵀ y` and `x yᵀ`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

from tutor.algebra import functions
from tutor.algebra.expr import Apply, Expr, Grid, Num, Sym, number, postorder
from tutor.algebra.ops import is_vector_shape
from tutor.engine.codegen.rule_formulas import part_shapes

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tutor.algebra.ops import Shape

#: A part of a formula as a row where a vector is meant, and its transpose.
_Pair: TypeAlias = tuple[Expr, Expr]
#: Elementwise operations that have no record among the functions.
_ELEMENTWISE = ("is_positive",)


def column_shapes(shapes: Mapping[str, Shape]) -> dict[str, Shape]:
    """Return the shapes of names whose vectors are columns."""
    return {name: (shape[1], 1) if is_vector_shape(shape) else shape for name, shape in shapes.items()}


def with_column_vectors(tree: Expr, shapes: Mapping[str, Shape], is_vector: bool) -> Expr:
    """Return a formula whose vectors are columns, from one whose vectors are rows; `is_vector` is about its value.

    `shapes` has the shapes of the names. Transposes are moved down to the names, where most of them cancel.
    """
    if not is_vector and not any(map(is_vector_shape, shapes.values())):
        return tree
    return _Columns(tree, shapes, is_vector).convert()


@dataclass
class _Columns:
    tree: Expr
    shapes: Mapping[str, Shape]
    is_vector: bool

    def convert(self) -> Expr:
        self.known = part_shapes(self.tree, self.shapes)
        self.pairs: dict[int, _Pair] = {}
        self.vectors: set[int] = set()
        for part in postorder(self.tree):
            self.pairs[id(part)] = self._pair(part)
        row, column = self.pairs[id(self.tree)]
        if not self.is_vector:
            return row
        # A sum of rows is printed as it is computed.
        parts = [part for part in postorder(self.tree) if isinstance(part, Apply)]
        has_sum = any(part.op in ("sum", "mean") and len(part.args) > 1 for part in parts)
        return row if has_sum and not self.vectors else column

    def _pair(self, part: Expr) -> _Pair:
        if isinstance(part, Sym) and self.known[id(part)] is not None:
            turned = Apply("T", (part,))
            if is_vector_shape(self.shapes[part.name]):
                self.vectors.add(id(part))
                return turned, part
            return part, turned
        if isinstance(part, Grid):
            return part, Grid(tuple(zip(*part.rows, strict=True)))
        return self._applied(part) if isinstance(part, Apply) else (part, part)

    def _applied(self, part: Apply) -> _Pair:
        pairs = [self.pairs[id(arg)] for arg in part.args]
        matrices = [arg for arg in part.args if self.known[id(arg)] is not None]
        if matrices and all(id(arg) in self.vectors for arg in matrices):
            self.vectors.add(id(part))
        if part.op == "T":
            self.vectors.discard(id(part))
            return pairs[0][1], pairs[0][0]
        if part.op == "matmul":
            self.vectors.discard(id(part))
            return Apply("matmul", (pairs[0][0], pairs[1][0])), Apply("matmul", (pairs[1][1], pairs[0][1]))
        if part.op in ("sum", "mean"):
            return self._reduced(part, pairs[0])
        if part.op in ("ones", "broadcast"):
            *first, rows, columns = part.args
            plain, turned = ([pair[side] for pair in pairs[: len(first)]] for side in (0, 1))
            return Apply(part.op, (*plain, rows, columns)), Apply(part.op, (*turned, columns, rows))
        if part.op in functions.FUNCTIONS or part.op in _ELEMENTWISE:
            row, column = (Apply(part.op, tuple(pair[side] for pair in pairs)) for side in (0, 1))
            return row, column
        return self._called(part, pairs)

    def _reduced(self, part: Apply, operand: _Pair) -> _Pair:
        """Return a sum or a mean; that of a product of two vectors is an inner product."""
        summed = part.args[0]
        if id(summed) in self.vectors and (len(part.args) == 1 or _is_one(part.args[1])):
            self.vectors.discard(id(part))
            column = operand[1]
            total: Expr = Apply(part.op, (column,))
            if part.op == "sum" and isinstance(column, Apply) and column.op == "mul":
                left, right = column.args
                if all(isinstance(side, Sym) and is_vector_shape(self.shapes[side.name]) for side in column.args):
                    total = Apply("matmul", (Apply("T", (left,)), right))
            return total, total
        if len(part.args) == 1:
            return part_with(part, operand[0]), part_with(part, operand[0])
        axis = 0 if _is_one(part.args[1]) else 1
        return part_with(part, operand[0]), Apply(part.op, (operand[1], number(axis)))

    def _called(self, part: Apply, pairs: list[_Pair]) -> _Pair:
        """Return a call, which takes vectors as they are; of vectors alone it returns a vector."""
        operands = tuple(
            pair[1] if id(arg) in self.vectors else pair[0] for arg, pair in zip(part.args, pairs, strict=True)
        )
        called, shape = Apply(part.op, operands), self.known[id(part)]
        if shape is None:
            return called, called
        turned = Apply("T", (called,))
        return (turned, called) if id(part) in self.vectors else (called, turned)


def part_with(part: Apply, operand: Expr) -> Apply:
    """Return an operation with another first operand."""
    return Apply(part.op, (operand, *part.args[1:]))


def _is_one(axis: Expr) -> bool:
    return isinstance(axis, Num) and axis.value == 1
