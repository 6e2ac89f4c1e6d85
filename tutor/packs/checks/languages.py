"""Check that texts exist in every language that their pack lists."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tutor.i18n import LANGUAGES, N_, message
from tutor.packs.checks.target import iter_values

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tutor.packs.checks.target import CheckTarget
    from tutor.packs.diagnostics import Diagnostic

_MISSING = N_('The text in “{language}” is missing. Add {language} = "…", or remove the language from the pack.')
_FOR_ALL = N_("This text is the same in all languages of the pack. Write it as {{ {example} }}.")
#: Keys of texts for people; a bare string in one of them is for all languages.
_TEXTS = ("title", "text", "after", "hint", "prompt", "why", "description", "presumes")


def check(target: CheckTarget) -> Iterator[Diagnostic]:
    """Yield a warning for every text that lacks a language."""
    if len(target.languages) < 2:
        return
    for key_path, value in iter_values(target.source.data):
        if any(part in LANGUAGES for part in key_path):
            continue
        if isinstance(value, dict) and any(key in LANGUAGES for key in value):
            for language in target.languages:
                if language not in value:
                    yield target.warning(message(_MISSING, language=language), *key_path)
        elif isinstance(value, str) and any(part in _TEXTS for part in key_path[-2:]) and _contains_words(value):
            example = ", ".join(f'{language} = "…"' for language in target.languages)
            yield target.warning(message(_FOR_ALL, example=example), *key_path)


def _contains_words(text: str) -> bool:
    """Return whether a text has words in it; a formula such as `1/(1 + x)` is the same in every language."""
    words = "".join(character if character.isalpha() else " " for character in text).split()
    return sum(len(word) > 2 for word in words) > 1
