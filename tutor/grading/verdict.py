"""What checking an answer returns."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from tutor.i18n import N_, Message


class VerdictKind(StrEnum):
    """The verdicts. Their values are stable ids: they stand in the store and in what is exported."""

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


#: A wrong answer counts against the learner; the others cost nothing.
WRONG_ATTEMPT_KINDS = (VerdictKind.MISTAKEN, VerdictKind.WRONG, VerdictKind.WRONG_SHAPE)

#: The word that stands beside the mark of a verdict.
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

#: The mark that tells a verdict without colour.
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

    `mistake` is the id of the named mistake, such as `mul.own-input`. `cells` tell for a matrix answer of the
    right shape which cells are right. `at` and `length` place a malformed answer's fault in the text as typed.
    """

    kind: VerdictKind
    message: Message
    mistake: str | None = None
    cells: tuple[tuple[bool, ...], ...] | None = None
    at: int | None = None
    length: int = 1

    @property
    def right(self) -> bool:
        return self.kind is VerdictKind.RIGHT

    @property
    def settles_blank(self) -> bool:
        """Whether the blank is done with: right, or noted in an exam."""
        return self.kind in (VerdictKind.RIGHT, VerdictKind.NOTED)

    @property
    def is_wrong_attempt(self) -> bool:
        """Whether this was a wrong attempt."""
        return self.kind in WRONG_ATTEMPT_KINDS
