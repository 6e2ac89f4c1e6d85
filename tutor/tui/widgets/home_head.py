"""The head of the home screen: what is solved, due and practised, and a line with a segment for each exercise."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from tutor.i18n import N_, _, message
from tutor.practice.practice_days import activity_level
from tutor.tui.canvas import runs_width
from tutor.tui.flow import with_number
from tutor.tui.home_rows import num_due_text, render_words
from tutor.tui.widgets.canvas import CanvasWidget

if TYPE_CHECKING:
    from rich.style import Style

    from tutor.glyphs import Glyphs
    from tutor.tui.canvas import Canvas, Run
    from tutor.tui.home_rows import HomeState

#: The last days that have a square.
_NUM_DAYS = 14
#: How far the square of a day is from the full colour, by the step of its answers.
_DAY_FADES = (1.0, 0.68, 0.46, 0.23, 0.0)
#: How far a solved exercise is from the colour of one that was right at the first try.
_SOLVED_FADE = 0.4


class HomeHead(CanvasWidget):
    """Show the numbers of the learner, and under them all exercises, pack by pack."""

    DEFAULT_CSS: ClassVar[str] = "HomeHead { height: 2; }"

    def __init__(self, state: HomeState, glyphs: Glyphs, id: str | None = None) -> None:
        super().__init__(glyphs, id)
        self._state = state

    def show(self, state: HomeState) -> None:
        """Show another state."""
        self._state = state
        self.repaint()

    def paint(self, canvas: Canvas) -> None:
        palette = self.palette
        canvas.fill(0, 0, canvas.width, 1, palette.ink(on="surface"))
        name = [
            ("∂", palette.ink("backward", on="surface", bold=True)),
            (" backprop-tutor", palette.ink("bright", on="surface", bold=True)),
        ]
        begin = canvas.runs(1, 0, name)
        room = canvas.width - 1 - begin - 2
        facts: list[Run] = []
        # The first facts matter most; what has no room is left out.
        for fact in self._facts():
            gap: list[Run] = [("   ", palette.ink(on="surface"))] if facts else []
            if runs_width(facts) + runs_width(gap) + runs_width(fact) > room:
                break
            facts += [*gap, *fact]
        canvas.right(canvas.width - 1, 0, facts)
        self._paint_exercises(canvas)

    def _facts(self) -> list[list[Run]]:
        state, render = self._state, self.glyphs.render
        if not state.states:
            text = message(N_("{n} exercises · {m} packs"), n=state.num_exercises, m=len(state.packs))
            return [self._emphasised(render_words(str(text), self.glyphs), "muted")]
        solved = message(N_("{n} of {all} solved"), n=state.num_solved, all=state.num_exercises)
        facts = [self._emphasised(render(str(solved)), "bright")]
        if state.due_count:
            facts.append(self._emphasised(render(num_due_text(state.due_count)), "help"))
        if state.overview is not None and state.overview.days:
            number = len(state.overview.days)
            days = _("1 day practised") if number == 1 else str(message(N_("{n} days practised"), n=number))
            facts.append(self._emphasised(render(days), "bright"))
            facts.append(self._squares(state.overview.last_days(_NUM_DAYS)))
        return facts

    def _emphasised(self, text: str, hue: str) -> list[Run]:
        """Return a text whose first number stands out in a hue."""
        muted = self.palette.ink("muted", on="surface")
        return with_number(text, self.palette.ink(hue, on="surface", bold=hue != "muted"), muted)

    def _squares(self, days: list[int]) -> list[Run]:
        """Return a square for each day, brighter with more answers. Without colours a day without any is a dot."""
        palette = self.palette
        if palette.colours != "all" or self.glyphs.ascii:
            return [("■" if answers else "·", palette.ink("right", on="surface")) for answers in days]
        return [("■", self._heat(answers)) for answers in days]

    def _heat(self, answers: int) -> Style:
        palette = self.palette
        level = activity_level(answers)
        if not level:
            return palette.ink("line", on="surface")
        return palette.shade("right", _DAY_FADES[level], on="surface")

    def _paint_exercises(self, canvas: Canvas) -> None:
        """Paint a segment for each exercise, with a gap between packs; in a narrow window some share a cell."""
        state, palette = self._state, self.palette
        packs = [pack for pack in state.packs if pack.entries]
        room, whole = canvas.width - max(len(packs) - 1, 0), sum(len(pack.entries) for pack in packs)
        styles = {
            "new": ("─", palette.ink("line")),
            "broken": ("─", palette.ink("line")),
            "begun": ("━", palette.ink("backward")),
            "revealed": ("━", palette.ink("help")),
            "solved": ("━", palette.shade("right", _SOLVED_FADE)),
            "first-try": ("━", palette.ink("right")),
        }
        if palette.colours == "none":
            styles["begun"] = ("╸", palette.ink())
        seen = x = 0
        for pack in packs:
            number = len(pack.entries)
            width = round((seen + number) * room / whole) - round(seen * room / whole)
            for cell in range(width):
                entry = pack.entries[cell * number // width]
                canvas.put(x + cell, 1, *styles[state.state_of(pack, entry)])
            x += width + 1
            seen += number
