"""Statements of Python as equations."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from tutor.engine.python_source import remedies
from tutor.engine.python_source.bindings import (
    Binding,
    Expression,
    Function,
    Instance,
    Items,
    Refused,
    Scope,
    Variable,
    function_body,
)
from tutor.engine.python_source.blocks import BlockWriter
from tutor.engine.python_source.emitted import Code
from tutor.engine.python_source.errors import Fault, RefusedError
from tutor.i18n import N_

if TYPE_CHECKING:
    from collections.abc import Sequence

_UNREACHED = N_("Lines after a return never run, so they are left out.")
_IN_PLACE = N_(
    "“{name}” and “{other}” are the same value here, and {sign}= changes both if it is an array. Write {name} = {name} {sign} …"
)
_ENTRY = N_("A single entry can't be changed. Build the new value: [a, x[1]], or where(c, a, x).")
_COMPUTES_NOTHING = N_("The result of this line is lost. Assign it, as in x = …, or leave the line out.")
_SIGNS = {ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.Div: "/", ast.MatMult: "@", ast.Pow: "**"}
#: Objects whose methods only report something.
_REPORTERS = frozenset(("plt", "logging", "logger", "log", "warnings", "writer", "wandb", "sys", "time", "optimizer"))


class StatementWriter(BlockWriter):
    """Writes statements. Why one can't be taken is kept with the values it would assign, and reported if one is used."""

    def run_function(self, function: Function, scope: Scope) -> Binding | Code | None:
        """Write the statements of a function and return what it returns, None if nothing."""
        self._calls.append(function.node)
        try:
            return self.run_body(function_body(function.node), scope)
        finally:
            self._calls.pop()

    def run_body(self, body: Sequence[ast.stmt], scope: Scope) -> Binding | Code | None:
        """Write statements up to a return; return its value, None if there is no return."""
        for i, statement in enumerate(body):
            try:
                result = self.run_statement(statement, scope)
            except RefusedError as error:
                inside = (
                    self.look_for_faults(statement.body, scope) if isinstance(statement, ast.For | ast.With) else {}
                )
                self._refuse_statement(statement, scope, {error.fault: None, **inside})
                result = None
                if isinstance(statement, ast.Return):
                    result = Refused(())
            if result is not None:
                if i + 1 < len(body):
                    self.note(body[i + 1], _UNREACHED)
                return result
        return None

    def _refuse_statement(self, statement: ast.stmt, scope: Scope, faults: dict[Fault, None]) -> None:
        """Keep why a statement can't be taken with what it assigns; report it if it assigns nothing."""
        self.count_refused(faults)
        targets: set[str] = set()
        is_reported = False
        for node in ast.walk(statement):
            if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
                targets.add(node.id)
            elif isinstance(node, ast.Name) and isinstance(found := scope.find(node.id), Refused):
                faults |= dict.fromkeys(found.faults)
            elif isinstance(node, ast.Return | ast.Yield | ast.Raise) or (
                isinstance(node, ast.Attribute | ast.Subscript) and isinstance(node.ctx, ast.Store)
            ):
                is_reported = True
        if is_reported or not targets:
            self.faults |= faults
        for name in targets:
            found = scope.bindings.get(name)
            kept = found.faults if isinstance(found, Refused) else ()
            scope.bindings[name] = Refused(tuple({**faults, **dict.fromkeys(kept)}))

    def run_statement(self, statement: ast.stmt, scope: Scope) -> Binding | Code | None:
        match statement:
            case ast.Return():
                return self.run_return(statement, scope)
            case ast.Assign():
                self.run_assignment(statement, scope)
            case ast.AugAssign():
                self.run_augmented(statement, scope)
            case ast.AnnAssign():
                if statement.value is not None:
                    self.assign(statement.target, statement.value, scope)
            case ast.Expr():
                self.run_expression(statement, scope)
            case ast.FunctionDef():
                scope.bindings[statement.name] = Function(statement, scope)
            case ast.Import() | ast.ImportFrom():
                self.module.add_import(statement)
            case ast.Pass():
                pass
            case ast.Assert():
                self.note(statement, remedies.LEFT_OUT, what="assert")
            case ast.For():
                return self.run_loop(statement, scope)
            case ast.If():
                return self.run_if(statement, scope)
            case ast.With():
                return self.run_with(statement, scope)
            case ast.While() | ast.Try():
                self.look_inside(statement, scope)
            case _:
                self.refuse(statement, remedies.STATEMENTS.get(type(statement), remedies.OTHER))
        return None

    def run_return(self, statement: ast.Return, scope: Scope) -> Binding | Code:
        if statement.value is None:
            self.refuse(statement, N_("This return has no value. Return one, such as the loss."))
        if isinstance(statement.value, ast.Tuple):
            return Items(tuple(Expression(self.translate(each, scope)) for each in statement.value.elts))
        if isinstance(statement.value, ast.Call):
            return self.called(statement.value, scope)
        return self.translate(statement.value, scope)

    def run_assignment(self, statement: ast.Assign, scope: Scope) -> None:
        first, *others = statement.targets
        self.assign(first, statement.value, scope)
        for target in others:
            if not isinstance(first, ast.Name):
                self.refuse(statement, _ENTRY)
            again = ast.copy_location(ast.Name(first.id, ast.Load()), first)
            self.assign(target, again, scope)

    def assign(self, target: ast.expr, value: ast.expr, scope: Scope) -> None:
        """Bind a target, or several, to a value."""
        if isinstance(target, ast.Name):
            scope.bindings[target.id] = self.value_binding(target.id, value, scope, target)
        elif isinstance(target, ast.Attribute) and isinstance(owner := self.owner(target.value, scope), Instance):
            owner.attributes[target.attr] = self.value_binding(target.attr, value, scope, target)
        elif isinstance(target, ast.Attribute) and target.attr in ("requires_grad", "name"):
            self.note(target, remedies.LEFT_OUT, what=self.shown(target))
        elif isinstance(target, ast.Tuple | ast.List):
            self._assign_several(target.elts, value, scope)
        else:
            self.refuse(target, _ENTRY)

    def _assign_several(self, targets: list[ast.expr], value: ast.expr, scope: Scope) -> None:
        if any(not isinstance(each, ast.Name) for each in targets):
            self.refuse(value, N_("You can only assign to names here: a, b = …"))
        names = [each.id for each in targets if isinstance(each, ast.Name)]
        bound: Sequence[Binding]
        if isinstance(value, ast.Tuple | ast.List) and len(value.elts) == len(names):
            bound = [
                self.value_binding(name, each, scope, target)
                for name, each, target in zip(names, value.elts, targets, strict=True)
            ]
        else:
            bound = self._unpack(value, names, scope)
        if len(bound) != len(names):
            text = N_("{n} values can't be assigned to {m} names. Write as many names as values.")
            self.refuse(value, text, n=len(bound), m=len(names))
        scope.bindings |= {
            name: self.named(name, each, target) for name, each, target in zip(names, bound, targets, strict=True)
        }

    def _unpack(self, value: ast.expr, names: Sequence[str], scope: Scope) -> Sequence[Binding]:
        if isinstance(value, ast.Call):
            result = self.called(value, scope)
            if isinstance(result, Items):
                return result.items
            if isinstance(result, Code) and result.faults:
                return [Refused(result.faults)] * len(names)
        whole = self.value_binding("_".join(names)[:40], value, scope, value)
        if isinstance(whole, Items):
            return whole.items
        if isinstance(whole, Refused):
            return [whole] * len(names)
        if not isinstance(whole, Variable):
            self.refuse(value, N_("This can't be split into several values. Write a, b = x[0], x[1]."))
        length = (*self.shape(value, scope), 0)[0]
        parts = []
        for i, name in enumerate(names[:length]):
            base, index = self.bound(whole, value), self.piece(f"[{i}]", value)
            parts.append(self.code_binding(name, Code([*base.pieces, index]), value))
        return parts if length == len(names) else [whole] * length

    def run_augmented(self, statement: ast.AugAssign, scope: Scope) -> None:
        target = statement.target
        if isinstance(target, ast.Subscript):
            self.refuse(statement, _ENTRY)
        before = ast.copy_location(
            ast.Name(target.id, ast.Load())
            if isinstance(target, ast.Name)
            else ast.Attribute(target.value, target.attr),
            target,
        )
        if isinstance(target, ast.Name) and isinstance(found := scope.find(target.id), Variable):
            others = [
                name for name, each in scope.bindings.items() if each == found and name != target.id
            ]  # fmt: skip
            if others:
                sign = _SIGNS.get(type(statement.op), "")
                self.refuse(statement, _IN_PLACE, name=target.id, other=others[0], sign=sign)
        value = ast.copy_location(ast.BinOp(before, statement.op, statement.value), statement)
        self.assign(target, value, scope)

    def run_expression(self, statement: ast.Expr, scope: Scope) -> None:
        """Leave out a line that only prints or checks something."""
        value = statement.value
        if isinstance(value, ast.Constant):
            return
        if not isinstance(value, ast.Call):
            if isinstance(value, ast.Yield | ast.YieldFrom | ast.Await):
                self.refuse(value, remedies.EXPRESSIONS[type(value)])
            self.note(statement, remedies.LEFT_OUT, what=self.shown(value, 30))
            return
        name = self.function_name(value)
        root = value.func
        while isinstance(root, ast.Attribute):
            root = root.value
        if name == "__init__":
            return
        if name in remedies.IGNORED_CALLS or (isinstance(root, ast.Name) and root.id in _REPORTERS):
            if name not in ("requires_grad_", "retain_grad"):
                self.note(statement, remedies.LEFT_OUT, what=f"{self.shown(value.func, 30)}(…)")
            return
        if remedy := remedies.in_place(name):
            self.refuse(value, remedy, name=name)
        if name == "append" and isinstance(value.func, ast.Attribute) and len(value.args) == 1:
            self.append(value.func.value, value.args[0], scope)
        else:
            self.refuse(value, _COMPUTES_NOTHING)

    def append(self, target: ast.expr, value: ast.expr, scope: Scope) -> None:
        """Add a value to a list that began empty."""
        found = scope.find(target.id) if isinstance(target, ast.Name) else None
        if not isinstance(target, ast.Name) or not isinstance(found, Items) or not found.is_list:
            self.refuse(
                target, N_("You can only append to a list that starts empty: h = []. Otherwise, write its entries out.")
            )
        added = self.value_binding(f"{target.id}_{len(found.items)}", value, scope, value)
        if isinstance(added, Refused):
            scope.bindings[target.id] = added
        else:
            scope.bindings[target.id] = Items((*found.items, added), is_list=True)
