"""The format of exercise files and of `pack.toml`, `format = 1`, as pydantic models.

A field's validator decides which values are accepted and words the errors. Its JSON type and the description are for
the schema that helps editors. Only what opens an exercise imports this module: lists of packs need no pydantic.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction
from typing import Annotated, Any, ClassVar, Literal, TypeAlias, TypeVar

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    GetCoreSchemaHandler,
    GetJsonSchemaHandler,
    TypeAdapter,
    create_model,
    model_validator,
)
from pydantic_core import CoreSchema, PydanticCustomError, core_schema

from tutor.algebra.expr import Expr, Num
from tutor.algebra.ops import Value
from tutor.grading.tolerances import MAX_TOLERANCE, Precision
from tutor.i18n import LANGUAGES, N_, LocalizedText, Message, message
from tutor.packs.assessment import REVEALS, PackTerms, Reveal
from tutor.packs.assessment_values import MAX_POINTS, parse_moment, parse_pack_points, parse_points, parse_share
from tutor.packs.code_settings import FAULTY_LAYERS, LAYER_NAMES, STYLES, LayerName, Style
from tutor.packs.diagnostics import KeyPath
from tutor.packs.sanitize import clean_text, clean_title
from tutor.packs.symbols import MAX_WRITTEN_SIZE, MatrixSymbol
from tutor.packs.validators import (
    InvalidValueError,
    int_between,
    one_of,
    parse_blanks,
    parse_cell,
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
    parse_skills,
    parse_stages,
    parse_start,
    parse_step,
    parse_string,
    parse_symbols,
    parse_texts,
    parse_tolerance,
    parse_wrt,
    text_parser,
)

#: The most choices of a question.
MAX_QUESTION_CHOICES = 9

_TableT = TypeVar("_TableT", bound="Table")


def _custom_error(text: Message, *within: str | int) -> PydanticCustomError:
    """Return an error with our own message."""
    return PydanticCustomError("refused", "{sentence}", {"sentence": text, "within": within})


@dataclass(frozen=True)
class _Validator:
    """A validator made of a parser that raises `InvalidValueError`; `json_type` is for the JSON Schema alone."""

    parse: Callable[[Any], Any]
    json_type: Any

    def __call__(self, raw: Any) -> Any:
        try:
            return self.parse(raw)
        except InvalidValueError as error:
            raise _custom_error(error.message, *error.within) from None

    def __get_pydantic_core_schema__(self, _type: Any, _handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_plain_validator_function(self)

    def __get_pydantic_json_schema__(self, _schema: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        # PlainValidator would build the schemas of all JSON types whenever an exercise is opened, which takes 10 ms.
        return handler(TypeAdapter(self.json_type).core_schema)


def _int_validator(low: int, high: int) -> _Validator:
    return _Validator(int_between(low, high), Annotated[int, Field(ge=low, le=high)])


class Table(BaseModel):
    """A table of a file."""

    model_config = ConfigDict(extra="forbid", frozen=True, arbitrary_types_allowed=True)

    @classmethod
    def table_at(cls, _key_path: KeyPath) -> type[Table]:
        """Return the model of the table in which a key of a file is."""
        return cls


class OwnSymbolTable(Table):
    """A symbol: a number or, with a shape, a vector or a matrix."""

    symbol: Literal[True] = True
    domain: Literal["real", "nonzero", "positive", "probability", "one-hot"] = "real"
    shape: Annotated[
        list[Annotated[int, Field(ge=1, le=MAX_WRITTEN_SIZE)] | str], Field(min_length=1, max_length=2)
    ] = Field([], description="Rows and columns, or the entries of a vector: numbers, or names of sizes such as n.")


class SymbolTable(OwnSymbolTable):
    """An input that stays a symbol."""

    symbol: Literal[True]


_JsonString: TypeAlias = Annotated[str, Field(min_length=1)]
#: A set is a list of different values in JSON.
_JsonNames: TypeAlias = set[str]
_JsonLanguage: TypeAlias = Annotated[str, Field(json_schema_extra={"enum": list(LANGUAGES)})]
_JsonText: TypeAlias = _JsonString | Annotated[dict[_JsonLanguage, _JsonString], Field(min_length=1)]
_JsonCell: TypeAlias = float | str
_JsonMatrix: TypeAlias = Annotated[
    list[_JsonCell | Annotated[list[_JsonCell], Field(min_length=1)]], Field(min_length=1)
]
_JsonValue: TypeAlias = float | _JsonString | _JsonMatrix
_JsonAllOrNames: TypeAlias = Literal["all"] | _JsonNames
_JsonPair: TypeAlias = Annotated[list[int], Field(min_length=2, max_length=2)]

Title: TypeAlias = Annotated[LocalizedText, _Validator(text_parser(clean_title), _JsonText)]
Paragraphs: TypeAlias = Annotated[LocalizedText, _Validator(text_parser(clean_text), _JsonText)]
Texts: TypeAlias = Annotated[tuple[LocalizedText, ...], _Validator(parse_texts, _JsonText | list[_JsonText])]
Id: TypeAlias = Annotated[str, _Validator(parse_id, _JsonString)]
String: TypeAlias = Annotated[str, _Validator(parse_string, _JsonString)]
Names: TypeAlias = Annotated[tuple[str, ...], _Validator(parse_names, _JsonNames)]
Number: TypeAlias = Annotated[Fraction, _Validator(parse_number, float)]
Input: TypeAlias = Annotated[Value, _Validator(parse_input, _JsonValue | SymbolTable)]
Cell: TypeAlias = Annotated[tuple[int, int], _Validator(parse_cell, _JsonPair)]
Mode: TypeAlias = Annotated[str, _Validator(parse_mode, Literal["practice", "exam"])]
_JsonPoints: TypeAlias = Annotated[float, Field(ge=0, le=MAX_POINTS)]
Points: TypeAlias = Annotated[Fraction, _Validator(parse_points, _JsonPoints)]
Share: TypeAlias = Annotated[Fraction, _Validator(parse_share, Annotated[float, Field(ge=0, le=1)])]
Moment: TypeAlias = Annotated[
    datetime, _Validator(parse_moment, Annotated[str, Field(json_schema_extra={"format": "date-time"})])
]

_NO_TEXT = LocalizedText({})
_MODE = "An exam gives no hints, takes one answer a blank and tells all at the end."
_CARRIED = "The share of a blank's points for a right step from a wrong value; by default 0.5."


class VaryTable(Table):
    """The source of an input's fresh numbers: `from`, `to` and `step`, or `choose`."""

    first: Number | None = Field(None, alias="from", description="The least number that is drawn.")
    to: Number | None = Field(None, description="The greatest number that is drawn.")
    step: Annotated[Fraction, _Validator(parse_step, Annotated[float, Field(gt=0)])] = Field(
        Fraction(1), description="The distance between numbers; by default 1."
    )
    choose: (
        Annotated[tuple[Expr, ...], _Validator(parse_choices, Annotated[list[_JsonCell], Field(min_length=1)])] | None
    ) = Field(None, description="The numbers to choose from.")
    fix: Annotated[frozenset[tuple[int, int]], _Validator(parse_cells, list[_JsonPair])] = Field(
        frozenset(), description="Cells of a matrix that keep their values, as [row, column], counted from 0."
    )

    @model_validator(mode="after")
    def _check_alternatives(self) -> VaryTable:
        ends = self.first is not None and self.to is not None
        if self.choose is not None and self.model_fields_set & {"first", "to", "step"}:
            raise _custom_error(message(N_("Write either from and to, or choose.")))
        if self.choose is None and not ends:
            raise _custom_error(message(N_("Write { from = 2, to = 9 } or { choose = [2, 3, 5] }.")))
        if self.first is not None and self.to is not None and self.first > self.to:
            raise _custom_error(message(N_("from is greater than to. Swap them.")))
        return self


