"""Hangul: the letters of its syllables, and what the keys of the two-set keyboard type."""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING

from tutor.i18n import LANGUAGES, LATIN_KEYBOARD

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

#: The letters that a syllable has, in the order of Unicode. Its number is (initial · 21 + vowel) · 28 + final.
INITIALS = "ㄱㄲㄴㄷㄸㄹㅁㅂㅃㅅㅆㅇㅈㅉㅊㅋㅌㅍㅎ"
VOWELS = "ㅏㅐㅑㅒㅓㅔㅕㅖㅗㅘㅙㅚㅛㅜㅝㅞㅟㅠㅡㅢㅣ"
FINALS = ("", *"ㄱㄲㄳㄴㄵㄶㄷㄹㄺㄻㄼㄽㄾㄿㅀㅁㅂㅄㅅㅆㅇㅈㅊㅋㅌㅍㅎ")
_FIRST, _LAST = 0xAC00, 0xD7A3

#: Letters that are typed with two keys, as finals and as vowels.
_TYPED_AS = {
    "ㄳ": "ㄱㅅ",
    "ㄵ": "ㄴㅈ",
    "ㄶ": "ㄴㅎ",
    "ㄺ": "ㄹㄱ",
    "ㄻ": "ㄹㅁ",
    "ㄼ": "ㄹㅂ",
    "ㄽ": "ㄹㅅ",
    "ㄾ": "ㄹㅌ",
    "ㄿ": "ㄹㅍ",
    "ㅀ": "ㄹㅎ",
    "ㅄ": "ㅂㅅ",
    "ㅘ": "ㅗㅏ",
    "ㅙ": "ㅗㅐ",
    "ㅚ": "ㅗㅣ",
    "ㅝ": "ㅜㅓ",
    "ㅞ": "ㅜㅔ",
    "ㅟ": "ㅜㅣ",
    "ㅢ": "ㅡㅣ",
}
_COMPOUNDS = {parts: letter for letter, parts in _TYPED_AS.items()}

#: The two-set keyboard (KS X 5002): what each key types, and the keys that type another letter with Shift.
_KEYS, _LETTERS = LATIN_KEYBOARD, LANGUAGES["ko"].keyboard
_SHIFTED = {"Q": "ㅃ", "W": "ㅉ", "E": "ㄸ", "R": "ㄲ", "T": "ㅆ", "O": "ㅒ", "P": "ㅖ"}
_LETTER_OF = {**dict(zip(_KEYS, _LETTERS, strict=True)), **dict(zip(_KEYS.upper(), _LETTERS, strict=True)), **_SHIFTED}
_KEY_OF = {**dict(zip(_LETTERS, _KEYS, strict=True)), **{letter: key for key, letter in _SHIFTED.items()}}

#: Initials, vowels and finals that stand alone in decomposed text, as the letters of the keyboard.
_CONJOINING = {
    **{0x1100 + number: letter for number, letter in enumerate(INITIALS)},
    **{0x1161 + number: letter for number, letter in enumerate(VOWELS)},
    **{0x11A7 + number: letter for number, letter in enumerate(FINALS) if letter},
}
_HANGUL = re.compile("[ㄱ-ㅣ가-힣]")


def compose_text(text: str) -> str:
    """Return a text with each syllable as one character, and letters that stand alone as those of the keyboard."""
    return unicodedata.normalize("NFC", text).translate(_CONJOINING)


def has_hangul(text: str) -> bool:
    return bool(_HANGUL.search(text))


def is_syllable(character: str) -> bool:
    return _FIRST <= ord(character) <= _LAST


def syllable(initial: str, vowel: str, final: str = "") -> str:
    """Return the syllable with these letters."""
    return chr(
        _FIRST + (INITIALS.index(initial) * len(VOWELS) + VOWELS.index(vowel)) * len(FINALS) + FINALS.index(final)
    )


def syllable_parts(character: str) -> tuple[str, str, str]:
    """Return the initial, the vowel and the final of a syllable; the final may be empty."""
    rest, final = divmod(ord(character) - _FIRST, len(FINALS))
    initial, vowel = divmod(rest, len(VOWELS))
    return INITIALS[initial], VOWELS[vowel], FINALS[final]


def typed_letters(text: str) -> str:
    """Return a text with each Hangul letter as its keys type it: 값 is ㄱㅏㅂㅅ. All else stays."""
    return "".join(_each_letter(text))


def _each_letter(text: str) -> Iterator[str]:
    for character in text:
        for letter in syllable_parts(character) if is_syllable(character) else (character,):
            yield _TYPED_AS.get(letter, letter)


def to_latin(text: str) -> str:
    """Return what the same keys type on an English keyboard: 시그마 is tlrmak."""
    return "".join(_KEY_OF.get(letter, letter) for letter in typed_letters(text))


def to_hangul(text: str) -> str:
    """Return what the same keys type on a Korean keyboard: tlrmak is 시그마, and rkqtdl is 값이."""
    return compose_letters(_LETTER_OF.get(character, character) for character in text)


def compose_letters(letters: Iterable[str]) -> str:
    """Return letters joined to syllables as an input method joins them while they are typed."""
    done: list[str] = []
    initial = vowel = final = ""
    for letter in letters:
        if letter in VOWELS:
            if final:
                # The consonant that ended the last syllable begins this one.
                rest, moved = split_final(final)
                done.append(_join(initial, vowel, rest))
                initial, vowel, final = moved, letter, ""
            elif not vowel:
                vowel = letter
            elif vowel + letter in _COMPOUNDS:
                vowel = _COMPOUNDS[vowel + letter]
            else:
                done.append(_join(initial, vowel, ""))
                initial, vowel = "", letter
        elif initial and vowel and letter in FINALS and (not final or final + letter in _COMPOUNDS):
            final = _COMPOUNDS[final + letter] if final else letter
        else:
            done.append(_join(initial, vowel, final))
            initial = vowel = final = ""
            if letter in INITIALS:
                initial = letter
            else:
                done.append(letter)
    done.append(_join(initial, vowel, final))
    return "".join(done)


def split_final(final: str) -> tuple[str, str]:
    """Return what stays of a final when a vowel is typed after it, and the consonant that begins the next syllable."""
    letters = _TYPED_AS.get(final, final)
    return letters[:-1], letters[-1]


def _join(initial: str, vowel: str, final: str) -> str:
    return syllable(initial, vowel, final) if initial and vowel else initial + vowel
