"""The playground: a formula and its values, to be worked on, worked out or saved as an exercise."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, ClassVar

from rich.cells import cell_len
from textual.binding import Binding, BindingType
from textual.containers import ScrollableContainer
from textual.content import Content
from textual.message import Message
from textual.widgets import Input, OptionList, Static
from textual.widgets.option_list import Option

from tutor.drawing.reports.worked import worked_text
from tutor.engine.python_source.source import is_python
from tutor.grading.misreadings import find_misreadings
from tutor.i18n import N_, _, message
from tutor.packs.diagnostics import PackError
from tutor.practice.playground import (
    MAX_FORMULA_LENGTH,
    MAX_INPUT_LENGTH,
    FieldError,
    History,
    PlaygroundInput,
    save_exercise,
)
from tutor.tui.content import styled
from tutor.tui.screens.base import ScrollingScreen, TutorScreen
from tutor.tui.widgets.key_bar import KeyBar
from tutor.tui.widgets.line_input import FormulaInput, LineInput
from tutor.tui.widgets.option_list import ReadableOptionList

if TYPE_CHECKING:
    from textual.app import ComposeResult

    from tutor.algebra.errors import AlgebraError
    from tutor.packs.exercise import Exercise
    from tutor.tui.host import Host

KEYS: list[BindingType] = [
    Binding("escape", "close", N_("list"), tooltip=N_("back to the list"), id="playground.close"),
    Binding("enter", "exercise", N_("exercise"), tooltip=N_("work on it as an exercise"), id="playground.exercise"),
    Binding("f6", "worked", N_("worked"), tooltip=N_("see it worked out"), id="playground.worked"),
    Binding("ctrl+s", "save", N_("save"), tooltip=N_("save it as an exercise file"), id="playground.save"),
    Binding("f1", "help", N_("help"), tooltip=N_("what this is, and all keys"), id="playground.help"),
    Binding(
        "f7",
        "gradient",
        N_("gradient"),
        tooltip=N_("the gradient of the input at the cursor"),
        id="playground.gradient",
    ),
    Binding("down", "move_focus(1)", N_("down"), tooltip=N_("to the next line"), show=False, id="playground.down"),
    Binding("up", "move_focus(-1)", N_("up"), tooltip=N_("to the line above"), show=False, id="playground.up"),
]

#: The name of each field and what it is for.
_FIELD_HELP = {
    "formula": (
        N_("Formula"),
        N_(
            "Any formula, as in L = (w*x + b - y)^2. Several steps are written with ; between them, as in "
            "u = x*y; z = u + x. You can paste a Python function, too: def loss(w, x): …"
        ),
    ),
    "values": (
        N_("Values"),
        N_("What each input is, as in w=2 x=3. Fractions are written 1/2, matrices [[1, 2], [3, 4]]."),
    ),
    "recent": (N_("Tried last"), N_("Formulas of before. Enter puts the one in focus back into the lines above.")),
}
#: Shown in empty fields.
_FORMULA_EXAMPLE, _VALUES_EXAMPLE = "L = (w*x + b - y)^2", "w=2 x=3 b=4 y=3"


class PlaygroundScreen(TutorScreen[PlaygroundInput]):
    """Two fields to type in, their errors, and the formulas that were tried last."""

    BINDINGS: ClassVar[list[BindingType]] = KEYS

    class ExerciseRequested(Message):
        """The learner wants to work on the formula."""

        def __init__(self, screen: PlaygroundScreen, exercise: Exercise) -> None:
            super().__init__()
            self.screen = screen
            self.exercise = exercise

    class ExerciseSaved(Message):
        """The formula was saved as an exercise file."""

    def __init__(
        self, host: Host, *, history: History | None = None, initial_input: PlaygroundInput | None = None
    ) -> None:
        super().__init__(host)
        self._history = history or History()
        self._recent_inputs = self._history.read()
        self._initial_input = initial_input or PlaygroundInput("")

    def compose(self) -> ComposeResult:
        glyphs, initial = self.glyphs, self._initial_input
        yield Static(styled(glyphs, (_("Playground"), "bold")), id="title")
        yield Static(styled(glyphs, (_("Formula"), "bold $bright")), classes="label")
        yield FormulaInput(
            initial.formula, placeholder=_FORMULA_EXAMPLE, id="formula", max_length=MAX_FORMULA_LENGTH, compact=True
        )
        yield Static(id="formula-error", classes="field-error")
        yield Static(styled(glyphs, (_("Values"), "bold $bright")), classes="label")
        yield LineInput(
            initial.values, placeholder=_VALUES_EXAMPLE, id="values", max_length=MAX_INPUT_LENGTH, compact=True
        )
        yield Static(id="values-error", classes="field-error")
        yield Static(id="message")
        yield ReadableOptionList(*self._options(), id="recent")
        yield KeyBar(glyphs, id="keys")

    def set_up(self) -> None:
        self._field("formula").focus()

    def _field(self, name: str) -> LineInput:
        return self.query_one(f"#{name}", LineInput)

    def _options(self) -> list[Option]:
        heading = Option(styled(self.glyphs, (_("Tried last"), "bold $bright")), disabled=True)
        options = [heading] if self._recent_inputs else []
        for index, recent in enumerate(self._recent_inputs):
            values = (f"   {_printable(recent.values)}", "$muted")
            options.append(Option(styled(self.glyphs, f"  {_printable(recent.formula)}", values), str(index)))
        return options

    @property
    def current_input(self) -> PlaygroundInput:
        """Return what is typed."""
        return PlaygroundInput(self._field("formula").value, self._field("values").value)

    def _remember(self, current: PlaygroundInput) -> None:
        self._history.add(current)
        self._recent_inputs = [current, *(recent for recent in self._recent_inputs if recent != current)]
        options = self.query_one("#recent", OptionList)
        options.clear_options()
        options.add_options(self._options())

    # --- errors ---

    def _parse(self) -> Exercise | None:
        """Return what is typed as an exercise; None, with the error shown, if it can't be one."""
        self._set_message("")
        try:
            exercise, notes = self.current_input.read()
        except FieldError as error:
            self._show_field_error(error.field, error.error)
            return None
        self._remember(self.current_input)
        for misread in find_misreadings(exercise.variant().problem, are_words=is_python(self.current_input.formula)):
            self.host.show_notification(misread.message, warning=True)
        if notes:
            self.host.show_notification("\n".join(map(str, notes)))
        return exercise

    def _show_field_error(self, name: str, error: AlgebraError) -> None:
        """Show an error below its field with a caret, and put the cursor there."""
        field, below = self._field(name), self.query_one(f"#{name}-error", Static)
        lines: list[Content] = []
        if error.position >= 0 and field.value:
            room = max(self.size.width - 4, 8)
            line_start = field.value.rfind("\n", 0, error.position) + 1
            line = field.value[line_start:].partition("\n")[0]
            position = error.position - line_start
            begin = max(position - room // 2, 0) if cell_len(line) > room else 0
            excerpt = _printable(line[begin:])
            start = position - begin
            before = cell_len(self.glyphs.render(excerpt[:start]))
            marked = cell_len(self.glyphs.render(excerpt[start : start + error.length]))
            lines.append(styled(self.glyphs, (excerpt, "$muted")))
            lines.append(styled(self.glyphs, " " * before, ("^" * max(min(marked, room - before), 1), "bold $wrong")))
            field.cursor_position = error.position
        lines.append(styled(self.glyphs, (str(error), "$wrong")))
        below.update(Content("\n").join(lines))
        below.add_class("-shown")
        field.focus()

    def _set_message(self, text: str) -> None:
        """Show a message about the last key, and no errors."""
        for below in self.query(".field-error"):
            below.remove_class("-shown")
        line = self.query_one("#message", Static)
        line.set_class(bool(text), "-shown")
        line.update(styled(self.glyphs, text))

    def on_input_changed(self) -> None:
        if self.has_widgets:
            self._set_message("")

    # --- keys ---

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        if event.option_id is not None:
            recent = self._recent_inputs[int(event.option_id)]
            self._field("formula").value = recent.formula
            self._field("values").value = recent.values
            self._field("formula").focus()

    def action_exercise(self) -> None:
        if isinstance(self.focused, OptionList):
            self.focused.action_select()
        elif self.app.screen is self and (exercise := self._parse()) is not None:
            self.post_message(self.ExerciseRequested(self, exercise))

    def action_worked(self) -> None:
        if self.app.screen is self and (exercise := self._parse()) is not None:
            self.app.push_screen(WorkedExampleScreen(self.host, exercise))

    def action_gradient(self) -> None:
        """Put the gradient of the input at the cursor, or of the first one, in place of the formula."""
        if self.app.screen is not self or (exercise := self._parse()) is None:
            return
        name = self._name_at_cursor()
        if name not in exercise.graph.inputs:
            name = exercise.graph.inputs[0]
        try:
            gradient = self.current_input.gradient(name)
        except FieldError as error:
            self._set_message(str(error))
            return
        with self.prevent(Input.Changed):
            self._field("formula").value, self._field("values").value = gradient.formula, gradient.values
        text = N_("The formula is now ∂{f}/∂{x}, and its gradients are second derivatives.")
        self._set_message(str(message(text, f=exercise.graph.output, x=name)))

    def _name_at_cursor(self) -> str:
        """Return the word at the cursor, an empty text without one."""
        if not isinstance(field := self.focused, LineInput):
            return ""
        words = re.finditer(r"[^\W\d]\w*'*", field.value)
        return next((word[0] for word in words if word.start() <= field.cursor_position <= word.end()), "")

    def action_save(self) -> None:
        if self.app.screen is not self or self._parse() is None:
            return
        try:
            name, path = save_exercise(self.current_input)
        except PackError as error:
            self._set_message(str(error))
            return
        self.host.show_notification(message(N_("Saved as {name}: {path}"), name=name, path=path))
        self.post_message(self.ExerciseSaved())

    def action_move_focus(self, step: int) -> None:
        """Move between the fields and the list below them."""
        recent = self.query_one("#recent", OptionList)
        stops: list[LineInput | OptionList] = [self._field("formula"), self._field("values"), recent]
        index = next((index for index, stop in enumerate(stops) if stop is self.focused), 0)
        target = stops[min(max(index + step, 0), len(stops) - 1)]
        if target is not recent or self._recent_inputs:
            target.focus()
        if target is recent and self._recent_inputs and recent.highlighted is None:
            recent.action_first()

    def help_paragraphs(self) -> list[Content]:
        name, purpose = _FIELD_HELP[(self.focused.id if self.focused else None) or "formula"]
        text = message(
            N_(
                "{exercise} makes an exercise of what is typed, {worked} shows it worked out, {save} keeps it as a file. "
                "{gradient} replaces the formula by its gradient for the input at the cursor."
            ),
            exercise=self.glyphs.key_label("playground.exercise", "Enter"),
            worked=self.glyphs.key_label("playground.worked", "F6"),
            save=self.glyphs.key_label("playground.save", "^S"),
            gradient=self.glyphs.key_label("playground.gradient", "F7"),
        )
        return [styled(self.glyphs, (_(name), "bold"), "\n", _(purpose)), styled(self.glyphs, str(text))]

    def on_glyphs_changed(self) -> None:
        """Keep what is typed."""
        if self.has_widgets:
            self._initial_input = self.current_input

    def action_close(self) -> None:
        if self.app.screen is self:
            self.dismiss(self.current_input)


class WorkedExampleScreen(ScrollingScreen):
    """Show a formula worked out: the graph, every edge and the gradients."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,f6,enter", "close", N_("back"), tooltip=N_("back to the formula"), id="worked.close"),
        Binding("f1", "help", N_("help"), tooltip=N_("what this is, and all keys"), id="worked.help"),
        Binding("down", "scroll(0, 1)", N_("down"), tooltip=N_("scroll the text"), id="worked.down"),
        Binding("up", "scroll(0, -1)", N_("up"), tooltip=N_("scroll the text"), show=False, id="worked.up"),
        Binding("right", "scroll(8, 0)", N_("right"), tooltip=N_("scroll the text"), id="worked.right"),
        Binding("left", "scroll(-8, 0)", N_("left"), tooltip=N_("scroll the text"), show=False, id="worked.left"),
        Binding("pagedown,space", "page(1)", N_("down"), tooltip=N_("a page down"), show=False, id="worked.page-down"),
        Binding("pageup", "page(-1)", N_("up"), tooltip=N_("a page up"), show=False, id="worked.page-up"),
    ]
    HELP_TEXT = N_(
        "The formula worked out: what flows forward through every node, what flows back along every edge, and the "
        "gradients of the inputs."
    )
    SCROLL_TARGET = "#worked"

    def __init__(self, host: Host, exercise: Exercise) -> None:
        super().__init__(host)
        self._exercise = exercise

    def compose(self) -> ComposeResult:
        yield Static(styled(self.glyphs, (str(self._exercise.title), "bold"), "   ", _("worked out")), id="title")
        with ScrollableContainer(id="worked", can_focus=False):
            yield Static(id="worked-text")
        yield KeyBar(self.glyphs, id="keys")

    def on_resize(self) -> None:
        if self.has_widgets:
            width = max(self.size.width - 4, 40)
            lines = worked_text(self._exercise.variant().problem, self.glyphs, width=width)
            self.query_one("#worked-text", Static).update(Content("\n".join(lines)))


def _printable(text: str) -> str:
    """Return a text in one line, its characters at the same positions."""
    return "".join(character if character.isprintable() else " " for character in text)
