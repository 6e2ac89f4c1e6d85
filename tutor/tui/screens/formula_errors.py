"""The errors of the formula in the playground: quiet while one types, in full when they are asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tutor.practice.playground import PlaygroundInput
from tutor.tui.screens.base import TutorScreen
from tutor.tui.widgets.formula_note import FormulaNote
from tutor.tui.widgets.line_input import LineInput

if TYPE_CHECKING:
    from textual.timer import Timer

    from tutor.algebra.errors import AlgebraError
    from tutor.practice.lab.lab import Lab

#: Seconds without a key after which an error is shown.
_ERROR_DELAY = 0.6


class FormulaErrors(TutorScreen[PlaygroundInput]):
    """The part of the playground that tells what is wrong with the formula."""

    lab: Lab
    _error_timer: Timer | None = None

    @property
    def is_marked(self) -> bool:
        """Whether an error is shown in full."""
        return self.query_one("#formula-error", FormulaNote).has_class("-full")

    def show_note(self) -> None:
        """Show quietly what keeps the formula from being read in full, or what may not be meant."""
        note, field = self.query_one("#formula-error", FormulaNote), self.query_one("#formula", LineInput)
        note.show_nothing()
        if self._error_timer is not None:
            self._error_timer.stop()
        lab, first = self.lab, int(field.scroll_offset.x)
        is_being_typed = lab.read_text is not None and lab.read_text.is_only_closed
        if lab.error is not None and not is_being_typed:
            # Most errors are gone with the next key.
            self._error_timer = self.set_timer(_ERROR_DELAY, self._show_quiet_error)
        elif lab.is_whole and (misread := lab.misreadings):
            note.show_quietly(lab.text, misread[0], first, "$help")

    def _show_quiet_error(self) -> None:
        lab = self.lab
        if self.query(FormulaNote) and lab.error is not None and not self.is_marked:
            first = int(self.query_one("#formula", LineInput).scroll_offset.x)
            self.query_one("#formula-error", FormulaNote).show_quietly(lab.text, lab.error, first)

    def show_error(self, error: AlgebraError) -> None:
        """Show an error of the formula in full, and put the cursor there."""
        field = self.query_one("#formula", LineInput)
        self.query_one("#formula-error", FormulaNote).show_in_full(self.lab.text, error, int(field.scroll_offset.x))
        if error.position >= 0:
            field.cursor_position = error.position
        field.focus()
