"""Exercise files with symbolic matrices."""

from __future__ import annotations

LAYER = """
title = { en = "A linear layer", ko = "선형 계층" }
graph = "Y = X @ W + b"
start = "dL/dY"

[inputs]
X = { symbol = true, shape = ["n", 3] }
W = { symbol = true, shape = [3, "m"] }
b = { symbol = true, shape = [1, "m"] }
"""

SOFTMAX = """
graph = "P = softmax(S); L = cross_entropy(P, Y)"
wrt = ["S"]

[inputs]
S = { symbol = true, shape = ["n", "k"] }
Y = { symbol = true, shape = ["n", "k"], domain = "one-hot" }
"""

QUESTION = """
title = "Back through a layer"

[[question]]
prompt = { en = "Y = X @ W. What is ∂L/∂W?", ko = "Y = X @ W일 때 ∂L/∂W는?" }
symbols = { X = { shape = ["n", 3] }, W = { shape = [3, "m"] }, "dL/dY" = { shape = ["n", "m"] } }
answer = "X.T @ dL/dY"
mistake = [{ id = "no-start", answer = "X.T @ (X @ W)", en = "What came back to Y?", ko = "Y로 돌아온 값은 무엇인가요?" }]
"""

#: The start symbol and inputs of graphs over symbolic matrices, by graph: (start, inputs), an input as (sizes, domain).
GRAPHS: dict[str, tuple[str | None, dict[str, tuple[tuple[int | str, ...], str]]]] = {
    "Y = X @ W + b": ("dL/dY", {"X": (("n", 3), "real"), "W": ((3, "m"), "real"), "b": ((1, "m"), "real")}),
    "Y = X @ W + c": ("dL/dY", {"X": (("n", 3), "real"), "W": ((3, "m"), "real"), "c": (("m",), "real")}),
    "S = sigmoid(X @ W); f = mean(S)": (None, {"X": (("n", 3), "real"), "W": ((3, "m"), "real")}),
    "P = softmax(S); L = cross_entropy(P, Y)": (None, {"S": (("n", "k"), "real"), "Y": (("n", "k"), "one-hot")}),
    "L = mse(X @ w, y)": (None, {"X": (("n", "d"), "real"), "w": (("d", 1), "real"), "y": (("n", 1), "real")}),
    "H = relu(X @ V); Y = H @ W": (
        "dL/dY",
        {"X": (("n", 3), "real"), "V": ((3, "h"), "real"), "W": (("h", "m"), "real")},
    ),
    "Y = X - mean(X, 1)": ("dL/dY", {"X": (("n", "m"), "real")}),
    "A = softmax(Q @ K.T / sqrt(2)); Y = A @ V": (
        "dL/dY",
        {"Q": (("n", "d"), "real"), "K": (("m", "d"), "real"), "V": (("m", "v"), "real")},
    ),
    "f = sum(x.T @ A @ x)": (None, {"x": (("n", 1), "real"), "A": (("n", "n"), "real")}),
    "f = sum(log(X))": (None, {"X": (("n", "m"), "positive")}),
    "y = W @ x": ("dL/dy", {"W": (("m", "n"), "real"), "x": (("n",), "real")}),
    "Y = X * X": ("dL/dY", {"X": ((2, 3), "real")}),
    "f = sum(X * (X > 0))": (None, {"X": (("n", 3), "real")}),
    "Y = where(X > 0, X, 0.1*X)": ("dL/dY", {"X": (("n", 3), "real")}),
    "s = sum(X, axis=1); f = sum(s * s)": (None, {"X": (("n", 3), "real")}),
    "Y = concat(X, Z, axis=0)": ("dL/dY", {"X": ((2, "m"), "real"), "Z": ((3, "m"), "real")}),
    "Y = sum(X, 0) + sum(X, 1)": ("dL/dY", {"X": (("n", "m"), "real")}),
    "z = trace(X @ X)": (None, {"X": (("n", "n"), "real")}),
    "v = max(X, axis=1); f = v @ c": (None, {"X": ((3, "m"), "real"), "c": ((3,), "real")}),
    "Y = prod(X, 0); f = sum(Y * Y)": (None, {"X": (("n", 2), "positive")}),
    "Y = cumsum(X, axis=0); f = sum(Y * C)": (None, {"X": (("n", 2), "real"), "C": (("n", 2), "real")}),
    "z = det(X) * 2": (None, {"X": ((2, 2), "real")}),
    "Y = inv(X); f = sum(Y * C)": (None, {"X": ((2, 2), "real"), "C": ((2, 2), "real")}),
    "Y = conv2d(X, K); f = sum(Y * Y)": (None, {"X": (("n", 4), "real"), "K": ((2, 2), "real")}),
    'Y = einsum("ij,jk->ik", A, B); f = sum(Y * Y)': (None, {"A": (("n", 3), "real"), "B": ((3, "m"), "real")}),
    'v = einsum("ij->i", A); f = sum(v^2)': (None, {"A": (("n", 3), "real")}),
    "P = softmax(X, axis=0); f = sum(P * P)": (None, {"X": (("n", 3), "real")}),
    "P = softmax(where(M, X, -inf)); f = sum(P * P)": (None, {"X": (("n", 3), "real"), "M": (("n", 3), "positive")}),
}


def graph_file(graph: str) -> str:
    """Return the exercise file of one of the `GRAPHS`."""
    start, inputs = GRAPHS[graph]
    lines = [f"graph = '{graph}'", "given = []", *([f'start = "{start}"'] if start else []), "[inputs]"]
    for name, (shape, domain) in inputs.items():
        sizes = ", ".join(f'"{size}"' if isinstance(size, str) else str(size) for size in shape)
        lines.append(f'{name} = {{ symbol = true, shape = [{sizes}], domain = "{domain}" }}')
    return "\n".join(lines)
