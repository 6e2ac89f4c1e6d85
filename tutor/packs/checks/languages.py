"""Every language that a pack lists is complete."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tutor.i18n import LANGUAGES, N_, message

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from tutor.packs.checks.target import CheckTarget, Diagnostic
    from tutor.packs.diagnostics import KeyPath

_MISSING = N_(
    'The text in “{language}” is missing here. Add {language} = "…", or take it out of the pack\'s languages.'
)
_FOR_ALL = N_("This text is the same for all languages of the pack. Write it as {{ {example} }}.")
#: Texts for people; a bare string in one of them stands for all languages.
_TEXTS = ("title", "text", "after", "hint", "prompt", "why", "description", "presumes")


def check(target: CheckTarget) -> Iterator[Diagnostic]:
    """A warning for every text that lacks a language."""
    if len(target.languages) > 1:
        for place, languages in _iter_texts(target.source.data, ()):
            if languages is None:
                if _contains_words(target.source.data, place):
                    example = ", ".join(f'{language} = "…"' for language in target.languages)
                    yield target.warning(message(_FOR_ALL, example=example), *place)
                continue
            for language in target.languages:
                if language not in languages:
                    yield target.warning(message(_MISSING, language=language), *place)


def _iter_texts(data: Any, place: KeyPath) -> Iterator[tuple[KeyPath, Iterable[str] | None]]:
    """The places of texts, with the languages that each is written in; None for one that is for all."""
    if isinstance(data, dict):
        written = [key for key in data if key in LANGUAGES]
        if written:
            yield place, written
        for key, value in data.items():
            if key not in LANGUAGES:
                yield from _iter_texts(value, (*place, key))
    elif isinstance(data, list):
        for position, value in enumerate(data):
            yield from _iter_texts(value, (*place, position))
    elif isinstance(data, str) and any(part in _TEXTS for part in place[-2:]):
        yield place, None


def _contains_words(data: Any, place: KeyPath) -> bool:
    """Whether a text has words in it; a formula such as `1/(1 + x)` is the same in every language."""
    for part in place:
        data = data[part]
    words = "".join(character if character.isalpha() else " " for character in data).split()
    return sum(len(word) > 2 for word in words) > 1
