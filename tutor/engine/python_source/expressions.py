"""Expressions of Python as text of the graph language."""

from __future__ import annotations

import ast
from abc import abstractmethod
from typing import TYPE_CHECKING

from tutor.algebra.foreign import LIBRARIES
from tutor.algebra.limits import GRAPH
from tutor.engine.python_source import remedies
from tutor.engine.python_source.bindings import Expression, Function, Items, Layer, Refused, Scope, Static, Variable
from tutor.engine.python_source.emitted import ATOM, COMPARISON, POWER, PRODUCT, SUM, UNARY, Code, Piece, join
from tutor.engine.python_source.static_values import MAX_DEPTH, StaticReader
from tutor.i18n import N_

if TYPE_CHECKING:
    from tutor.engine.python_source.bindings import Binding
    from tutor.engine.python_source.module import Module
    from tutor.engine.python_source.source import PythonSource

_BINARY: dict[type[ast.AST], tuple[str, int]] = {
    ast.Add: ("+", SUM),
    ast.Sub: ("-", SUM),
    ast.Mult: ("*", PRODUCT),
    ast.Div: ("/", PRODUCT),
    ast.MatMult: ("@", PRODUCT),
    ast.Pow: ("**", POWER),
}
_COMPARISONS: dict[type[ast.AST], str] = {
    ast.Lt: "<",
    ast.Gt: ">",
    ast.LtE: "<=",
    ast.GtE: ">=",
    ast.Eq: "==",
    ast.NotEq: "!=",
}
#: The most parts of expressions that are looked at, in all calls and rounds of loops together.
_MAX_PARTS = 3 * GRAPH.nodes


class TooLargeError(Exception):
    """The function has more parts than a graph may have."""


class TooManyFaultsError(Exception):
    """So many lines can't be taken that no more are looked at."""


