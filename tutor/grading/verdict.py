"""The verdict on an answer: its kinds, with their labels and marks."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum

from tutor.i18n import N_, Message


class VerdictKind(StrEnum):
    """The kinds of verdict. Their values are stored and exported, so they never change."""

    RIGHT = "right"
    COARSE = "coarse"
    CARRIED = "carried"
    ELSEWHERE = "elsewhere"
    MISTAKEN = "mistaken"
    WRONG = "wrong"
    WRONG_SHAPE = "wrong-shape"
    MALFORMED = "malformed"
    UNDECIDED = "undecided"
    NOTED = "noted"


#: Only these count as attempts.
WRONG_ATTEMPT_KINDS = (VerdictKind.MISTAKEN, VerdictKind.WRONG, VerdictKind.WRONG_SHAPE)

#: The sentence of a verdict on a wrong choice or text, if its author says nothing about it.
TRY_ANOTHER = N_("That is not it. What exactly does the question ask for?")

#: The words next to a verdict's mark.
LABELS = {
    VerdictKind.RIGHT: N_("right"),
    VerdictKind.COARSE: N_("one more digit"),
    VerdictKind.CARRIED: N_("right step"),
    VerdictKind.ELSEWHERE: N_("another edge's value"),
    VerdictKind.MISTAKEN: N_("not yet"),
    VerdictKind.WRONG: N_("not yet"),
    VerdictKind.WRONG_SHAPE: N_("another shape"),
    VerdictKind.MALFORMED: N_("can't be read"),
    VerdictKind.UNDECIDED: N_("can't be judged"),
    VerdictKind.NOTED: N_("noted"),
}

#: Marks distinguish verdicts without colour.
MARKS = {
    VerdictKind.RIGHT: "✓",
    VerdictKind.COARSE: "~",
    VerdictKind.CARRIED: "~",
    VerdictKind.ELSEWHERE: "~",
    VerdictKind.MISTAKEN: "✗",
    VerdictKind.WRONG: "✗",
    VerdictKind.WRONG_SHAPE: "✗",
    VerdictKind.MALFORMED: "!",
    VerdictKind.UNDECIDED: "!",
    VerdictKind.NOTED: "*",
}


@dataclass(frozen=True, slots=True)
class Suspicion:
    """A mistake that may have led to an answer: the question whether it did, and what to say if so.

    `distinct`: on other numbers it gives another value than the likeliest one.
    """

    mistake: str
    question: Message
    lesson: Message
    distinct: bool = False


@dataclass(frozen=True, slots=True)
class Verdict:
    """The verdict on one answer.

    `mistake` is the id of a named mistake, such as `mul.own-input`. `certain` says whether the answer leaves no doubt
    about it. Otherwise the message asks about the first of the `suspicions`, the learner can answer yes or no, and
    `fallback` is said when none of them is true. `cells` says which cells of a matrix of the right shape are right.
    `at` and `length` are the position of the error in the text of a malformed answer. `choices` are the numbers of the
    choices of a wrong answer in the exercise file.
    """

    kind: VerdictKind
    message: Message
    mistake: str | None = None
    cells: tuple[tuple[bool, ...], ...] | None = None
    at: int | None = None
    length: int = 1
    certain: bool = True
    suspicions: tuple[Suspicion, ...] = ()
    fallback: Message | None = None
    choices: tuple[int, ...] = ()

    @staticmethod
    def ask(
        suspicions: tuple[Suspicion, ...], fallback: Message, cells: tuple[tuple[bool, ...], ...] | None = None
    ) -> Verdict:
        """Return the verdict that asks about the first of the suspicions; the fallback if there are none."""
        if not suspicions:
            return Verdict(VerdictKind.WRONG, fallback, cells=cells)
        first = suspicions[0]
        return Verdict(
            VerdictKind.MISTAKEN,
            first.question,
            first.mistake,
            cells,
            certain=False,
            suspicions=suspicions,
            fallback=fallback,
        )

    @property
    def asks(self) -> bool:
        """Whether the message is a question that can be answered with yes or no."""
        return bool(self.suspicions)

    @property
    def message_id(self) -> str:
        """The id of the message: `mul.own-input`, `mul.own-input?` for the question about it, `choice.2` for the feedback
        on a wrong choice, `choice.1.3` for that on several, and the kind of verdict for any other. Ids are stored and
        exported, so they never change.
        """
        if self.mistake:
            return f"{self.mistake}?" if self.asks else self.mistake
        return f"choice.{'.'.join(map(str, self.choices))}" if self.choices else str(self.kind)

    @property
    def message_is_question(self) -> bool:
        """Whether the message itself asks what the learner did; an author's text may only describe a mistake."""
        return self.message.text != "{text}"

    def after_reply(self, mistake: str, agreed: bool) -> Verdict:
        """Return the verdict after the learner said whether they made one of the suspected mistakes.

        A reply about a mistake that is not suspected changes nothing.
        """
        suspicion = next((one for one in self.suspicions if one.mistake == mistake), None)
        if suspicion is None or self.fallback is None:
            return self
        if agreed:
            return replace(self, message=suspicion.lesson, mistake=mistake, certain=True, suspicions=(), fallback=None)
        rest = tuple(one for one in self.suspicions if one.mistake != mistake)
        return Verdict.ask(rest, self.fallback, self.cells)

    @property
    def right(self) -> bool:
        return self.kind is VerdictKind.RIGHT

    @property
    def settles_blank(self) -> bool:
        """Whether the blank is done: right, or noted in an exam."""
        return self.kind in (VerdictKind.RIGHT, VerdictKind.NOTED)

    @property
    def is_wrong_attempt(self) -> bool:
        return self.kind in WRONG_ATTEMPT_KINDS
