"""Values of Python expressions that are known before the graph has any numbers: counts, axes, flags."""

from __future__ import annotations

import ast
import math
from abc import abstractmethod
from typing import TYPE_CHECKING, NoReturn

from tutor.engine.python_source.bindings import Scope, Static, Variable
from tutor.engine.python_source.emitted import Piece
from tutor.engine.python_source.errors import Fault, RefusedError
from tutor.i18n import message

if TYPE_CHECKING:
    from tutor.engine.python_source.bindings import Binding, Size
    from tutor.engine.python_source.module import Module
    from tutor.engine.python_source.source import PythonSource

#: The deepest nesting, of expressions and of functions that are called by functions.
MAX_DEPTH = 60
_MAX_STATIC = 10**6


class StaticReader:
    """Reads what is known of a function before it has any numbers."""

    def __init__(self, source: PythonSource, module: Module) -> None:
        self.source = source
        self.module = module
        self.depth = 0
        #: Whether an input that is a whole number counts as known: as an axis or a count, but not in a condition.
        self.inputs_are_known = True

    @abstractmethod
    def module_binding(self, name: str, node: ast.AST) -> Binding:
        """Return the value of a name that no enclosing function defines."""

    @abstractmethod
    def static_call(self, node: ast.Call, scope: Scope) -> Static | None:
        """Return the value of a call that is known before the graph has numbers, such as `len(x)`."""

    @abstractmethod
    def shape(self, node: ast.expr, scope: Scope) -> Size:
        """Return the shape of an expression as Python has it. Raises `RefusedError` if it isn't known."""

    def refusal(self, node: ast.AST, text: str, **values: object) -> RefusedError:
        return RefusedError(Fault(message(text, **values), *self.source.line_span(node)))

    def refuse(self, node: ast.AST, text: str, **values: object) -> NoReturn:
        raise self.refusal(node, text, **values)

    def piece(self, text: str, node: ast.AST) -> Piece:
        return Piece(text, *self.source.span(node))

    def library_path(self, node: ast.expr, scope: Scope) -> str | None:
        """Return `np.exp` for a name of a library, as the graph language spells it; None for anything else."""
        names: list[str] = []
        while isinstance(node, ast.Attribute):
            names.append(node.attr)
            node = node.value
        if not isinstance(node, ast.Name) or scope.find(node.id) is not None or self.is_own_name(node.id):
            return None
        root = self.module.library_path(node.id)
        if root is None or not (names or "." in root):
            return None
        return ".".join([root, *reversed(names)])

    def is_own_name(self, name: str) -> bool:
        """Return whether the module itself defines a name."""
        return name in self.module.functions or name in self.module.values or name in self.module.classes

    @staticmethod
    def function_name(node: ast.Call) -> str:
        """Return the last name of what is called, empty if it has none."""
        function = node.func
        return (
            function.attr
            if isinstance(function, ast.Attribute)
            else function.id
            if isinstance(function, ast.Name)
            else ""
        )

    def shown(self, node: ast.AST, limit: int = 60) -> str:
        """Return a part of the source in one line, cut if it is long."""
        start, end = self.source.span(node)
        text = " ".join(self.source.text[start : min(end, start + 4 * limit)].split())
        return text if len(text) <= limit else text[: limit - 1] + "…"

    def static(self, node: ast.expr, scope: Scope) -> Static | None:
        """Return a whole number, flag, text or None that is known without running anything; None if it isn't known."""
        match node:
            case ast.Constant(value=int() | str() | None as value):
                return Static(value)
            case ast.Name():
                return self._static_name(node, scope)
            case ast.UnaryOp():
                return _apply(type(node.op), self.static(node.operand, scope))
            case ast.BinOp() if self.depth < MAX_DEPTH:
                self.depth += 1
                left = self.static(node.left, scope)
                right = left and self.static(node.right, scope)
                self.depth -= 1
                return _apply(type(node.op), left, right) if left and right else None
            case ast.Compare(ops=[op], comparators=[other]):
                return self._static_comparison(node.left, op, other, scope)
            case ast.Call():
                return self.static_call(node, scope)
            case ast.Attribute(attr="ndim"):
                return Static(len(self.shape(node.value, scope)))
            case ast.Subscript(value=ast.Attribute(attr="shape") as owner) if self.library_path(owner, scope) is None:
                return self.size(self.shape(owner.value, scope), self.static(node.slice, scope))
        return None

    def condition(self, node: ast.expr, scope: Scope) -> Static | None:
        """Return the value of a condition that doesn't depend on any input, None for any other."""
        before, self.inputs_are_known = self.inputs_are_known, False
        try:
            return self.static(node, scope)
        finally:
            self.inputs_are_known = before

    def _static_name(self, node: ast.Name, scope: Scope) -> Static | None:
        found = scope.find(node.id)
        if found is None and node.id in self.module.values:
            found = self.module_binding(node.id, node)
        if isinstance(found, Static):
            return found
        return self.static_variable(found.name) if isinstance(found, Variable) else None

    @abstractmethod
    def static_variable(self, name: str) -> Static | None:
        """Return the value of an input that is a whole number."""

    def _static_comparison(self, left: ast.expr, op: ast.cmpop, right: ast.expr, scope: Scope) -> Static | None:
        if isinstance(op, ast.Is | ast.IsNot) and isinstance(right, ast.Constant) and right.value is None:
            if isinstance(left, ast.Name) and (found := scope.find(left.id)) is not None:
                is_none = isinstance(found, Static) and found.value is None
                return Static(is_none == isinstance(op, ast.Is))
            return None
        known = self.static(left, scope), self.static(right, scope)
        return _apply(type(op), *known) if all(known) else None

    @staticmethod
    def size(shape: Size, axis: Static | None) -> Static | None:
        """Return how long an axis is."""
        if axis is None or not isinstance(axis.value, int) or not -len(shape) <= axis.value < len(shape):
            return None
        # The size of a symbolic matrix has only a name.
        return Static(shape[axis.value]) if type(shape[axis.value]) is int else None


_STATIC_OPERATIONS = {
    ast.Add: lambda a, b: a + b,
    ast.Sub: lambda a, b: a - b,
    ast.Mult: lambda a, b: a * b,
    ast.FloorDiv: lambda a, b: a // b,
    ast.Mod: lambda a, b: a % b,
    ast.USub: lambda a: -a,
    ast.Not: lambda a: not a,
    ast.Eq: lambda a, b: a == b,
    ast.NotEq: lambda a, b: a != b,
    ast.Lt: lambda a, b: a < b,
    ast.LtE: lambda a, b: a <= b,
    ast.Gt: lambda a, b: a > b,
    ast.GtE: lambda a, b: a >= b,
}


def _apply(operation: type[ast.AST], *operands: Static | None) -> Static | None:
    """Return the result of an operation on whole numbers, None if there is none."""
    values = [operand.value for operand in operands if operand is not None]
    compute = _STATIC_OPERATIONS.get(operation)
    if compute is None or len(values) < len(operands):
        return None
    if operation not in (ast.Eq, ast.NotEq, ast.Not) and not all(isinstance(value, int) for value in values):
        return None
    try:
        result = compute(*values)  # type: ignore[operator]
    except ZeroDivisionError:
        return None
    return Static(result) if isinstance(result, bool) or math.fabs(result) <= _MAX_STATIC else None
