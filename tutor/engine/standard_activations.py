"""Activations and scalar functions as standard functions; each is one line of the graph language."""

from __future__ import annotations

from tutor.engine.standard_function import StandardFunction

#: From "Self-Normalizing Neural Networks".
_SELU_SCALE, _SELU_ALPHA = "1.0507009873554804934193349853", "1.6732632423543772848170429917"

TABLE = (
    # At 0 the slopes are those of the left side, as in PyTorch.
    StandardFunction(
        "leaky_relu",
        ("x", "a"),
        "a * x + (1 - a) * relu(x)",
        defaults=("0.01",),
    ),
    StandardFunction("prelu", ("x", "a"), "a * x + (1 - a) * relu(x)"),
    StandardFunction(
        "elu",
        ("x", "a"),
        "p = relu(x); p + a * (exp(x - p) - 1)",
        defaults=("1",),
    ),
    StandardFunction("selu", ("x",), f"p = relu(x); {_SELU_SCALE} * (p + {_SELU_ALPHA} * (exp(x - p) - 1))"),
    StandardFunction("swish", ("x",), "x * sigmoid(x)"),
    StandardFunction("mish", ("x",), "x * tanh(softplus(x))"),
    StandardFunction("gelu_tanh", ("x",), "x * (1 + tanh((2 / pi)^(1/2) * (x + 0.044715 * x^3))) / 2"),
    StandardFunction("hardtanh", ("x",), "min(max(x, -1), 1)"),
    StandardFunction("relu6", ("x",), "min(max(x, 0), 6)"),
    StandardFunction("hardsigmoid", ("x",), "min(max(x + 3, 0), 6) / 6"),
    StandardFunction("hardswish", ("x",), "x * min(max(x + 3, 0), 6) / 6"),
    StandardFunction("softsign", ("x",), "x / (1 + abs(x))"),
    StandardFunction("tanhshrink", ("x",), "x - tanh(x)"),
    StandardFunction("logsigmoid", ("x",), "-softplus(-x)"),
    *(
        StandardFunction(
            name,
            ("x", "low", "high"),
            "min(max(x, low), high)",
        )
        for name in ("clip", "clamp")
    ),
    StandardFunction("softmin", ("X",), "softmax(-X)"),
    StandardFunction("tan", ("x",), "sin(x) / cos(x)"),
    StandardFunction("sinh", ("x",), "(exp(x) - exp(-x)) / 2"),
    StandardFunction("cosh", ("x",), "(exp(x) + exp(-x)) / 2"),
    StandardFunction("log1p", ("x",), "log(1 + x)"),
    StandardFunction("expm1", ("x",), "exp(x) - 1"),
    StandardFunction("log2", ("x",), "log(x) / log(2)"),
    StandardFunction("log10", ("x",), "log(x) / log(10)"),
    StandardFunction("exp2", ("x",), "2^x"),
    # A cube root of a negative number has the sign of that number.
    StandardFunction("cbrt", ("x",), "where(x < 0, -1, 1) * abs(x)^(1/3)"),
)
