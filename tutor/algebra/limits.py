"""How large anything may be that a text says: what is beyond is refused before it is computed."""

from __future__ import annotations

from dataclasses import dataclass

#: Digits of one number, and how far its decimal exponent may be from zero.
MAX_DIGITS = 30
MAX_EXPONENT = 30
#: Larger exact numbers stay unfolded; balls take over where they are needed.
MAX_BITS = 4096
#: Characters of one name.
MAX_NAME = 100


@dataclass(frozen=True, slots=True)
class Limits:
    """How large a text may be, and what it asks to be computed.

    Depth counts brackets, functions and powers, never a flat sum. `cells` is the size of one matrix and of all that
    are written out together, `work` how many numbers may be computed, products inside a matrix product included.
    """

    characters: int
    nodes: int
    depth: int
    cells: int
    work: int


ANSWER = Limits(characters=400, nodes=200, depth=40, cells=200, work=2_000)
GRAPH = Limits(characters=20_000, nodes=2_000, depth=100, cells=10_000, work=12_000)
#: What all nodes of a graph may hold together, and how many products its matrix products may consist of.
GRAPH_CELLS = 200_000
GRAPH_PRODUCTS = 500_000
