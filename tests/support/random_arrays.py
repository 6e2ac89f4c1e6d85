"""Random graphs over the whole language: vectors, indexes, masks, axes, joined values, standard and custom functions.

A step holds its text for the engine, and the same as a function of `np` or `torch` and its operands. In these a vector
has one axis, unlike in the engine, so that neither knows how the other one computes.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import numpy as np

from tests.support.parsed_values import custom_functions
from tests.support.reference_functions import REFERENCES
from tutor.algebra import ops
from tutor.algebra.expr import number
from tutor.engine.standard_functions import with_standard_functions

if TYPE_CHECKING:
    import random
    from collections.abc import Callable, Mapping

    from tutor.engine.builder import CustomFunction

#: Distance from a kink, a pole or the end of a domain that every value keeps.
_FAR = 0.05
_COMPARISONS = {">": "__gt__", ">=": "__ge__", "<": "__lt__", "<=": "__le__"}


@dataclass(frozen=True)
class ArrayStep:
    """One step, `name = text`, of the operands with these names."""

    name: str
    text: str
    operands: tuple[str, ...]
    run: Callable[..., Any]


@dataclass(frozen=True)
class ArrayProgram:
    """Inputs, as arrays of NumPy with a vector's one axis, and steps. The last step is the output."""

    inputs: dict[str, Any]
    steps: tuple[ArrayStep, ...]

    @property
    def text(self) -> str:
        return "; ".join(f"{step.name} = {step.text}" for step in self.steps)

    def run(self, inputs: Mapping[str, Any]) -> Any:
        """Return the output in NumPy."""
        values = dict(inputs)
        for step in self.steps:
            values[step.name] = step.run(np, *(values[operand] for operand in step.operands))
        return values[self.steps[-1].name]


def engine_inputs(program: ArrayProgram) -> dict[str, Any]:
    """Return the inputs as the engine's own exact values."""
    return {name: _exact(value) for name, value in program.inputs.items()}


def _exact(value: Any) -> Any:
    cells = np.vectorize(lambda cell: number(Fraction(float(cell))), otypes=[object])(value)
    if np.ndim(value) == 0:
        return cells.item()
    return ops.as_vector(cells[None, :]) if np.ndim(value) == 1 else cells


#: Custom functions, and the same for `np` and `torch`.
OWN_FUNCTIONS: dict[str, Any] = {
    "gated(p, q) = p * sigmoid(q) + p": lambda lib, p, q: p / (1 + lib.exp(-q)) + p,
    "pick(P, i) = P[i] * 2": lambda lib, p, i: p[i] * 2,
    "kept(p, c) = where(c > 0, p, p / 2)": lambda lib, p, c: lib.where(c > 0, p, p / 2),
    "energy(p) = p @ p / 2": lambda lib, p: p @ p / 2,
}


def definitions() -> dict[str, CustomFunction]:
    """Return the functions that the texts use."""
    return {**with_standard_functions(), **custom_functions(*OWN_FUNCTIONS)}


def _own(name: str) -> Any:
    return next(run for text, run in OWN_FUNCTIONS.items() if text.startswith(f"{name}("))


