"""Recognition of custom nodes: the operation or the standard function that a folded or custom node is equal to.

Names are the author's, so a body is compared by its values: functions that agree at all sample points are the same.
"""

from __future__ import annotations

from contextlib import suppress
from functools import lru_cache
from hashlib import sha256
from typing import TYPE_CHECKING, NamedTuple

from tutor.algebra import ops
from tutor.algebra.errors import AlgebraError
from tutor.algebra.expr import Num, number
from tutor.algebra.printing import format_scalar
from tutor.engine import standard_losses
from tutor.engine.operations import OPERATIONS
from tutor.engine.passes import forward
from tutor.engine.standard_functions import STANDARD_FUNCTIONS
from tutor.grading.skills import function_rule_id

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tutor.algebra.expr import Expr
    from tutor.algebra.ops import Shape, Value
    from tutor.engine.graph import Graph, Node
    from tutor.engine.operation import Operation

_LOSSES = frozenset(function.name for function in standard_losses.TABLE)
#: The operations that a body is compared with. The others need more than their operands.
_COMPARED_OPERATIONS = (
    *("sigmoid", "tanh", "softplus", "relu", "exp", "log", "sqrt", "sin", "cos", "abs", "erf", "silu", "gelu"),
    *("inv", "neg", "mse", "cross_entropy", "softmax", "max", "min", "mul", "div", "sub", "add", "pow"),
)
#: Operations that only shift and scale the inputs of an activation, as in a gate.
_LINEAR_OPERATIONS = frozenset({"add", "sub", "neg", "broadcast"})
_SCALING_OPERATIONS = frozenset({"mul", "div"})
#: The largest relative difference of equal functions: an epsilon of 1e-5 in a denominator makes no other function.
_TOLERANCE = 1e-4
_NUM_SAMPLES = 3
_NORMALIZATIONS = ("batch_norm", "layer_norm", "rms_norm")
_NO_EPSILON = number(0)
_INPUT_NAMES = "xyzuvwst"
_INFIX = {"add": "+", "sub": "-", "mul": "*", "div": "/", "pow": "^", "matmul": "@"}
#: The longest formula in an id; a longer one is cut, and a hash keeps it apart.
_MAX_FORMULA, _CUT = 48, 32
#: Errors that a function may raise for operands without a value.
_COMPUTING_ERRORS = (ArithmeticError, ValueError, TypeError, LookupError, AttributeError, AssertionError, AlgebraError)


class Known(NamedTuple):
    """A function that is known: an operation or a standard function by its id, or one of an author's by its formula."""

    operation: str = ""
    function: str = ""
    formula: str = ""

    @property
    def ends_pass(self) -> bool:
        """Whether the backward pass usually begins here, as at a loss."""
        return self.function in _LOSSES or (bool(self.operation) and OPERATIONS[self.operation].ends_pass)


def recognise(node: Node) -> Known:
    """Return what a composite node computes."""
    body = node.body
    assert body is not None
    key = ("known function", node.op if not node.is_group else "")
    if key not in body.cache.derived:
        body.cache.derived[key] = _recognise(node, body)
    known: Known = body.cache.derived[key]
    return known


def _recognise(node: Node, body: Graph) -> Known:
    name = node.op or ""
    if not node.is_group and name in STANDARD_FUNCTIONS:
        return _standard(name)
    shapes = tuple(each.shape for each in body.nodes if each.is_input)
    values = _values(body, shapes)
    if values is not None:
        for known, operation in _candidates(shapes):
            if _agree(operation, shapes, values):
                return known
    activation = _activation_of_sum(body)
    return Known(operation=activation) if activation else Known(formula=_formula(body))


def _standard(name: str) -> Known:
    return Known(function=function_rule_id(name))


def _samples(shapes: tuple[Shape, ...]) -> Iterator[tuple[Value, ...]]:
    """Yield operands of these shapes: positive ones first, so that a logarithm has a value."""
    for sample in range(_NUM_SAMPLES):
        position = 0
        operands: list[Value] = []
        for shape in shapes:
            rows, columns = shape or (1, 1)
            cells = []
            for _ in range(rows * columns):
                # Irrational steps, so that no two cells and no two samples are alike.
                cells.append(0.15 + (position * 0.6180339887 + sample * 0.4142135623) % 0.8 + sample * 0.7)
                position += 1
            if shape is None:
                operands.append(cells[0])
                continue
            matrix = ops.make_matrix(tuple(tuple(cells[row * columns : (row + 1) * columns]) for row in range(rows)))
            operands.append(ops.as_vector(matrix) if ops.is_vector_shape(shape) else matrix)
        yield tuple(operands)


