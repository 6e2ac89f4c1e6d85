"""Questions after right answers: why is it so? Now and then, never in the way, and the same on every replay."""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256
from typing import TYPE_CHECKING

from tutor.grading.prediction import choice_letters
from tutor.grading.reasons import reasons_at, wrong_reason_message
from tutor.hangul import compose_text, to_latin
from tutor.i18n import N_, Message, message

if TYPE_CHECKING:
    from tutor.grading.problem import Blank, Problem
    from tutor.grading.reasons import Reason
    from tutor.packs.exercise import Variant

#: One of this many right answers is asked about.
EVERY = 5
#: The text of an event of the kind `why` if no reason was chosen, and if the right one was; else it is the mistake's id.
SKIPPED, RULE = "skipped", "rule"


@dataclass(frozen=True)
class Why:
    """The question why the answer at a blank is right: its reasons, each with the letter that chooses it."""

    blank: Blank
    reasons: tuple[Reason, ...]
    letters: str

    @property
    def question(self) -> Message:
        return message(N_("Why? The gradient here is …"))

    def parse(self, text: str) -> Reason | None:
        """Return the reason that a text chooses by its letter; None if it is another text."""
        typed = compose_text(text).strip().casefold()
        letter = to_latin(typed)
        return self.reasons[self.letters.index(letter)] if len(letter) == 1 and letter in self.letters else None


def reply_to(reason: Reason) -> Message:
    """Return what is said to a reason, before the sentence that confirms the right one."""
    return message(N_("Yes, that is the reason.")) if reason.right else wrong_reason_message(reason)


class Whys:
    """Which right answers of a try are asked about. Each blank counts once, however often it is answered."""

    def __init__(self, variant: Variant) -> None:
        self._key = f"{variant.exercise.pack}/{variant.exercise.id}\n{variant.seed}\n{variant.stage}"
        self._counted: set[str] = set()
        #: The blank whose right answer is to be asked about, until something else happens.
        self.pending: str | None = None

    def count(self, blank: str) -> None:
        """Count a right answer; every fifth is to be asked about, the first at a place that the numbers decide."""
        if blank in self._counted:
            return
        self._counted.add(blank)
        offset = sha256(self._key.encode()).digest()[0]
        if (len(self._counted) + offset) % EVERY == 0:
            self.pending = blank

    def question(self, problem: Problem) -> Why | None:
        """Return the question that is to be asked now; None where too few mistakes have a reason."""
        if self.pending is None or not problem.has_place(self.pending):
            return None
        blank = problem.place(self.pending)
        reasons = problem.memoize(("reasons", blank.id), lambda: reasons_at(problem, blank, self._key))
        return Why(blank, reasons, choice_letters(problem)) if reasons else None
