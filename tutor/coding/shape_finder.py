"""The shapes in a line that NumPy or PyTorch could not compute, followed through its operators."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Any

from tutor.coding.arrays import format_array_shape
from tutor.coding.source import parse_source
from tutor.i18n import N_, message

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tutor.i18n import Message

Shape = tuple[int, ...]

_MISMATCH = N_("{code}: the shapes {left} and {right} don't match.")
_PRODUCT = N_("{code}: {left} @ {right} can't be multiplied, because the inner sizes {a} and {b} differ.")
_MAX_TEXT = 200
_REDUCTIONS = ("sum", "mean", "max", "min", "amax", "amin")
_PRODUCTS = ("matmul", "dot")
_OF_TWO = ("add", "subtract", "multiply", "divide", "maximum", "minimum")
_OF_ONE = ("exp", "log", "sqrt", "tanh", "abs", "sign", "square", "negative", "copy", "clone")


def find_mismatch(source: str, line: int | None, shapes: Mapping[str, Any]) -> Message | None:
    """Return the first operation of a line whose operands have shapes that don't go together."""
    tree = parse_source(source)
    if tree is None:
        return None
    known = {
        name: tuple(shape)
        for name, shape in shapes.items()
        if isinstance(shape, list) and all(isinstance(size, int) for size in shape)
    }
    statements = [node for node in ast.walk(tree) if isinstance(node, ast.stmt) and _spans(node, line)]
    for node in reversed(statements):
        finder = _ShapeFinder(source, known)
        for expression in ast.iter_child_nodes(node):
            if isinstance(expression, ast.expr):
                finder.shape_of(expression)
                if finder.found is not None:
                    return finder.found
    return None


def _spans(node: ast.stmt, line: int | None) -> bool:
    is_simple = isinstance(node, ast.Assign | ast.AugAssign | ast.AnnAssign | ast.Return | ast.Expr)
    return is_simple and line is not None and node.lineno <= line <= (node.end_lineno or node.lineno)


class _ShapeFinder:
    """Follows the shapes of names through an expression, until two of them don't go together."""

    def __init__(self, source: str, shapes: Mapping[str, Shape]) -> None:
        self._source = source
        self._shapes = shapes
        self.found: Message | None = None

    def shape_of(self, node: ast.expr) -> Shape | None:
        """Return the shape of an expression, None if it is not known."""
        if isinstance(node, ast.Name):
            return self._shapes.get(node.id)
        if isinstance(node, ast.Constant):
            return () if isinstance(node.value, int | float) else None
        if isinstance(node, ast.Attribute):
            known = self._shapes.get(ast.unparse(node))
            if known is not None or node.attr != "T":
                return known
            shape = self.shape_of(node.value)
            return None if shape is None else shape[::-1]
        if isinstance(node, ast.UnaryOp):
            return self.shape_of(node.operand)
        if isinstance(node, ast.BinOp):
            left, right = self.shape_of(node.left), self.shape_of(node.right)
            return self._operation(node, left, right, is_product=isinstance(node.op, ast.MatMult))
        return self._call(node) if isinstance(node, ast.Call) else None

    def _call(self, node: ast.Call) -> Shape | None:
        """Return the shape of what a function or a method returns: a sum, a product, a function of each entry."""
        name = node.func.attr if isinstance(node.func, ast.Attribute) else ""
        shapes = [self.shape_of(argument) for argument in node.args]
        if isinstance(node.func, ast.Attribute) and ast.unparse(node.func.value) not in (
            "np",
            "numpy",
            "torch",
            "math",
        ):
            shapes.insert(0, self.shape_of(node.func.value))
        if name in _REDUCTIONS and shapes:
            return _reduced(shapes[0], node)
        if name in (*_PRODUCTS, *_OF_TWO) and len(shapes) == 2:
            return self._operation(node, shapes[0], shapes[1], is_product=name in _PRODUCTS)
        return shapes[0] if name in _OF_ONE and len(shapes) == 1 else None

    def _operation(self, node: ast.expr, left: Shape | None, right: Shape | None, *, is_product: bool) -> Shape | None:
        if left is None or right is None or self.found is not None:
            return None
        code = (ast.get_source_segment(self._source, node) or "")[:_MAX_TEXT]
        shown = {"code": code, "left": format_array_shape(left), "right": format_array_shape(right)}
        if is_product:
            if not left or not right:
                return None
            inner = right[-2] if len(right) > 1 else right[0]
            if left[-1] != inner:
                self.found = message(_PRODUCT, a=left[-1], b=inner, **shown)
                return None
            return (*left[:-1], *(right[-1:] if len(right) > 1 else ()))
        size = max(len(left), len(right))
        pairs = list(zip((1,) * (size - len(left)) + left, (1,) * (size - len(right)) + right, strict=True))
        if any(a != b and 1 not in (a, b) for a, b in pairs):
            self.found = message(_MISMATCH, **shown)
            return None
        return tuple(max(pair) if 0 not in pair else 0 for pair in pairs)


def _reduced(shape: Shape | None, node: ast.Call) -> Shape | None:
    """Return the shape of a sum or the like, as its arguments say."""
    if shape is None:
        return None
    options = {each.arg: each.value for each in node.keywords}
    axis = options.get("axis", options.get("dim"))
    keeps = options.get("keepdims", options.get("keepdim"))
    is_kept = isinstance(keeps, ast.Constant) and keeps.value is True
    if axis is None and len(node.args) <= (ast.unparse(node.func).partition(".")[0] in ("np", "torch")):
        return (1,) * len(shape) if is_kept else ()
    if (
        not isinstance(axis, ast.Constant)
        or not isinstance(axis.value, int)
        or not -len(shape) <= axis.value < len(shape)
    ):
        return None
    position = axis.value % len(shape)
    return (*shape[:position], *((1,) if is_kept else ()), *shape[position + 1 :])
