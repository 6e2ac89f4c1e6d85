"""The catalogue of mistakes: one table, made of what the operations declare and of what can happen anywhere."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from tutor.engine import OPERATIONS
from tutor.grading.mistakes import ANYWHERE
from tutor.i18n import N_, Message, message


@dataclass(frozen=True, slots=True)
class Row:
    """One mistake: its id, where it can happen, and what is said, as templates."""

    id: str
    where: Message
    says: tuple[str, ...]


#: By the words that mistakes are declared with.
_AT = {
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


def catalogue() -> tuple[Row, ...]:
    """Every mistake once, the operations' in their order, then those that can happen anywhere."""
    rows: dict[str, Row] = {}
    for id_, where, says in (*_declared(), *_anywhere()):
        known = rows.get(id_)
        texts = known.says if known else ()
        rows[id_] = Row(id_, known.where if known else where, texts if says in texts else (*texts, says))
    return tuple(rows.values())


def _declared() -> Iterator[tuple[str, Message, str]]:
    signs: dict[str, list[str]] = {}
    for operation in OPERATIONS.values():
        signs.setdefault(operation.called, []).append(operation.sign)
    for operation in OPERATIONS.values():
        where = message(N_("{node}"), node=", ".join(signs[operation.called]))
        for mistake in operation.mistakes:
            yield f"{operation.called}.{mistake.id}", where, mistake.says


def _anywhere() -> Iterator[tuple[str, Message, str]]:
    for mistake in ANYWHERE:
        yield mistake.id, _AT[mistake.where], mistake.says
