"""Calls of every standard function with inputs, and the same in NumPy and in PyTorch."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from tutor.algebra.ops import as_vector, is_vector

if TYPE_CHECKING:
    from collections.abc import Callable


class Call(NamedTuple):
    """A call in the graph language, its inputs, and the functions `(np, *inputs)` and `(torch, *inputs)`.

    A vector is a row that is marked as one; the functions get an array of one axis.
    """

    text: str
    inputs: dict[str, Any]
    numpy: Callable[..., Any]
    torch: Callable[..., Any]

    @property
    def arrays(self) -> dict[str, Any]:
        """The inputs for NumPy and PyTorch."""
        return {name: without_row_axis(value) for name, value in self.inputs.items()}


def without_row_axis(value: Any) -> Any:
    """Return a vector as an array of one axis, and any other value as it is."""
    return np.asarray(value)[0] if is_vector(value) else value


def _vector(*entries: float) -> Any:
    return as_vector(np.array([entries], dtype=float))


_X = np.array([[0.5, -2.0, 3.0], [1.5, 4.0, -0.7]])
_Y = np.array([[0.4, 2.5, 3.1], [-1.0, 0.3, 5.0]])
_P = np.array([[0.2, 0.7, 0.6], [0.9, 0.35, 0.5]])
_T = np.array([[0.0, 1.0, 0.3], [1.0, 0.2, 0.7]])
_ROWS = np.array([[0.2, 0.5, 0.3], [1.0, 0.0, 0.0]])
_V, _W = _vector(0.5, -2.0, 3.0), _vector(1.5, 0.4, -0.7)
_GAIN, _BIAS = _vector(1.5, 0.5, -2.0), _vector(0.1, 0.2, -0.3)
#: softmax of these underflows, and exp overflows.
_EXTREME = np.array([[1000.0, -1000.0, 3.0], [-1000.0, 0.5, 0.0]])
_LABELS = _vector(2, 0)
_SCALE, _ALPHA = 1.0507009873554804934193349852946, 1.6732632423543772848170429916717


def _softmax(np: Any, x: Any) -> Any:
    powers = np.exp(x - x.max(axis=-1, keepdims=True))
    return powers / powers.sum(axis=-1, keepdims=True)


def _log_softmax(np: Any, x: Any) -> Any:
    shifted = x - x.max(axis=-1, keepdims=True)
    return shifted - np.log(np.exp(shifted).sum(axis=-1, keepdims=True))


def _at(np: Any, x: Any, y: Any) -> Any:
    """Return the entry at the label of each row."""
    labels = np.asarray(y).astype(int)
    return x[labels] if x.ndim == 1 else x[np.arange(len(x)), labels]


def _standardized(np: Any, x: Any, axis: int, epsilon: float = 1e-5) -> Any:
    return (x - x.mean(axis, keepdims=True)) / np.sqrt(x.var(axis=axis, keepdims=True) + epsilon)


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
    Call("prelu(X, a)", {"X": _X, "a": 0.3}, lambda np, x, a: np.where(x > 0, x, a * x),
         lambda torch, x, a: _functional(torch).prelu(x, a)),
    Call("selu(X)", {"X": _X}, lambda np, x: _SCALE * np.where(x > 0, x, _ALPHA * (np.exp(x) - 1)),
         lambda torch, x: _functional(torch).selu(x)),
    Call("gelu_tanh(X)", {"X": _X},
         lambda np, x: x * (1 + np.tanh(np.sqrt(2 / np.pi) * (x + 0.044715 * x**3))) / 2,
         lambda torch, x: _functional(torch).gelu(x, approximate="tanh")),
    Call("relu6(X)", {"X": _X * 3}, lambda np, x: np.clip(x, 0, 6), lambda torch, x: _functional(torch).relu6(x)),
    # PyTorch's own hardsigmoid multiplies by 1/6 in single precision.
    Call("hardsigmoid(X)", {"X": _X * 2.1}, lambda np, x: np.clip(x + 3, 0, 6) / 6,
         lambda torch, x: _functional(torch).relu6(x + 3) / 6),
    Call("hardswish(X)", {"X": _X * 2.1}, lambda np, x: x * np.clip(x + 3, 0, 6) / 6,
         lambda torch, x: _functional(torch).hardswish(x)),
    Call("softsign(X)", {"X": _X}, lambda np, x: x / (1 + np.abs(x)), lambda torch, x: _functional(torch).softsign(x)),
    Call("softsign(x)", {"x": 0.0}, lambda np, x: x / (1 + np.abs(x)), lambda torch, x: _functional(torch).softsign(x)),
    Call("tanhshrink(X)", {"X": _X}, lambda np, x: x - np.tanh(x), lambda torch, x: _functional(torch).tanhshrink(x)),
    Call("logsigmoid(X)", {"X": _X}, lambda np, x: -np.logaddexp(0, -x),
         lambda torch, x: _functional(torch).logsigmoid(x)),
    Call("logsigmoid(x)", {"x": -1000.0}, lambda np, x: -np.logaddexp(0, -x),
         lambda torch, x: _functional(torch).logsigmoid(x)),
    Call("softmin(X)", {"X": _X}, lambda np, x: _softmax(np, -x), lambda torch, x: _functional(torch).softmin(x, dim=1)),
    Call("softmin(v)", {"v": _V}, lambda np, x: _softmax(np, -x), lambda torch, x: _functional(torch).softmin(x, dim=0)),
    Call("tan(x)", {"x": 1.1}, lambda np, x: np.tan(x), lambda torch, x: torch.tan(x)),
    Call("sinh(X)", {"X": _X}, lambda np, x: np.sinh(x), lambda torch, x: torch.sinh(x)),
    Call("cosh(X)", {"X": _X}, lambda np, x: np.cosh(x), lambda torch, x: torch.cosh(x)),
    Call("log1p(P)", {"P": _P}, lambda np, x: np.log1p(x), lambda torch, x: torch.log1p(x)),
    Call("expm1(X)", {"X": _X}, lambda np, x: np.expm1(x), lambda torch, x: torch.expm1(x)),
    Call("log2(P)", {"P": _P}, lambda np, x: np.log2(x), lambda torch, x: torch.log2(x)),
    Call("log10(p)", {"p": 5.0}, lambda np, x: np.log10(x), lambda torch, x: torch.log10(x)),
    Call("exp2(X)", {"X": _X}, lambda np, x: np.exp2(x), lambda torch, x: torch.exp2(x)),
    Call("cbrt(X)", {"X": _X}, lambda np, x: np.cbrt(x), lambda torch, x: torch.sign(x) * torch.abs(x) ** (1 / 3)),
    Call("smooth_l1(Y, T, 0.5)", {"Y": _X, "T": _Y}, lambda np, y, t: (_huber(np, y, t, 0.5) / 0.5).mean(),
         lambda torch, y, t: _functional(torch).smooth_l1_loss(y, t, beta=0.5)),
    Call("mae(y, t)", {"y": _V, "t": _W}, lambda np, y, t: np.abs(y - t).mean(),
         lambda torch, y, t: _functional(torch).l1_loss(y, t)),
    Call("hinge(y, t)", {"y": _V, "t": _vector(1, 1, -1)}, lambda np, y, t: np.maximum(0, 1 - t * y).mean(),
         lambda torch, y, t: torch.relu(1 - t * y).mean()),
    Call("cross_entropy_with_logits(A, y)", {"A": _X, "y": _LABELS},
         lambda np, a, y: -_at(np, _log_softmax(np, a), y).mean(),
         lambda torch, a, y: _functional(torch).cross_entropy(a, y.long())),
    Call("cross_entropy_with_logits(A, [2, 0])", {"A": _EXTREME},
         lambda np, a: -_at(np, _log_softmax(np, a), [2, 0]).mean(),
         lambda torch, a: _functional(torch).cross_entropy(a, torch.tensor([2, 0]))),
    Call("cross_entropy_with_logits(A, T)", {"A": _EXTREME, "T": np.array([[0.0, 0.0, 1.0], [1.0, 0.0, 0.0]])},
         lambda np, a, t: -(t * _log_softmax(np, a)).sum() / 2,
         lambda torch, a, t: _functional(torch).cross_entropy(a, t)),
    Call("cross_entropy_with_logits(v, 2)", {"v": _V}, lambda np, a: -_log_softmax(np, a)[2],
         lambda torch, a: _functional(torch).cross_entropy(a, torch.tensor(2))),
    Call("cross_entropy_with_logits(v, y)", {"v": _V, "y": 1.0}, lambda np, a, y: -_at(np, _log_softmax(np, a), y),
         lambda torch, a, y: _functional(torch).cross_entropy(a, y.long())),
    Call("cross_entropy_with_logits(v, t)", {"v": _V, "t": _vector(0.2, 0.5, 0.3)},
         lambda np, a, t: -(t * _log_softmax(np, a)).sum(),
         lambda torch, a, t: _functional(torch).cross_entropy(a, t)),
    Call("cross_entropy_per_row(A, y)", {"A": _X, "y": _LABELS},
         lambda np, a, y: -_at(np, _log_softmax(np, a), y),
         lambda torch, a, y: _functional(torch).cross_entropy(a, y.long(), reduction="none")),
    Call("cross_entropy_per_row(A, T)", {"A": _X, "T": _ROWS}, lambda np, a, t: -(t * _log_softmax(np, a)).sum(axis=1),
         lambda torch, a, t: _functional(torch).cross_entropy(a, t, reduction="none")),
    Call("nll_loss(L, y)", {"L": _X, "y": _LABELS}, lambda np, a, y: -_at(np, a, y).mean(),
         lambda torch, a, y: _functional(torch).nll_loss(a, y.long())),
    Call("nll_loss(v, 1)", {"v": _V}, lambda np, a: -a[1],
         lambda torch, a: _functional(torch).nll_loss(a, torch.tensor(1))),
    Call("kl_div_from_logs(A, P)", {"A": _X, "P": _P}, lambda np, a, p: (p * (np.log(p) - a)).mean(),
         lambda torch, a, p: _functional(torch).kl_div(a, p)),
    Call("kl_div_from_logs_sum(A, P)", {"A": _X, "P": _P}, lambda np, a, p: (p * (np.log(p) - a)).sum(),
         lambda torch, a, p: _functional(torch).kl_div(a, p, reduction="sum")),
    Call("kl_div_from_logs_batchmean(A, P)", {"A": _X, "P": _P}, lambda np, a, p: (p * (np.log(p) - a)).sum() / 2,
         lambda torch, a, p: _functional(torch).kl_div(a, p, reduction="batchmean")),
    Call("cosine_similarity(X, Y)", {"X": _X, "Y": _Y},
         lambda np, x, y: (x * y).sum(axis=1) / np.linalg.norm(x, axis=1) / np.linalg.norm(y, axis=1),
         lambda torch, x, y: _functional(torch).cosine_similarity(x, y)),
    Call("cosine_similarity(v, w)", {"v": _V, "w": _W},
         lambda np, x, y: x @ y / np.linalg.norm(x) / np.linalg.norm(y),
         lambda torch, x, y: _functional(torch).cosine_similarity(x, y, dim=0)),
    Call("normalize(X)", {"X": _X}, lambda np, x: x / np.linalg.norm(x, axis=1, keepdims=True),
         lambda torch, x: _functional(torch).normalize(x)),
    Call("normalize(v)", {"v": _V}, lambda np, x: x / np.linalg.norm(x),
         lambda torch, x: _functional(torch).normalize(x, dim=0)),
    Call("log_softmax(X, 0)", {"X": _X}, lambda np, x: _log_softmax(np, x.T).T,
         lambda torch, x: _functional(torch).log_softmax(x, dim=0)),
    Call("log_softmax(X, -1)", {"X": _EXTREME}, lambda np, x: _log_softmax(np, x),
         lambda torch, x: _functional(torch).log_softmax(x, dim=-1)),
    Call("log_softmax(v)", {"v": _V}, lambda np, x: _log_softmax(np, x),
         lambda torch, x: _functional(torch).log_softmax(x, dim=0)),
    Call("logsumexp(X, axis=-2)", {"X": _EXTREME}, lambda np, x: np.logaddexp.reduce(x, axis=0),
         lambda torch, x: torch.logsumexp(x, dim=0)),
    Call("logsumexp(X, dim=1)", {"X": _EXTREME}, lambda np, x: np.logaddexp.reduce(x, axis=1),
         lambda torch, x: torch.logsumexp(x, dim=1)),
    Call("logsumexp(v, axis=0)", {"v": _V}, lambda np, x: np.log(np.exp(x).sum()),
         lambda torch, x: torch.logsumexp(x, dim=0)),
    Call("norm(X, axis=1)", {"X": _X}, lambda np, x: np.linalg.norm(x, axis=1),
         lambda torch, x: torch.linalg.norm(x, dim=1)),
    Call("norm(v, axis=-1)", {"v": _V}, lambda np, x: np.linalg.norm(x), lambda torch, x: torch.linalg.norm(x)),
    Call("norm(X, ord=1, axis=0)", {"X": _X}, lambda np, x: np.abs(x).sum(axis=0),
         lambda torch, x: torch.linalg.vector_norm(x, 1, dim=0)),
    Call("norm_1(X)", {"X": _X}, lambda np, x: np.abs(x).sum(), lambda torch, x: torch.linalg.vector_norm(x, 1)),
    Call("var(X, axis=0)", {"X": _X}, lambda np, x: np.var(x, axis=0), lambda torch, x: torch.var(x, dim=0, correction=0)),
    Call("var(X, -1)", {"X": _X}, lambda np, x: np.var(x, axis=1, keepdims=True),
         lambda torch, x: torch.var(x, dim=1, correction=0, keepdim=True)),
    Call("var(v, 0)", {"v": _V}, lambda np, x: np.var(x), lambda torch, x: torch.var(x, correction=0)),
    Call("std(X, axis=1)", {"X": _X}, lambda np, x: np.std(x, axis=1), lambda torch, x: torch.std(x, dim=1, correction=0)),
    Call("var_unbiased(X, axis=1)", {"X": _X}, lambda np, x: np.var(x, axis=1, ddof=1), lambda torch, x: torch.var(x, dim=1)),
    Call("std_unbiased(v)", {"v": _V}, lambda np, x: np.std(x, ddof=1), lambda torch, x: torch.std(x)),
    Call("layer_norm(v)", {"v": _V}, lambda np, x: _standardized(np, x, 0),
         lambda torch, x: _functional(torch).layer_norm(x, (3,))),
    Call("layer_norm(X, g, b)", {"X": _X, "g": _GAIN, "b": _BIAS},
         lambda np, x, g, b: _standardized(np, x, 1) * g + b,
         lambda torch, x, g, b: _functional(torch).layer_norm(x, (3,), g, b)),
    Call("layer_norm(v, g, b, 0.01)", {"v": _V, "g": _GAIN, "b": _BIAS},
         lambda np, x, g, b: _standardized(np, x, 0, 0.01) * g + b,
         lambda torch, x, g, b: _functional(torch).layer_norm(x, (3,), g, b, 0.01)),
    Call("batch_norm(X, g, b, 0.01)", {"X": _X, "g": _GAIN, "b": _BIAS},
         lambda np, x, g, b: _standardized(np, x, 0, 0.01) * g + b,
         lambda torch, x, g, b: _functional(torch).batch_norm(x, None, None, g, b, training=True, eps=0.01)),
    Call("rms_norm(v, g, 0.01)", {"v": _V, "g": _GAIN}, lambda np, x, g: x / np.sqrt((x**2).mean() + 0.01) * g,
         lambda torch, x, g: _functional(torch).rms_norm(x, (3,), g, eps=0.01)),
    Call("rms_norm(X, 0.01)", {"X": _X}, lambda np, x: x / np.sqrt((x**2).mean(axis=1, keepdims=True) + 0.01),
         lambda torch, x: _functional(torch).rms_norm(x, (3,), eps=0.01)),
    Call("norm(v, ord=np.inf)", {"v": _V}, lambda np, x: np.linalg.norm(x, np.inf),
         lambda torch, x: torch.linalg.vector_norm(x, float("inf"))),
    Call("norm_inf(v)", {"v": _V}, lambda np, x: np.linalg.norm(x, np.inf),
         lambda torch, x: torch.linalg.vector_norm(x, float("inf"))),
    Call("norm_inf(X, axis=1)", {"X": _X}, lambda np, x: np.linalg.norm(x, np.inf, axis=1),
         lambda torch, x: torch.linalg.vector_norm(x, float("inf"), dim=1)),
    Call("norm_inf(X, 0)", {"X": _X}, lambda np, x: np.linalg.norm(x, np.inf, axis=0, keepdims=True),
         lambda torch, x: torch.linalg.vector_norm(x, float("inf"), dim=0, keepdim=True)),
)  # fmt: skip
