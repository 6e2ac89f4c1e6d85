"""Texts that will be wrong one day: a number that is an input's, an id that moves when the formula is edited."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from tutor.algebra import ops
from tutor.algebra.printing import format_value
from tutor.i18n import N_, message

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tutor.packs.checks.target import CheckTarget, Diagnostic
    from tutor.packs.diagnostics import KeyPath

_BARE_NUMBER = N_("“{number}” is the value of {name} with these numbers only. Write {{{name}}}.")
_COUNTED = N_(
    "“{name}” is counted, and moves when the formula is edited. Name that step in the graph, as in t = a + b."
)

_PLACEHOLDER = re.compile(r"\{\{|\}\}|\{[^{}]*\}")
_NUMBER = re.compile(r"(?<![\w.,/^−-])[−-]?\d+(?:\.\d+)?(?![\w/^]|[.,]\d)")
#: Small numbers are counts and coefficients far more often than values.
_SMALL_NUMBERS = {"0", "1", "2"}


def check(target: CheckTarget) -> Iterator[Diagnostic]:
    """Warnings about texts."""
    exercise = target.exercise
    if exercise is None:
        return
    texts = list(target.texts())
    if not texts and "blank" not in target.source.data:
        return
    numbers = _changing_values(target)
    counted = _counted_id_pattern(exercise.graph)
    for place, text in texts:
        bare = _PLACEHOLDER.sub(lambda piece: " " * len(piece[0]), text)
        for number in dict.fromkeys(match[0].replace("−", "-") for match in _NUMBER.finditer(bare)):
            if number in numbers and place[0] in ("text", "after", "blank"):
                yield target.warning(message(_BARE_NUMBER, number=number, name=numbers[number]), *place)
    for name, settings in _iter_tables(target.source.data.get("blank")):
        if counted and (found := counted.search(name)):
            yield target.warning(message(_COUNTED, name=found[0]), "blank", name)
        yield from _check_counted_ids(target, settings, ("blank", name), counted)
    for key in ("text", "after"):
        yield from _check_counted_ids(target, target.source.data.get(key), (key,), counted)


def _check_counted_ids(
    target: CheckTarget, data: Any, place: KeyPath, counted: re.Pattern[str] | None
) -> Iterator[Diagnostic]:
    if isinstance(data, dict | list):
        for key, value in data.items() if isinstance(data, dict) else enumerate(data):
            yield from _check_counted_ids(target, value, (*place, key), counted)
    elif isinstance(data, str) and counted and place[-1] != "id" and (found := counted.search(data)):
        yield target.warning(message(_COUNTED, name=found[0]), *place)


def _changing_values(target: CheckTarget) -> dict[str, str]:
    """The author's values of inputs that change, as they are written, with the inputs' names."""
    exercise = target.exercise
    assert exercise is not None
    changing = {*exercise.random_inputs.draws, *exercise.random_inputs.without_value}
    found: dict[str, str] = {}
    for name, value in exercise.inputs.items():
        if name in changing and not ops.is_matrix(value):
            written = format_value(value).replace("−", "-")
            if written not in _SMALL_NUMBERS:
                found.setdefault(written, name)
    return found


def _counted_id_pattern(graph: Any) -> re.Pattern[str] | None:
    ids = [node.id for node in graph.nodes if not node.is_input and node.id != node.name and node.id[-1:].isdigit()]
    if not ids:
        return None
    return re.compile(rf"(?<![\w])(?:{'|'.join(map(re.escape, sorted(ids, key=len, reverse=True)))})(?!\w)")


def _iter_tables(data: Any) -> Iterator[tuple[str, Any]]:
    yield from data.items() if isinstance(data, dict) else ()
