"""Questions beside the blanks of a worksheet: predictions before them, and reasons after right answers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from tutor.grading.hints.ladder import rule_rung
from tutor.practice.event import PREDICT, RIGHT, WHY, WRONG
from tutor.practice.predictions import SKIPPED, UNDONE, Predictions, text_of
from tutor.practice.whys import RULE, Whys

if TYPE_CHECKING:
    from tutor.grading.prediction import Prediction, TypedPrediction
    from tutor.grading.problem import Problem
    from tutor.grading.reasons import Reason
    from tutor.i18n import Message
    from tutor.packs.exercise import Variant
    from tutor.practice.entries import Entry
    from tutor.practice.event import Event
    from tutor.practice.whole_pass import WholePass
    from tutor.practice.whys import Why

#: After so many wrong answers the hint with the rule is open, and nobody asks for the reason any more.
_MAX_WRONG_ATTEMPTS = 2


class AskingWorksheet(Protocol):
    """The part of a worksheet that predictions and reasons need."""

    variant: Variant
    whole_pass: WholePass

    @property
    def problem(self) -> Problem: ...

    @property
    def exam(self) -> bool: ...

    @property
    def done(self) -> bool: ...

    def entry(self, blank: str) -> Entry: ...

    def is_locked(self, blank: str) -> bool: ...

    def next_open_blank(self, after: str | None = None) -> str | None: ...

    def visible_places(self) -> frozenset[str]: ...

    def folded_id(self, blank: str) -> str: ...

    def unfolded_id(self, blank: str) -> str: ...

    def record_aside(self, kind: str, blank: str, text: str, verdict: str = "") -> None: ...


class Asides:
    """The predictions and reasons of one try. None is an attempt.

    None is asked for in an exam, nor in a whole pass at once, where no verdict is told on the way.
    """

    def __init__(self, worksheet: AskingWorksheet) -> None:
        self._worksheet = worksheet
        variant = worksheet.variant
        self._predictions = Predictions(variant.predictions, variant.problem)
        self._whys = Whys(variant)

    def apply(self, event: Event) -> None:
        """Take an event, new or replayed."""
        self._whys.pending = None
        if event.kind == PREDICT:
            self._predictions.apply(event)
        elif event.kind != WHY:
            self._predictions.undoable = None

    def forget_last(self) -> None:
        """Don't ask about an answer of an earlier session."""
        self._whys.pending = None

    # --- predictions ---

    def prediction_before(self, blank: str) -> Prediction | None:
        """Return the prediction to ask for before the first answer at a blank; None if there is none to be made.

        It is too late after an answer or a hint.
        """
        worksheet, entry = self._worksheet, self._worksheet.entry(blank)
        if worksheet.exam or worksheet.whole_pass.is_on or worksheet.done or worksheet.is_locked(blank):
            return None
        if entry.text or entry.settled or entry.wrong_attempts or entry.hints:
            return None
        return self._predictions.open_before(worksheet.folded_id(blank))

    def asked_before(self, blank: str) -> Prediction | None:
        """Return the prediction that comes before a blank, made or not."""
        return self._predictions.asked_before(self._worksheet.folded_id(blank))

    def predict(self, blank: str, typed: TypedPrediction) -> None:
        """Store a prediction before a blank. Its verdict is told when the blank is right."""
        name = self._worksheet.folded_id(blank)
        verdict = RIGHT if self._predictions.is_right(name, typed) else WRONG
        self._worksheet.record_aside(PREDICT, name, text_of(typed), verdict)

    def take_over(self, earlier: Asides) -> None:
        """Predict what was predicted in an earlier version of the exercise, where that is still asked for."""
        for blank, typed in earlier._predictions.made.items():
            prediction = self._predictions.open_before(blank)
            if prediction is not None and typed.outcome in prediction.outcomes:
                self.predict(blank, typed)

    def skip_prediction(self, blank: str) -> None:
        """Don't ask for the prediction before a blank any more."""
        self._worksheet.record_aside(PREDICT, self._worksheet.folded_id(blank), SKIPPED)

    def prediction_made(self, blank: str) -> TypedPrediction | None:
        """Return what was predicted before a blank; None if nothing was."""
        return self._predictions.made_before(self._worksheet.folded_id(blank))

    def prediction_verdicts(self, blank: str) -> list[Message]:
        """Return what the right value at a blank says about predictions."""
        worksheet = self._worksheet
        visible = {worksheet.folded_id(name) for name in worksheet.visible_places()}
        return list(self._predictions.verdicts(worksheet.folded_id(blank), visible))

    @property
    def undoable(self) -> str | None:
        """The blank of the last prediction, if nothing has happened since: after an answer it can't be changed."""
        blank = self._predictions.undoable
        return None if blank is None else self._worksheet.unfolded_id(blank)

    def undo(self) -> None:
        """Undo the last prediction, which is asked for again."""
        if self._predictions.undoable is not None:
            self._worksheet.record_aside(PREDICT, self._predictions.undoable, UNDONE)

    # --- reasons ---

    def on_right(self, blank: str) -> None:
        """Count a right answer that came without being told the rule."""
        worksheet = self._worksheet
        place, entry = worksheet.problem.place(blank), worksheet.entry(blank)
        if worksheet.exam or worksheet.whole_pass.is_on or place.kind not in ("edge", "sum"):
            return
        if entry.wrong_attempts <= _MAX_WRONG_ATTEMPTS and entry.hints < rule_rung(worksheet.problem, place):
            self._whys.count(worksheet.folded_id(blank))

    @property
    def why(self) -> Why | None:
        """Return the question why the last answer is right; None if nothing is asked.

        Nothing is asked at the end, nor before a question or a prediction, which would be asked at the same time.
        """
        worksheet, pending = self._worksheet, self._whys.pending
        following = worksheet.next_open_blank(worksheet.unfolded_id(pending)) if pending else None
        if pending is None or following is None or self.prediction_before(following) is not None:
            return None
        if worksheet.problem.place(following).kind == "question":
            return None
        return self._whys.question(worksheet.variant.problem)

    def choose_reason(self, blank: str, reason: Reason) -> None:
        """Store which reason the learner gives for the right answer at a blank."""
        verdict = RIGHT if reason.right else WRONG
        self._worksheet.record_aside(WHY, self._worksheet.folded_id(blank), reason.mistake or RULE, verdict)

    def skip_why(self, blank: str) -> None:
        """Don't ask any more why the answer at a blank is right."""
        self._worksheet.record_aside(WHY, self._worksheet.folded_id(blank), SKIPPED)
