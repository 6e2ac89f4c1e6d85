"""The values behind the names of a Python function while it is translated."""

from __future__ import annotations

import ast
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from tutor.engine.python_source.emitted import Code
    from tutor.engine.python_source.errors import Fault

#: A value that is known without running anything: a count, an axis, a flag.
StaticValue: TypeAlias = "int | float | bool | str | None"
#: A shape as Python has it: (3,) for a vector, () for a number.
Size: TypeAlias = "tuple[int, ...]"


@dataclass(frozen=True)
class Variable:
    """A value of the graph, by its name there."""

    name: str


@dataclass(frozen=True)
class Static:
    """A value that is known before the graph has any numbers."""

    value: StaticValue


@dataclass(frozen=True)
class Function:
    """A function or a lambda of the source; `scope` is where it is defined, None for the module."""

    node: ast.FunctionDef | ast.Lambda
    scope: Scope | None = None
    instance: Instance | None = None

    @property
    def name(self) -> str:
        """The name, `lambda` if it has none."""
        return self.node.name if isinstance(self.node, ast.FunctionDef) else "lambda"


@dataclass(frozen=True)
class Items:
    """Several values behind each other: a tuple that a function returns, or a list that grows."""

    items: tuple[Binding, ...]
    is_list: bool = False


@dataclass(frozen=True)
class Expression:
    """A value of a tuple that a function returns. It gets the name to which it is assigned."""

    code: Code


@dataclass(frozen=True)
class Layer:
    """A layer such as `nn.Linear(2, 3)`, called `name`; its call is `node`."""

    name: str
    node: ast.Call
    kind: str


@dataclass(frozen=True)
class Refused:
    """A value whose statement can't be taken, and why."""

    faults: tuple[Fault, ...]


@dataclass(eq=False)
class Instance:
    """The object `self` of a class, with its attributes."""

    node: ast.ClassDef
    attributes: dict[str, Binding] = field(default_factory=dict)

    def method(self, name: str) -> ast.FunctionDef | None:
        """Return the method with a name, None if the class itself has none."""
        found = [node for node in self.node.body if isinstance(node, ast.FunctionDef) and node.name == name]
        return found[-1] if found else None


Binding: TypeAlias = "Variable | Static | Function | Items | Expression | Layer | Refused | Instance"


@dataclass(eq=False)
class Scope:
    """The names of one function. Those of `outer` are seen, too."""

    function: Function
    bindings: dict[str, Binding] = field(default_factory=dict)
    #: The names that the function assigns; before that they have no value, even if an outer one has.
    assigned: frozenset[str] = frozenset()
    outer: Scope | None = None

    def find(self, name: str) -> Binding | None:
        """Return the value of a name; None if no enclosing function defines it."""
        scope: Scope | None = self
        while scope is not None:
            if name in scope.bindings:
                return scope.bindings[name]
            if name in scope.assigned:
                return None
            scope = scope.outer
        return None


def assigned_names(body: list[ast.stmt]) -> frozenset[str]:
    """Return the names that statements assign, without those in functions inside."""
    names: set[str] = set()
    waiting: list[ast.AST] = list(body)
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.FunctionDef | ast.ClassDef | ast.AsyncFunctionDef):
            names.add(node.name)
            continue
        if isinstance(node, ast.Lambda | ast.ListComp | ast.GeneratorExp | ast.SetComp | ast.DictComp):
            continue
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store | ast.Del):
            names.add(node.id)
        waiting.extend(ast.iter_child_nodes(node))
    return frozenset(names)


def loaded_names(node: ast.AST) -> set[str]:
    """Return the names that a part of the source reads."""
    return {each.id for each in ast.walk(node) if isinstance(each, ast.Name) and isinstance(each.ctx, ast.Load)}


def parameters(node: ast.FunctionDef | ast.Lambda) -> list[tuple[ast.arg, ast.expr | None]]:
    """Return the parameters of a function, each with its default."""
    arguments = node.args
    positional = [*arguments.posonlyargs, *arguments.args]
    without = len(positional) - len(arguments.defaults)
    defaults = [None] * without + list(arguments.defaults)
    return [*zip(positional, defaults, strict=True), *zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True)]


def function_body(node: ast.FunctionDef | ast.Lambda) -> list[ast.stmt]:
    """Return the statements of a function; a lambda returns its expression."""
    if isinstance(node, ast.FunctionDef):
        return node.body
    return [ast.copy_location(ast.Return(node.body), node.body)]
