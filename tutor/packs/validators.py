"""Validators of the values in exercise files, with our own error messages."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable
from fractions import Fraction
from typing import Any, TypeVar

from tutor.algebra import ops
from tutor.algebra.balls import nearest_float
from tutor.algebra.errors import AlgebraError
from tutor.algebra.evaluate import evaluate
from tutor.algebra.expr import Expr, Num
from tutor.algebra.limits import GRAPH
from tutor.algebra.ops import Value
from tutor.algebra.parser import is_reserved, parse_value
from tutor.algebra.printing import format_number
from tutor.grading.problem import parse_start_symbol
from tutor.grading.skills import QUESTION_SKILLS, known_skills
from tutor.grading.tolerances import MAX_TOLERANCE
from tutor.i18n import LANGUAGES, N_, LocalizedText, Message, message
from tutor.packs.diagnostics import with_position
from tutor.packs.exercise import drop_typed_text
from tutor.packs.ids import is_valid_id
from tutor.packs.sanitize import clean_text, clean_title
from tutor.packs.symbols import MatrixSymbol, SymbolError, parse_symbol
from tutor.packs.toml_source import FORMAT_VERSION, NEWER_FORMAT, InvalidNumber, bounded_int

_ItemT = TypeVar("_ItemT")

#: An author who wants more numbers to choose from writes a range.
MAX_NUMBER_CHOICES = 1000
MISPLACED_KEY = N_("“{key}” is under [inputs]. Move it above the first [table] of the file.")


class InvalidValueError(Exception):
    """A value that a key can't have; `within` is the key path of the part of it that is to blame."""

    def __init__(self, text: Message, *within: str | int) -> None:
        super().__init__(text)
        self.message = text
        self.within = within


def parse_string(raw: Any) -> str:
    """Return a text that is not empty."""
    if not isinstance(raw, str):
        raise InvalidValueError(message(N_("Write a text in quotes here.")))
    if not raw.strip():
        raise InvalidValueError(message(N_("This text is empty. Write something, or remove the key.")))
    return raw


def text_parser(clean: Callable[[str], str]) -> Callable[[Any], LocalizedText]:
    """Return a parser of one string or a table by language; `clean` makes each text safe to show."""

    def parse(raw: Any) -> LocalizedText:
        if isinstance(raw, str):
            return LocalizedText({"": clean(parse_string(raw))})
        if not isinstance(raw, dict) or not raw:
            raise InvalidValueError(message(N_('Write a text as one string, or as { en = "…", ko = "…" }.')))
        for language, text in raw.items():
            if language not in LANGUAGES:
                raise InvalidValueError(_unknown_language_message(language), language)
            if not isinstance(text, str) or not text.strip():
                raise InvalidValueError(message(N_("Write a text in quotes here. It can't be empty.")), language)
        return LocalizedText({language: clean(text) for language, text in raw.items()})

    return parse


def parse_names(raw: Any) -> tuple[str, ...]:
    """Return a list of different names."""
    if not isinstance(raw, list) or not all(isinstance(name, str) for name in raw):
        raise InvalidValueError(message(N_('Write a list of names here, such as ["a", "b"].')))
    twice = next((name for name, times in Counter(raw).items() if times > 1), None)
    if twice is not None:
        raise InvalidValueError(message(N_("“{name}” appears twice. Keep one."), name=twice))
    return tuple(raw)


def parse_skills(raw: Any) -> tuple[str, ...]:
    """Return the skills of a question: ids of question skills, or of rules."""
    names = parse_names(raw)
    known = known_skills()
    for name in names:
        if name not in known:
            text = N_("There is no skill “{name}”. A question's skills are {known}, and the ids of rules, such as mul.")
            raise InvalidValueError(message(text, name=name, known=", ".join(QUESTION_SKILLS)))
    return names


