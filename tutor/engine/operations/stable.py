"""Rules and functions for floats, where what is declared would overflow or lose digits.

Each computes what its declaration says, by another way; values are floats or arrays of them, batches included.
"""

from __future__ import annotations

from tutor.algebra.ops import Value, absolute, broadcast_like, exp, num_rows, softplus, sum_axis


def sigmoid_derivative(z: Value, x: Value) -> Value:
    """y·(1 − y) with nothing taken from 1."""
    small = exp(-absolute(x))
    return small / (1 + small) ** 2


def tanh_derivative(z: Value, x: Value) -> Value:
    """1 − y² with nothing taken from 1."""
    small = exp(-2 * absolute(x))
    return 4 * small / (1 + small) ** 2


def softmax_vjp(g: Value, z: Value, x: Value) -> Value:
    """yᵢ Σₖ yₖ (gᵢ − gₖ): without the difference that loses its digits where one y is near 1."""
    apart = g[..., :, None] - g[..., None, :]
    return z * (apart * z[..., None, :]).sum(axis=-1)


def log_sigmoid(z: Value, x: Value) -> Value:
    """log y for y = σ(x), where y is near 1 or too small for a float."""
    return -softplus(-x)


def log_softmax(z: Value, x: Value) -> Value:
    """log y for y = softmax(x), row by row, where y is near 1 or too small for a float."""
    import numpy as np

    below = x - x.max(axis=-1, keepdims=True)
    shares = np.exp(below)
    # What the others add to the largest one, which is 1: taken apart from it, so that it keeps its digits.
    np.put_along_axis(shares, np.argmax(below, axis=-1)[..., None], 0.0, axis=-1)
    return below - np.log1p(shares.sum(axis=-1, keepdims=True))


def cross_entropy(p: Value, t: Value, x: Value) -> Value:
    """The loss for p = softmax(x)."""
    return -sum_axis(_weighted_logs(t, log_softmax(p, x))) / num_rows(p)


def cross_entropy_targets_vjp(g: Value, z: Value, p: Value, t: Value, x: Value) -> Value:
    """What the targets get for p = softmax(x)."""
    return -broadcast_like(g / num_rows(p), x) * log_softmax(p, x)


def _weighted_logs(weight: Value, logs: Value) -> Value:
    """weight · logs, and 0 where the weight is 0."""
    import numpy as np

    return np.where(weight == 0, 0.0, weight * logs)
