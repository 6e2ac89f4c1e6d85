"""The record of a layer that is built in."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Mapping

#: What the entries of an array are: any numbers, positive ones, zeros and ones, one 1 in each row, whole indexes.
Kind = Literal["real", "mask", "one-hot", "index"]


@dataclass(frozen=True)
class FaultyClass:
    """A complete class with faults: the lines of `__init__` behind the parameters, of `forward` and of `backward`."""

    forward: tuple[str, ...]
    backward: tuple[str, ...]
    first: tuple[str, ...] = ()


@dataclass(frozen=True)
class Layer:
    """A layer to be written: the graph that it computes, and which of its inputs are parameters, arguments or data.

    `shapes` are those of the inputs in letters, (n,) for a vector; `sizes` are the numbers to try for these letters,
    the example's first. `forward` are the lines of that method, in which parameters are attributes. `{d}` in the
    graph and these lines is the size of that letter. `faulty` is its class with faults.
    """

    id: str
    class_name: str
    title: str
    graph: str
    output: str
    shapes: Mapping[str, tuple[str, ...]]
    sizes: tuple[Mapping[str, int], ...]
    inputs: tuple[str, ...] = ()
    parameters: tuple[str, ...] = ()
    data: tuple[str, ...] = ()
    forward: tuple[str, ...] = ()
    kinds: Mapping[str, Kind] = field(default_factory=dict)
    note: str = ""
    faulty: FaultyClass | None = None

    @property
    def arguments(self) -> tuple[str, ...]:
        """The arguments of `forward`."""
        return (*self.inputs, *self.data)