def parse_blanks(raw: Any) -> tuple[str, ...] | None:
    """Return names of blanks, None for all."""
    if raw == "all":
        return None
    if isinstance(raw, str):
        raise InvalidValueError(
            message(N_('Write blanks as "all" or as a list of names, such as ["start", "x->mul1"].'))
        )
    return parse_names(raw)


def parse_wrt(raw: Any) -> tuple[str, ...]:
    """Return names of inputs, at least one."""
    names = parse_names(raw)
    if not names:
        raise InvalidValueError(
            message(N_("wrt is empty, so no gradient is asked for. Name an input, or remove wrt to ask for all."))
        )
    return names


def parse_id(raw: Any) -> str:
    """Return a valid id."""
    if not isinstance(raw, str) or not is_valid_id(raw):
        raise InvalidValueError(message(N_("Write an id with letters, digits and -, such as two-roads.")))
    return raw


def parse_needs(raw: Any) -> tuple[str, ...]:
    """Return ids of exercises, in the form `pack/exercise` or of the same pack."""
    names = parse_names(raw)
    for name in names:
        if not all(is_valid_id(part) for part in name.split("/")) or name.count("/") > 1:
            raise InvalidValueError(
                message(N_("“{name}” is not the id of an exercise. Write pack/exercise."), name=name)
            )
    return names


def parse_mode(raw: Any) -> str:
    """Return practice or exam."""
    if raw not in ("practice", "exam"):
        raise InvalidValueError(message(N_('The mode must be "practice" or "exam".')))
    return str(raw)


def one_of(*names: str) -> Callable[[Any], str]:
    """Return a parser of one of some names."""

    def parse(raw: Any) -> str:
        if raw not in names:
            known = " · ".join(f'"{name}"' for name in names)
            raise InvalidValueError(message(N_("Write one of these here: {known}."), known=known))
        return str(raw)

    return parse


def parse_links(raw: Any) -> tuple[str, ...]:
    """Return addresses of web pages."""
    names = parse_names(raw)
    for name in names:
        if not re.fullmatch(r"https?://[^\s\x00-\x1f\x7f]+", name):
            raise InvalidValueError(message(N_("“{name}” is not a link. Links begin with https://."), name=name))
    return tuple(map(clean_title, names))


def int_between(low: int, high: int) -> Callable[[Any], int]:
    """Return a parser of whole numbers from `low` to `high`."""

    def parse(raw: Any) -> int:
        if isinstance(raw, bool) or not isinstance(raw, int) or not low <= raw <= high:
            raise InvalidValueError(message(N_("Write a whole number from {low} to {high} here."), low=low, high=high))
        return raw

    return parse


def parse_number(raw: Any) -> Fraction:
    """Return an exact number."""
    if isinstance(raw, int) and not isinstance(raw, bool):
        raw = bounded_int(raw)
    if isinstance(raw, InvalidNumber):
        raise InvalidValueError(raw.message)
    if not isinstance(raw, Fraction):
        raise InvalidValueError(message(N_("Write a number here, without quotes.")))
    return raw


def parse_step(raw: Any) -> Fraction:
    """Return an exact number greater than 0."""
    number = parse_number(raw)
    if number <= 0:
        raise InvalidValueError(message(N_("The step must be greater than 0.")))
    return number


def parse_tolerance(raw: Any) -> Fraction:
    """Return the largest relative error of an answer: an exact number greater than 0, at most `MAX_TOLERANCE`."""
    number = parse_number(raw)
    if not 0 < number <= MAX_TOLERANCE:
        raise InvalidValueError(
            message(
                N_("A tolerance is a share of the right value, greater than 0 and at most {most}, such as 0.001."),
                most=format_number(MAX_TOLERANCE),
            )
        )
    return number


def _require_finite(value: Value) -> Value:
    """Return the value. Raises `InvalidValueError` if a cell of it has no finite float."""
    for cell in ops.cells(value):
        try:
            number = nearest_float(cell)
        except OverflowError:
            number = float("inf")
        if not abs(number) < float("inf"):
            raise InvalidValueError(message(N_("This value is not finite. Write another number.")))
    return value


