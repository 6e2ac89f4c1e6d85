"""The style `autograd`: a class `Value` that records a calculation and sends gradients back through it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tutor.i18n import N_, _

if TYPE_CHECKING:
    from collections.abc import Mapping

CLASS = "Value"

#: The operations to be written: the method, and the formula of a graph with one node, for its mistakes.
OPERATIONS: Mapping[str, tuple[str, str]] = {
    "add": ("__add__", "z = x + y"),
    "mul": ("__mul__", "z = x * y"),
    "pow": ("__pow__", "z = x^3"),
    "exp": ("exp", "z = exp(x)"),
    "tanh": ("tanh", "z = tanh(x)"),
    "relu": ("relu", "z = relu(x)"),
}


def code() -> list[str]:
    """Return the lines of a new file below its head."""
    add = _(N_("add the gradient of each operand to its grad"))
    walk = _(
        N_(
            "Set the gradients of all nodes in this graph to 0 and this one to 1. Then call _backward from "
            "the output to the leaves."
        )
    )
    lines = [
        "import math",
        "",
        "",
        f"class {CLASS}:",
        f'    """{_(N_("A number that remembers how it was computed."))}"""',
        "",
        "    def __init__(self, data, parents=()):",
        "        self.data = data",
        "        self.grad = 0.0",
        "        self._parents = parents",
        "        self._backward = lambda: None",
    ]
    for method, arguments, value, parents in (
        ("__add__", "self, other", "self.data + other.data", "self, other"),
        ("__mul__", "self, other", "self.data * other.data", "self, other"),
        ("__pow__", "self, exponent", "self.data ** exponent", "self,"),
        ("exp", "self", "math.exp(self.data)", "self,"),
        ("tanh", "self", "math.tanh(self.data)", "self,"),
        ("relu", "self", "max(self.data, 0.0)", "self,"),
    ):
        wrap = ["        other = other if isinstance(other, Value) else Value(other)"] if "other" in arguments else []
        lines += [
            "",
            f"    def {method}({arguments}):",
            *wrap,
            f"        out = Value({value}, ({parents}))",
            "",
            "        def _backward():",
            f"            ...  # {add}",
            "",
            "        out._backward = _backward",
            "        return out",
        ]
    return [
        *lines,
        "",
        "    def backward(self):",
        f"        # {walk}",
        "        ...",
    ]
