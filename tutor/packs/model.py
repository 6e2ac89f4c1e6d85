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

from tutor.algebra import Expr, Num
from tutor.algebra.values import Value
from tutor.i18n import N_, Message, Text, message
from tutor.packs.plain_text import one_line, paragraphs
from tutor.packs.readers import (
    Refused,
    read_blanks,
    read_cells,
    read_choices,
    read_format,
    read_forward,
    read_id,
    read_input,
    read_languages,
    read_links,
    read_mode,
    read_names,
    read_needs,
    read_number,
    read_stages,
    read_start,
    read_step,
    read_string,
    read_symbols,
    read_texts,
    read_wrt,
    text_reader,
    whole_between,
)

#: A question has no more choices.
MAX_WAYS = 9


def _custom(text: Message, *within: str | int) -> PydanticCustomError:
    """Our own sentence, as an error that pydantic passes on as it is."""
    return PydanticCustomError("refused", "{sentence}", {"sentence": text, "within": within})


def _own(read: Callable[[Any], Any]) -> PlainValidator:
    """A validator from a reader that raises `Refused`."""

    def validate(raw: Any) -> Any:
        try:
            return read(raw)
        except Refused as refused:
            raise _custom(refused.message, *refused.within) from None

    return PlainValidator(validate)


Title: TypeAlias = Annotated[Text, _own(text_reader(one_line))]
Paragraphs: TypeAlias = Annotated[Text, _own(text_reader(paragraphs))]
Id: TypeAlias = Annotated[str, _own(read_id)]
String: TypeAlias = Annotated[str, _own(read_string)]


class Table(BaseModel):
    """A table of a file."""

    model_config = ConfigDict(extra="forbid", frozen=True, arbitrary_types_allowed=True)


class Vary(Table):
    """Where fresh numbers of one input come from: `from`/`to`/`step`, or `choose`."""

    first: Annotated[Fraction | None, _own(read_number)] = Field(None, alias="from")
    to: Annotated[Fraction | None, _own(read_number)] = None
    step: Annotated[Fraction, _own(read_step)] = Fraction(1)
    choose: Annotated[tuple[Expr, ...] | None, _own(read_choices)] = None
    fix: Annotated[frozenset[tuple[int, int]], _own(read_cells)] = frozenset()

    @model_validator(mode="after")
    def _one_way(self) -> Vary:
        ends = self.first is not None and self.to is not None
        if self.choose is not None and self.model_fields_set & {"first", "to", "step"}:
            raise _custom(message(N_("Write from and to, or choose, but not both.")))
        if self.choose is None and not ends:
            raise _custom(message(N_("Write { from = 2, to = 9 } or { choose = [2, 3, 5] }.")))
        if self.first is not None and self.to is not None and self.first > self.to:
            raise _custom(message(N_("from is greater than to. Exchange them.")))
        return self


class OwnMistake(Table):
    """An answer the author expects to go wrong, and what to say to it."""

    id: Id
    answer: String
    en: Annotated[str | None, _own(read_string)] = None
    ko: Annotated[str | None, _own(read_string)] = None

    @model_validator(mode="after")
    def _says_something(self) -> OwnMistake:
        if not self.text:
            raise _custom(message(N_('Nothing is said to this mistake. Add en = "…" and ko = "…".')))
        return self

    @property
    def text(self) -> Text:
        """What is said to it."""
        return Text({key: paragraphs(text) for key, text in (("en", self.en), ("ko", self.ko)) if text})


class BlankSettings(Table):
    """What an author adds at one blank."""

    hint: Annotated[tuple[Text, ...], _own(read_texts)] = ()
    mistake: tuple[OwnMistake, ...] = ()
    digits: Annotated[int | None, _own(whole_between(1, 12))] = None
    symbols: Annotated[tuple[str, ...] | None, _own(read_names)] = None
    after: Paragraphs = Text({})


