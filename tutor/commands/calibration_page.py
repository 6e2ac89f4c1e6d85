"""Calibration on a progress page: the share of right predictions by how sure the learner was."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tutor.commands.documents import Figure, Heading, Sentence, Table
from tutor.commands.progress_figures import share_bars
from tutor.grading.prediction import CONFIDENCES
from tutor.i18n import N_, _, format_percent, message
from tutor.practice.calibration import MIN_PREDICTIONS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tutor.commands.documents import Block
    from tutor.practice.calibration import Calibration, Level


def calibration_blocks(calibration: Calibration) -> Iterator[Block]:
    """Yield the predictions by confidence; nothing before there is one."""
    if not calibration.made:
        return
    heading, table = calibration_table(calibration)
    yield heading
    levels = list(reversed(calibration.levels))
    for sentence in (*calibration.sentences, calibration.advice):
        if sentence is not None:
            yield Sentence(str(sentence))
    if not calibration.sentences:
        text = N_("Predictions so far: {n}. With {least} or more at the same confidence, you see how many were right.")
        yield Sentence(str(message(text, n=calibration.made, least=MIN_PREDICTIONS)))
    elif (figure := _figure(levels)) is not None:
        yield figure
    yield table


def calibration_table(calibration: Calibration) -> list[Block]:
    """Return the counts by confidence below a heading; nothing before there is a prediction."""
    if not calibration.made:
        return []
    rows = [
        [
            _(CONFIDENCES[level.confidence]),
            str(message(N_("{right} of {made} right"), right=level.right, made=level.made)),
        ]
        for level in reversed(calibration.levels)
    ]
    return [Heading(_("Predictions")), Table([_("confidence"), _("predictions")], rows)]


def _figure(levels: list[Level]) -> Figure | None:
    shares = [(_(CONFIDENCES[level.confidence]), level.rate) for level in levels if level.rate is not None]
    return share_bars([(f"{name}: {format_percent(rate)}", rate) for name, rate in shares], _("Right predictions"))
