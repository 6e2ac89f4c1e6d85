"""Extrema, products, determinants, convolutions and einsum in NumPy and PyTorch.

The templates are those of `Dialect.calls`: a number behind a point is the number of arguments. An axis with nothing
behind it is kept, one with a 0 behind it dropped.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from tutor.algebra.einsum import text_of
from tutor.algebra.expr import Apply
from tutor.engine.codegen.python_printer import ATOM, CodeFragment, parenthesize

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from tutor.engine.codegen.python_printer import Writer


def _reductions(names: Mapping[str, str], axis: str, keep: str) -> dict[str, str]:
    """Return the templates of reductions that are methods of arrays."""
    return {
        key: template
        for op, name in names.items()
        for key, template in (
            (op, f"{{0}}.{name}()"),
            (f"{op}.2", f"{{0}}.{name}({axis}={{1}}, {keep}=True)"),
            (f"{op}.3", f"{{0}}.{name}({axis}={{1}})"),
        )
    }


NUMPY_MATRIX_CALLS: dict[str, str] = {
    **_reductions({"amax": "max", "amin": "min", "prod": "prod"}, "axis", "keepdims"),
    "prod_others": "prod_others({0})",
    "prod_others.2": "prod_others({0}, axis={1})",
    "cumsum": "np.cumsum({0})",
    "cumsum.2": "np.cumsum({0}, axis={1})",
    "trace": "np.trace({0})",
    "eye": "np.eye({0})",
    "det": "np.linalg.det({0})",
    "cofactors": "cofactors({0})",
    "matrix_inverse": "np.linalg.inv({0})",
    "conv2d": "conv2d({0}, {1})",
    "convolve2d": "convolve2d({0}, {1})",
    "masked_softmax": "masked_softmax({0}, {1})",
    "masked_softmax.3": "masked_softmax({0}, {1}, axis={2})",
}
TORCH_MATRIX_CALLS: dict[str, str] = {
    **_reductions({"amax": "amax", "amin": "amin", "prod": "prod"}, "dim", "keepdim"),
    "cumsum": "torch.cumsum({0}.flatten(), dim=0)",
    "cumsum.2": "torch.cumsum({0}, dim={1})",
    "trace": "torch.trace({0})",
    "eye": "torch.eye({0}, dtype=torch.float64)",
    "det": "torch.linalg.det({0})",
    "matrix_inverse": "torch.linalg.inv({0})",
    "conv2d": "F.conv2d({0}[None, None], {1}[None, None])[0, 0]",
    "softmax.2": "torch.softmax({0}, dim={1})",
}
#: Definitions of functions that NumPy lacks.
NUMPY_MATRIX_HELPERS: Mapping[str, tuple[str, ...]] = {
    "prod_others": (
        "def prod_others(x, axis=None):",
        "    if axis is None:",
        "        return prod_others(x.reshape(1, -1), axis=1).reshape(x.shape)",
        "    rows = np.moveaxis(x, axis, -1)",
        "    others = [np.delete(rows, i, axis=-1).prod(axis=-1) for i in range(rows.shape[-1])]",
        "    return np.moveaxis(np.stack(others, axis=-1), -1, axis)",
    ),
    "cofactors": (
        "def cofactors(x):",
        "    result = np.empty(x.shape)",
        "    for i, j in np.ndindex(*x.shape):",
        "        minor = np.delete(np.delete(x, i, axis=0), j, axis=1)",
        "        result[i, j] = (-1)**(i + j) * np.linalg.det(minor)",
        "    return result",
    ),
    "conv2d": (
        "def conv2d(image, kernel):",
        "    windows = np.lib.stride_tricks.sliding_window_view(image, kernel.shape)",
        '    return np.einsum("ijkl,kl->ij", windows, kernel)',
    ),
    "convolve2d": (
        "def convolve2d(image, kernel):",
        "    rows, columns = kernel.shape",
        "    padded = np.pad(image, ((rows - 1, rows - 1), (columns - 1, columns - 1)))",
        "    windows = np.lib.stride_tricks.sliding_window_view(padded, kernel.shape)",
        '    return np.einsum("ijkl,kl->ij", windows, kernel[::-1, ::-1])',
    ),
    "masked_softmax": (
        "def masked_softmax(x, mask, axis=-1):",
        "    scores = np.where(mask, x, -np.inf)",
        "    grown = np.exp(scores - scores.max(axis=axis, keepdims=True))",
        "    return grown / grown.sum(axis=axis, keepdims=True)",
    ),
}


def _einsum(library: str) -> Writer:
    def write(part: Apply, args: Sequence[CodeFragment]) -> CodeFragment:
        subscripts = part.args[0]
        text = text_of(subscripts) if isinstance(subscripts, Apply) else ""
        return f'{library}.einsum("{text}", {", ".join(code for code, _strength in args[1:])})', ATOM

    return write


def _numpy_softmax(part: Apply, args: Sequence[CodeFragment]) -> CodeFragment:
    """Write softmax, which goes along the rows in programs."""
    if len(args) > 1 and args[1][0] == "0":
        return f"softmax({parenthesize(args[0], ATOM)}.T).T", ATOM
    return f"softmax({args[0][0]})", ATOM


def _torch_masked_softmax(part: Apply, args: Sequence[CodeFragment]) -> CodeFragment:
    axis = args[2][0] if len(args) > 2 else "-1"
    masked = f"{parenthesize(args[0], ATOM)}.masked_fill({parenthesize(args[1], ATOM)} == 0, -torch.inf)"
    return f"torch.softmax({masked}, dim={axis})", ATOM


NUMPY_MATRIX_WRITERS: Mapping[str, Writer] = {"einsum": _einsum("np"), "softmax": _numpy_softmax}
TORCH_MATRIX_WRITERS: Mapping[str, Writer] = {
    "einsum": _einsum("torch"),
    "masked_softmax": _torch_masked_softmax,
}
