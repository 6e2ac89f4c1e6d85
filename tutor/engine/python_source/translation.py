"""Translation of a Python function to a formula, of which no line is run."""

from __future__ import annotations

import ast
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tutor.algebra.limits import GRAPH
from tutor.algebra.typed_text import clean
from tutor.engine.python_source.bindings import (
    Function,
    Instance,
    Items,
    Refused,
    Scope,
    Static,
    assigned_names,
    function_body,
    parameters,
)
from tutor.engine.python_source.emitted import Code, EmittedText, Equation
from tutor.engine.python_source.errors import Fault, PythonError, RefusedError, source_error, with_place
from tutor.engine.python_source.expressions import TooLargeError, TooManyFaultsError
from tutor.engine.python_source.module import Module
from tutor.engine.python_source.reader import parse_module
from tutor.engine.python_source.statements import StatementWriter
from tutor.engine.python_source.values import live_equations
from tutor.i18n import N_, message

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from tutor.algebra.errors import AlgebraError
    from tutor.algebra.ops import Value
    from tutor.engine.builder import CustomFunction
    from tutor.engine.python_source.source import PythonCode, PythonSource
    from tutor.i18n import Message

_NOT_USED = N_("“{name}” is left out, because the returned value doesn't depend on it.")
_SEVERAL = N_("Return one value, such as the loss. Two can be added: return a + b.")
#: The most lines that are noted.
_MAX_NOTES = 10
#: Names of functions that say nothing about the value.
_PLAIN_NAMES = ("forward", "__call__", "call", "main", "lambda")


@dataclass(frozen=True)
class PythonFormula:
    """A formula that was a Python function, with the values that the source or the user gives its inputs."""

    source: PythonSource
    emitted: EmittedText
    inputs: Mapping[str, Value]
    notes: tuple[Message, ...]
    #: The names of inputs in the formula, where they differ from those in the source.
    renamed: Mapping[str, str]

    @property
    def text(self) -> str:
        """The formula in the graph language."""
        return self.emitted.text

    def error(self, error: AlgebraError) -> PythonError:
        """Return an error about the formula with its place in the source."""
        if error.position < 0 or (error.position == 0 and error.length >= len(self.text)):
            return PythonError([Fault(error.message, -1, 0)], self.source)
        return PythonError([Fault(error.message, *self.emitted.span(error.position, error.length))], self.source)


def translate(code: PythonCode, given: Mapping[str, Value], definitions: Mapping[str, CustomFunction]) -> PythonFormula:
    """Return a function as a formula. Raises `PythonError` with every line that can't be taken.

    `given` are values of inputs by their names, also for parameters with defaults; `definitions` the functions that the
    graph language has besides its own.
    """
    source = code.source
    tree = parse_module(source, code.function)
    try:
        return _Translator(source, Module.of(tree), given, definitions).run(tree, code.function)
    except TooLargeError:
        text = N_("With all functions and loops written out, this code has more than {n} parts. Make it shorter.")
        raise source_error(source, message(text, n=GRAPH.nodes)) from None
    except RecursionError:
        raise source_error(
            source, message(N_("This Python code is nested too deeply. Give a part of it a name first."))
        ) from None