@dataclass
class _Draft:
    """A program step by step, with the value of every name so far. `data` are names that are data."""

    rng: random.Random
    inputs: dict[str, Any] = field(default_factory=dict)
    steps: list[ArrayStep] = field(default_factory=list)
    values: dict[str, Any] = field(default_factory=dict)
    data: set[str] = field(default_factory=set)

    def add_input(self, axes: tuple[int, ...], low: int = -20, high: int = 20) -> str:
        """Add an input of eighths."""
        count = int(np.prod(axes))
        cells = np.array([self.rng.choice([n for n in range(low, high) if n]) / 8 for _ in range(count)])
        return self._add(f"{'xvM'[len(axes)]}{len(self.inputs)}", cells.reshape(axes))

    def add_index(self, size: int, length: int) -> str:
        """Add a vector of positions on an axis, or a single one for a length of 0."""
        name = f"i{len(self.inputs)}"
        picked = [self.rng.randrange(-size, size) for _ in range(length or 1)]
        self.data.add(name)
        return self._add(name, np.array(picked if length else picked[0]))

    def add_mask(self, axes: tuple[int, ...]) -> str:
        """Add an input of 0 and 1, which is data only where it is a condition."""
        name = f"b{len(self.inputs)}"
        self.data.add(name)
        return self._add(name, np.array([self.rng.randrange(2) for _ in range(int(np.prod(axes)))]).reshape(axes))

    def _add(self, name: str, value: Any) -> str:
        self.inputs[name] = self.values[name] = value
        return name

    def axes(self, name: str) -> tuple[int, ...]:
        return np.shape(self.values[name])

    def named(self, *ranks: int) -> list[str]:
        """Return the names that are no data and have one of these numbers of axes."""
        return [name for name in self.values if name not in self.data and len(self.axes(name)) in ranks]

    def try_step(self, text: str, run: Callable[..., Any], *operands: str, is_data: bool = False) -> bool:
        """Add a step of `text`, in which {0}, {1} stand for the operands, unless its value is no good to compare."""
        with np.errstate(all="ignore"):
            value = run(np, *(self.values[operand] for operand in operands))
        if not np.isfinite(value).all() or np.abs(value).max() > 1e3 or np.size(value) > 40:
            return False
        name = f"s{len(self.steps)}"
        self.steps.append(ArrayStep(name, text.format(*operands), operands, run))
        self.values[name] = value
        if is_data:
            self.data.add(name)
        return True

    def is_far(self, name: str, *points: float) -> bool:
        return all(bool((np.abs(self.values[name] - point) > _FAR).all()) for point in points)

    def other_like(self, name: str) -> str:
        """Return a value that broadcasts with this one: an earlier one, or a new input."""
        axes = self.axes(name)
        fitting = [other for other in self.named(0, 1, 2) if _fits(axes, self.axes(other))]
        if self.rng.random() < 0.5:
            return self.rng.choice(fitting)
        choices = [axes, ()] if len(axes) < 2 else [axes, (axes[1],), (axes[0], 1), (1, axes[1]), ()]
        return self.add_input(self.rng.choice(choices))

    def build(self) -> ArrayProgram:
        """Return the steps that the last one depends on."""
        needed = {self.steps[-1].name}
        steps = []
        for step in reversed(self.steps):
            if step.name in needed:
                steps.append(step)
                needed.update(step.operands)
        return ArrayProgram(
            {name: value for name, value in self.inputs.items() if name in needed}, tuple(reversed(steps))
        )


def _fits(axes: tuple[int, ...], other: tuple[int, ...]) -> bool:
    """Return whether two shapes are broadcast without a vector of one entry, which equals a matrix for the engine."""
    try:
        return 1 not in (axes + other if 1 in map(len, (axes, other)) else ()) and bool(
            np.broadcast_shapes(axes, other) or True
        )
    except ValueError:
        return False


def random_array_program(rng: random.Random, max_steps: int = 7) -> ArrayProgram:
    """Return a random program. It ends in a number, or sometimes in a vector or a matrix."""
    draft = _Draft(rng)
    draft.add_input(rng.choice([(3,), (2, 3), (3, 2), (4,), (3, 3)]))
    for _ in range(rng.randint(2, max_steps)):
        for _ in range(40):
            if _try_step(draft):
                break
    last = draft.steps[-1].name if draft.steps else ""
    if not last or last in draft.data:
        return random_array_program(rng, max_steps)
    if draft.axes(last) and rng.random() < 0.85:
        draft.try_step(
            *rng.choice([("sum({0})", lambda lib, a: a.sum()), ("mean({0})", lambda lib, a: a.mean())]), last
        )
    return draft.build()


def _try_step(draft: _Draft) -> bool:
    names = draft.named(0, 1, 2)
    recent = [step.name for step in draft.steps if step.name not in draft.data]
    last = recent[-1] if recent and draft.rng.random() < 0.75 else draft.rng.choice(names)
    rank = len(draft.axes(last))
    if rank == 0:
        kinds: tuple[Callable[[_Draft, str], bool], ...] = (_unary, _binary, _build)
    elif rank == 1:
        kinds = (_unary, _binary, _vector_product, _index_vector, _reduce, _mask, _rearrange, _function, _build)
    else:
        kinds = (_unary, _binary, _matrix_product, _index_matrix, _reduce, _mask, _rearrange, _function, _join)
    return draft.rng.choice(kinds)(draft, last)


