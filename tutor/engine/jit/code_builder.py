"""Python code for compiled graphs: straight-line assignments that compute each value once.

An expression consists of generated names (`v7`), number literals and the functions of `runtime_functions`; no text of
the user enters it. Numbers are Python floats, matrices NumPy arrays.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from tutor.algebra import functions, ops
from tutor.algebra.array_functions import is_array_call
from tutor.algebra.balls import nearest_float
from tutor.algebra.evaluate import EVALUATORS
from tutor.algebra.expr import Apply, Expr, Num, Sym, postorder
from tutor.algebra.matrix_expr import MatrixExpr

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from tutor.algebra.ops import Shape, Value


class NotCompilableError(Exception):
    """A formula that cannot be compiled."""


#: The code of an operation if all operands are numbers. The last three are used only by other code here.
_NUMBER_TEMPLATES = functions.table(
    lambda function: {function.id: function.scalar_template()},
    {"whole_pow": "{0} ** {1}", "log1p": "log1p({0})", "one_if_not_negative": "1.0 if {0} >= 0.0 else {1}"},
)
#: The code if an operand is a matrix.
_MATRIX_TEMPLATES = functions.table(
    lambda function: {function.id: function.array_template()},
    {"log1p": "np_log1p({0})", "one_if_not_negative": "np_where({0} >= 0.0, 1.0, {1})"},
)


class CodeBuilder:
    """Assignments in order. An operand is a text: a name or a number literal."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        #: Constant matrices and rules by name, besides the functions of `runtime_functions()`.
        self.namespace: dict[str, Any] = {}
        self._shapes: dict[str, Shape] = {}
        self._names_by_text: dict[str, str] = {}
        self._count = 0

    def parameter(self, shape: Shape) -> str:
        """Return the name of a new parameter."""
        name = f"v{self._count}"
        self._count += 1
        self._shapes[name] = shape
        return name

    def shape_of(self, operand: str) -> Shape:
        """Return the shape of an operand, None for a number."""
        return self._shapes.get(operand)

    def as_value(self, operand: str) -> Value:
        """Return an operand as a value for rules: a formula that consists of its name."""
        shape = self._shapes.get(operand)
        return Sym(operand) if shape is None else MatrixExpr(Sym(operand), shape, ops.is_vector_shape(shape))

    def mark_vector(self, name: str, shape: Shape) -> None:
        """Note that a value is a vector, which formulas take for a row, if `shape` is that of one."""
        if ops.is_vector_shape(shape) and self._shapes.get(name) == shape:
            self._shapes[name] = shape

    def finite_probe(self, name: str) -> str:
        """Return code for a number that is finite only if every cell of a value is; it may overflow for large ones."""
        return name if self._shapes.get(name) is None else f"float(vdot({name}, {name}))"

    def emit(self, text: str, shape: Shape) -> str:
        """Return the name of the value of `text`, after adding a line for it if there is none."""
        if text not in self._names_by_text:
            name = self.parameter(shape)
            self.lines.append(f"{name} = {text}")
            self._names_by_text[text] = name
        return self._names_by_text[text]

    def bind_constant(self, value: object, letter: str) -> str:
        """Return a new name for a rule or a constant matrix."""
        name = f"{letter}{len(self.namespace)}"
        self.namespace[name] = value
        return name

    def emit_constant(self, value: Value) -> str:
        """Return a constant float as a literal, or the name of a constant matrix."""
        if not ops.is_matrix(value):
            if not math.isfinite(value):
                raise NotCompilableError(value)
            return repr(float(value))
        matrix = value.astype(float)
        matrix.flags.writeable = False
        text = f"{matrix.shape}{matrix.tobytes()!r}"
        if text not in self._names_by_text:
            self._names_by_text[text] = self.bind_constant(matrix, "k")
            self._shapes[self._names_by_text[text]] = ops.shape_of(matrix)
        return self._names_by_text[text]

    def emit_call(self, function: Callable[..., Value], operands: Sequence[str], shape: Shape) -> str:
        """Return the name of the result of calling a rule, broadcast to `shape`."""
        key = f"rule {id(function)}"
        if key not in self._names_by_text:
            self._names_by_text[key] = self.bind_constant(function, "f")
        text = f"{self._names_by_text[key]}({', '.join(map(self._marked, operands))})"
        return self.emit(text if shape is None else f"spread({text}, {self._emit_ones(shape)})", shape)

    def _marked(self, operand: str) -> str:
        """Return the code of an operand for a call of a rule, which may have to know that it is a vector."""
        return f"as_vector({operand})" if ops.is_vector_shape(self._shapes.get(operand)) else operand

    def emit_expr(self, formula: Expr, shape: Shape) -> str:
        """Return the name of the value of a formula over generated names, broadcast to `shape`."""
        done: dict[int, str] = {}
        for node in postorder(formula):
            if isinstance(node, Num):
                done[id(node)] = self.emit_constant(nearest_float(node))
            elif isinstance(node, Sym):
                if node.name not in self._shapes and not _is_number(node.name) and node.name != "pi":
                    raise NotCompilableError(node.name)
                done[id(node)] = repr(math.pi) if node.name == "pi" else node.name
            elif isinstance(node, Apply):
                done[id(node)] = self._emit_apply(node, [done[id(arg)] for arg in node.args])
            else:
                raise NotCompilableError(node)
        return self.broadcast(done[id(formula)], shape)

    def broadcast(self, operand: str, shape: Shape) -> str:
        """Return the name of `operand` broadcast to `shape`."""
        if self._shapes.get(operand) == shape or shape is None:
            return operand
        return self.emit_op("mul", operand, self._emit_ones(shape))

    def _emit_ones(self, shape: tuple[int, int]) -> str:
        return self.emit_constant(ops.load_arrays().broadcast(1.0, shape))

    def _emit_apply(self, node: Apply, args: list[str]) -> str:
        op = node.op
        if op == "ones":
            return self._emit_ones((_as_size(args[0]), _as_size(args[1])))
        if op == "broadcast":
            return self.broadcast(args[0], (_as_size(args[1]), _as_size(args[2])))
        if is_array_call(node):
            # A rule that the compiled code calls.
            raise NotCompilableError(op)
        if op == "sum":
            return self._emit_sum(args[0], _as_size(args[1]) if len(args) > 1 else None)
        if op in ("matmul", "T", "softmax"):
            return self._emit_matrix_op(op, args)
        return self.emit_op(op, *args)

    def emit_op(self, op: str, *args: str) -> str:
        """Return the name of the result of a scalar operation, elementwise on matrices."""
        if op == "mul" and "1.0" in args:
            return args[1] if args[0] == "1.0" else args[0]
        if op in ("pow", "div") and args[1] == "1.0":
            return args[0]
        if op in EVALUATORS and all(_is_number(arg) or arg in self.namespace for arg in args):
            return self._fold_constants(op, args)
        function = functions.FUNCTIONS.get(op)
        if function is not None and function.code is not None:
            return function.code(self.emit_op, *args)
        shapes = [shape for shape in map(self._shapes.get, args) if shape]
        if op == "pow" and not shapes and _is_number(args[1]) and float(args[1]).is_integer():
            # Faster than `pow`, with the same result. Not for fractions: a negative base must fail then.
            op = "whole_pow"
        texts = _MATRIX_TEMPLATES if shapes else _NUMBER_TEMPLATES
        if op not in texts:
            raise NotCompilableError(op)
        text = texts[op].format(*args)
        if not shapes:
            return self.emit(text, None)
        return self.emit(text, (max(shape[0] for shape in shapes), max(shape[1] for shape in shapes)))

    def _fold_constants(self, op: str, args: tuple[str, ...]) -> str:
        """Return the result of an operation on constants, computed at compile time."""
        try:
            return self.emit_constant(
                EVALUATORS[op](*(self.namespace[arg] if arg in self.namespace else float(arg) for arg in args))
            )
        except (ArithmeticError, ValueError) as error:
            raise NotCompilableError(op) from error

    def _emit_sum(self, x: str, axis: int | None) -> str:
        shape = self._shapes.get(x)
        if shape is None:
            return x
        if axis is None:
            return self.emit(f"float({x}.sum())", None)
        return self.emit(f"{x}.sum(axis={axis}, keepdims=True)", (1, shape[1]) if axis == 0 else (shape[0], 1))

    def _emit_matrix_op(self, op: str, args: list[str]) -> str:
        shapes = [self._shapes.get(arg) for arg in args]
        left, right = shapes[0], shapes[-1]
        if left is None or right is None:
            raise NotCompilableError(op)
        if op == "matmul":
            return self.emit(f"{args[0]} @ {args[1]}", (left[0], right[1]))
        if op == "T":
            return self.emit(f"{args[0]}.T", (left[1], left[0]))
        return self.emit(f"softmax({args[0]})", left)


def _is_number(operand: str) -> bool:
    return operand[0] in "-0123456789"


def _as_size(operand: str) -> int:
    return int(float(operand))


def runtime_functions(with_matrices: bool) -> dict[str, Any]:
    """Return the functions that the lines call, by name."""
    runtime: dict[str, Any] = {"float": float, "sum": sum, "type": type, "isfinite": math.isfinite, "log1p": math.log1p}
    runtime |= {name: math.pow if name == "pow" else f.float_kernel for name, f in functions.FUNCTIONS.items()}
    if with_matrices:
        arrays = ops.load_arrays()
        np = arrays.np
        runtime |= {
            "softmax": ops.softmax,
            "spread": ops.broadcast_like,
            "vdot": np.vdot,
            "as_vector": ops.as_vector,
            "real": np.dtype(float),
        }
        runtime |= {f"np_{name}": kernel for name, kernel in arrays.KERNELS.items()}
        runtime |= {"np_log1p": np.log1p, "np_where": np.where}
    return runtime
