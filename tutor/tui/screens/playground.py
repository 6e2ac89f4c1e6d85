"""The playground: any formula with values, as an exercise, as a worked example, or saved as a file."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, cast

from rich.cells import cell_len
from textual.binding import Binding, BindingType
from textual.containers import ScrollableContainer
from textual.content import Content
from textual.message import Message
from textual.screen import Screen
from textual.widgets import Input, OptionList, Static
from textual.widgets.option_list import Option

from tutor.drawing.reports.worked import worked_text
from tutor.i18n import N_, _, message
from tutor.packs.diagnostics import PackError
from tutor.practice.playground import MAX_INPUT_LENGTH, FieldError, History, PlaygroundInput, save_exercise
from tutor.tui.content import styled
from tutor.tui.screens.base import ScrollingScreen
from tutor.tui.screens.help import HelpScreen
from tutor.tui.widgets.key_bar import KeyBar
from tutor.tui.widgets.option_list import ReadableOptionList

if TYPE_CHECKING:
    from collections.abc import Sequence

    from textual.app import ComposeResult

    from tutor.algebra.errors import AlgebraError
    from tutor.glyphs import Glyphs
    from tutor.packs.exercise import Exercise
    from tutor.tui.preferences import Preferences

KEYS: list[BindingType] = [
    Binding("escape", "close", N_("list"), tooltip=N_("back to the list"), id="playground.close"),
    Binding("enter", "exercise", N_("exercise"), tooltip=N_("work on it as an exercise"), id="playground.exercise"),
    Binding("f6", "worked", N_("worked"), tooltip=N_("see it worked out"), id="playground.worked"),
    Binding("ctrl+s", "save", N_("save"), tooltip=N_("save it as an exercise file"), id="playground.save"),
    Binding("f1", "help", N_("help"), tooltip=N_("what this is, and all keys"), id="playground.help"),
    Binding("down", "move_focus(1)", N_("down"), tooltip=N_("to the next line"), show=False, id="playground.down"),
    Binding("up", "move_focus(-1)", N_("up"), tooltip=N_("to the line above"), show=False, id="playground.up"),
]

#: What has the focus, and what it is for.
_FIELD_HELP = {
    "formula": (
        N_("Formula"),
        N_(
            "Any formula, as in L = (w*x + b - y)^2. Several steps are written with ; between them, as in "
            "u = x*y; z = u + x."
        ),
    ),
    "values": (
        N_("Values"),
        N_("What each input is, as in w=2 x=3. Fractions are written 1/2, matrices [[1, 2], [3, 4]]."),
    ),
    "recent": (N_("Tried last"), N_("Formulas of before. Enter puts the one in focus back into the lines above.")),
}
#: Shown where nothing is typed yet.
_FORMULA_EXAMPLE, _VALUES_EXAMPLE = "L = (w*x + b - y)^2", "w=2 x=3 b=4 y=3"


class PlaygroundScreen(Screen[PlaygroundInput]):
    """Two lines to type in, what is wrong with them, and the formulas that were tried last."""

    BINDINGS: ClassVar[list[BindingType]] = KEYS

    class ExerciseRequested(Message):
        """An exercise is to be opened."""

        def __init__(self, exercise: Exercise) -> None:
            super().__init__()
            self.exercise = exercise

    class ExerciseSaved(Message):
        """There is a new exercise file."""

    def __init__(
        self,
        glyphs: Glyphs,
        *,
        ascii: bool = False,
        history: History | None = None,
        initial_input: PlaygroundInput | None = None,
    ) -> None:
        """`typed` is what stands there already."""
        super().__init__()
        self.glyphs = glyphs
        self.ascii = ascii
        self.history = history or History()
        self._recent_inputs = self.history.read()
        self._initial_input = initial_input or PlaygroundInput("")

    def compose(self) -> ComposeResult:
        signs = self.glyphs
        yield Static(styled(signs, (_("Playground"), "bold")), id="title")
        yield Static(styled(signs, (_("Formula"), "bold $primary")), classes="label")
        yield Input(
            self._initial_input.formula,
            placeholder=_FORMULA_EXAMPLE,
            id="formula",
            max_length=MAX_INPUT_LENGTH,
            compact=True,
        )
        yield Static(id="formula-error", classes="field-error")
        yield Static(styled(signs, (_("Values"), "bold $primary")), classes="label")
        yield Input(
            self._initial_input.values,
            placeholder=_VALUES_EXAMPLE,
            id="values",
            max_length=MAX_INPUT_LENGTH,
            compact=True,
        )
        yield Static(id="values-error", classes="field-error")
        yield Static(id="message")
        yield ReadableOptionList(*self._options(), id="recent")
        yield KeyBar(signs, id="keys")

    def on_mount(self) -> None:
        if not self.query(KeyBar):
            return
        self.query_one("#formula", Input).focus()
        keys = [key for key in KEYS if isinstance(key, Binding) and key.show]
        self.query_one(KeyBar).set_state(keys)

    def _options(self) -> list[Option]:
        found = (
            [Option(styled(self.glyphs, (_("Tried last"), "bold $primary")), disabled=True)]
            if self._recent_inputs
            else []
        )
        for index, trial in enumerate(self._recent_inputs):
            text = styled(
                self.glyphs, f"  {_printable(trial.formula)}", (f"   {_printable(trial.values)}", "$foreground 60%")
            )
            found.append(Option(text, str(index)))
        return found

    @property
    def current_input(self) -> PlaygroundInput:
        """What is typed."""
        return PlaygroundInput(self.query_one("#formula", Input).value, self.query_one("#values", Input).value)

    def _remember(self, trial: PlaygroundInput) -> None:
        self.history.add(trial)
        self._recent_inputs = [trial, *(one for one in self._recent_inputs if one != trial)]
        options = self.query_one("#recent", OptionList)
        options.clear_options()
        options.add_options(self._options())

    # --- what is wrong ---

    def _parse(self) -> Exercise | None:
        """What is typed as an exercise; None where it can't be, and the fault is shown."""
        self._set_message("")
        try:
            exercise = self.current_input.to_exercise()
        except FieldError as misread:
            self._show_field_error(misread.field, misread.error)
            return None
        self._remember(self.current_input)
        return exercise

    def _show_field_error(self, field: str, error: AlgebraError) -> None:
        """Show a fault below its line, with a caret, and put the cursor there."""
        line, below = self.query_one(f"#{field}", Input), self.query_one(f"#{field}-error", Static)
        lines: list[Content] = []
        if error.position >= 0 and line.value:
            room = max(self.size.width - 4, 8)
            begin = max(error.position - room // 2, 0) if cell_len(line.value) > room else 0
            part = _printable(line.value[begin:])
            ahead = cell_len(self.glyphs.render(part[: error.position - begin]))
            marked = cell_len(self.glyphs.render(part[error.position - begin : error.position - begin + error.length]))
            lines.append(styled(self.glyphs, (part, "$foreground 60%")))
            lines.append(styled(self.glyphs, " " * ahead, ("^" * max(min(marked, room - ahead), 1), "bold $error")))
            line.cursor_position = error.position
        lines.append(styled(self.glyphs, (str(error), "$text-error")))
        below.update(Content("\n").join(lines))
        below.add_class("-shown")
        line.focus()

    def _set_message(self, text: str) -> None:
        """Say something about the last key; faults shown before are gone."""
        for below in self.query(".field-error"):
            below.remove_class("-shown")
        said = self.query_one("#message", Static)
        said.set_class(bool(text), "-shown")
        said.update(styled(self.glyphs, text))

    def on_input_changed(self) -> None:
        self._set_message("")

    # --- keys ---

    def on_input_submitted(self, event: Input.Submitted) -> None:
        event.stop()
        self.action_exercise()

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        if event.option_id is not None:
            trial = self._recent_inputs[int(event.option_id)]
            self.query_one("#formula", Input).value = trial.formula
            self.query_one("#values", Input).value = trial.values
            self.query_one("#formula", Input).focus()

    def action_exercise(self) -> None:
        if isinstance(self.focused, OptionList):
            self.focused.action_select()
        elif self.app.screen is self and (exercise := self._parse()) is not None:
            self.post_message(self.ExerciseRequested(exercise))

    def action_worked(self) -> None:
        if self.app.screen is self and (exercise := self._parse()) is not None:
            self.app.push_screen(WorkedExampleScreen(exercise, self.glyphs, ascii=self.ascii))

    def action_save(self) -> None:
        if self.app.screen is not self or self._parse() is None:
            return
        try:
            name, path = save_exercise(self.current_input)
        except PackError as error:
            self._set_message(str(error))
            return
        cast("Preferences", self.app).show_notification(message(N_("Saved as {name}: {path}"), name=name, path=path))
        self.post_message(self.ExerciseSaved())

    def action_move_focus(self, by: int) -> None:
        """From line to line; from the last one into the list, and out of it at its top."""
        places: Sequence[Input | OptionList] = [
            self.query_one("#formula", Input),
            self.query_one("#values", Input),
            self.query_one("#recent", OptionList),
        ]
        here = next((index for index, place in enumerate(places) if place is self.focused), 0)
        there = places[min(max(here + by, 0), len(places) - 1)]
        if not isinstance(there, OptionList) or self._recent_inputs:
            there.focus()
        if isinstance(there, OptionList) and self._recent_inputs and there.highlighted is None:
            there.action_first()

    def action_help(self) -> None:
        if self.app.screen is not self:
            return
        name, says = _FIELD_HELP[(self.focused.id if self.focused else None) or "formula"]
        text = message(
            N_(
                "{exercise} makes an exercise of what is typed, {worked} shows it worked out, {save} keeps it as a file."
            ),
            exercise=self.glyphs.key_label("playground.exercise", "Enter"),
            worked=self.glyphs.key_label("playground.worked", "F6"),
            save=self.glyphs.key_label("playground.save", "^S"),
        )
        here = styled(self.glyphs, (_(name), "bold"), "\n", _(says))
        keys = [key for key in KEYS if isinstance(key, Binding)]
        self.app.push_screen(HelpScreen([here, styled(self.glyphs, str(text))], keys, self.glyphs))

    def on_glyphs_changed(self) -> None:
        """What is typed stays when the screen is made anew."""
        self._initial_input = self.current_input

    def action_close(self) -> None:
        if self.app.screen is self:
            self.dismiss(self.current_input)


class WorkedExampleScreen(ScrollingScreen):
    """A formula worked out: the graph, every edge, the gradients. It scrolls both ways."""

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
    TEXT, DOWN, RIGHT = "#worked", "worked.down", "worked.right"

    def __init__(self, exercise: Exercise, glyphs: Glyphs, *, ascii: bool = False) -> None:
        super().__init__(glyphs, ascii=ascii)
        self.exercise = exercise

    def compose(self) -> ComposeResult:
        yield Static(styled(self.glyphs, (str(self.exercise.title), "bold"), "   ", _("worked out")), id="title")
        with ScrollableContainer(id="worked", can_focus=False):
            yield Static(id="worked-text")
        yield KeyBar(self.glyphs, id="keys")

    def on_resize(self) -> None:
        if self.is_mounted:
            lines = worked_text(self.exercise.variant().problem, self.glyphs, width=max(self.size.width - 4, 40))
            self.query_one("#worked-text", Static).update(Content("\n".join(lines)))


def _printable(text: str) -> str:
    """A text in one line, its characters where they were."""
    return "".join(character if character.isprintable() else " " for character in text)
