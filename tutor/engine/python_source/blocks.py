"""Blocks of Python: loops over a known range are written out, conditions that aren't known are refused."""

from __future__ import annotations

import ast
from abc import abstractmethod
from typing import TYPE_CHECKING

from tutor.engine.python_source import remedies
from tutor.engine.python_source.bindings import (
    Binding,
    Items,
    Refused,
    Scope,
    Static,
    assigned_names,
)
from tutor.engine.python_source.emitted import Code
from tutor.engine.python_source.errors import Fault, RefusedError
from tutor.engine.python_source.expressions import TooManyFaultsError
from tutor.engine.python_source.values import ValueWriter
from tutor.i18n import N_, message

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_NO_GRADIENT = N_("No gradient flows through “with {name}”. Give “{value}” as a separate input.")
_MAX_ROUNDS = 1_000
#: The most lines that are refused before the rest is left alone, and the deepest blocks that are looked into.
_MAX_REFUSED, _MAX_BLOCKS = 100, 20
#: Statements that only print or check something, and those that hold others.
_KEEPS_NOTHING = (ast.Expr, ast.Pass, ast.Assert, ast.Raise, ast.If, ast.While, ast.Try)
_NO_GRAD = ("no_grad", "inference_mode", "stop_recording", "set_grad_enabled")


