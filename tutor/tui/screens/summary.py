"""The summary of a solved exercise: closed form, numerical check, the whole pass, the program."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding, BindingType
from textual.containers import ScrollableContainer
from textual.message import Message
from textual.widgets import Static
from textual.worker import get_current_worker

from tutor.algebra.errors import AlgebraError
from tutor.i18n import N_, _, describe_os_error, message
from tutor.i18n import Message as Notice
from tutor.tui.content import styled
from tutor.tui.program_file import save_program
from tutor.tui.screens.base import ScrollingScreen
from tutor.tui.summary_sections import SECTIONS, SummaryBlock, SummarySections, torch_source
from tutor.tui.widgets.head import Head, HeadContent
from tutor.tui.widgets.key_bar import KeyBar

if TYPE_CHECKING:
    from textual.app import ComposeResult

    from tutor.practice.worksheet import Worksheet
    from tutor.tui.host import Host

#: Columns without text: the padding of the sections and their scroll bar.
_PADDING_CELLS = 4

KEYS: list[BindingType] = [
    Binding("escape,f9,enter", "close", N_("back"), tooltip=N_("Go back"), id="summary.close"),
    Binding("c,C,ㅊ", "copy", N_("copy"), tooltip=N_("Copy the PyTorch program"), id="summary.copy"),
    Binding("s,S,ㄴ", "save", N_("save"), tooltip=N_("Save the PyTorch program to a file"), id="summary.save"),
    Binding("f1", "help", N_("help"), tooltip=N_("Explain this screen and list all keys"), id="summary.help"),
    Binding("down", "scroll(0, 1)", N_("down"), tooltip=N_("Scroll the text"), show=False, id="summary.down"),
    Binding("up", "scroll(0, -1)", N_("up"), tooltip=N_("Scroll the text"), show=False, id="summary.up"),
    Binding("pagedown,space", "page(1)", N_("more"), tooltip=N_("Scroll down by a page"), id="summary.page-down"),
    Binding("pageup", "page(-1)", N_("up"), tooltip=N_("Scroll up by a page"), show=False, id="summary.page-up"),
    Binding("right", "scroll(8, 0)", N_("move right"), tooltip=N_("Scroll wide lines"), show=False, id="summary.right"),
    Binding("left", "scroll(-8, 0)", N_("move left"), tooltip=N_("Scroll wide lines"), show=False, id="summary.left"),
    Binding("home", "end(False)", N_("start"), tooltip=N_("Go to the top"), show=False, id="summary.home"),
    Binding("end", "end(True)", N_("end"), tooltip=N_("Go to the bottom"), show=False, id="summary.end"),
]


class SummaryScreen(ScrollingScreen):
    """Show the sections, each as soon as it is ready."""

    BINDINGS: ClassVar[list[BindingType]] = KEYS
    HELP_TEXT = N_(
        "A summary of this exercise: the gradients as formulas, compared with your answers; the same "
        "gradients by numerical differentiation; the whole backward pass; and a program that computes "
        "them."
    )
    SCROLL_TARGET = "#sections"

    class SectionReady(Message):
        """A section was made."""

        def __init__(self, section: str, blocks: list[SummaryBlock]) -> None:
            super().__init__()
            self.section = section
            self.blocks = blocks

    def __init__(self, host: Host, worksheet: Worksheet) -> None:
        super().__init__(host)
        self._worksheet = worksheet
        self._made_width = 0

    def compose(self) -> ComposeResult:
        title = str(self._worksheet.variant.exercise.title)
        yield Head(self.glyphs, id="head", content=HeadContent(title, aside=_("details")))
        yield Static(id="status-message")
        with ScrollableContainer(id="sections", can_focus=False):
            for section, (name, _wide) in SECTIONS.items():
                yield Static(styled(self.glyphs, (_(name), "bold $bright")), id=f"head-{section}", classes="head")
                waiting = styled(self.glyphs, (_("One moment, please."), "$muted"))
                yield Static(waiting, classes=f"of-{section} block -waiting")
        yield KeyBar(self.glyphs, id="keys")

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if action in ("copy", "save"):
            return not self._worksheet.problem.symbolic
        return super().check_action(action, parameters)

    def on_glyphs_changed(self) -> None:
        """Make all sections again."""
        self._made_width = 0

    def on_resize(self) -> None:
        width = self.size.width - _PADDING_CELLS
        if width == self._made_width:
            return
        sections = [name for name, (_name, wide) in SECTIONS.items() if wide or not self._made_width]
        self._made_width = width
        self.run_worker(
            lambda: self._make_sections(sections, width), thread=True, exit_on_error=False, group=f"make {width}"
        )

    def _make_sections(self, sections: list[str], width: int) -> None:
        worker = get_current_worker()

        def is_cancelled() -> bool:
            return worker.is_cancelled

        maker = SummarySections(self._worksheet, self.glyphs, is_cancelled, width)
        # The closed form takes longest.
        for section in sorted(sections, key="closed_form".__eq__):
            blocks = maker.make_section(section)
            if is_cancelled() or (width != self._made_width and SECTIONS[section][1]):
                return
            self.post_message(self.SectionReady(section, blocks))

    async def on_summary_screen_section_ready(self, event: SectionReady) -> None:
        async with self.redraw_lock:
            if self.has_widgets:
                await self._show_section(event.section, event.blocks)
        self.call_after_refresh(self.refresh_bindings)

    async def _show_section(self, section: str, blocks: list[SummaryBlock]) -> None:
        container = self.query_one("#sections")
        await container.query(f".of-{section}").remove()
        texts = [
            Static(block.text, classes=f"of-{section} block{' -preformatted' if block.preformatted else ''}")
            for block in blocks
        ]
        await container.mount(*texts, after=f"#head-{section}")

    # --- keys ---

    def action_copy(self) -> None:
        lines = self._torch_source()
        if lines:
            self.app.copy_to_clipboard("\n".join(lines) + "\n")
            key = self.glyphs.key_label("summary.save", "s")
            self._report_success(
                message(
                    N_("Copied. If your terminal does not allow copying, {key} saves the program to a file."), key=key
                )
            )

    def action_save(self) -> None:
        lines = self._torch_source()
        if not lines:
            return
        try:
            name = self._worksheet.variant.exercise.id or "backward"
            saved = save_program(self.app, name, "\n".join(lines) + "\n")
        except OSError as error:
            self._show_error(message(N_("It can't be saved here: {reason}."), reason=describe_os_error(error)))
        else:
            self._report_success(saved)

    def _torch_source(self) -> list[str]:
        with suppress(AlgebraError):
            return torch_source(self._worksheet)
        self._show_error(message(N_("A program needs numbers, but some inputs here are symbols.")))
        return []

    def _report_success(self, text: Notice) -> None:
        self.query_one("#status-message", Static).remove_class("-shown")
        self.host.show_notification(text)

    def _show_error(self, text: Notice) -> None:
        status = self.query_one("#status-message", Static)
        status.add_class("-shown")
        status.update(styled(self.glyphs, (str(text), "$help")))

    def action_end(self, last: bool) -> None:
        """Scroll to the bottom, or to the top."""
        sections = self.query_one("#sections")
        if last:
            sections.scroll_end(animate=False)
        else:
            sections.scroll_home(animate=False)