def _with_language_keys(table: type[_TableT]) -> type[_TableT]:
    """Add a key for each language to a table."""
    keys: dict[str, Any] = {
        code: (String | None, Field(None, description=f"In {language.english_name}."))
        for code, language in LANGUAGES.items()
    }
    return create_model(table.__name__, __base__=table, __doc__=table.__doc__, **keys)


@_with_language_keys
class LocalizedTable(Table):
    """A table with a text in each language, under the language's code."""

    no_text: ClassVar[str]

    @model_validator(mode="after")
    def _check_has_text(self) -> LocalizedTable:
        if not self._texts(str):
            raise _custom_error(message(self.no_text))
        return self

    def _texts(self, clean: Callable[[str], str]) -> LocalizedText:
        texts = {code: getattr(self, code) for code in type(self).model_fields if code in LANGUAGES}
        return LocalizedText({code: clean(text) for code, text in texts.items() if text})


class _MistakeKeys(Table):
    id: Id = Field(description="A name for this mistake, which progress is tied to.")
    answer: String = Field(description="The wrong answer as it would be typed, over the names known at the blank.")


class MistakeTable(LocalizedTable, _MistakeKeys):
    """A wrong answer that the author expects, and what to say to it."""

    no_text = N_('This mistake has no message. Add en = "…" and ko = "…".')

    @property
    def text(self) -> LocalizedText:
        """The feedback to this answer."""
        return self._texts(clean_text)


