"""Predictions before a blank: sign, size or zero of a gradient, how sure the learner is, and what turns out.

The right outcome follows from the graph, so that it holds for fresh numbers.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Literal, TypeAlias

from tutor.algebra import ops
from tutor.algebra.balls import nearest_float
from tutor.grading.comparison import format_cell
from tutor.grading.wording import place_name
from tutor.hangul import compose_text, has_hangul, to_latin
from tutor.i18n import LANGUAGES, N_, LocalizedText, Message, message, translate_to

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from tutor.grading.problem import Problem

About: TypeAlias = Literal["sign", "size", "zero"]
Cell: TypeAlias = tuple[int, int]

#: The outcomes of each kind of prediction, as they are stored, with their words.
OUTCOMES: Mapping[About, Mapping[str, str]] = {
    "sign": {"positive": N_("positive"), "negative": N_("negative"), "zero": N_("exactly 0")},
    "size": {"larger": N_("larger"), "smaller": N_("smaller"), "equal": N_("equally large")},
    "zero": {"zero": N_("exactly 0"), "nonzero": N_("not 0")},
}
#: How sure the learner is, as it is stored, with its words.
CONFIDENCES: Mapping[str, str] = {
    "guess": N_("a guess"),
    "fairly": N_("fairly sure"),
    "certain": N_("certain"),
}
#: A shorter word for the last one, which may be typed.
_SURE = N_("sure")
#: Letters choose, because digits begin most answers; those that begin a name of the graph are not used.
_LETTERS = ("abc", "pqr", "xyz", "jkl", "uvw", "fgh", "mno")
#: Below this every gradient is taken for 0, as answers are.
ZERO = 1e-30
#: Sizes that differ by less, as a part of the larger one, are equal up to the rounding of floats.
EQUAL = 1e-12


@dataclass(frozen=True, slots=True)
class Prediction:
    """A question before the blank `before` about its gradient.

    With the kind "size" it is compared with the gradient at the place `than`, without signs. A matrix is asked about in
    one cell. `text` is the author's question; if it is empty, the question is made from the graph.
    """

    before: str
    about: About
    than: str = ""
    cell: Cell | None = None
    than_cell: Cell | None = None
    text: LocalizedText = field(default_factory=lambda: LocalizedText({}))

    def with_text(self, text: LocalizedText) -> Prediction:
        """Return the same prediction with another text."""
        return replace(self, text=text)

    @property
    def outcomes(self) -> Mapping[str, str]:
        """The outcomes to choose from, with their words."""
        return OUTCOMES[self.about]

    @property
    def places(self) -> tuple[str, ...]:
        """The places whose values tell the outcome."""
        return tuple(dict.fromkeys(filter(None, (self.before, self.than))))

    def value(self, problem: Problem) -> float:
        """Return the gradient that is asked about."""
        return _value_at(problem, self.before, self.cell)

    def compared_value(self, problem: Problem) -> float:
        """Return the gradient that it is compared with."""
        return _value_at(problem, self.than, self.than_cell)

    def outcome(self, problem: Problem) -> str:
        """Return the right outcome on these numbers."""
        value = self.value(problem)
        is_zero = abs(value) <= ZERO
        if self.about == "size":
            size, other = abs(value), abs(self.compared_value(problem))
            if abs(size - other) <= EQUAL * max(size, other) or max(size, other) <= ZERO:
                return "equal"
            return "larger" if size > other else "smaller"
        if self.about == "zero":
            return "zero" if is_zero else "nonzero"
        return "zero" if is_zero else "positive" if value > 0 else "negative"

    def question(self, problem: Problem) -> Message:
        """Return the question as it is asked."""
        if self.text:
            return message(N_("{text}"), text=self.text)
        place = _name_place(problem, self.before, self.cell)
        if self.about == "sign":
            return message(N_("Predict first: is the gradient at {place} positive, negative or 0?"), place=place)
        if self.about == "zero":
            return message(N_("Predict first: is the gradient at {place} exactly 0?"), place=place)
        other = _name_place(problem, self.than, self.than_cell)
        text = N_("Predict first: is the gradient at {place} larger or smaller than at {other}, ignoring signs?")
        return message(text, place=place, other=other)


def _value_at(problem: Problem, name: str, cell: Cell | None) -> float:
    value = problem.truth(problem.place(name))
    return nearest_float(value[cell] if cell is not None and ops.is_matrix(value) else value)


def _name_place(problem: Problem, name: str, cell: Cell | None) -> Message:
    place = problem.place(name)
    text = place_name(problem, place)
    if cell is None:
        return text
    return message(N_("{place} {cell}"), place=text, cell=format_cell(problem, cell, place.shape))


@dataclass(frozen=True, slots=True)
class TypedPrediction:
    """A prediction as far as it is typed: an outcome, and how sure the learner is."""

    outcome: str
    confidence: str = ""

    @property
    def is_complete(self) -> bool:
        return bool(self.confidence)


def choice_letters(problem: Problem) -> str:
    """Return three letters to choose with that begin no name of a graph."""
    names = [*problem.graph.position, *(node.name or "" for node in problem.graph.nodes), problem.target_name]
    initials = {name[0].casefold() for name in names if name}
    return next((letters for letters in _LETTERS if initials.isdisjoint(letters)), _LETTERS[0])


def parse_prediction(prediction: Prediction, text: str, letters: str) -> TypedPrediction | None:
    """Return the prediction in a text such as `b`, `b 3` or `negative, certain`; None if it is another text.

    The `letters` are those of the outcomes. Words may be in any language, and letters from another keyboard.
    """
    typed = compose_text(text).casefold().replace(",", " ").strip(" .!")
    for outcome, words in _words_of_outcomes(prediction, letters):
        for word in sorted(words, key=len, reverse=True):
            if not typed.startswith(word):
                continue
            rest = typed[len(word) :].strip()
            if not rest:
                return TypedPrediction(outcome)
            if confidence := parse_confidence(rest):
                return TypedPrediction(outcome, confidence)
    latin = to_latin(typed)
    return parse_prediction(prediction, latin, letters) if has_hangul(typed) and latin != typed else None


def parse_confidence(text: str) -> str:
    """Return how sure a text says the learner is: a number from 1 to 3, or words; empty if it is another text."""
    typed = compose_text(text).casefold().strip(" .!")
    for number, (confidence, label) in enumerate(CONFIDENCES.items(), 1):
        words = {str(number), confidence, *_in_all_languages(label)}
        if confidence == "certain":
            words |= _in_all_languages(_SURE)
        if typed in words:
            return confidence
    return ""


def may_become_prediction(prediction: Prediction, text: str, letters: str) -> bool:
    """Return whether a text that is being typed may be the beginning of a prediction in words."""
    typed = compose_text(text).casefold().strip()
    if parse_prediction(prediction, text, letters) is not None:
        return True
    return any(word.startswith(typed) for _outcome, words in _words_of_outcomes(prediction, letters) for word in words)


def _words_of_outcomes(prediction: Prediction, letters: str) -> Iterator[tuple[str, set[str]]]:
    for letter, (outcome, label) in zip(letters, prediction.outcomes.items(), strict=False):
        yield outcome, {letter, outcome, *_in_all_languages(label)}


def _in_all_languages(*texts: str) -> set[str]:
    return {translate_to(text, language).casefold() for text in texts for language in LANGUAGES}


def outcome_message(prediction: Prediction, typed: TypedPrediction, problem: Problem) -> Message:
    """Return what to say about a prediction once the learner knows the values."""
    right = prediction.outcome(problem)
    predicted = message(prediction.outcomes[typed.outcome])
    if typed.outcome == right:
        return message(N_("You predicted “{predicted}”, and that is right."), predicted=predicted)
    text = N_("You predicted “{predicted}”, but it is “{right}”.")
    if typed.confidence == "certain":
        text = N_("You were certain of “{predicted}”, but it is “{right}”. This is worth a second look.")
    return message(text, predicted=predicted, right=message(prediction.outcomes[right]))
