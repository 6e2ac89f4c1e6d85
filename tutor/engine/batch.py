"""Batched passes: many sets of inputs at once, in arrays whose first axis counts them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tutor.engine.passes import Passes, backward, forward_interpreted

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    import numpy as np

    from tutor.algebra.ops import Value
    from tutor.engine.graph import Graph


def forward_backward_batch(
    graph: Graph, inputs: Mapping[str, Value], start: Value = 1.0, wrt: Collection[str] | None = None
) -> tuple[Passes, np.ndarray[Any, Any]]:
    """Return both passes over N members and, for each member, whether all its values are finite, (N,).

    Inputs are floats: a number has the shape (N,), a matrix (N, rows, columns), and so do the results. A value that is
    the same for all members may lack the first axis. `start` and `wrt` are as in `forward_backward`; `start` may also
    be an array of members. A member that is not finite does not disturb the others, and its values mean nothing.
    Raises `NonFiniteError` if the graph's constants leave no value for any member.
    """
    finite_mask = _FiniteMask(len(next(iter(inputs.values()))))
    passes = backward(graph, forward_interpreted(graph, inputs, finite_mask), start, wrt, finite_mask)
    return passes, finite_mask.is_finite


class _FiniteMask:
    """Record which members are finite, and accept all values."""

    def __init__(self, num_members: int) -> None:
        import numpy as np

        self._isfinite = np.isfinite
        self.is_finite = np.ones(num_members, dtype=bool)

    def __call__(self, value: Value) -> bool:
        finite = self._isfinite(value)
        if finite.shape == self.is_finite.shape:
            self.is_finite &= finite
            return True
        is_shared = finite.ndim in (0, 2)
        self.is_finite &= finite.all() if is_shared else finite.reshape(len(self.is_finite), -1).all(axis=1)
        return True