class _PrecisionKeys(Table):
    digits: Annotated[int, _int_validator(1, 12)] | None = Field(None, description="How many digits an answer needs.")
    tolerance: (
        Annotated[Fraction, _Validator(parse_tolerance, Annotated[float, Field(gt=0, le=float(MAX_TOLERANCE))])] | None
    ) = Field(None, description="How far an answer may be off, as a part of the right value, such as 0.001.")

    @property
    def precision(self) -> Precision:
        """How precise an answer must be."""
        return Precision.demanded(self.digits, self.tolerance)


class BlankTable(_PrecisionKeys):
    """An author's additions at one blank."""

    hint: Texts = Field((), description="Hints that come before the built-in ones.")
    mistake: tuple[MistakeTable, ...] = ()
    symbols: Names | None = Field(None, description="The only names that an answer may use.")
    after: Paragraphs = Field(_NO_TEXT, description="What is said to a right answer.")
    points: Points | None = Field(None, description="What it is worth; by default an equal part of the exercise.")


class ChoiceTable(LocalizedTable):
    """One way to answer a question."""

    no_text = N_('This choice is empty. Add en = "…" and ko = "…".')

    right: bool = Field(False, description="Whether this is the right choice.")
    why: Paragraphs = Field(_NO_TEXT, description="What is said to a learner who chooses this.")
    last: bool = Field(False, description="Whether it stays at the end when choices are shuffled.")

    @property
    def text(self) -> LocalizedText:
        """The choice as it is shown."""
        return self._texts(clean_title)


class QuestionTable(_PrecisionKeys):
    """A question beside a graph, or without one."""

    prompt: Paragraphs = Field(description="The question.")
    symbols: Annotated[
        dict[str, str | MatrixSymbol], _Validator(parse_symbols, _JsonNames | dict[str, str | OwnSymbolTable])
    ] = Field({}, description="The names that an answer may use.")
    answer: String | None = Field(None, description="The answer as it would be typed.")
    choices: tuple[ChoiceTable, ...] = ()
    select: Annotated[Literal["one", "all"], _Validator(one_of("one", "all"), Literal["one", "all"])] = Field(
        "one", description="Whether one choice is asked for, or all that are right."
    )
    none_of_these: bool = Field(
        False, description="Whether the last choice is “None of these”, which is right if no other is."
    )
    accept: Texts = Field((), description="Texts that count as right, whatever their case and spaces.")
    ungraded: bool = Field(False, description="Whether a text is only recorded, for the instructor to read.")
    points: Points | None = Field(None, description="What it is worth; by default an equal part of the exercise.")
    hint: Texts = Field((), description="Hints that come before the built-in ones.")
    mistake: tuple[MistakeTable, ...] = ()
    skills: Annotated[tuple[str, ...], _Validator(parse_skills, _JsonNames)] = Field(
        (), description='What it practises, such as ["graph"] or ["mul"]; often derived from its form.'
    )

    @model_validator(mode="after")
    def _check_alternatives(self) -> QuestionTable:
        kinds = [self.answer is not None, bool(self.choices), bool(self.accept), self.ungraded]
        if sum(kinds) != 1:
            raise _custom_error(
                message(N_("A question needs exactly one of answer, choices, accept and ungraded = true."))
            )
        has_right = self.none_of_these or any(choice.right for choice in self.choices)
        if self.choices and (len(self.choices) < 2 or not has_right):
            raise _custom_error(message(N_("Write at least two choices, and mark one with right = true.")))
        for key, is_used in (("select", self.select == "all"), ("none_of_these", self.none_of_these)):
            if is_used and not self.choices:
                raise _custom_error(message(N_("This works only with choices. Add choices, or remove this.")), key)
        for key in ("symbols", "digits", "tolerance"):
            if getattr(self, key) and (self.accept or self.ungraded):
                raise _custom_error(message(N_("A question answered with text has no such setting. Remove it.")), key)
        if self.ungraded and (self.points or self.mistake):
            text = N_("This text is not graded. Remove its points and mistakes.")
            raise _custom_error(message(text), "points" if self.points else "mistake")
        if self.choices and len(self.choices) > MAX_QUESTION_CHOICES:
            raise _custom_error(message(N_("There are more than {n} choices. Remove some."), n=MAX_QUESTION_CHOICES))
        return self


