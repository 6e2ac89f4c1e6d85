"""What checking an answer returns."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from tutor.i18n import N_, Message


class Kind(StrEnum):
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
COSTS = (Kind.MISTAKEN, Kind.WRONG, Kind.WRONG_SHAPE)

#: The word that stands beside the mark of a verdict.
WORDS = {
    Kind.RIGHT: N_("right"),
    Kind.COARSE: N_("one more digit"),
    Kind.CARRIED: N_("right step"),
    Kind.ELSEWHERE: N_("another edge's value"),
    Kind.MISTAKEN: N_("not yet"),
    Kind.WRONG: N_("not yet"),
    Kind.WRONG_SHAPE: N_("another shape"),
    Kind.MALFORMED: N_("can't be read"),
    Kind.UNDECIDED: N_("can't be told"),
    Kind.NOTED: N_("noted"),
}

#: The mark that tells a verdict without colour.
MARKS = {
    Kind.RIGHT: "✓",
    Kind.COARSE: "~",
    Kind.CARRIED: "~",
    Kind.ELSEWHERE: "~",
    Kind.MISTAKEN: "✗",
    Kind.WRONG: "✗",
    Kind.WRONG_SHAPE: "✗",
    Kind.MALFORMED: "!",
    Kind.UNDECIDED: "!",
    Kind.NOTED: "*",
}


@dataclass(frozen=True, slots=True)
class Verdict:
    """The verdict on one answer.

    `mistake` is the id of the named mistake, such as `mul.own-input`. `cells` tell for a matrix answer of the
    right shape which cells are right. `at` and `length` place a malformed answer's fault in the text as typed.
    """

    kind: Kind
    message: Message
    mistake: str | None = None
    cells: tuple[tuple[bool, ...], ...] | None = None
    at: int | None = None
    length: int = 1

    @property
    def right(self) -> bool:
        return self.kind is Kind.RIGHT

    @property
    def leads_on(self) -> bool:
        """Whether the blank is done with: right, or noted in an exam."""
        return self.kind in (Kind.RIGHT, Kind.NOTED)

    @property
    def costs(self) -> bool:
        """Whether this was a wrong attempt."""
        return self.kind in COSTS
