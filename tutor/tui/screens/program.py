"""The formula of the playground as a program, in PyTorch and in NumPy."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding, BindingType
from textual.containers import ScrollableContainer
from textual.content import Content
from textual.widgets import Static

from tutor.engine.codegen.to_numpy import numpy_program
from tutor.engine.codegen.to_torch import torch_program
from tutor.i18n import N_, _, describe_os_error, message
from tutor.tui.program_file import save_program
from tutor.tui.screens.base import ScrollingScreen
from tutor.tui.widgets.head import Head, HeadContent
from tutor.tui.widgets.key_bar import KeyBar

if TYPE_CHECKING:
    from textual.app import ComposeResult

    from tutor.grading.problem import Problem
    from tutor.tui.host import Host

_LIBRARIES = ("PyTorch", "NumPy")


class ProgramScreen(ScrollingScreen):
    """Show the program of a problem; it can be copied and saved."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,f8,enter", "close", N_("back"), tooltip=N_("back to the formula"), id="program.close"),
        Binding(
            "tab", "other_library", N_("PyTorch/NumPy"), tooltip=N_("Switch to the other library"), id="program.library"
        ),
        Binding("c,C,ㅊ", "copy", N_("copy"), tooltip=N_("Copy the program"), id="program.copy"),
        Binding("s,S,ㄴ", "save", N_("save"), tooltip=N_("Save the program to a file"), id="program.save"),
        Binding("f1", "help", N_("help"), tooltip=N_("Explain this screen and list all keys"), id="program.help"),
        Binding("down", "scroll(0, 1)", N_("down"), tooltip=N_("Scroll the text"), show=False, id="program.down"),
        Binding("up", "scroll(0, -1)", N_("up"), tooltip=N_("Scroll the text"), show=False, id="program.up"),
        Binding("right", "scroll(8, 0)", N_("right"), tooltip=N_("Scroll the text"), show=False, id="program.right"),
        Binding("left", "scroll(-8, 0)", N_("move left"), tooltip=N_("Scroll the text"), show=False, id="program.left"),
        Binding("pagedown,space", "page(1)", N_("more"), tooltip=N_("Scroll down by a page"), id="program.page-down"),
        Binding("pageup", "page(-1)", N_("up"), tooltip=N_("Scroll up by a page"), show=False, id="program.page-up"),
    ]
    HELP_TEXT = N_(
        "A program that computes the same gradients with the current values. The PyTorch program calls "
        "backward; the NumPy program has a line for each edge."
    )
    SCROLL_TARGET = "#program"

    def __init__(self, host: Host, problem: Problem, title: str) -> None:
        super().__init__(host)
        self._problem = problem
        self._title = title
        self._library = 0

    def compose(self) -> ComposeResult:
        yield Head(self.glyphs, id="head")
        with ScrollableContainer(id="program", can_focus=False):
            yield Static(id="program-text")
        yield KeyBar(self.glyphs, id="keys")

    def set_up(self) -> None:
        super().set_up()
        self._show()

    def _show(self) -> None:
        library = _LIBRARIES[self._library]
        head = HeadContent(self._title, trail=[_("Playground")], aside=library)
        self.query_one("#head", Head).show(head)
        self.query_one("#program-text", Static).update(Content(self.source))
        self.call_after_refresh(self.refresh_bindings)

    @property
    def source(self) -> str:
        """The program that is shown."""
        problem = self._problem
        write = torch_program if self._library == 0 else numpy_program
        return "\n".join(write(problem.graph, problem.inputs, problem.start, problem.wrt))

    def action_other_library(self) -> None:
        self._library = 1 - self._library
        self._show()

    def action_copy(self) -> None:
        self.app.copy_to_clipboard(self.source + "\n")
        key = self.glyphs.key_label("program.save", "s")
        text = N_("Copied. If your terminal does not allow copying, {key} saves the program to a file.")
        self.host.show_notification(message(text, key=key))

    def action_save(self) -> None:
        try:
            saved = save_program(self.app, "backward", self.source + "\n")
        except OSError as error:
            text = message(N_("It can't be saved here: {reason}."), reason=describe_os_error(error))
            self.host.show_notification(text, warning=True)
        else:
            self.host.show_notification(saved)
