"""The list of packs and exercises, and how far each has come."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding, BindingType
from textual.content import Content
from textual.message import Message
from textual.screen import Screen
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from tutor.i18n import N_, _, message
from tutor.tui.content import Part, from_markup, styled
from tutor.tui.widgets.key_bar import KeyBar
from tutor.tui.widgets.option_list import ReadableOptionList

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from textual.app import ComposeResult
    from textual.widgets import Input

    from tutor.glyphs import Glyphs
    from tutor.packs.exercise import Exercise
    from tutor.packs.library import ExerciseEntry, Pack
    from tutor.practice.storage.store import Store
    from tutor.tui.search import SearchQuery

_CONTINUE = "continue"
_REVIEW, _PROGRESS, _PLAYGROUND = "review", "progress", "playground"
_ROW_HELP: Mapping[str, tuple[str, str]] = {
    _REVIEW: (
        N_("Review"),
        N_(
            "The rules that are due again, on exercises with fresh numbers: ten minutes at most, left whenever you like."
        ),
    ),
    _PROGRESS: (
        N_("Progress"),
        N_("How sure you are of each rule, how far you are in each pack, your weeks, and your usual mistakes."),
    ),
    _PLAYGROUND: (
        N_("Playground"),
        N_("Type any formula with its values: work on it as an exercise, see it worked out, or save it into a pack."),
    ),
}
_SEARCH_HELP = N_("Search: words of titles or names, in either language. What has them stands in the list below.")
_STATE_LABELS: Mapping[str, str] = {"new": N_("new"), "begun": N_("begun"), "solved": N_("solved")}


class HomeScreen(Screen[None]):
    """Packs with their exercises. What can't be opened stands there with its reason."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "open", N_("open"), tooltip=N_("open the exercise"), id="home.open"),
        Binding("f1", "help", N_("help"), tooltip=N_("all keys"), id="home.help"),
        Binding(
            "slash,ctrl+f",
            "search",
            N_("search"),
            tooltip=N_("find exercises by words of their titles or names, in either language"),
            id="home.search",
        ),
        Binding(
            "escape", "clear_search", N_("all"), tooltip=N_("end the search, show all"), show=False, id="home.clear"
        ),
        Binding(
            "down", "move_cursor('cursor_down')", N_("down"), tooltip=N_("the next one"), show=False, id="home.down"
        ),
        Binding("up", "move_cursor('cursor_up')", N_("up"), tooltip=N_("the one before"), show=False, id="home.up"),
        Binding("f5", "progress", N_("how far"), tooltip=N_("how far you have come"), id="home.progress"),
        Binding(
            "delete",
            "reset",
            N_("begin anew"),
            tooltip=N_("begin anew with the exercise in focus"),
            show=False,
            id="home.reset",
        ),
        Binding(
            "ctrl+z",
            "undo",
            N_("undo"),
            tooltip=N_("take the last new beginning back"),
            show=False,
            id="home.undo",
        ),
        Binding("f4", "glossary", N_("rules"), tooltip=N_("all rules and words"), id="home.glossary"),
        Binding(
            "f9", "playground", N_("try"), tooltip=N_("any formula of your own: the playground"), id="home.playground"
        ),
    ]

    class ExerciseSelected(Message):
        """An exercise is to be opened."""

        def __init__(self, pack: Pack, entry: ExerciseEntry) -> None:
            super().__init__()
            self.pack = pack
            self.entry = entry

    class PlaygroundRequested(Message):
        """The playground is to be opened."""

    class GlossaryRequested(Message):
        """All rules are to be shown."""

    class Resumed(Message):
        """The list stands in front again."""

    class ReviewRequested(Message):
        """The rules that are due are to be practised."""

    class ProgressRequested(Message):
        """The progress is to be shown."""

    class ResetRequested(Message):
        """The exercise is to be begun anew."""

        def __init__(self, pack: str, exercise: str, title: str) -> None:
            super().__init__()
            self.pack = pack
            self.exercise = exercise
            self.title = title

    class UndoRequested(Message):
        """The last new beginning is to be taken back."""

    def __init__(self, packs: Sequence[Pack], store: Store, glyphs: Glyphs) -> None:
        super().__init__()
        self.packs = packs
        self.store = store
        self.glyphs = glyphs
        #: Why exercises can't be opened, by pack and exercise.
        self.open_errors: dict[tuple[str, str], str] = {}
        self._entries = self._index_entries()
        self._status_message = ""
        self._is_first_show = True
        self._return_id: str | None = None
        #: How many rules are due for review.
        self.due_count = 0
        #: What is searched for; None where nothing is.
        self._search_query: SearchQuery | None = None

    def _index_entries(self) -> dict[str, tuple[Pack, ExerciseEntry]]:
        return {f"{pack.id}/{entry.id}": (pack, entry) for pack in self.packs for entry in pack.entries}

    def set_packs(self, packs: Sequence[Pack]) -> None:
        """List these packs from now on."""
        self.packs = packs
        self.open_errors.clear()
        self._entries = self._index_entries()
        self.refresh_list()

    def compose(self) -> ComposeResult:
        yield Static(styled(self.glyphs, ("backprop-tutor", "bold")), id="title")
        yield Static(id="notice")
        yield ReadableOptionList(*self._options(), id="exercises")
        yield KeyBar(self.glyphs, id="keys")

    def on_mount(self) -> None:
        if not self.query(OptionList):  # the app is left before the screen was made
            return
        self.query_one(OptionList).focus()
        if not self._entries:
            self._status_message = _("There are no exercises here. Install backprop-tutor again.")
        self._show_notice()
        self.refresh_keys()

    def refresh_keys(self) -> None:
        """The keys that mean something now."""
        if not self.query(KeyBar):
            return
        searching = self._search_query is not None
        own = [binding for binding in self.BINDINGS if isinstance(binding, Binding)]
        known = {"home.clear"} if searching else {binding.id for binding in own if binding.show}
        hidden = {"home.search"} if searching else set()
        self.query_one(KeyBar).set_state(
            [key for key in own if key.id in known | {"home.open", "home.help"} and key.id not in hidden]
        )

    def on_glyphs_changed(self) -> None:
        """The line to search in goes when the screen is made anew."""
        self._search_query = None

    def on_screen_resume(self) -> None:
        if not self._is_first_show:
            self.refresh_list()
            self.post_message(self.Resumed())
        self._is_first_show = False

    def refresh_list(self) -> None:
        """Show the states as they are now; the cursor stays where it was."""
        if not self.is_mounted:
            return
        options = self.query_one(OptionList)
        before = self._return_id or (options.highlighted_option.id if options.highlighted_option else None)
        self._return_id = None
        options.clear_options()
        options.add_options(self._options())
        known = [option.id for option in options.options]
        if before in known:
            options.highlighted = known.index(before)
        else:
            options.action_first()
        self._show_notice()

    def return_to(self, exercise: Exercise) -> None:
        """The exercise to put the cursor on when the list is shown again."""
        name = f"{exercise.pack}/{exercise.id}"
        self._return_id = name if name in self._entries else None

    def show_due(self, number: int) -> None:
        """Show how many rules are due for review."""
        if number != self.due_count:
            self.due_count = number
            self.refresh_list()

    def set_message(self, text: object) -> None:
        """Say something above the list, until the next choice."""
        self._status_message = str(text)
        self.refresh_list()

    def mark_broken(self, pack: Pack, entry: ExerciseEntry, reason: str) -> None:
        """Show that an exercise can't be opened, and why."""
        self.open_errors[pack.id, entry.id] = reason
        self.refresh_list()

    def _show_notice(self) -> None:
        lines = [str(text) for text in (self.store.notice, self._status_message) if text]
        notice = self.query_one("#notice", Static)
        notice.set_class(bool(lines), "-shown")
        notice.update(styled(self.glyphs, "\n".join(lines)))

    def _options(self) -> list[Option]:
        states = self.store.states()
        if self._search_query:
            return self._search_options(self._search_query, states)
        options: list[Option] = []
        latest = self.store.exercise_to_continue()
        if latest is not None and "/".join(latest) in self._entries:
            pack, entry = self._entries["/".join(latest)]
            title = str(message(N_("Continue: {title}"), title=entry.title))
            head = (f"{self.glyphs.started} {title}", "bold $accent")
            options.append(Option(styled(self.glyphs, head, (f"   {pack.title}", "$foreground 60%")), _CONTINUE))
        if self.due_count:
            due = message(N_("Review ({n} due)"), n=self.due_count)
            says = _("fresh numbers, ten minutes at most")
            head = (f"{self.glyphs.started} {due}", "bold $accent")
            options.append(Option(styled(self.glyphs, head, (f"   {says}", "$foreground 60%")), _REVIEW))
        if options:
            options.append(Option(Content(""), disabled=True))
        for pack in self.packs:
            options += self._pack_options(pack, states)
        play, says = _("Playground"), _("any formula of your own")
        head = (f"{self.glyphs.prompt} {play}", "bold $accent")
        options.append(Option(styled(self.glyphs, head, (f"   {says}", "$foreground 60%")), _PLAYGROUND))
        progress, says = _("Progress"), _("rules, packs, weeks, mistakes")
        head = (f"{self.glyphs.prompt} {progress}", "bold $accent")
        return [*options, Option(styled(self.glyphs, head, (f"   {says}", "$foreground 60%")), _PROGRESS)]

    def _search_options(self, query: SearchQuery, states: Mapping[tuple[str, str], str]) -> list[Option]:
        """The exercises that are searched for, pack by pack."""
        from tutor.tui.search import search_names

        options: list[Option] = []
        for pack in self.packs:
            hits = [entry for entry in pack.entries if query.matches(*search_names(pack, entry))]
            if hits:
                options.append(Option(styled(self.glyphs, (str(pack.title), "bold")), disabled=True))
            for entry in hits:
                state = states.get((pack.id, entry.id), "new")
                options.append(Option(self._entry_line(pack, entry, state), f"{pack.id}/{entry.id}"))
        if not options:
            key = self.glyphs.key_label("home.clear", "Esc")
            said = str(message(N_("No exercise is called so. {key} shows all of them."), key=key))
            options.append(Option(styled(self.glyphs, (said, "$text-warning")), disabled=True))
        return options

    def _pack_options(self, pack: Pack, states: Mapping[tuple[str, str], str]) -> list[Option]:
        solved = sum(states.get((pack.id, entry.id)) == "solved" for entry in pack.entries)
        count = message(N_("{n} of {all} solved"), n=solved, all=len(pack.entries))
        head: list[Part] = [(str(pack.title), "bold"), (f"   {count}", "$foreground 60%")]
        if str(pack.description).strip():
            head.append((f"\n{str(pack.description).strip()}", "$foreground 60%"))
        head += [(f"\n{self.glyphs.error} {fault}", "$text-error") for fault in pack.errors]
        options = [Option(styled(self.glyphs, *head), disabled=True)]
        for entry in pack.entries:
            options.append(
                Option(self._entry_line(pack, entry, states.get((pack.id, entry.id), "new")), f"{pack.id}/{entry.id}")
            )
        return [*options, Option(Content(""), disabled=True)]

    def _entry_line(self, pack: Pack, entry: ExerciseEntry, state: str) -> Content:
        signs = self.glyphs
        mark, style = {
            "new": (signs.new, "$foreground 60%"),
            "begun": (signs.started, "bold $accent"),
            "solved": (signs.correct, "bold $success"),
        }[state]
        reason = self.open_errors.get((pack.id, entry.id))
        if reason is not None:
            broken = (f"\n      {reason}", "$text-error")
            return styled(signs, (f"  {signs.error} ", "bold $error"), str(entry.title), broken)
        said = (f"   {_(_STATE_LABELS[state])}", "$foreground 60%") if state != "new" else ""
        return styled(signs, (f"  {mark} ", style), str(entry.title), said)

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        self._status_message = ""
        if event.option_id == _PLAYGROUND:
            self.action_playground()
            return
        if event.option_id == _REVIEW:
            self.action_review()
            return
        if event.option_id == _PROGRESS:
            self.action_progress()
            return
        latest = self.store.exercise_to_continue()
        name = "/".join(latest) if event.option_id == _CONTINUE and latest else event.option_id
        if name in self._entries:
            self.post_message(self.ExerciseSelected(*self._entries[name]))

    # --- searching ---

    async def action_search(self) -> None:
        """A line to type in, above the list. It is made when it is first asked for."""
        if not self.query("#search"):
            from textual.widgets import Input

            from tutor.tui.search import SearchQuery

            said = self.glyphs.render(_("words of a title, or a name such as basics/times"))
            await self.mount(Input(placeholder=said, id="search", compact=True), after="#title")
            self._search_query = SearchQuery("")
        self.query_one("#search").focus()
        self.refresh_keys()

    def on_input_changed(self, event: Input.Changed) -> None:
        from tutor.tui.search import SearchQuery

        event.stop()
        self._search_query = SearchQuery(event.value)
        self.refresh_list()
        self.query_one(OptionList).action_first()

    def on_input_submitted(self, event: Input.Submitted) -> None:
        event.stop()
        self.action_open()

    async def action_clear_search(self) -> None:
        """End the search; the cursor stays on what was found."""
        if self._search_query is None:
            return
        self._search_query = None
        await self.query("#search").remove()
        self.query_one(OptionList).focus()
        self.refresh_list()
        self.refresh_keys()

    def action_move_cursor(self, move: str) -> None:
        """Move in the list while one types above it."""
        getattr(self.query_one(OptionList), f"action_{move}")()

    # --- keys ---

    def action_open(self) -> None:
        self.query_one(OptionList).action_select()

    def action_playground(self) -> None:
        self.post_message(self.PlaygroundRequested())

    def action_review(self) -> None:
        self.post_message(self.ReviewRequested())

    def action_progress(self) -> None:
        self.post_message(self.ProgressRequested())

    def action_reset(self) -> None:
        option = self.query_one(OptionList).highlighted_option
        latest = self.store.exercise_to_continue()
        name = "/".join(latest) if option and option.id == _CONTINUE and latest else option.id if option else None
        if name in self._entries:
            pack, entry = self._entries[name]
            self.post_message(self.ResetRequested(pack.id, entry.id, str(entry.title)))

    def action_undo(self) -> None:
        self.post_message(self.UndoRequested())

    def action_glossary(self) -> None:
        self.post_message(self.GlossaryRequested())

    def action_help(self) -> None:
        if self.app.screen is not self:
            return
        from tutor.tui.screens.help import HelpScreen

        text = _(
            "Back-propagation by hand: a graph shows what flowed forward, you fill in what flows back, from the output "
            "to the inputs. Choose an exercise with the arrow keys and Enter."
        )
        keys = [binding for binding in self.BINDINGS if isinstance(binding, Binding)]
        self.app.push_screen(HelpScreen([*self._focus_help(), styled(self.glyphs, text)], keys, self.glyphs))

    def _focus_help(self) -> list[Content]:
        """What stands in focus: an exercise with its name and its pack, or what else a row or the search is for."""
        option = self.query_one(OptionList).highlighted_option
        said = [styled(self.glyphs, _(_SEARCH_HELP))] if self._search_query is not None else []
        name = option.id if option and option.id else ""
        latest = self.store.exercise_to_continue()
        if name == _CONTINUE and latest is not None:
            name = "/".join(latest)
            said.append(styled(self.glyphs, _("You were at this exercise last, and it is not solved yet.")))
        if name in _ROW_HELP:
            called, says = _ROW_HELP[name]
            said.append(styled(self.glyphs, (_(called), "bold"), f"\n{_(says)}"))
        return [*said, *(self._exercise_help(name) if name in self._entries else [])]

    def _exercise_help(self, name: str) -> list[Content]:
        pack, entry = self._entries[name]
        state = _(_STATE_LABELS[self.store.state(pack.id, entry.id)])
        head = styled(self.glyphs, (str(entry.title), "bold"), f"   {pack.title}   {state}\n")
        command = styled(self.glyphs, (f"backprop-tutor play {name}", "$foreground 60%"))
        return [head + command, *([from_markup(self.glyphs, said)] if (said := str(pack.description).strip()) else [])]
