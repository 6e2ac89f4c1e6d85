"""Check that texts exist in every language that their pack lists."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tutor.i18n import LANGUAGES, N_, message

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from tutor.packs.checks.target import CheckTarget
    from tutor.packs.diagnostics import Diagnostic, KeyPath

_MISSING = N_(
    'The text in “{language}” is missing here. Add {language} = "…", or take it out of the pack\'s languages.'
)
_FOR_ALL = N_("This text is the same for all languages of the pack. Write it as {{ {example} }}.")
#: Keys of texts for people; a bare string in one of them is for all languages.
_TEXTS = ("title", "text", "after", "hint", "prompt", "why", "description", "presumes")


def check(target: CheckTarget) -> Iterator[Diagnostic]:
    """Yield a warning for every text that lacks a language."""
    if len(target.languages) < 2:
        return
    for key_path, written in _iter_texts(target.source.data, ()):
        if written is None:
            if _contains_words(target.source.data, key_path):
                example = ", ".join(f'{language} = "…"' for language in target.languages)
                yield target.warning(message(_FOR_ALL, example=example), *key_path)
            continue
        for language in target.languages:
            if language not in written:
                yield target.warning(message(_MISSING, language=language), *key_path)


def _iter_texts(data: Any, key_path: KeyPath) -> Iterator[tuple[KeyPath, Iterable[str] | None]]:
    """Yield the places of texts with the languages that each is written in, None if it is the same for all."""
    if isinstance(data, dict):
        written = [key for key in data if key in LANGUAGES]
        if written:
            yield key_path, written
        for key, value in data.items():
            if key not in LANGUAGES:
                yield from _iter_texts(value, (*key_path, key))
    elif isinstance(data, list):
        for position, value in enumerate(data):
            yield from _iter_texts(value, (*key_path, position))
    elif isinstance(data, str) and any(part in _TEXTS for part in key_path[-2:]):
        yield key_path, None


def _contains_words(data: Any, key_path: KeyPath) -> bool:
    """Return whether a text has words in it; a formula such as `1/(1 + x)` is the same in every language."""
    for part in key_path:
        data = data[part]
    words = "".join(character if character.isalpha() else " " for character in data).split()
    return sum(len(word) > 2 for word in words) > 1
