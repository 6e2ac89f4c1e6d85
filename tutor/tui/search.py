"""Finding things by a few letters of a name, in either language. Takes the same time whatever is typed."""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tutor.packs.library import ExerciseEntry, Pack

#: Letters that stand apart count as found where they fill at least this part of the stretch they span.
_MIN_DENSITY = 0.6


class SearchQuery:
    """What is looked for: words, each of which stands somewhere in the names; or letters in their order."""

    def __init__(self, text: str) -> None:
        self.words = _normalise(text).split()

    def __bool__(self) -> bool:
        return bool(self.words)

    def score(self, *names: str) -> float:
        """How well the names fit together: 0 not at all, more for words as they are, at the beginning of words."""
        shapes = [_normalise(name) for name in names]
        if not self.words:
            return 0.0
        total = 0.0
        for word in self.words:
            best = max((_word_score(word, shape) for shape in shapes), default=0.0)
            if not best:
                break
            total += best
        else:
            # What is called so stands before what has it among its other names.
            first = sum(_word_score(word, shapes[0]) for word in self.words)
            return (2 * total + first) / (3 * len(self.words))
        return 0.5 * max((_subsequence_score("".join(self.words), shape) for shape in shapes), default=0.0)

    def matches(self, *names: str) -> bool:
        """Whether every word stands somewhere in the names."""
        shapes = [_normalise(name) for name in names]
        return all(any(word in shape for shape in shapes) for word in self.words)

    def spans(self, name: str) -> Iterator[tuple[int, int]]:
        """Where the words stand in a name."""
        shape = _normalise(name)
        if len(shape) != len(name):
            return
        for word in self.words:
            begin = shape.find(word)
            if begin >= 0:
                yield begin, begin + len(word)


def _normalise(text: str) -> str:
    """Without capitals; Hangul as one character each, however it came."""
    return unicodedata.normalize("NFC", text).casefold()


def _word_score(word: str, shape: str) -> float:
    begin = shape.find(word)
    if begin < 0:
        return 0.0
    if begin == 0:
        return 1.0
    heads = (at for at in range(begin, len(shape)) if shape.startswith(word, at) and not shape[at - 1].isalnum())
    return 0.9 if any(True for _ in heads) else 0.7


def _subsequence_score(letters: str, shape: str) -> float:
    """How densely the letters stand in their order, from the first one that fits."""
    begin = at = shape.find(letters[:1])
    for letter in letters[1:]:
        at = shape.find(letter, at + 1) if at >= 0 else -1
    if at < 0 or len(letters) < 2:
        return 0.0
    dense = len(letters) / (at - begin + 1)
    return dense if dense >= _MIN_DENSITY else 0.0


def search_names(pack: Pack, entry: ExerciseEntry) -> tuple[str, ...]:
    """What an exercise is called: its id, its title and its pack's in every language."""
    return (f"{pack.id}/{entry.id}", *entry.title.texts.values(), *pack.title.texts.values())
