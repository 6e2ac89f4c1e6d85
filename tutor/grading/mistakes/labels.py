"""Short names of mistakes for lists and summaries."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tutor.engine.composite import MISTAKE_LABELS
from tutor.engine.operations import OPERATIONS
from tutor.engine.standard_functions import declared_examples
from tutor.grading.mistakes.finder import GENERAL_MISTAKES
from tutor.i18n import translate

if TYPE_CHECKING:
    from collections.abc import Iterator


def mistake_label(mistake: str) -> str:
    """Return the name of a mistake in the current language, after the symbol of its operation.

    An author's mistake is shown by its id.
    """
    prefix, _, name = mistake.partition(".")
    label = next(_labels(prefix, name), None)
    if label is None:
        return mistake
    return f"{OPERATIONS[prefix].symbol}: {translate(label)}" if prefix in OPERATIONS else translate(label)


def _labels(prefix: str, name: str) -> Iterator[str]:
    declared = [(operation.label, mistake) for operation in OPERATIONS.values() for mistake in operation.mistakes]
    yield from (mistake.label for label, mistake in declared if (label, mistake.id) == (prefix, name))
    examples = declared_examples()
    if prefix in examples:
        yield from (mistake.label for mistake in examples[prefix].mistakes if mistake.id == name)
    yield from (mistake.label for mistake in GENERAL_MISTAKES if mistake.id == f"{prefix}.{name}")
    if name in MISTAKE_LABELS:
        yield MISTAKE_LABELS[name]
    # Stored ids of operations that had other names in an earlier version.
    yield from (mistake.label for _, mistake in declared if mistake.id == name)
