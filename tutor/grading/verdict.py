"""The verdict on an answer: its kinds, with their labels and marks."""

from __future__ import annotations

from dataclasses import dataclass
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
    VerdictKind.UNDECIDED: N_("can't be told"),
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
class Verdict:
    """The verdict on one answer.

    `mistake` is the id of a named mistake, such as `mul.own-input`. `certain` says whether the answer leaves no doubt
    about it; otherwise the message asks, and the learner can answer yes or no. `cells` says which cells of a matrix of
    the right shape are right. `at` and `length` are the position of the error in the text of a malformed answer.
    """

    kind: VerdictKind
    message: Message
    mistake: str | None = None
    cells: tuple[tuple[bool, ...], ...] | None = None
    at: int | None = None
    length: int = 1
    certain: bool = True

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
