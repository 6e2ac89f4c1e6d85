"""The look of a graph beyond its drawing: contents of places, focus and motion."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tutor.drawing.model import Drawing
    from tutor.practice.close_up.crosshair import MarkedCells

#: The state of a place: what its value is worth.
Tone = Literal["blank", "draft", "given", "right", "wrong", "near", "revealed"]


@dataclass(frozen=True, slots=True)
class PlaceContent:
    """The content of a place: texts and marks by row and column; a missing text is shown as dots."""

    tone: Tone = "blank"
    texts: Sequence[Sequence[str]] = ()
    marks: Sequence[Sequence[str]] = ()
    #: The only mark that a compact drawing, or a matrix shown by its shape, has room for.
    mark: str = ""
    #: Whether the value is struck through, because another is asked instead.
    struck: bool = False


@dataclass(frozen=True, slots=True)
class Comet:
    """A gradient on its way back along the edge of a place: `progress` is 0 at the box and 1 where it has landed."""

    place: str
    progress: float


@dataclass(frozen=True, slots=True)
class GraphLook:
    """The highlights of a graph. `focus_on` makes the look of a place in focus; the rest is set with `replace`."""

    #: The place in focus, and the node in focus: the one that the place's edge leads into.
    place: str = ""
    node: str = ""
    #: The row and column of the active cell of a matrix in focus.
    cell: tuple[int, int] | None = None
    #: Edges whose forward value matters, as (source, target).
    edges: frozenset[tuple[str, str]] = frozenset()
    #: The places with the upstream gradient: what the value in focus is computed from.
    upstream: frozenset[str] = frozenset()
    #: The places that the feedback points to.
    pointers: frozenset[str] = frozenset()
    #: The rows, columns and cells that make the active cell.
    factors: tuple[MarkedCells, ...] = ()
    #: Nodes whose forward value just changed.
    changed: frozenset[str] = frozenset()
    #: Whether all that is out of focus fades.
    fades: bool = False
    #: Whether backward values are shown at all.
    shows_gradients: bool = True
    #: Whether the lanes of all gradients shine, as when everything is solved.
    lanes_shine: bool = False
    comets: tuple[Comet, ...] = ()
    #: How far a pulse is on its way from the output to the inputs, from 0 to 1; None without one.
    pulse: float | None = None
    #: How brightly the node in focus flashes, from 0 to 1.
    flash: float = 0.0

    @property
    def asks_forward(self) -> bool:
        """Return whether the blank in focus is the forward value of the node in focus."""
        return self.place == forward_place(self.node)


def forward_place(node: str) -> str:
    """Return the id of the place of a node's forward value."""
    return f"value({node})"


#: A graph as it is, without a focus.
PLAIN_LOOK = GraphLook()


def focus_on(drawing: Drawing, place: str, node: str | None = None) -> GraphLook:
    """Return the look of a drawing with a place in focus; `node` is in focus if the place is not in the drawing."""
    edge = drawing.edge_by_slot.get(place)
    if edge is None:
        box = node if node in drawing.boxes else None
        if box is None:
            # A question has no place in the drawing, which fades as at other blanks.
            return GraphLook(place=place, fades=bool(place))
        return GraphLook(place, box, edges=_edges_around(drawing, box), fades=True)
    if not edge.target:
        parts = drawing.edges_from[edge.source]
        return GraphLook(
            place,
            edges=frozenset((part.source, part.target) for part in parts),
            upstream=frozenset(part.slot for part in parts if part.slot is not None),
            fades=True,
        )
    upstream = _upstream_places(drawing, edge.target)
    return GraphLook(place, edge.target, edges=_edges_around(drawing, edge.target), upstream=upstream, fades=True)


def _edges_around(drawing: Drawing, box: str) -> frozenset[tuple[str, str]]:
    return frozenset((edge.source, edge.target) for edge in (*drawing.edges_into[box], *drawing.edges_from[box]))


def _upstream_places(drawing: Drawing, box: str) -> frozenset[str]:
    """Return the place of the gradient that arrives at a box: the sum of its branch, or that of its only edge."""
    shared = drawing.shared_parts.get(box)
    if shared is not None and shared.slot is not None:
        return frozenset({shared.slot})
    return frozenset(edge.slot for edge in drawing.edges_from[box] if edge.slot is not None)
