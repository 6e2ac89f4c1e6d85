"""Calibration: how often the learner's predictions were right, by how sure the learner was."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tutor.grading.prediction import CONFIDENCES
from tutor.i18n import N_, Message, message
from tutor.practice.event import PREDICT, RIGHT
from tutor.practice.predictions import parse_text

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

#: From this many predictions on, a share says something.
MIN_PREDICTIONS = 5

#: The last event of this kind before each blank counts: a prediction may have been undone.
PREDICTIONS = f"""
SELECT text, verdict FROM (
    SELECT max(seq), text, verdict FROM active_event WHERE kind = '{PREDICT}' GROUP BY worksheet, blank
)
"""
_SENTENCES: Mapping[str, str] = {
    "guess": N_("When you guessed, {right} of {made} predictions were right."),
    "fairly": N_("When you were fairly sure, {right} of {made} predictions were right."),
    "certain": N_("When you were certain, {right} of {made} predictions were right."),
}


@dataclass(frozen=True, slots=True)
class Level:
    """How many predictions were made with one confidence, and how many of them were right."""

    confidence: str
    made: int = 0
    right: int = 0

    @property
    def rate(self) -> float | None:
        """The share that was right; None if there are too few to say."""
        return self.right / self.made if self.made >= MIN_PREDICTIONS else None

    @property
    def sentence(self) -> Message | None:
        """The finding in words; None if there are too few predictions."""
        if self.rate is None:
            return None
        return message(_SENTENCES[self.confidence], right=self.right, made=self.made)


@dataclass(frozen=True, slots=True)
class Calibration:
    """The predictions by confidence, from a guess to certain."""

    levels: tuple[Level, ...] = tuple(map(Level, CONFIDENCES))

    @property
    def made(self) -> int:
        return sum(level.made for level in self.levels)

    @property
    def right(self) -> int:
        return sum(level.right for level in self.levels)

    @property
    def sentences(self) -> Sequence[Message]:
        """The findings of the levels with enough predictions, the surest first."""
        return [level.sentence for level in reversed(self.levels) if level.sentence is not None]

    @property
    def advice(self) -> Message | None:
        """The advice to the learner; None if there is too little to go by, or nothing to change."""
        rates = {level.confidence: level.rate for level in self.levels}
        certain, guess = rates["certain"], rates["guess"]
        if certain is not None and certain < _TRUE_CERTAINTY:
            return message(
                N_(
                    "When you are certain, you should be right nine times out of ten. Check the sign and "
                    "the size once more."
                )
            )
        if guess is not None and guess > _KNOWN_AFTER_ALL:
            return message(N_("Your guesses are mostly right. You know more than you think."))
        return None

    def as_json(self) -> dict[str, Any]:
        """Return the counts as JSON data."""
        return {level.confidence: {"made": level.made, "right": level.right} for level in self.levels}


#: Below this share of right predictions, certainty is misplaced; above this one, a guess is more than that.
_TRUE_CERTAINTY, _KNOWN_AFTER_ALL = 0.8, 0.8


def calibration_of(rows: Iterable[tuple[str, str]]) -> Calibration:
    """Return the calibration of predictions, each with the text and the verdict of its event."""
    counts = {confidence: [0, 0] for confidence in CONFIDENCES}
    for text, verdict in rows:
        typed = parse_text(text)
        if typed is not None and typed.confidence in counts:
            counts[typed.confidence][0] += 1
            counts[typed.confidence][1] += verdict == RIGHT
    return Calibration(tuple(Level(confidence, made, right) for confidence, (made, right) in counts.items()))
