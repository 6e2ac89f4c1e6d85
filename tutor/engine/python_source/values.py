"""Values of a Python function as equations: their names, inputs from outside of the function, shapes, calls written out."""

from __future__ import annotations

import ast
import builtins
from abc import abstractmethod
from typing import TYPE_CHECKING

from tutor.algebra import ops
from tutor.algebra.errors import AlgebraError
from tutor.algebra.evaluate import evaluate
from tutor.algebra.parser import parse_equations, parse_value
from tutor.engine.builder import parse_graph
from tutor.engine.python_source import layers, remedies
from tutor.engine.python_source.bindings import (
    Binding,
    Expression,
    Function,
    Instance,
    Items,
    Layer,
    Refused,
    Scope,
    Size,
    Static,
    Variable,
    assigned_names,
    function_body,
    parameters,
)
from tutor.engine.python_source.calls import CallWriter
from tutor.engine.python_source.emitted import COMPARISON, Code, EmittedText, Equation
from tutor.engine.python_source.errors import Fault, RefusedError
from tutor.engine.python_source.names import Names
from tutor.i18n import N_, message

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from tutor.algebra.ops import Shape, Value
    from tutor.engine.builder import CustomFunction
    from tutor.engine.python_source.module import Module
    from tutor.engine.python_source.source import PythonSource

#: Numbers below this are written in place of a parameter.
_MAX_LITERAL = 10**6


