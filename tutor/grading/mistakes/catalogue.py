"""Catalogue of mistakes: those that the operations declare and those that can happen anywhere."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from tutor.engine.operations import OPERATIONS
from tutor.engine.standard_functions import declared_examples
from tutor.grading.mistakes.finder import GENERAL_MISTAKES
from tutor.i18n import N_, Message, message

if TYPE_CHECKING:
    from collections.abc import Iterator


@dataclass(frozen=True, slots=True)
class CatalogueEntry:
    """One mistake: its id, where it can happen, and the templates of its feedback."""

    id: str
    where: Message
    feedback: tuple[str, ...]


#: By `GeneralMistake.where`.
_LOCATIONS = {
    "edge": message(N_("any edge")),
    "gradient": message(N_("any gradient")),
    "branch": message(N_("the sum at a branch and its edges")),
    "start": message(N_("the start")),
    "forward": message(N_("forward values")),
    "loss": message(N_("softmax before cross-entropy")),
    "quotient": message(N_("questions about a difference quotient")),
    "step": message(N_("questions about a gradient step")),
    "question": message(N_("questions about a value or an expression")),
    "matrix": message(N_("any matrix")),
    "everywhere": message(N_("any number")),
}


def catalogue() -> tuple[CatalogueEntry, ...]:
    """Return every mistake once: the operations' in their order, then the general ones."""
    entries: dict[str, CatalogueEntry] = {}
    for mistake_id, where, feedback in (*_declared_mistakes(), *_general_mistakes()):
        entry = entries.setdefault(mistake_id, CatalogueEntry(mistake_id, where, ()))
        if feedback not in entry.feedback:
            entries[mistake_id] = replace(entry, feedback=(*entry.feedback, feedback))
    return tuple(entries.values())


def _declared_mistakes() -> Iterator[tuple[str, Message, str]]:
    symbols: dict[str, list[str]] = {}
    for operation in OPERATIONS.values():
        symbols.setdefault(operation.label, []).append(operation.symbol)
    for operation in OPERATIONS.values():
        where = message(N_("{node}"), node=", ".join(symbols[operation.label]))
        for mistake in operation.mistakes:
            yield f"{operation.label}.{mistake.id}", where, mistake.feedback
    for name, example in declared_examples().items():
        for mistake in example.mistakes:
            yield f"{name}.{mistake.id}", message(N_("{node}"), node=name), mistake.feedback


def _general_mistakes() -> Iterator[tuple[str, Message, str]]:
    for mistake in GENERAL_MISTAKES:
        yield mistake.id, _LOCATIONS[mistake.where], mistake.feedback