class ExpressionWriter(StaticReader):
    """Writes expressions. Whatever can't be written raises `RefusedError`."""

    def __init__(self, source: PythonSource, module: Module) -> None:
        super().__init__(source, module)
        self.num_parts = 0

    @abstractmethod
    def call(self, node: ast.Call, scope: Scope) -> Code:
        """Return a call as an expression."""

    @abstractmethod
    def attribute_binding(self, node: ast.Attribute, scope: Scope, is_called: bool = False) -> Binding | None:
        """Return the value of an attribute of `self` or of a layer; None for any other attribute.

        One that is not called and has no value becomes an input.
        """

    @abstractmethod
    def unrolled(self, node: ast.ListComp | ast.GeneratorExp, scope: Scope) -> list[Code]:
        """Return the values of a comprehension over a range that is known."""

    def translate(self, node: ast.expr, scope: Scope) -> Code:
        """Return an expression of the graph language."""
        self.num_parts += 1
        if self.num_parts > _MAX_PARTS:
            raise TooLargeError
        self.depth += 1
        try:
            if self.depth > MAX_DEPTH:
                self.refuse(
                    node, N_("This is nested more than {n} levels deep. Give a part of it a name first."), n=MAX_DEPTH
                )
            return self._translate(node, scope)
        finally:
            self.depth -= 1

    def _translate(self, node: ast.expr, scope: Scope) -> Code:
        match node:
            case ast.Constant():
                return self.constant(node)
            case ast.Name() if path := self.library_path(node, scope):
                return Code([self.piece(path, node)])
            case ast.Name():
                return self.bound(self.binding(node, scope), node)
            case ast.BinOp():
                return self.binary(node, scope)
            case ast.UnaryOp():
                return self.unary(node, scope)
            case ast.Compare():
                return self.comparison(node, scope)
            case ast.Call():
                return self.call(node, scope)
            case ast.Attribute():
                return self.attribute(node, scope)
            case ast.Subscript():
                return self.subscript(node, scope)
            case ast.List():
                return self.sequence(node, node.elts, scope)
            case ast.ListComp():
                return self.bracketed(node, self.unrolled(node, scope))
            case ast.IfExp() if known := self.condition(node.test, scope):
                return self.translate(node.body if known.value else node.orelse, scope)
            case ast.IfExp():
                self.refuse(node, remedies.EXPRESSIONS[ast.IfExp])
        raise self.refusal(node, remedies.EXPRESSIONS.get(type(node), remedies.OTHER))

    def constant(self, node: ast.Constant) -> Code:
        value = node.value
        if isinstance(value, bool):
            return Code([self.piece(str(int(value)), node)])
        if isinstance(value, complex):
            self.refuse(node, N_("Complex numbers aren't supported. Use real numbers."))
        if not isinstance(value, int | float):
            self.refuse(node, N_("Only numbers can be part of a graph. Leave this out."))
        start, end = self.source.span(node)
        typed = self.source.text[start:end].replace("_", "")
        if isinstance(value, int) and not typed.isdecimal():
            if value.bit_length() > 128:
                self.refuse(node, N_("This number is too long. Write it as a power, such as 10**20."))
            typed = str(value)
        return Code([Piece(typed, start, end)])

    def binding(self, node: ast.Name, scope: Scope) -> Binding:
        """Return the value of a name."""
        found = scope.find(node.id)
        if found is not None:
            return found
        outer: Scope | None = scope
        while outer is not None:
            if node.id in outer.assigned:
                text = N_("“{name}” has no value here yet. Assign it on a line above, outside any “if”.")
                self.refuse(node, text, name=node.id)
            outer = outer.outer
        return self.module_binding(node.id, node)

    def bound(self, binding: Binding, node: ast.expr) -> Code:
        """Return the value of a name or an attribute, as an expression."""
        match binding:
            case Variable():
                return Code([Piece(binding.name, *self.source.span(node), is_name=True)])
            case Refused():
                return Code([self.piece("x", node)], faults=binding.faults)
            case Static(value=int() | float() as value):
                text = str(int(value)) if isinstance(value, bool) else str(value)
                return Code([self.piece(text, node)], UNARY if value < 0 else ATOM)
            case Expression():
                return Code(list(binding.code.pieces), binding.code.binding, binding.code.faults)
            case Static():
                self.refuse(node, N_("Only numbers can be part of a graph. Leave this out."))
            case Items(is_list=True, items=items) if items:
                return self.bracketed(node, [self.bound(each, node) for each in items])
            case Items():
                self.refuse(node, remedies.EXPRESSIONS[ast.Tuple])
            case Function() | Layer():
                self.refuse(node, N_("“{name}” is a function. Call it: {name}(x)."), name=binding.name)
        text = N_("“{name}” is an object, not a number. Use its attributes.")
        raise self.refusal(node, text, name=self.shown(node))

    def binary(self, node: ast.BinOp, scope: Scope) -> Code:
        # A long sum leans to the left, so it takes a loop and not a call for each term.
        spine = [node]
        while isinstance(spine[-1].left, ast.BinOp):
            spine.append(spine[-1].left)
        code = self.translate(spine[-1].left, scope)
        for each in reversed(spine):
            self.num_parts += 1
            if type(each.op) not in _BINARY:
                self.refuse(each, remedies.OPERATORS.get(type(each.op), remedies.OTHER))
            sign, strength = _BINARY[type(each.op)]
            right = self.translate(each.right, scope)
            is_power = strength == POWER
            code = code.in_brackets(strength + is_power)
            right = right.in_brackets(UNARY if is_power else strength + 1)
            written = sign if is_power else f" {sign} "
            code.pieces.append(Piece(written, *self._operator_span(each, sign)))
            code.pieces += right.pieces
            code = Code(code.pieces, strength, code.faults + right.faults)
        return code

    def _operator_span(self, node: ast.BinOp, sign: str) -> tuple[int, int]:
        after, before = self.source.span(node.left)[1], self.source.span(node.right)[0]
        start = self.source.text.find(sign, after, before)
        return (start, start + len(sign)) if start >= 0 else (after, before)

    def unary(self, node: ast.UnaryOp, scope: Scope) -> Code:
        if not isinstance(node.op, ast.USub | ast.UAdd):
            self.refuse(node, remedies.OPERATORS.get(type(node.op), remedies.OTHER))
        inside = self.translate(node.operand, scope).in_brackets(UNARY)
        if isinstance(node.op, ast.UAdd):
            return inside
        start, _end = self.source.span(node)
        return join([Piece("-", start, start + 1), inside], UNARY)

    def comparison(self, node: ast.Compare, scope: Scope) -> Code:
        if len(node.ops) > 1:
            self.refuse(node, N_("Write two comparisons as a product: (0 < x) * (x < 1)."))
        sign = _COMPARISONS.get(type(node.ops[0]))
        if sign is None:
            self.refuse(node, remedies.OPERATORS.get(type(node.ops[0]), remedies.OTHER))
        left = self.translate(node.left, scope).in_brackets(SUM)
        right = self.translate(node.comparators[0], scope).in_brackets(SUM)
        between = Piece(f" {sign} ", left.span[1], right.span[0])
        return join([left, between, right], COMPARISON)

    def attribute(self, node: ast.Attribute, scope: Scope) -> Code:
        if path := self.library_path(node, scope):
            if path.rpartition(".")[2] == "newaxis":
                self.refuse(node, N_("A new axis can't be made here. Write reshape(x, (3, 1))."))
            return Code([self.piece(path, node)])
        binding = self.attribute_binding(node, scope)
        if binding is not None:
            return self.bound(binding, node)
        if known := self.static(node, scope):
            return self.bound(known, node)
        if node.attr in ("T", "mT", "H"):
            base = self.translate(node.value, scope).in_brackets(ATOM)
            return join([base, Piece(".T", base.span[1], self.source.span(node)[1])])
        text = remedies.ATTRIBUTES.get(
            node.attr, N_("“.{attribute}” can't be read. Give it as an input: {attribute}=…")
        )
        raise self.refusal(node, text, name=self.shown(node.value), attribute=node.attr)

    def subscript(self, node: ast.Subscript, scope: Scope) -> Code:
        if known := self.static(node, scope):
            return self.bound(known, node)
        if isinstance(node.value, ast.Name) and isinstance(items := scope.find(node.value.id), Items):
            place = self.static(node.slice, scope)
            if (
                place is None
                or not isinstance(place.value, int)
                or not -len(items.items) <= place.value < len(items.items)
            ):
                self.refuse(node, remedies.EXPRESSIONS[ast.Tuple])
            return self.bound(items.items[place.value], node)
        base = self.method_base(node.value, scope)
        parts = node.slice.elts if isinstance(node.slice, ast.Tuple) else [node.slice]
        start, end = base.span[1], self.source.span(node)[1]
        code: list[Code | Piece] = [base, Piece("[", start, end)]
        for i, part in enumerate(parts):
            if i:
                code.append(Piece(", ", *self.source.span(part)))
            code.append(self.index(part, scope))
        return join([*code, Piece("]", end - 1, end)])

    def index(self, node: ast.expr, scope: Scope) -> Code:
        """Return what picks along one axis."""
        if isinstance(node, ast.Slice):
            begin = self.source.span(node)[0]
            parts: list[Code | Piece] = [self.index(node.lower, scope)] if node.lower else []
            parts.append(Piece(":", begin, begin + 1))
            parts += [self.index(node.upper, scope)] if node.upper else []
            if node.step:
                parts += [Piece(":", begin, begin + 1), self.index(node.step, scope)]
            return join(parts)
        if isinstance(node, ast.Constant) and (node.value is None or node.value is ...):
            self.refuse(node, N_("A new axis can't be made here. Write reshape(x, (3, 1))."))
        if known := self.static(node, scope):
            return self.bound(known, node)
        if isinstance(node, ast.Call) and (name := self.function_name(node)) in ("range", "arange"):
            return self.library_call(node, name, scope)
        return self.translate(node, scope)

    @abstractmethod
    def library_call(self, node: ast.Call, name: str, scope: Scope) -> Code:
        """Return the call of a function of the graph language under this name."""

    def method_base(self, node: ast.expr, scope: Scope) -> Code:
        """Return a value with something behind it. A name that means a library, too, gets brackets."""
        code = self.translate(node, scope).in_brackets(ATOM)
        is_number = isinstance(node, ast.Constant)
        if code.name in LIBRARIES or is_number:
            start, end = code.span
            return join([Piece("(", start, end), code, Piece(")", start, end)])
        return code

    def sequence(self, node: ast.expr, entries: list[ast.expr], scope: Scope) -> Code:
        """Return a vector, or the rows of a matrix."""
        if not entries:
            self.refuse(node, N_("An empty list can't be part of a graph. Write its entries out: [a, b]."))
        return self.bracketed(node, [self.translate(each, scope) for each in entries])

    def bracketed(self, node: ast.expr, codes: list[Code]) -> Code:
        start, end = self.source.span(node)
        parts: list[Code | Piece] = [Piece("[", start, start + 1)]
        for i, code in enumerate(codes):
            if i:
                parts.append(Piece(", ", *code.span))
            parts.append(code)
        return join([*parts, Piece("]", end - 1, end)])
