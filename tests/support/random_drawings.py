"""Random graphs to draw, with branches, doubled edges, matrices, named steps, and edges without a value or a blank."""

from __future__ import annotations

import random
from dataclasses import replace

from tutor.drawing.model import Box, InputLine, Slot

_ASCII_REPLACEMENTS = {"×": "*", "−": "-", "⎡": "[", "⎢": "[", "⎣": "[", "⎤": "]", "⎥": "]", "⎦": "]"}
_TO_ASCII = str.maketrans(_ASCII_REPLACEMENTS)
#: Names of steps; most have none.
_STEP_NAMES = ["", "h", "", "s12", "", "", "hidden_state", "", "c'"]


def random_boxes(seed: int, max_nodes: int = 48) -> list[Box]:
    """Return a graph of 4 to `max_nodes` nodes. The same seed gives the same graph."""
    chance = random.Random(seed)
    count = chance.randint(4, max_nodes)
    inputs = chance.randint(1, max(1, count // 3))
    near = chance.random() < 0.6
    shapes: dict[str, tuple[int, int]] = {}
    values: dict[str, tuple[str, ...]] = {}
    boxes: list[Box] = []
    unused: list[str] = []
    for number in range(count):
        name = f"n{number}"
        shapes[name], values[name] = _random_value(chance)
        if number < inputs:
            boxes.append(Box(name, chance.choice([name, f"in{number}", "x"]), "input"))
        else:
            known = [box.id for box in boxes]
            arity = min(chance.choice([1, 1, 2, 2, 2, 2, 3, 4]), 4)
            sources = [chance.choice(known[-8:] if near and len(known) > 8 else known) for _ in range(arity)]
            if unused and chance.random() < 0.7:
                sources[0] = chance.choice(unused)
            if chance.random() < 0.1:
                sources.append(sources[0])
            lines = tuple(
                _random_line(chance, source, f"{source}->{name}.{position}", shapes, values)
                for position, source in enumerate(sources)
            )
            label, commutative = chance.choice(["+", "×", "exp", "log", "f"]), chance.random() < 0.5
            boxes.append(Box(name, label, "op", lines, commutative, name=_STEP_NAMES[number % len(_STEP_NAMES)]))
            unused = [other for other in unused if other not in sources]
        unused.append(name)
    for number, source in enumerate(unused):
        line = _random_line(chance, source, f"start{number}", shapes, values)
        boxes.append(Box(f"out{number}", f"L{number}", "output", (line,)))
    uses = [line.source for box in boxes for line in box.lines]
    return [
        replace(box, stem=Slot(box.id, *shapes[box.id])) if uses.count(box.id) > 1 and chance.random() < 0.8 else box
        for box in boxes
    ]


def boxes_in_ascii(boxes: list[Box]) -> list[Box]:
    """Return the same graph with labels and values in ASCII."""
    return [
        replace(
            box,
            label=box.label.translate(_TO_ASCII).replace("σ", "sigm"),
            lines=tuple(
                replace(
                    line,
                    value=tuple(text.translate(_TO_ASCII) for text in line.value),
                    shape=line.shape.translate(_TO_ASCII),
                )
                for line in box.lines
            ),
        )
        for box in boxes
    ]


def chain_of_boxes(length: int) -> list[Box]:
    boxes = [Box("n0", "x", "input")]
    for number in range(1, length):
        boxes.append(Box(f"n{number}", "+1", "op", (InputLine(f"n{number - 1}", ("0.5",), Slot(f"e{number}")),)))
    boxes.append(Box("out", "y", "output", (InputLine(boxes[-1].id, ("0.5",), Slot("start")),)))
    return boxes


def _random_value(chance: random.Random) -> tuple[tuple[int, int], tuple[str, ...]]:
    if chance.random() > 0.12:
        return (1, 1), (chance.choice(["3", "−2", "0.5", "−0.0183", "0.0135", "12345.678", "1e−5"]),)
    rows, columns = chance.randint(1, 3), chance.randint(1, 3)
    cell = chance.choice([1, 3, 8])
    brackets = [("⎡", "⎤"), *[("⎢", "⎥")] * (rows - 2), ("⎣", "⎦")][:rows]
    return (rows, columns), tuple(
        left + " ".join(str(chance.randint(0, 9)).rjust(cell) for _ in range(columns)) + right
        for left, right in brackets
    )


def _random_line(
    chance: random.Random,
    source: str,
    slot: str,
    shapes: dict[str, tuple[int, int]],
    values: dict[str, tuple[str, ...]],
) -> InputLine:
    value = values[source] if chance.random() < 0.9 else ()
    rows, columns = shapes[source]
    shape = f"{rows}×{columns}" if rows * columns > 1 else ""
    return InputLine(source, value, Slot(slot, rows, columns) if chance.random() < 0.9 else None, shape)