class ValueWriter(CallWriter):
    """Writes values, each under a name. Why one can't be taken is kept with it, and reported if it is used."""

    def __init__(
        self,
        source: PythonSource,
        module: Module,
        given: Mapping[str, Value],
        definitions: Mapping[str, CustomFunction],
    ) -> None:
        super().__init__(source, module, definitions)
        self.names = Names(given, definitions)
        self._own_functions = {name: (each.min_operands, each.max_operands) for name, each in definitions.items()}
        self._redefinable = [name for name, each in definitions.items() if each.is_redefinable]
        self.equations: list[Equation] = []
        self.faults: dict[Fault, None] = {}
        self.notes: dict[Fault, None] = {}
        self.num_rounds = 0
        self._num_blocks = 0
        self._refused: dict[Fault, None] = {}
        self.module_bindings: dict[str, Binding] = {}
        self._waiting_names: set[str] = set()
        self._calls: list[ast.AST] = []

    def note(self, node: ast.AST, text: str, **values: object) -> None:
        self.notes[Fault(message(text, **values), *self.source.line_span(node))] = None

    @abstractmethod
    def run_function(self, function: Function, scope: Scope) -> Binding | Code | None:
        """Write the statements of a function and return what it returns, None if nothing."""

    def inline(self, function: Function, node: ast.Call, scope: Scope) -> Binding | Code:
        if function.node in self._calls:
            self.refuse(node, N_("“{name}” calls itself. Write its steps out."), name=function.name)
        own = Scope(function, assigned=assigned_names(function_body(function.node)), outer=function.scope)
        self._bind_arguments(function, node, scope, own)
        result = self.run_function(function, own)
        if result is None:
            self.refuse(node, N_("“{name}” returns nothing. Add a return to it."), name=function.name)
        return result

    def _bind_arguments(self, function: Function, node: ast.Call, scope: Scope, own: Scope) -> None:
        """Bind the parameters of a function to the operands of a call."""
        declared = parameters(function.node)
        if function.instance is not None and declared:
            own.bindings[declared.pop(0)[0].arg] = function.instance
        if function.node.args.vararg or function.node.args.kwarg:
            text = N_("“*” in front of a parameter can't be read. Give every parameter of “{name}” a name.")
            self.refuse(node, text, name=function.name)
        values: dict[str, ast.expr] = {}
        for (parameter, _default), value in zip(declared, node.args, strict=False):
            values[parameter.arg] = value
        known = {parameter.arg for parameter, _default in declared}
        extra = [keyword.arg for keyword in node.keywords if keyword.arg not in known or keyword.arg in values]
        missing = [
            parameter.arg
            for parameter, default in declared
            if default is None
            and parameter.arg not in values
            and parameter.arg not in {each.arg for each in node.keywords}
        ]
        if len(node.args) > len(declared) or extra or missing:
            text = N_("“{name}” has different inputs: {inputs}.")
            inputs = ", ".join(parameter.arg for parameter, _default in declared)
            self.refuse(node, text, name=function.name, inputs=inputs or "()")
        values |= {keyword.arg: keyword.value for keyword in node.keywords if keyword.arg}
        bound = {name: self._argument_binding(name, value, scope) for name, value in values.items()}
        for parameter, default in declared:
            if parameter.arg not in bound and default is not None:
                bound[parameter.arg] = self._argument_binding(parameter.arg, default, function.scope or own)
        own.bindings |= bound

    def _argument_binding(self, name: str, node: ast.expr, scope: Scope) -> Binding:
        if isinstance(node, ast.Starred):
            self.refuse(node, remedies.EXPRESSIONS[ast.Starred])
        # A number is written where it is used, so that it can be an exponent.
        if isinstance(node, ast.Constant) and isinstance(node.value, int | float) and abs(node.value) < _MAX_LITERAL:
            return Static(node.value)
        return self.value_binding(name, node, scope, node)

    def value_binding(self, name: str, node: ast.expr, scope: Scope, place: ast.AST) -> Binding:
        """Return what a value is bound to under a name, with an equation for it if it takes one."""
        if isinstance(node, ast.Lambda):
            return Function(node, scope)
        if isinstance(node, ast.Name | ast.Attribute):
            found = self.callee(node, scope)
            if isinstance(found, Function | Layer):
                return found
        if isinstance(node, ast.Constant) and not isinstance(node.value, int | float | complex):
            return Static(node.value) if isinstance(node.value, str | None) else Refused(())
        if isinstance(node, ast.Constant) and isinstance(node.value, bool):
            return Static(node.value)
        if made := layers.layer(name, node):
            return made
        if isinstance(node, ast.List) and not node.elts:
            return Items((), is_list=True)
        if isinstance(node, ast.Tuple):
            entries = node.elts
            return Items(tuple(self.value_binding(f"{name}{i}", each, scope, each) for i, each in enumerate(entries)))
        if isinstance(node, ast.Attribute) and node.attr == "shape" and not self.library_path(node, scope):
            return Items(tuple(map(Static, self.shape(node.value, scope))))
        if isinstance(node, ast.Call) and _requires_grad(node):
            value = self.constant_value(node, scope)
            if value is not None:
                return self.names.add_input(name, value)
        result = self.called(node, scope) if isinstance(node, ast.Call) else self.translate(node, scope)
        if isinstance(result, Items):
            return Items(
                tuple(self.named(f"{name}_{i}", each, place) for i, each in enumerate(result.items)), result.is_list
            )
        return self.code_binding(name, result, place) if isinstance(result, Code) else result

    def named(self, name: str, binding: Binding, place: ast.AST) -> Binding:
        """Return a value that an expression has got a name for, if it is one."""
        return self.code_binding(name, binding.code, place) if isinstance(binding, Expression) else binding

    def code_binding(self, name: str, code: Code, place: ast.AST) -> Binding:
        """Return the value of an expression under a name, which is an equation unless it has a name already."""
        if faults := (*code.faults, *self.parse_faults(code)):
            return Refused(faults)
        if code.name is not None:
            return Variable(code.name)
        graph_name = self.names.allocate(name)
        start, end = self.source.line_span(place)
        self.equations.append(Equation(graph_name, code.in_brackets(COMPARISON + 1), start, end))
        if code.text.isdecimal() and len(code.text) < 7:
            self.names.constants[graph_name] = Static(int(code.text))
        return Variable(graph_name)

    def parse_faults(self, code: Code) -> tuple[Fault, ...]:
        """Return why the graph language can't read an expression, in a tuple that is empty if it can."""
        if code.name is not None:
            return ()
        emitted = EmittedText([Equation(None, code.in_brackets(COMPARISON + 1), *code.span)])
        try:
            parse_equations(emitted.text, own_functions=self._own_functions, redefinable=self._redefinable)
        except AlgebraError as error:
            return (Fault(error.message, *emitted.span(error.position, error.length)),)
        return ()

    # --- names from outside of the function ---

    def module_binding(self, name: str, node: ast.AST) -> Binding:
        if name not in self.module_bindings:
            self.module_bindings[name] = self._make_module_binding(name, node)
        return self.module_bindings[name]

    def _make_module_binding(self, name: str, node: ast.AST) -> Binding:
        module = self.module
        if name in module.functions:
            return Function(module.functions[name])
        if name in module.classes:
            self.refuse(node, N_("“{name}” is a class. Choose one of its methods: FILE:{name}.METHOD."), name=name)
        if name in module.values and name not in self._waiting_names:
            self._waiting_names.add(name)
            return self._module_value(name, module.values[name])
        if name in module.imports and name not in self.names.given:
            self.refuse(node, N_("“{name}” comes from another file. Copy it into this one."), name=name)
        if hasattr(builtins, name) and name not in self.names.given and name not in module.values:
            self.refuse(
                node, N_("“{name}” is a function of Python, not a number. Call it, as in {name}(x)."), name=name
            )
        return self.names.add_input(name)

    def _module_value(self, name: str, node: ast.expr) -> Binding:
        """Return a value of the module: a constant if its name is in capitals, otherwise an input."""
        scope = Scope(Function(ast.Lambda(ast.arguments([], [], None, [], [], None, []), node)))
        if isinstance(node, ast.Lambda) or layers.layer(name, node):
            return self.value_binding(name, node, scope, node)
        if isinstance(node, ast.Constant) and isinstance(node.value, str | bool | None):
            return Static(node.value)
        value = self.constant_value(node, scope)
        is_constant = len(name) > 1 and name.isupper() and name not in self.names.given
        if value is not None and not (is_constant and not ops.is_matrix(value)):
            return self.names.add_input(name, value)
        try:
            code = self.translate(node, scope)
        except RefusedError:
            return self.names.add_input(name)
        if name in self.names.given or code.faults:
            return self.names.add_input(name)
        return self.code_binding(name, code, node)

    def constant_value(self, node: ast.expr, scope: Scope) -> Value | None:
        """Return the value of an expression without inputs, None if it has none."""
        num_equations = len(self.equations)
        try:
            code = self.translate(node, scope)
            if code.names or code.faults:
                return None
            return evaluate(parse_value(code.text), {})
        except (RefusedError, AlgebraError):
            return None
        finally:
            del self.equations[num_equations:]

    def static_variable(self, name: str) -> Static | None:
        if name in self.names.constants:
            return self.names.constants[name]
        if self.inputs_are_known and name in self.names.known_inputs:
            self.names.counted.add(name)
            return self.names.known_inputs[name]
        return None

    def attribute_binding(self, node: ast.Attribute, scope: Scope, is_called: bool = False) -> Binding | None:
        owner = self.owner(node.value, scope)
        if isinstance(owner, Layer) and owner.kind == layers.LINEAR and node.attr in ("weight", "bias"):
            return self._shared_input(f"{owner.name}_{node.attr}")
        if not isinstance(owner, Instance):
            return None
        if node.attr in owner.attributes:
            return owner.attributes[node.attr]
        if method := owner.method(node.attr):
            return Function(method, instance=owner)
        value = _attribute_value(owner.node, node.attr)
        if value is not None and (made := layers.layer(node.attr, value)):
            owner.attributes[node.attr] = made
        elif value is not None and isinstance(value, ast.Constant) and isinstance(value.value, str | bool | None):
            owner.attributes[node.attr] = Static(value.value)
        elif is_called:
            return None
        else:
            known = None if value is None else self.constant_value(value, Scope(scope.function))
            owner.attributes[node.attr] = self.names.add_input(node.attr, known)
        return owner.attributes[node.attr]

    def attribute_input(self, name: str, node: ast.AST) -> Code:
        start, end = self.source.span(node)
        code = self.bound(self._shared_input(name), ast.copy_location(ast.Name(name, ast.Load()), node))
        return Code([piece._replace(start=start, end=end) for piece in code.pieces])

    def _shared_input(self, name: str) -> Binding:
        """Return the input of this name, the same one every time."""
        if name not in self.module_bindings:
            self.module_bindings[name] = self.names.add_input(name)
        return self.module_bindings[name]

    # --- shapes ---

    def shape(self, node: ast.expr, scope: Scope) -> Size:
        num_equations = len(self.equations)
        code = self.translate(node, scope)
        text = remedies.ATTRIBUTES["shape"]
        equations = live_equations(self.equations, code)
        del self.equations[num_equations:]
        used = {name for equation in equations for name in equation.code.names} | code.names
        inputs = {name: value for name, value in self.names.inputs.items() if name in used}
        if code.faults or any(value is None for value in inputs.values()):
            self.refuse(node, text, name=self.shown(node))
        known = {name: value for name, value in inputs.items() if value is not None}
        if code.name in known:
            return _python_shape(ops.shape_of(known[code.name]))
        try:
            if not known:
                return _python_shape(ops.shape_of(evaluate(parse_value(code.text), {})))
            graph = parse_graph(EmittedText(equations).text, known, self.definitions)
        except AlgebraError:
            self.refuse(node, text, name=self.shown(node))
        return _python_shape(graph.nodes[graph.output_position].shape)