_DOMAINS: Mapping[str, Callable[[Any], Any]] = {
    "inv": lambda a: np.abs(a) > _FAR,
    "log": lambda a: a > _FAR,
    "sqrt": lambda a: a > _FAR,
    "relu": lambda a: np.abs(a) > _FAR,
    "abs": lambda a: np.abs(a) > _FAR,
    **dict.fromkeys(("tanh", "sigmoid", "softplus", "silu"), lambda a: np.abs(a) < 6),
}
_UNARY = {
    "neg": lambda lib, a: -a,
    "inv": lambda lib, a: 1 / a,
    "exp": lambda lib, a: lib.exp(a),
    "log": lambda lib, a: lib.log(a),
    "sqrt": lambda lib, a: lib.sqrt(a),
    "sin": lambda lib, a: lib.sin(a),
    "tanh": lambda lib, a: lib.tanh(a),
    "sigmoid": lambda lib, a: 1 / (1 + lib.exp(-a)),
    "relu": lambda lib, a: a * (a > 0),
    "abs": lambda lib, a: lib.abs(a),
}


def _unary(draft: _Draft, last: str) -> bool:
    op = draft.rng.choice(list(_UNARY))
    if op in _DOMAINS and not bool(np.all(_DOMAINS[op](draft.values[last]))):
        return False
    return draft.try_step(REFERENCES[op].text, _UNARY[op], last)


def _binary(draft: _Draft, last: str) -> bool:
    other = draft.other_like(last)
    pair = (last, other) if draft.rng.random() < 0.5 else (other, last)
    a, b = (draft.values[name] for name in pair)
    kind = draft.rng.choice(["+", "-", "*", "*", "/", "max", "pow"])
    if kind == "max":
        is_far = bool((np.abs(a - b) > _FAR).all())
        return is_far and draft.try_step("max({0}, {1})", lambda lib, a, b: lib.where(a > b, a, b), *pair)
    if kind == "/":
        return bool((np.abs(b) > _FAR).all()) and draft.try_step("{0} / {1}", lambda lib, a, b: a / b, *pair)
    if kind == "pow":
        return draft.try_step("{0}^2", lambda lib, a: a**2, last)
    runs = {"+": lambda lib, a, b: a + b, "-": lambda lib, a, b: a - b, "*": lambda lib, a, b: a * b}
    return draft.try_step(f"{{0}} {kind} {{1}}", runs[kind], *pair)


def _vector_product(draft: _Draft, last: str) -> bool:
    rng, length = draft.rng, draft.axes(last)[0]
    if length == 1:
        return False
    kind = rng.choice(["dot", "outer", "row"])
    if kind == "row":
        matrix = draft.add_input((length, rng.randint(2, 4)))
        return draft.try_step("{0} @ {1}", lambda lib, a, b: a @ b, last, matrix)
    same = [name for name in draft.named(1) if draft.axes(name) == (length,)]
    other = rng.choice([*same, draft.add_input((length if kind == "dot" else rng.randint(2, 4),))])
    if kind == "dot":
        return draft.try_step("{0} @ {1}", lambda lib, a, b: a @ b, last, other)
    return draft.try_step("outer({0}, {1})", lambda lib, a, b: lib.outer(a, b), last, other)


def _matrix_product(draft: _Draft, last: str) -> bool:
    rng, (rows, columns) = draft.rng, draft.axes(last)
    if rng.random() < 0.5 and min(rows, columns) > 1:
        vector = rng.choice([*(v for v in draft.named(1) if draft.axes(v) == (columns,)), draft.add_input((columns,))])
        return draft.try_step("{0} @ {1}", lambda lib, a, b: a @ b, last, vector)
    if rng.random() < 0.3:
        return draft.try_step("{0}.T", lambda lib, a: a.T, last)
    return draft.try_step("{0} @ {1}", lambda lib, a, b: a @ b, last, draft.add_input((columns, rng.randint(2, 3))))


def _index_vector(draft: _Draft, last: str) -> bool:
    rng, (size,) = draft.rng, draft.axes(last)
    kind = rng.choice(["one", "slice", "list", "dynamic", "dynamic one", "back"])
    if kind == "one":
        i = rng.randrange(-size, size)
        return draft.try_step(f"{{0}}[{i}]", lambda lib, a: a[i], last)
    if kind == "slice":
        return size > 2 and draft.try_step("{0}[1:]", lambda lib, a: a[1:], last)
    if kind == "back":
        return draft.try_step("{0}[::-1]", lambda lib, a: a[list(range(size - 1, -1, -1))], last)
    if kind == "list":
        picked = [rng.randrange(size) for _ in range(rng.randint(2, 3))]
        return draft.try_step(f"{{0}}[{picked}]", lambda lib, a: a[picked], last)
    index = draft.add_index(size, 0 if kind == "dynamic one" else rng.randint(2, 4))
    return draft.try_step("{0}[{1}]", lambda lib, a, i: a[i], last, index)