def _parse_formula(raw: str) -> Value:
    try:
        return _require_finite(drop_typed_text(evaluate(parse_value(raw), {})))
    except AlgebraError as error:
        raise InvalidValueError(with_position(error, raw)) from None


def _parse_cell(raw: Any) -> Expr:
    if isinstance(raw, str):
        value = _parse_formula(raw)
        if ops.is_matrix(value):
            raise InvalidValueError(message(N_("A list can't contain a matrix. Write its entries.")))
        assert isinstance(value, Expr)
        return value
    return Num(parse_number(raw))


def _parse_matrix(raw: list[Any]) -> Value:
    rows = raw if raw and all(isinstance(row, list) for row in raw) else [raw]
    if not all(rows) or any(isinstance(cell, list) for row in rows for cell in row):
        raise InvalidValueError(message(N_("Write a matrix as a list of rows: [[1, 2], [3, 4]].")))
    for position, row in enumerate(rows, 1):
        if len(row) != len(rows[0]):
            raise InvalidValueError(
                message(
                    N_("Entries in row {row}: {n}. Entries in the first row: {m}. Make all rows equally long."),
                    row=position,
                    n=len(row),
                    m=len(rows[0]),
                )
            )
    if len(rows) * len(rows[0]) > GRAPH.cells:
        raise InvalidValueError(message(N_("A matrix can have at most {n} entries."), n=GRAPH.cells))
    matrix = ops.make_matrix(tuple(tuple(_parse_cell(cell) for cell in row) for row in rows))
    return matrix if rows is raw else ops.as_vector(matrix)


def parse_input(raw: Any) -> Value | MatrixSymbol:
    """Return the exact value of an input: a number, a formula in quotes, a matrix, or a symbol."""
    if isinstance(raw, dict):
        if raw.get("symbol") is True:
            return _parse_symbol(raw)
        if "shape" in raw or "domain" in raw:
            raise InvalidValueError(message(N_("Write symbol = true for a symbol.")))
        raise InvalidValueError(
            message(N_('A value is a number, a text such as "log(3)", or a matrix [[1, 2], [3, 4]].'))
        )
    if isinstance(raw, list):
        return _parse_matrix(raw)
    return _parse_formula(parse_string(raw)) if isinstance(raw, str) else Num(parse_number(raw))


def _parse_symbol(raw: dict[str, Any]) -> Value | MatrixSymbol:
    """Return a symbol, which gets the name of its input later."""
    try:
        return parse_symbol(raw)
    except SymbolError as error:
        raise InvalidValueError(error.message, *error.within) from None


def parse_start(raw: Any) -> Value:
    """Return the exact start: a value as for inputs, or a symbol such as `dL/dz`."""
    symbol = parse_start_symbol(raw) if isinstance(raw, str) else None
    if isinstance(raw, dict):
        raise InvalidValueError(message(N_('A start is a number, a matrix of numbers, or a symbol such as "dL/dz".')))
    return symbol or parse_input(raw)


def parse_forward(raw: Any) -> tuple[str, ...] | None:
    """Return names of nodes, None for all."""
    if raw == "all":
        return None
    if isinstance(raw, str):
        raise InvalidValueError(message(N_('Write forward values as "all" or as a list of nodes, such as ["q", "u"].')))
    return parse_names(raw)


def parse_stages(raw: Any) -> tuple[tuple[str, ...] | None, ...]:
    """Return the blanks of each stage, None for all."""
    if not isinstance(raw, list) or not raw:
        raise InvalidValueError(message(N_('Write stages as a list, such as [["b"], ["b", "w"], "all"].')))
    return _parse_each(raw, parse_blanks)


def _parse_each(raw: list[Any], parse: Callable[[Any], _ItemT]) -> tuple[_ItemT, ...]:
    items = []
    for position, item in enumerate(raw):
        try:
            items.append(parse(item))
        except InvalidValueError as error:
            raise InvalidValueError(error.message, position, *error.within) from None
    return tuple(items)


