"""Drawings of one graph in every density and spacing; each plan is made once."""

from __future__ import annotations

import sys
from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING

from tutor.drawing.layout.canvas import Canvas
from tutor.drawing.layout.columns import measure_ranks
from tutor.drawing.layout.netlist import build_netlist, layout_items
from tutor.drawing.layout.plan import Plan, has_new_bends, plan_height, plan_layout
from tutor.drawing.layout.ports import item_shape
from tutor.drawing.layout.ranks import assign_ranks
from tutor.drawing.layout.rasterize import Rasterizer
from tutor.drawing.layout.shorten import (
    has_label_choices,
    has_matrices,
    has_names,
    names_in_labels,
    with_labels,
    with_shapes,
)
from tutor.drawing.layout.stretch import stretch_rows
from tutor.drawing.model import Spacing
from tutor.glyphs import UNICODE

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tutor.drawing.layout.netlist import Netlist
    from tutor.drawing.model import Box, Density, Drawing
    from tutor.glyphs import Glyphs

#: A drawing with nothing to spare, one as most are, and the most room that is given to one.
TIGHT = Spacing(labels=0)
PLAIN = Spacing()
ROOMY = Spacing(columns=14, rows=3, boxes=4)
_BOX_STEP = 2
#: How many drawings are kept; a window that is resized goes through many.
_MAX_KEPT = 16

_ANY_HEIGHT = sys.maxsize


