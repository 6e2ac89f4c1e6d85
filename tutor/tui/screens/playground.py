"""The playground: a formula whose graph is drawn while it is typed, and inputs that can be nudged."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, ClassVar

from textual.containers import Container, Horizontal
from textual.content import Content
from textual.message import Message
from textual.widgets import Input, OptionList, Static
from textual.widgets.option_list import Option

from tutor.algebra.errors import AlgebraError
from tutor.i18n import N_, _, message
from tutor.packs.diagnostics import PackError
from tutor.practice.lab.lab import Lab
from tutor.practice.playground import (
    MAX_FORMULA_LENGTH,
    MAX_INPUT_LENGTH,
    FieldError,
    History,
    PlaygroundInput,
    save_exercise,
)
from tutor.served import is_shared
from tutor.tui.content import styled
from tutor.tui.screens.formula_errors import FormulaErrors
from tutor.tui.screens.lab_editing import LabEditing
from tutor.tui.screens.playground_help import playground_help
from tutor.tui.screens.playground_keys import KEYS
from tutor.tui.screens.program import ProgramScreen
from tutor.tui.screens.worked_example import WorkedExampleScreen
from tutor.tui.widgets.formula_note import FormulaNote, printable
from tutor.tui.widgets.head import Head, HeadContent
from tutor.tui.widgets.key_bar import KeyBar
from tutor.tui.widgets.lab_curve import LabCurve
from tutor.tui.widgets.lab_graph import LabGraph
from tutor.tui.widgets.lab_inputs import LabInputs
from tutor.tui.widgets.line_input import FormulaInput, LineInput
from tutor.tui.widgets.option_list import ReadableOptionList
from tutor.tui.window_size import window_size

if TYPE_CHECKING:
    from textual import events
    from textual.app import ComposeResult
    from textual.binding import BindingType

    from tutor.packs.exercise import Exercise
    from tutor.tui.host import Host

#: Formulas to begin with; the first one is shown in the empty line.
_EXAMPLES = (
    "L = (w*x + b - y)^2",
    "z = x*(x + y)",
    "a = sigmoid(w*x + b)",
    "L = mean((X @ W - Y)^2)",
    "h = tanh(W @ x + U @ h0); L = sum(h)",
)
#: Rows from which a small window has more of them for the inputs, and the most that it has for them then and otherwise.
_TALL_ENOUGH, _SMALL_ROWS, _LOW_ROWS = 22, 9, 7


class PlaygroundScreen(LabEditing, FormulaErrors):
    """A line for the formula, its graph, the inputs, and the curve over one of them."""

    BINDINGS: ClassVar[list[BindingType]] = KEYS

    class ExerciseRequested(Message):
        """The learner wants to work on the formula."""

        def __init__(self, screen: PlaygroundScreen, exercise: Exercise) -> None:
            super().__init__()
            self.screen = screen
            self.exercise = exercise

    class CodeRequested(Message):
        """The learner wants to write the backward pass in Python."""

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
        self.lab = Lab()
        self._open_input(initial_input or PlaygroundInput(""))
        self._shows_recent = False
        self._shows_curve = False

    def _open_input(self, entry: PlaygroundInput) -> None:
        self.chosen = 0
        try:
            self.lab.open(entry.formula, entry.values)
        except AlgebraError as error:
            # Values of an earlier version of the program may not be readable any more.
            self.lab.open(entry.formula, "")
            self.notice = (str(error), "wrong")

    def compose(self) -> ComposeResult:
        glyphs, lab = self.glyphs, self.lab
        yield Head(glyphs, id="lab-head")
        with Horizontal(id="formula-row"):
            yield Static(id="formula-marker")
            yield FormulaInput(
                lab.text, placeholder=_EXAMPLES[0], id="formula", max_length=MAX_FORMULA_LENGTH, compact=True
            )
            yield Static(id="formula-result")
        yield FormulaNote(glyphs, id="formula-error")
        yield LabGraph(lab, self.host.density, glyphs=glyphs, id="lab-graph")
        yield LabCurve(lab, glyphs=glyphs, id="curve-above")
        yield ReadableOptionList(*self._options(), id="recent")
        with Horizontal(id="lab-low"):
            with Container(id="lab-inputs"):
                yield LabInputs(lab, glyphs=glyphs, id="inputs")
                yield LineInput(
                    id="value", max_length=MAX_INPUT_LENGTH, compact=True, select_on_focus=False, classes="-hidden"
                )
            yield LabCurve(lab, glyphs=glyphs, id="curve")
        yield KeyBar(glyphs, id="keys")

    def set_up(self) -> None:
        self._place_widgets()
        self._field("formula").focus()
        self.show_lab()

    def _field(self, name: str) -> LineInput:
        return self.query_one(f"#{name}", LineInput)

    # --- layout ---

    def on_resize(self, _event: events.Resize) -> None:
        if self.has_widgets:
            self._place_widgets()
            self.refresh_bindings()
            self.call_after_refresh(self.show_lab)

    @property
    def is_small(self) -> bool:
        return window_size(*self.size) == "small"

    def _place_widgets(self) -> None:
        width, height = self.size
        self.set_class(self.is_small, "-small")
        self.set_class(window_size(width, height) == "large", "-large")
        is_recent = self._shows_recent or not self.lab.text.strip()
        self.set_class(is_recent, "-recent")
        self.set_class(self._shows_curve and self.is_small and not is_recent, "-curve")
        self.set_class(self.lab.exercise is None, "-empty")
        # A small window has no rows to spare: the graph takes what the inputs leave.
        most = _SMALL_ROWS if height >= _TALL_ENOUGH else _LOW_ROWS
        wanted = min(len(self.lab.handles()) + LabInputs.OTHER_ROWS, most)
        self.query_one("#lab-low").styles.height = wanted if self.is_small else None

    def show_lab(self) -> None:
        """Show everything as it is now."""
        if not self.has_widgets:
            return
        handles = self.lab.handles()
        self.chosen = min(self.chosen, max(len(handles) - 1, 0))
        handle = handles[self.chosen] if handles else None
        on_inputs = self.focused is not None and self.focused.id in ("inputs", "value")
        self.query_one("#lab-graph", LabGraph).show(handle if on_inputs else None)
        self.query_one("#inputs", LabInputs).show(handles, self.chosen, self.notice)
        for curve in self.query(LabCurve):
            if curve.display:
                curve.show(handle)
        formula = self.query_one("#formula", FormulaInput)
        formula.mark_inputs(frozenset(self.lab.graph.inputs) if self.lab.exercise is not None else frozenset())
        self._show_head()
        self._show_result()

    def _show_head(self) -> None:
        count = ""
        if self.lab.exercise is not None:
            graph = self.lab.graph
            text = N_("inputs: {inputs} · nodes: {nodes}")
            count = str(message(text, inputs=len(graph.inputs), nodes=len(graph.nodes) - len(graph.inputs)))
        self.query_one("#lab-head", Head).show(HeadContent(_("Playground"), count=("", count)))

    def _show_result(self) -> None:
        lab, glyphs = self.lab, self.glyphs
        result = self.query_one("#formula-result", Static)
        text = styled(glyphs, "")
        if lab.read_text is not None and not lab.is_whole:
            text = styled(glyphs, (_("drawn as far as it can be read"), "italic $muted"))
        elif lab.read_text is not None and not self.is_marked:
            name = lab.graph.output
            value = f"{name} = {lab.output_text()}" if not lab.has_matrix_output else name + " " + lab.output_shape()
            text = styled(glyphs, (f"{glyphs.correct} ", "bold $right"), (value, "bold $forward"))
        self._update(result, text)
        is_typing = self._field("formula").has_focus
        marker = styled(glyphs, (">" if glyphs.ascii else "▌", "$backward")) if is_typing else styled(glyphs, "")
        self._update(self.query_one("#formula-marker", Static), marker)

    @staticmethod
    def _update(widget: Static, text: Content) -> None:
        """Show a text. The screen is arranged again only if its width changes."""
        before = widget.content
        if before != text:
            is_as_wide = isinstance(before, Content) and before.cell_length == text.cell_length
            widget.update(text, layout=not is_as_wide)

    # --- the formula ---

    def on_input_changed(self, event: Input.Changed) -> None:
        if not self.has_widgets:
            return
        if event.input.id == "value":
            self.edit(event.value)
        elif event.input.id == "formula" and event.value != self.lab.text:
            self._shows_recent = False
            self._read(event.value)

    def _read(self, text: str) -> None:
        self.lab.read(text)
        self.notice = ("", "")
        self._place_widgets()
        self.show_note()
        self.show_lab()
        self.refresh_bindings()

    def _parse(self) -> Exercise | None:
        """Return what is typed as an exercise; None, with the error shown, if it can't be one."""
        if not self.finish_edit():
            return None
        entry = self.lab.to_input()
        try:
            exercise = self.lab.to_exercise()
        except FieldError as error:
            self.show_error(error.error)
            self._show_result()
            return None
        self._remember(entry)
        for misread in self.lab.misreadings:
            self.host.show_notification(misread.message, warning=True)
        if self.lab.notes:
            self.host.show_notification("\n".join(map(str, self.lab.notes)))
        return exercise

    def _remember(self, current: PlaygroundInput) -> None:
        self._history.add(current)
        self._recent_inputs = [current, *(recent for recent in self._recent_inputs if recent != current)]
        options = self.query_one("#recent", OptionList)
        options.clear_options()
        options.add_options(self._options())

    def _options(self) -> list[Option]:
        """Return the formulas that were tried last, and examples."""

        def heading(text: str) -> Option:
            return Option(styled(self.glyphs, (text, "bold $bright")), disabled=True)

        options = [heading(_("Recent formulas"))] if self._recent_inputs else []
        for index, recent in enumerate(self._recent_inputs):
            values = (f"   {printable(recent.values)}", "$muted")
            options.append(Option(styled(self.glyphs, f"  {printable(recent.formula)}", values), str(index)))
        if options:
            options.append(Option(Content(""), disabled=True))
        options.append(heading(_("Examples")))
        count = len(self._recent_inputs)
        for number, example in enumerate(_EXAMPLES):
            options.append(Option(styled(self.glyphs, f"  {example}"), str(count + number)))
        return options

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        if event.option_id is not None:
            self._shows_recent = False
            choices = [*self._recent_inputs, *map(PlaygroundInput, _EXAMPLES)]
            self.replace_input(choices[int(event.option_id)])

    def replace_input(self, entry: PlaygroundInput) -> None:
        """Put a formula and its values in place of those that are typed."""
        self.notice = ("", "")
        self._open_input(entry)
        field = self._field("formula")
        with self.prevent(Input.Changed):
            field.value = entry.formula
            field.cursor_position = len(entry.formula)
        self._place_widgets()
        self.show_note()
        field.focus()
        self.call_after_refresh(self.show_lab)

    # --- keys ---

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if not self.has_widgets:
            return True
        focused = self.focused.id if self.focused else None
        if action in ("nudge", "change_step"):
            return focused == "inputs"
        if action == "reset_number":
            return focused == "inputs" and self.is_moved
        if action == "curve":
            return self.is_small and self.lab.exercise is not None
        return True

    def action_switch(self) -> None:
        """Go from the formula to the inputs, or back."""
        if not self.finish_edit():
            return
        on_formula = self._field("formula").has_focus or isinstance(self.focused, OptionList)
        target = self.query_one("#inputs", LabInputs) if on_formula and self.lab.handles() else self._field("formula")
        target.focus()

    def action_exercise(self) -> None:
        if self.is_editing:
            self.finish_edit()
        elif isinstance(self.focused, OptionList):
            self.focused.action_select()
        elif self.app.screen is self and (exercise := self._parse()) is not None:
            self.post_message(self.ExerciseRequested(self, exercise))

    def action_worked(self) -> None:
        if self.app.screen is self and (exercise := self._parse()) is not None:
            self.app.push_screen(WorkedExampleScreen(self.host, exercise))

    def action_code(self) -> None:
        if self.app.screen is not self or (exercise := self._parse()) is None:
            return
        problem = exercise.variant().problem
        if problem.symbolic:
            self._tell(_("A program needs numbers, but some inputs here are symbols."))
        else:
            self.app.push_screen(ProgramScreen(self.host, problem, str(exercise.title)))

    def action_write_code(self) -> None:
        if self.app.screen is self and (exercise := self._parse()) is not None:
            self.post_message(self.CodeRequested(self, exercise))

    def action_curve(self) -> None:
        """Show the curve in place of the graph, or the graph again."""
        self._shows_curve = not self._shows_curve
        self._place_widgets()
        self.call_after_refresh(self.show_lab)

    def action_recent(self) -> None:
        """Show the formulas that were tried last, with examples, or the graph again."""
        self._shows_recent = not self._shows_recent
        self._place_widgets()
        recent = self.query_one("#recent", OptionList)
        if self._shows_recent:
            recent.focus()
            recent.action_first()
        else:
            self._field("formula").focus()

    def action_gradient(self) -> None:
        """Put the gradient of the chosen input, or of the one at the cursor, in place of the formula."""
        if self.app.screen is not self or (exercise := self._parse()) is None:
            return
        name = self._name_at_cursor()
        if name not in exercise.graph.inputs:
            name = exercise.graph.inputs[0]
        entry = self.lab.to_input()
        try:
            gradient = entry.gradient(name)
        except FieldError as error:
            self._tell(str(error))
            return
        self.replace_input(gradient)
        text = N_("The formula is now ∂{f}/∂{x}. The gradients you find here are second derivatives.")
        self._tell(str(message(text, f=exercise.graph.output, x=name)), "right")

    def _name_at_cursor(self) -> str:
        """Return the chosen input, or the word at the cursor in the formula."""
        handles, field = self.lab.handles(), self._field("formula")
        if not field.has_focus and handles:
            return handles[self.chosen].name
        words = re.finditer(r"[^\W\d]\w*'*", field.value)
        return next((word[0] for word in words if word.start() <= field.cursor_position <= word.end()), "")

    def action_save(self) -> None:
        if self.app.screen is not self or self._parse() is None:
            return
        try:
            name, path = save_exercise(self.lab.to_input())
        except PackError as error:
            self._tell(str(error))
            return
        where = message(N_("Saved as {name}: {path}"), name=name, path=path)
        # The path would be one of the server.
        self.host.show_notification(message(N_("Saved as {name}"), name=name) if is_shared() else where)
        self.post_message(self.ExerciseSaved())

    def _tell(self, text: str, tone: str = "wrong") -> None:
        """Tell something below the inputs."""
        self.notice = (text, tone)
        self.show_lab()

    def help_paragraphs(self) -> list[Content]:
        return playground_help(self.glyphs)

    def action_close(self) -> None:
        if self.is_editing:
            self.cancel_edit()
        elif self._shows_recent:
            self.action_recent()
        elif self.app.screen is self:
            self.dismiss(self.lab.to_input(only_given=True))
