"""Content hashes: what an exercise asks, so that its earlier forms are told apart."""

from __future__ import annotations

from hashlib import sha256
from typing import TYPE_CHECKING

from tutor.i18n import DEFAULT_LANGUAGE
from tutor.packs.canonical_text import canonical_text, composite_keys
from tutor.packs.random_inputs import StepSource

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from tutor.i18n import LocalizedText
    from tutor.packs.conditions import Condition
    from tutor.packs.exercise import Exercise
    from tutor.packs.questions import QuestionTemplate
    from tutor.packs.random_inputs import InputDraw, NumberSource


def content_hash(exercise: Exercise) -> str:
    """Return a hash of what an exercise asks. Another one means another item, whose answers are counted apart.

    It depends on the graph with its custom operations, the start, the author's numbers, how fresh ones are drawn and
    their conditions; on which places are asked, in which stages, and which are filled in; on how precise an answer must
    be and the names it may use; on questions with their answers and choices; on whether it is an exam;
    and on the code settings of an exercise that asks for nothing but code.

    It does not depend on the title, the introduction and what follows, on hints, feedback, labels and other code
    settings, on predictions, which a learner may turn off, on translations, nor on the numbers of a seed, which
    `Variant.fingerprint` tells apart. Of a question the default language counts: asked in other words it is another item.
    """
    return sha256("\n".join(_parts(exercise)).encode()).hexdigest()[:16]


def _parts(exercise: Exercise) -> Iterator[str]:
    graph = exercise.graph
    yield " ".join(graph.text.split())
    yield from composite_keys(graph)
    yield f"start {canonical_text(exercise.start)}"
    yield from (f"input {name}={canonical_text(value)}" for name, value in sorted(exercise.inputs.items()))
    draws = sorted(exercise.random_inputs.draws.items())
    yield from (f"draw {name}={_draw_key(draw)}" for name, draw in draws)
    yield f"without value {' '.join(exercise.random_inputs.without_value)}"
    yield from (f"condition {_condition_key(condition)}" for condition in exercise.conditions)
    yield from (f"{name}={canonical_text(value)}" for name, value in sorted(exercise.constants.items()))
    for kind, names in (
        ("wrt", exercise.wrt),
        ("asked", exercise.asked),
        *(("stage", each) for each in exercise.stages),
    ):
        yield f"{kind} {_names_key(names)}"
    yield f"given {' '.join(exercise.given)}"
    yield f"forward {' '.join(exercise.forward)}"
    for blank, notes in sorted(exercise.author_notes.items()):
        if notes.precision.is_demanded:
            yield f"{blank} to {notes.precision.digits} digits, {notes.precision.tolerance}"
        if notes.symbols is not None:
            yield f"{blank} in {_names_key(notes.symbols)}"
    yield from map(_question_key, exercise.questions)
    yield "exam" if exercise.exam else ""
    if exercise.code.only:
        yield exercise.code.key
    if exercise.code.only:
        yield exercise.code.key


def _names_key(names: Iterable[str] | None) -> str:
    return "all" if names is None else " ".join(names)


def _draw_key(draw: InputDraw) -> str:
    matrix = "" if draw.matrix is None else canonical_text(draw.matrix)
    return f"{_source_key(draw.numbers)} {matrix} {sorted(draw.fix)}"


def _source_key(source: NumberSource) -> str:
    if isinstance(source, StepSource):
        return f"{source.first} {source.step} {source.count}"
    return " ".join(map(canonical_text, source.generators))


def _condition_key(condition: Condition) -> str:
    return f"{' '.join(condition.comparisons)} {' '.join(map(canonical_text, condition.formulas))}"


def _question_key(question: QuestionTemplate) -> str:
    symbols = [
        f"{name}:{meaning if isinstance(meaning, str) else canonical_text(meaning)}"
        for name, meaning in question.symbols.items()
    ]
    choices = [f"{choice.right}:{_default_text(choice.text)}" for choice in question.choices]
    key = f"{question.id}? {_default_text(question.prompt)} {question.answer} {symbols} {choices}"
    # Only what it has, so that questions of earlier versions keep their hashes.
    key += " select all" if question.select_all else ""
    return key if question.accepted is None else f"{key} accepts {sorted(question.accepted)}"


def _default_text(text: LocalizedText) -> str:
    """Return a text in the default language, or the language it is in, however its lines are broken."""
    texts = text.texts
    shown = texts.get(DEFAULT_LANGUAGE, texts.get("")) or next(iter(texts.values()), "")
    return " ".join(shown.split())
