"""Many variants of a graph at once: both passes on arrays whose first axis counts them."""

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
    """Both passes over N members, and for each of them whether all of it is finite, (N,).

    Inputs are floats: a number (N,), a matrix (N, rows, columns), and so is all that is computed; what is the same
    for all members may be there once, without the first axis. `start` and `wrt` are as in `forward_backward`, and `start` may be
    an array of members too. A member without a value does not hold up the others: what stands in its places means
    nothing. Raises `NonFiniteError` where the graph's constants leave no value for any.
    """
    watch = _FiniteMask(len(next(iter(inputs.values()))))
    passes = backward(graph, forward_interpreted(graph, inputs, watch), start, wrt, watch)
    return passes, watch.is_finite


class _FiniteMask:
    """Notes which members are finite, and lets all values pass."""

    def __init__(self, num_members: int) -> None:
        import numpy as np

        self.is_finite = np.ones(num_members, dtype=bool)

    def __call__(self, value: Value) -> bool:
        import numpy as np

        finite = np.isfinite(value)
        if finite.shape == self.is_finite.shape:
            self.is_finite &= finite
            return True
        shared = finite.ndim in (0, 2)
        self.is_finite &= finite.all() if shared else finite.reshape(len(self.is_finite), -1).all(axis=1)
        return True
