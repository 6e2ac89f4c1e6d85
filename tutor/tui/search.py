"""Search by words or by a few letters of a name, in linear time."""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tutor.packs.library import ExerciseEntry, Pack

#: Letters that are not adjacent match if they fill at least this share of the part that they span.
_MIN_DENSITY = 0.6


class SearchQuery:
    """A query: words that all occur in the names, or else letters that occur in this order."""

    def __init__(self, text: str) -> None:
        self.words = _normalise(text).split()

    def __bool__(self) -> bool:
        return bool(self.words)

    def score(self, *names: str) -> float:
        """Return how well the names match: 0 if they don't, most for words at the start of a name."""
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
            # A match of the first name counts more than one of the other names.
            first = sum(_word_score(word, shapes[0]) for word in self.words)
            return (2 * total + first) / (3 * len(self.words))
        return 0.5 * max((_subsequence_score("".join(self.words), shape) for shape in shapes), default=0.0)

    def matches(self, *names: str) -> bool:
        """Return whether every word occurs in one of the names."""
        shapes = [_normalise(name) for name in names]
        return all(any(word in shape for shape in shapes) for word in self.words)

    def spans(self, name: str) -> Iterator[tuple[int, int]]:
        """Yield the start and end of each word in a name."""
        shape = _normalise(name)
        if len(shape) != len(name):
            return
        for word in self.words:
            begin = shape.find(word)
            if begin >= 0:
                yield begin, begin + len(word)


def _normalise(text: str) -> str:
    """Return a text without capitals, with each Hangul syllable as one character."""
    return unicodedata.normalize("NFC", text).casefold()


def _word_score(word: str, shape: str) -> float:
    begin = shape.find(word)
    if begin < 0:
        return 0.0
    if begin == 0:
        return 1.0
    starts_a_word = any(
        shape.startswith(word, index) and not shape[index - 1].isalnum() for index in range(begin, len(shape))
    )
    return 0.9 if starts_a_word else 0.7


def _subsequence_score(letters: str, shape: str) -> float:
    """Return how densely the letters occur in their order, from the first match on; 0 if too sparsely."""
    begin = end = shape.find(letters[:1])
    for letter in letters[1:]:
        end = shape.find(letter, end + 1) if end >= 0 else -1
    if end < 0 or len(letters) < 2:
        return 0.0
    density = len(letters) / (end - begin + 1)
    return density if density >= _MIN_DENSITY else 0.0


def search_names(pack: Pack, entry: ExerciseEntry) -> tuple[str, ...]:
    """Return the names of an exercise: its id, its title and its pack's title in every language."""
    return (f"{pack.id}/{entry.id}", *entry.title.texts.values(), *pack.title.texts.values())
