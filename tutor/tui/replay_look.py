"""The look of a replay at a moment of a step: the upstream arrives, the node turns it, and the result runs on."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from tutor.practice.close_up.crosshair import MarkedCells, cells_behind
from tutor.practice.close_up.data import Equation, Quantity
from tutor.tui.graph_look import Comet, GraphLook, focus_on

if TYPE_CHECKING:
    from tutor.drawing.model import Drawing
    from tutor.grading.problem import Blank
    from tutor.grading.replay import ReplayStep
    from tutor.practice.close_up.data import Term

#: The parts of a step, as shares of its time: until when the upstream arrives, and from when the result runs on.
_ARRIVED, _LEAVES = 0.4, 0.6
#: The node flashes a little before and after it has all it needs.
_FLASH = (0.38, 0.64)
_FLASH_TINT = 0.38


def step_look(drawing: Drawing, step: ReplayStep, progress: float, *, moves: bool) -> GraphLook:
    """Return the look at `progress` (0 to 1) of a step; nothing moves without `moves`."""
    place = step.place
    look = replace(focus_on(drawing, place.id), place="")
    if not moves or progress >= 1:
        return replace(look, upstream=look.upstream | {place.id}, factors=_first_cell(step))
    if not step.depends_on:
        return replace(look, comets=(Comet(place.id, progress),))
    comets = []
    if progress < _ARRIVED:
        comets += [Comet(name, progress / _ARRIVED) for name in step.depends_on]
    elif progress > _LEAVES:
        comets.append(Comet(place.id, (progress - _LEAVES) / (1 - _LEAVES)))
    flash = _FLASH_TINT if _FLASH[0] <= progress <= _FLASH[1] else 0.0
    return replace(look, comets=tuple(comets), flash=flash)


def _first_cell(step: ReplayStep) -> tuple[MarkedCells, ...]:
    """Return the first cell of a matrix, which the text works out, and what makes it; nothing for a number."""
    place = step.place
    if place.grid is None or place.kind == "start":
        return ()
    return (MarkedCells(0, 0, place=place.id), *cells_behind(step.problem, place, (0, 0)))


def equation_at(equation: Equation, place: Blank, progress: float) -> Equation:
    """Return as much of a step's equation as is known at `progress` of it."""
    if not equation.terms or progress >= 1:
        return equation
    terms = equation.terms
    if progress < _ARRIVED and place.edge is not None:
        terms = tuple(_unknown(term) if term.lane == "local" else term for term in terms)
    asked = equation.asked if progress >= _LEAVES else _unknown(equation.asked)
    return replace(equation, terms=terms, asked=asked, note=None)


def _unknown(term: Term) -> Term:
    return replace(term, quantity=Quantity(shape=term.quantity.shape))
