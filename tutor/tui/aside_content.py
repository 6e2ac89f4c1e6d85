"""The texts of predictions and reasons in the answer pane, and which cells of them can be clicked."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from rich.cells import cell_len

from tutor.grading.prediction import CONFIDENCES
from tutor.i18n import N_, _, message
from tutor.tui.flow import Line, flow, indented

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tutor.glyphs import Glyphs
    from tutor.grading.prediction import TypedPrediction
    from tutor.tui.exercise_asides import ExerciseAsides
    from tutor.tui.exercise_state import ExerciseState
    from tutor.tui.themes import Palette


@dataclass(frozen=True)
class AsideLine:
    """A line with the texts that a click on parts of it types: each with its first cell and the one behind its last."""

    line: Line
    clicks: tuple[tuple[int, int, str], ...] = ()


@dataclass(frozen=True)
class _Option:
    """Something to choose: the key, its label, and whether it is chosen."""

    key: str
    label: str
    is_chosen: bool


@dataclass(frozen=True)
class AsideContent:
    """The prediction or reason asked beside the focused blank, in the styles of a palette."""

    state: ExerciseState
    glyphs: Glyphs
    palette: Palette
    #: The lines that can be clicked, as far as they were asked for.
    clickable: list[AsideLine] = field(default_factory=list, compare=False)

    @property
    def _asides(self) -> ExerciseAsides:
        return self.state.asides

    # --- predictions ---

    def prediction(self, width: int) -> list[Line]:
        """Return the prediction that is asked for before the focused blank, with its outcomes and confidences."""
        prediction, typed = self._asides.prediction, self._asides.typed
        if prediction is None:
            return []
        question = self.glyphs.render(str(prediction.question(self.state.worksheet.variant.problem)))
        outcomes = [
            _Option(letter, _(label), typed is not None and typed.outcome == outcome)
            for letter, (outcome, label) in zip(self._asides.letters, prediction.outcomes.items(), strict=False)
        ]
        confidences = [_Option(str(number), _(label), False) for number, label in enumerate(CONFIDENCES.values(), 1)]
        lines = [AsideLine(line) for line in flow([(question, self.palette.ink("bright"))], width)]
        lines += self._options("", outcomes, width, is_open=True)
        # How sure one is comes after what one expects.
        how_sure = self._options(_("confidence"), confidences, width, is_open=typed is not None)
        return self._as_clickable([*lines, *self._with_keys(how_sure, self._skip(), width)])

    def made(self, width: int) -> list[Line]:
        """Return what was predicted before the focused blank."""
        typed = self._asides.made
        return [] if typed is None else flow([(self._made_text(typed), self.palette.ink("muted"))], width)

    def _made_text(self, typed: TypedPrediction) -> str:
        prediction = self.state.worksheet.asides.asked_before(self.state.focused_id)
        outcome = "" if prediction is None else _(prediction.outcomes[typed.outcome])
        text = message(
            N_("predicted: {outcome}, {confidence}"), outcome=outcome, confidence=_(CONFIDENCES[typed.confidence])
        )
        return self.glyphs.render(str(text))

    def verdicts(self, blank: str, width: int) -> list[Line]:
        """Return what the right answer at a blank says about predictions."""
        lines: list[Line] = []
        for verdict in self._asides.verdicts(blank):
            lines += flow([(self.glyphs.render(str(verdict)), self.palette.ink("help"))], width)
        return lines

    # --- reasons ---

    def why(self, width: int) -> list[Line]:
        """Return the question why the last answer is right, with its reasons."""
        why = self._asides.why
        if why is None:
            return []
        chosen = self._asides.reason
        question = self.glyphs.render(str(why.question))
        keys: Line = [
            (self.glyphs.key_label("exercise.check", "Enter"), self.palette.ink("bright", bold=True)),
            (" " + self.glyphs.render(_("confirm")) + "   ", self.palette.ink("muted")),
        ]
        lines = [AsideLine(line) for line in flow([(question, self.palette.ink("bright"))], width)]
        lines = self._with_keys(lines, [*(keys if chosen is not None else []), *self._skip()], width)
        for letter, reason in zip(why.letters, why.reasons, strict=True):
            option = _Option(letter, str(reason.text), reason is chosen)
            lines += self._stacked(option, width)
        return self._as_clickable(lines)

    # --- options ---

    def _as_clickable(self, lines: list[AsideLine]) -> list[Line]:
        self.clickable.extend(lines)
        return [line.line for line in lines]

    def _options(self, lead: str, options: Sequence[_Option], width: int, *, is_open: bool) -> list[AsideLine]:
        """Return options one after another, in as many lines as they need."""
        muted = self.palette.ink("muted")
        line: Line = [(self.glyphs.render(lead) + "  ", muted)] if lead else []
        clicks: list[tuple[int, int, str]] = []
        lines: list[AsideLine] = []
        for option in options:
            runs = self._option_runs(option, is_open)
            start, cells = _cells(line), _cells(runs)
            if line and start + cells > width:
                lines.append(AsideLine(line, tuple(clicks)))
                line, clicks, start = [], [], 0
            gap: Line = [("   ", self.palette.ink())] if clicks else []
            start += _cells(gap)
            clicks.append((start, start + cells, option.key))
            line = [*line, *gap, *runs]
        return [*lines, AsideLine(line, tuple(clicks))]

    def _stacked(self, option: _Option, width: int) -> list[AsideLine]:
        """Return an option in lines of its own."""
        lead, (label, style) = self._option_runs(option, is_open=True)
        gap = ("  ", self.palette.ink())
        lines = indented([lead, gap], flow([(label.strip(), style)], width - 5), self.palette.ink())
        return [AsideLine(line, ((0, width, option.key),)) for line in lines]

    def _option_runs(self, option: _Option, is_open: bool) -> Line:
        palette = self.palette
        with_brackets = option.is_chosen and (self.glyphs.ascii or palette.needs_brackets)
        key = f"[{option.key}]" if with_brackets else f" {option.key} "
        chip = palette.chip("backward") if option.is_chosen else palette.ink("bright", on="raised", bold=is_open)
        label = palette.ink("bright", bold=True) if option.is_chosen else palette.ink("text" if is_open else "muted")
        return [(key, chip), (f" {self.glyphs.render(option.label)}", label)]

    def _skip(self) -> Line:
        key = self.glyphs.key_label("exercise.leave", "Esc")
        return [
            (key, self.palette.ink("bright", bold=True)),
            (" " + self.glyphs.render(_("skip")), self.palette.ink("muted")),
        ]

    def _with_keys(self, lines: list[AsideLine], keys: Line, width: int) -> list[AsideLine]:
        """Return lines with keys and what they do at their end."""
        *before, last = lines
        gap = ("   ", self.palette.ink())
        if _cells(last.line) + _cells(keys) + 3 <= width:
            return [*before, AsideLine([*last.line, gap, *keys], last.clicks)]
        return [*lines, AsideLine(keys)]


def _cells(line: Line) -> int:
    return sum(cell_len(text) for text, _style in line)
