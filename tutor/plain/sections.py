"""What the list of plain mode leads to beside exercises: the review, the playground, and code."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tutor.plain.code import run_code
from tutor.plain.console import standard_console
from tutor.plain.playground import PlainPlayground
from tutor.plain.review import run_review

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from tutor.packs.exercise import Exercise
    from tutor.practice.storage.store import Store
    from tutor.run_options import RunOptions


def _review(options: RunOptions, store: Store, _solved: Exercise | None) -> None:
    run_review(options, store)


def _playground(options: RunOptions, _store: Store, _solved: Exercise | None) -> None:
    PlainPlayground(standard_console(options)).run()


def _code(options: RunOptions, store: Store, solved: Exercise | None) -> None:
    if solved is not None:
        run_code(standard_console(options), solved, store)


#: By name of the command, each until the learner leaves it.
SECTIONS: Mapping[str, Callable[[RunOptions, Store, Exercise | None], None]] = {
    "review": _review,
    "playground": _playground,
    "code": _code,
}
