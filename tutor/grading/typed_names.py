"""Other spellings of names in answers: labels of the drawing, Greek letters and their names, U for the upstream."""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING

from tutor.algebra import ops
from tutor.algebra.latex import GREEK
from tutor.algebra.vocabulary import FUNCTIONS, is_built_in
from tutor.engine.standard_calls import ARITIES

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from tutor.algebra.ops import Value
    from tutor.i18n import LocalizedText

_LETTERS = {**GREEK, "lam": "λ", "eps": "ε"}
_WORDS: dict[str, list[str]] = {}
for _word, _letter in _LETTERS.items():
    _WORDS.setdefault(_letter, []).append(_word)
_MARKS = {"hat": "\u0302", "bar": "\u0304", "tilde": "\u0303", "dot": "\u0307"}
_MARK_NAMES = {mark: word for word, mark in _MARKS.items()}
_MARKED_WORD = re.compile(rf"(?P<letter>[^\W\d_])_?(?P<mark>{'|'.join(_MARKS)})(?P<rest>(?:_?\d+)?'*)")
_MARKED_LETTER = re.compile(rf"(?P<letter>[^\W\d_])(?P<mark>[{''.join(_MARK_NAMES)}])(?P<rest>(?:_?\d+)?'*)")
_WORD_FIRST = re.compile(r"(?P<word>[^\W\d_]+)(?P<rest>(?:_?\w*)'*)")
_NUMBERED = re.compile(r"(?P<word>[^\W\d_]+)(?P<stroke>_?)(?P<digits>\d+)(?P<primes>'*)")
_DERIVATIVE = re.compile(r"(?P<head>d\w+'*/d)(?P<name>\w+'*)")


def other_spellings(names: Mapping[str, Value], labels: Mapping[str, LocalizedText]) -> dict[str, str]:
    """Return what may be typed in place of each of `names`, by spelling.

    A spelling that is a name or a function itself, or could mean two of the names, is left out. Labels count in all
    languages, so that a stored answer can be read in each of them. Texts call the upstream gradient U; only beside a
    number called u, which a learner may type as U by mistake, that letter is not read.
    """
    found: dict[str, str] = {}
    ambiguous = set()
    for name in names:
        for spelling in spellings_of(name, labels):
            if found.setdefault(spelling, name) != name:
                ambiguous.add(spelling)
    if "up" in names and not ("u" in names and ops.shape_of(names["up"]) is None):
        found["U"] = "up"
    return {
        spelling: name
        for spelling, name in found.items()
        if not (spelling in names or spelling in ambiguous or spelling in FUNCTIONS or spelling in ARITIES)
        and not is_built_in(spelling)
    }


def spellings_of(name: str, labels: Mapping[str, LocalizedText]) -> Iterator[str]:
    """Yield other spellings of a name, and of a derivative by it such as dL/dgamma."""
    if derivative := _DERIVATIVE.fullmatch(name):
        for below in spellings_of(derivative["name"], labels):
            yield derivative["head"] + below
        return
    texts = labels[name].texts.values() if name in labels else ()
    for label in texts:
        yield from _spellings_of_label(label)
    # With the label λ/2 the letter λ means something else.
    yield from (spelling for spelling in _in_other_letters(name) if not any(spelling in label for label in texts))
    if numbered := _NUMBERED.fullmatch(name):
        stroke = "" if numbered["stroke"] else "_"
        yield f"{numbered['word']}{stroke}{numbered['digits']}{numbered['primes']}"


def _spellings_of_label(label: str) -> Iterator[str]:
    label = unicodedata.normalize("NFC", label.strip())
    words = label.split()
    if words and not label[0].isdigit():
        yield from dict.fromkeys((label, "".join(words), "_".join(words)))


def _in_other_letters(name: str) -> Iterator[str]:
    """Yield γ for gamma and gamma for γ, ŷ for yhat and yhat for ŷ."""
    parts = unicodedata.normalize("NFD", name)
    if marked := _MARKED_LETTER.fullmatch(parts) or _MARKED_WORD.fullmatch(name):
        letter, rest = marked["letter"], marked["rest"]
        word = _MARK_NAMES.get(marked["mark"], marked["mark"])
        spellings = (
            unicodedata.normalize("NFC", letter + _MARKS[word] + rest),
            f"{letter}{word}{rest}",
            f"{letter}_{word}{rest}",
        )
        yield from (spelling for spelling in spellings if spelling != name)
    if first := _WORD_FIRST.fullmatch(name):
        word, rest = first["word"], first["rest"]
        if word in _LETTERS:
            yield _LETTERS[word] + rest
            word = _LETTERS[word]
        yield from (other + rest for other in _WORDS.get(word, ()) if other + rest != name)
