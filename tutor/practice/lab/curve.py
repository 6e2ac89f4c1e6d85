"""The output as a curve over one input: its points, where it has none, and the range in which it can be seen."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from tutor.algebra.balls import nearest_float
from tutor.engine.passes import NonFiniteError, forward
from tutor.engine.singularities import find_crossed_pole
from tutor.practice.lab.model import REACH

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tutor.algebra.ops import Value
    from tutor.practice.lab.lab import Lab
    from tutor.practice.lab.model import Handle

#: A curve whose ends are so many times higher than its middle part has a pole: it is cut.
_STEEP = 12
#: The share of the points at each end that the middle part leaves out.
_TAIL = 0.1
#: A value within this share of the range is near a point. If the whole curve is `_FAR` times as high as that, only
#: `_SHOWN` times as much is drawn above and below.
_NEAR, _FAR, _SHOWN = 0.125, 60, 8


@dataclass(frozen=True)
class Curve:
    """Points of the output over one input, from left to right.

    `ys` are None where the output has no value, and `breaks` are the indices of the points before which there is a pole.
    """

    xs: tuple[float, ...]
    ys: tuple[float | None, ...]
    breaks: frozenset[int] = frozenset()

    @property
    def is_empty(self) -> bool:
        """Whether there is no value at all."""
        return all(y is None for y in self.ys)

    @cached_property
    def middle(self) -> tuple[float, float]:
        """The least and the greatest value; without the ends where the curve goes to infinity."""
        known = sorted(y for y in self.ys if y is not None)
        if not known:
            return 0.0, 0.0
        low, high = known[0], known[-1]
        cut = int(len(known) * _TAIL)
        inner_low, inner_high = known[cut], known[-1 - cut]
        room = inner_high - inner_low
        if self.breaks or (room and high / _STEEP - low / _STEEP > room):
            return max(low, inner_low - room), min(high, inner_high + room)
        return low, high

    def vertical_range(self, x: float, y: float) -> tuple[float, float]:
        """Return the range to draw, never empty. The point (x, y) and what is near it can be seen.

        Where the curve grows so fast that all the rest would be flat, what is far above or below is cut off.
        """
        low, high = self.middle
        near = [value for at, value in zip(self.xs, self.ys, strict=True) if value is not None and self._is_near(at, x)]
        if near:
            room = max(near) - min(near)
            if room and high / _FAR - low / _FAR > room:
                low, high = max(low, y - _SHOWN * room), min(high, y + _SHOWN * room)
        low, high = min(low, y), max(high, y)
        if math.isclose(low, high, rel_tol=1e-9, abs_tol=1e-300):
            room = abs(low) / 2 or 1.0
            return low - room, high + room
        return low, high

    def _is_near(self, at: float, x: float) -> bool:
        return abs(at - x) <= (self.xs[-1] - self.xs[0]) * _NEAR


def reach_of(lab: Lab, handle: Handle) -> tuple[float, float]:
    """Return the least and the greatest value that a slider shows: around home, or around a value that left its reach."""
    step = float(lab.step_of(handle))
    home, now = nearest_float(lab.home_value(handle)), nearest_float(lab.value(handle))
    width = REACH * step
    centre = home if abs(now - home) <= width else now
    return centre - width, centre + width


def sample_curve(lab: Lab, handle: Handle, low: float, high: float, count: int) -> Curve:
    """Return the output at `count` values of a handle, everything else as it is now."""
    if count < 2 or lab.passes is None or lab.output is None:
        return Curve((), ())
    return _Sampler(lab, handle).sample([low + (high - low) * index / (count - 1) for index in range(count)])


def sample_table(lab: Lab, handle: Handle) -> list[tuple[float, float | None]]:
    """Return the output at five values of a handle: as it is, and one and two steps to each side."""
    step = float(lab.step_of(handle))
    now = nearest_float(lab.value(handle))
    sampler = _Sampler(lab, handle)
    return [(x, sampler.output_at(x)[0]) for x in (now + steps * step for steps in range(-2, 3))]


class _Sampler:
    """Computes the output at other values of one handle."""

    def __init__(self, lab: Lab, handle: Handle) -> None:
        self._lab = lab
        self._graph = lab.graph
        self._name, self._cell = handle.name, handle.cell
        self._inputs = lab.float_values
        self._has_divisors = any(
            not node.is_input and (node.operation.divisor is not None or node.body is not None)
            for node in self._graph.nodes
        )

    def sample(self, xs: Sequence[float]) -> Curve:
        ys: list[float | None] = []
        breaks: set[int] = set()
        before: tuple[Value, ...] | None = None
        for index, x in enumerate(xs):
            y, values = self.output_at(x)
            ys.append(y)
            if self._has_divisors and before is not None and values is not None and self._crosses_pole(before, values):
                breaks.add(index)
            before = values
        return Curve(tuple(xs), tuple(ys), frozenset(breaks))

    def output_at(self, x: float) -> tuple[float | None, tuple[Value, ...] | None]:
        """Return the output for one value, None without one, and the values of all nodes."""
        value = x if self._cell is None else self._changed_array(x)
        try:
            values = forward(self._graph, {**self._inputs, self._name: value})
        except (NonFiniteError, ArithmeticError):
            return None, None
        y = self._lab.weighted(values[-1])
        return (y, values) if math.isfinite(y) else (None, None)

    def _changed_array(self, x: float) -> Value:
        array = self._inputs[self._name].copy()
        array[self._cell] = x
        return array

    def _crosses_pole(self, before: tuple[Value, ...], after: tuple[Value, ...]) -> bool:
        try:
            return find_crossed_pole(self._graph, before, after) is not None
        except (NonFiniteError, ArithmeticError):
            return True
