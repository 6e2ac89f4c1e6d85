"""Layers of PyTorch as functions: `nn.Linear(2, 3)`, `nn.ReLU()`, `nn.MSELoss()`."""

from __future__ import annotations

import ast

from tutor.engine.python_source.bindings import Layer

#: The function that a layer without parameters computes, and how many of its own arguments that function takes, too.
FUNCTIONS = {
    "ReLU": ("relu", 0),
    "Sigmoid": ("sigmoid", 0),
    "Tanh": ("tanh", 0),
    "Softplus": ("softplus", 0),
    "GELU": ("F.gelu", 0),
    "SiLU": ("F.silu", 0),
    "ELU": ("F.elu", 1),
    "LeakyReLU": ("F.leaky_relu", 1),
    "Softmax": ("F.softmax", 1),
    "LogSoftmax": ("F.log_softmax", 1),
    "MSELoss": ("F.mse_loss", 0),
    "L1Loss": ("F.l1_loss", 0),
    "HuberLoss": ("F.huber_loss", 0),
    "CrossEntropyLoss": ("F.cross_entropy", 0),
    "BCELoss": ("F.binary_cross_entropy", 0),
    "BCEWithLogitsLoss": ("F.binary_cross_entropy_with_logits", 0),
}
LINEAR, SEQUENTIAL, IDENTITY = "Linear", "Sequential", "Identity"
_KINDS = (*FUNCTIONS, LINEAR, SEQUENTIAL, IDENTITY)


def layer(name: str, node: ast.expr) -> Layer | None:
    """Return the layer `name` that an expression makes, `nn.Linear(2, 3)`; None if it makes none."""
    if not isinstance(node, ast.Call):
        return None
    function = node.func
    kind = (
        function.attr if isinstance(function, ast.Attribute) else function.id if isinstance(function, ast.Name) else ""
    )
    return Layer(name, node, kind) if kind in _KINDS else None


def has_bias(linear: Layer) -> bool:
    """Return whether a linear layer adds a bias."""
    values = [keyword.value for keyword in linear.node.keywords if keyword.arg == "bias"] or linear.node.args[2:3]
    return not (values and isinstance(values[0], ast.Constant) and values[0].value is False)
