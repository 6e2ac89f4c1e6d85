"""Search in short texts, in linear time: by words, initial consonants, another keyboard, a few letters, with a typo."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from itertools import chain
from typing import TYPE_CHECKING, Generic, TypeVar

from tutor import hangul

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

#: Characters of a query, and of each text that is searched. No title is longer.
MAX_QUERY_LENGTH = 200
_MAX_TEXT_LENGTH = 2_000
#: Texts whose normal form is remembered: all names of some hundred exercises.
_CACHE_SIZE = 8192
#: What a match counts in titles, names, packs and texts, the same for each next language, and by its place.
_FIELD_WEIGHTS = (8.0, 6.0, 4.0, 2.0)
_OTHER_LANGUAGE = 0.5
_AT_START, _AT_WORD, _INSIDE = 1.0, 0.8, 0.4
#: Letters that are not adjacent match if they fill at least this share of the part that they span.
_MIN_DENSITY = 0.6
#: Words with fewer letters are too similar to others for a typo to be forgiven.
_MIN_TYPO_LENGTH = 5

_Item = TypeVar("_Item")


@dataclass(frozen=True, slots=True)
class SearchFields:
    """What an item is found by, the best first: titles in each language, names, the titles of its pack, long texts."""

    titles: Sequence[str]
    names: Sequence[str] = ()
    packs: Sequence[str] = ()
    texts: Sequence[str] = ()


@dataclass(frozen=True)
class Reading:
    """One reading of what was typed: as it is, or as the same keys type it on another keyboard."""

    text: str

    @cached_property
    def words(self) -> tuple[str, ...]:
        return tuple(_fold(self.text).split())

    @cached_property
    def _patterns(self) -> tuple[re.Pattern[str], ...]:
        return tuple(map(_pattern, self.words))

    def word_score(self, fields: SearchFields) -> float:
        """Return how well the words match; 0 unless each occurs in one of the fields."""
        total = 0.0
        for word, pattern in zip(self.words, self._patterns, strict=True):
            best = _best_match(pattern, fields, in_texts=not _is_initials(word))
            if not best:
                return 0.0
            total += best
        return total / len(self._patterns)

    def letter_score(self, fields: SearchFields) -> float:
        """Return how densely the letters occur in their order in a title or a name; 0 if too sparsely."""
        letters = "".join(self.words)
        names = chain(fields.titles, fields.names)
        return max((_subsequence_score(letters, _fold(name)) for name in names), default=0.0)

    def typo_score(self, fields: SearchFields) -> float:
        """Return 1 if each word occurs in a title, a name or a pack's title with at most one wrong letter, else 0."""
        texts = [_typed(text) for text in chain(fields.titles, fields.names, fields.packs)]
        words = [hangul.typed_letters(word) for word in self.words]
        if not any(len(word) >= _MIN_TYPO_LENGTH for word in words):
            return 0.0
        return float(all(any(_occurs_nearly(word, text) for text in texts) for word in words))

    def spans(self, name: str) -> Iterator[tuple[int, int]]:
        """Yield the start and end of each word in a name."""
        folded = _fold(name)
        if len(folded) != len(name):
            return
        for pattern in self._patterns:
            match = pattern.search(folded)
            if match is not None:
                yield match.span()


@dataclass(frozen=True, slots=True)
class Hits(Generic[_Item]):
    """The items that were found, the best first, and the reading of the query that has found them."""

    items: Sequence[_Item]
    reading: Reading = field(default_factory=lambda: Reading(""))


def is_blank(text: str) -> bool:
    """Return whether a query asks for nothing, so that everything is found."""
    return not _fold(text).split()


def find(text: str, items: Sequence[_Item], fields_of: Callable[[_Item], SearchFields]) -> Hits[_Item]:
    """Return the items that match what was typed. All match an empty query.

    Words come first: as typed, then as the same keys type them on another keyboard. Only if nothing has them are
    letters that are not adjacent tried, and words with a typo.
    """
    if is_blank(text):
        return Hits(items)
    fields = [fields_of(item) for item in items]
    readings = _readings(text[:MAX_QUERY_LENGTH])
    for score in (Reading.word_score, Reading.letter_score, Reading.typo_score):
        for reading in readings:
            scores = [score(reading, each) for each in fields]
            found = [index for index, points in enumerate(scores) if points]
            if found:
                found.sort(key=lambda index: -scores[index])
                return Hits([items[index] for index in found], reading)
    return Hits([])


def _readings(text: str) -> list[Reading]:
    """Return what was typed, and what was meant if the keyboard was in the other language."""
    text = hangul.compose_text(text)
    others = [hangul.to_latin(text)] if hangul.has_hangul(text) else [hangul.to_hangul(text)]
    if text != text.lower():
        # Caps Lock is on, or the keyboard of a phone has made the first letter a capital.
        others.append(hangul.to_hangul(text.lower()))
    return [Reading(each) for each in dict.fromkeys((text, *others))]


@lru_cache(_CACHE_SIZE)
def _fold(text: str) -> str:
    """Return a text without capitals, with each Hangul syllable as one character."""
    return hangul.compose_text(text[:_MAX_TEXT_LENGTH]).casefold()


@lru_cache(_CACHE_SIZE)
def _typed(text: str) -> str:
    """Return a text in the letters that are typed."""
    return hangul.typed_letters(_fold(text))


# --- words ---


def _is_initials(word: str) -> bool:
    """Return whether a word has only initial consonants, which fit somewhere in nearly every long text."""
    return all(letter in hangul.INITIALS for letter in hangul.typed_letters(word))


