"""Readers of what keys of a pack can hold, each from what TOML gives to what the tutor works with."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable
from fractions import Fraction
from typing import Any

from tutor.algebra import AlgebraError, Expr, Num, Sym, read_value, values
from tutor.algebra.balls import nearest_float
from tutor.algebra.evaluate import evaluate
from tutor.algebra.limits import GRAPH
from tutor.algebra.parser import reserved
from tutor.algebra.values import Value
from tutor.i18n import LANGUAGES, N_, Message, Text, message
from tutor.packs.exercise import untyped
from tutor.packs.faults import at_place
from tutor.packs.ids import is_id
from tutor.packs.plain_text import one_line, paragraphs
from tutor.packs.questions import DOMAINS
from tutor.packs.source import FORMAT, NEWER, Unreadable, whole
from tutor.packs.symbols import symbol_of_start

MISPLACED = N_("“{key}” stands under [inputs]. Move it above the first [table] of the file.")
#: More numbers to choose from than this are a range.
MAX_CHOICES = 1000


class Refused(Exception):
    """A value that a key can't have, with our own sentence, and the place in it that is to blame."""

    def __init__(self, text: Message, *within: str | int) -> None:
        super().__init__(text)
        self.message = text
        self.within = within


def read_string(raw: Any) -> str:
    """A text that is not empty."""
    if not isinstance(raw, str):
        raise Refused(message(N_("A text is expected here. Write it in quotes.")))
    if not raw.strip():
        raise Refused(message(N_("This text is empty. Write something or leave the key out.")))
    return raw


def text_reader(clean: Callable[[str], str]) -> Callable[[Any], Text]:
    """A reader of one string or a table by languages; `clean` makes each safe to show."""

    def read(raw: Any) -> Text:
        if isinstance(raw, str):
            return Text({"": clean(read_string(raw))})
        if not isinstance(raw, dict) or not raw:
            raise Refused(message(N_('A text is one string or { en = "…", ko = "…" }.')))
        for language, text in raw.items():
            if language not in LANGUAGES:
                raise Refused(_no_language(language), language)
            if not isinstance(text, str) or not text.strip():
                raise Refused(message(N_("A text in quotes is expected here, and it may not be empty.")), language)
        return Text({language: clean(text) for language, text in raw.items()})

    return read


def read_names(raw: Any) -> tuple[str, ...]:
    """A list of names, each once."""
    if not isinstance(raw, list) or not all(isinstance(name, str) for name in raw):
        raise Refused(message(N_('A list of names is expected here, such as ["a", "b"].')))
    twice = next((name for name, times in Counter(raw).items() if times > 1), None)
    if twice is not None:
        raise Refused(message(N_("“{name}” stands here twice. Keep one."), name=twice))
    return tuple(raw)


def read_blanks(raw: Any) -> tuple[str, ...] | None:
    """Names of blanks, or None for all."""
    if raw == "all":
        return None
    if isinstance(raw, str):
        raise Refused(message(N_('Blanks are "all" or a list of their names, such as ["start", "x->mul1"].')))
    return read_names(raw)


def read_wrt(raw: Any) -> tuple[str, ...]:
    """Names of inputs, at least one."""
    names = read_names(raw)
    if not names:
        raise Refused(message(N_("Gradients of no input are asked. Name one, or leave wrt out for all.")))
    return names


def read_id(raw: Any) -> str:
    """An id that the author chose."""
    if not isinstance(raw, str) or not is_id(raw):
        raise Refused(message(N_("An id is made of letters, digits and -, such as two-roads.")))
    return raw


def read_needs(raw: Any) -> tuple[str, ...]:
    """Ids of exercises, with their packs or of the same one."""
    names = read_names(raw)
    for name in names:
        if not all(is_id(part) for part in name.split("/")) or name.count("/") > 1:
            raise Refused(message(N_("“{name}” is no id of an exercise. Write it as pack/exercise."), name=name))
    return names


