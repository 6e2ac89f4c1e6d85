"""Lexer: tokens with their offsets, look-alike characters, and errors that suggest what to type instead."""

from __future__ import annotations

import re
import unicodedata
from fractions import Fraction
from typing import TYPE_CHECKING, NamedTuple

from tutor.algebra.errors import AlgebraError
from tutor.algebra.latex import read_command, read_derivative, read_subscript
from tutor.algebra.limits import MAX_EXPONENT, MAX_NAME
from tutor.algebra.literals import MINUS_SIGNS, parse_number
from tutor.algebra.typed_text import clean
from tutor.i18n import N_, Message, message

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

#: Signs of comparison, and the operation of each.
COMPARISONS = {"<": "lt", ">": "gt", "<=": "le", ">=": "ge", "==": "eq", "!=": "ne"}
_OPERATOR_ALIASES = {
    "≤": "<=",
    "≥": ">=",
    "≠": "!=",
    "⩽": "<=",
    "⩾": ">=",
    **dict.fromkeys("·×∗⋅•∙⊙✕✖⨯", "*"),
    **dict.fromkeys("÷∕⁄➗", "/"),
    **dict.fromkeys(MINUS_SIGNS, "-"),
    "ᵀ": "T",
    "⊤": "T",
    "√": "√",
}
#: What to write instead of characters that are not accepted.
_SUGGESTIONS = {
    "∛": N_("Write a cube root as x^(1/3)."),
    "∜": N_("Write a fourth root as x^(1/4)."),
    "…": N_("“…” leaves something out. Write it in full: 0.333… is 1/3."),
    ".": N_("This point is not part of a number. Write numbers as 0.5 and a transpose as X.T."),
    "|": N_("Write an absolute value as abs(x)."),
    "‖": N_("Write a norm as norm(x)."),
    "∑": N_("Write the sum of a matrix as sum(X)."),
    "%": N_("“%” can't be used here. Write percentages as decimals: 0.5 for 50%."),
    "\\": N_("This LaTeX command can't be used here. Write it as plain text."),
    "!": N_("“!” can't be used here. Write a factorial as a product."),
    "∞": N_("“∞” is not a number. Write a number."),
    "∂": N_("“∂” is allowed only in the name of a gradient, such as ∂L/∂z."),
}
#: Characters that are tokens by themselves, and pairs that are not two such tokens.
_SINGLE_CHARACTERS = "+-*/^()[],@=;{}&:<>"
_TWO_CHARACTERS = ("**", "==", "<=", ">=", "!=", "+=", "-=", "*=", "/=", "@=")
#: White space besides Unicode spaces. Other control characters would reach the terminal with the text.
_WHITESPACE = " \t\n\r"
# `2e3` is two thousand, but `2e^3` is 2·e³: an e is an exponent only if digits follow it directly.
_NUMBER = re.compile(rf"(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+\-{MINUS_SIGNS}]?[0-9]+)?")
# Letters, marks and ASCII digits; not ², ½ or full-width letters, which \w also matches.
_WORD_CHARACTER = r"(?:[^\W\u00b2\u00b3\u00b9\u00bc-\u00be\u1d40\u2070-\u209c\uff00-\uffef][\u0300-\u036f]*)"
_WORD = re.compile(rf"(?!\d){_WORD_CHARACTER}+'*")
_TRANSPOSE = re.compile(r"\.T(?!\w)")
# An attribute, as in Python code, directly behind what it belongs to.
_ATTRIBUTE = re.compile(r"(?<=[\w)\]'ᵀ])\.(?!\d)\w+")
# Groups of three digits that can't be a decimal: 1,234,567 and 1,234.5.
_GROUPED = re.compile(r"[0-9]{1,3}(?:(?:,[0-9]{3}){2,}(?:\.[0-9]+)?|,[0-9]{3}\.[0-9]+)(?![0-9,])")
_REPEATING = re.compile(r"(?P<head>[0-9]*\.(?P<fixed>[0-9]*))\((?P<period>[0-9]{1,12})\)(?![0-9])")
_UNDERSCORES = re.compile(r"[0-9_.]+")
_DIGITS = re.compile(r"\d+(?:\.\d+)?")
_ELLIPSIS = re.compile(r"\.{3}|…")
#: A derivative such as ∂L/∂y, also with spaces and another sign of division.
DERIVATIVE = re.compile(r"(?P<d>[d∂])(?P<above>(?!\d)\w+'*)\s*[/÷∕⁄]\s*[d∂]\s?(?P<below>(?!\d)\w+'*)")
_PARTIAL = re.compile(r"∂\s?(?P<above>(?!\d)\w+'*)\s*[/÷∕⁄]\s*∂\s?(?P<below>(?!\d)\w+'*)")
# A superscript exponent, as `format_expr` writes it: x² is x^2 and x⁻¹ is x^-1.
_SUPERSCRIPT = re.compile("(⁻?)([⁰¹²³⁴⁵⁶⁷⁸⁹]+)")
_FROM_SUPERSCRIPT = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹", "0123456789")


