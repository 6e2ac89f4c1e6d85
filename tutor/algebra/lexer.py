"""Lexer: tokens with their offsets, look-alike characters, and errors that suggest what to type instead."""

from __future__ import annotations

import difflib
import re
import unicodedata
from fractions import Fraction
from typing import TYPE_CHECKING, NamedTuple

from tutor.algebra.errors import AlgebraError
from tutor.algebra.limits import MAX_EXPONENT, MAX_NAME
from tutor.algebra.literals import MINUS_SIGNS, parse_number
from tutor.i18n import N_, Message, message

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

_OPERATOR_ALIASES = {
    **dict.fromkeys("·×∗⋅•∙⊙", "*"),
    **dict.fromkeys("÷∕⁄", "/"),
    **dict.fromkeys(MINUS_SIGNS, "-"),
    "ᵀ": "T",
    "，": ",",
}
#: What to write instead of characters that are not accepted.
_SUGGESTIONS = {
    "√": N_("Write a square root as sqrt(x)."),
    ".": N_("A point stands alone here. Write numbers as 0.5, a transpose as X.T."),
    "|": N_("Write an absolute value as abs(x)."),
    "∑": N_("Write the sum of a matrix as sum(X)."),
    "%": N_("“%” is not read here. Write per cent as decimals: 0.5 for 50 %."),
    "!": N_("“!” is not read here. Write a factorial as its product."),
    "∞": N_("“∞” is no number. Write a number."),
    "∂": N_("“∂” is read only in a gradient that has a name here, such as ∂L/∂z."),
    "{": N_("Brackets are written as ( ) here."),
    "}": N_("Brackets are written as ( ) here."),
}
#: Characters that are tokens by themselves, and pairs that are not two such tokens.
_SINGLE_CHARACTERS = "+-*/^()[],@=;"
_TWO_CHARACTERS = ("**", "==", "<=", ">=", "!=")
#: White space besides Unicode spaces. Other control characters would reach the terminal with the text.
_WHITESPACE = " \t\n\r"
# `2e3` is two thousand, but `2e^3` is 2·e³: an e is an exponent only if digits follow it directly.
_NUMBER = re.compile(rf"(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+\-{MINUS_SIGNS}]?[0-9]+)?")
# Letters, marks and ASCII digits; not ², ½ or full-width letters, which \w also matches.
_WORD_CHARACTER = r"[^\W\u00b2\u00b3\u00b9\u00bc-\u00be\u1d40\u2070-\u209c\uff00-\uffef]"
_WORD = re.compile(rf"(?!\d){_WORD_CHARACTER}+'*")
_TRANSPOSE = re.compile(r"\.T(?!\w)")
# A dotted name, as in Python code.
_DOTTED_OWNER = re.compile(r"(?!\d)\w+$")
_DOTTED_ATTRIBUTE = re.compile(r"\.((?!\d)\w+)")
_TRANSPOSE_NAMES = ("t", "mT", "transpose")
_MATMUL_NAMES = ("dot", "matmul", "mm")
_LIBRARY_NAMES = ("np", "numpy", "math", "torch", "F")
# A superscript exponent, as `format_expr` writes it: x² is x^2 and x⁻¹ is x^-1.
_SUPERSCRIPT = re.compile("(⁻?)([⁰¹²³⁴⁵⁶⁷⁸⁹]+)")
_FROM_SUPERSCRIPT = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹", "0123456789")


class Token(NamedTuple):
    """A token. `kind` is `number`, `name`, `end`, or the operator (`**` becomes `^`, `.T` and `ᵀ` become `T`)."""

    kind: str
    text: str
    position: int
    value: Fraction = Fraction(0)


def tokenize(text: str, compound_names: Iterable[str] = (), max_exponent: int = MAX_EXPONENT) -> Iterator[Token]:
    """Yield the tokens of `text` lazily, so that a text refused early costs little.

    `compound_names` are the declared names that are not identifiers, such as `dL/dz`. Raises `AlgebraError`.
    """
    longest_first = sorted(compound_names, key=len, reverse=True)
    offset = 0
    while offset < len(text):
        character = text[offset]
        if character in _SINGLE_CHARACTERS and not text.startswith(_TWO_CHARACTERS, offset):
            yield Token(character, character, offset)
            offset += 1
        elif character in _WHITESPACE or (character > "~" and unicodedata.category(character) == "Zs"):
            offset += 1
        elif longest_first and (name := next((name for name in longest_first if _begins_with(text, offset, name)), "")):
            yield Token("name", name, offset)
            offset += len(name)
        elif match := _NUMBER.match(text, offset):
            yield Token("number", match[0], offset, parse_number(match[0], offset, max_exponent))
            offset = match.end()
            if text.startswith("_", offset):
                raise AlgebraError(message(N_("“_” is not read in numbers. Leave it out.")), offset)
        elif match := _TRANSPOSE.match(text, offset):
            yield Token("T", match[0], offset)
            offset = match.end()
        elif match := _SUPERSCRIPT.match(text, offset):
            yield from _superscript_tokens(match)
            offset = match.end()
        elif (match := _WORD.match(text, offset)) and match[0].rstrip("'").isidentifier():
            yield Token("name", _normalise_name(match[0], offset), offset)
            offset = match.end()
        else:
            if dotted := _dotted_name_error(text, offset, longest_first):
                raise dotted
            sign, length = _read_operator(text, offset)
            yield Token(sign, text[offset : offset + length], offset)
            offset += length
    yield Token("end", "", len(text))