class PredictionTable(Table):
    """A question before a blank about its gradient. The right outcome follows from the graph."""

    before: String = Field(description="The blank before which it is asked; the question is about its gradient.")
    about: Annotated[
        Literal["sign", "size", "zero"],
        _Validator(one_of("sign", "size", "zero"), Literal["sign", "size", "zero"]),
    ] = Field(description="Its sign, its size beside another gradient, or whether it is 0.")
    than: String | None = Field(None, description="With size: the place whose gradient it is compared with.")
    cell: Cell | None = Field(None, description="The cell of a matrix, as [row, column], counted from 0.")
    than_cell: Cell | None = Field(None, description="The same at the place that it is compared with.")
    text: Paragraphs = Field(_NO_TEXT, description="The question; by default it is made from the graph.")

    @model_validator(mode="after")
    def _check_alternatives(self) -> PredictionTable:
        has_other = self.than is not None or self.than_cell is not None
        if self.about == "size" and not has_other:
            raise _custom_error(message(N_('A size is compared with another one. Add than = "…" with another blank.')))
        if self.about != "size" and has_other:
            raise _custom_error(message(N_('Only a size can be compared. Write about = "size".')))
        return self


class NodeTable(Table):
    """A function that the graph may use as a node."""

    inputs: Names = Field(description="The names of its inputs, in their order.")
    value: String = Field(description="The function, written over its inputs.")


class CodeTable(Table):
    """How the exercise is written in code. The file is made from the graph, never from texts."""

    style: Annotated[Style, _Validator(one_of(*STYLES), Style)] = Field(
        "steps",
        description="A line for each gradient (steps), a class with forward and backward (layer), or one of the "
        "exercises without a graph: autograd, accumulation, gradient-check, training.",
    )
    parameters: Names = Field((), description="The inputs that an object of a layer keeps, such as weights.")
    layer: Annotated[LayerName, _Validator(one_of(*LAYER_NAMES), LayerName)] | None = Field(
        None, description="A layer that is built in, in place of a graph."
    )
    faulty: bool = Field(False, description="Whether the layer's class comes complete, with faults to be found.")

    @model_validator(mode="after")
    def _check_alternatives(self) -> CodeTable:
        if self.parameters and self.style != "layer":
            raise _custom_error(message(N_('Only a layer has parameters. Write style = "layer".')), "parameters")
        if self.layer and self.style != "layer":
            raise _custom_error(message(N_('layer needs a style. Write style = "layer".')), "layer")
        if self.layer and self.parameters:
            raise _custom_error(message(N_("A built-in layer has its own parameters. Remove these.")), "parameters")
        if self.faulty and self.layer not in FAULTY_LAYERS:
            known = ", ".join(FAULTY_LAYERS)
            raise _custom_error(message(N_("Only these layers have bugs to find: {known}."), known=known), "faulty")
        return self


class WhereTable(Table):
    """A condition on fresh numbers."""

    that: String = Field(description="A condition on the numbers, such as abs(u) > 2.")