def parse_symbols(raw: Any) -> dict[str, str | MatrixSymbol]:
    """Return the domain, the formula or the shape of each symbol; symbols in a list are real."""
    if isinstance(raw, list):
        raw = dict.fromkeys(parse_names(raw), "real")
    if not isinstance(raw, dict) or not raw or not all(isinstance(meaning, str | dict) for meaning in raw.values()):
        raise InvalidValueError(
            message(
                N_(
                    'Write symbols as a list, such as ["d", "y"], or as a table, such as { U = '
                    '"grad(A)", X = { shape = ["n", 3] } }.'
                )
            )
        )
    for name in raw:
        if not re.fullmatch(r"(?!\d)\w+(\.\w+)*|d\w+/d\w+", name) or is_reserved(name):
            raise InvalidValueError(
                message(N_("“{name}” can't be a symbol. Write a name such as y or self.output."), name=name)
            )
    return {
        name: meaning if isinstance(meaning, str) else _parse_own_symbol(name, meaning) for name, meaning in raw.items()
    }


def _parse_own_symbol(name: str, raw: dict[str, Any]) -> str | MatrixSymbol:
    """Return the shape and the domain of a question's symbol, or its domain alone if it is a number."""
    try:
        symbol = parse_symbol(raw)
    except SymbolError as error:
        raise InvalidValueError(error.message, name, *error.within) from None
    return symbol if isinstance(symbol, MatrixSymbol) else symbol.domain


def parse_choices(raw: Any) -> tuple[Expr, ...]:
    """Return numbers to choose from."""
    if not isinstance(raw, list) or not raw:
        raise InvalidValueError(message(N_("Write a list of numbers here, such as [2, 3, 5].")))
    if len(raw) > MAX_NUMBER_CHOICES:
        raise InvalidValueError(
            message(N_("There are more than {n} numbers. Write from and to instead."), n=MAX_NUMBER_CHOICES)
        )
    return tuple(_parse_cell(cell) for cell in raw)


def parse_cell(raw: Any) -> tuple[int, int]:
    """Return a cell of a matrix as (row, column), counted from 0."""
    if not _is_cell(raw):
        raise InvalidValueError(message(N_("Write a cell as [row, column], counted from 0.")))
    row, column = raw
    return row, column


def _is_cell(raw: Any) -> bool:
    return isinstance(raw, list) and len(raw) == 2 and all(type(part) is int for part in raw)


def parse_cells(raw: Any) -> frozenset[tuple[int, int]]:
    """Return cells of a matrix as (row, column), counted from 0."""
    if not isinstance(raw, list) or not all(map(_is_cell, raw)):
        raise InvalidValueError(message(N_("Write cells as [[row, column]], counted from 0.")))
    return frozenset((row, column) for row, column in raw)


def parse_texts(raw: Any) -> tuple[LocalizedText, ...]:
    """Return a list of texts, or one text as such a list."""
    parse = text_parser(clean_text)
    return _parse_each(raw, parse) if isinstance(raw, list) else (parse(raw),)


def parse_format(raw: Any) -> int:
    """Return the version of the format."""
    if isinstance(raw, int) and not isinstance(raw, bool) and raw > FORMAT_VERSION:
        raise InvalidValueError(message(NEWER_FORMAT))
    return int_between(1, FORMAT_VERSION)(raw)


def parse_languages(raw: Any) -> tuple[str, ...]:
    """Return codes of languages."""
    names = parse_names(raw)
    for name in names:
        if name not in LANGUAGES:
            raise InvalidValueError(_unknown_language_message(name))
    return names


def _unknown_language_message(name: str) -> Message:
    text = N_("“{language}” is not a language of this program. The languages are {known}.")
    return message(text, language=name, known=", ".join(LANGUAGES))
