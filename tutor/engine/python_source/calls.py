"""Calls in Python: functions of libraries, methods, layers, and functions of the same source, which are written out."""

from __future__ import annotations

import ast
from abc import abstractmethod
from typing import TYPE_CHECKING

from tutor.algebra import foreign
from tutor.algebra.call_forms import FORMS
from tutor.algebra.parser import FUNCTIONS
from tutor.engine.python_source import layers, remedies
from tutor.engine.python_source.bindings import Function, Instance, Items, Layer, Refused, Scope, Static, Variable
from tutor.engine.python_source.emitted import ATOM, PRODUCT, SUM, Code, Piece, join
from tutor.engine.python_source.expressions import ExpressionWriter
from tutor.i18n import N_

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tutor.engine.builder import CustomFunction
    from tutor.engine.python_source.bindings import Binding
    from tutor.engine.python_source.module import Module
    from tutor.engine.python_source.source import PythonSource

#: Keywords that change nothing about a value here.
_DROPPED_KEYWORDS = frozenset(
    ["dtype", "device", "requires_grad", "inplace", "copy", "order", "memory_format", "layout"]
)
#: Keywords that may be None, which is what they are if left out.
_MAY_BE_NONE = frozenset(["axis", "dim", "keepdims", "keepdim", "weight", "initial", "where", "ord"])
_AXIS_KEYWORDS = ("axis", "dim")
#: Functions and methods that give a size.
_SIZES = ("len", "numel", "size", "dim")
#: Keywords that say by how much less than n a variance divides.
_DIVISORS = frozenset(("unbiased", "correction", "ddof"))
_UNBIASED = ("var", "std")


