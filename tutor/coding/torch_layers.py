"""The forward pass of each built-in layer in PyTorch: the lines of its method, in which parameters are attributes."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

#: By the id of the layer.
TORCH_FORWARD: Mapping[str, tuple[str, ...]] = {
    "sigmoid": ("self.output = 1 / (1 + torch.exp(-x))", "return output"),
    "relu": ("return torch.clamp(x, min=0)",),
    "affine": ("return X @ self.W + self.b",),
    "softmax-loss": ("P = torch.softmax(A, dim=1)", "return -(T * torch.log(P)).sum() / len(A)"),
    "mean-squared-error": ("return ((Y - T) ** 2).mean()",),
    "batch-norm": (
        "m = X.mean(dim=0)",
        "v = ((X - m) ** 2).mean(dim=0)",
        "H = (X - m) / torch.sqrt(v + 1e-5)",
        "return self.gamma * H + self.beta",
    ),
    "layer-norm": (
        "m = X.mean(dim=1, keepdim=True)",
        "v = ((X - m) ** 2).mean(dim=1, keepdim=True)",
        "H = (X - m) / torch.sqrt(v + 1e-5)",
        "return self.gamma * H + self.beta",
    ),
    "rms-norm": (
        "s = torch.sqrt((X ** 2).mean(dim=1, keepdim=True) + 1e-5)",
        "return self.gamma * (X / s)",
    ),
    "embedding": ("return self.W[ids]",),
    "dropout": ("return X * mask / 0.5",),
    "convolution": (
        "a, b = self.K.shape",
        "rows, columns = X.shape[0] - a + 1, X.shape[1] - b + 1",
        "patches = torch.stack([X[i:i + a, j:j + b].ravel() for i in range(rows) for j in range(columns)])",
        "return (patches @ self.K.ravel()).reshape(rows, columns)",
    ),
    "attention": (
        "S = Q @ K.T / Q.shape[1] ** 0.5",
        "P = torch.softmax(S, dim=1)",
        "return P @ V",
    ),
}
