"""The table of operations: one declaration each. Everything else about an edge is derived from it."""

from __future__ import annotations

from collections.abc import Mapping

from tutor.engine.operation import Operation
from tutor.engine.operations import arithmetic, functions, kinks, losses, matrices, totals

#: Every operation by its id. The word that node ids are counted with is its `called`.
OPERATIONS: Mapping[str, Operation] = {
    operation.id: operation
    for table in (arithmetic.TABLE, functions.TABLE, kinks.TABLE, matrices.TABLE, totals.TABLE, losses.TABLE)
    for operation in table
}
