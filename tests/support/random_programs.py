"""Random computation graphs as lists of steps, which the engine, NumPy, SymPy and PyTorch can run."""

from __future__ import annotations

import ast
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import numpy as np
import sympy

from tests.support.reference_functions import REFERENCES
from tutor.algebra import ops
from tutor.algebra.balls import nearest_float
from tutor.algebra.expr import number

if TYPE_CHECKING:
    import random


UNARY = (
    "neg",
    "inv",
    "exp",
    "log",
    "sqrt",
    "sin",
    "cos",
    "tanh",
    "sigmoid",
    "softplus",
    "erf",
    "silu",
    "gelu",
    "relu",
    "abs",
)
BINARY = ("add", "sub", "mul", "div", "pow", "max", "min")
_MATRIX_OPERATIONS = ("matmul", "transpose", "sum", "sum.0", "sum.1", "mean", "mean.0", "mean.1", "softmax")
CONSTANTS = ("2", "3", "-1/2", "1.5")

Number = Fraction
Matrix = list[list[Fraction]]
Vector = list[Fraction]


@dataclass(frozen=True)
class Step:
    """One step, `name = op(operands)`. An operand is an earlier name, or the text of a constant."""

    name: str
    op: str
    operands: tuple[str, ...]

    @property
    def text(self) -> str:
        texts = (f"({operand})" if operand[0] in "-0123456789" else operand for operand in self.operands)
        return REFERENCES[self.op].text.format(*texts)


@dataclass(frozen=True)
class Program:
    """Inputs (numbers, rows of numbers, or vectors) and steps. The last step is the output."""

    inputs: dict[str, Number | Matrix | Vector]
    steps: tuple[Step, ...]

    @property
    def text(self) -> str:
        return "; ".join(f"{step.name} = {step.text}" for step in self.steps)


def exact_inputs(program: Program) -> dict[str, Any]:
    """Return the inputs as the program's own exact values."""
    return {name: _exact_input(value) for name, value in program.inputs.items()}


def _exact_input(value: Number | Matrix | Vector) -> Any:
    if isinstance(value, Fraction):
        return number(value)
    rows = [row for row in value if isinstance(row, list)]
    if rows:
        return ops.make_matrix(tuple(tuple(map(number, row)) for row in rows))
    return ops.as_vector(ops.make_matrix((tuple(number(cell) for cell in value if isinstance(cell, Fraction)),)))


def float_inputs(program: Program) -> dict[str, Any]:
    return {name: ops.map_cells(nearest_float, value) for name, value in exact_inputs(program).items()}


def input_symbols(program: Program) -> dict[sympy.Symbol, sympy.Rational]:
    """Return a SymPy symbol for each input of a program of numbers, with the input's value."""
    symbols = {}
    for name, value in program.inputs.items():
        assert isinstance(value, Fraction)
        symbols[sympy.Symbol(name, real=True)] = sympy.Rational(value.numerator, value.denominator)
    return symbols


def program_in_sympy(program: Program) -> sympy.Expr:
    """Return the formula of a program of numbers. Of relu, |x|, max and min it has the side that is active."""
    formulas = {symbol.name: symbol for symbol in input_symbols(program)}
    values = {symbol.name: float(value) for symbol, value in input_symbols(program).items()}
    for step in program.steps:
        args = [formulas[o] if o in formulas else sympy.Rational(o) for o in step.operands]
        point = [values[o] if o in values else parse_constant(o) for o in step.operands]
        formulas[step.name] = _active_side(step.op, args, point)
        values[step.name] = float(REFERENCES[step.op].numpy(*point))
    return formulas[program.steps[-1].name]


def _active_side(op: str, args: list[sympy.Expr], point: list[float]) -> sympy.Expr:
    if op == "relu":
        return args[0] if point[0] > 0 else sympy.Integer(0)
    if op == "abs":
        return args[0] if point[0] > 0 else -args[0]
    if op in ("max", "min"):
        return args[0] if (point[0] > point[1]) is (op == "max") else args[1]
    return REFERENCES[op].sympy(*args)


def parse_constant(text: str) -> Any:
    """Return the value of a constant operand, such as `-1/2` or `[[1, -2]]`."""
    return np.array(ast.literal_eval(text), dtype=float) if text.startswith("[") else float(Fraction(text))


