"""Batches of fresh numbers as floats: the numbers of `random_inputs`, many sets at once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from tutor.algebra import ops
from tutor.algebra.balls import nearest_float
from tutor.packs.random_inputs import BYTES_PER_NUMBER, stream_bytes

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tutor.packs.random_inputs import InputDraw, NumberSource, RandomInputs

#: A source of more numbers is not turned into a table.
_MAX_TABLE_SIZE = 1000


def draw_batch(random_inputs: RandomInputs, exercise: str, seeds: Sequence[int], attempts: int) -> dict[str, Any]:
    """Return the first `attempts` sets for each seed, one seed after the other.

    Each input has an array of floats whose first axis counts the sets.
    """
    batch: dict[str, Any] = {}
    names = random_inputs.without_value
    if names:
        streams = (_draw_array(exercise, seeds, name, attempts).tolist() for name in names)
        sets = [random_inputs.make_distinct(numbers) for numbers in zip(*streams, strict=True)]
        batch = {
            name: np.array(column, dtype=float) for name, column in zip(names, zip(*sets, strict=True), strict=True)
        }
    for name, draw in random_inputs.draws.items():
        drawn = _draw_array(exercise, seeds, name, attempts * draw.num_drawn)
        batch[name] = _float_batch(draw, drawn, len(seeds) * attempts)
    return batch


def _float_batch(draw: InputDraw, drawn: Any, count: int) -> Any:
    """Return `count` values of one input for whole numbers from its stream."""
    numbers = _to_floats(draw.numbers, drawn)
    if draw.matrix is None:
        return numbers
    matrices = np.repeat(ops.map_cells(nearest_float, draw.matrix)[None], count, axis=0)
    for position, (row, column) in enumerate(draw.free_cells):
        matrices[:, row, column] = numbers[position :: draw.num_drawn]
    return matrices


def _to_floats(source: NumberSource, indices: Any) -> Any:
    if source.count > _MAX_TABLE_SIZE:
        return np.array([nearest_float(source.nth(index)) for index in indices.tolist()])
    return np.array(source.floats)[indices % np.uint64(source.count)]


def _draw_array(exercise: str, seeds: Sequence[int], name: str, count: int) -> Any:
    """Return the first `count` numbers of one input's stream for each seed."""
    drawn = b"".join(stream_bytes(exercise, seed, name, 0, count) for seed in seeds)
    return np.frombuffer(drawn, f">u{BYTES_PER_NUMBER}").astype(np.uint64)
