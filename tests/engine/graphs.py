"""Random graphs as programs: a list of steps that can be run by anything (our engine, SymPy, PyTorch)."""

from __future__ import annotations

import random
from dataclasses import dataclass
from fractions import Fraction

#: A step: a name or None, the operation, and its operands: names of earlier values, or numbers as texts.
FORMS = {
    "add": "{0} + {1}",
    "sub": "{0} - {1}",
    "mul": "{0} * {1}",
    "div": "{0} / {1}",
    "neg": "-{0}",
    "inv": "1/{0}",
    "pow": "{0}^{1}",
    "exp": "exp({0})",
    "log": "log({0})",
    "sigmoid": "sigmoid({0})",
    "matmul": "{0} @ {1}",
    "sum": "sum({0})",
}


@dataclass(frozen=True)
class Step:
    """`name = op(operands)`."""

    name: str
    op: str
    operands: tuple[str, ...]

    @property
    def text(self) -> str:
        return FORMS[self.op].format(
            *(f"({operand})" if operand[0] in "-0123456789" else operand for operand in self.operands)
        )


@dataclass(frozen=True)
class Program:
    """Inputs (numbers, or rows of numbers) and steps; the last step is the output."""

    inputs: dict[str, Fraction | list[list[Fraction]]]
    steps: tuple[Step, ...]

    @property
    def text(self) -> str:
        return "; ".join(f"{step.name} = {step.text}" for step in self.steps)


def _needed(steps: list[Step], inputs: dict[str, Fraction]) -> tuple[list[Step], dict[str, Fraction]]:
    """Only what the last step depends on."""
    wanted = {steps[-1].name}
    kept: list[Step] = []
    for step in reversed(steps):
        if step.name in wanted:
            kept.append(step)
            wanted.update(step.operands)
    return kept[::-1], {name: value for name, value in inputs.items() if name in wanted}


def scalar_program(rng: random.Random, most: int = 7) -> Program:
    """A random graph of numbers with branches, doubled edges and constants; every value stays of a modest size."""
    values: dict[str, float] = {}
    inputs: dict[str, Fraction] = {}
    for name in "xyuvw"[: rng.randint(1, 4)]:
        inputs[name] = Fraction(rng.choice([-1, 1, 1]) * rng.randint(1, 40), rng.choice([4, 8, 10, 16]))
        values[name] = float(inputs[name])
    steps: list[Step] = []
    for _ in range(rng.randint(1, most)):
        for _ in range(50):
            made = _random_step(rng, values, f"s{len(steps)}")
            if made is not None:
                steps.append(made[0])
                values[made[0].name] = made[1]
                break
    kept, used = _needed(steps, inputs)
    return Program(dict(used), tuple(kept)) if used else scalar_program(rng, most)


def _random_step(rng: random.Random, values: dict[str, float], name: str) -> tuple[Step, float] | None:
    import math

    op = rng.choice(["add", "sub", "mul", "mul", "div", "neg", "inv", "pow", "exp", "log", "sigmoid", "powers"])
    a, b = (rng.choice(list(values)) for _ in range(2))
    if rng.random() < 0.3:
        a = b = max(values, key=lambda key: (key.startswith("s"), len(key), key))
    x, y = values[a], values[b]
    constant = rng.choice(["2", "3", "-1/2", "1.5"])
    operands: tuple[str, ...] = (a, b)
    if op in ("add", "sub", "mul", "div") and rng.random() < 0.3:
        operands = (a, constant) if rng.random() < 0.5 else (constant, b)
        x, y = (float(Fraction(o)) if o == constant else values[o] for o in operands)
    if op == "powers":
        op, operands = "pow", rng.choice([(a, b), (constant.lstrip("-"), b)])
        if operands[0] != a:
            x = float(Fraction(constant.lstrip("-")))
        if x <= 0.05:
            return None
    elif op == "pow":
        operands, y = (a, rng.choice(["2", "3", "-1", "-2"])), 0.0
        y = float(operands[1])
    elif op in ("neg", "inv", "exp", "log", "sigmoid"):
        operands = (a,)
    if (op == "div" and abs(y) < 0.05) or (op in ("inv", "pow") and abs(x) < 0.05) or (op == "log" and x < 0.05):
        return None
    if op == "div" and operands[0] in ("1",):
        return None
    try:
        value = {
            "add": lambda: x + y,
            "sub": lambda: x - y,
            "mul": lambda: x * y,
            "div": lambda: x / y,
            "neg": lambda: -x,
            "inv": lambda: 1 / x,
            "pow": lambda: x**y,
            "exp": lambda: math.exp(x),
            "log": lambda: math.log(x),
            "sigmoid": lambda: 1 / (1 + math.exp(-x)),
        }[op]()
    except (OverflowError, ZeroDivisionError):
        return None
    return (Step(name, op, operands), value) if 1e-4 < abs(value) < 1e4 else None


def matrix_program(rng: random.Random) -> Program:
    """A random graph of matrices, ending in a sum: products, cells, constants, branches and doubled edges."""
    shapes: dict[str, tuple[int, int]] = {}
    inputs: dict[str, Fraction | list[list[Fraction]]] = {}
    sizes = [rng.randint(1, 4) for _ in range(3)]

    def new(shape: tuple[int, int]) -> str:
        name = f"M{len(inputs)}"
        inputs[name] = [[Fraction(rng.randint(-20, 20), 8) for _ in range(shape[1])] for _ in range(shape[0])]
        shapes[name] = shape
        return name

    last = new((sizes[0], sizes[1]))
    steps: list[Step] = []
    for _ in range(rng.randint(1, 6)):
        name = f"S{len(steps)}"
        kind = rng.choice(
            ["matmul", "matmul", "add", "sub", "mul", "sigmoid", "exp", "neg", "pow", "scaled", "doubled"]
        )
        shape = shapes[last]
        same = [other for other, its in shapes.items() if its == shape]
        other = rng.choice(same) if rng.random() < 0.6 else ""
        if kind == "matmul":
            width = rng.randint(1, 4)
            fitting = [m for m, its in shapes.items() if its[0] == shape[1]]
            second = rng.choice(fitting) if fitting and rng.random() < 0.4 else new((shape[1], width))
            step, shapes[name] = Step(name, "matmul", (last, second)), (shape[0], shapes[second][1])
        elif kind in ("add", "sub", "mul"):
            pair = (last, other or new(shape))
            step = Step(name, kind, pair if rng.random() < 0.5 else pair[::-1])
        elif kind == "doubled":
            step = Step(name, "mul", (last, last))
        elif kind == "scaled":
            step = Step(name, rng.choice(["mul", "sub", "add"]), rng.choice([(last, "2"), ("3", last)]))
        elif kind == "pow":
            step = Step(name, "pow", (last, rng.choice(["2", "3"])))
        elif kind == "exp":
            steps.append(Step(name, "sigmoid", (last,)))
            shapes[name] = shape
            last, name = name, f"S{len(steps)}"
            step = Step(name, "exp", (last,))
        else:
            step = Step(name, kind, (last,))
        shapes.setdefault(name, shape)
        steps.append(step)
        last = name
    steps.append(Step("f", "sum", (last,)))
    return Program(inputs, tuple(steps))
