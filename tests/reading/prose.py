"""English texts under the rules of proselint: clichés, malapropisms, archaisms, redundancy and the like."""

from __future__ import annotations

from typing import TYPE_CHECKING

from proselint.checks import __register__ as all_checks
from proselint.config import DEFAULT
from proselint.registry import CheckRegistry
from proselint.tools import LintFile

from tests.reading.rules import Finding, without_code

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.reading.texts import Text

#: Signs belong to formulas here, “50 000” repeats no word, one sentence can't be consistent with the others, and “very”
#: may be meant.
_NOT_ASKED = ("typography", "lexical_illusions", "spelling", "weasel_words", "misc", "dates_times")
_CONFIG = {**DEFAULT, "checks": {name: on and name not in _NOT_ASKED for name, on in DEFAULT["checks"].items()}}
_CONTEXT = 20


def find_in_english(text: Text) -> Iterator[Finding]:
    """Yield what proselint finds in an English text."""
    registry = CheckRegistry()
    if not registry.checks:
        registry.register_many(all_checks)
    if text.language == "en":
        words = without_code(text.words)
        for found in LintFile(text.place, words).lint(_CONFIG):
            start, end = found.check_result.span
            shown = " ".join(words[max(start - _CONTEXT, 0) : end + _CONTEXT].split())
            yield Finding(text.place, shown, found.check_result.message)
