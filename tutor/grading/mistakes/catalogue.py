"""The catalogue of mistakes: one table, made of what the operations declare and of what can happen anywhere."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from tutor.engine.operations import OPERATIONS
from tutor.grading.mistakes.finder import GENERAL_MISTAKES
from tutor.i18n import N_, Message, message

if TYPE_CHECKING:
    from collections.abc import Iterator


@dataclass(frozen=True, slots=True)
class CatalogueEntry:
    """One mistake: its id, where it can happen, and what is said, as templates."""

    id: str
    where: Message
    feedback: tuple[str, ...]


#: By the words that mistakes are declared with.
_LOCATIONS = {
    "edge": message(N_("every edge")),
    "branch": message(N_("the sum at a branch, and its lines")),
    "start": message(N_("the start")),
    "forward": message(N_("forward values")),
    "loss": message(N_("softmax before a cross-entropy")),
    "quotient": message(N_("questions for a difference quotient")),
    "step": message(N_("questions for a step downhill")),
    "question": message(N_("questions for a value or an expression")),
    "everywhere": message(N_("wherever there is a number")),
}


def catalogue() -> tuple[CatalogueEntry, ...]:
    """Every mistake once, the operations' in their order, then those that can happen anywhere."""
    rows: dict[str, CatalogueEntry] = {}
    for id_, where, says in (*_declared_entries(), *_general_entries()):
        known = rows.get(id_)
        texts = known.feedback if known else ()
        rows[id_] = CatalogueEntry(id_, known.where if known else where, texts if says in texts else (*texts, says))
    return tuple(rows.values())


def _declared_entries() -> Iterator[tuple[str, Message, str]]:
    signs: dict[str, list[str]] = {}
    for operation in OPERATIONS.values():
        signs.setdefault(operation.label, []).append(operation.symbol)
    for operation in OPERATIONS.values():
        where = message(N_("{node}"), node=", ".join(signs[operation.label]))
        for mistake in operation.mistakes:
            yield f"{operation.label}.{mistake.id}", where, mistake.feedback


def _general_entries() -> Iterator[tuple[str, Message, str]]:
    for mistake in GENERAL_MISTAKES:
        yield mistake.id, _LOCATIONS[mistake.where], mistake.feedback