class _ProgramBuilder:
    """Build a program step by step, with the value of every name so far."""

    def __init__(self, rng: random.Random) -> None:
        self.rng = rng
        self.inputs: dict[str, Number | Matrix | Vector] = {}
        self.steps: list[Step] = []
        self.values: dict[str, Any] = {}

    def add_number(self, name: str) -> str:
        value = Fraction(self.rng.choice([-1, 1, 1]) * self.rng.randint(1, 40), self.rng.choice([4, 8, 10, 16]))
        self.inputs[name], self.values[name] = value, float(value)
        return name

    def add_matrix(self, shape: tuple[int, int], *cells: int) -> str:
        """Add an input whose cells are eighths, or drawn from `cells`."""
        name = f"M{len(self.inputs)}"
        rows = [
            [
                Fraction(self.rng.choice(cells)) if cells else Fraction(self.rng.randint(-20, 20), 8)
                for _ in range(shape[1])
            ]
            for _ in range(shape[0])
        ]
        self.inputs[name], self.values[name] = rows, np.array(rows, dtype=float)
        return name

    def add_vector(self, length: int) -> str:
        """Add an input that is a vector of eighths; its value is one row."""
        name = f"v{len(self.inputs)}"
        numbers = [Fraction(self.rng.randint(-20, 20), 8) for _ in range(length)]
        self.inputs[name], self.values[name] = numbers, np.array([numbers], dtype=float)
        return name

    def shape_of(self, name: str) -> tuple[int, ...]:
        return np.shape(self.value_of(name))

    def value_of(self, operand: str) -> Any:
        return self.values[operand] if operand in self.values else parse_constant(operand)

    def try_add_step(self, op: str, *operands: str) -> bool:
        """Add a step and return True, unless its value is undefined, large, tiny or at a kink."""
        args = [self.value_of(operand) for operand in operands]
        if not any(operand in self.values for operand in operands):
            return False
        if not _is_defined(op, args, operands[-1] in self.values):
            return False
        with np.errstate(all="ignore"):
            value = REFERENCES[op].numpy(*args)
        if not np.isfinite(value).all() or np.abs(value).max() > 1e3:
            return False
        if np.ndim(value) == 0 and op not in ("relu", "max", "min") and abs(value) < 1e-4:
            return False
        self.steps.append(Step(f"s{len(self.steps)}", op, operands))
        self.values[self.steps[-1].name] = value
        return True

    def build(self) -> Program | None:
        """Return the steps that the last one depends on, or None if it depends on no input."""
        if not self.steps:
            return None
        needed = {self.steps[-1].name}
        steps: list[Step] = []
        for step in reversed(self.steps):
            if step.name in needed:
                steps.append(step)
                needed.update(step.operands)
        inputs = {name: value for name, value in self.inputs.items() if name in needed}
        return Program(inputs, tuple(steps[::-1])) if inputs else None


def _is_defined(op: str, args: list[Any], has_variable_exponent: bool) -> bool:
    """Return whether the operation has a value and a derivative. A variable exponent needs a positive base."""
    far = 0.05
    if op in ("inv", "abs", "relu"):
        return bool((np.abs(args[0]) > far).all())
    if op == "div":
        return bool((np.abs(args[1]) > far).all())
    if op in ("log", "sqrt"):
        return bool((args[0] > far).all() if np.ndim(args[0]) else args[0] > far)
    if op in ("max", "min"):
        return bool((np.abs(np.subtract(*args)) > far).all())
    # Farther out these are flat, and the references have no digits left to compare with. Other tests go there.
    if op in ("tanh", "sigmoid", "softplus", "erf", "silu", "gelu"):
        return bool((np.abs(args[0]) < (2 if op in ("erf", "gelu") else 6)).all())
    if op == "softmax":
        return args[0].shape[1] > 1 and float(np.ptp(args[0], axis=1).max()) < 10
    if op == "pow":
        is_integer = not has_variable_exponent and np.ndim(args[1]) == 0 and float(args[1]).is_integer()
        return bool((np.abs(args[0]) > far).all() if is_integer else (np.asarray(args[0]) > far).all())
    return True


def random_scalar_program(rng: random.Random, max_steps: int = 7) -> Program:
    """Return a random graph of numbers with branches, doubled edges and constants. Values stay below 1,000."""
    draft = _ProgramBuilder(rng)
    for name in "xyuvw"[: rng.randint(1, 4)]:
        draft.add_number(name)
    for _ in range(rng.randint(1, max_steps)):
        for _ in range(50):
            if _try_scalar_step(draft):
                break
    return draft.build() or random_scalar_program(rng, max_steps)


def _try_scalar_step(draft: _ProgramBuilder) -> bool:
    rng = draft.rng
    a, b = (rng.choice(list(draft.values)) for _ in range(2))
    if rng.random() < 0.3:
        a = b = list(draft.values)[-1]
    if rng.random() < 0.5:
        return draft.try_add_step(rng.choice(UNARY), a)
    return _try_binary_step(draft, rng.choice((*BINARY, "mul", "pow")), a, b)