def _normalise_name(text: str, offset: int) -> str:
    if len(text) > MAX_NAME:
        raise AlgebraError(
            message(N_("This name is longer than {n} characters. Choose a shorter one."), n=MAX_NAME), offset, len(text)
        )
    return unicodedata.normalize("NFC", text)


def _superscript_tokens(match: re.Match[str]) -> Iterator[Token]:
    digits = match[2].translate(_FROM_SUPERSCRIPT)
    yield Token("^", match[0], match.start())
    if match[1]:
        yield Token("-", match[1], match.start())
    yield Token("number", digits, match.start(2), parse_number(digits, match.start(2)))


def _begins_with(text: str, offset: int, name: str) -> bool:
    # dL/dz may be typed as ∂L/∂z, which is as long.
    end = offset + len(name)
    after = text[end : end + 1]
    return text[offset:end].replace("∂", "d") == name and not (after.isalnum() or after == "_")


def _read_operator(text: str, offset: int) -> tuple[str, int]:
    """Return the operator at `at` as one character, and its length. Raises `AlgebraError` with a suggestion."""
    if text.startswith("**", offset):
        return "^", 2
    if text.startswith(_TWO_CHARACTERS, offset):
        raise _comparison_error(offset, 2)
    character = text[offset]
    if character in _OPERATOR_ALIASES:
        return _OPERATOR_ALIASES[character], 1
    raise _character_error(character, offset)


def _dotted_name_error(text: str, offset: int, compound: Sequence[str]) -> AlgebraError | None:
    """Return the error of a dotted name, as in Python code, with what to write instead; None for any other text."""
    after = _DOTTED_ATTRIBUTE.match(text, offset)
    before = _DOTTED_OWNER.search(text, 0, offset)
    if not after or not before:
        return None
    dotted_name, owner, part = text[before.start() : after.end()], before[0], after[1]
    near = difflib.get_close_matches(dotted_name, compound, n=1, cutoff=0.75)
    if near:
        advice = message(N_("Unknown name “{name}”. Did you mean {near}?"), name=dotted_name, near=near[0])
    elif part in _TRANSPOSE_NAMES:
        advice = message(N_("Write a transpose as {name}.T."), name=owner)
    elif owner in _LIBRARY_NAMES:
        advice = message(
            N_("“{name}” is written without “{owner}.” here: {part}."), name=dotted_name, owner=owner, part=part
        )
    elif part in _MATMUL_NAMES:
        advice = message(N_("Write the product of two matrices with @, as in X @ W."))
    else:
        return None
    return AlgebraError(advice, before.start(), len(dotted_name))


def _comparison_error(offset: int, length: int) -> AlgebraError:
    return AlgebraError(message(N_("Comparisons are not read here. Write only the value.")), offset, length)


def _character_error(character: str, offset: int) -> AlgebraError:
    if character in "<>≤≥≠":
        return _comparison_error(offset, 1)
    category = unicodedata.category(character)
    digit = unicodedata.digit(character, None)
    if digit is not None and category == "Nd" and not 0xFF01 <= ord(character) <= 0xFF5E:
        return AlgebraError(message(N_("“{c}” is a digit of another script. Write {d}."), c=character, d=digit), offset)
    if digit is not None and category == "Nd":
        return AlgebraError(message(N_("“{c}” is a full-width digit. Write {d}."), c=character, d=digit), offset)
    if 0xFF01 <= ord(character) <= 0xFF5E:
        plain = unicodedata.normalize("NFKC", character)
        return AlgebraError(message(N_("“{c}” is a full-width character. Write {d}."), c=character, d=plain), offset)
    if character in _SUGGESTIONS:
        return AlgebraError(Message(_SUGGESTIONS[character]), offset)
    if category == "No":
        plain = unicodedata.normalize("NFKC", character).replace("⁄", "/")
        return AlgebraError(message(N_("“{c}” is not read here. Write {d}."), c=character, d=plain), offset)
    if category.startswith(("C", "Z")):
        return AlgebraError(
            message(N_("There is an invisible character here (U+{code}). Delete it."), code=f"{ord(character):04X}"),
            offset,
        )
    return AlgebraError(message(N_("“{c}” is not read here. Delete it or write it another way."), c=character), offset)


_CYRILLIC = str.maketrans("АВЕЅІЈКМНОРСТУХаеѕіјорсухһ", "ABESIJKMHOPCTYXaesijopcyxh")
_GREEK = str.maketrans("ΑΒΕΖΗΙΚΜΝΟΡΤΥΧο", "ABEZHIKMNOPTYXo")


def skeleton(name: str) -> str:
    """Return the same text for names that look alike, such as Latin and Cyrillic a."""
    return name.translate(_CYRILLIC).translate(_GREEK)