class PlannedDrawings:
    """Draws `boxes`. The same density and spacing give the same `Drawing`. `labels` is the choice of `with_labels`."""

    def __init__(self, boxes: Sequence[Box], glyphs: Glyphs = UNICODE, labels: int = 0) -> None:
        self._boxes = boxes
        self._labels = labels
        self._glyphs = glyphs
        self._netlists: dict[tuple[Density, bool], Netlist] = {}
        self._plans: dict[tuple[Density, bool, int], Plan] = {}
        self._least_sizes: dict[tuple[Density, bool], tuple[int, int]] = {}
        self._drawings: dict[tuple[Density, bool, Spacing], Drawing] = {}

    def draw(self, density: Density = "full", spacing: Spacing = PLAIN, *, names: bool = False) -> Drawing:
        """Return the drawing. `names` are those in the labels of a compact one; frames always have theirs."""
        key = (density, names, spacing)
        if key not in self._drawings:
            while len(self._drawings) >= _MAX_KEPT:
                del self._drawings[next(iter(self._drawings))]
            plan = self._plan(density, names, spacing.rows)
            self._drawings[key] = Rasterizer(plan, density, Canvas(self._glyphs), spacing).rasterize()
        return self._drawings[key]

    def fit(self, width: int, height: int, preferred: Density | None = None) -> Drawing:
        """Return the roomiest drawing of at most `width` × `height` cells, in the fullest density that fits.

        A `preferred` density is used even if it doesn't fit. The compact drawing, the last resort, may be larger; it
        has the names of steps if there is room. Every density keeps its order of boxes and lines in windows of all
        sizes.
        """
        for density in self.densities if preferred is None else (preferred,):
            if density == "compact":
                return self.compact(width, height)
            for drawings in self._by_labels:
                if drawings._fits(density, width, height):
                    return drawings.draw(density, drawings._roomiest(density, width, height))
        return self.draw(preferred or "full")

    def framed(self, width: int) -> Drawing | None:
        """Return the drawing with the fewest rows, in full or with shapes, that fits `width` cells; None if none does."""
        for density in self.densities[:-1]:
            for drawings in self._by_labels:
                if drawings._fits(density, width):
                    plain_width = drawings._width(drawings._plan(density), density, PLAIN)
                    return drawings.draw(density, PLAIN if plain_width <= width else TIGHT)
        return None

    def compact(self, width: int, height: int = _ANY_HEIGHT) -> Drawing:
        """Return the compact drawing, with the names of steps if there is room."""
        for names in (True, False) if has_names(self._boxes) else (False,):
            for drawings in self._by_labels:
                if drawings._fits("compact", width, height, names=names):
                    return drawings.draw("compact", names=names)
        return self._by_labels[-1].draw("compact")

    @cached_property
    def _by_labels(self) -> tuple[PlannedDrawings, ...]:
        """These drawings, then those with shorter labels if there are any."""
        choices = (1, 2) if has_label_choices(self._boxes) else ()
        return self, *(PlannedDrawings(self._boxes, self._glyphs, choice) for choice in choices)

    @cached_property
    def densities(self) -> tuple[Density, ...]:
        """The densities in which the graph is drawn in different ways, the fullest first."""
        return ("full", "shapes", "compact") if has_matrices(self._boxes) else ("full", "compact")

    def _fits(self, density: Density, width: int, height: int = _ANY_HEIGHT, *, names: bool = False) -> bool:
        least_width, least_height = self._least_size(density, names)
        if least_width > width or least_height > height:
            return False
        plan = self._plan(density, names)
        return plan_height(plan) <= height and self._width(plan, density, TIGHT) <= width

    def _roomiest(self, density: Density, width: int, height: int) -> Spacing:
        """Return the spacing that uses the room best: first rows, then cells along the edges, then wider boxes."""
        base = self._plan(density)
        rows = 0
        for more in range(1, ROOMY.rows + 1):
            plan = self._plan(density, rows=more)
            if plan_height(plan) > height:
                break
            if not has_new_bends(base, plan) and self._width(plan, density, TIGHT) <= width:
                rows = more
        plan = self._plan(density, rows=rows)
        spacing = replace(TIGHT, rows=rows)
        steps = [Spacing(columns, rows) for columns in range(ROOMY.columns + 1)]
        steps += [Spacing(ROOMY.columns, rows, wider) for wider in range(_BOX_STEP, ROOMY.boxes + 1, _BOX_STEP)]
        for step in steps:
            if self._width(plan, density, step) > width:
                break
            spacing = step
        return spacing

    def _netlist(self, density: Density, names: bool) -> Netlist:
        key = (density, names)
        if key not in self._netlists:
            boxes = with_labels(self._boxes, density, self._labels)
            if density == "shapes":
                boxes = with_shapes(boxes)
            elif names:
                boxes = names_in_labels(boxes)
            self._netlists[key] = build_netlist(boxes)
        return self._netlists[key]

    def _plan(self, density: Density, names: bool = False, rows: int = 0) -> Plan:
        key = (density, names, rows)
        if key not in self._plans:
            if names:
                # Labels change no row, so the order and the wires stay as they are without names.
                plan = replace(self._plan(density, rows=rows), nets=self._netlist(density, names))
            elif rows:
                plan = stretch_rows(self._plan(density), rows)
            else:
                plan = plan_layout(self._netlist(density, names), density)
            self._plans[key] = plan
        return self._plans[key]

    def _least_size(self, density: Density, names: bool) -> tuple[int, int]:
        """Return a width and a height that the drawing has at least, without a plan."""
        key = (density, names)
        if key not in self._least_sizes:
            self._least_sizes[key] = self._measure_least(density, names)
        return self._least_sizes[key]

    def _measure_least(self, density: Density, names: bool) -> tuple[int, int]:
        nets = self._netlist(density, names)
        ranks = layout_items(nets, assign_ranks(nets))
        zones = measure_ranks(nets, ranks, [0] * len(ranks), density, TIGHT, self._glyphs.ascii)
        height = max((sum(item_shape(nets, item, density).height for item in rank) for rank in ranks), default=0)
        return zones[-1].node_end if zones else 0, height

    def _width(self, plan: Plan, density: Density, spacing: Spacing) -> int:
        """Return the width of the drawing of a plan."""
        zones = measure_ranks(plan.nets, plan.ranks, plan.tracks, density, spacing, self._glyphs.ascii)
        return zones[-1].node_end if zones else 0
