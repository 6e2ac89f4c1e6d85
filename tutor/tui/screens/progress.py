"""The progress screen: rules, packs, weeks and mistakes, and starting over."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from rich.cells import cell_len
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.message import Message
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from tutor.grading.mistakes.labels import mistake_label
from tutor.i18n import N_, _, format_percent, message
from tutor.packs import library
from tutor.practice.mastery import mastery_label
from tutor.practice.progress import Progress, RuleProgress, format_duration, load_progress
from tutor.tui.columns import bar_chart, bar_width
from tutor.tui.content import Part, styled
from tutor.tui.screens.base import TutorScreen
from tutor.tui.themes import MASTERY_STYLES, mastery_mark
from tutor.tui.widgets.key_bar import KeyBar
from tutor.tui.widgets.option_list import ReadableOptionList

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from textual import events
    from textual.app import ComposeResult

    from tutor.practice.exercise_index import ExerciseIndex
    from tutor.practice.storage.store import Store
    from tutor.tui.host import Host
    from tutor.tui.reset_flow import ResetFlow

KEYS: list[BindingType] = [
    Binding("escape,f5", "close", N_("back"), tooltip=N_("back to the list"), id="progress.close"),
    Binding(
        "enter",
        "open",
        N_("train"),
        tooltip=N_("an exercise that trains this rule or mistake; the next one of a pack"),
        id="progress.open",
    ),
    Binding(
        "delete",
        "reset",
        N_("begin anew"),
        tooltip=N_("begin anew with the pack in focus, elsewhere with everything"),
        id="progress.reset",
    ),
    Binding("ctrl+z", "undo", N_("undo"), tooltip=N_("take the last new beginning back"), id="progress.undo"),
    Binding("f1", "help", N_("help"), tooltip=N_("what this is, and all keys"), id="progress.help"),
]

_PLOT_ROWS = 4
#: Columns left of a plot for its axis, and around the list.
_AXIS_CELLS, _PADDING_CELLS = 6, 4
_GAP = "   "


class ProgressScreen(TutorScreen[None]):
    """List the progress; Enter opens an exercise that trains the row in focus."""

    BINDINGS: ClassVar[list[BindingType]] = KEYS
    HELP_TEXT = N_(
        "A rule is solid after three right answers at first try, without hints, on different numbers; after a "
        "mistake it is shaky. Each comes back for review on its day."
    )

    class ExerciseRequested(Message):
        """The learner wants an exercise, by its name, or the review if that is empty."""

        def __init__(self, screen: ProgressScreen, exercise: str) -> None:
            super().__init__()
            self.screen = screen
            self.exercise = exercise

    class ProgressLoaded(Message):
        """The progress was computed."""

        def __init__(self, progress: Progress, exercise_index: ExerciseIndex) -> None:
            super().__init__()
            self.progress = progress
            self.exercise_index = exercise_index

    def __init__(
        self, host: Host, store: Store, load_exercise_index: Callable[[], ExerciseIndex], reset_flow: ResetFlow
    ) -> None:
        """Show the progress in a store. `load_exercise_index` may take seconds and runs in a thread."""
        super().__init__(host)
        self._store = store
        self._load_exercise_index = load_exercise_index
        self._progress: Progress | None = None
        self._exercise_index: ExerciseIndex | None = None
        self._reset_flow = reset_flow
        self._status_message = ""

    def compose(self) -> ComposeResult:
        yield Static(styled(self.glyphs, (_("Progress"), "bold")), id="title")
        yield Static(id="status-message")
        yield ReadableOptionList(Option(styled(self.glyphs, _("One moment, please.")), disabled=True), id="progress")
        yield KeyBar(self.glyphs, id="keys")

    def set_up(self) -> None:
        self.query_one(OptionList).focus()
        self._start_loading()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if action == "undo":
            return self._reset_flow.can_undo
        if action == "open" and self.has_widgets:
            option = self.query_one(OptionList).highlighted_option
            return option is not None and self._exercise_for_row(option.id) is not None
        return True

    def on_resize(self, event: events.Resize) -> None:
        self._fill_list()

    # --- loading ---

    def _start_loading(self) -> None:
        self.run_worker(self._load_progress, thread=True, exclusive=True, exit_on_error=False)

    def _load_progress(self) -> None:
        index = self._load_exercise_index()
        with self._store.open_for_thread() as store:
            progress = load_progress(store, index, library.all_packs())
        self.post_message(self.ProgressLoaded(progress, index))

    def on_progress_screen_progress_loaded(self, event: ProgressLoaded) -> None:
        self._progress, self._exercise_index = event.progress, event.exercise_index
        self._fill_list()

    def _on_reset_done(self, report: str) -> None:
        """Show the progress after a reset or its undo."""
        self._status_message = report
        self._start_loading()

    # --- showing ---

    def _fill_list(self) -> None:
        """List the progress; the cursor stays where it was."""
        if self._progress is None or not self.has_widgets:
            return
        options = self.query_one(OptionList)
        before = options.highlighted_option.id if options.highlighted_option else None
        options.clear_options()
        options.add_options(list(self._options(self._progress, self.size.width - _PADDING_CELLS)))
        ids = [option.id for option in options.options]
        if before in ids:
            options.highlighted = ids.index(before)
        else:
            options.action_first()
        status = self.query_one("#status-message", Static)
        text = "\n".join(str(line) for line in (self._store.notice, self._status_message) if line)
        status.set_class(bool(text), "-shown")
        status.update(styled(self.glyphs, (text, "$help")))
        self.refresh_bindings()

    def _options(self, progress: Progress, width: int) -> Iterator[Option]:
        yield self._text_option(styled(self.glyphs, *self._summary(progress)))
        if progress.due_rules:
            due = message(N_("Review ({n} due)"), n=len(progress.due_rules))
            yield self._option((f"{self.glyphs.started} {due}", "bold $backward"), id="review")
        if not progress.answers:
            yield self._text_option(styled(self.glyphs, _("Nothing has been practised yet.")))
        yield from self._rules(progress)
        yield from self._packs(progress)
        if progress.weeks:
            yield self._heading(_("Weeks"))
            yield self._text_option(self._weeks(progress, width))
        if progress.mistakes:
            yield self._heading(_("Most frequent mistakes"))
            for mistake in progress.mistakes:
                exercise = mistake.title or mistake.exercise
                training = f"{_GAP}{self.glyphs.started} {exercise}" if mistake.exercise else ""
                parts: list[Part] = [f"{mistake.count:>4}  ", (mistake.name, "bold"), (training, "$muted")]
                yield self._option(*parts, id=f"mistake {mistake.id}")

    def _option(self, *parts: Part, id: str | None = None) -> Option:
        return Option(styled(self.glyphs, *parts), id)

    def _heading(self, text: str) -> Option:
        return self._text_option(styled(self.glyphs, "\n", (text, "bold $bright")))

    def _text_option(self, text: Content) -> Option:
        return Option(text, disabled=True)

    def _summary(self, progress: Progress) -> Iterator[Part]:
        yield str(message(N_("Answers: {n}"), n=progress.answers))
        if progress.first_try_rate is not None:
            yield _GAP + str(message(N_("right at first try: {rate}"), rate=format_percent(progress.first_try_rate)))
        yield _GAP + str(message(N_("time: {time}"), time=format_duration(progress.seconds)))

    def _rules(self, progress: Progress) -> Iterator[Option]:
        if not progress.rules:
            return
        yield self._heading(_("Rules"))
        name_width = max(cell_len(self.glyphs.render(rule.name)) for rule in progress.rules)
        label_width = max(cell_len(mastery_label(rule.standing)) for rule in progress.rules)
        for rule in progress.rules:
            parts = self._rule(rule, rule.id in progress.due_rules, name_width, label_width)
            yield self._option(*parts, id=f"rule {rule.id}")

    def _rule(self, rule: RuleProgress, due: bool, name_width: int, label_width: int) -> Iterator[Part]:
        style, label = MASTERY_STYLES[rule.standing], mastery_label(rule.standing)
        yield (f"  {mastery_mark(self.glyphs, rule.standing)} ", style)
        yield (rule.name + " " * (name_width - cell_len(self.glyphs.render(rule.name))), "bold")
        yield (_GAP + label + " " * (label_width - cell_len(label)), style)
        if due:
            yield (_GAP + _("due today"), "bold $backward")
        elif rule.due is not None:
            yield (_GAP + str(message(N_("due {day}"), day=rule.due.isoformat())), "$muted")
        if rule.mistake:
            tendency = message(N_("keeps coming back: {mistake}"), mistake=mistake_label(rule.mistake))
            yield (f"\n      {tendency}", "$help")

    def _packs(self, progress: Progress) -> Iterator[Option]:
        yield self._heading(_("Packs"))
        width = max((cell_len(self.glyphs.render(pack.title)) for pack in progress.packs), default=0)
        for pack in progress.packs:
            share = round(10 * pack.solved / pack.exercises) if pack.exercises else 0
            full, rest = ("#", ".") if self.glyphs.ascii else ("█", "░")
            title = pack.title + " " * (width - cell_len(self.glyphs.render(pack.title)))
            count = message(N_("{n} of {all} solved"), n=pack.solved, all=pack.exercises)
            bar = [(full * share, "$right"), (rest * (10 - share), "$faint")]
            yield self._option("    ", (title, "bold"), _GAP, *bar, f"{_GAP}{count}", id=f"pack {pack.id}")

    def _weeks(self, progress: Progress, width: int) -> Content:
        """Return two plots by week: the answers, and the share of blanks right at first try."""
        weeks, room = progress.weeks, max(width - _AXIS_CELLS - 2, 1)
        fit = max(room // bar_width(len(weeks), room), 1)
        weeks = weeks[-fit:]
        most = max(week.answers for week in weeks)
        lines = [*self._plot(_("answers"), [week.answers for week in weeks], most, str(most), room)]
        lines.append(Content(""))
        lines += self._plot(_("right at first try"), [week.first_try_rate for week in weeks], 1.0, "100 %", room)
        first, last = (weeks[at].monday.isoformat() for at in (0, -1))
        caption = str(message(N_("weeks from {first} to {last}"), first=first, last=last))
        lines.append(styled(self.glyphs, " " * (_AXIS_CELLS + 1), (caption, "$muted")))
        return Content("\n").join(lines)

    def _plot(
        self, title: str, values: list[float | None] | list[int], most: float, top: str, room: int
    ) -> Iterator[Content]:
        yield styled(self.glyphs, " " * (_AXIS_CELLS + 1), (title, "$muted"))
        wall = "|" if self.glyphs.ascii else "│"
        rows = bar_chart(list(values), most, _PLOT_ROWS, room, self.glyphs)
        for number, row in enumerate(rows):
            head = top if number == 0 else "0" if number == len(rows) - 1 else ""
            yield styled(self.glyphs, (f"{head:>{_AXIS_CELLS}}{wall}", "$muted"), (row, "$right"))

    # --- keys ---

    def on_option_list_option_highlighted(self, event: OptionList.OptionHighlighted) -> None:
        self.refresh_bindings()
        options = event.option_list.options
        if all(option.disabled for option in options[: event.option_index]):
            event.option_list.scroll_home(animate=False)

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        exercise = self._exercise_for_row(event.option_id)
        if exercise is not None and self.app.screen is self:
            self.post_message(self.ExerciseRequested(self, exercise))

    def _exercise_for_row(self, row: str | None) -> str | None:
        """Return the name of the exercise that a row opens: empty for the review, None if it opens nothing."""
        if self._progress is None or self._exercise_index is None:
            return None
        kind, _space, id = (row or "").partition(" ")
        if kind == "review":
            return ""
        if kind == "rule":
            candidates = self._exercise_index.exercises_for(id)
            return candidates[0].name if candidates else None
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

    def action_open(self) -> None:
        self.query_one(OptionList).action_select()

    def action_reset(self) -> None:
        option = self.query_one(OptionList).highlighted_option
        kind, _space, id = (option.id or "").partition(" ") if option else ("", "", "")
        packs = self._progress.packs if self._progress is not None and kind == "pack" else ()
        pack, title = next(((pack.id, pack.title) for pack in packs if pack.id == id), ("", _("everything")))
        self._reset_flow.confirm_reset(pack, "", title, self._on_reset_done, "progress.undo")

    def action_undo(self) -> None:
        self._reset_flow.undo(self._on_reset_done)