class OwnChoice(Table):
    """One way to answer a question."""

    en: Annotated[str | None, _own(read_string)] = None
    ko: Annotated[str | None, _own(read_string)] = None
    right: bool = False
    why: Paragraphs = Text({})

    @model_validator(mode="after")
    def _says_something(self) -> OwnChoice:
        if not self.text:
            raise _custom(message(N_('Nothing stands in this choice. Add en = "…" and ko = "…".')))
        return self

    @property
    def text(self) -> Text:
        """Its words."""
        return Text({key: one_line(text) for key, text in (("en", self.en), ("ko", self.ko)) if text})


class OwnQuestion(Table):
    """A question beside a graph, or without one."""

    prompt: Paragraphs
    symbols: Annotated[dict[str, str], _own(read_symbols)] = {}
    answer: String | None = None
    choices: tuple[OwnChoice, ...] = ()
    hint: Annotated[tuple[Text, ...], _own(read_texts)] = ()
    mistake: tuple[OwnMistake, ...] = ()

    @model_validator(mode="after")
    def _one_way(self) -> OwnQuestion:
        if (self.answer is None) == (not self.choices):
            raise _custom(message(N_("A question has an answer, or choices. Write one of the two.")))
        if self.choices and (len(self.choices) < 2 or not any(choice.right for choice in self.choices)):
            raise _custom(message(N_("There are two choices or more, and one has right = true.")))
        if self.choices and len(self.choices) > MAX_WAYS:
            raise _custom(message(N_("These are more than {n} choices. Leave some out."), n=MAX_WAYS))
        return self


class OwnNode(Table):
    """A function of the exercise's own that its graph may use as a node."""

    inputs: Annotated[tuple[str, ...], _own(read_names)]
    value: String


class Where(Table):
    """A condition on fresh numbers."""

    that: String


class ExerciseFile(Table):
    """One exercise. Only a graph, or a question, must be there."""

    graph: String | None = None
    id: Id | None = None
    title: Title | None = None
    start: Annotated[Value, _own(read_start)] = Num(Fraction(1))
    wrt: Annotated[tuple[str, ...] | None, _own(read_wrt)] = None
    blanks: Annotated[tuple[str, ...] | None, _own(read_blanks)] = None
    stages: Annotated[tuple[tuple[str, ...] | None, ...], _own(read_stages)] = ()
    forward: Annotated[tuple[str, ...] | None, _own(read_forward)] = ()
    given: Annotated[tuple[str, ...], _own(read_names)] = ("start",)
    level: Annotated[int | None, _own(whole_between(1, 5))] = None
    minutes: Annotated[int | None, _own(whole_between(1, 600))] = None
    needs: Annotated[tuple[str, ...], _own(read_needs)] = ()
    source: String = ""
    note: String = ""
    links: Annotated[tuple[str, ...], _own(read_links)] = ()
    mode: Annotated[str | None, _own(read_mode)] = None
    inputs: dict[str, Annotated[Value, _own(read_input)]] = {}
    vary: dict[str, Vary] = {}
    where: tuple[Where, ...] = ()
    nodes: dict[str, OwnNode] = {}
    fold: dict[str, Annotated[tuple[str, ...], _own(read_names)]] = {}
    values: dict[str, Annotated[Value, _own(read_input)]] = {}
    labels: dict[str, Title] = {}
    text: Paragraphs = Text({})
    after: Paragraphs = Text({})
    blank: dict[str, BlankSettings] = {}
    question: tuple[OwnQuestion, ...] = ()

    @model_validator(mode="after")
    def _asks_something(self) -> ExerciseFile:
        if self.graph is None and not self.question:
            raise _custom(message(N_('Nothing is asked. Add a graph, such as graph = "z = x * y", or a [[question]].')))
        if self.blanks == () and self.forward == () and not self.question:
            raise _custom(message(N_('There is nothing to fill. Name a blank or write blanks = "all".')), "blanks")
        return self


class PackFile(Table):
    """`pack.toml`."""

    format: Annotated[int, _own(read_format)]
    id: Id | None = None
    order: Annotated[int | None, _own(whole_between(1, 999))] = None
    title: Title | None = None
    description: Paragraphs = Text({})
    authors: Annotated[tuple[str, ...], _own(read_names)] = ()
    licence: String = ""
    languages: Annotated[tuple[str, ...], _own(read_languages)] = ()
    presumes: Paragraphs = Text({})
    mode: Annotated[str | None, _own(read_mode)] = None