class _Translator(StatementWriter):
    """Translates one function of a module."""

    def run(self, tree: ast.Module, name: str) -> PythonFormula:
        function = self.choose(tree, name)
        scope = Scope(function, assigned=assigned_names(function_body(function.node)))
        try:
            self._bind_parameters(function, scope)
            result = self.run_function(function, scope)
        except RefusedError as error:
            self.faults[error.fault] = None
            result = Refused(())
        except TooManyFaultsError:
            result = Refused(())
        output = self._output(function, result)
        if output is not None:
            self.faults |= dict.fromkeys((*output.faults, *self.parse_faults(output)))
        if output is None or self.faults:
            raise PythonError(sorted(self.faults, key=lambda fault: fault.start), self.source)
        equations = live_equations(self.equations, output, self._output_name(function, output))
        self._note_unused(function, equations)
        emitted = EmittedText(equations)
        renamed = {name: clean(other) for name, other in self.names.in_graph.items() if clean(other) != name}
        return PythonFormula(self.source, emitted, self._values(equations), self._sorted_notes(), renamed)

    # --- which function ---

    def choose(self, tree: ast.Module, name: str) -> Function:
        """Return the function with a name, `loss` or `Net.forward`; the last one if there is no name."""
        owner, _, method = name.partition(".")
        if owner in self.module.classes:
            return self._method(self.module.classes[owner], method)
        lambdas = {key: value for key, value in self.module.values.items() if isinstance(value, ast.Lambda)}
        if not name and len(tree.body) == 1 and isinstance(tree.body[0], ast.Expr):
            expression = tree.body[0].value
            if isinstance(expression, ast.Lambda):
                return Function(expression)
        targets = self.module.targets()
        if name and (method or name not in (*self.module.functions, *lambdas)):
            self._reject_name(name, tree)
        if not name and not targets:
            return self._last_method(tree)
        chosen = name or targets[-1]
        if not name and len(targets) > 1:
            text = N_("This uses “{name}”, the last of the functions {known}. To choose another, write {file}:{other}")
            place = self.module.functions.get(chosen, lambdas.get(chosen)) or tree
            known, file = ", ".join(targets), self.source.name or "FILE.py"
            self.note(place, text, name=chosen, known=known, file=file, other=targets[0])
        return Function(self.module.functions[chosen] if chosen in self.module.functions else lambdas[chosen])

    def _last_method(self, tree: ast.Module) -> Function:
        for owner in reversed(self.module.classes.values()):
            if any(
                isinstance(each, ast.FunctionDef) and each.name in ("forward", "__call__", "call")
                for each in owner.body
            ):
                return self._method(owner, "")
        for node in tree.body:
            if isinstance(node, ast.AsyncFunctionDef):
                raise source_error(
                    self.source,
                    message(N_("“async” can't be part of a graph. Write def.")),
                    *self.source.line_span(node),
                )
        text = N_("There is no function here. Write one, such as def loss(w, x): return (w*x - 1)**2")
        raise source_error(self.source, message(text))

    def _method(self, node: ast.ClassDef, name: str) -> Function:
        instance = Instance(node)
        for candidate in (name,) if name else ("forward", "__call__", "call"):
            if method := instance.method(candidate):
                return Function(method, instance=instance)
        methods = [
            each.name for each in node.body if isinstance(each, ast.FunctionDef) and not each.name.startswith("__")
        ]
        text = N_("Class {owner} has no method “{name}”. It has {known}.")
        fault = message(text, owner=node.name, name=name or "forward", known=", ".join(methods) or "—")
        raise source_error(self.source, fault, *self.source.line_span(node))

    def _reject_name(self, name: str, tree: ast.Module) -> None:
        known = [*self.module.targets(), *self.module.classes]
        if not known:
            self._last_method(tree)
        text = N_("There is no function “{name}” here. Choose one of: {known}.")
        raise source_error(self.source, message(text, name=name, known=", ".join(known)))

    # --- what goes in and comes out ---

    def _bind_parameters(self, function: Function, scope: Scope) -> None:
        """Make an input of each parameter."""
        declared = parameters(function.node)
        if function.instance is None and declared and declared[0][0].arg in ("self", "cls"):
            # A method that was pasted without its class.
            function = Function(function.node, instance=Instance(ast.ClassDef("class", [], [], [], [])))
        if function.instance is not None and declared:
            scope.bindings[declared.pop(0)[0].arg] = function.instance
        arguments = function.node.args
        for each in (arguments.vararg, arguments.kwarg):
            if each is not None:
                text = N_("“*” in front of a parameter can't be read. Give every parameter of “{name}” a name.")
                self.faults[Fault(message(text, name=function.name), *self.source.line_span(each))] = None
                scope.bindings[each.arg] = Refused(())
        outside = Scope(function)
        for parameter, default in declared:
            name = parameter.arg
            if name in self.names.given or default is None:
                scope.bindings[name] = self.names.add_input(name)
            elif isinstance(default, ast.Constant) and isinstance(default.value, str | bool | None):
                scope.bindings[name] = Static(default.value)
            else:
                value = self.constant_value(default, outside)
                if value is None:
                    text = N_("The default of “{name}” is not a number. Leave it out and give the value: {name}=…")
                    self.faults[Fault(message(text, name=name), *self.source.line_span(default))] = None
                scope.bindings[name] = self.names.add_input(name, value)

    def _output(self, function: Function, result: object) -> Code | None:
        """Return what the function returns as one expression; None, with a fault, if it isn't one."""
        start, end = self.source.line_span(function.node)
        if isinstance(result, Code):
            return result
        if result is None:
            text = message(N_("“{name}” returns nothing. Add a return to it."), name=function.name)
            self.faults[Fault(text, start, end)] = None
        elif isinstance(result, Items):
            returns = [node for node in ast.walk(function.node) if isinstance(node, ast.Return)]
            place = self.source.line_span(returns[-1]) if returns else (start, end)
            self.faults[Fault(message(_SEVERAL), *place)] = None
        elif isinstance(result, Refused):
            self.faults |= dict.fromkeys(result.faults)
        else:
            self.faults[
                Fault(message(N_("The returned value is not a number. Return a number, such as the loss.")), start, end)
            ] = None
        return None

    def _output_name(self, function: Function, output: Code) -> str | None:
        """Return the function's name for an output without one; None if it can't be one."""
        name = function.name
        lambda_names = [key for key, value in self.module.values.items() if value is function.node]
        name = lambda_names[-1] if lambda_names else name
        if name in _PLAIN_NAMES or name in output.names or self.names.allocate(name) != name:
            return None
        return name

    def _values(self, equations: Sequence[Equation]) -> dict[str, Value]:
        """Return the values of the inputs: those given, and the source's own."""
        used = {name for equation in equations for name in equation.code.names}
        in_graph = {name: clean(graph_name) for name, graph_name in self.names.in_graph.items()}
        counted = {clean(name) for name in self.names.counted if name not in used}
        values = {in_graph.get(name, name): value for name, value in self.names.given.items()}
        values = {name: value for name, value in values.items() if name not in counted}
        own = {clean(name): value for name, value in self.names.inputs.items() if value is not None and name in used}
        return {**own, **values}

    def _note_unused(self, function: Function, equations: Sequence[Equation]) -> None:
        used = {equation.name for equation in equations}
        start, end = self.source.span(function.node)
        for equation in self.equations:
            if equation.name not in used and equation.name is not None and start <= equation.start < end:
                name = self.source.text[equation.start : equation.end]
                fault = Fault(message(_NOT_USED, name=name), equation.start, equation.end)
                self.notes[fault] = None

    def _sorted_notes(self) -> tuple[Message, ...]:
        """Return one note for each line."""
        by_line = {self.source.line_number(note.start): note for note in self.notes}
        shown = [with_place(by_line[line], self.source) for line in sorted(by_line)]
        if len(shown) > _MAX_NOTES:
            shown[_MAX_NOTES:] = [message(N_("… and {n} more lines."), n=len(shown) - _MAX_NOTES)]
        return tuple(shown)
