"""Names with a meaning: functions, constants, and the ids of unnamed nodes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tutor.algebra import functions

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tutor.algebra.functions import Function

#: Functions of arrays: the operation, and the least and the greatest number of operands.
_ARRAY_NAMES = {
    "amax": ("amax", 1, 2),
    "amin": ("amin", 1, 2),
    "prod": ("prod", 1, 2),
    "prod_others": ("prod_others", 1, 2),
    "cumsum": ("cumsum", 1, 2),
    "trace": ("trace", 1, 1),
    "det": ("det", 1, 1),
    "inv": ("matrix_inverse", 1, 1),
    "cofactors": ("cofactors", 1, 1),
    "eye": ("eye", 1, 1),
    "conv2d": ("conv2d", 2, 2),
    "convolve2d": ("convolve2d", 2, 2),
    "einsum": ("einsum", 2, 3),
}
_MATRIX_FUNCTIONS = {
    "sum": ("sum", 1, 2),
    "mean": ("mean", 1, 2),
    "softmax": ("softmax", 1, 1),
    "cross_entropy": ("cross_entropy", 2, 2),
    "mse": ("mse", 2, 2),
    "ones": ("ones", 2, 2),
    "outer": ("outer", 2, 2),
    "dot": ("matmul", 2, 2),
    "range": ("range", 1, 3),
    "arange": ("range", 1, 3),
    "concat": ("concat", 1, 100),
    "stack": ("stack", 1, 100),
    "reshape": ("reshape", 2, 3),
    **_ARRAY_NAMES,
}


def _typed_names(function: Function) -> dict[str, tuple[str, int, int]]:
    names = () if function.is_operator else (function.id, *function.aliases)
    return dict.fromkeys(names, (function.id, function.arity, function.arity))


#: Functions by the names that may be typed: the operation, and the least and the greatest number of operands.
FUNCTIONS = functions.table(_typed_names, _MATRIX_FUNCTIONS)
#: Functions whose names a graph may use for something else.
REDEFINABLE: Mapping[str, str] = functions.table(
    lambda function: {function.id: function.id} if function.is_redefinable else {},
    {name: name for name in ("outer", "dot", "range", "arange", "concat", "stack", "reshape", *_ARRAY_NAMES)},
)
#: The id of an unnamed node is one of these words and a number.
_NODE_WORDS = functions.table(
    lambda function: {} if function.is_redefinable else {function.id: function.id},
    dict.fromkeys(
        ("q", "inv", "matmul", "transpose", "sum", "mean", "softmax", "broadcast", "cross_entropy", "mse"), ""
    ),
)
CONSTANTS = ("e", "pi", "π")


def is_reserved(name: str) -> bool:
    """Return whether inputs and nodes must not have this name: it has a meaning, or is the id of an unnamed node."""
    return is_built_in(name) or name in ("up", "start") or _is_generated(name)


def is_built_in(name: str) -> bool:
    """Return whether a name means a constant or a function that a graph cannot redefine."""
    return name in CONSTANTS or (name in FUNCTIONS and name not in REDEFINABLE)


def _is_generated(name: str) -> bool:
    word = name.rstrip("0123456789")
    # The word itself may end in digits.
    return any(name[:end] in _NODE_WORDS for end in range(len(word), len(name)))
