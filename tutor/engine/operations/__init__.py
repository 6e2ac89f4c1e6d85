"""The table of operations, from which graphs, grading, hints, cards and drawings derive what they know."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tutor.engine.operations import arithmetic, elementwise, linalg, losses, piecewise, reductions

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tutor.engine.operation import Operation

_registry: dict[str, Operation] = {
    operation.id: operation
    for table in (arithmetic.TABLE, elementwise.TABLE, piecewise.TABLE, linalg.TABLE, reductions.TABLE, losses.TABLE)
    for operation in table
}
#: Every operation by its id; a view that shows what is registered later.
OPERATIONS: Mapping[str, Operation] = _registry


def register(operation: Operation) -> None:
    """Add an operation. Raises `ValueError` if its id is taken."""
    if operation.id in _registry:
        raise ValueError(operation.id)
    _registry[operation.id] = operation


def unregister(operation: Operation) -> None:
    """Remove an operation. Raises `KeyError` if it is not registered."""
    del _registry[operation.id]
