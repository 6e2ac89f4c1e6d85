"""The table of operations: one declaration each. Everything else about an edge is derived from it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tutor.engine.operations import arithmetic, elementwise, linalg, losses, piecewise, reductions

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tutor.engine.operation import Operation

#: Every operation by its id. The word that node ids are counted with is its `label`.
OPERATIONS: Mapping[str, Operation] = {
    operation.id: operation
    for table in (arithmetic.TABLE, elementwise.TABLE, piecewise.TABLE, linalg.TABLE, reductions.TABLE, losses.TABLE)
    for operation in table
}