def _try_binary_step(draft: _ProgramBuilder, op: str, a: str, b: str) -> bool:
    rng = draft.rng
    if op == "pow" and rng.random() < 0.6:
        b = rng.choice(["2", "3", "-1", "-2", "1/2"])
    elif rng.random() < 0.3:
        number = rng.choice(CONSTANTS)
        a, b = (a, number) if rng.random() < 0.5 else (number, b)
    return draft.try_add_step(op, a, b)


def random_matrix_program(rng: random.Random, max_steps: int = 7) -> Program:
    """Return a random graph of matrices and numbers, with all operations, axes, broadcasting and branches.

    It ends in a number, or sometimes in a matrix.
    """
    draft = _ProgramBuilder(rng)
    draft.add_matrix((rng.randint(1, 4), rng.randint(1, 4)))
    for _ in range(rng.randint(1, max_steps)):
        for _ in range(30):
            if _try_matrix_step(draft):
                break
    last = draft.steps[-1].name if draft.steps else "M0"
    if draft.shape_of(last) and rng.random() < 0.85:
        _add_reduction(draft, last)
    return draft.build() or random_matrix_program(rng, max_steps)


def _try_matrix_step(draft: _ProgramBuilder) -> bool:
    rng = draft.rng
    last = draft.steps[-1].name if draft.steps and rng.random() < 0.8 else rng.choice(list(draft.values))
    kind = rng.random()
    if kind > 0.92:
        return _try_vector_step(draft, last)
    if kind < 0.3 or (kind > 0.65 and not draft.shape_of(last)):
        return draft.try_add_step(rng.choice(UNARY), last)
    if kind < 0.65:
        other = _broadcastable_operand(draft, last)
        pair = (last, other) if rng.random() < 0.5 else (other, last)
        return _try_binary_step(draft, rng.choice(BINARY), *pair)
    op = rng.choice((*_MATRIX_OPERATIONS, "matmul"))
    if op != "matmul":
        return draft.try_add_step(op, last)
    inner = draft.shape_of(last)[1]
    candidates = [name for name in draft.values if len(draft.shape_of(name)) == 2 and draft.shape_of(name)[0] == inner]
    other = (
        rng.choice(candidates) if candidates and rng.random() < 0.4 else draft.add_matrix((inner, rng.randint(1, 4)))
    )
    return draft.try_add_step("matmul", last, other)


def _try_vector_step(draft: _ProgramBuilder, last: str) -> bool:
    """Add a product with a new vector. A matrix with one row could be a vector, so that has no product with one."""
    rng = draft.rng
    shape = draft.shape_of(last)
    if len(shape) == 2 and min(shape) > 1 and rng.random() < 0.6:
        return draft.try_add_step("matvec", last, draft.add_vector(shape[1]))
    length = rng.randint(2, 4)
    first = draft.add_vector(length)
    if rng.random() < 0.5:
        return draft.try_add_step("dot", first, draft.add_vector(length))
    return draft.try_add_step("outer", first, draft.add_vector(rng.randint(2, 3)))


def _broadcastable_operand(draft: _ProgramBuilder, name: str) -> str:
    """Return an operand that broadcasts with `name`: an earlier value, a new input or a constant row."""
    rng, shape = draft.rng, draft.shape_of(name)
    if rng.random() < 0.5:
        return rng.choice([other for other in draft.values if _can_broadcast(shape, draft.shape_of(other))])
    if not shape:
        return draft.add_matrix((rng.randint(1, 3), rng.randint(1, 3))) if rng.random() < 0.5 else name
    rows, columns = shape
    choice = rng.random()
    if choice < 0.2:
        return draft.add_number(f"x{len(draft.inputs)}")
    if choice < 0.3:
        return str([[rng.choice([-2, -1, 1, 2, 3]) for _ in range(columns)]])
    return draft.add_matrix(rng.choice([(rows, columns), (1, columns), (rows, 1), (1, 1)]))


def _can_broadcast(a: tuple[int, ...], b: tuple[int, ...]) -> bool:
    return not a or not b or all(x == y or 1 in (x, y) for x, y in zip(a, b, strict=True))


def _add_reduction(draft: _ProgramBuilder, last: str) -> None:
    """Add a loss, a mean or a sum of the last matrix."""
    shape = draft.shape_of(last)
    assert len(shape) == 2
    choice = draft.rng.random()
    if choice < 0.25 and draft.try_add_step("softmax", last):
        target = draft.add_matrix((shape[0], shape[1]), 0, 0, 1)
        draft.try_add_step("cross_entropy", draft.steps[-1].name, target)
    elif choice < 0.5:
        draft.try_add_step("mse", last, draft.add_matrix((shape[0], shape[1])))
    elif choice < 0.75:
        draft.try_add_step("mean", last)
    else:
        draft.try_add_step("sum", last)
