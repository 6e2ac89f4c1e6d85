"""The arithmetic of a learner at operations that pick, join and rearrange entries, in NumPy alone.

Only the parameters of a node, such as its index, are read from it. A vector is a row, as everywhere in the simulation.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from tutor.algebra import ops
from tutor.algebra.array_functions import BoundFunction

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from tutor.engine.graph import Node

#: A NumPy scalar or matrix.
Array = Any

COMPARISONS: Mapping[str, Callable[[Array, Array], Array]] = {
    "gt": np.greater,
    "ge": np.greater_equal,
    "lt": np.less,
    "le": np.less_equal,
    "eq": np.equal,
    "ne": np.not_equal,
}
OPS = ("index", "concat", "stack", "grid", "reshape", "einsum")


def parameters(node: Node) -> Any:
    """Return the index, the axis or the sizes of a node."""
    function = node.operation.forward
    assert isinstance(function, BoundFunction)
    return function.parameters


def _is_vector(node: Node, slot: int | None = None) -> bool:
    function = node.operation.forward
    assert isinstance(function, BoundFunction)
    return ops.is_vector_shape(node.shape if slot is None else function.operand_shapes[slot])


def forward(node: Node, operands: Sequence[Array]) -> Array:
    """Return the output of a node."""
    flat = [np.ravel(each) if np.ndim(each) and _is_vector(node, slot) else each for slot, each in enumerate(operands)]
    if node.op == "index":
        found = flat[0][_key(node, flat[1:])]
    elif node.op == "concat":
        found = np.concatenate(flat, axis=parameters(node))
    elif node.op == "stack":
        found = np.stack(flat, axis=parameters(node))
    elif node.op == "grid":
        rows, columns = parameters(node)
        found = np.reshape(flat, (rows, columns) if rows else (columns,))
    elif node.op == "einsum":
        found = np.einsum(str(parameters(node)), *flat)
    else:
        found = np.reshape(flat[0], parameters(node))
    return np.reshape(found, (1, -1)) if np.ndim(found) == 1 else found


def pull(node: Node, g: Array, operands: Sequence[Array], slot: int) -> Array:
    """Return what comes back to an operand: the entries of the upstream at the places that are made from it."""
    if node.op == "index":
        return at_places(node, g, operands, lambda before, new: before + new)
    if node.op == "einsum":
        return _swap_subscripts(node, g, operands, slot)
    numbered, begin = [], 1
    for each in operands:
        numbered.append(np.reshape(np.arange(begin, begin + np.size(each)), np.shape(each)))
        begin += np.size(each)
    places = forward(node, numbered)
    own = [np.ravel(g)[np.flatnonzero(places == number)].sum() for number in np.ravel(numbered[slot])]
    return np.reshape(own, np.shape(operands[slot])).astype(np.asarray(g).dtype)[()]


def _swap_subscripts(node: Node, g: Array, operands: Sequence[Array], slot: int) -> Array:
    """Return the product of the upstream and the other operands, with the operand's own subscripts as the result's.

    A subscript that only this operand has was summed, so its upstream is copied along it.
    """
    parts, result = parameters(node).operands, parameters(node).result
    flat = [np.ravel(each) if np.ndim(each) and _is_vector(node, n) else each for n, each in enumerate(operands)]
    terms = [(result, np.ravel(g) if len(result) == 1 else g)]
    terms += [(part, flat[n]) for n, part in enumerate(parts) if n != slot]
    used = {letter for letters, _value in terms for letter in letters}
    lost = [(letter, n) for n, letter in enumerate(parts[slot]) if letter not in used]
    terms += [(letter, np.ones(np.shape(flat[slot])[n])) for letter, n in lost]
    swapped = f"{','.join(letters for letters, _value in terms)}->{parts[slot]}"
    return np.reshape(np.einsum(swapped, *(value for _letters, value in terms)), np.shape(operands[slot]))


def places_of(node: Node, operands: Sequence[Array]) -> list[int]:
    """Return the position of each entry that an index picks, row by row."""
    numbered = np.reshape(np.arange(np.size(operands[0])), np.shape(operands[0]))
    return [int(place) for place in np.ravel(forward(node, [numbered, *operands[1:]]))]


def at_places(node: Node, g: Array, operands: Sequence[Array], put: Callable[[Array, Array], Array]) -> Array:
    """Return zeros with the entries of `g` put to where an index picked them; `put` is told what is there already."""
    found = np.zeros(np.size(operands[0]), dtype=np.asarray(g).dtype)
    for place, entry in zip(places_of(node, operands), np.ravel(g), strict=True):
        found[place] = put(found[place], entry)
    return found.reshape(np.shape(operands[0]))


def _key(node: Node, indexes: Sequence[Array]) -> tuple[Any, ...]:
    remaining = iter(indexes)
    return tuple(
        np.asarray(next(remaining)).astype(int) if part is None else list(part) if isinstance(part, tuple) else part
        for part in parameters(node).parts
    )
