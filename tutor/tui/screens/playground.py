"""The playground: any formula with values, as an exercise, as a worked example, or saved as a file."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar, cast

from rich.cells import cell_len
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import ScrollableContainer
from textual.content import Content
from textual.message import Message
from textual.screen import Screen
from textual.widgets import Input, OptionList, Static
from textual.widgets.option_list import Option

from tutor.algebra.errors import AlgebraError
from tutor.drawing.worked import as_text
from tutor.i18n import N_, _, message
from tutor.packs import Exercise, PackError
from tutor.practice.playground import LONGEST, History, Misread, Trial, save
from tutor.tui.contents import content
from tutor.tui.screens.help import HelpScreen
from tutor.tui.screens.reading import ReadingScreen
from tutor.tui.signs import Signs
from tutor.tui.widgets.key_bar import KeyBar
from tutor.tui.widgets.rows import Rows

if TYPE_CHECKING:
    from tutor.tui.choosing import Choosing

KEYS: list[BindingType] = [
    Binding("escape", "close", N_("list"), tooltip=N_("back to the list"), id="playground.close"),
    Binding("enter", "exercise", N_("exercise"), tooltip=N_("work on it as an exercise"), id="playground.exercise"),
    Binding("f6", "worked", N_("worked"), tooltip=N_("see it worked out"), id="playground.worked"),
    Binding("ctrl+s", "save", N_("save"), tooltip=N_("save it as an exercise file"), id="playground.save"),
    Binding("f1", "help", N_("help"), tooltip=N_("what this is, and all keys"), id="playground.help"),
    Binding("down", "go(1)", N_("down"), tooltip=N_("to the next line"), show=False, id="playground.down"),
    Binding("up", "go(-1)", N_("up"), tooltip=N_("to the line above"), show=False, id="playground.up"),
]

#: What has the focus, and what it is for.
_PLACES = {
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
    "tried": (N_("Tried last"), N_("Formulas of before. Enter puts the one in focus back into the lines above.")),
}
#: Shown where nothing is typed yet.
_FORMULA, _VALUES = "L = (w*x + b - y)^2", "w=2 x=3 b=4 y=3"


class PlaygroundScreen(Screen[Trial]):
    """Two lines to type in, what is wrong with them, and the formulas that were tried last."""

    BINDINGS: ClassVar[list[BindingType]] = KEYS

    class Chosen(Message):
        """An exercise is to be opened."""

        def __init__(self, exercise: Exercise) -> None:
            super().__init__()
            self.exercise = exercise

    class Saved(Message):
        """There is a new exercise file."""

    def __init__(
        self, signs: Signs, *, ascii: bool = False, history: History | None = None, typed: Trial | None = None
    ) -> None:
        """`typed` is what stands there already."""
        super().__init__()
        self.signs = signs
        self.ascii = ascii
        self.history = history or History()
        self._tried = self.history.read()
        self._typed = typed or Trial("")

    def compose(self) -> ComposeResult:
        signs = self.signs
        yield Static(content(signs, (_("Playground"), "bold")), id="title")
        yield Static(content(signs, (_("Formula"), "bold $primary")), classes="label")
        yield Input(self._typed.formula, placeholder=_FORMULA, id="formula", max_length=LONGEST, compact=True)
        yield Static(id="formula-fault", classes="fault")
        yield Static(content(signs, (_("Values"), "bold $primary")), classes="label")
        yield Input(self._typed.values, placeholder=_VALUES, id="values", max_length=LONGEST, compact=True)
        yield Static(id="values-fault", classes="fault")
        yield Static(id="said")
        yield Rows(*self._options(), id="tried")
        yield KeyBar(signs, id="keys")

    def on_mount(self) -> None:
        if not self.query(KeyBar):
            return
        self.query_one("#formula", Input).focus()
        keys = [key for key in KEYS if isinstance(key, Binding) and key.show]
        self.query_one(KeyBar).show(keys)

    def _options(self) -> list[Option]:
        found = [Option(content(self.signs, (_("Tried last"), "bold $primary")), disabled=True)] if self._tried else []
        for index, trial in enumerate(self._tried):
            text = content(self.signs, f"  {_shown(trial.formula)}", (f"   {_shown(trial.values)}", "$foreground 60%"))
            found.append(Option(text, str(index)))
        return found

    @property
    def trial(self) -> Trial:
        """What is typed."""
        return Trial(self.query_one("#formula", Input).value, self.query_one("#values", Input).value)

    def _remember(self, trial: Trial) -> None:
        self.history.add(trial)
        self._tried = [trial, *(one for one in self._tried if one != trial)]
        options = self.query_one("#tried", OptionList)
        options.clear_options()
        options.add_options(self._options())

    # --- what is wrong ---

    def _read(self) -> Exercise | None:
        """What is typed as an exercise; None where it can't be, and the fault is shown."""
        self._say("")
        try:
            exercise = self.trial.exercise()
        except Misread as misread:
            self._point(misread.field, misread.error)
            return None
        self._remember(self.trial)
        return exercise

    def _point(self, field: str, error: AlgebraError) -> None:
        """Show a fault below its line, with a caret, and put the cursor there."""
        line, below = self.query_one(f"#{field}", Input), self.query_one(f"#{field}-fault", Static)
        lines: list[Content] = []
        if error.at >= 0 and line.value:
            room = max(self.size.width - 4, 8)
            begin = max(error.at - room // 2, 0) if cell_len(line.value) > room else 0
            part = _shown(line.value[begin:])
            ahead = cell_len(self.signs.text(part[: error.at - begin]))
            marked = cell_len(self.signs.text(part[error.at - begin : error.at - begin + error.length]))
            lines.append(content(self.signs, (part, "$foreground 60%")))
            lines.append(content(self.signs, " " * ahead, ("^" * max(min(marked, room - ahead), 1), "bold $error")))
            line.cursor_position = error.at
        lines.append(content(self.signs, (str(error), "$text-error")))
        below.update(Content("\n").join(lines))
        below.add_class("-shown")
        line.focus()

    def _say(self, text: str) -> None:
        """Say something about the last key; faults shown before are gone."""
        for below in self.query(".fault"):
            below.remove_class("-shown")
        said = self.query_one("#said", Static)
        said.set_class(bool(text), "-shown")
        said.update(content(self.signs, text))

    def on_input_changed(self) -> None:
        self._say("")

    # --- keys ---

    def on_input_submitted(self, event: Input.Submitted) -> None:
        event.stop()
        self.action_exercise()

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        if event.option_id is not None:
            trial = self._tried[int(event.option_id)]
            self.query_one("#formula", Input).value = trial.formula
            self.query_one("#values", Input).value = trial.values
            self.query_one("#formula", Input).focus()

    def action_exercise(self) -> None:
        if isinstance(self.focused, OptionList):
            self.focused.action_select()
        elif self.app.screen is self and (exercise := self._read()) is not None:
            self.post_message(self.Chosen(exercise))

    def action_worked(self) -> None:
        if self.app.screen is self and (exercise := self._read()) is not None:
            self.app.push_screen(WorkedScreen(exercise, self.signs, ascii=self.ascii))

    def action_save(self) -> None:
        if self.app.screen is not self or self._read() is None:
            return
        try:
            name, path = save(self.trial)
        except PackError as error:
            self._say(str(error))
            return
        cast("Choosing", self.app).tell(message(N_("Saved as {name}: {path}"), name=name, path=path))
        self.post_message(self.Saved())

    def action_go(self, by: int) -> None:
        """From line to line; from the last one into the list, and out of it at its top."""
        places: Sequence[Input | OptionList] = [
            self.query_one("#formula", Input),
            self.query_one("#values", Input),
            self.query_one("#tried", OptionList),
        ]
        here = next((index for index, place in enumerate(places) if place is self.focused), 0)
        there = places[min(max(here + by, 0), len(places) - 1)]
        if not isinstance(there, OptionList) or self._tried:
            there.focus()
        if isinstance(there, OptionList) and self._tried and there.highlighted is None:
            there.action_first()

    def action_help(self) -> None:
        if self.app.screen is not self:
            return
        name, says = _PLACES[(self.focused.id if self.focused else None) or "formula"]
        text = message(
            N_(
                "{exercise} makes an exercise of what is typed, {worked} shows it worked out, {save} keeps it as a file."
            ),
            exercise=self.signs.key("playground.exercise", "Enter"),
            worked=self.signs.key("playground.worked", "F6"),
            save=self.signs.key("playground.save", "^S"),
        )
        here = content(self.signs, (_(name), "bold"), "\n", _(says))
        keys = [key for key in KEYS if isinstance(key, Binding)]
        self.app.push_screen(HelpScreen([here, content(self.signs, str(text))], keys, self.signs))

    def restyle(self) -> None:
        """What is typed stays when the screen is made anew."""
        self._typed = self.trial

    def action_close(self) -> None:
        if self.app.screen is self:
            self.dismiss(self.trial)


class WorkedScreen(ReadingScreen):
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
    SAYS = N_(
        "The formula worked out: what flows forward through every node, what flows back along every edge, and the "
        "gradients of the inputs."
    )
    TEXT, DOWN, RIGHT = "#worked", "worked.down", "worked.right"

    def __init__(self, exercise: Exercise, signs: Signs, *, ascii: bool = False) -> None:
        super().__init__(signs, ascii=ascii)
        self.exercise = exercise

    def compose(self) -> ComposeResult:
        yield Static(content(self.signs, (str(self.exercise.title), "bold"), "   ", _("worked out")), id="title")
        with ScrollableContainer(id="worked", can_focus=False):
            yield Static(id="worked-text")
        yield KeyBar(self.signs, id="keys")

    def on_resize(self) -> None:
        if self.is_mounted:
            lines = as_text(self.exercise.variant().problem, self.ascii, width=max(self.size.width - 4, 40))
            self.query_one("#worked-text", Static).update(Content("\n".join(lines)))


def _shown(text: str) -> str:
    """A text in one line, its characters where they were."""
    return "".join(character if character.isprintable() else " " for character in text)