def _best_match(pattern: re.Pattern[str], fields: SearchFields, *, in_texts: bool) -> float:
    """Return what the best match of a word counts: in a title more than in a name, a pack's title or a text."""
    groups = (fields.titles, fields.names, fields.packs, fields.texts if in_texts else ())
    is_latin = pattern.pattern.isascii()
    for weight, texts in zip(_FIELD_WEIGHTS, groups, strict=True):
        best = 0.0
        for number, text in enumerate(texts):
            place = _place(pattern, _fold(text))
            # In a long text it is hardly what was meant. Words of Korean are joined to others.
            if place == _INSIDE and texts is fields.texts and is_latin:
                continue
            if place:
                best = max(best, weight + place - min(number, 1) * _OTHER_LANGUAGE)
        if best:
            return best
    return 0.0


def _place(pattern: re.Pattern[str], text: str) -> float:
    """Return what a match counts by its place: the start of the text, that of a word, or inside; 0 if there is none."""
    best = 0.0
    for match in pattern.finditer(text):
        if not match.start():
            return _AT_START
        if not text[match.start() - 1].isalnum():
            return _AT_WORD
        best = _INSIDE
    return best


@lru_cache(256)
def _pattern(word: str) -> re.Pattern[str]:
    """Return the pattern of a word. Each letter of it matches in one way only, so that no text takes long.

    A consonant also matches a syllable that begins with it, and the last syllable one that is typed further. A final
    may be the initial of the next syllable, as in 식 while 시그마 is typed. Hangul is found without its spaces.
    """
    letters = hangul.typed_letters(word) if _is_all_letters(word) else word
    last = len(letters) - 1
    gap = " ?" if hangul.has_hangul(word) else ""
    return re.compile(gap.join(_letter_pattern(letter, is_last=at == last) for at, letter in enumerate(letters)))


def _is_all_letters(word: str) -> bool:
    """Return whether a word has letters only, no syllables: then ㄳ is ㄱ and ㅅ, which an input method has joined."""
    return not any(map(hangul.is_syllable, word))


def _letter_pattern(letter: str, *, is_last: bool) -> str:
    if letter in hangul.INITIALS:
        return _beginning_with(letter)
    if not hangul.is_syllable(letter):
        joined = hangul.typed_letters(letter)
        return re.escape(letter) if joined == letter else "".join(map(_letter_or_itself, joined))
    initial, vowel, final = hangul.syllable_parts(letter)
    if not final:
        return _range(letter, hangul.syllable(initial, _last_vowel(vowel), hangul.FINALS[-1])) if is_last else letter
    rest, moved = hangul.split_final(final)
    divided = f"{hangul.syllable(initial, vowel, rest)} ?{_beginning_with(moved)}"
    whole = _finals_from(initial, vowel, final) if is_last else letter
    return f"(?:{whole}|{divided})"


def _letter_or_itself(letter: str) -> str:
    return _beginning_with(letter) if letter in hangul.INITIALS else letter


def _beginning_with(initial: str) -> str:
    first = hangul.syllable(initial, hangul.VOWELS[0])
    last = hangul.syllable(initial, hangul.VOWELS[-1], hangul.FINALS[-1])
    return f"[{initial}{first}-{last}]"


def _range(first: str, last: str) -> str:
    return f"[{first}-{last}]"


def _last_vowel(vowel: str) -> str:
    """Return the last of the vowels that a vowel becomes when it is typed further: ㅗ, ㅘ, ㅙ, ㅚ follow each other."""
    return {"ㅗ": "ㅚ", "ㅜ": "ㅟ", "ㅡ": "ㅢ"}.get(vowel, vowel)


def _finals_from(initial: str, vowel: str, final: str) -> str:
    """Return the syllables that a syllable becomes when its final is typed further."""
    finals = [other for other in hangul.FINALS if hangul.typed_letters(other).startswith(final)]
    return "[" + "".join(hangul.syllable(initial, vowel, other) for other in (final, *finals)) + "]"


# --- letters, typos ---


def _subsequence_score(letters: str, text: str) -> float:
    """Return how densely the letters occur in their order, from the first match on; 0 if too sparsely."""
    begin = end = text.find(letters[:1])
    for letter in letters[1:]:
        end = text.find(letter, end + 1) if end >= 0 else -1
    if end < 0 or len(letters) < 2:
        return 0.0
    density = len(letters) / (end - begin + 1)
    return density if density >= _MIN_DENSITY else 0.0


def _occurs_nearly(word: str, text: str) -> bool:
    """Return whether a word occurs in a text. In a long word one letter may be wrong, missing, too many, or swapped.

    Two sets of bits, as in the algorithm of Wu and Manber, say how much of the word ends at each letter of the text:
    without a typo and with one.
    """
    if len(word) < _MIN_TYPO_LENGTH:
        return word in text
    masks: dict[str, int] = {}
    for at, letter in enumerate(word):
        masks[letter] = masks.get(letter, 0) | 1 << at
    goal = 1 << (len(word) - 1)
    exact, near, before_last, last_mask = 0, 1, 0, 0
    for letter in text:
        mask, last = masks.get(letter, 0), exact
        exact = (last << 1 | 1) & mask
        swapped = (((before_last << 1 | 1) & mask) << 1) & last_mask
        near = (near << 1 | 1) & mask | (last | exact) << 1 | 1 | last | swapped
        if near & goal:
            return True
        before_last, last_mask = last, mask
    return False