def read_mode(raw: Any) -> str:
    """How an exercise is worked on."""
    if raw not in ("practice", "exam"):
        raise Refused(message(N_('A mode is "practice" or "exam".')))
    return str(raw)


def read_links(raw: Any) -> tuple[str, ...]:
    """Addresses in the web."""
    names = read_names(raw)
    for name in names:
        if not re.fullmatch(r"https?://[^\s\x00-\x1f\x7f]+", name):
            raise Refused(message(N_("“{name}” is no link. Links begin with https://."), name=name))
    return tuple(map(one_line, names))


def whole_between(low: int, high: int) -> Callable[[Any], int]:
    """A reader of whole numbers from `low` to `high`."""

    def read(raw: Any) -> int:
        if isinstance(raw, bool) or not isinstance(raw, int) or not low <= raw <= high:
            raise Refused(message(N_("A whole number from {low} to {high} is expected here."), low=low, high=high))
        return raw

    return read


def read_number(raw: Any) -> Fraction:
    """An exact number."""
    if isinstance(raw, int) and not isinstance(raw, bool):
        raw = whole(raw)
    if isinstance(raw, Unreadable):
        raise Refused(raw.message)
    if not isinstance(raw, Fraction):
        raise Refused(message(N_("A number is expected here, without quotes.")))
    return raw


def read_step(raw: Any) -> Fraction:
    """An exact number greater than 0."""
    number = read_number(raw)
    if number <= 0:
        raise Refused(message(N_("A step is greater than 0.")))
    return number


def _finite(value: Value) -> Value:
    """The value, or `Refused` where a cell of it has no finite value to calculate with."""
    for cell in value.ravel() if values.is_matrix(value) else [value]:
        try:
            number = nearest_float(cell)
        except OverflowError:
            number = float("inf")
        if not abs(number) < float("inf"):
            raise Refused(message(N_("This has no finite value. Write another number.")))
    return value


def _formula(raw: str) -> Value:
    try:
        return _finite(untyped(evaluate(read_value(raw), {})))
    except AlgebraError as error:
        raise Refused(at_place(error, raw)) from None


def _cell(raw: Any) -> Expr:
    if isinstance(raw, str):
        value = _formula(raw)
        if values.is_matrix(value):
            raise Refused(message(N_("A matrix can't stand inside a list. Write its entries.")))
        assert isinstance(value, Expr)
        return value
    return Num(read_number(raw))


def _matrix(raw: list[Any]) -> Value:
    rows = raw if raw and all(isinstance(row, list) for row in raw) else [raw]
    if not all(rows) or any(isinstance(cell, list) for row in rows for cell in row):
        raise Refused(message(N_("A matrix is a list of rows, each a list of numbers: [[1, 2], [3, 4]].")))
    for position, row in enumerate(rows, 1):
        if len(row) != len(rows[0]):
            raise Refused(
                message(
                    N_("Entries in row {row}: {n}, in the first row: {m}. Make all rows equally long."),
                    row=position,
                    n=len(row),
                    m=len(rows[0]),
                )
            )
    if len(rows) * len(rows[0]) > GRAPH.cells:
        raise Refused(message(N_("A matrix may have {n} entries at most."), n=GRAPH.cells))
    return values.matrix(tuple(tuple(_cell(cell) for cell in row) for row in rows))


def read_input(raw: Any) -> Value:
    """The exact value of an input: a number, a formula in quotes, a matrix."""
    if isinstance(raw, dict):
        if raw.get("symbol") is True:
            return _symbol(raw)
        raise Refused(message(N_('A value is a number, a text such as "log(3)", or a matrix [[1, 2], [3, 4]].')))
    if isinstance(raw, list):
        return _matrix(raw)
    return _formula(read_string(raw)) if isinstance(raw, str) else Num(read_number(raw))


def _symbol(raw: dict[str, Any]) -> Sym:
    """An input that stays a symbol; its name is given where the table stands."""
    domain = raw.get("domain", "real")
    if domain not in DOMAINS or not raw.keys() <= {"symbol", "domain"}:
        raise Refused(message(N_('A symbol is written { symbol = true, domain = "positive" }, or nonzero, or real.')))
    return Sym("", domain=domain)


