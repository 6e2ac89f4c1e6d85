"""Predictions and reasons in plain mode: what is printed before a prompt, and the lines that reply to it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tutor import settings
from tutor.grading.prediction import CONFIDENCES, choice_letters, parse_prediction
from tutor.i18n import N_, _, message
from tutor.practice.whys import reply_to

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tutor.grading.prediction import Prediction, TypedPrediction
    from tutor.grading.verdict import Verdict
    from tutor.practice.whys import Why
    from tutor.practice.worksheet import Worksheet


class PlainAsides:
    """The predictions and reasons of one exercise on a console. Any line that replies to neither is an answer."""

    def __init__(self, worksheet: Worksheet, print_lines: Callable[..., None]) -> None:
        self._worksheet = worksheet
        self._print_lines = print_lines
        self._settings = settings.load().settings
        #: An outcome that was typed without how sure the learner is, with its blank.
        self._outcome: tuple[str, str] | None = None
        #: The question why the last answer is right, with its blank and verdict, until the next line.
        self._why: tuple[Why, str, Verdict] | None = None
        #: The blank whose prediction was printed last.
        self._printed: str | None = None

    def _prediction(self, blank: str) -> Prediction | None:
        return self._worksheet.asides.prediction_before(blank) if self._settings.predictions else None

    # --- printing ---

    def before_prompt(self, blank: str) -> None:
        """Print the prediction that is asked for before a blank, once."""
        prediction = self._prediction(blank)
        if prediction is None:
            self._printed = None
        elif self._printed != blank:
            self._printed = blank
            self._print_lines(*self._prediction_lines(prediction))

    def _prediction_lines(self, prediction: Prediction) -> Iterator[object]:
        yield prediction.question(self._worksheet.variant.problem)
        outcomes = zip(self._letters, prediction.outcomes.values(), strict=False)
        yield "  " + "   ".join(f"{letter}  {_(label)}" for letter, label in outcomes)
        yield _confidence_line()
        text = N_("Type both, such as {example}, or just the answer. An empty line skips the prediction.")
        yield message(text, example=f"{self._letters[1]} 3")

    @property
    def _letters(self) -> str:
        return choice_letters(self._worksheet.problem)

    def print_verdict(self, blank: str, verdict: Verdict) -> bool:
        """Print what follows a right answer; return whether its reason is asked for in place of being said."""
        why = self._worksheet.asides.why if verdict.right and self._settings.reasons else None
        self._why = None if why is None else (why, blank, verdict)
        if why is None:
            return False
        self._print_lines("✓ " + _("Right."), why.question)
        self._print_lines(
            *(f"  {letter}  {reason.text}" for letter, reason in zip(why.letters, why.reasons, strict=True))
        )
        self._print_lines(_("Type a letter, or continue with the next answer. An empty line skips this."))
        return True

    def print_predictions(self, blank: str) -> None:
        """Print what the right answer at a blank says about predictions."""
        self._print_lines(*self._worksheet.asides.prediction_verdicts(blank))

    # --- the next line ---

    def take_line(self, blank: str, text: str) -> bool:
        """Take a line that is a prediction or a reason; return False for any other."""
        if self._take_reason(text):
            return True
        prediction = self._prediction(blank)
        if prediction is None:
            return False
        typed = self._parse(prediction, blank, text)
        if typed is None:
            return False
        if typed.is_complete:
            self._worksheet.asides.predict(blank, typed)
            outcome, confidence = _(prediction.outcomes[typed.outcome]), _(CONFIDENCES[typed.confidence])
            self._print_lines(message(N_("predicted: {outcome}, {confidence}"), outcome=outcome, confidence=confidence))
        else:
            self._outcome = blank, typed.outcome
            self._print_lines(_confidence_line())
        return True

    def _parse(self, prediction: Prediction, blank: str, text: str) -> TypedPrediction | None:
        """Return the prediction in a line, perhaps with the outcome of the line before."""
        before, self._outcome = self._outcome, None
        typed = parse_prediction(prediction, text, self._letters)
        if typed is None and before is not None and before[0] == blank:
            typed = parse_prediction(prediction, f"{before[1]} {text}", self._letters)
        return typed

    def _take_reason(self, text: str) -> bool:
        if self._why is None:
            return False
        (why, blank, verdict), self._why = self._why, None
        reason = why.parse(text)
        if reason is None:
            return False
        self._worksheet.asides.choose_reason(blank, reason)
        self._print_lines(reply_to(reason), f"✓ {verdict.message}")
        return True

    def skip(self, blank: str) -> None:
        """Skip what is asked for at an empty line."""
        self._outcome = None
        if self._why is not None:
            (_why, answered, verdict), self._why = self._why, None
            self._worksheet.asides.skip_why(answered)
            self._print_lines(f"✓ {verdict.message}")
        elif self._prediction(blank) is not None:
            self._worksheet.asides.skip_prediction(blank)
            self._print_lines(_("Skipped."))


def _confidence_line() -> str:
    labels = "   ".join(f"{number}  {_(label)}" for number, label in enumerate(CONFIDENCES.values(), 1))
    return "  " + _("confidence") + f"  {labels}"