def _index_matrix(draft: _Draft, last: str) -> bool:
    rng, (rows, columns) = draft.rng, draft.axes(last)
    i, j = rng.randrange(rows), rng.randrange(columns)
    kind = rng.randrange(8)
    if kind == 0:
        return draft.try_step(f"{{0}}[{i}, {j}]", lambda lib, a: a[i, j], last)
    if kind == 1:
        return columns > 1 and draft.try_step(f"{{0}}[{i}]", lambda lib, a: a[i], last)
    if kind == 2:
        return rows > 1 and draft.try_step(f"{{0}}[:, {j}]", lambda lib, a: a[:, j], last)
    if kind == 3:
        return rows > 2 and draft.try_step("{0}[1:3]", lambda lib, a: a[1:3], last)
    if kind == 4:
        index = draft.add_index(rows, rng.randint(2, 4))
        if rng.random() < 0.3 and (draft.values[index] >= 0).all():
            return draft.try_step("{0}[{1} - 1]", lambda lib, a, i: a[i - 1], last, index)
        return draft.try_step("{0}[{1}]", lambda lib, a, i: a[i], last, index)
    if kind == 5:
        index = draft.add_index(columns, rows)
        return rows > 1 and draft.try_step(
            f"{{0}}[range({rows}), {{1}}]", lambda lib, a, i: a[list(range(rows)), i], last, index
        )
    if kind == 6:
        index = draft.add_index(columns, rng.randint(2, 3))
        return draft.try_step("{0}[:, {1}]", lambda lib, a, i: a[:, i], last, index)
    index = draft.add_index(rows, 0)
    return columns > 1 and draft.try_step("{0}[{1}]", lambda lib, a, i: a[i], last, index)


def _reduce(draft: _Draft, last: str) -> bool:
    rng, axes = draft.rng, draft.axes(last)
    name = rng.choice(["sum", "mean"])
    if len(axes) == 1:
        return draft.try_step(f"{name}({{0}}, axis=0)", lambda lib, a: getattr(a, name)(0), last)
    axis = rng.randrange(2)
    if rng.random() < 0.5:
        return axes[1 - axis] > 1 and draft.try_step(
            f"{name}({{0}}, axis={axis})", lambda lib, a: getattr(a, name)(axis), last
        )
    key = (None, slice(None)) if axis == 0 else (slice(None), None)
    return draft.try_step(
        f"{name}({{0}}, axis={axis}, keepdims=True)", lambda lib, a: getattr(a, name)(axis)[key], last
    )


def _mask(draft: _Draft, last: str) -> bool:
    rng, axes = draft.rng, draft.axes(last)
    point = rng.choice([0.0, 0.5, 1.0])
    sign, method = rng.choice(list(_COMPARISONS.items()))
    kind = rng.randrange(5)
    if kind == 0:
        return draft.is_far(last, point) and draft.try_step(
            f"{{0}} * ({{0}} {sign} {point})", lambda lib, a: a * getattr(a, method)(point), last
        )
    if kind == 1:
        return draft.is_far(last, point) and draft.try_step(
            f"where({{0}} {sign} {point}, {{0}}, 2 * {{0}} - 1)",
            lambda lib, a: lib.where(getattr(a, method)(point), a, 2 * a - 1),
            last,
        )
    if kind == 2:
        other = draft.add_input(rng.choice([axes, axes[-1:]]) if axes[-1] > 1 else axes)
        return draft.try_step(
            "where({1}, {0}, {2})", lambda lib, a, c, b: lib.where(c != 0, a, b), last, draft.add_mask(axes), other
        )
    if kind == 3:
        return draft.try_step("{0} * {1} + {0}", lambda lib, a, c: a * c + a, last, draft.add_mask(axes))
    index = draft.add_index(3, axes[-1])
    return axes[-1] > 1 and draft.try_step("{0} * ({1} == 1)", lambda lib, a, i: a * (i == 1), last, index)


