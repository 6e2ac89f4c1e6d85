"""Formulas of functions of arrays, each with the same in NumPy and in PyTorch."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable

Axes = tuple[int, ...]
_MASK = np.array([[1, 0, 1], [0, 1, 1]])


@dataclass(frozen=True)
class ArrayCase:
    """A formula, the axes of its inputs in the order of the formula, and the function of arrays it is.

    `torch` takes the module itself first.
    """

    text: str
    axes: tuple[Axes, ...]
    numpy: Callable[..., Any]
    torch: Callable[..., Any]


def _softmax(x: Any, axis: int) -> Any:
    powers = np.exp(x - x.max(axis=axis, keepdims=True))
    return powers / powers.sum(axis=axis, keepdims=True)


def _masked(x: Any, mask: Any, axis: int = -1) -> Any:
    return _softmax(np.where(mask, x, -np.inf), axis)


def _convolution(x: Any, k: Any) -> Any:
    return np.einsum("ijkl,kl->ij", np.lib.stride_tricks.sliding_window_view(x, k.shape), k)


def _einsum(subscripts: str, *axes: Axes) -> ArrayCase:
    names = ("A", "B")[: len(axes)]
    return ArrayCase(
        f'Z = einsum("{subscripts}", {", ".join(names)})',
        axes,
        lambda *arrays: np.einsum(subscripts, *arrays),
        lambda torch, *tensors: torch.einsum(subscripts, *tensors),
    )


def _extremum(name: str, call: str, axes: Axes, **keywords: Any) -> ArrayCase:
    reduce = getattr(np, f"a{name}")
    axis = {"dim": keywords["axis"]} if "axis" in keywords else {}
    kept = {"keepdim": True} if keywords.get("keepdims") else {}
    return ArrayCase(
        f"Z = {call}",
        (axes,),
        lambda x: reduce(x, **keywords),
        lambda torch, x: getattr(torch, f"a{name}")(x, **axis, **kept),
    )


_ROWS, _SQUARE, _VECTOR = (2, 3), (3, 3), (4,)
CASES = [
    *(
        _extremum(name, call.format(name), axes, **keywords)
        for name in ("max", "min")
        for call, axes, keywords in (
            ("{}(X)", _ROWS, {}),
            ("{}(x)", _VECTOR, {}),
            ("{}(X, axis=0)", _ROWS, {"axis": 0}),
            ("{}(X, axis=1)", _ROWS, {"axis": 1}),
            ("X.{}(-1)", _ROWS, {"axis": -1}),
            ("{}(X, axis=0, keepdims=True)", _ROWS, {"axis": 0, "keepdims": True}),
            ("{}(X, dim=1, keepdim=True)", _ROWS, {"axis": 1, "keepdims": True}),
            ("{}(x, axis=0)", _VECTOR, {"axis": 0}),
        )
    ),
    ArrayCase("z = prod(X)", (_ROWS,), np.prod, lambda torch, x: torch.prod(x)),
    ArrayCase("z = prod(x)", (_VECTOR,), np.prod, lambda torch, x: torch.prod(x)),
    ArrayCase("z = np.prod(X, axis=0)", (_ROWS,), lambda x: x.prod(0), lambda torch, x: torch.prod(x, 0)),
    ArrayCase("z = X.prod(1)", (_ROWS,), lambda x: x.prod(1), lambda torch, x: torch.prod(x, 1)),
    ArrayCase("Z = prod(X, 1)", (_ROWS,), lambda x: x.prod(1, keepdims=True), lambda torch, x: torch.prod(x, 1, True)),
    ArrayCase("z = cumsum(X)", (_ROWS,), np.cumsum, lambda torch, x: torch.cumsum(x.flatten(), 0)),
    ArrayCase("z = cumsum(x)", (_VECTOR,), np.cumsum, lambda torch, x: torch.cumsum(x, 0)),
    ArrayCase("z = x.cumsum(0)", (_VECTOR,), np.cumsum, lambda torch, x: torch.cumsum(x, 0)),
    ArrayCase("Z = cumsum(X, axis=0)", (_ROWS,), lambda x: np.cumsum(x, 0), lambda torch, x: torch.cumsum(x, 0)),
    ArrayCase("Z = cumsum(X, dim=1)", (_ROWS,), lambda x: np.cumsum(x, 1), lambda torch, x: torch.cumsum(x, 1)),
    ArrayCase("z = trace(X)", (_SQUARE,), np.trace, lambda torch, x: torch.trace(x)),
    ArrayCase("z = det(X)", (_SQUARE,), np.linalg.det, lambda torch, x: torch.linalg.det(x)),
    ArrayCase("z = det(X)", ((2, 2),), np.linalg.det, lambda torch, x: torch.linalg.det(x)),
    ArrayCase("z = np.linalg.det(X)", ((5, 5),), np.linalg.det, lambda torch, x: torch.linalg.det(x)),
    ArrayCase("Z = inv(X)", (_SQUARE,), np.linalg.inv, lambda torch, x: torch.linalg.inv(x)),
    ArrayCase("Z = torch.linalg.inv(X)", ((2, 2),), np.linalg.inv, lambda torch, x: torch.linalg.inv(x)),
    ArrayCase(
        "Z = conv2d(X, K)",
        ((4, 3), (2, 2)),
        _convolution,
        lambda torch, x, k: torch.nn.functional.conv2d(x[None, None], k[None, None])[0, 0],
    ),
    ArrayCase(
        "Z = F.conv2d(X, K)",
        (_SQUARE, (3, 1)),
        _convolution,
        lambda torch, x, k: torch.nn.functional.conv2d(x[None, None], k[None, None])[0, 0],
    ),
    ArrayCase("z = X.flatten()", (_ROWS,), np.ravel, lambda torch, x: x.flatten()),
    _einsum("ij,jk->ik", _ROWS, _SQUARE),
    _einsum("ij,kj->ki", _ROWS, _SQUARE),
    _einsum("ij,ij->", _ROWS, _ROWS),
    _einsum("ij,ij->i", _ROWS, _ROWS),
    _einsum("ij,ik->jk", _ROWS, _ROWS),
    _einsum("ij,kl->il", _ROWS, _ROWS),
    _einsum("ij->i", _ROWS),
    _einsum("ij->", _ROWS),
    _einsum("ij->ji", _ROWS),
    _einsum("ba", _ROWS),
    _einsum("ii", _SQUARE),
    _einsum("ii->i", _SQUARE),
    _einsum("ii,ij->j", _SQUARE, _SQUARE),
    _einsum("ii,k->k", _SQUARE, _VECTOR),
    _einsum("i,j->ij", _VECTOR, (3,)),
    _einsum("i,i", _VECTOR, _VECTOR),
    _einsum("i,j->", _VECTOR, (3,)),
    _einsum("i,ij->j", (2,), _ROWS),
    _einsum("ij,j->ij", _ROWS, (3,)),
    _einsum("i->", _VECTOR),
    _einsum(",ij->ij", (), _ROWS),
    _einsum("ij,->j", _ROWS, ()),
    ArrayCase("Z = softmax(X, axis=0)", (_ROWS,), lambda x: _softmax(x, 0), lambda torch, x: torch.softmax(x, 0)),
    ArrayCase("Z = F.softmax(X, dim=-1)", (_ROWS,), lambda x: _softmax(x, 1), lambda torch, x: torch.softmax(x, 1)),
    ArrayCase("z = softmax(x, axis=0)", (_VECTOR,), lambda x: _softmax(x, 0), lambda torch, x: torch.softmax(x, 0)),
    ArrayCase(
        "P = softmax(where([[1, 0, 1], [0, 1, 1]], X, -inf))",
        (_ROWS,),
        lambda x: _masked(x, _MASK),
        lambda torch, x: torch.softmax(x.masked_fill(torch.tensor(_MASK) == 0, -torch.inf), 1),
    ),
    ArrayCase(
        "P = softmax(X.masked_fill([[1, 0, 1], [0, 1, 1]] == 0, float('-inf')), dim=0)",
        (_ROWS,),
        lambda x: _masked(x, _MASK, 0),
        lambda torch, x: torch.softmax(x.masked_fill(torch.tensor(_MASK) == 0, -torch.inf), 0),
    ),
    ArrayCase(
        "P = softmax(X + where(X > 0, 0, -np.inf))",
        (_ROWS,),
        lambda x: _masked(x, x > 0),
        lambda torch, x: torch.softmax(x.masked_fill(x <= 0, -torch.inf), 1),
    ),
    ArrayCase(
        "p = softmax(where([1, 0, 1, 1], x, -torch.inf))",
        (_VECTOR,),
        lambda x: _masked(x, np.array([1, 0, 1, 1])),
        lambda torch, x: torch.softmax(x.masked_fill(torch.tensor([1, 0, 1, 1]) == 0, -torch.inf), 0),
    ),
]