class CallWriter(ExpressionWriter):
    """Writes calls."""

    def __init__(self, source: PythonSource, module: Module, definitions: Mapping[str, CustomFunction]) -> None:
        super().__init__(source, module)
        self.definitions = definitions

    @abstractmethod
    def inline(self, function: Function, node: ast.Call, scope: Scope) -> Binding | Code:
        """Return what a call of a function of the source returns; its steps are written before."""

    @abstractmethod
    def attribute_input(self, name: str, node: ast.AST) -> Code:
        """Return the input for an attribute of an object, such as the weight of a layer."""

    def call(self, node: ast.Call, scope: Scope) -> Code:
        result = self.called(node, scope)
        return result if isinstance(result, Code) else self.bound(result, node)

    def called(self, node: ast.Call, scope: Scope) -> Binding | Code:
        """Return what a call gives, which may be several values."""
        function = self.callee(node.func, scope)
        if isinstance(function, Function):
            return self.inline(function, node, scope)
        if isinstance(function, Layer):
            return self.call_layer(function, node, [self.translate(each, scope) for each in node.args], scope)
        if isinstance(function, Refused):
            return self.bound(function, node)
        name = self.function_name(node)
        if known := self.static(node, scope):
            return self.bound(known, node)
        if path := self.library_path(node.func, scope):
            return self.call_library(node, path, scope)
        if isinstance(node.func, ast.Attribute):
            return self.call_method(node, node.func, scope)
        if isinstance(function, Variable | Items | Static | Instance):
            self.refuse(
                node, N_("“{name}” is a value and can't be called. For a product write {name} * (…)."), name=name
            )
        if not name:
            self.refuse(node, N_("Only functions with a name can be called here, as in f(x)."))
        return self.call_built_in(node, name, scope)

    def callee(self, node: ast.expr, scope: Scope) -> Binding | None:
        """Return what is called, if it is something of the source itself."""
        if isinstance(node, ast.Name):
            found = scope.find(node.id)
            if found is not None:
                return found
            return self.module_binding(node.id, node) if self.is_own_name(node.id) else None
        if isinstance(node, ast.Lambda):
            return Function(node, scope)
        if isinstance(node, ast.Call) and (made := layers.layer("layer", node)):
            return made
        if not isinstance(node, ast.Attribute):
            return None
        if isinstance(node.value, ast.Call) and self.function_name(node.value) == "super":
            self.refuse(node, N_("super() can't be read. Write the method out."))
        found = self.attribute_binding(node, scope, is_called=True)
        if isinstance(found, Layer | Function | Refused):
            return found
        owner = self.owner(node.value, scope)
        if isinstance(owner, Layer) and node.attr in ("forward", "__call__"):
            return owner
        if isinstance(owner, Instance) and found is None:
            self.refuse(node, N_("The class has no method “{name}”. Write it out."), name=node.attr)
        return None

    def owner(self, node: ast.expr, scope: Scope) -> Binding | None:
        """Return the object in front of a point."""
        if isinstance(node, ast.Name):
            return scope.find(node.id)
        return self.attribute_binding(node, scope) if isinstance(node, ast.Attribute) else None

    # --- functions of libraries and of Python ---

    def call_library(self, node: ast.Call, path: str, scope: Scope) -> Code:
        name = path.rpartition(".")[2]
        if name == "linear" and 2 <= len(node.args) <= 3:
            return self.linear(node, [self.translate(each, scope) for each in node.args])
        if name in remedies.IDENTITIES or name in ("no_grad", "tensor_split"):
            self.refuse(node, N_("There is no node for “{name}”. Leave it out."), name=path)
        self.refuse_known(node, name, node.func)
        if remedy := remedies.in_place(name):
            self.refuse(node, remedy, name=name)
        return self.library_call(node, path, scope)

    def refuse_known(self, node: ast.Call, name: str, function: ast.expr) -> None:
        """Refuse a function that rounds, is random or stops the gradient."""
        path = self.shown(function)
        if name in _SIZES:
            self.refuse(node, remedies.CALLS[name], name=self.shown(node.args[0] if node.args else function))
        if name in remedies.CALLS:
            self.refuse(node, remedies.CALLS[name], name=path)
        if ".random." in f".{path}.":
            self.refuse(node, remedies.CALLS["random"], name=path)

    def call_built_in(self, node: ast.Call, name: str, scope: Scope) -> Code:
        """Return the call of a function without a library before it."""
        if name == "float" and len(node.args) == 1 and not node.keywords:
            if isinstance(node.args[0], ast.Constant) and isinstance(node.args[0].value, str):
                text = node.args[0].value.strip().lower().replace("infinity", "inf")
                if text.lstrip("+-") == "inf":
                    return Code([self.piece(text.lstrip("+"), node)])
            return self.translate(node.args[0], scope)
        if name == "sum" and len(node.args) == 1 and isinstance(node.args[0], ast.GeneratorExp | ast.ListComp):
            return self.sum_of(node, self.unrolled(node.args[0], scope))
        self.refuse_known(node, name, node.func)
        imported = self.module.library_path(name)
        if not imported and name not in self.module.imports and not self.is_known(name):
            text = N_("“{name}” isn't defined here. Add its def to the same file, or write it with + - * / **.")
            self.refuse(node, text, name=name)
        if not imported and name in self.module.imports:
            text = N_("“{name}” comes from another file. Copy its def into this one.")
            self.refuse(node, text, name=name)
        return self.library_call(node, imported or name, scope)

    @staticmethod
    def sum_of(node: ast.expr, terms: list[Code]) -> Code:
        code = terms[0].in_brackets(SUM)
        for term in terms[1:]:
            code.pieces.append(Piece(" + ", *term.span))
            code.pieces += term.in_brackets(PRODUCT).pieces
            code = Code(code.pieces, SUM, code.faults + term.faults)
        return code

    def library_call(self, node: ast.Call, name: str, scope: Scope) -> Code:
        start, end = self.source.span(node.func)
        parts: list[Code | Piece] = [Piece(name, start, end), Piece("(", end, end + 1)]
        parts += self.arguments(node, scope)
        last = self.source.span(node)[1]
        return join([*parts, Piece(")", last - 1, last)])

    def arguments(self, node: ast.Call, scope: Scope) -> list[Code | Piece]:
        """Return the arguments of a call, with commas between them."""
        written: list[Code] = []
        for each in node.args:
            if isinstance(each, ast.Starred):
                self.refuse(node, remedies.EXPRESSIONS[ast.Starred])
            written.append(self.argument(each, scope, is_first=each is node.args[0]))
        for keyword in node.keywords:
            code = self.keyword(keyword, scope)
            if code is not None:
                written.append(code)
        parts: list[Code | Piece] = []
        for i, code in enumerate(written):
            if i:
                parts.append(Piece(", ", *code.span))
            parts.append(code)
        return parts

    def argument(self, node: ast.expr, scope: Scope, is_first: bool) -> Code:
        if isinstance(node, ast.Tuple):
            # A shape or an axis, or values that are joined.
            start, end = self.source.span(node)
            parts: list[Code | Piece] = [Piece("(", start, start + 1)]
            for i, each in enumerate(node.elts):
                parts += [Piece(", ", *self.source.span(each))] if i else []
                parts.append(self.argument(each, scope, is_first))
            return join([*parts, Piece(")", end - 1, end)])
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            return self.text(node, node.value)
        if isinstance(node, ast.GeneratorExp):
            return self.bracketed(node, self.unrolled(node, scope))
        if not is_first and (known := self.static(node, scope)) and isinstance(known.value, int):
            return self.bound(known, node)
        return self.translate(node, scope)

    def text(self, node: ast.expr, value: str) -> Code:
        if not value.isprintable() or '"' in value or "\\" in value:
            self.refuse(node, remedies.EXPRESSIONS[ast.JoinedStr])
        return Code([self.piece(f'"{value}"', node)])

    def keyword(self, keyword: ast.keyword, scope: Scope) -> Code | None:
        """Return `axis=0`; None for a keyword that changes nothing here."""
        name = keyword.arg
        if name is None:
            self.refuse(keyword.value, remedies.EXPRESSIONS[ast.Starred])
        if name in _DROPPED_KEYWORDS:
            return None
        known = self.static(keyword.value, scope)
        start, _end = self.source.span(keyword.value)
        place = Piece(f"{name}=", start - len(name) - 1, start)
        if known is None:
            return join([place, self.argument(keyword.value, scope, is_first=False)])
        if known.value is None:
            if name not in _MAY_BE_NONE:
                self.refuse(keyword.value, N_("Only numbers can be part of a graph. Leave this out."))
            return None
        if isinstance(known.value, bool):
            return join([place, self.piece(str(known.value), keyword.value)])
        if isinstance(known.value, str):
            return join([place, self.text(keyword.value, known.value)])
        return join([place, self.bound(known, keyword.value)])

    # --- methods and layers ---

    def call_method(self, node: ast.Call, function: ast.Attribute, scope: Scope) -> Code:
        name = function.attr
        if name == "astype" and len(node.args) == 1 and "int" in self.shown(node.args[0]):
            self.refuse(node, remedies.CALLS["int"], name=f".{name}")
        if name in remedies.IDENTITIES or name == "astype":
            return self.translate(function.value, scope)
        if name in remedies.CALLS:
            shown = self.shown(function.value) if name in _SIZES else f".{name}"
            self.refuse(node, remedies.CALLS[name], name=shown)
        if remedy := remedies.in_place(name):
            self.refuse(node, remedy, name=f".{name}")
        base = self.method_base(function.value, scope)
        if name in _UNBIASED and self.is_of_torch(node, base):
            # As a method it would be that of NumPy, which divides by n.
            parts = self.arguments(node, scope)
            start, end = self.source.span(node)
            comma = [Piece(", ", start, end)] if parts else []
            return join([Piece(f"torch.{name}(", start, end), base, *comma, *parts, Piece(")", end - 1, end)])
        dot = Piece(f".{name}", base.span[1], self.source.span(function)[1])
        last = self.source.span(node)[1]
        return join(
            [base, dot, Piece("(", dot.end, dot.end + 1), *self.arguments(node, scope), Piece(")", last - 1, last)]
        )

    def is_of_torch(self, node: ast.Call, base: Code) -> bool:
        """Return whether a variance divides by n − 1, as in PyTorch. Raise `RefusedError` if that can't be seen."""
        if {keyword.arg for keyword in node.keywords} & _DIVISORS:
            return False
        libraries = self.module.libraries()
        if "torch" in libraries and "np" in libraries:
            text = N_(
                "{x}.{name}() divides by n in NumPy and by n − 1 in PyTorch. Write np.{name}({x}) or torch.{name}({x})."
            )
            self.refuse(node, text, x=base.text, name=self.function_name(node))
        return "torch" in libraries

    def call_layer(self, layer: Layer, node: ast.Call, values: list[Code], scope: Scope) -> Code:
        """Return a layer applied to values."""
        if node.keywords or not values:
            self.refuse(node, N_("Call a layer with its inputs only: {name}(x)."), name=layer.name)
        if layer.kind == layers.IDENTITY:
            return values[0]
        if layer.kind == layers.LINEAR:
            parameters = ["weight", "bias"] if layers.has_bias(layer) else ["weight"]
            names = [self.attribute_input(f"{layer.name}_{each}", node) for each in parameters]
            return self.linear(node, [values[0], *names])
        if layer.kind == layers.SEQUENTIAL:
            code = values[0]
            for i, each in enumerate(layer.node.args):
                inner = layers.layer(f"{layer.name}_{i}", each)
                if inner is None:
                    self.refuse(each, N_("This layer can't be read. Write what it computes with + - * / @."))
                code = self.call_layer(inner, node, [code], scope)
            return code
        name, own_arguments = layers.FUNCTIONS[layer.kind]
        arguments: list[Code | Piece] = []
        for i, value in enumerate(values):
            arguments += [Piece(", ", *value.span), value] if i else [value]
        own = ast.Call(layer.node.func, layer.node.args, layer.node.keywords)
        ast.copy_location(own, layer.node)
        if (own.args or own.keywords) and (extra := self.arguments(own, scope)):
            if not own_arguments and any(keyword.arg != "reduction" for keyword in own.keywords):
                self.refuse(layer.node, N_("This layer can't be read. Write what it computes with + - * / @."))
            arguments += [Piece(", ", *values[-1].span), *extra]
        start, end = self.source.span(node)
        return join([Piece(f"{name}(", start, end), *arguments, Piece(")", end - 1, end)])

    def linear(self, node: ast.Call, values: list[Code]) -> Code:
        """Return x @ Wᵀ + b."""
        start, end = self.source.span(node)
        at, weight = Piece(" @ ", start, end), values[1].in_brackets(ATOM)
        product: list[Code | Piece] = [values[0].in_brackets(PRODUCT), at, weight, Piece(".T", start, end)]
        if len(values) == 2:
            return join(product, PRODUCT)
        return join([*product, Piece(" + ", start, end), values[2].in_brackets(PRODUCT)], SUM)

    def static_call(self, node: ast.Call, scope: Scope) -> Static | None:
        name = self.function_name(node)
        is_method = isinstance(node.func, ast.Attribute)
        if isinstance(node.func, ast.Name) and scope.find(name) is None:
            if name == "len" and len(node.args) == 1:
                if isinstance(node.args[0], ast.Name) and isinstance(found := scope.find(node.args[0].id), Items):
                    return Static(len(found.items))
                return self.size(self.shape(node.args[0], scope), Static(0))
            if name == "int" and len(node.args) == 1:
                return self.static(node.args[0], scope)
        elif is_method and isinstance(node.func, ast.Attribute) and not self.library_path(node.func, scope):
            if name == "size" and len(node.args) == 1:
                return self.size(self.shape(node.func.value, scope), self.static(node.args[0], scope))
            if name in ("numel", "nelement"):
                count = 1
                for length in self.shape(node.func.value, scope):
                    count *= length
                return Static(count)
        return None

    def is_known(self, name: str) -> bool:
        """Return whether the graph language has a function with this name."""
        own = name in FUNCTIONS or name in self.definitions
        return own or name in FORMS or name in foreign.INSTEAD