#: A text in quotes, on one line.
_STRING = re.compile(r"""\"[^"\n]*\"|'[^'\n]*'|“[^”\n]*”|‘[^’\n]*’""")


class Token(NamedTuple):
    """A token. `kind` is `number`, `fraction`, `name`, `attribute`, `string`, `end`, or the operator.

    `**` becomes `^`, `.T` and `ᵀ` become `T`. `length` is that in the text as typed, 0 if it is that of `text`.
    """

    kind: str
    text: str
    position: int
    value: Fraction = Fraction(0)
    length: int = 0

    @property
    def width(self) -> int:
        """The number of characters in the text as typed."""
        return self.length or len(self.text)


def tokenize(
    text: str, compound_names: Iterable[str] = (), max_exponent: int = MAX_EXPONENT, is_answer: bool = False
) -> Iterator[Token]:
    """Yield the tokens of `text` lazily, so that a text refused early costs little.

    `compound_names` are the declared names that are not identifiers, such as `dL/dz`. Numbers as people write them are
    read in an answer only. Raises `AlgebraError`.
    """
    text = clean(text)
    longest_first = sorted(compound_names, key=len, reverse=True)
    offset = depth = 0
    while offset < len(text):
        character = text[offset]
        if character in _SINGLE_CHARACTERS and not text.startswith(_TWO_CHARACTERS, offset):
            depth += (character in "([{") - (character in ")]}")
            yield Token(character, character, offset)
            offset += 1
        elif character in _WHITESPACE or (character > "~" and unicodedata.category(character) == "Zs"):
            offset += 1
        elif character == "$" and is_answer:
            # LaTeX is written between these.
            offset += 1
        elif (token := _compound_name(text, offset, longest_first)) or (
            character in "0123456789." and (token := _read_number(text, offset, max_exponent, is_answer, depth))
        ):
            yield token
            offset += token.width
        elif match := _TRANSPOSE.match(text, offset):
            yield Token("T", match[0], offset)
            offset = match.end()
        elif match := _ATTRIBUTE.match(text, offset):
            yield Token("attribute", match[0], offset)
            offset = match.end()
        elif match := _SUPERSCRIPT.match(text, offset):
            yield from _superscript_tokens(match)
            offset = match.end()
        elif (match := _WORD.match(text, offset)) and match[0].rstrip("'").isidentifier():
            word = match[0]
            offset = match.end()
            if word.endswith("_") and (braced := read_subscript(text, offset - 1)):
                # x_{1} is x_1.
                word, offset = word[:-1] + braced[0], offset - 1 + braced[1]
            yield Token("name", _normalise_name(word, match.start()), match.start(), length=offset - match.start())
        elif match := _STRING.match(text, offset):
            yield Token("string", match[0], offset)
            offset = match.end()
        elif character == "\\" and (command := read_command(text, offset)) and command[0] != "command":
            kind, word, length = command
            if kind == "name" and word == "sum" and text.startswith("_", offset + length):
                raise AlgebraError(Message(_SUGGESTIONS["∑"]), offset, length)
            if kind:
                yield Token(kind, word, offset, length=length)
            offset += length
        elif text.startswith("\\|", offset):
            raise AlgebraError(Message(_SUGGESTIONS["‖"]), offset, 2)
        else:
            sign, length = _read_operator(text, offset)
            yield Token(sign, text[offset : offset + length], offset)
            offset += length
    yield Token("end", "", len(text))