def _python_shape(shape: Shape) -> Size:
    """Return a shape as Python has it: (3,) for a vector, () for a number."""
    return (shape[1],) if ops.is_vector_shape(shape) else shape or ()


def live_equations(equations: Sequence[Equation], output: Code, name: str | None = None) -> list[Equation]:
    """Return the equations on which an expression depends, the last of which is that expression, called `name`."""
    needed = output.names
    kept: list[Equation] = []
    if output.name is None or all(equation.name != output.name for equation in equations):
        kept.append(Equation(name, output.in_brackets(COMPARISON + 1), *output.span))
    for equation in reversed(equations):
        if equation.name in needed:
            needed |= equation.code.names
            kept.append(equation)
    return kept[::-1]


def _requires_grad(node: ast.Call) -> bool:
    return any(
        keyword.arg == "requires_grad" and isinstance(keyword.value, ast.Constant) and keyword.value.value is True
        for keyword in node.keywords
    )


def _attribute_value(node: ast.ClassDef, name: str) -> ast.expr | None:
    """Return what `__init__`, or the class itself, assigns to an attribute."""
    body = list(node.body)
    for each in node.body:
        if isinstance(each, ast.FunctionDef) and each.name == "__init__":
            body += each.body
    for statement in reversed(body):
        if isinstance(statement, ast.Assign):
            target, value = statement.targets[0], statement.value
        elif isinstance(statement, ast.AnnAssign) and statement.value is not None:
            target, value = statement.target, statement.value
        else:
            continue
        if isinstance(target, ast.Name) and target.id == name:
            return value
        if isinstance(target, ast.Attribute) and isinstance(target.value, ast.Name) and target.attr == name:
            return value
    return None
