"""The contents of a Python module that its functions use: imports, other functions, classes and values."""

from __future__ import annotations

import ast
from dataclasses import dataclass, field

from tutor.algebra.foreign import LIBRARIES
from tutor.engine.python_source.bindings import loaded_names

#: Modules by the names under which the graph language knows them, longest first.
_CANONICAL = (
    ("torch.nn.functional", "F"),
    ("tensorflow.math", "tf.math"),
    ("tensorflow.nn", "tf.nn"),
    ("tensorflow", "tf"),
    ("jax.numpy", "jnp"),
    ("numpy.linalg", "np.linalg"),
    ("numpy", "np"),
    ("autograd.numpy", "np"),
    ("cupy", "np"),
)
#: Modules whose functions are taken for mathematics.
_MATHEMATICS = ("numpy", "torch", "jax", "math", "cmath", "tensorflow", "scipy", "autograd", "sympy", "cupy", "keras")


@dataclass
class Module:
    """The statements at the top of a module, by the names that they define; the last definition counts."""

    functions: dict[str, ast.FunctionDef] = field(default_factory=dict)
    classes: dict[str, ast.ClassDef] = field(default_factory=dict)
    values: dict[str, ast.expr] = field(default_factory=dict)
    imports: dict[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, tree: ast.Module) -> Module:
        """Return what the statements of a syntax tree define."""
        module = cls()
        for statement in tree.body:
            module.add(statement)
        return module

    def add(self, statement: ast.stmt) -> None:
        """Add what a statement defines; any other statement is left out, because no line is run."""
        if isinstance(statement, ast.FunctionDef):
            self.functions[statement.name] = statement
            self.values.pop(statement.name, None)
        elif isinstance(statement, ast.ClassDef):
            self.classes[statement.name] = statement
        elif isinstance(statement, ast.Import | ast.ImportFrom):
            self.add_import(statement)
        elif isinstance(statement, ast.AnnAssign) and statement.value is not None:
            self._assign(statement.target, statement.value)
        elif isinstance(statement, ast.Assign):
            for target in statement.targets:
                self._assign(target, statement.value)
        elif isinstance(statement, ast.Try):
            for inside in statement.body:
                if isinstance(inside, ast.Import | ast.ImportFrom):
                    self.add_import(inside)

    def add_import(self, statement: ast.Import | ast.ImportFrom) -> None:
        """Add the names that an import defines."""
        for alias in statement.names:
            if isinstance(statement, ast.ImportFrom):
                self.imports[alias.asname or alias.name] = f"{statement.module or ''}.{alias.name}"
            elif alias.asname:
                self.imports[alias.asname] = alias.name
            else:
                root = alias.name.partition(".")[0]
                self.imports[root] = root

    def _assign(self, target: ast.expr, value: ast.expr) -> None:
        if isinstance(target, ast.Name):
            self.values[target.id] = value
            self.functions.pop(target.id, None)
        elif isinstance(target, ast.Tuple) and isinstance(value, ast.Tuple) and len(target.elts) == len(value.elts):
            for each, part in zip(target.elts, value.elts, strict=True):
                self._assign(each, part)

    def library_path(self, name: str) -> str | None:
        """Return the path of a library, or of a name from one, as the graph language spells it; None for any other name."""
        if name in self.imports:
            path = self.imports[name]
            if path.partition(".")[0] not in _MATHEMATICS:
                return None
            for module, short in _CANONICAL:
                if path == module or path.startswith(f"{module}."):
                    return name if name in LIBRARIES and path == module else short + path[len(module) :]
            return path
        return name if name in LIBRARIES else None

    def libraries(self) -> set[str]:
        """Return which of PyTorch (`torch`) and NumPy (`np`) the module imports."""
        roots = {path.partition(".")[0] for path in self.imports.values()}
        return ({"torch"} & roots) | ({"np"} if roots & {"numpy", "jax", "autograd"} else set())

    def targets(self) -> list[str]:
        """Return the functions to choose from, those that no other one uses first."""
        lambdas = [name for name, value in self.values.items() if isinstance(value, ast.Lambda)]
        functions: dict[str, ast.AST] = {
            **{name: self.values[name] for name in lambdas},
            **{name: node for name, node in self.functions.items() if name != "main" and not name.startswith("test_")},
        }
        in_order = sorted(functions, key=lambda name: getattr(functions[name], "lineno", 0))
        used = {
            name
            for user, node in functions.items()
            for name in loaded_names(node)
            if name != user and name in functions
        }
        return [name for name in in_order if name not in used] or in_order
