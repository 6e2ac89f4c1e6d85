"""Right solutions of the layers, and of the class of numbers."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from tests.support.code_mutations import LineFacts
from tutor.coding import autograd
from tutor.coding.layers import LAYERS, LayerTask

if TYPE_CHECKING:
    from collections.abc import Mapping

#: For each layer: what is put in front of the `return` of forward, and the lines of backward by what they assign.
SOLUTIONS: Mapping[str, tuple[str, Mapping[str, str]]] = {
    "sigmoid": ("", {"dx": "dy * (1 - self.output) * self.output"}),
    "relu": ("self.on = x > 0", {"dx": "dy * self.on"}),
    "affine": ("self.X = X", {"self.dW": "self.X.T @ dY", "self.db": "dY.sum(axis=0)", "dX": "dY @ self.W.T"}),
    "softmax-loss": ("self.P, self.T = P, T", {"dA": "dL * (self.P - self.T) / len(self.T)"}),
    "mean-squared-error": ("self.E = Y - T", {"dY": "dL * 2 * self.E / self.E.size"}),
    "batch-norm": (
        "self.H, self.s = H, np.sqrt(v + 1e-5)",
        {
            "self.dgamma": "(dY * self.H).sum(axis=0)",
            "self.dbeta": "dY.sum(axis=0)",
            "dX": "dY * self.gamma\n        dX = (dX - dX.mean(axis=0) - self.H * (dX * self.H).mean(axis=0)) / self.s",
        },
    ),
    "layer-norm": (
        "self.H, self.s = H, np.sqrt(v + 1e-5)",
        {
            "self.dgamma": "(dY * self.H).sum(axis=0)",
            "self.dbeta": "dY.sum(axis=0)",
            "dX": "dY * self.gamma\n"
            "        dX = dX - dX.mean(axis=1, keepdims=True) - self.H * (dX * self.H).mean(axis=1, keepdims=True)\n"
            "        dX = dX / self.s",
        },
    ),
    "rms-norm": (
        "self.H, self.s = X / s, s",
        {
            "self.dgamma": "(dY * self.H).sum(axis=0)",
            "dX": "dY * self.gamma\n        dX = (dX - self.H * (dX * self.H).mean(axis=1, keepdims=True)) / self.s",
        },
    ),
    "embedding": ("self.ids = ids", {"self.dW": "np.zeros_like(self.W)\n        np.add.at(self.dW, self.ids, dY)"}),
    "dropout": ("self.mask = mask", {"dX": "dY * self.mask / 0.5"}),
    "convolution": (
        "self.X = X",
        {
            "self.dK": "np.zeros_like(self.K)",
            "dX": "np.zeros_like(self.X)\n"
            "        a, b = self.K.shape\n"
            "        for i in range(dY.shape[0]):\n"
            "            for j in range(dY.shape[1]):\n"
            "                self.dK += dY[i, j] * self.X[i:i + a, j:j + b]\n"
            "                dX[i:i + a, j:j + b] += dY[i, j] * self.K",
        },
    ),
    "attention": (
        "self.kept = Q, K, V, P",
        {
            "dQ": "0\n"
            "        Q, K, V, P = self.kept\n"
            "        dP = dO @ V.T\n"
            "        dS = P * (dP - (dP * P).sum(axis=1, keepdims=True)) / np.sqrt(Q.shape[1])\n"
            "        dQ = dS @ K",
            "dK": "dS.T @ Q",
            "dV": "P.T @ dO",
        },
    ),
}


def layer_solution(name: str, changes: Mapping[str, str] | None = None) -> str:
    """Return a whole file for a layer; `changes` replace pieces of its text."""
    keeps, lines = SOLUTIONS[name]
    text = "\n".join(LayerTask(LAYERS[name]).code()) + "\n"
    if name == "sigmoid":
        text = text.replace("return output", "return self.output")
    elif keeps:
        head, _, rest = text.partition("    def backward")
        before, _, returned = head.rpartition("        return ")
        text = f"{before}        {keeps}\n        return {returned}    def backward{rest}"
    for target, expression in lines.items():
        pattern = re.compile(rf"^(        {re.escape(target)} =) \.\.\.$", re.MULTILINE)
        text = pattern.sub(lambda match, expression=expression: f"{match[1]} {expression}", text)
    for old, new in (changes or {}).items():
        assert old in text, old
        text = text.replace(old, new)
    return text


def layer_facts(name: str) -> dict[str, LineFacts]:
    """Return what each line of `backward` in the right solution of a layer is about."""
    form = LayerTask(LAYERS[name]).form
    parameters = {f"self.{form.gradients[each]}": LineFacts(form.upstream, f"self.{each}") for each in form.parameters}
    return parameters | {form.gradients[each]: LineFacts(form.upstream) for each in form.returned}


#: The rules of the class of numbers, by method.
RULES: Mapping[str, str] = {
    "__add__": "self.grad += out.grad\n            other.grad += out.grad",
    "__mul__": "self.grad += other.data * out.grad\n            other.grad += self.data * out.grad",
    "__pow__": "self.grad += exponent * self.data ** (exponent - 1) * out.grad",
    "exp": "self.grad += out.data * out.grad",
    "tanh": "self.grad += (1 - out.data ** 2) * out.grad",
    "relu": "self.grad += (out.data > 0) * out.grad",
}
#: The walk back with a list of its own.
WALK = """order, seen, waiting = [], set(), [(self, False)]
        while waiting:
            node, is_ready = waiting.pop()
            if is_ready:
                order.append(node)
            elif id(node) not in seen:
                seen.add(id(node))
                waiting.append((node, True))
                waiting.extend((parent, False) for parent in node._parents)
        for node in order:
            node.grad = 0.0
        self.grad = 1.0
        for node in reversed(order):
            node._backward()"""
#: The walk that calls itself, and one that goes breadth first.
RECURSIVE_WALK = """order, seen = [], set()
        def visit(node):
            if id(node) not in seen:
                seen.add(id(node))
                for parent in node._parents:
                    visit(parent)
                order.append(node)
        visit(self)
        for node in order:
            node.grad = 0.0
        self.grad = 1.0
        for node in reversed(order):
            node._backward()"""
BREADTH_FIRST_WALK = """queue, seen = [self], {id(self)}
        for node in queue:
            for parent in node._parents:
                if id(parent) not in seen:
                    seen.add(id(parent))
                    queue.append(parent)
        for node in queue:
            node.grad = 0.0
        self.grad = 1.0
        for node in queue:
            node._backward()"""

#: A walk along every path, and one that begins at the leaves.
EVERY_PATH_WALK = WALK.replace(
    "for node in reversed(order):\n            node._backward()",
    "waiting = [self]\n        while waiting:\n            node = waiting.pop()\n"
    "            node._backward()\n            waiting.extend(node._parents)",
)
FORWARD_WALK = WALK.replace("reversed(order)", "order")


def autograd_solution(rules: Mapping[str, str] = RULES, walk: str = WALK, *, accumulate: bool = False) -> str:
    """Return a whole file for the class of numbers; to `accumulate` it gets one method more."""
    lines, method = [], ""
    for line in autograd.code():
        match = re.match(r"    def (\w+)\(", line)
        method = match[1] if match else method
        written = walk if method == "backward" else rules.get(method)
        if line.strip().startswith("...") and written is not None:
            line = line[: len(line) - len(line.lstrip())] + written
        lines.append(line)
    if accumulate:
        lines += [
            "",
            "    def __neg__(self):",
            "        return self * -1",
            "",
            "    def __repr__(self):",
            "        return 'v'",
        ]
    return "\n".join(lines) + "\n"
