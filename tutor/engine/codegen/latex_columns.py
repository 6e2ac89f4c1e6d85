"""Vectors as columns: rules compute with a vector as one row, and books print `W x`, `xᵀ y` and `x yᵀ`."""

from __future__ import annotations

from dataclasses import dataclass, field
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
#: The number of arguments of a sum along an axis that is kept; with one more the axis is dropped.
_AXIS_KEPT = 2


@dataclass(frozen=True, slots=True)
class PrintedFormula:
    """A formula whose vectors are columns, with the shapes of its parts by their ids."""

    tree: Expr
    shapes: Mapping[int, Shape]


def with_column_vectors(tree: Expr, shapes: Mapping[str, Shape], is_vector: bool) -> PrintedFormula:
    """Return a formula whose vectors are columns, from one whose vectors are rows; `is_vector` is about its value.

    `shapes` has the shapes of the names. Transposes are moved down to the names, where most of them cancel.
    """
    known = part_shapes(tree, shapes)
    if not is_vector and not any(map(is_vector_shape, (*shapes.values(), *known.values()))):
        return PrintedFormula(tree, known)
    return _Columns(tree, shapes, is_vector, known).convert()


def _turned(shape: Shape) -> Shape:
    return None if shape is None else (shape[1], shape[0])


@dataclass
class _Columns:
    tree: Expr
    shapes: Mapping[str, Shape]
    is_vector: bool
    known: dict[int, Shape]
    """the shapes of the parts, in which a vector is a row"""
    pairs: dict[int, _Pair] = field(default_factory=dict)
    vectors: set[int] = field(default_factory=set)
    """the parts whose values are vectors"""
    printed: dict[int, Shape] = field(default_factory=dict)
    """the shapes of the new parts"""

    def convert(self) -> PrintedFormula:
        for part in postorder(self.tree):
            shape = self.known[id(part)]
            if is_vector_shape(shape):
                self.vectors.add(id(part))
            pair = self.pairs[id(part)] = self._pair(part)
            self.printed.setdefault(id(pair[0]), shape)
            self.printed.setdefault(id(pair[1]), _turned(shape))
        row, column = self.pairs[id(self.tree)]
        return PrintedFormula(column if self.is_vector and not self._is_sum_of_rows() else row, self.printed)

    def _is_sum_of_rows(self) -> bool:
        """Return whether there are sums of rows of matrices, which are printed as they are computed."""
        parts = [part for part in postorder(self.tree) if isinstance(part, Apply)]
        return not self.vectors and any(part.op in ("sum", "mean") and len(part.args) == _AXIS_KEPT for part in parts)

    def _pair(self, part: Expr) -> _Pair:
        if isinstance(part, Sym) and self.known[id(part)] is not None:
            turned = Apply("T", (part,))
            return (turned, part) if id(part) in self.vectors else (part, turned)
        if isinstance(part, Grid):
            return part, Grid(tuple(zip(*part.rows, strict=True)))
        return self._applied(part) if isinstance(part, Apply) else (part, part)

    def _applied(self, part: Apply) -> _Pair:
        pairs = [self.pairs[id(arg)] for arg in part.args]
        matrices, shape = [arg for arg in part.args if self.known[id(arg)] is not None], self.known[id(part)]
        is_row = shape is not None and shape[0] == 1 and part.op not in ("T", "matmul")
        if is_row and matrices and all(id(arg) in self.vectors for arg in matrices):
            self.vectors.add(id(part))
        if part.op == "T":
            return pairs[0][1], pairs[0][0]
        if part.op == "matmul":
            left, right = pairs
            return Apply("matmul", (left[0], right[0])), Apply("matmul", (right[1], left[1]))
        if part.op in ("sum", "mean") and len(part.args) <= _AXIS_KEPT:
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
        summed, row_is_kept = part.args[0], len(part.args) == 1
        if id(summed) in self.vectors and (row_is_kept or _is_one(part.args[1])):
            self.vectors.discard(id(part))
            column = operand[1]
            total: Expr = Apply(part.op, (column,))
            if part.op == "sum" and isinstance(column, Apply) and column.op == "mul":
                left, right = column.args
                if all(isinstance(side, Sym) and is_vector_shape(self.shapes[side.name]) for side in column.args):
                    turned = Apply("T", (left,))
                    self.printed[id(turned)] = _turned(self.printed[id(left)])
                    total = Apply("matmul", (turned, right))
            return total, total
        if row_is_kept:
            total = Apply(part.op, (operand[0],))
            return total, total
        axis = number(0 if _is_one(part.args[1]) else 1)
        self.printed[id(axis)] = None
        return Apply(part.op, (operand[0], part.args[1])), Apply(part.op, (operand[1], axis))

    def _called(self, part: Apply, pairs: list[_Pair]) -> _Pair:
        """Return a call, which takes vectors as they are; of vectors alone it returns a vector."""
        operands = tuple(pair[id(arg) in self.vectors] for arg, pair in zip(part.args, pairs, strict=True))
        called, shape = Apply(part.op, operands), self.known[id(part)]
        if shape is None:
            return called, called
        turned = Apply("T", (called,))
        return (turned, called) if id(part) in self.vectors else (called, turned)


def _is_one(axis: Expr) -> bool:
    return isinstance(axis, Num) and axis.value == 1
