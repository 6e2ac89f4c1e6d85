"""Time of both passes against micrograd, autograd and PyTorch: `python tests/benchmarks/engine.py [ROUNDS]`.

Ours keeps the upstream gradient, the local derivative and the gradient of every edge. The peers return the gradients
of the inputs (micrograd those of every node), which is their purpose. A ratio is a peer's time over ours in the same
round. Peers that are not installed are left out.
"""

from __future__ import annotations

import importlib
import math
import statistics
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from tutor.algebra import ops
from tutor.algebra.expr import number
from tutor.engine.batch import forward_backward_batch
from tutor.engine.builder import parse_graph
from tutor.engine.graph import Graph, Node
from tutor.engine.jit import cache
from tutor.engine.jit.compiler import compile_passes
from tutor.engine.passes import forward_backward

Action = Callable[[], Any]

_LENGTH = 1000
_X = np.array([[0.1, 0.2, 0.3], [0.4, 0.5, 0.6], [0.7, 0.8, 0.9]])
_W = np.array([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]]) / 8
#: Weights and bias of each gate.
_GATES = {"f": (0.6, 0.1, 1.0), "g": (0.4, -0.3, 0.2), "i": (-0.5, 0.8, 0.0), "o": (0.7, 0.2, 0.1)}
_LSTM = (
    "".join(
        f"{gate} = {'tanh' if gate == 'g' else 'sigmoid'}({w}*x + {u}*h + {bias}); "
        for gate, (w, u, bias) in _GATES.items()
    )
    + "c2 = f*c + g*i; h2 = tanh(c2)*o; L = (h2 - t)^2 + c2"
)


class Functions:
    """The functions that a formula uses, as one peer provides them."""

    exp: Callable[[Any], Any]
    tanh: Callable[[Any], Any]
    sigmoid: Callable[[Any], Any]


@dataclass(frozen=True)
class Case:
    """A graph, and the same formula for the peers, `formula(functions, *inputs)`."""

    name: str
    graph: Graph
    inputs: Mapping[str, Any]
    formula: Callable[..., Any]


def cases() -> list[Case]:
    numbers = {"a": 2.0, "b": 3.0, "c": 4.0}
    matrices = {"X": _X, "W": _W}
    cell = {"x": 0.5, "h": 0.1, "c": 0.2, "t": 0.3}
    lstm = parse_graph(_LSTM)
    assert len(lstm.edges) == 38
    return [
        Case("(a + b)·c", parse_graph("z = (a + b) * c"), numbers, lambda f, a, b, c: (a + b) * c),
        Case("σ of four nodes", parse_graph("y = 1 / (1 + exp(-x))"), {"x": 2.0}, lambda f, x: 1 / (1 + f.exp(-x))),
        Case(f"chain of {_LENGTH:,}", chain(), {"x": 0.5}, chain_formula),
        Case(
            "Σσ(XW), 3×3·3×2",
            parse_graph("f = sum(sigmoid(X @ W))", matrices),
            matrices,
            lambda f, x, w: f.sigmoid(x @ w).sum(),
        ),
        Case("LSTM cell, 38 edges", lstm, {name: cell[name] for name in lstm.inputs}, lstm_formula),
    ]


def chain() -> Graph:
    """Return a chain of ×0.99, +0.01 and tanh in turn."""
    nodes = [Node("x", None, name="x")]
    for i in range(_LENGTH):
        if i % 3 == 2:
            nodes.append(Node(f"n{i}", "tanh", (i,)))
        else:
            op, const = (("mul", "0.99"), ("add", "0.01"))[i % 3]
            nodes.append(Node(f"n{i}", op, (i, None), number(const)))
    return Graph(tuple(nodes), "z")


def chain_formula(f: Functions, x: Any) -> Any:
    for i in range(_LENGTH):
        x = f.tanh(x) if i % 3 == 2 else x + 0.01 if i % 3 else x * 0.99
    return x


def lstm_formula(f: Functions, *inputs: Any) -> Any:
    x, h, c, t = inputs
    gates = {
        gate: (f.tanh if gate == "g" else f.sigmoid)(w * x + u * h + bias) for gate, (w, u, bias) in _GATES.items()
    }
    c2 = gates["f"] * c + gates["g"] * gates["i"]
    return (f.tanh(c2) * gates["o"] - t) ** 2 + c2


def ours(case: Case) -> Action:
    for _ in range(cache.COMPILE_AFTER + 1):
        forward_backward(case.graph, case.inputs, 1.0)
    return lambda: forward_backward(case.graph, case.inputs, 1.0)


def with_micrograd(case: Case) -> Action:
    """Return the case in micrograd. It has no exp, tanh or matrices, so these are added in its own style."""
    value = importlib.import_module("micrograd.engine").Value

    def unary(x: Any, result: float, slope: float) -> Any:
        out = value(result, (x,))

        def backward() -> None:
            x.grad += slope * out.grad

        out._backward = backward
        return out

    class Cells(Functions):
        @staticmethod
        def exp(x: Any) -> Any:
            y = math.exp(x.data)
            return unary(x, y, y)

        @staticmethod
        def tanh(x: Any) -> Any:
            y = math.tanh(x.data)
            return unary(x, y, 1 - y * y)

        @staticmethod
        def sigmoid(x: Any) -> Any:
            y = 1 / (1 + math.exp(-x.data))
            return unary(x, y, y * (1 - y))

    def cells(x: Any, w: Any) -> Any:
        total = 0
        for row in x:
            for j in range(len(w[0])):
                total = total + Cells.sigmoid(sum(a * b[j] for a, b in zip(row, w, strict=True)))
        return total

    arrays = [array.tolist() if ops.is_matrix(array) else array for array in case.inputs.values()]

    def action() -> list[Any]:
        leaves = [[[value(c) for c in row] for row in a] if isinstance(a, list) else value(a) for a in arrays]
        result = cells(*leaves) if isinstance(leaves[0], list) else case.formula(Cells, *leaves)
        result.backward()
        return [[[c.grad for c in row] for row in leaf] if isinstance(leaf, list) else leaf.grad for leaf in leaves]

    return action