def _values(body: Graph, shapes: tuple[Shape, ...]) -> tuple[Value, ...] | None:
    names = [each.id for each in body.nodes if each.is_input]
    try:
        return tuple(forward(body, dict(zip(names, operands, strict=True)))[-1] for operands in _samples(shapes))
    except _COMPUTING_ERRORS:
        return None


def _candidates(shapes: tuple[Shape, ...]) -> Iterator[tuple[Known, Operation]]:
    """Yield the known functions of operands of these shapes, operations first."""
    for id in _COMPARED_OPERATIONS:
        operation = OPERATIONS[id]
        if len(operation.derivative or operation.vjp) == len(shapes):
            yield Known(operation=id), operation
    for name in STANDARD_FUNCTIONS:
        for operation in _standard_operations(name, shapes):
            yield _standard(name), operation


@lru_cache(maxsize=1024)
def _standard_operations(name: str, shapes: tuple[Shape, ...]) -> tuple[Operation, ...]:
    """Return a standard function for operands of these shapes, a normalization also without its epsilon."""
    function = STANDARD_FUNCTIONS[name]
    found = []
    for extra in ((), (_NO_EPSILON,)) if name in _NORMALIZATIONS else ((),):
        arguments: tuple[Shape | Expr, ...] = (*shapes, *extra)
        if function.min_operands <= len(arguments) <= function.max_operands:
            with suppress(*_COMPUTING_ERRORS):
                found.append(function.operation_for(arguments, 0))
    return tuple(found)


def _agree(operation: Operation, shapes: tuple[Shape, ...], values: tuple[Value, ...]) -> bool:
    """Return whether an operation has these values at the sample points."""
    for operands, value in zip(_samples(shapes), values, strict=True):
        try:
            with ops.ignore_array_errors(any(map(ops.is_array, operands))):
                other = operation.forward(*operands)
        except _COMPUTING_ERRORS:
            return False
        if ops.shape_of(other) != ops.shape_of(value):
            return False
        for mine, its in zip(ops.cells(value), ops.cells(other), strict=True):
            if not abs(mine - its) <= _TOLERANCE * max(abs(mine), abs(its), 1e-3):
                return False
    return True


def _activation_of_sum(body: Graph) -> str:
    """Return the operation of a body that applies it to a weighted sum of the inputs; empty for another body."""
    *inner, last = body.nodes
    if last.op not in _COMPARED_OPERATIONS or len(last.args) != 1:
        return ""
    for node in inner:
        constant = None in node.args
        if not (node.is_input or node.op in _LINEAR_OPERATIONS or (constant and node.op in _SCALING_OPERATIONS)):
            return ""
        if node.op == "div" and node.args[0] is None:
            return ""
    return last.op


def _formula(body: Graph) -> str:
    """Return the formula of a body in x, y, z, …, without spaces; a long one is cut and ends in a hash."""
    texts: list[str] = []
    for node in body.nodes:
        if node.is_input:
            texts.append(_INPUT_NAMES[len(texts) % len(_INPUT_NAMES)])
            continue
        args = [_constant(node.const) if arg is None else texts[arg] for arg in node.args]
        sign = _INFIX.get(node.op or "")
        text = f"({sign.join(args)})" if sign and len(args) == 2 else f"{node.op}({','.join(args)})"
        # Texts double where a node is used twice.
        texts.append(text if len(text) <= 4 * _MAX_FORMULA else text[:_MAX_FORMULA])
    formula = texts[-1][1:-1] if body.nodes[-1].op in _INFIX else texts[-1]
    is_plain = all("!" <= character <= "~" for character in formula)
    if is_plain and len(formula) <= _MAX_FORMULA and all(node.body is None for node in body.nodes):
        return formula
    shown = "".join(character if "!" <= character <= "~" else "?" for character in formula[:_CUT])
    return f"{shown}~{sha256(_structure(body).encode()).hexdigest()[:8]}"


def _structure(body: Graph) -> str:
    """Return a text that is the same for the same computation, whatever its parts are called."""
    return ";".join(
        f"{_structure(node.body) if node.body is not None else node.op}{node.args}{_constant(node.const)}"
        for node in body.nodes
    )


def _constant(value: Value) -> str:
    if value is None:
        return ""
    if ops.is_matrix(value):
        return f"[{','.join(_constant(cell) for cell in ops.cells(value))}]"
    if isinstance(value, Num):
        return str(value.value)
    return format_scalar(value).replace("−", "-").replace(" ", "").replace("·", "*")
