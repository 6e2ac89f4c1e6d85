"""Calculations on which a class of numbers is tried, with their gradients and what typical faults give."""

from __future__ import annotations

import math
import random
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from tutor.coding import variants

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping, Sequence

_NUM_GRAPHS = 30
#: Programs for each rule: the result as it is, and the result used once more, so that its upstream is not 1.
_NUM_TRIES = 4
#: The exponent of the rule of powers, and of what is used to give products another upstream.
POWER = 3.0

Order = Literal["right", "breadth-first", "from the leaves", "every path"]


@dataclass(frozen=True, slots=True)
class Step:
    """One operation of a program: its operands are earlier values; `power` is the exponent of pow."""

    op: str
    operands: tuple[int, ...]
    power: float = 0.0


@dataclass(frozen=True, slots=True)
class Program:
    """A calculation from leaves to its last value, and what it is there for.

    With `rule` as its purpose it tries one operation, in its first step. `helper` is the operation that uses the result.
    """

    purpose: Literal["rule", "used again", "diamond", "graph"]
    leaves: tuple[float, ...]
    steps: tuple[Step, ...]
    helper: str = ""

    @property
    def op(self) -> str:
        """The operation of the first step."""
        return self.steps[0].op

    @property
    def upstream(self) -> float:
        """The gradient of the first step's result, in a program that tries one operation."""
        values = values_of(self)
        if self.helper == "mul":
            return self.leaves[-1]
        return POWER * values[len(self.leaves)] ** (POWER - 1) if self.helper == "pow" else 1.0

    def data(self) -> Mapping[str, Any]:
        """Return the program as the process reads it."""
        return {"leaves": self.leaves, "steps": [[step.op, list(step.operands), step.power] for step in self.steps]}


def programs(operands: Mapping[str, int]) -> list[Program]:
    """Return the programs on which a class is tried. `operands` are the operations with their number of operands."""
    source = random.Random(variants.SEED)
    made = []
    for op, count in operands.items():
        for number in range(_NUM_TRIES):
            leaves = [round(source.uniform(0.3, 2.2), 2) for _leaf in range(count)]
            if op == "relu" and number % 2:
                leaves = [-leaf for leaf in leaves]
            step, factor = Step(op, tuple(range(count)), POWER), round(source.uniform(1.3, 2.9), 2)
            made.append(Program("rule", tuple(leaves), (step,)))
            if op == "mul":
                made.append(Program("rule", tuple(leaves), (step, Step("pow", (count,), POWER)), "pow"))
            else:
                times = Step("mul", (count + 1, count))
                made.append(Program("rule", (*leaves, factor), (step, times), "mul"))
    x = (1.5, 0.7)
    made += [
        Program("used again", x, (Step("mul", (0, 0)), Step("add", (2, 0)))),
        Program("used again", x, (Step("mul", (0, 1)), Step("mul", (2, 0)), Step("mul", (3, 0)))),
        Program("diamond", x, (Step("add", (0, 1)), Step("exp", (2,)), Step("mul", (2, 3)), Step("add", (4, 2)))),
        Program("diamond", x, (Step("mul", (0, 1)), Step("tanh", (2,)), Step("add", (2, 3)), Step("mul", (4, 3)))),
    ]
    return made + [_random_program(source) for _number in range(_NUM_GRAPHS)]


def _random_program(source: random.Random) -> Program:
    leaves = tuple(round(source.uniform(0.3, 1.4), 2) for _leaf in range(source.randint(2, 4)))
    steps: list[Step] = []
    for _step in range(source.randint(4, 10)):
        op = source.choice(("add", "add", "mul", "mul", "tanh", "relu", "pow", "exp"))
        # Exponentials of exponentials would overflow.
        if op == "exp" and any(step.op == "exp" for step in steps):
            op = "tanh"
        most = len(leaves) + len(steps)
        recent = [most - 1 if steps else source.randrange(most), source.randrange(most)]
        operands = tuple(recent[: 2 if op in ("add", "mul") else 1])
        steps.append(Step(op, operands, source.choice((2.0, 3.0))))
    return Program("graph", leaves, tuple(steps))


def values_of(program: Program) -> list[float]:
    """Return the values of the leaves and of all steps."""
    values = list(program.leaves)
    for step in program.steps:
        values.append(_forward(step, [values[operand] for operand in step.operands]))
    return values


def gradients(
    program: Program, order: Order = "right", overwrites: Collection[str] = (), *, starts_at_value: bool = False
) -> list[float]:
    """Return the gradients of the leaves, or what a faulty walk gives.

    The rules of the operations in `overwrites` replace a gradient instead of adding to it.
    """
    values = values_of(program)
    count = len(program.leaves)
    grads = [0.0] * len(values)
    grads[-1] = values[-1] if starts_at_value else 1.0

    def send(position: int) -> None:
        step = program.steps[position - count]
        operands = [values[operand] for operand in step.operands]
        for slot, operand in enumerate(step.operands):
            part = grads[position] * _slope(step, operands, values[position], slot)
            grads[operand] = part if step.op in overwrites else grads[operand] + part

    if order == "every path":
        _send_along_every_path(len(values) - 1, program, send)
    else:
        for position in _visits(program, order):
            send(position)
    return grads[:count]


def _send_along_every_path(position: int, program: Program, send: Callable[[int], None]) -> None:
    count = len(program.leaves)
    if position >= count:
        send(position)
        for operand in program.steps[position - count].operands:
            _send_along_every_path(operand, program, send)


def _visits(program: Program, order: Order) -> list[int]:
    """Return the operations in the order in which they send."""
    count, last = len(program.leaves), len(program.leaves) + len(program.steps) - 1
    if order != "breadth-first":
        reached = {last}
        for position in range(last, count - 1, -1):
            if position in reached:
                reached.update(program.steps[position - count].operands)
        visits = [position for position in range(last, count - 1, -1) if position in reached]
        return visits[::-1] if order == "from the leaves" else visits
    queue, seen = [last], {last}
    for position in queue:
        for operand in program.steps[position - count].operands if position >= count else ():
            if operand not in seen:
                seen.add(operand)
                queue.append(operand)
    return [position for position in queue if position >= count]


def _forward(step: Step, operands: Sequence[float]) -> float:
    x = operands[0]
    match step.op:
        case "add":
            return x + operands[1]
        case "mul":
            return x * operands[1]
        case "pow":
            return float(x**step.power)
        case "exp":
            return math.exp(x)
        case "tanh":
            return math.tanh(x)
        case _:
            return max(x, 0.0)


def _slope(step: Step, operands: Sequence[float], value: float, slot: int) -> float:
    match step.op:
        case "add":
            return 1.0
        case "mul":
            return operands[1 - slot]
        case "pow":
            return float(step.power * operands[0] ** (step.power - 1))
        case "exp":
            return value
        case "tanh":
            return 1 - value**2
        case _:
            return float(operands[0] > 0)