def _rearrange(draft: _Draft, last: str) -> bool:
    rng, axes = draft.rng, draft.axes(last)
    size = int(np.prod(axes))
    if len(axes) == 2 and rng.random() < 0.4:
        return size > 1 and draft.try_step("flatten({0})", lambda lib, a: a.reshape(-1), last)
    if len(axes) == 1 and rng.random() < 0.4:
        return draft.try_step("{0}[:, None]", lambda lib, a: a[:, None], last)
    rows = rng.choice([rows for rows in range(1, size + 1) if size % rows == 0])
    return draft.try_step(f"reshape({{0}}, {rows}, {size // rows})", lambda lib, a: a.reshape(rows, size // rows), last)


def _build(draft: _Draft, last: str) -> bool:
    """Join numbers to a vector or a matrix, or vectors to a longer one or to a matrix."""
    rng = draft.rng
    if not draft.axes(last):
        cells = [last, *(rng.choice([*draft.named(0), draft.add_input(())]) for _ in range(3))]
        if rng.random() < 0.6:
            return draft.try_step(
                "[{0} * {1}, {0}, 2]", lambda lib, a, b: _stacked(lib, a * b, a, 0 * a + 2), *cells[:2]
            )
        return draft.try_step("[[{0}, {1}], [{2}, {3}]]", lambda lib, *each: _stacked(lib, *each).reshape(2, 2), *cells)
    (length,) = draft.axes(last)
    if length == 1:
        return False
    if rng.random() < 0.5:
        other = rng.choice([*draft.named(1), draft.add_input((2,))])
        return draft.axes(other) != (1,) and draft.try_step(
            "concat({0}, {1})", lambda lib, a, b: lib.concatenate([a, b]), last, other
        )
    axis = rng.randrange(2)
    other = draft.add_input((length,))
    return draft.try_step(
        f"stack({{0}}, {{1}}, {{0}}, axis={axis})", lambda lib, a, b: _stacked(lib, a, b, a, axis=axis), last, other
    )


def _stacked(lib: Any, *each: Any, axis: int = 0) -> Any:
    return lib.stack(each, axis)


def _join(draft: _Draft, last: str) -> bool:
    rng, (rows, columns) = draft.rng, draft.axes(last)
    axis = rng.randrange(2)
    other = draft.add_input((2, columns) if axis == 0 else (rows, 2))
    pair = (last, other) if rng.random() < 0.5 else (other, last)
    return draft.try_step(f"concat({{0}}, {{1}}, axis={axis})", lambda lib, a, b: lib.concatenate([a, b], axis), *pair)


def _softmax(lib: Any, a: Any) -> Any:
    powers = lib.exp(a)
    return powers / powers.sum(-1)[..., None]


def _normalized(a: Any) -> Any:
    centred = a - a.mean(-1)[..., None]
    return centred / ((centred**2).mean(-1)[..., None] + 1e-5) ** 0.5


def _function(draft: _Draft, last: str) -> bool:
    """Add a softmax, a loss, or a standard or custom function."""
    rng, axes = draft.rng, draft.axes(last)
    values = draft.values[last]
    kind = rng.randrange(9)
    if kind == 0:
        return axes[-1] > 1 and draft.try_step("softmax({0})", _softmax, last)
    if kind == 1:
        return draft.try_step("mse({0}, {1})", lambda lib, a, b: ((a - b) ** 2).mean(), last, draft.add_input(axes))
    if kind == 2:
        return draft.is_far(last, 0) and draft.try_step(
            "leaky_relu({0}, 0.1)", lambda lib, a: lib.where(a > 0, a, 0.1 * a), last
        )
    if kind == 3:
        return len(axes) == 2 and axes[1] > 1 and draft.try_step("layer_norm({0})", lambda lib, a: _normalized(a), last)
    if kind == 4:
        return draft.try_step("logsumexp({0})", lambda lib, a: lib.log(lib.exp(a).sum()), last)
    if kind == 5:
        return draft.try_step("gated({0}, {1})", _own("gated"), last, draft.add_input(axes))
    if kind == 6:
        return axes[0] > 1 and draft.try_step("pick({0}, {1})", _own("pick"), last, draft.add_index(axes[0], 2))
    if kind == 7:
        return draft.try_step("kept({0}, {1})", _own("kept"), last, draft.add_mask(axes))
    return (
        len(axes) == 1
        and axes[0] > 1
        and bool(np.isfinite(values).all())
        and draft.try_step("energy({0})", _own("energy"), last)
    )