def with_autograd(case: Case) -> Action:
    anp: Any = importlib.import_module("autograd.numpy")

    class Arrays(Functions):
        exp, tanh = anp.exp, anp.tanh

        @staticmethod
        def sigmoid(x: Any) -> Any:
            return 1 / (1 + anp.exp(-x))

    value_and_grad = importlib.import_module("autograd").value_and_grad(
        lambda *inputs: (
            anp.sum(Arrays.sigmoid(anp.dot(*inputs))) if np.ndim(inputs[0]) else case.formula(Arrays, *inputs)
        ),
        tuple(range(len(case.inputs))),
    )
    inputs = list(case.inputs.values())
    return lambda: value_and_grad(*inputs)[1]


def with_torch(case: Case) -> Action:
    torch: Any = importlib.import_module("torch")
    torch.set_num_threads(1)

    class Tensors(Functions):
        exp, tanh, sigmoid = torch.exp, torch.tanh, torch.sigmoid

    inputs = [torch.tensor(value, dtype=torch.float64, requires_grad=True) for value in case.inputs.values()]
    return lambda: torch.autograd.grad(case.formula(Tensors, *inputs), inputs)


PEERS: Mapping[str, Callable[[Case], Action]] = {
    "micrograd": with_micrograd,
    "autograd": with_autograd,
    "torch": with_torch,
}


def seconds(action: Action, at_least: float = 0.02) -> float:
    """Return the seconds per call, over enough calls to be measured."""
    calls = 1
    while True:
        start = time.perf_counter()
        for _ in range(calls):
            action()
        elapsed = time.perf_counter() - start
        if elapsed >= at_least:
            return elapsed / calls
        calls = max(calls * 2, int(calls * at_least / max(elapsed, 1e-9)))


def same_gradients(case: Case, gradients: Sequence[Any]) -> bool:
    """Return whether a peer's gradients equal ours."""
    passes = forward_backward(case.graph, case.inputs, 1.0)
    ours = [passes.gradients[case.graph.position[name]] for name in case.inputs]
    return all(np.allclose(np.asarray(b), a, rtol=1e-9) for a, b in zip(ours, gradients, strict=True))


def compare(peers: Mapping[str, Callable[[Case], Action]], rounds: int) -> None:
    print(f"{'':<22}{'ours, µs':>10}" + "".join(f"{peer + ', ×':>20}" for peer in peers))
    print(f"{'':<22}{'median':>10}" + f"{'min / median':>20}" * len(peers))
    for case in cases():
        our_action = ours(case)
        actions = {peer: make(case) for peer, make in peers.items()}
        for peer, action in actions.items():
            assert same_gradients(case, action()), (case.name, peer)
        times: list[float] = []
        ratios: dict[str, list[float]] = {peer: [] for peer in peers}
        for _ in range(rounds):
            times.append(seconds(our_action))
            for peer, action in actions.items():
                ratios[peer].append(seconds(action) / times[-1])
        columns = "".join(f"{min(peer):>12.1f} /{statistics.median(peer):6.1f}" for peer in ratios.values())
        print(f"{case.name:<22}{statistics.median(times) * 1e6:10.2f}{columns}")


def costs(variants: int = 10_000) -> None:
    """Print the time to parse, to compile, and to run many variants in one batch."""
    rng = np.random.default_rng(1)
    print(f"\n{'':<22}{'from text, ms':>15}{'compiling, ms':>15}{f'{variants:,} at once, µs each':>28}")
    for case in cases():
        shapes = [ops.shape_of(value) for value in forward_backward(case.graph, case.inputs, 1.0).values]
        columns = {
            name: np.asarray(value) + rng.uniform(0, 0.5, (variants, *np.shape(value)))
            for name, value in case.inputs.items()
        }
        built = f"{seconds(lambda c=case: parse_graph(c.graph.text, c.inputs)) * 1e3:.2f}" if case.graph.text else ""
        compiling = seconds(lambda g=case.graph, s=shapes: compile_passes(g, s, None)) * 1e3
        _, finite = forward_backward_batch(case.graph, columns)
        assert finite.all()
        each = seconds(lambda g=case.graph, c=columns: forward_backward_batch(g, c)) / variants * 1e6
        print(f"{case.name:<22}{built:>15}{compiling:>15.2f}{each:>28.3f}")


def main() -> None:
    sys.setrecursionlimit(20_000)  # micrograd walks a graph by recursion
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 9
    installed = {}
    for peer, make in PEERS.items():
        try:
            importlib.import_module(peer)
        except ImportError:
            print(f"{peer} is not installed and left out: pip install {peer}")
        else:
            installed[peer] = make
    compare(installed, rounds)
    costs()


if __name__ == "__main__":
    main()
