"""Numerically stable rules for floats, for operations whose declared formulas overflow or lose digits.

Each is equal to the declared formula. Values are floats or arrays of floats, batches included.
"""

from __future__ import annotations

from tutor.algebra.ops import Value, absolute, broadcast_like, exp, num_rows, softplus, sum_axis


def sigmoid_derivative(z: Value, x: Value) -> Value:
    """Return y·(1 − y) without subtracting from 1."""
    small = exp(-absolute(x))
    return small / (1 + small) ** 2


def tanh_derivative(z: Value, x: Value) -> Value:
    """Return 1 − y² without subtracting from 1."""
    small = exp(-2 * absolute(x))
    return 4 * small / (1 + small) ** 2


def softmax_vjp(g: Value, z: Value, x: Value) -> Value:
    """Return yᵢ Σₖ yₖ (gᵢ − gₖ), which keeps its digits when one y is near 1."""
    differences = g[..., :, None] - g[..., None, :]
    return z * (differences * z[..., None, :]).sum(axis=-1)


def weighted_differences(p: Value, g: Value) -> Value:
    """Return gᵢ − pᵢ Σₖ gₖ row by row for weights that add up to 1, as Σₖ (pₖ gᵢ − pᵢ gₖ), which keeps its digits."""
    return (p[..., None, :] * g[..., :, None] - p[..., :, None] * g[..., None, :]).sum(axis=-1)


def log_sigmoid(z: Value, x: Value) -> Value:
    """Return log y for y = σ(x), also if y is near 1 or too small for a float."""
    return -softplus(-x)


def log_softmax(z: Value, x: Value) -> Value:
    """Return log y for y = softmax(x), row by row, also if y is near 1 or too small for a float."""
    import numpy as np

    shifted = x - x.max(axis=-1, keepdims=True)
    exponentials = np.exp(shifted)
    # The largest is 1. Without it the sum of the others keeps its digits, and log1p adds it again.
    np.put_along_axis(exponentials, np.argmax(shifted, axis=-1)[..., None], 0.0, axis=-1)
    return shifted - np.log1p(exponentials.sum(axis=-1, keepdims=True))


def cross_entropy(p: Value, t: Value, x: Value) -> Value:
    """Return the loss for p = softmax(x)."""
    return -sum_axis(weighted_logs(t, log_softmax(p, x))) / num_rows(p)


def cross_entropy_targets_vjp(g: Value, z: Value, p: Value, t: Value, x: Value) -> Value:
    """Return the gradient of the targets for p = softmax(x)."""
    return -broadcast_like(g / num_rows(p), x) * log_softmax(p, x)


def weighted_logs(weight: Value, logs: Value) -> Value:
    """Return weight · logs, and 0 if the weight is 0."""
    import numpy as np

    return np.where(weight == 0, 0.0, weight * logs)
