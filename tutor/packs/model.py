"""The format of packs, `format = 1`, as one model of an exercise file and one of `pack.toml`.

Pydantic checks the structure; what only the graph can tell is checked in `checking`. Only `loading` imports
this module, when an exercise is opened: lists of packs need no pydantic.
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import Annotated, Any, TypeAlias

from pydantic import BaseModel, ConfigDict, Field, PlainValidator, model_validator
from pydantic_core import PydanticCustomError

from tutor.algebra.expr import Expr, Num
from tutor.algebra.ops import Value
from tutor.i18n import N_, LocalizedText, Message, message
from tutor.packs.sanitize import clean_text, clean_title
from tutor.packs.validators import (
    InvalidValueError,
    int_between,
    parse_blanks,
    parse_cells,
    parse_choices,
    parse_format,
    parse_forward,
    parse_id,
    parse_input,
    parse_languages,
    parse_links,
    parse_mode,
    parse_names,
    parse_needs,
    parse_number,
    parse_stages,
    parse_start,
    parse_step,
    parse_string,
    parse_symbols,
    parse_texts,
    parse_wrt,
    text_parser,
)

#: A question has no more choices.
MAX_QUESTION_CHOICES = 9


def _custom_error(text: Message, *within: str | int) -> PydanticCustomError:
    """Our own sentence, as an error that pydantic passes on as it is."""
    return PydanticCustomError("refused", "{sentence}", {"sentence": text, "within": within})


def _validator(parse: Callable[[Any], Any]) -> PlainValidator:
    """A validator from a reader that raises `Refused`."""

    def validate(raw: Any) -> Any:
        try:
            return parse(raw)
        except InvalidValueError as refused:
            raise _custom_error(refused.message, *refused.within) from None

    return PlainValidator(validate)


Title: TypeAlias = Annotated[LocalizedText, _validator(text_parser(clean_title))]
Paragraphs: TypeAlias = Annotated[LocalizedText, _validator(text_parser(clean_text))]
Id: TypeAlias = Annotated[str, _validator(parse_id)]
String: TypeAlias = Annotated[str, _validator(parse_string)]


class Table(BaseModel):
    """A table of a file."""

    model_config = ConfigDict(extra="forbid", frozen=True, arbitrary_types_allowed=True)


class VaryTable(Table):
    """Where fresh numbers of one input come from: `from`/`to`/`step`, or `choose`."""

    first: Annotated[Fraction | None, _validator(parse_number)] = Field(None, alias="from")
    to: Annotated[Fraction | None, _validator(parse_number)] = None
    step: Annotated[Fraction, _validator(parse_step)] = Fraction(1)
    choose: Annotated[tuple[Expr, ...] | None, _validator(parse_choices)] = None
    fix: Annotated[frozenset[tuple[int, int]], _validator(parse_cells)] = frozenset()

    @model_validator(mode="after")
    def _check_alternatives(self) -> VaryTable:
        ends = self.first is not None and self.to is not None
        if self.choose is not None and self.model_fields_set & {"first", "to", "step"}:
            raise _custom_error(message(N_("Write from and to, or choose, but not both.")))
        if self.choose is None and not ends:
            raise _custom_error(message(N_("Write { from = 2, to = 9 } or { choose = [2, 3, 5] }.")))
        if self.first is not None and self.to is not None and self.first > self.to:
            raise _custom_error(message(N_("from is greater than to. Exchange them.")))
        return self


class MistakeTable(Table):
    """An answer the author expects to go wrong, and what to say to it."""

    id: Id
    answer: String
    en: Annotated[str | None, _validator(parse_string)] = None
    ko: Annotated[str | None, _validator(parse_string)] = None

    @model_validator(mode="after")
    def _check_has_text(self) -> MistakeTable:
        if not self.text:
            raise _custom_error(message(N_('Nothing is said to this mistake. Add en = "…" and ko = "…".')))
        return self

    @property
    def text(self) -> LocalizedText:
        """What is said to it."""
        return LocalizedText({key: clean_text(text) for key, text in (("en", self.en), ("ko", self.ko)) if text})


class BlankTable(Table):
    """What an author adds at one blank."""

    hint: Annotated[tuple[LocalizedText, ...], _validator(parse_texts)] = ()
    mistake: tuple[MistakeTable, ...] = ()
    digits: Annotated[int | None, _validator(int_between(1, 12))] = None
    symbols: Annotated[tuple[str, ...] | None, _validator(parse_names)] = None
    after: Paragraphs = LocalizedText({})


class ChoiceTable(Table):
    """One way to answer a question."""

    en: Annotated[str | None, _validator(parse_string)] = None
    ko: Annotated[str | None, _validator(parse_string)] = None
    right: bool = False
    why: Paragraphs = LocalizedText({})

    @model_validator(mode="after")
    def _check_has_text(self) -> ChoiceTable:
        if not self.text:
            raise _custom_error(message(N_('Nothing stands in this choice. Add en = "…" and ko = "…".')))
        return self

    @property
    def text(self) -> LocalizedText:
        """Its words."""
        return LocalizedText({key: clean_title(text) for key, text in (("en", self.en), ("ko", self.ko)) if text})


class QuestionTable(Table):
    """A question beside a graph, or without one."""

    prompt: Paragraphs
    symbols: Annotated[dict[str, str], _validator(parse_symbols)] = {}
    answer: String | None = None
    choices: tuple[ChoiceTable, ...] = ()
    hint: Annotated[tuple[LocalizedText, ...], _validator(parse_texts)] = ()
    mistake: tuple[MistakeTable, ...] = ()

    @model_validator(mode="after")
    def _check_alternatives(self) -> QuestionTable:
        if (self.answer is None) == (not self.choices):
            raise _custom_error(message(N_("A question has an answer, or choices. Write one of the two.")))
        if self.choices and (len(self.choices) < 2 or not any(choice.right for choice in self.choices)):
            raise _custom_error(message(N_("There are two choices or more, and one has right = true.")))
        if self.choices and len(self.choices) > MAX_QUESTION_CHOICES:
            raise _custom_error(message(N_("These are more than {n} choices. Leave some out."), n=MAX_QUESTION_CHOICES))
        return self


class NodeTable(Table):
    """A function of the exercise's own that its graph may use as a node."""

    inputs: Annotated[tuple[str, ...], _validator(parse_names)]
    value: String


