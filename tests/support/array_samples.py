"""Graphs of functions of arrays for the tests of grading: a text, a start and the inputs, at numbers that keep mistakes apart."""

from __future__ import annotations

ARRAY_SAMPLES: dict[str, tuple[str, str, dict[str, str]]] = {
    "amax": ("t = max(X); z = t * c", "3", {"X": "[[1, 7, 4], [2, -3, 5]]", "c": "5"}),
    "amax-tie": ("t = max(X); z = t * c", "3", {"X": "[[1, 7, 4], [7, -3, 5]]", "c": "5"}),
    "amax-rows": (
        "v = max(X, axis=1); f = v @ c",
        "2",
        {"X": "[[1, 7, 4], [6, -3, 5], [8, 2, 9]]", "c": "[4, -3, 11]"},
    ),
    "amin": ("t = min(X); z = t * c", "3", {"X": "[[4, 7, 2], [9, 3, 5]]", "c": "5"}),
    "amin-tie": ("t = min(x); z = t * c", "3", {"x": "[4, 2, 7, 2]", "c": "5"}),
    "amin-columns": (
        "v = min(X, axis=0); f = v @ c",
        "2",
        {"X": "[[1, 7, 4], [6, -3, 5], [8, 2, 9]]", "c": "[4, -3, 11]"},
    ),
    "prod": ("t = prod(x); z = t * c", "2", {"x": "[3, -2, 7]", "c": "5"}),
    "prod-zero": ("t = prod(x); z = t * c", "2", {"x": "[3, 0, 7]", "c": "5"}),
    "prod-rows": (
        "v = prod(X, axis=1); f = v @ c",
        "2",
        {"X": "[[2, 3], [5, 7]]", "c": "[4, -3]"},
    ),
    "prod-zero-rows": (
        "v = prod(X, axis=1); f = v @ c",
        "2",
        {"X": "[[2, 0], [5, 7]]", "c": "[4, -3]"},
    ),
    "cumsum": ("s = cumsum(x); f = s @ c", "2", {"x": "[3, -2, 7, 4]", "c": "[5, 2, -4, 11]"}),
    "cumsum-columns": (
        "S = cumsum(X, axis=0); f = sum(S * C)",
        "2",
        {"X": "[[1, 2], [3, 5]]", "C": "[[4, 7], [-3, 9]]"},
    ),
    "trace": ("t = trace(X); z = t * c", "3", {"X": "[[2, 7], [4, 5]]", "c": "5"}),
    "det": ("t = det(X); z = t * c", "3", {"X": "[[2, 7, 1], [4, 5, 3], [6, 1, 8]]", "c": "5"}),
    "matrix-inverse": (
        "Y = inv(X); f = sum(Y * C)",
        "2",
        {"X": "[[2, 1], [3, 4]]", "C": "[[4, 7], [-3, 9]]"},
    ),
    "conv2d": (
        "Y = conv2d(X, K); f = sum(Y * C)",
        "2",
        {"X": "[[1, 2, 4], [3, 5, 6], [7, 9, 8]]", "K": "[[2, -3], [5, 4]]", "C": "[[4, 7], [-3, 9]]"},
    ),
    "einsum": (
        'Y = einsum("ij,jk->ik", A, B); f = sum(Y * C)',
        "2",
        {"A": "[[1, 2], [3, 5]]", "B": "[[7, -3], [4, 6]]", "C": "[[4, 7], [-3, 9]]"},
    ),
    "einsum-rows": (
        'v = einsum("ij->i", X); f = v @ c',
        "2",
        {"X": "[[1, 2, 4], [3, 5, 6]]", "c": "[4, -3]"},
    ),
    "einsum-diagonal": (
        'v = einsum("ii->i", X); f = v @ c',
        "2",
        {"X": "[[1, 2], [3, 5]]", "c": "[4, -3]"},
    ),
    "einsum-pair": (
        't = einsum("ij,ij->", A, B); z = t * c',
        "2",
        {"A": "[[1, 2], [3, 5]]", "B": "[[7, -3], [4, 6]]", "c": "5"},
    ),
    "softmax-columns": (
        "P = softmax(X, axis=0); f = sum(P * C)",
        "2",
        {"X": "[[0, log(3)], [log(2), 0], [log(5), log(4)]]", "C": "[[4, 7], [-3, 5], [8, -6]]"},
    ),
    "masked-softmax": (
        "P = softmax(where(M, S, -inf)); f = sum(P * C)",
        "2",
        {
            "S": "[[0, log(3), log(4)], [log(2), 0, log(5)]]",
            "M": "[[1, 0, 1], [1, 1, 0]]",
            "C": "[[4, 7, -3], [5, -6, 8]]",
        },
    ),
}
