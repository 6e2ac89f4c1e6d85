"""Check formulas that can be read, but perhaps not as they were meant."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tutor.grading.misreadings import find_misreadings

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tutor.packs.checks.target import CheckTarget
    from tutor.packs.diagnostics import Diagnostic


def check(target: CheckTarget) -> Iterator[Diagnostic]:
    """Yield a warning for each part of the graph's text that may mean something else."""
    if target.exercise is None:
        return
    for misread in find_misreadings(target.exercise.variant().problem, labels=True):
        yield target.warning(misread.message, "graph")
