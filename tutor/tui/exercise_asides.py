"""Predictions and reasons on the screen: what is asked beside the focused blank, and how the line is read."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, Protocol, TypeAlias

from tutor.grading.prediction import (
    CONFIDENCES,
    TypedPrediction,
    choice_letters,
    may_become_prediction,
    parse_prediction,
)
from tutor.i18n import N_, message
from tutor.practice.whys import reply_to

if TYPE_CHECKING:
    from collections.abc import Callable

    from tutor.grading.prediction import Prediction
    from tutor.grading.problem import Blank
    from tutor.grading.reasons import Reason
    from tutor.grading.verdict import Verdict
    from tutor.i18n import Message
    from tutor.practice.entries import Entry
    from tutor.practice.whys import Why
    from tutor.practice.worksheet import Worksheet
    from tutor.tui.answer_input import AnswerInput

#: Whether predictions or reasons are wanted.
AsksFor: TypeAlias = "Callable[[Literal['predictions', 'reasons']], bool]"


class AskingState(Protocol):
    """The part of an exercise's state on the screen that predictions and reasons need."""

    worksheet: Worksheet
    focused_id: str
    inputs: dict[str, AnswerInput]
    input_errors: dict[str, Verdict]
    last_result: tuple[str, Verdict] | None
    in_grid: bool
    status_message: Message | None

    @property
    def focused_blank(self) -> Blank: ...

    @property
    def input(self) -> AnswerInput: ...

    @property
    def entry(self) -> Entry: ...

    def type_text(self, text: str) -> None: ...


class ExerciseAsides:
    """The predictions and reasons of an exercise screen.

    Both are typed into the answer line: letters choose, digits from 1 to 3 say how sure. Any other text is an answer, so
    that nothing has to be skipped first.
    """

    def __init__(self, state: AskingState, asks_for: AsksFor) -> None:
        self._state = state
        self._asks_for = asks_for
        #: The reason that was chosen for the last right answer, with its blank, until the focus moves on.
        self._chosen: tuple[str, Reason] | None = None

    # --- predictions ---

    @property
    def prediction(self) -> Prediction | None:
        """Return the prediction that is asked for before the focused blank."""
        if not self._asks_for("predictions"):
            return None
        return self._state.worksheet.asides.prediction_before(self._state.focused_id)

    @property
    def typed(self) -> TypedPrediction | None:
        """Return the prediction in the line as far as it is typed."""
        prediction = self.prediction
        if prediction is None:
            return None
        return parse_prediction(prediction, self._state.input.expression.text, self.letters)

    @property
    def letters(self) -> str:
        """Return the letters that choose an outcome."""
        problem = self._state.worksheet.problem
        return problem.memoize(("letters", ""), lambda: choice_letters(problem))

    @property
    def made(self) -> TypedPrediction | None:
        """Return what was predicted before the focused blank, while its answer is still open."""
        state = self._state
        return None if state.entry.settled else state.worksheet.asides.prediction_made(state.focused_id)

    def verdicts(self, blank: str) -> list[Message]:
        """Return what the right answer at a blank says about predictions."""
        return self._state.worksheet.asides.prediction_verdicts(blank)

    # --- reasons ---

    @property
    def why(self) -> Why | None:
        """Return the question why the last answer is right."""
        state = self._state
        if state.last_result is None or not self._asks_for("reasons") or self._chosen is not None:
            return None
        why = state.worksheet.asides.why
        return why if why is not None and why.blank.id == state.worksheet.folded_id(state.last_result[0]) else None

    @property
    def reason(self) -> Reason | None:
        """Return the reason that the line chooses."""
        why = self.why
        return None if why is None else why.parse(self._state.input.expression.text)

    @property
    def reply(self) -> Message | None:
        """Return what is said to the reason that was chosen for the last answer."""
        if self._chosen is None or self._state.last_result is None or self._chosen[0] != self._state.last_result[0]:
            return None
        return reply_to(self._chosen[1])

    # --- typing ---

    @property
    def hides_reading(self) -> bool:
        """Return whether the line holds a prediction, or the beginning of one, or a reason."""
        return self.are_in_line(self._state.focused_id)

    def are_in_line(self, blank: str) -> bool:
        """Return whether the line of a blank holds a prediction, or the beginning of one, or a reason."""
        state = self._state
        answer = state.inputs.get(blank)
        text = "" if answer is None else answer.expression.text
        if not text.strip():
            return False
        if blank == state.focused_id and self.reason is not None:
            return True
        prediction = state.worksheet.asides.prediction_before(blank) if self._asks_for("predictions") else None
        return prediction is not None and may_become_prediction(prediction, text, self.letters)

    def on_typed(self) -> None:
        """Take a prediction as soon as it is complete."""
        typed = self.typed
        if typed is not None and typed.is_complete:
            self._predict(typed)

    def select(self, text: str) -> None:
        """Take the letter of an outcome or a reason, or the digit of a confidence, that was clicked."""
        why, typed = self.why, self.typed
        if why is not None and (reason := why.parse(text)) is not None:
            self._choose(reason)
            return
        prediction = self.prediction
        if prediction is None:
            return
        is_digit = text.isdigit()
        if is_digit and typed is not None:
            self._predict(TypedPrediction(typed.outcome, list(CONFIDENCES)[int(text) - 1]))
        elif not is_digit:
            self._drop_input()
            self._state.type_text(text)

    def enter(self) -> bool:
        """Take what the line says about a prediction or a reason; return False if it is an answer.

        After an answer, no prediction is asked for any more.
        """
        state = self._state
        if (reason := self.reason) is not None:
            self._choose(reason)
            return True
        prediction, typed = self.prediction, self.typed
        if prediction is None:
            return False
        if typed is not None:
            if typed.is_complete:
                self._predict(typed)
            else:
                state.status_message = message(N_("How sure are you? Type 1, 2 or 3."))
            return True
        if state.input.is_empty and state.focused_blank.grid is None:
            state.status_message = message(N_("Type a letter and a digit for how sure you are, or type the answer."))
            return True
        return False

    @property
    def can_skip(self) -> bool:
        return self.why is not None or self.prediction is not None

    def skip(self) -> None:
        """Ask for the prediction or the reason no more."""
        state = self._state
        why = self.why
        if why is not None:
            if self.reason is not None:
                self._drop_input()
            state.worksheet.asides.skip_why(state.last_result[0] if state.last_result else why.blank.id)
        elif self.prediction is not None:
            if self.hides_reading:
                self._drop_input()
            state.worksheet.asides.skip_prediction(state.focused_id)

    def _predict(self, typed: TypedPrediction) -> None:
        self._state.worksheet.asides.predict(self._state.focused_id, typed)
        self._drop_input()

    def _choose(self, reason: Reason) -> None:
        assert self._state.last_result is not None
        blank = self._state.last_result[0]
        self._state.worksheet.asides.choose_reason(blank, reason)
        self._chosen = blank, reason
        self._drop_input()

    def _drop_input(self) -> None:
        state = self._state
        state.inputs.pop(state.focused_id, None)
        state.input_errors.pop(state.focused_id, None)
        state.in_grid = False

    def forget_reason(self) -> None:
        """Forget the reason for an answer that is no longer the last one."""
        self._chosen = None