class BlockWriter(ValueWriter):
    """Writes blocks of statements."""

    @abstractmethod
    def run_body(self, body: Sequence[ast.stmt], scope: Scope) -> Binding | Code | None:
        """Write statements up to a return; return its value, None if there is no return."""

    @abstractmethod
    def assign(self, target: ast.expr, value: ast.expr, scope: Scope) -> None:
        """Bind a target, or several, to a value."""

    def count_refused(self, faults: Mapping[Fault, None]) -> None:
        """Stop after many lines that can't be taken: the next ones say no more."""
        self._refused |= faults
        if len(self._refused) > _MAX_REFUSED:
            self.faults |= self._refused
            raise TooManyFaultsError

    def run_loop(self, statement: ast.For, scope: Scope) -> Binding | Code | None:
        """Write the rounds of a loop out, one after the other."""
        if statement.orelse:
            self.refuse(statement, N_("A “for” with an “else” can't be read. Move the “else” part below the loop."))
        leaving = [each for each in ast.walk(statement) if isinstance(each, ast.Break | ast.Continue)]
        if leaving:
            self.refuse(leaving[0], remedies.STATEMENTS[type(leaving[0])])
        for values in self._rounds(statement.iter, statement.target, scope):
            self._bind_round(statement.target, values, scope)
            result = self.run_body(statement.body, scope)
            if result is not None:
                return result
        return None

    def _bind_round(
        self, target: ast.expr, values: Static | ast.expr | tuple[Static | ast.expr, ...], scope: Scope
    ) -> None:
        if isinstance(target, ast.Tuple) and isinstance(values, tuple) and len(target.elts) == len(values):
            for each, value in zip(target.elts, values, strict=True):
                self._bind_round(each, value, scope)
        elif isinstance(values, tuple):
            self.refuse(target, N_("Give every value of this loop a name: for a, b in …"))
        elif isinstance(values, ast.expr):
            self.assign(target, values, scope)
        elif isinstance(target, ast.Name):
            scope.bindings[target.id] = values
        else:
            self.refuse(target, N_("You can only assign to names here: a, b = …"))

    def _rounds(
        self, node: ast.expr, target: ast.AST, scope: Scope
    ) -> list[Static | ast.expr | tuple[Static | ast.expr, ...]]:
        """Return the values that a loop goes through. Raises `RefusedError` if they aren't known."""
        rounds: list[Static | ast.expr | tuple[Static | ast.expr, ...]] = []
        if isinstance(node, ast.Tuple | ast.List):
            rounds = list(node.elts)
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and not node.keywords:
            inner = node.args
            if node.func.id == "range" and 1 <= len(inner) <= 3:
                bounds = [self.static(each, scope) for each in inner]
                numbers = [each.value for each in bounds if each and isinstance(each.value, int)]
                if len(numbers) == len(inner) and 0 not in numbers[2:]:
                    span = range(*numbers)
                    self._count_rounds(len(span), node)
                    return list(map(Static, span))
            elif node.func.id == "enumerate" and len(inner) == 1:
                rounds = [(Static(i), each) for i, each in enumerate(self._single(inner[0], target, scope))]
            elif node.func.id == "zip" and inner:
                columns = [self._single(each, target, scope) for each in inner]
                rounds = list(zip(*columns, strict=False))
            elif node.func.id == "reversed" and len(inner) == 1:
                rounds = list(reversed(self._rounds(inner[0], target, scope)))
        elif (length := self._length(node, scope)) is not None:
            rounds = [
                ast.copy_location(ast.Subscript(node, ast.copy_location(ast.Constant(i), node), ast.Load()), node)
                for i in range(length)
            ]
        if not rounds:
            text = N_(
                "The number of passes of this loop isn't known here. Write a number, as in range(3), "
                "or write the steps out."
            )
            self.refuse(node, text)
        self._count_rounds(len(rounds), node)
        return rounds

    def _single(self, node: ast.expr, target: ast.AST, scope: Scope) -> list[Static | ast.expr]:
        return [each for each in self._rounds(node, target, scope) if not isinstance(each, tuple)]

    def _length(self, node: ast.expr, scope: Scope) -> int | None:
        """Return how many rows or entries an expression has, None if that isn't known."""
        if not isinstance(node, ast.Name | ast.Attribute):
            return None
        if isinstance(node, ast.Name) and isinstance(found := scope.find(node.id), Items):
            return len(found.items)
        try:
            shape = self.shape(node, scope)
        except RefusedError:
            return None
        return min(shape[0], _MAX_ROUNDS + 1) if shape else None

    def _count_rounds(self, number: int, node: ast.AST) -> None:
        self.num_rounds += number
        if self.num_rounds > _MAX_ROUNDS:
            self.refuse(
                node,
                N_("Together, the loops run more than {n} times. Use a sum or a matrix product."),
                n=_MAX_ROUNDS,
            )

    def unrolled(self, node: ast.ListComp | ast.GeneratorExp, scope: Scope) -> list[Code]:
        if len(node.generators) != 1 or node.generators[0].ifs:
            self.refuse(node, remedies.EXPRESSIONS[type(node)])
        generator = node.generators[0]
        inner = Scope(scope.function, outer=scope)
        codes = []
        for values in self._rounds(generator.iter, generator.target, scope):
            self._bind_round(generator.target, values, inner)
            codes.append(self.translate(node.elt, inner))
        return codes

    def run_if(self, statement: ast.If, scope: Scope) -> Binding | Code | None:
        """Write the branch of a condition that is known; look for further faults in both of any other."""
        known = self.condition(statement.test, scope)
        if known is not None:
            return self.run_body(statement.body if known.value else statement.orelse, scope)
        self.look_inside(statement, scope)
        return None

    def look_inside(self, statement: ast.If | ast.While | ast.Try, scope: Scope) -> None:
        """Refuse a statement with statements inside, after looking for faults in these, too."""
        remedy = self._where_form(statement) if isinstance(statement, ast.If) else None
        fault = remedy or Fault(
            message(remedies.STATEMENTS[type(statement)]), *self.source.line_span(statement)
        )  # fmt: skip
        faults = {fault: None}
        assigned: set[str] = set()
        computes = is_reported = False
        for node in ast.walk(statement):
            if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
                assigned.add(node.id)
            is_reported = is_reported or isinstance(node, ast.Return | ast.Raise)
            computes = computes or (isinstance(node, ast.stmt) and not isinstance(node, _KEEPS_NOTHING))
        if not computes:
            self.note(statement, remedies.LEFT_OUT, what=self.shown(statement, 30))
            return
        self.count_refused(faults)
        self._num_blocks += 1
        for body in _branches(statement) if self._num_blocks <= _MAX_BLOCKS else ():
            faults |= self.look_for_faults(body, scope)
        self._num_blocks -= 1
        for name in assigned:
            scope.bindings[name] = Refused(tuple(faults))
        if is_reported or not assigned:
            self.faults |= faults

    def look_for_faults(self, body: Sequence[ast.stmt], scope: Scope) -> dict[Fault, None]:
        """Return the faults of the values that statements assign; those of other lines are reported."""
        num_equations = len(self.equations)
        trial = Scope(scope.function, dict(scope.bindings), scope.assigned, scope.outer)
        result = self.run_body(body, trial)
        del self.equations[num_equations:]
        if isinstance(result, Refused | Code):
            self.faults |= dict.fromkeys(result.faults)
        faults: dict[Fault, None] = {}
        for name, found in trial.bindings.items():
            if isinstance(found, Refused) and scope.bindings.get(name) != found:
                faults |= dict.fromkeys(found.faults)
        return faults

    def _where_form(self, statement: ast.If) -> Fault | None:
        """Return the fault of an `if` that gives one name a value in either branch, with where(…) written out."""
        branches = [statement.body, statement.orelse]
        if statement.orelse and all(len(branch) == 1 for branch in branches):
            match statement.body[0], statement.orelse[0]:
                case ast.Assign(targets=[ast.Name(id=name)]) as first, ast.Assign(
                    targets=[ast.Name(id=other)]
                ) as second:
                    form = f"{name} = where({self.shown(statement.test)}, {self.shown(first.value)}, {self.shown(second.value)})"
                    if name != other:
                        return None
                case ast.Return(value=ast.expr() as first_value), ast.Return(value=ast.expr() as second_value):
                    form = f"return where({self.shown(statement.test)}, {self.shown(first_value)}, {self.shown(second_value)})"
                case _:
                    return None
            text = N_("An “if” can't be a node, because the numbers decide which branch runs. Write {form}.")
            return Fault(message(text, form=form), *self.source.line_span(statement))
        return None

    def run_with(self, statement: ast.With, scope: Scope) -> Binding | Code | None:
        call = statement.items[0].context_expr
        name = self.shown(call, 30)
        if isinstance(call, ast.Call) and self.function_name(call) in _NO_GRAD:
            self.note(statement, remedies.LEFT_OUT, what=f"with {name}")
            for each in assigned_names(statement.body):
                text = message(_NO_GRADIENT, name=name, value=each)
                scope.bindings[each] = Refused((Fault(text, *self.source.line_span(statement)),))
            return None
        if isinstance(call, ast.Call) and self.function_name(call) in (
            "GradientTape",
            "enable_grad",
            "autocast",
            "record",
        ):
            return self.run_body(statement.body, scope)
        raise self.refusal(statement, remedies.STATEMENTS[ast.With])


def _branches(statement: ast.If | ast.While | ast.Try) -> list[list[ast.stmt]]:
    """Return the statements of each branch, those behind `elif` too."""
    branches = [statement.body]
    while len(statement.orelse) == 1 and isinstance(inside := statement.orelse[0], ast.If):
        branches.append(inside.body)
        statement = inside
    return [*branches, statement.orelse]
