"""Check texts for input values written as numbers, and for node ids that change when the formula is edited."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from tutor.algebra import ops
from tutor.algebra.printing import format_value
from tutor.i18n import N_, message
from tutor.packs.checks.target import iter_values

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tutor.engine.graph import Graph
    from tutor.packs.checks.target import CheckTarget
    from tutor.packs.diagnostics import Diagnostic
    from tutor.packs.exercise import Exercise

_BARE_NUMBER = N_("“{number}” is the value of {name} only with these numbers. Write {{{name}}}.")
_COUNTED = N_(
    "The id “{name}” comes from counting, so it changes when you edit the formula. Name the step in "
    "the graph, as in t = a + b."
)

_PLACEHOLDER = re.compile(r"\{\{|\}\}|\{[^{}]*\}")
_NUMBER = re.compile(r"(?<![\w.,/^−-])[−-]?\d+(?:\.\d+)?(?![\w/^]|[.,]\d)")
#: Small numbers are counts and coefficients far more often than values.
_SMALL_NUMBERS = {"0", "1", "2"}


def check(target: CheckTarget) -> Iterator[Diagnostic]:
    """Yield warnings about texts."""
    exercise = target.exercise
    if exercise is None:
        return
    texts = list(target.texts())
    if not texts and "blank" not in target.source.data:
        return
    name_of_value = _varying_values(exercise)
    for key_path, text in texts:
        bare = _PLACEHOLDER.sub(lambda piece: " " * len(piece[0]), text)
        for number in dict.fromkeys(match[0].replace("−", "-") for match in _NUMBER.finditer(bare)):
            if number in name_of_value and key_path[0] in ("text", "after", "blank", "prediction"):
                yield target.warning(message(_BARE_NUMBER, number=number, name=name_of_value[number]), *key_path)
    pattern = _counted_id_pattern(exercise.graph)
    if pattern is None:
        return
    blank = target.source.data.get("blank")
    for name in blank if isinstance(blank, dict) else ():
        if match := pattern.search(name):
            yield target.warning(message(_COUNTED, name=match[0]), "blank", name)
    for key in ("blank", "text", "after"):
        for key_path, value in iter_values(target.source.data.get(key), (key,)):
            if isinstance(value, str) and key_path[-1] != "id" and (match := pattern.search(value)):
                yield target.warning(message(_COUNTED, name=match[0]), *key_path)


def _varying_values(exercise: Exercise) -> dict[str, str]:
    """Return the names of inputs that vary, by the author's values as they are written."""
    varying = {*exercise.random_inputs.draws, *exercise.random_inputs.without_value}
    name_of_value: dict[str, str] = {}
    for name, value in exercise.inputs.items():
        if name in varying and not ops.is_matrix(value):
            text = format_value(value).replace("−", "-")
            if text not in _SMALL_NUMBERS:
                name_of_value.setdefault(text, name)
    return name_of_value


def _counted_id_pattern(graph: Graph) -> re.Pattern[str] | None:
    """Return a pattern of the node ids that end in a count, such as mul1."""
    ids = [node.id for node in graph.nodes if not node.is_input and node.id != node.name and node.id[-1:].isdigit()]
    if not ids:
        return None
    return re.compile(rf"(?<![\w])(?:{'|'.join(map(re.escape, sorted(ids, key=len, reverse=True)))})(?!\w)")
