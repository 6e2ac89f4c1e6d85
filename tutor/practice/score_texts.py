"""Scores in words, from the text in which they are stored."""

from __future__ import annotations

from tutor.i18n import N_, Message, message

_SCORE = N_("{points} of {most} points")


def score_text(score: str) -> Message:
    """Return a score such as `7.5/10` in words that go into a sentence."""
    points, _, most = score.partition("/")
    return message(_SCORE, points=points, most=most)
