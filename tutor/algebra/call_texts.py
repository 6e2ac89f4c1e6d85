"""Text of calls that are written in another way than `name(x, y)`: with the name of an axis, or with quotes."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from tutor.algebra.einsum import text_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from tutor.algebra.expr import Apply


def _extremum(name: str, tree: Apply, texts: Sequence[str]) -> str:
    # Without its name an axis would be the second of two numbers.
    kept = ", keepdims=True" if len(texts) == 2 else ""
    return f"{name}({texts[0]}, axis={texts[1]}{kept})" if len(texts) > 1 else f"{name}({texts[0]})"


def _reduction(name: str, tree: Apply, texts: Sequence[str]) -> str:
    if len(texts) > 2:
        return f"{name}({texts[0]}, axis={texts[1]})"
    return f"{name}({', '.join(texts)})"


def _along(name: str, tree: Apply, texts: Sequence[str]) -> str:
    return f"{name}({texts[0]}, axis={texts[1]})" if len(texts) > 1 else f"{name}({texts[0]})"


def _masked_softmax(tree: Apply, texts: Sequence[str]) -> str:
    scores, mask, *axis = texts
    along = f", axis={axis[0]}" if axis else ""
    return f"softmax(where({mask}, {scores}, −inf){along})"


#: The text of a call from its parts and their texts, by the operation.
CALL_TEXTS: Mapping[str, Callable[[Apply, Sequence[str]], str]] = {
    "amax": partial(_extremum, "max"),
    "amin": partial(_extremum, "min"),
    "prod": partial(_reduction, "prod"),
    "cumsum": partial(_along, "cumsum"),
    "softmax": partial(_along, "softmax"),
    "masked_softmax": _masked_softmax,
    "matrix_inverse": lambda tree, texts: f"inv({texts[0]})",
    "subscripts": lambda tree, texts: f'"{text_of(tree)}"',
}
