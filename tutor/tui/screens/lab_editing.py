"""The inputs of the lab under the keys and the mouse: choosing, nudging, and typing other values."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.widgets import Input, OptionList

from tutor.algebra import ops
from tutor.algebra.errors import AlgebraError
from tutor.algebra.evaluate import evaluate
from tutor.algebra.parser import parse_value
from tutor.i18n import N_, message
from tutor.practice.lab.numbers import typed_value
from tutor.practice.playground import PlaygroundInput
from tutor.tui.screens.base import TutorScreen
from tutor.tui.widgets.lab_graph import LabGraph
from tutor.tui.widgets.lab_inputs import LabInputs
from tutor.tui.widgets.line_input import LineInput

if TYPE_CHECKING:
    from collections.abc import Callable

    from tutor.i18n import Message
    from tutor.practice.lab.lab import Lab
    from tutor.practice.lab.model import Handle
    from tutor.practice.lab.snapshot import LabSnapshot

_NOT_A_NUMBER = N_("{label} is a single number. To set all entries, type {name}=[…].")


class LabEditing(TutorScreen[PlaygroundInput]):
    """The part of the playground that moves the numbers."""

    lab: Lab
    #: The place of the chosen handle in the list.
    chosen: int = 0
    #: The notice below the inputs, and its colour.
    notice: tuple[str, str] = ("", "")
    is_editing: bool = False
    #: The values before the edit, to go back to.
    _before_edit: LabSnapshot | None = None
    _edit_error: AlgebraError | None = None
    _was_reset: bool = False

    def show_lab(self) -> None:
        """Show everything as it is now."""
        raise NotImplementedError

    @property
    def handle(self) -> Handle | None:
        """The chosen handle, None without inputs."""
        handles = self.lab.handles()
        return handles[min(self.chosen, len(handles) - 1)] if handles else None

    @property
    def is_moved(self) -> bool:
        """Whether the chosen number is not where it began."""
        handle = self.handle
        return handle is not None and not handle.is_symbol and self.lab.is_moved(handle)

    # --- choosing and nudging ---

    def action_choose(self, step: int) -> None:
        """Choose the next input or the one above; from the formula go to the inputs."""
        if not self.finish_edit():
            return
        focused = self.focused
        inputs = self.query_one("#inputs", LabInputs)
        if isinstance(focused, OptionList):
            is_first = focused.highlighted in (None, 0, 1)
            if step < 0 and is_first:
                self.query_one("#formula", LineInput).focus()
            elif step > 0:
                focused.action_cursor_down()
            else:
                focused.action_cursor_up()
        elif focused is not inputs:
            self._enter_from_formula(step)
        elif step < 0 and self.chosen == 0:
            self.query_one("#formula", LineInput).focus()
        else:
            self._choose(self.chosen + step)

    def _enter_from_formula(self, step: int) -> None:
        recent = self.query_one("#recent", OptionList)
        if step > 0 and recent.display:
            recent.focus()
            if recent.highlighted is None:
                recent.action_first()
        elif step > 0 and self.lab.handles():
            self.query_one("#inputs", LabInputs).focus()

    def action_choose_page(self, pages: int) -> None:
        self._choose(self.chosen + pages * self.query_one("#inputs", LabInputs).page)

    def _choose(self, index: int) -> None:
        self.chosen = min(max(index, 0), max(len(self.lab.handles()) - 1, 0))
        self.notice = ("", "")
        self._was_reset = False
        self.show_lab()
        self.refresh_bindings()

    def action_nudge(self, steps: int) -> None:
        if (handle := self.handle) is not None:
            self._move(lambda: self.lab.nudge(handle, steps))

    def action_pan(self, columns: int, rows: int) -> None:
        """Scroll a graph that is larger than its window."""
        self.query_one("#lab-graph", LabGraph).scroll_by(columns, rows)

    def action_change_step(self, by: int) -> None:
        self.lab.change_step(by)
        self.notice = ("", "")
        self.show_lab()

    def action_reset_number(self) -> None:
        if (handle := self.handle) is not None:
            self._move(lambda: self.lab.reset(handle))
            self._was_reset = True

    def _move(self, move: Callable[[], Message | None]) -> None:
        """Move the chosen number, and show what that did, or why it was refused."""
        was_moved = self.is_moved
        refused = move()
        self.notice = (str(refused), "wrong") if refused is not None else ("", "")
        self._was_reset = False
        self.show_lab()
        if self.is_moved != was_moved:
            self.refresh_bindings()

    # --- mouse ---

    def on_lab_inputs_chosen(self, event: LabInputs.Chosen) -> None:
        self._take(event.index)

    def on_lab_inputs_nudged(self, event: LabInputs.Nudged) -> None:
        self._take(event.index)
        self.action_nudge(event.steps)

    def on_lab_inputs_dragged(self, event: LabInputs.Dragged) -> None:
        self._take(event.index)
        if (handle := self.handle) is not None:
            self._move(lambda: self.lab.move_to_step(handle, event.steps))

    def on_lab_graph_input_selected(self, event: LabGraph.InputSelected) -> None:
        names = [handle.name for handle in self.lab.handles()]
        if event.name in names:
            self._take(names.index(event.name))

    def _take(self, index: int) -> None:
        """Choose an input, and give its list the keys."""
        if self.finish_edit():
            self.query_one("#inputs", LabInputs).focus()
            self._choose(index)

    # --- typing values ---

    def on_lab_inputs_typed(self, event: LabInputs.Typed) -> None:
        """Open the editor with what was typed."""
        handle = self.handle
        if handle is None or self.is_editing:
            return
        text = event.text
        if text == "=":
            text = f"{handle.name}={typed_value(self.lab.values[handle.name])}"
        elif text == "." and self._was_reset:
            # The 0 before it was the key that resets.
            text = "0."
        self._before_edit = self.lab.snapshot()
        self.is_editing, self._edit_error = True, None
        editor, inputs = self.query_one("#value", LineInput), self.query_one("#inputs", LabInputs)
        x, y, width = inputs.editor_place()
        editor.styles.offset = (x, y)
        editor.styles.width = width
        editor.remove_class("-hidden")
        with self.prevent(Input.Changed):
            editor.value = text
            editor.cursor_position = len(text)
        editor.focus()
        self.edit(text)

    def edit(self, text: str) -> None:
        """Use what is typed in the editor as far as it is a value."""
        if not self.is_editing or self._before_edit is None:
            return
        self.lab.restore(self._before_edit)
        self._edit_error = None
        self.notice = ("", "")
        try:
            self._apply(text)
        except AlgebraError as error:
            self._edit_error = error
        self.query_one("#inputs", LabInputs).show_fault(None)
        self.show_lab()

    def _apply(self, text: str) -> None:
        handle = self.handle
        if handle is None or not text.strip():
            return
        if "=" in text:
            self.lab.give_values(text)
            return
        value = evaluate(parse_value(text), {})
        if ops.is_matrix(value) or handle.is_symbol:
            if handle.cell is not None and not text.lstrip().startswith("["):
                raise AlgebraError(message(_NOT_A_NUMBER, label=handle.label, name=handle.name))
            self.lab.give_values(f"{handle.name}={text}")
            return
        refused = self.lab.set_number(handle, value, is_home=True)
        if refused is not None:
            raise AlgebraError(refused, 0, len(text))

    def finish_edit(self) -> bool:
        """Keep the typed value, if one is being typed, and return whether nothing is typed any more.

        One that can't be used is shown with its error, and the editor stays.
        """
        if not self.is_editing:
            return True
        if self._edit_error is not None:
            self.query_one("#inputs", LabInputs).show_fault(self._edit_error)
            editor = self.query_one("#value", LineInput)
            if self._edit_error.position >= 0:
                editor.cursor_position = self._edit_error.position
            return False
        self._close_editor()
        return True

    def cancel_edit(self) -> None:
        """Go back to the values before the edit."""
        if self._before_edit is not None:
            self.lab.restore(self._before_edit)
        self.notice = ("", "")
        self._close_editor()

    def _close_editor(self) -> None:
        self.is_editing, self._before_edit, self._edit_error = False, None, None
        inputs = self.query_one("#inputs", LabInputs)
        inputs.show_fault(None)
        inputs.focus()
        self.query_one("#value", LineInput).add_class("-hidden")
        self.show_lab()
        self.refresh_bindings()
