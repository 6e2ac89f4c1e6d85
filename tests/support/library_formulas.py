"""Formulas as users of NumPy and PyTorch write them. Python runs the same text, so each library is its own judge."""

from __future__ import annotations

import re
from typing import Any

import numpy as np

from tutor.algebra import ops

#: A name in a formula that is no attribute and no keyword.
WORD = re.compile(r"(?<![.\w])[A-Za-z_]\w*(?!\w*=)")

#: Values of the names in the formulas.
VALUES = {
    "x": np.array([0.5, -1.5, 2.0]),
    "y": np.array([1.0, 0.25, -0.5]),
    "X": np.array([[0.5, -2.0, 3.0], [1.5, 4.0, -0.75]]),
    "W": np.array([[1.0, -0.5], [0.25, 2.0], [-1.0, 0.75]]),
    "S": np.array([[2.0, 0.5], [-1.0, 3.0]]),
    "ids": np.array([2, 0, 2]),
    "labels": np.array([2, 0]),
    "a": np.array(1.25),
    "b": np.array(-0.5),
}
#: Formulas of the operators that NumPy and PyTorch share.
_SHARED = (
    "X @ W", "X @ x", "x @ y", "x @ W", "W.T @ X.T", "X[0]", "X[0, 1]", "X[:, 0]", "X[-1]", "X[:, 1:]", "x[1:]", "x[-1]",
    "x[0] * y[1] + a", "W[ids]", "x[ids]", "X[[0, 1], [2, 0]]", "X[range(2), labels]", "X[:, ids]", "X + x", "X * x[None, :]",
    "x[:, None] * y[None, :]", "X.sum()", "X.sum(0)", "X.sum(1)", "X.sum(axis=-1)", "x.sum()", "X.mean()", "X.mean(0)", "x.mean()",
    "X / X.sum(0)", "S / S.sum(1)", "X * (X > 0)", "(x >= y) * x", "(labels == 2) * a", "X ** 2", "-x ** 2", "a ** 2 * b", "abs(x)",
    "X.reshape(3, 2)", "X.reshape(-1)", "X.reshape((3, 2))", "X.reshape(-1, 2)", "x.reshape(3, 1)", "X.T", "X.T.reshape(-1)",
    "X.sum(0)[1]", "(X @ W)[0]", "(X @ W)[:, 0].sum()", "a * x + b", "x / len(x)", "X.sum() / X.shape[0]", "X / X.shape[1]",
    "x.prod()", "X.max()", "x.min()", "X.cumsum(1)", "x.cumsum(0)",
)  # fmt: skip
NUMPY_FORMULAS = (
    *_SHARED,
    *(
        "np.dot(x, y)", "np.outer(x, y)", "np.exp(X)", "np.sum(X, axis=0)", "np.sum(X, axis=1, keepdims=True)", "np.sum(X, 1)",
        "X - X.mean(axis=1, keepdims=True)", "np.mean(X, axis=0)", "np.concatenate([x, y])", "np.concatenate((X, W.T), axis=0)",
        "np.concatenate([X, W.T], axis=1)", "np.stack([x, y])", "np.stack([x, y], axis=1)", "np.where(X > 0, X, 0)", "np.maximum(x, y)",
        "np.where(x > y, x, y)", "np.clip(X, -1, 1)", "np.square(x)", "np.transpose(X)", "X.dot(W)", "np.log(np.exp(X).sum(axis=1))",
        "np.array([a * b, a + b])", "np.array([[a, b], [b, 2.0]])", "np.matmul(X, W)", "np.multiply(x, y)", "np.power(x, 2)",
        "np.max(X, axis=1)", "X.max(axis=0)", "X.min(axis=1, keepdims=True)", "np.var(x)", "X.var(axis=0)", "X.std(axis=1)",
        "np.linalg.norm(x)", "np.linalg.norm(X, axis=1)", "X.flatten()", "X.ravel()", "np.arange(3) * x", "X[np.arange(2), labels]",
        "np.sum(X * (X > 1)) / X.size", "np.tanh(x) * np.pi", "np.prod(x)", "np.trace(S)", "np.linalg.det(S)", "np.linalg.inv(S)",
        "np.cumsum(x)", "np.sqrt(np.sum(x**2))", "x[np.newaxis, :] * X",
    ),
)  # fmt: skip
TORCH_FORMULAS = (
    *_SHARED,
    *(
        "torch.exp(X)", "torch.matmul(X, W)", "torch.mm(X, W)", "x.dot(y)", "torch.outer(x, y)", "X.t()", "X.transpose(0, 1)", "X.view(-1)",
        "X.view(3, 2)", "torch.sum(X, dim=1)", "X.sum(dim=1, keepdim=True)", "X.mean(dim=0)", "torch.cat((x, y))", "torch.cat([X, W.T], dim=1)",
        "torch.stack([x, y])", "torch.stack((x, y), dim=1)", "torch.where(X > 0, X, 0.0)", "torch.relu(X)", "F.relu(x)", "X.relu()",
        "x.pow(2)", "x.tanh()", "torch.sigmoid(X)", "X.sigmoid()", "torch.softmax(X, dim=1)", "F.softmax(X, dim=0)", "F.softmax(x, dim=0)",
        "F.log_softmax(X, dim=1)", "torch.logsumexp(X, dim=1)", "F.cross_entropy(X, labels)", "nn.CrossEntropyLoss()(X, labels)",
        "F.nll_loss(F.log_softmax(X, dim=1), labels)", "F.mse_loss(x, y)", "nn.MSELoss()(X, W.T)", "F.l1_loss(x, y)", "F.huber_loss(x, y)",
        "F.smooth_l1_loss(x, y, beta=0.5)", "F.gelu(X)", "F.gelu(X, approximate='tanh')", "F.silu(X)", "F.elu(x)", "F.elu(x, alpha=0.5)",
        "F.leaky_relu(X)", "F.leaky_relu(X, negative_slope=0.2)", "torch.clamp(X, -1, 1)", "torch.clamp(X, min=0)", "X.clamp(max=1)",
        "F.layer_norm(X, (3,))", "F.softplus(x)", "torch.var(x)", "X.var(dim=0, unbiased=False)", "torch.std(x)", "torch.norm(x)", "x.norm()",
        "x.unsqueeze(1) * y.unsqueeze(0)", "X[0].unsqueeze(0).squeeze(0)", "X.flatten()", "torch.arange(3) * x", "X[torch.arange(2), labels]",
        "F.linear(X, W.T)", "F.linear(x, X, labels * a)", "nn.ReLU()(X)", "nn.Softmax(dim=1)(X)", "X.amax(dim=1)", "torch.maximum(x, y)",
        "F.binary_cross_entropy_with_logits(x, torch.sigmoid(y))", "F.kl_div(F.log_softmax(X, dim=1), F.softmax(W.T, dim=1))",
        "F.kl_div(F.log_softmax(X, dim=1), F.softmax(W.T, dim=1), reduction='batchmean')", "F.cross_entropy(X, labels, reduction='sum')",
        "F.cosine_similarity(X, W.T)", "F.normalize(X)", "x.exp().log()", "torch.square(x)", "torch.rsqrt(x * x)", "x.masked_fill(x > 0, 0.0)",
        "torch.trace(S)", "torch.det(S)", "torch.inverse(S)", "torch.cumsum(x, dim=0)", "torch.prod(x)",
        "torch.einsum('ij,jk->ik', X, W)", "torch.einsum('i,i->', x, y)",
    ),
)  # fmt: skip


def as_value(value: Any) -> Any:
    """Return an array as the floats of an input; a vector is a row that is marked as one."""
    if value.ndim == 0:
        return float(value)
    rows = value[None, :] if value.ndim == 1 else value
    return ops.as_vector(rows.astype(float)) if value.ndim == 1 else rows.astype(float)
