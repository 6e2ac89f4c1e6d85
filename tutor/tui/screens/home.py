"""The list of packs and exercises, and how far each has come."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.message import Message
from textual.screen import Screen
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from tutor.i18n import N_, _, message
from tutor.packs.library import Entry, Pack
from tutor.practice.store import Store
from tutor.tui.contents import Part, content, prose
from tutor.tui.signs import Signs
from tutor.tui.widgets.key_bar import KeyBar
from tutor.tui.widgets.rows import Rows

if TYPE_CHECKING:
    from textual.widgets import Input

    from tutor.packs import Exercise
    from tutor.tui.finding import Wanted

_CONTINUE = "continue"
_REVIEW, _PROGRESS, _PLAYGROUND = "review", "progress", "playground"
_ROWS: Mapping[str, tuple[str, str]] = {
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
_SEARCH_SAYS = N_("Search: words of titles or names, in either language. What has them stands in the list below.")
_STATES: Mapping[str, str] = {"new": N_("new"), "begun": N_("begun"), "solved": N_("solved")}


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
        Binding("escape", "clear", N_("all"), tooltip=N_("end the search, show all"), show=False, id="home.clear"),
        Binding("down", "pick('cursor_down')", N_("down"), tooltip=N_("the next one"), show=False, id="home.down"),
        Binding("up", "pick('cursor_up')", N_("up"), tooltip=N_("the one before"), show=False, id="home.up"),
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

    class Chosen(Message):
        """An exercise is to be opened."""

        def __init__(self, pack: Pack, entry: Entry) -> None:
            super().__init__()
            self.pack = pack
            self.entry = entry

    class Playground(Message):
        """The playground is to be opened."""

    class Glossary(Message):
        """All rules are to be shown."""

    class Resumed(Message):
        """The list stands in front again."""

    class Review(Message):
        """The rules that are due are to be practised."""

    class Progress(Message):
        """The progress is to be shown."""

    class Reset(Message):
        """The exercise is to be begun anew."""

        def __init__(self, pack: str, exercise: str, called: str) -> None:
            super().__init__()
            self.pack = pack
            self.exercise = exercise
            self.called = called

    class Undo(Message):
        """The last new beginning is to be taken back."""

    def __init__(self, packs: Sequence[Pack], store: Store, signs: Signs) -> None:
        super().__init__()
        self.packs = packs
        self.store = store
        self.signs = signs
        #: Why exercises can't be opened, by pack and exercise.
        self.faults: dict[tuple[str, str], str] = {}
        self._entries = self._by_name()
        self._remark = ""
        self._fresh = True
        self._came_from: str | None = None
        #: How many rules are due for review.
        self.due = 0
        #: What is searched for; None where nothing is.
        self._wanted: Wanted | None = None

    def _by_name(self) -> dict[str, tuple[Pack, Entry]]:
        return {f"{pack.id}/{entry.id}": (pack, entry) for pack in self.packs for entry in pack.entries}

    def renew(self, packs: Sequence[Pack]) -> None:
        """List these packs from now on."""
        self.packs = packs
        self.faults.clear()
        self._entries = self._by_name()
        self.refresh_list()

    def compose(self) -> ComposeResult:
        yield Static(content(self.signs, ("backprop-tutor", "bold")), id="title")
        yield Static(id="notice")
        yield Rows(*self._options(), id="exercises")
        yield KeyBar(self.signs, id="keys")

    def on_mount(self) -> None:
        if not self.query(OptionList):  # the app is left before the screen was made
            return
        self.query_one(OptionList).focus()
        if not self._entries:
            self._remark = _("There are no exercises here. Install backprop-tutor again.")
        self._show_notice()
        self.show_keys()

    def show_keys(self) -> None:
        """The keys that mean something now."""
        if not self.query(KeyBar):
            return
        searching = self._wanted is not None
        own = [binding for binding in self.BINDINGS if isinstance(binding, Binding)]
        known = {"home.clear"} if searching else {binding.id for binding in own if binding.show}
        hidden = {"home.search"} if searching else set()
        self.query_one(KeyBar).show(
            [key for key in own if key.id in known | {"home.open", "home.help"} and key.id not in hidden]
        )

    def restyle(self) -> None:
        """The line to search in goes when the screen is made anew."""
        self._wanted = None

    def on_screen_resume(self) -> None:
        if not self._fresh:
            self.refresh_list()
            self.post_message(self.Resumed())
        self._fresh = False

    def refresh_list(self) -> None:
        """Show the states as they are now; the cursor stays where it was."""
        if not self.is_mounted:
            return
        options = self.query_one(OptionList)
        before = self._came_from or (options.highlighted_option.id if options.highlighted_option else None)
        self._came_from = None
        options.clear_options()
        options.add_options(self._options())
        known = [option.id for option in options.options]
        if before in known:
            options.highlighted = known.index(before)
        else:
            options.action_first()
        self._show_notice()

    def come_back_from(self, exercise: Exercise) -> None:
        """The exercise to put the cursor on when the list is shown again."""
        name = f"{exercise.pack}/{exercise.id}"
        self._came_from = name if name in self._entries else None

    def show_due(self, number: int) -> None:
        """Show how many rules are due for review."""
        if number != self.due:
            self.due = number
            self.refresh_list()

    def say(self, text: object) -> None:
        """Say something above the list, until the next choice."""
        self._remark = str(text)
        self.refresh_list()

    def mark_broken(self, pack: Pack, entry: Entry, reason: str) -> None:
        """Show that an exercise can't be opened, and why."""
        self.faults[pack.id, entry.id] = reason
        self.refresh_list()

    def _show_notice(self) -> None:
        lines = [str(text) for text in (self.store.notice, self._remark) if text]
        notice = self.query_one("#notice", Static)
        notice.set_class(bool(lines), "-shown")
        notice.update(content(self.signs, "\n".join(lines)))

    def _options(self) -> list[Option]:
        states = self.store.states()
        if self._wanted:
            return self._hits(self._wanted, states)
        options: list[Option] = []
        latest = self.store.latest()
        if latest is not None and "/".join(latest) in self._entries:
            pack, entry = self._entries["/".join(latest)]
            title = str(message(N_("Continue: {title}"), title=entry.title))
            head = (f"{self.signs.begun} {title}", "bold $accent")
            options.append(Option(content(self.signs, head, (f"   {pack.title}", "$foreground 60%")), _CONTINUE))
        if self.due:
            due = message(N_("Review ({n} due)"), n=self.due)
            says = _("fresh numbers, ten minutes at most")
            head = (f"{self.signs.begun} {due}", "bold $accent")
            options.append(Option(content(self.signs, head, (f"   {says}", "$foreground 60%")), _REVIEW))
        if options:
            options.append(Option(Content(""), disabled=True))
        for pack in self.packs:
            options += self._pack(pack, states)
        play, says = _("Playground"), _("any formula of your own")
        head = (f"{self.signs.point} {play}", "bold $accent")
        options.append(Option(content(self.signs, head, (f"   {says}", "$foreground 60%")), _PLAYGROUND))
        progress, says = _("Progress"), _("rules, packs, weeks, mistakes")
        head = (f"{self.signs.point} {progress}", "bold $accent")
        return [*options, Option(content(self.signs, head, (f"   {says}", "$foreground 60%")), _PROGRESS)]

    def _hits(self, wanted: Wanted, states: Mapping[tuple[str, str], str]) -> list[Option]:
        """The exercises that are searched for, pack by pack."""
        from tutor.tui.finding import names_of

        options: list[Option] = []
        for pack in self.packs:
            hits = [entry for entry in pack.entries if wanted.finds(*names_of(pack, entry))]
            if hits:
                options.append(Option(content(self.signs, (str(pack.title), "bold")), disabled=True))
            for entry in hits:
                state = states.get((pack.id, entry.id), "new")
                options.append(Option(self._entry(pack, entry, state), f"{pack.id}/{entry.id}"))
        if not options:
            key = self.signs.key("home.clear", "Esc")
            said = str(message(N_("No exercise is called so. {key} shows all of them."), key=key))
            options.append(Option(content(self.signs, (said, "$text-warning")), disabled=True))
        return options

    def _pack(self, pack: Pack, states: Mapping[tuple[str, str], str]) -> list[Option]:
        solved = sum(states.get((pack.id, entry.id)) == "solved" for entry in pack.entries)
        count = message(N_("{n} of {all} solved"), n=solved, all=len(pack.entries))
        head: list[Part] = [(str(pack.title), "bold"), (f"   {count}", "$foreground 60%")]
        if str(pack.description).strip():
            head.append((f"\n{str(pack.description).strip()}", "$foreground 60%"))
        head += [(f"\n{self.signs.fault} {fault}", "$text-error") for fault in pack.faults]
        options = [Option(content(self.signs, *head), disabled=True)]
        for entry in pack.entries:
            options.append(
                Option(self._entry(pack, entry, states.get((pack.id, entry.id), "new")), f"{pack.id}/{entry.id}")
            )
        return [*options, Option(Content(""), disabled=True)]

    def _entry(self, pack: Pack, entry: Entry, state: str) -> Content:
        signs = self.signs
        mark, style = {
            "new": (signs.new, "$foreground 60%"),
            "begun": (signs.begun, "bold $accent"),
            "solved": (signs.right, "bold $success"),
        }[state]
        reason = self.faults.get((pack.id, entry.id))
        if reason is not None:
            broken = (f"\n      {reason}", "$text-error")
            return content(signs, (f"  {signs.fault} ", "bold $error"), str(entry.title), broken)
        said = (f"   {_(_STATES[state])}", "$foreground 60%") if state != "new" else ""
        return content(signs, (f"  {mark} ", style), str(entry.title), said)

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        self._remark = ""
        if event.option_id == _PLAYGROUND:
            self.action_playground()
            return
        if event.option_id == _REVIEW:
            self.action_review()
            return
        if event.option_id == _PROGRESS:
            self.action_progress()
            return
        latest = self.store.latest()
        name = "/".join(latest) if event.option_id == _CONTINUE and latest else event.option_id
        if name in self._entries:
            self.post_message(self.Chosen(*self._entries[name]))

    # --- searching ---

    async def action_search(self) -> None:
        """A line to type in, above the list. It is made when it is first asked for."""
        if not self.query("#search"):
            from textual.widgets import Input

            from tutor.tui.finding import Wanted

            said = self.signs.text(_("words of a title, or a name such as basics/times"))
            await self.mount(Input(placeholder=said, id="search", compact=True), after="#title")
            self._wanted = Wanted("")
        self.query_one("#search").focus()
        self.show_keys()

    def on_input_changed(self, event: Input.Changed) -> None:
        from tutor.tui.finding import Wanted

        event.stop()
        self._wanted = Wanted(event.value)
        self.refresh_list()
        self.query_one(OptionList).action_first()

    def on_input_submitted(self, event: Input.Submitted) -> None:
        event.stop()
        self.action_open()

    async def action_clear(self) -> None:
        """End the search; the cursor stays on what was found."""
        if self._wanted is None:
            return
        self._wanted = None
        await self.query("#search").remove()
        self.query_one(OptionList).focus()
        self.refresh_list()
        self.show_keys()

    def action_pick(self, move: str) -> None:
        """Move in the list while one types above it."""
        getattr(self.query_one(OptionList), f"action_{move}")()

    # --- keys ---

    def action_open(self) -> None:
        self.query_one(OptionList).action_select()

    def action_playground(self) -> None:
        self.post_message(self.Playground())

    def action_review(self) -> None:
        self.post_message(self.Review())

    def action_progress(self) -> None:
        self.post_message(self.Progress())

    def action_reset(self) -> None:
        option = self.query_one(OptionList).highlighted_option
        latest = self.store.latest()
        name = "/".join(latest) if option and option.id == _CONTINUE and latest else option.id if option else None
        if name in self._entries:
            pack, entry = self._entries[name]
            self.post_message(self.Reset(pack.id, entry.id, str(entry.title)))

    def action_undo(self) -> None:
        self.post_message(self.Undo())

    def action_glossary(self) -> None:
        self.post_message(self.Glossary())

    def action_help(self) -> None:
        if self.app.screen is not self:
            return
        from tutor.tui.screens.help import HelpScreen

        text = _(
            "Back-propagation by hand: a graph shows what flowed forward, you fill in what flows back, from the output "
            "to the inputs. Choose an exercise with the arrow keys and Enter."
        )
        keys = [binding for binding in self.BINDINGS if isinstance(binding, Binding)]
        self.app.push_screen(HelpScreen([*self._about(), content(self.signs, text)], keys, self.signs))

    def _about(self) -> list[Content]:
        """What stands in focus: an exercise with its name and its pack, or what else a row or the search is for."""
        option = self.query_one(OptionList).highlighted_option
        said = [content(self.signs, _(_SEARCH_SAYS))] if self._wanted is not None else []
        name = option.id if option and option.id else ""
        latest = self.store.latest()
        if name == _CONTINUE and latest is not None:
            name = "/".join(latest)
            said.append(content(self.signs, _("You were at this exercise last, and it is not solved yet.")))
        if name in _ROWS:
            called, says = _ROWS[name]
            said.append(content(self.signs, (_(called), "bold"), f"\n{_(says)}"))
        return [*said, *(self._about_exercise(name) if name in self._entries else [])]

    def _about_exercise(self, name: str) -> list[Content]:
        pack, entry = self._entries[name]
        state = _(_STATES[self.store.state(pack.id, entry.id)])
        head = content(self.signs, (str(entry.title), "bold"), f"   {pack.title}   {state}\n")
        command = content(self.signs, (f"backprop-tutor play {name}", "$foreground 60%"))
        return [head + command, *([prose(self.signs, said)] if (said := str(pack.description).strip()) else [])]
