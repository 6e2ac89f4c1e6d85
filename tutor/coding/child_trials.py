"""Trials in the process of a learner's file: a class of numbers, a numerical gradient, a network that is trained."""

from __future__ import annotations

import math
from typing import Any

#: Numbers about the points at which a function was called that are sent to the judge.
_MAX_POINTS = 4_000


class _Function:
    """A function of an array that keeps at which points it was called, as differences from the first one."""

    def __init__(self, data: dict[str, Any], np: Any) -> None:
        self._asarray, self._shape = np.asarray, tuple(data["shape"])
        self._origin, self._data = list(data["entries"]), data
        self.points: list[list[list[float]]] = []
        self._room = _MAX_POINTS

    def __call__(self, x: Any) -> float:
        array = self._asarray(x)
        if array.shape != self._shape:
            raise ValueError(f"f takes an array of the shape {self._shape}, and not of {array.shape}")
        cells = [float(cell) for cell in array.ravel()]
        moved = [
            [at, cell - old] for at, (cell, old) in enumerate(zip(cells, self._origin, strict=True)) if cell != old
        ]
        self._room -= 1 + len(moved)
        if self._room > 0:
            self.points.append(moved)
        data = self._data
        total = sum(a * math.sin(cell) + b * cell**2 for a, b, cell in zip(data["a"], data["b"], cells, strict=True))
        total += sum(c * left * right for c, left, right in zip(data["c"], cells, cells[1:], strict=False))
        return float(data["scale"] * total)


def use_gradient_check(job: dict[str, Any], namespace: dict[str, Any], channel: Any, np: Any, tools: Any) -> None:
    """Let the learner's functions differentiate hidden ones, and judge gradients that are claimed for them."""
    numerical, agrees = (namespace.get(name) for name in job["check"])
    if not callable(numerical) or not callable(agrees):
        channel.send(event="no entry", name=job["check"][0 if not callable(numerical) else 1])
        return
    for number, data in enumerate(job["functions"]):
        function, x = _Function(data, np), np.array(data["entries"], dtype=float).reshape(data["shape"])
        try:
            value = numerical(function, x)
        except BaseException as error:
            channel.send(event="error", at=number, error=tools.describe_error(error, job["path"]))
            return
        after = [float(cell) for cell in x.ravel()]
        channel.send(event="gradient", at=number, value=tools.encode(value, np), points=function.points, after=after)
    for number, claim in enumerate(job["claims"]):
        data = job["functions"][claim["function"]]
        function, x = _Function(data, np), np.array(data["entries"], dtype=float).reshape(data["shape"])
        claimed = np.array(claim["gradient"], dtype=float).reshape(data["shape"])
        try:
            answer = agrees(function, lambda _x, claimed=claimed: claimed.copy(), x)
        except BaseException as error:
            channel.send(event="error", at=f"claim {number}", error=tools.describe_error(error, job["path"]))
            return
        is_bool = isinstance(answer, bool) or type(answer).__name__ in ("bool_", "bool")
        kind = "..." if answer is Ellipsis else type(answer).__name__
        channel.send(event="claim", at=number, answer=bool(answer) if is_bool else None, kind=kind)


def use_autograd(job: dict[str, Any], namespace: dict[str, Any], channel: Any, tools: Any) -> None:
    """Compute small graphs with a class of numbers, and send the gradients of their leaves."""
    kind = namespace.get(job["autograd"])
    if not callable(kind):
        channel.send(event="no entry")
        return
    for number, program in enumerate(job["programs"]):
        try:
            leaves, output = _compute(program, kind)
            value = _as_number(getattr(output, "data", None))
            output.backward()
            grads = [_as_number(leaf.grad) for leaf in leaves]
            output.backward()
            again = [_as_number(leaf.grad) for leaf in leaves]
        except BaseException as error:
            channel.send(event="error", at=number, error=tools.describe_error(error, job["path"]))
            return
        channel.send(event="graph", at=number, grads=grads, again=again, value=value)
    first = last = kind(1.0)
    try:
        for _link in range(job["chain"]):
            last = last + kind(0.5)
        last.backward()
        channel.send(event="chain", grad=_as_number(first.grad))
    except RecursionError:
        channel.send(event="chain", recursion=True)
    except BaseException as error:
        channel.send(event="error", at="chain", error=tools.describe_error(error, job["path"]))


def _compute(program: dict[str, Any], kind: Any) -> tuple[list[Any], Any]:
    leaves = [kind(leaf) for leaf in program["leaves"]]
    values = list(leaves)
    for op, operands, power in program["steps"]:
        first = values[operands[0]]
        if op == "add":
            values.append(first + values[operands[1]])
        elif op == "mul":
            values.append(first * values[operands[1]])
        elif op == "pow":
            values.append(first**power)
        else:
            values.append(getattr(first, op)())
    return leaves, values[-1]


def _as_number(value: Any) -> float | None:
    return float(value) if isinstance(value, (int, float)) else None


def train(job: dict[str, Any], kind: Any, channel: Any, np: Any, tools: Any) -> None:
    """Train an object of a class: forward, the gradient of the mean squared error, backward, update."""
    plan = job["train"]
    x, target = (tools.decode(plan[name], np) for name in ("inputs", "targets"))
    names = plan["parameters"]
    try:
        network = kind(*(tools.decode(each, np) for each in plan["init"]))
        for step in range(plan["steps"]):
            output = network.forward(x.copy())
            if step % plan["every"] == 0:
                channel.send(event="output", step=step, value=tools.encode(output, np))
            network.backward(2 * (np.asarray(output) - target) / target.size)
            network.update(plan["rate"])
            if step == 0:
                values = {name: tools.encode(getattr(network, name), np) for name in names if hasattr(network, name)}
                channel.send(event="updated", values=values)
        channel.send(event="output", step=plan["steps"], value=tools.encode(network.forward(x.copy()), np))
    except BaseException as error:
        channel.send(event="error", at="training", error=tools.describe_error(error, job["path"]))
