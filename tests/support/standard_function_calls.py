"""Calls of every standard function with inputs, and the same in NumPy and in PyTorch."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable


class Call(NamedTuple):
    """A call in the graph language, its inputs, and the functions `(np, *inputs)` and `(torch, *inputs)`."""

    text: str
    inputs: dict[str, Any]
    numpy: Callable[..., Any]
    torch: Callable[..., Any]


_X = np.array([[0.5, -2.0, 3.0], [1.5, 4.0, -0.7]])
_Y = np.array([[0.4, 2.5, 3.1], [-1.0, 0.3, 5.0]])
_P = np.array([[0.2, 0.7, 0.6], [0.9, 0.35, 0.5]])
_T = np.array([[0.0, 1.0, 0.3], [1.0, 0.2, 0.7]])
_ROWS = np.array([[0.2, 0.5, 0.3], [1.0, 0.0, 0.0]])


def _softmax(np: Any, x: Any) -> Any:
    powers = np.exp(x - x.max(axis=1, keepdims=True))
    return powers / powers.sum(axis=1, keepdims=True)


def _huber(np: Any, y: Any, t: Any, d: float) -> Any:
    u = np.abs(y - t)
    return np.where(u < d, u**2 / 2, d * (u - d / 2))


def _functional(torch: Any) -> Any:
    return torch.nn.functional


CALLS = (
    Call("leaky_relu(x)", {"x": -3.0}, lambda np, x: np.where(x > 0, x, 0.01 * x),
         lambda torch, x: _functional(torch).leaky_relu(x)),
    Call("leaky_relu(X, 0.2)", {"X": _X}, lambda np, x: np.where(x > 0, x, 0.2 * x),
         lambda torch, x: _functional(torch).leaky_relu(x, 0.2)),
    Call("elu(X)", {"X": _X}, lambda np, x: np.where(x > 0, x, np.exp(x) - 1),
         lambda torch, x: _functional(torch).elu(x)),
    Call("elu(x, 0.5)", {"x": -1.2}, lambda np, x: 0.5 * (np.exp(x) - 1),
         lambda torch, x: _functional(torch).elu(x, 0.5)),
    Call("swish(X)", {"X": _X}, lambda np, x: x / (1 + np.exp(-x)), lambda torch, x: _functional(torch).silu(x)),
    Call("mish(X)", {"X": _X}, lambda np, x: x * np.tanh(np.log1p(np.exp(x))),
         lambda torch, x: _functional(torch).mish(x)),
    Call("hardtanh(X)", {"X": _X}, lambda np, x: np.clip(x, -1, 1), lambda torch, x: _functional(torch).hardtanh(x)),
    Call("clip(X, -1, 2)", {"X": _X}, lambda np, x: np.clip(x, -1, 2), lambda torch, x: torch.clip(x, -1, 2)),
    Call("clamp(x, -1, 2)", {"x": 2.5}, lambda np, x: np.clip(x, -1, 2), lambda torch, x: torch.clamp(x, -1, 2)),
    Call("huber(y, t)", {"y": 2.5, "t": 2.0}, lambda np, y, t: _huber(np, y, t, 1),
         lambda torch, y, t: _functional(torch).huber_loss(y, t)),
    Call("huber(Y, T, 0.5)", {"Y": _X, "T": _Y}, lambda np, y, t: _huber(np, y, t, 0.5).mean(),
         lambda torch, y, t: _functional(torch).huber_loss(y, t, delta=0.5)),
    Call("mae(Y, T)", {"Y": _X, "T": _Y}, lambda np, y, t: np.abs(y - t).mean(),
         lambda torch, y, t: _functional(torch).l1_loss(y, t)),
    Call("binary_cross_entropy(p, t)", {"p": 0.3, "t": 1.0}, lambda np, p, t: -np.log(p) * t - (1 - t) * np.log(1 - p),
         lambda torch, p, t: -(t * torch.log(p) + (1 - t) * torch.log(1 - p))),
    Call("binary_cross_entropy(P, T)", {"P": _P, "T": _T},
         lambda np, p, t: -(t * np.log(p) + (1 - t) * np.log(1 - p)).mean(),
         lambda torch, p, t: -(t * torch.log(p) + (1 - t) * torch.log(1 - p)).mean()),
    Call("binary_cross_entropy_with_logits(A, T)", {"A": _X, "T": _T},
         lambda np, a, t: (np.logaddexp(0, a) - t * a).mean(),
         lambda torch, a, t: _functional(torch).binary_cross_entropy_with_logits(a, t)),
    Call("cross_entropy_with_logits(A, T)", {"A": _X, "T": _ROWS},
         lambda np, a, t: -(t * np.log(_softmax(np, a))).sum() / 2,
         lambda torch, a, t: _functional(torch).cross_entropy(a, t)),
    Call("kl_div(P, Q)", {"P": _P, "Q": _P[:, ::-1].copy()}, lambda np, p, q: (p * np.log(p / q)).sum(),
         lambda torch, p, q: (p * torch.log(p / q)).sum()),
    Call("log_softmax(X)", {"X": _X}, lambda np, x: np.log(_softmax(np, x)),
         lambda torch, x: _functional(torch).log_softmax(x, dim=1)),
    Call("logsumexp(X)", {"X": _X}, lambda np, x: np.log(np.exp(x).sum()),
         lambda torch, x: torch.logsumexp(x, dim=(0, 1))),
    Call("logsumexp(X, 1)", {"X": _X}, lambda np, x: np.log(np.exp(x).sum(axis=1, keepdims=True)),
         lambda torch, x: torch.logsumexp(x, dim=1, keepdim=True)),
    Call("norm(X)", {"X": _X}, lambda np, x: np.linalg.norm(x), lambda torch, x: torch.linalg.norm(x)),
    Call("norm(X, 0)", {"X": _X}, lambda np, x: np.linalg.norm(x, axis=0, keepdims=True),
         lambda torch, x: torch.linalg.norm(x, dim=0, keepdim=True)),
    Call("var(X)", {"X": _X}, lambda np, x: np.var(x), lambda torch, x: torch.var(x, correction=0)),
    Call("var(X, 1)", {"X": _X}, lambda np, x: np.var(x, axis=1, keepdims=True),
         lambda torch, x: torch.var(x, dim=1, correction=0, keepdim=True)),
    Call("std(X)", {"X": _X}, lambda np, x: np.std(x), lambda torch, x: torch.std(x, correction=0)),
    Call("std(X, 0)", {"X": _X}, lambda np, x: np.std(x, axis=0, keepdims=True),
         lambda torch, x: torch.std(x, dim=0, correction=0, keepdim=True)),
    Call("layer_norm(X)", {"X": _X},
         lambda np, x: (x - x.mean(1, keepdims=True)) / np.sqrt(x.var(axis=1, keepdims=True) + 1e-5),
         lambda torch, x: _functional(torch).layer_norm(x, (3,))),
    Call("layer_norm(X, 0)", {"X": _X},
         lambda np, x: (x - x.mean(1, keepdims=True)) / x.std(axis=1, keepdims=True),
         lambda torch, x: _functional(torch).layer_norm(x, (3,), eps=0)),
    Call("batch_norm(X)", {"X": _X},
         lambda np, x: (x - x.mean(0, keepdims=True)) / np.sqrt(x.var(axis=0, keepdims=True) + 1e-5),
         lambda torch, x: _functional(torch).batch_norm(x, None, None, training=True)),
    Call("rms_norm(X)", {"X": _X}, lambda np, x: x / np.sqrt((x**2).mean(axis=1, keepdims=True)),
         lambda torch, x: _functional(torch).rms_norm(x, (3,), eps=0)),
)  # fmt: skip
