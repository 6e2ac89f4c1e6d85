"""A learner's predictions in one try: which are due, what was predicted, and what turned out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tutor.grading.prediction import TypedPrediction, outcome_message

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence

    from tutor.grading.prediction import Prediction
    from tutor.grading.problem import Problem
    from tutor.i18n import Message
    from tutor.practice.event import Event

#: The texts of events of the kind `predict` that are no predictions.
SKIPPED, UNDONE = "skipped", "undone"


class Predictions:
    """The predictions of a try, by the blank that they come before, in the graph as it was before nodes were unfolded."""

    def __init__(self, predictions: Sequence[Prediction], problem: Problem) -> None:
        self._predictions = {prediction.before: prediction for prediction in predictions}
        self._problem = problem
        #: The prediction; None if it was skipped.
        self._made: dict[str, TypedPrediction | None] = {}
        #: The blank of the prediction that was made last, if nothing has happened since.
        self.undoable: str | None = None

    def open_before(self, blank: str) -> Prediction | None:
        """Return the prediction before a blank, None if there is none or it was made or skipped."""
        return None if blank in self._made else self._predictions.get(blank)

    def asked_before(self, blank: str) -> Prediction | None:
        """Return the prediction before a blank, made or not."""
        return self._predictions.get(blank)

    def made_before(self, blank: str) -> TypedPrediction | None:
        """Return what was predicted before a blank."""
        return self._made.get(blank)

    @property
    def made(self) -> Mapping[str, TypedPrediction]:
        """The predictions, by blank."""
        return {blank: typed for blank, typed in self._made.items() if typed is not None}

    def is_right(self, blank: str, typed: TypedPrediction) -> bool:
        """Return whether a prediction before a blank is right."""
        return self._predictions[blank].outcome(self._problem) == typed.outcome

    def apply(self, event: Event) -> None:
        """Take an event of the kind `predict`, new or replayed. One that can't be read changes nothing."""
        prediction = self._predictions.get(event.blank)
        if prediction is None:
            return
        self.undoable = None
        if event.text == UNDONE:
            self._made.pop(event.blank, None)
        elif event.text == SKIPPED:
            self._made[event.blank] = None
            self.undoable = event.blank
        elif (typed := parse_text(event.text)) is not None and typed.outcome in prediction.outcomes:
            self._made[event.blank] = typed
            self.undoable = event.blank

    def verdicts(self, blank: str, visible: Collection[str]) -> Iterator[Message]:
        """Yield what turned out about the predictions that the right value at a blank decides.

        `visible` are the places whose values the learner sees. A size is told only when both values are seen, unless
        nobody asks for the other one.
        """
        asked = {place.id for place in self._problem.blanks}
        for name, typed in self._made.items():
            prediction = self._predictions[name]
            if (
                typed is not None
                and blank in prediction.places
                and asked.intersection(prediction.places) <= set(visible)
            ):
                yield outcome_message(prediction, typed, self._problem)


def text_of(typed: TypedPrediction) -> str:
    """Return a prediction as it is stored: `negative, certain`."""
    return f"{typed.outcome}, {typed.confidence}"


def parse_text(text: str) -> TypedPrediction | None:
    """Return the prediction in the text of an event; None if it was skipped or undone."""
    outcome, comma, confidence = text.partition(", ")
    return TypedPrediction(outcome, confidence) if comma else None