def read_start(raw: Any) -> Value:
    """The exact start: as the value of an input, or a symbol such as `dL/dz`."""
    symbol = symbol_of_start(raw) if isinstance(raw, str) else None
    return symbol or read_input(raw)


def read_forward(raw: Any) -> tuple[str, ...] | None:
    """Names of nodes, or None for all."""
    if raw == "all":
        return None
    if isinstance(raw, str):
        raise Refused(message(N_('Forward values are "all" or a list of names of nodes, such as ["q", "u"].')))
    return read_names(raw)


def read_stages(raw: Any) -> tuple[tuple[str, ...] | None, ...]:
    """What is asked, from one variant to the next: lists of blanks, or "all"."""
    if not isinstance(raw, list) or not raw:
        raise Refused(message(N_('Stages are a list such as [["b"], ["b", "w"], "all"].')))
    found = []
    for position, stage in enumerate(raw):
        try:
            found.append(read_blanks(stage))
        except Refused as refused:
            raise Refused(refused.message, position, *refused.within) from None
    return tuple(found)


def read_symbols(raw: Any) -> dict[str, str]:
    """What an answer to a question may name: a list of symbols, or a table that gives them a domain or a value."""
    if isinstance(raw, list):
        raw = dict.fromkeys(read_names(raw), "real")
    if not isinstance(raw, dict) or not raw or not all(isinstance(told, str) for told in raw.values()):
        raise Refused(message(N_('Symbols are a list such as ["d", "y"], or a table such as { U = "grad(A)" }.')))
    for name in raw:
        if not re.fullmatch(r"(?!\d)\w+(\.\w+)*|d\w+/d\w+", name) or reserved(name):
            raise Refused(message(N_("“{name}” can't be a symbol. Write a name such as y or self.output."), name=name))
    return dict(raw)


def read_choices(raw: Any) -> tuple[Expr, ...]:
    """Numbers and formulas to choose from."""
    if not isinstance(raw, list) or not raw:
        raise Refused(message(N_("A list of numbers is expected here, such as [2, 3, 5].")))
    if len(raw) > MAX_CHOICES:
        raise Refused(message(N_("These are more than {n} numbers. Write from and to instead."), n=MAX_CHOICES))
    return tuple(_cell(cell) for cell in raw)


def read_cells(raw: Any) -> frozenset[tuple[int, int]]:
    """Cells of a matrix as (row, column), counted from 0."""

    def is_cell(cell: Any) -> bool:
        return isinstance(cell, list) and len(cell) == 2 and all(type(part) is int for part in cell)

    if not isinstance(raw, list) or not all(map(is_cell, raw)):
        raise Refused(message(N_("Cells are written as [[row, column]], counted from 0.")))
    return frozenset((row, column) for row, column in raw)


def read_texts(raw: Any) -> tuple[Text, ...]:
    """One text, or a list of them."""
    read = text_reader(paragraphs)
    if not isinstance(raw, list):
        return (read(raw),)
    found = []
    for position, text in enumerate(raw):
        try:
            found.append(read(text))
        except Refused as refused:
            raise Refused(refused.message, position, *refused.within) from None
    return tuple(found)


def read_format(raw: Any) -> int:
    """The version of the format."""
    if isinstance(raw, int) and not isinstance(raw, bool) and raw > FORMAT:
        raise Refused(message(NEWER))
    return whole_between(1, FORMAT)(raw)


def read_languages(raw: Any) -> tuple[str, ...]:
    """Languages that texts are written in."""
    names = read_names(raw)
    for name in names:
        if name not in LANGUAGES:
            raise Refused(_no_language(name))
    return names


def _no_language(name: str) -> Message:
    text = N_("“{language}” is no language here. Texts are written in {known}.")
    return message(text, language=name, known=", ".join(LANGUAGES))