def _read_number(text: str, offset: int, max_exponent: int, is_answer: bool, depth: int) -> Token | None:
    """Return the number at `offset`, None if there is none. `depth` counts the open brackets before it."""
    if is_answer:
        if ellipsis := _ELLIPSIS.match(text, offset):
            raise AlgebraError(Message(_SUGGESTIONS["…"]), offset, len(ellipsis[0]))
        if repeating := _REPEATING.match(text, offset):
            raise _repeating_decimal_error(repeating)
        # Between brackets commas separate values.
        if depth == 0 and (grouped := _GROUPED.match(text, offset)):
            digits = grouped[0].replace(",", "")
            return Token("number", digits, offset, parse_number(digits, offset), len(grouped[0]))
    match = _NUMBER.match(text, offset)
    if match is None:
        return None
    if text.startswith("_", match.end()) and (grouped := _UNDERSCORES.match(text, offset)):
        whole = grouped[0].replace("_", "")
        raise AlgebraError(message(N_("Numbers can't contain “_”. Write {whole}."), whole=whole), match.end())
    if is_answer and (ellipsis := _ELLIPSIS.match(text, match.end())):
        raise AlgebraError(Message(_SUGGESTIONS["…"]), match.end(), len(ellipsis[0]))
    return Token("number", match[0], offset, parse_number(match[0], offset, max_exponent))


def _repeating_decimal_error(match: re.Match[str]) -> AlgebraError:
    fixed, period = match["fixed"], match["period"]
    scale = 10 ** len(fixed)
    value = Fraction(match["head"] + "0") + Fraction(int(period), scale * (10 ** len(period) - 1))
    return AlgebraError(
        message(
            N_("“{typed}” could be a repeating decimal or a product. Write {fraction} or {product}."),
            typed=match[0],
            fraction=f"{value.numerator}/{value.denominator}" if value.denominator > 1 else f"{value.numerator}",
            product=f"{match['head'].rstrip('.')}*{period}",
        ),
        match.start(),
        len(match[0]),
    )


def _compound_name(text: str, offset: int, names: Sequence[str]) -> Token | None:
    """Return a declared name such as `dL/dz` at `offset`, also as ∂L/∂z, ∂L / ∂z, dL÷dz or in LaTeX.

    A derivative in curly letters that has no such name becomes a name, too, which the parser refuses.
    """
    if not names and text[offset] not in "∂\\":
        return None
    for name in names:
        if _begins_with(text, offset, name):
            return Token("name", name, offset)
    if text[offset] == "\\":
        found = read_derivative(text, offset)
        return found and Token("name", found[0], offset, length=found[1])
    if text[offset] not in "d∂" or not (match := DERIVATIVE.match(text, offset) or _PARTIAL.match(text, offset)):
        return None
    name = f"d{match['above']}/d{match['below']}"
    if name in names or text[offset] == "∂":
        return Token("name", name, offset, length=match.end() - offset)
    return None


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
        return text[offset : offset + 2], 2
    character = text[offset]
    if character in _OPERATOR_ALIASES:
        return _OPERATOR_ALIASES[character], 1
    if unicodedata.category(character) == "No" and "⁄" in unicodedata.normalize("NFKC", character)[1:-1]:
        return "fraction", 1
    raise _character_error(text, offset)


def _character_error(text: str, offset: int) -> AlgebraError:
    character = text[offset]
    category = unicodedata.category(character)
    if category == "Nd" and (digits := _DIGITS.match(text, offset)):
        plain = "".join(str(unicodedata.digit(digit, digit)) for digit in digits[0])
        template = N_("“{c}” is a digit of another script. Write {d}.")
        return AlgebraError(message(template, c=digits[0], d=plain), offset, len(digits[0]))
    if character in _SUGGESTIONS:
        return AlgebraError(Message(_SUGGESTIONS[character]), offset)
    if category == "No":
        plain = unicodedata.normalize("NFKC", character).replace("⁄", "/")
        return AlgebraError(message(N_("“{c}” can't be used here. Write {d}."), c=character, d=plain), offset)
    if category.startswith(("C", "Z")):
        return AlgebraError(
            message(N_("There is an invisible character here (U+{code}). Delete it."), code=f"{ord(character):04X}"),
            offset,
        )
    return AlgebraError(
        message(N_("“{c}” can't be used here. Delete it or write it another way."), c=character), offset
    )


_CYRILLIC = str.maketrans("АВЕЅІЈКМНОРСТУХаеѕіјорсухһ", "ABESIJKMHOPCTYXaesijopcyxh")
_GREEK = str.maketrans("ΑΒΕΖΗΙΚΜΝΟΡΤΥΧο", "ABEZHIKMNOPTYXo")


def skeleton(name: str) -> str:
    """Return the same text for names that look alike, such as Latin and Cyrillic a."""
    return name.translate(_CYRILLIC).translate(_GREEK)