class WhereTable(Table):
    """A condition on fresh numbers."""

    that: String


class ExerciseFile(Table):
    """One exercise. Only a graph, or a question, must be there."""

    graph: String | None = None
    id: Id | None = None
    title: Title | None = None
    start: Annotated[Value, _validator(parse_start)] = Num(Fraction(1))
    wrt: Annotated[tuple[str, ...] | None, _validator(parse_wrt)] = None
    blanks: Annotated[tuple[str, ...] | None, _validator(parse_blanks)] = None
    stages: Annotated[tuple[tuple[str, ...] | None, ...], _validator(parse_stages)] = ()
    forward: Annotated[tuple[str, ...] | None, _validator(parse_forward)] = ()
    given: Annotated[tuple[str, ...], _validator(parse_names)] = ("start",)
    level: Annotated[int | None, _validator(int_between(1, 5))] = None
    minutes: Annotated[int | None, _validator(int_between(1, 600))] = None
    needs: Annotated[tuple[str, ...], _validator(parse_needs)] = ()
    source: String = ""
    note: String = ""
    links: Annotated[tuple[str, ...], _validator(parse_links)] = ()
    mode: Annotated[str | None, _validator(parse_mode)] = None
    inputs: dict[str, Annotated[Value, _validator(parse_input)]] = {}
    vary: dict[str, VaryTable] = {}
    where: tuple[WhereTable, ...] = ()
    nodes: dict[str, NodeTable] = {}
    fold: dict[str, Annotated[tuple[str, ...], _validator(parse_names)]] = {}
    values: dict[str, Annotated[Value, _validator(parse_input)]] = {}
    labels: dict[str, Title] = {}
    text: Paragraphs = LocalizedText({})
    after: Paragraphs = LocalizedText({})
    blank: dict[str, BlankTable] = {}
    question: tuple[QuestionTable, ...] = ()

    @model_validator(mode="after")
    def _check_asks_something(self) -> ExerciseFile:
        if self.graph is None and not self.question:
            raise _custom_error(
                message(N_('Nothing is asked. Add a graph, such as graph = "z = x * y", or a [[question]].'))
            )
        if self.blanks == () and self.forward == () and not self.question:
            raise _custom_error(
                message(N_('There is nothing to fill. Name a blank or write blanks = "all".')), "blanks"
            )
        return self


class PackFile(Table):
    """`pack.toml`."""

    format: Annotated[int, _validator(parse_format)]
    id: Id | None = None
    order: Annotated[int | None, _validator(int_between(1, 999))] = None
    title: Title | None = None
    description: Paragraphs = LocalizedText({})
    authors: Annotated[tuple[str, ...], _validator(parse_names)] = ()
    licence: String = ""
    languages: Annotated[tuple[str, ...], _validator(parse_languages)] = ()
    presumes: Paragraphs = LocalizedText({})
    mode: Annotated[str | None, _validator(parse_mode)] = None