class ExerciseFile(Table):
    """One exercise. Only a graph, or a question, must be there."""

    graph: String | None = Field(
        None, description="The calculation, such as q = w * x; L = (q - t) ^ 2; the last step is the output."
    )
    id: Id | None = Field(
        None, description="What progress is tied to; by default the file's name without the number in front."
    )
    title: Title | None = Field(None, description="One line; by default the graph.")
    start: Annotated[Value, _Validator(parse_start, _JsonValue)] = Field(
        Num(Fraction(1)),
        description="The gradient at the output: 1, a number, a matrix of its shape, or a symbol such as dL/dz.",
    )
    wrt: Annotated[tuple[str, ...], _Validator(parse_wrt, _JsonNames)] | None = Field(
        None, description="The inputs whose gradients are asked for; by default all."
    )
    blanks: Annotated[tuple[str, ...] | None, _Validator(parse_blanks, _JsonAllOrNames)] = Field(
        None, description="The blanks to fill in: all, or their names."
    )
    stages: Annotated[tuple[tuple[str, ...] | None, ...], _Validator(parse_stages, list[_JsonAllOrNames])] = Field(
        (), description="The blanks to fill in on one variant after the other."
    )
    forward: Annotated[tuple[str, ...] | None, _Validator(parse_forward, _JsonAllOrNames)] = Field(
        (), description="The forward values that are asked for first."
    )
    given: Names = Field(("start",), description="Blanks that are shown filled in; by default the start.")
    level: Annotated[int, _int_validator(1, 5)] | None = Field(None, description="How hard it is, from 1 to 5.")
    minutes: Annotated[int, _int_validator(1, 600)] | None = Field(None, description="How long it takes.")
    needs: Annotated[tuple[str, ...], _Validator(parse_needs, _JsonNames)] = Field(
        (), description="Exercises to do before this one, as pack/exercise."
    )
    source: String = Field("", description="Where the exercise comes from.")
    note: String = Field("", description="For authors only.")
    links: Annotated[
        tuple[str, ...],
        _Validator(parse_links, set[Annotated[str, Field(pattern="^https?://")]]),
    ] = Field((), description="Where to read more.")
    mode: Mode | None = Field(None, description=_MODE)
    points: Points | None = Field(None, description="What all its blanks are worth; by default 1 each.")
    carried: Share | None = Field(None, description=_CARRIED)
    inputs: dict[str, Input] = Field({}, description="Values of inputs; those that are left out are drawn.")
    vary: dict[str, VaryTable] = {}
    where: tuple[WhereTable, ...] = ()
    nodes: dict[str, NodeTable] = {}
    fold: dict[str, Names] = Field({}, description="Groups of nodes that are shown as one at first.")
    values: dict[str, Input] = Field({}, description="Numbers that only texts and questions use.")
    labels: dict[str, Title] = Field(
        {}, description="What is drawn beside the names of inputs. A learner may type either."
    )
    text: Paragraphs = Field(
        _NO_TEXT, description="The text above the exercise; {q}, {u + 0.01} and {grad(w)} are filled in."
    )
    after: Paragraphs = Field(_NO_TEXT, description="The text when it is solved.")
    code: CodeTable | None = None
    blank: dict[str, BlankTable] = {}
    question: tuple[QuestionTable, ...] = ()
    prediction: tuple[PredictionTable, ...] = ()

    @model_validator(mode="after")
    def _check_asks_something(self) -> ExerciseFile:
        if self.graph is None and not self.question and self.code is None:
            raise _custom_error(
                message(N_('This exercise asks nothing. Add a graph, such as graph = "z = x * y", or a [[question]].'))
            )
        if self.blanks == () and self.forward == () and not self.question and self.code is None:
            raise _custom_error(
                message(N_('There is nothing to fill in. Name a blank, or write blanks = "all".')), "blanks"
            )
        return self


class PackFile(Table):
    """`pack.toml`."""

    format: Annotated[int, _Validator(parse_format, Literal[1])] = Field(description="The version of the format.")
    id: Id | None = Field(None, description="What progress is tied to; by default the folder's name.")
    order: Annotated[int, _int_validator(1, 999)] | None = Field(
        None, description="The position among the packs beside it, small numbers first; by default after them, by name."
    )
    title: Title | None = Field(None, description="One line; by default the id.")
    description: Paragraphs = Field(_NO_TEXT, description="What the pack is about.")
    authors: Names = Field((), description="Who wrote it.")
    licence: String = Field("", description="What others may do with it.")
    languages: Annotated[tuple[str, ...], _Validator(parse_languages, set[_JsonLanguage])] = Field(
        (), description="The languages its texts are written in."
    )
    presumes: Paragraphs = Field(_NO_TEXT, description="What a learner should know.")
    mode: Mode | None = Field(None, description=_MODE)
    open: Moment | None = Field(None, description="When its exercises open, such as 2026-12-01T09:00:00+09:00.")
    due: Moment | None = Field(None, description="When they are due; later answers are late.")
    reveal: Annotated[Reveal, _Validator(one_of(*REVEALS), Reveal)] | None = Field(
        None, description="When right answers and reasons are shown after an exam: at-end, after-due or never."
    )
    points: (
        Annotated[Fraction | dict[str, Fraction], _Validator(parse_pack_points, _JsonPoints | dict[str, _JsonPoints])]
        | None
    ) = Field(None, description="What each exercise is worth, or a table with the points of each by its id.")
    carried: Share | None = Field(None, description=_CARRIED)

    @model_validator(mode="after")
    def _check_times(self) -> PackFile:
        if self.open is not None and self.due is not None and self.open >= self.due:
            raise _custom_error(message(N_("It is due before it opens. Swap the two times, or change one.")), "due")
        if self.reveal == "after-due" and self.due is None:
            raise _custom_error(message(N_("Write when it is due, such as due = 2026-12-01T12:00:00+09:00.")), "reveal")
        return self

    @property
    def terms(self) -> PackTerms:
        """The assessment of the exercises as the file states it."""
        by_exercise = self.points if isinstance(self.points, dict) else {}
        points = None if isinstance(self.points, dict) else self.points
        is_exam = self.mode == "exam"
        return PackTerms(is_exam, self.open, self.due, self.reveal, points, by_exercise, self.carried)
