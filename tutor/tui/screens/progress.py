"""Progress: rules, packs, weeks, mistakes, and beginning anew."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, ClassVar

from rich.cells import cell_len
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.message import Message
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from tutor.grading.labels import label
from tutor.i18n import N_, _, message, percent
from tutor.packs import library
from tutor.practice.progress import Progress, Rule, progress
from tutor.practice.store import Store
from tutor.tui.bars import bars, column_width
from tutor.tui.contents import Part, content
from tutor.tui.resets import Resets
from tutor.tui.screens.visited import VisitedScreen
from tutor.tui.signs import Signs
from tutor.tui.standings import TONES, called, mark
from tutor.tui.widgets.key_bar import KeyBar
from tutor.tui.widgets.rows import Rows

if TYPE_CHECKING:
    from textual import events

    from tutor.practice.atlas import Atlas

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

_ROWS = 4
#: What stands left of a plot, and around it.
_LEFT, _AROUND = 6, 4
_GAP = "   "


class ProgressScreen(VisitedScreen):
    """A list that scrolls; where an exercise trains something, Enter opens it."""

    BINDINGS: ClassVar[list[BindingType]] = KEYS
    SAYS = N_(
        "A rule is solid after three right answers at first try, without hints, on different numbers; after a "
        "mistake it is shaky. Each comes back for review on its day."
    )

    class Chosen(Message):
        """An exercise is to be opened, by its name; the review where that is empty."""

        def __init__(self, exercise: str) -> None:
            super().__init__()
            self.exercise = exercise

    class Gathered(Message):
        """The progress is known."""

        def __init__(self, progress: Progress, atlas: Atlas) -> None:
            super().__init__()
            self.progress = progress
            self.atlas = atlas

    def __init__(
        self, store: Store, atlas: Callable[[], Atlas], resets: Resets, signs: Signs, *, ascii: bool = False
    ) -> None:
        """`atlas` finds which exercises ask for which rules; it may take its time."""
        super().__init__(signs, ascii=ascii)
        self.store = store
        self._find_atlas = atlas
        self._found: Progress | None = None
        self._atlas: Atlas | None = None
        self._resets = resets
        self._remark = ""

    def compose(self) -> ComposeResult:
        yield Static(content(self.signs, (_("Progress"), "bold")), id="title")
        yield Static(id="remark")
        yield Rows(Option(content(self.signs, _("One moment, please.")), disabled=True), id="progress")
        yield KeyBar(self.signs, id="keys")

    def on_mount(self) -> None:
        if not self.query(OptionList):
            return
        self.query_one(OptionList).focus()
        self._show_keys()
        self._gather()

    def on_resize(self, event: events.Resize) -> None:
        self._fill()

    # --- finding out ---

    def _gather(self) -> None:
        self.run_worker(self._work, thread=True, exclusive=True, exit_on_error=False)

    def _work(self) -> None:
        atlas = self._find_atlas()
        with Store.open(self.store.path) as store:
            self.post_message(self.Gathered(progress(store, atlas, library.packs()), atlas))

    def on_progress_screen_gathered(self, event: Gathered) -> None:
        self._found, self._atlas = event.progress, event.atlas
        self._fill()

    def _changed(self, said: str) -> None:
        """Something was reset, or taken back."""
        self._remark = said
        self._gather()

    # --- showing ---

    def _show_keys(self) -> None:
        hidden = set() if self._resets.any else {"progress.undo"}
        option = self.query_one(OptionList).highlighted_option
        if option is None or self._leads_to(option.id) is None:
            hidden.add("progress.open")
        self.query_one(KeyBar).show([key for key in self.own_keys() if key.id not in hidden])

    def _fill(self) -> None:
        """List what is known; the cursor stays where it was."""
        if self._found is None or not self.is_mounted:
            return
        options = self.query_one(OptionList)
        before = options.highlighted_option.id if options.highlighted_option else None
        options.clear_options()
        options.add_options(list(self._options(self._found, self.size.width - _AROUND)))
        known = [option.id for option in options.options]
        if before in known:
            options.highlighted = known.index(before)
        else:
            options.action_first()
        remark = self.query_one("#remark", Static)
        remark.set_class(bool(self._remark), "-shown")
        remark.update(content(self.signs, (self._remark, "$text-warning")))
        self._show_keys()

    def _options(self, found: Progress, width: int) -> Iterator[Option]:
        yield self._text(content(self.signs, *self._summary(found)))
        if found.due:
            due = message(N_("Review ({n} due)"), n=len(found.due))
            yield self._line((f"{self.signs.begun} {due}", "bold $accent"), id="review")
        if not found.answers:
            yield self._text(content(self.signs, _("Nothing has been practised yet.")))
        yield from self._rules(found)
        yield from self._packs(found)
        if found.weeks:
            yield self._heading(_("Weeks"))
            yield self._text(self._weeks(found, width))
        if found.mistakes:
            yield self._heading(_("Most frequent mistakes"))
            for met in found.mistakes:
                trains = f"{_GAP}{self.signs.begun} {met.title or met.exercise}" if met.exercise else ""
                parts: list[Part] = [f"{met.count:>4}  ", (met.name, "bold"), (trains, "$foreground 60%")]
                yield self._line(*parts, id=f"mistake {met.id}")

    def _line(self, *parts: Part, id: str | None = None) -> Option:
        return Option(content(self.signs, *parts), id)

    def _heading(self, text: str) -> Option:
        return self._text(content(self.signs, "\n", (text, "bold $primary")))

    def _text(self, text: Content) -> Option:
        return Option(text, disabled=True)

    def _summary(self, found: Progress) -> Iterator[Part]:
        yield str(message(N_("Answers: {n}"), n=found.answers))
        if found.rate is not None:
            yield _GAP + str(message(N_("right at first try: {rate}"), rate=percent(found.rate)))
        yield _GAP + str(message(N_("time: {time}"), time=_duration(found.seconds)))

    def _rules(self, found: Progress) -> Iterator[Option]:
        if not found.rules:
            return
        yield self._heading(_("Rules"))
        names = max(cell_len(self.signs.text(rule.name)) for rule in found.rules)
        words = max(cell_len(called(rule.standing)) for rule in found.rules)
        for rule in found.rules:
            yield self._line(*self._rule(rule, rule.id in found.due, names, words), id=f"rule {rule.id}")

    def _rule(self, rule: Rule, due: bool, names: int, words: int) -> Iterator[Part]:
        tone, word = TONES[rule.standing], called(rule.standing)
        yield (f"  {mark(self.signs, rule.standing)} ", tone)
        yield (rule.name + " " * (names - cell_len(self.signs.text(rule.name))), "bold")
        yield (_GAP + word + " " * (words - cell_len(word)), tone)
        if due:
            yield (_GAP + _("due today"), "bold $accent")
        elif rule.due is not None:
            yield (_GAP + str(message(N_("due {day}"), day=rule.due.isoformat())), "$foreground 60%")
        if rule.mistake:
            tends = message(N_("keeps coming back: {mistake}"), mistake=label(rule.mistake))
            yield (f"\n      {tends}", "$text-warning")

    def _packs(self, found: Progress) -> Iterator[Option]:
        yield self._heading(_("Packs"))
        width = max((cell_len(self.signs.text(pack.title)) for pack in found.packs), default=0)
        for pack in found.packs:
            share = round(10 * pack.solved / pack.exercises) if pack.exercises else 0
            full, rest = ("#", ".") if self.ascii else ("█", "░")
            title = pack.title + " " * (width - cell_len(self.signs.text(pack.title)))
            count = message(N_("{n} of {all} solved"), n=pack.solved, all=pack.exercises)
            bar = [(full * share, "$success"), (rest * (10 - share), "$foreground 40%")]
            yield self._line("    ", (title, "bold"), _GAP, *bar, f"{_GAP}{count}", id=f"pack {pack.id}")

    def _weeks(self, found: Progress, width: int) -> Content:
        """Two plots, one below the other: answers, and how many blanks were right at first try."""
        weeks, room = found.weeks, max(width - _LEFT - 2, 1)
        fit = max(room // column_width(len(weeks), room), 1)
        weeks = weeks[-fit:]
        most = max(week.answers for week in weeks)
        lines = [*self._plot(_("answers"), [week.answers for week in weeks], most, str(most), room)]
        lines.append(Content(""))
        lines += self._plot(_("right at first try"), [week.rate for week in weeks], 1.0, "100 %", room)
        text = N_("weeks from {first} to {last}")
        told = message(text, first=weeks[0].monday.isoformat(), last=weeks[-1].monday.isoformat())
        lines.append(content(self.signs, " " * (_LEFT + 1), (str(told), "$foreground 60%")))
        return Content("\n").join(lines)

    def _plot(
        self, title: str, values: list[float | None] | list[int], most: float, top: str, room: int
    ) -> Iterator[Content]:
        yield content(self.signs, " " * (_LEFT + 1), (title, "$foreground 60%"))
        wall = "|" if self.ascii else "│"
        rows = bars(list(values), most, _ROWS, room, self.ascii)
        for number, row in enumerate(rows):
            head = top if number == 0 else "0" if number == len(rows) - 1 else ""
            yield content(self.signs, (f"{head:>{_LEFT}}{wall}", "$foreground 60%"), (row, "$success"))

    # --- keys ---

    def on_option_list_option_highlighted(self, event: OptionList.OptionHighlighted) -> None:
        self._show_keys()
        options = event.option_list.options
        if all(option.disabled for option in options[: event.option_index]):
            event.option_list.scroll_home(animate=False)

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        exercise = self._leads_to(event.option_id)
        if exercise is not None and self.app.screen is self:
            self.post_message(self.Chosen(exercise))

    def _leads_to(self, row: str | None) -> str | None:
        """The exercise that a row opens, empty for the review; None where it opens nothing."""
        if self._found is None or self._atlas is None:
            return None
        kind, _space, id = (row or "").partition(" ")
        if kind == "review":
            return ""
        if kind == "rule":
            candidates = self._atlas.asking(id)
            return candidates[0].name if candidates else None
        if kind == "pack":
            return self._next_in(id)
        if kind == "mistake":
            return next((met.exercise for met in self._found.mistakes if met.id == id), None)
        return None

    def _next_in(self, pack: str) -> str | None:
        """The first exercise of a pack that is not solved, or its first."""
        assert self._atlas is not None
        states = self.store.states()
        names = [(one.pack, one.exercise) for one in self._atlas.exercises if one.pack == pack]
        chosen = next((name for name in names if states.get(name) != "solved"), next(iter(names), None))
        return "/".join(chosen) if chosen else None

    def action_open(self) -> None:
        self.query_one(OptionList).action_select()

    def action_reset(self) -> None:
        option = self.query_one(OptionList).highlighted_option
        kind, _space, id = (option.id or "").partition(" ") if option else ("", "", "")
        if kind == "pack":
            called = next((pack.title for pack in self._found.packs if pack.id == id), id) if self._found else id
            self._resets.ask(id, "", called, self._changed, "progress.undo")
        else:
            self._resets.ask("", "", _("everything"), self._changed, "progress.undo")

    def action_undo(self) -> None:
        self._resets.undo(self._changed)


def _duration(seconds: float) -> str:
    minutes = round(seconds / 60)
    if minutes < 60:
        return str(message(N_("{m} min"), m=minutes))
    return str(message(N_("{h} h {m} min"), h=minutes // 60, m=minutes % 60))
