"""The progress screen: totals, rules, packs, days of practice and mistakes, and starting over."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.message import Message
from textual.widgets import Static

from tutor.i18n import N_, _, message
from tutor.packs import library
from tutor.practice.day_texts import format_day
from tutor.practice.progress import Progress, load_progress
from tutor.practice.review import exercise_for_each
from tutor.tui.content import styled
from tutor.tui.screens.base import TutorScreen
from tutor.tui.widgets.cursor_list import CursorList
from tutor.tui.widgets.head import Head, HeadContent
from tutor.tui.widgets.key_bar import KeyBar
from tutor.tui.widgets.pack_list import PackList
from tutor.tui.widgets.pane_tabs import PaneTabs
from tutor.tui.widgets.practice_calendar import LEAST_ROWS_WITH_CHART, PracticeCalendar
from tutor.tui.widgets.progress_tiles import SHORT_ROWS, TILE_ROWS, ProgressTiles
from tutor.tui.widgets.rule_list import RuleList
from tutor.tui.window_size import window_size

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from textual import events
    from textual.app import ComposeResult
    from textual.content import Content

    from tutor.practice.exercise_index import ExerciseIndex
    from tutor.practice.storage.store import Store
    from tutor.tui.host import Host
    from tutor.tui.reset_flow import ResetFlow

KEYS: list[BindingType] = [
    Binding("escape,f5", "close", N_("back"), tooltip=N_("Go back to the list"), id="progress.close"),
    Binding(
        "enter",
        "open",
        N_("practise"),
        tooltip=N_("Review this rule, practise this mistake, or continue this pack"),
        id="progress.open",
    ),
    Binding("r,R,ㄱ", "review", N_("review"), tooltip=N_("Review all rules that are due"), id="progress.review"),
    Binding("tab", "next_pane(1)", show=False, tooltip=N_("Go to the next part of the screen")),
    Binding("shift+tab", "next_pane(-1)", show=False),
    Binding(
        "delete",
        "reset",
        N_("reset"),
        tooltip=N_("Reset the selected pack; elsewhere, all progress"),
        id="progress.reset",
    ),
    Binding("ctrl+z", "undo", N_("undo"), tooltip=N_("Undo the last reset"), id="progress.undo"),
    Binding("1", "pane(0)", N_("rules"), tooltip=N_("Go to rules and mistakes"), id="progress.rules"),
    Binding("2", "pane(1)", N_("packs"), tooltip=N_("Go to the packs"), id="progress.packs"),
    Binding(
        "3",
        "pane(2)",
        N_("days"),
        tooltip=N_("Go to the calendar and choose a day with the arrow keys"),
        id="progress.days",
    ),
    Binding("f1", "help", N_("help"), tooltip=N_("Explain this screen and list all keys"), id="progress.help"),
]

_SQUARES = N_(
    "Each square of the strip is a rule; {due} marks the rules that are due for review. Beside each "
    "rule are your latest first tries: {right} right, {helped} right with help, {wrong} wrong."
)

_IN_CODE = N_(
    "{sign} and a number show in how many exercises you got the rule right in code. Code counts as one "
    "step at most and does not move the review day."
)

#: The ids of the panes, in the order of their keys.
_PANES = ("rules", "packs", "days")
#: Below this height there is no free row between the totals and the tabs.
_MIN_ROWS_FOR_GAPS = 24
#: The rows of head, tiles and key bar, and the fewest for the packs above the calendar.
_ROWS_AROUND_PANES, _MIN_PACK_ROWS = 10, 7


class ProgressScreen(TutorScreen[None]):
    """Show the progress; Enter practises what the row in focus is about."""

    BINDINGS: ClassVar[list[BindingType]] = KEYS
    HELP_TEXT = N_(
        "Each ● is one step: you got the rule right on the first try, without help, with new numbers. "
        "Three steps make a rule solid. They must come from at least two exercises and from two days, "
        "at least twelve hours apart. After a mistake the steps start again, and ! is shown until your "
        "next flawless try. Right code without hints counts as one step. Each rule has a day on which "
        "it comes back for review."
    )

    class ExerciseRequested(Message):
        """The learner wants an exercise, by its name."""

        def __init__(self, screen: ProgressScreen, exercise: str) -> None:
            super().__init__()
            self.screen = screen
            self.exercise = exercise

    class ReviewRequested(Message):
        """The learner wants to review a rule, or everything that is due if it is empty."""

        def __init__(self, screen: ProgressScreen, rule: str) -> None:
            super().__init__()
            self.screen = screen
            self.rule = rule

    class ProgressLoaded(Message):
        """The progress was computed."""

        def __init__(self, progress: Progress, exercise_index: ExerciseIndex, titles: Mapping[str, str]) -> None:
            super().__init__()
            self.progress = progress
            self.exercise_index = exercise_index
            #: The title of the exercise that reviews each rule.
            self.titles = titles

    def __init__(
        self, host: Host, store: Store, load_exercise_index: Callable[[], ExerciseIndex], reset_flow: ResetFlow
    ) -> None:
        """Show the progress in a store. `load_exercise_index` may take seconds and runs in a thread."""
        super().__init__(host)
        self._store = store
        self._load_exercise_index = load_exercise_index
        self._progress: Progress | None = None
        self._exercise_index: ExerciseIndex | None = None
        self._titles: Mapping[str, str] = {}
        self._reset_flow = reset_flow
        self._status_message = _("One moment, please.")
        self._pane = 0

    def compose(self) -> ComposeResult:
        yield Head(self.glyphs, id="head")
        yield Static(id="status-message")
        yield ProgressTiles(self.glyphs, id="tiles")
        yield PaneTabs(self.glyphs, [_("Rules"), _("Packs"), _("Days")], id="tabs")
        with Horizontal(id="panes"):
            yield RuleList(self.glyphs, id="rules")
            with Vertical(id="packs-and-days"):
                yield PackList(self.glyphs, id="packs")
                yield PracticeCalendar(self.glyphs, id="days")
        yield KeyBar(self.glyphs, id="keys")

    def set_up(self) -> None:
        self._show_pane(self._pane)
        self._show_progress()
        self._start_loading()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if action == "undo":
            return self._reset_flow.can_undo
        if action == "review":
            return self._progress is not None and bool(self._progress.due_rules)
        if action == "pane":
            return parameters[0] != self._pane
        if action == "open" and self.has_widgets:
            return self._row_opens(self._focused_row())
        return True

    def on_resize(self, event: events.Resize) -> None:
        self._arrange()

    def _arrange(self) -> None:
        """Lay the panes out for the size of the window: side by side, or one at a time."""
        # Then one pane is shown at a time, and the totals take two lines.
        is_small = window_size(*self.size) == "small"
        self.set_class(is_small, "-small")
        if not self.has_widgets:
            return
        is_low = self.size.height < _MIN_ROWS_FOR_GAPS
        self.query_one(ProgressTiles).styles.height = SHORT_ROWS - is_low if is_small else TILE_ROWS
        packs = self.query_one(PackList)
        room = self.size.height - _ROWS_AROUND_PANES - LEAST_ROWS_WITH_CHART
        packs.styles.height = "1fr" if is_small else max(_MIN_PACK_ROWS, min(packs.rows_needed(), room))

    def help_paragraphs(self) -> list[Content]:
        signs = ("#", "=", ".", "^") if self.glyphs.ascii else ("■", "=", "□", "▴")
        names = ("right", "helped", "wrong", "due")
        squares = message(_SQUARES, **dict(zip(names, signs, strict=True)))
        in_code = message(_IN_CODE, sign=self.glyphs.coded)
        return [*super().help_paragraphs(), styled(self.glyphs, str(squares)), styled(self.glyphs, str(in_code))]

    # --- loading ---

    def _start_loading(self) -> None:
        self.run_worker(self._load_progress, thread=True, exclusive=True, exit_on_error=False)

    def _load_progress(self) -> None:
        index = self._load_exercise_index()
        with self._store.open_for_thread() as store:
            packs = library.all_packs()
            progress = load_progress(store, index, packs)
            names = exercise_for_each(store, index, [rule.id for rule in progress.rules])
        titles = {f"{pack.id}/{entry.id}": str(entry.title) for pack in packs for entry in pack.entries}
        reviewed_in = {rule: titles.get(name, "") for rule, name in names.items()}
        self.post_message(self.ProgressLoaded(progress, index, reviewed_in))

    def on_progress_screen_progress_loaded(self, event: ProgressLoaded) -> None:
        is_first = self._progress is None
        if is_first:
            self._status_message = ""
        self._progress, self._exercise_index, self._titles = event.progress, event.exercise_index, event.titles
        self._show_progress()
        if is_first and self.has_widgets and not event.progress.rules and not self.has_class("-small"):
            # Only the packs have rows for the cursor.
            self._show_pane(_PANES.index("packs"))

    def _on_reset_done(self, report: str) -> None:
        """Show the progress after a reset or its undo."""
        self._status_message = report
        self._start_loading()

    # --- showing ---

    def _show_progress(self) -> None:
        if not self.has_widgets:
            return
        if self._progress is not None:
            self.query_one(RuleList).show(self._progress, self._titles)
            packs = self.query_one(PackList)
            packs.show(self._progress)
            self._arrange()
            self.query_one(PracticeCalendar).show(self._progress)
            self.query_one(ProgressTiles).show(self._progress)
        self.query_one(Head).show(_head_content(self._progress))
        self.refresh_notice()
        self.refresh_bindings()

    def refresh_notice(self) -> None:
        if not self.has_widgets:
            return
        status = self.query_one("#status-message", Static)
        text = "\n".join(str(line) for line in (self._store.notice, self._status_message) if line)
        status.set_class(bool(text), "-shown")
        status.update(styled(self.glyphs, (text, "$help")))

    def _show_pane(self, number: int) -> None:
        """Focus a pane, and in a small window show it in place of the others."""
        self._pane = number
        for pane, name in enumerate(_PANES):
            self.set_class(pane == number, f"-{name}")
        self.query_one(PaneTabs).show(number)
        self.query_one(f"#{_PANES[number]}").focus()
        self.refresh_bindings()

    def action_pane(self, number: int) -> None:
        if self.has_widgets:
            self._show_pane(number)

    def action_next_pane(self, step: int) -> None:
        self.action_pane((self._pane + step) % len(_PANES))

    def on_descendant_focus(self, event: events.DescendantFocus) -> None:
        """Follow a click on another pane."""
        if event.widget.id in _PANES and self.has_widgets and self._pane != _PANES.index(event.widget.id):
            self._show_pane(_PANES.index(event.widget.id))
        self.refresh_bindings()

    def on_pane_tabs_chosen(self, event: PaneTabs.Chosen) -> None:
        self._show_pane(event.number)

    # --- what a row opens ---

    def _focused_row(self) -> str:
        """Return the id of the row with the cursor; empty without one."""
        return self.focused.highlighted or "" if isinstance(self.focused, CursorList) else ""

    def _row_opens(self, row: str) -> bool:
        """Return whether Enter does something on a row."""
        kind, _space, id = row.partition(" ")
        if kind == "rule":
            return self._exercise_index is not None and bool(self._exercise_index.exercises_for(id))
        return self._exercise_for_row(row) is not None

    def _exercise_for_row(self, row: str) -> str | None:
        """Return the name of the exercise for a mistake or a pack; None if there is none."""
        if self._progress is None or self._exercise_index is None:
            return None
        kind, _space, id = row.partition(" ")
        if kind == "pack":
            return self._next_in_pack(id)
        if kind == "mistake":
            return next((mistake.exercise for mistake in self._progress.mistakes if mistake.id == id), None)
        return None

    def _next_in_pack(self, pack: str) -> str | None:
        """Return the first exercise of a pack that is not solved, or its first."""
        assert self._exercise_index is not None
        states = self._store.states()
        names = [(item.pack, item.exercise) for item in self._exercise_index.exercises if item.pack == pack]
        name = next((name for name in names if states.get(name) != "solved"), next(iter(names), None))
        return "/".join(name) if name else None

    # --- keys and mouse ---

    def on_cursor_list_highlighted(self) -> None:
        self.refresh_bindings()

    def on_cursor_list_selected(self, event: CursorList.Selected) -> None:
        self._open(event.row)

    def on_progress_tiles_review_requested(self) -> None:
        self.action_review()

    def action_open(self) -> None:
        self._open(self._focused_row())

    def _open(self, row: str) -> None:
        if self.app.screen is not self or not self._row_opens(row):
            return
        kind, _space, id = row.partition(" ")
        if kind == "rule":
            self.post_message(self.ReviewRequested(self, id))
        elif exercise := self._exercise_for_row(row):
            self.post_message(self.ExerciseRequested(self, exercise))

    def action_review(self) -> None:
        if self.app.screen is self:
            self.post_message(self.ReviewRequested(self, ""))

    def action_reset(self) -> None:
        kind, _space, id = self._focused_row().partition(" ")
        packs = self._progress.packs if self._progress is not None and kind == "pack" else ()
        pack, title = next(((pack.id, pack.title) for pack in packs if pack.id == id), ("", _("all progress")))
        self._reset_flow.confirm_reset(pack, "", title, self._on_reset_done, "progress.undo")

    def action_undo(self) -> None:
        self._reset_flow.undo(self._on_reset_done)


def _head_content(progress: Progress | None) -> HeadContent:
    """Return the title, the first day of practice, and how many exercises are solved."""
    if progress is None or progress.since is None:
        return HeadContent(_("Progress"))
    since = message(N_("since {day}"), day=format_day(progress.since, progress.today))
    return HeadContent(_("Progress"), count=("", str(since)), done=progress.solved, whole=progress.exercises)
