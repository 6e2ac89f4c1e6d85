"""Texts that will be wrong one day: a number that is an input's, an id that moves when the formula is edited."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from tutor.algebra import values
from tutor.algebra.show import show
from tutor.i18n import N_, message
from tutor.packs.checks.finding import Finding, Subject
from tutor.packs.faults import Place

_BARE_NUMBER = N_("“{number}” is the value of {name} with these numbers only. Write {{{name}}}.")
_COUNTED = N_(
    "“{name}” is counted, and moves when the formula is edited. Name that step in the graph, as in t = a + b."
)

_FILLED = re.compile(r"\{\{|\}\}|\{[^{}]*\}")
_NUMBER = re.compile(r"(?<![\w.,/^−-])[−-]?\d+(?:\.\d+)?(?![\w/^]|[.,]\d)")
#: Small numbers are counts and coefficients far more often than values.
_SMALL = {"0", "1", "2"}


def check(subject: Subject) -> Iterator[Finding]:
    """Warnings about texts."""
    exercise = subject.exercise
    if exercise is None:
        return
    texts = list(subject.texts())
    if not texts and "blank" not in subject.source.data:
        return
    numbers = _fresh_numbers(subject)
    counted = _counted_ids(exercise.graph)
    for place, text in texts:
        bare = _FILLED.sub(lambda piece: " " * len(piece[0]), text)
        for number in dict.fromkeys(match[0].replace("−", "-") for match in _NUMBER.finditer(bare)):
            if number in numbers and place[0] in ("text", "after", "blank"):
                yield subject.warning(message(_BARE_NUMBER, number=number, name=numbers[number]), *place)
    for name, settings in _tables(subject.source.data.get("blank")):
        if counted and (found := counted.search(name)):
            yield subject.warning(message(_COUNTED, name=found[0]), "blank", name)
        yield from _counted_in(subject, settings, ("blank", name), counted)
    for key in ("text", "after"):
        yield from _counted_in(subject, subject.source.data.get(key), (key,), counted)


def _counted_in(subject: Subject, data: Any, place: Place, counted: re.Pattern[str] | None) -> Iterator[Finding]:
    if isinstance(data, dict | list):
        for key, value in data.items() if isinstance(data, dict) else enumerate(data):
            yield from _counted_in(subject, value, (*place, key), counted)
    elif isinstance(data, str) and counted and place[-1] != "id" and (found := counted.search(data)):
        yield subject.warning(message(_COUNTED, name=found[0]), *place)


def _fresh_numbers(subject: Subject) -> dict[str, str]:
    """The author's values of inputs that change, as they are written, with the inputs' names."""
    exercise = subject.exercise
    assert exercise is not None
    changing = {*exercise.drawing.draws, *exercise.drawing.without_value}
    found: dict[str, str] = {}
    for name, value in exercise.inputs.items():
        if name in changing and not values.is_matrix(value):
            written = show(value).replace("−", "-")
            if written not in _SMALL:
                found.setdefault(written, name)
    return found


def _counted_ids(graph: Any) -> re.Pattern[str] | None:
    ids = [node.id for node in graph.nodes if not node.is_input and node.id != node.name and node.id[-1:].isdigit()]
    if not ids:
        return None
    return re.compile(rf"(?<![\w])(?:{'|'.join(map(re.escape, sorted(ids, key=len, reverse=True)))})(?!\w)")


def _tables(data: Any) -> Iterator[tuple[str, Any]]:
    yield from data.items() if isinstance(data, dict) else ()
