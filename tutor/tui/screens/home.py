"""The home screen: packs with their exercises and how far each has come."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding, BindingType
from textual.content import Content
from textual.message import Message
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from tutor.i18n import N_, _, message
from tutor.packs.exercise_search import find_exercises, read_texts
from tutor.text_search import MAX_QUERY_LENGTH, is_blank
from tutor.tui.content import Part, from_markup, styled
from tutor.tui.screens.base import TutorScreen
from tutor.tui.widgets.key_bar import KeyBar
from tutor.tui.widgets.option_list import ReadableOptionList

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from textual.app import ComposeResult
    from textual.widgets import Input

    from tutor.packs.exercise import Exercise
    from tutor.packs.exercise_search import ExerciseTexts
    from tutor.packs.library import ExerciseEntry, Pack
    from tutor.practice.storage.store import Store
    from tutor.tui.host import Host

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


class HomeScreen(TutorScreen[None]):
    """List the packs with their exercises, and with a reason those that can't be opened."""

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
        Binding("escape", "clear_search", N_("all"), tooltip=N_("end the search, show all"), id="home.clear"),
        Binding("down", "move_cursor('down')", N_("down"), tooltip=N_("the next one"), show=False, id="home.down"),
        Binding("up", "move_cursor('up')", N_("up"), tooltip=N_("the one before"), show=False, id="home.up"),
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
    HELP_TEXT = N_(
        "Back-propagation by hand: a graph shows what flowed forward, you fill in what flows back, from the output "
        "to the inputs. Choose an exercise with the arrow keys and Enter."
    )

    class ExerciseSelected(Message):
        """An exercise was selected."""

        def __init__(self, pack: Pack, entry: ExerciseEntry) -> None:
            super().__init__()
            self.pack = pack
            self.entry = entry

    class PlaygroundRequested(Message):
        """The learner wants the playground."""

    class GlossaryRequested(Message):
        """The learner wants all rules."""

    class Resumed(Message):
        """The list is in front again."""

    class ReviewRequested(Message):
        """The learner wants to practise the rules that are due."""

    class ProgressRequested(Message):
        """The learner wants to see the progress."""

    class ResetRequested(Message):
        """The learner wants to start an exercise over."""

        def __init__(self, pack: str, exercise: str, title: str) -> None:
            super().__init__()
            self.pack = pack
            self.exercise = exercise
            self.title = title

    class UndoRequested(Message):
        """The learner wants the last reset undone."""

    def __init__(self, host: Host, packs: Sequence[Pack], store: Store) -> None:
        super().__init__(host)
        self.packs = packs
        self.store = store
        #: Why exercises can't be opened, by pack and exercise.
        self.open_errors: dict[tuple[str, str], str] = {}
        self._entries = self._index_entries()
        self._status_message = ""
        self._is_first_show = True
        self._return_id: str | None = None
        #: How many rules are due for review.
        self.due_count = 0
        #: The search text; None unless the search is open.
        self._search_query: str | None = None
        #: What the files of exercises say, once a search has read them.
        self._search_texts: ExerciseTexts | None = None

    def _index_entries(self) -> dict[str, tuple[Pack, ExerciseEntry]]:
        return {f"{pack.id}/{entry.id}": (pack, entry) for pack in self.packs for entry in pack.entries}

    def set_packs(self, packs: Sequence[Pack]) -> None:
        """List these packs from now on."""
        self.packs = packs
        self._search_texts = None
        self.open_errors.clear()
        self._entries = self._index_entries()
        self.refresh_list()

    def compose(self) -> ComposeResult:
        yield Static(styled(self.glyphs, ("backprop-tutor", "bold")), id="title")
        yield Static(id="notice")
        yield ReadableOptionList(*self._options(), id="exercises")
        yield KeyBar(self.glyphs, id="keys")

    def set_up(self) -> None:
        self.query_one(OptionList).focus()
        if not self._entries:
            self._status_message = _("There are no exercises here. Install backprop-tutor again.")
        self._show_notice()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if action == "clear_search":
            return self._search_query is not None
        if action == "search":
            return self._search_query is None or isinstance(self.focused, OptionList)
        return self._search_query is None or action not in ("progress", "glossary", "playground")

    def on_glyphs_changed(self) -> None:
        """Close the search, whose line is lost when the screen is composed again."""
        self._search_query = None

    def on_screen_resume(self) -> None:
        if not self._is_first_show:
            self.refresh_list()
            self.post_message(self.Resumed())
        self._is_first_show = False

    def refresh_list(self) -> None:
        """List the exercises with their states as they are now; the cursor stays where it was."""
        if not self.has_widgets:
            return
        options = self.query_one(OptionList)
        before = self._return_id or (options.highlighted_option.id if options.highlighted_option else None)
        self._return_id = None
        options.clear_options()
        options.add_options(self._options())
        ids = [option.id for option in options.options]
        if before in ids:
            options.highlighted = ids.index(before)
        else:
            options.action_first()
        self._show_notice()

    def return_to(self, exercise: Exercise) -> None:
        """Put the cursor on an exercise when the list is shown again."""
        name = f"{exercise.pack}/{exercise.id}"
        self._return_id = name if name in self._entries else None

    def show_due(self, number: int) -> None:
        """Show how many rules are due for review."""
        if number != self.due_count:
            self.due_count = number
            self.refresh_list()
        elif self.has_widgets:
            # The count is made beside the screen, and may have found the progress file damaged.
            self._show_notice()

    def set_message(self, text: object) -> None:
        """Show a message above the list, until a row is selected."""
        self._status_message = str(text)
        self.refresh_list()

    def mark_broken(self, pack: Pack, entry: ExerciseEntry, reason: str) -> None:
        """Show that an exercise can't be opened, and why."""
        self.open_errors[pack.id, entry.id] = reason
        self.refresh_list()

    def refresh_notice(self) -> None:
        """Show what is wrong with the progress file, or no longer, if the list was painted already."""
        if self.has_widgets:
            self._show_notice()

    def _show_notice(self) -> None:
        lines = [str(text) for text in (self.store.notice, self._status_message) if text]
        notice = self.query_one("#notice", Static)
        notice.set_class(bool(lines), "-shown")
        notice.update(styled(self.glyphs, "\n".join(lines)))

    def _options(self) -> list[Option]:
        states = self.store.states()
        if self._search_query is not None and not is_blank(self._search_query):
            return self._search_options(self._search_query, states)
        options: list[Option] = []
        latest = self.store.exercise_to_continue()
        if latest is not None and "/".join(latest) in self._entries:
            pack, entry = self._entries["/".join(latest)]
            title = str(message(N_("Continue: {title}"), title=entry.title))
            options.append(self._action_row(self.glyphs.started, title, str(pack.title), _CONTINUE))
        if self.due_count:
            due = str(message(N_("Review ({n} due)"), n=self.due_count))
            detail = _("fresh numbers, ten minutes at most")
            options.append(self._action_row(self.glyphs.started, due, detail, _REVIEW))
        if options:
            options.append(Option(Content(""), disabled=True))
        for pack in self.packs:
            options += self._pack_options(pack, states)
        prompt = self.glyphs.prompt
        return [
            *options,
            self._action_row(prompt, _("Playground"), _("any formula of your own"), _PLAYGROUND),
            self._action_row(prompt, _("Progress"), _("rules, packs, weeks, mistakes"), _PROGRESS),
        ]

    def _action_row(self, mark: str, name: str, detail: str, id: str) -> Option:
        head = (f"{mark} {name}", "bold $backward")
        return Option(styled(self.glyphs, head, (f"   {detail}", "$muted")), id)

    def _search_options(self, query: str, states: Mapping[tuple[str, str], str]) -> list[Option]:
        """Return the exercises that match, the best first, each with its pack."""
        options: list[Option] = []
        for pack, entry in find_exercises(query, self.packs, self._search_texts).items:
            line = self._entry_line(pack, entry, states.get((pack.id, entry.id), "new"))
            detail = styled(self.glyphs, (f"   {pack.title}", "$foreground 60%"))
            options.append(Option(line + detail, f"{pack.id}/{entry.id}"))
        if not options:
            key = self.glyphs.key_label("home.clear", "Esc")
            notice = str(message(N_("No exercise is called so. {key} shows all of them."), key=key))
            options.append(Option(styled(self.glyphs, (notice, "$help")), disabled=True))
        return options

    def _pack_options(self, pack: Pack, states: Mapping[tuple[str, str], str]) -> list[Option]:
        solved = sum(states.get((pack.id, entry.id)) == "solved" for entry in pack.entries)
        count = message(N_("{n} of {all} solved"), n=solved, all=len(pack.entries))
        head: list[Part] = [(str(pack.title), "bold"), (f"   {count}", "$muted")]
        if str(pack.description).strip():
            head.append((f"\n{str(pack.description).strip()}", "$muted"))
        head += [(f"\n{self.glyphs.error} {fault}", "$wrong") for fault in pack.errors]
        entries = (self._entry_option(pack, entry, states) for entry in pack.entries)
        return [Option(styled(self.glyphs, *head), disabled=True), *entries, Option(Content(""), disabled=True)]

    def _entry_option(self, pack: Pack, entry: ExerciseEntry, states: Mapping[tuple[str, str], str]) -> Option:
        line = self._entry_line(pack, entry, states.get((pack.id, entry.id), "new"))
        return Option(line, f"{pack.id}/{entry.id}")

    def _entry_line(self, pack: Pack, entry: ExerciseEntry, state: str) -> Content:
        glyphs = self.glyphs
        mark, style = {
            "new": (glyphs.new, "$muted"),
            "begun": (glyphs.started, "bold $backward"),
            "solved": (glyphs.correct, "bold $right"),
        }[state]
        reason = self.open_errors.get((pack.id, entry.id))
        if reason is not None:
            error = (f"\n      {reason}", "$wrong")
            return styled(glyphs, (f"  {glyphs.error} ", "bold $wrong"), str(entry.title), error)
        label = (f"   {_(_STATE_LABELS[state])}", "$muted") if state != "new" else ""
        return styled(glyphs, (f"  {mark} ", style), str(entry.title), label)

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        self._status_message = ""
        actions = {_PLAYGROUND: self.action_playground, _REVIEW: self.action_review, _PROGRESS: self.action_progress}
        if event.option_id in actions:
            actions[event.option_id]()
        elif (name := self._exercise_name(event.option)) in self._entries:
            self.post_message(self.ExerciseSelected(*self._entries[name]))

    def _exercise_name(self, option: Option | None) -> str:
        """Return the name of the exercise in a row; empty for other rows."""
        if option is not None and option.id == _CONTINUE:
            return "/".join(self.store.exercise_to_continue() or ())
        return option.id if option is not None and option.id in self._entries else ""

    # --- search ---

    async def action_search(self) -> None:
        """Open a line to type in above the list."""
        if not self.query("#search"):
            # Textual's input takes a while to load, and the list comes first.
            from tutor.tui.widgets.line_input import LineInput

            placeholder = self.glyphs.render(_("words of a title, or a name such as basics/times"))
            line = LineInput(placeholder=placeholder, id="search", max_length=MAX_QUERY_LENGTH, compact=True)
            await self.mount(line, after="#title")
            self._search_query = ""
            if self._search_texts is None:
                self.app.run_worker(self._read_search_texts, thread=True, exit_on_error=False)
        self.query_one("#search").focus()
        self.refresh_bindings()

    def on_input_changed(self, event: Input.Changed) -> None:
        event.stop()
        if not self.query("#search"):  # The search has been closed since.
            return
        self._search_query = event.value
        self.refresh_list()
        self.query_one(OptionList).action_first()

    def _read_search_texts(self) -> None:
        """Read what the files of exercises say, and search again with it."""
        packs = tuple(self.packs)
        texts = read_texts(packs)
        self.app.call_later(self._use_search_texts, packs, texts)

    def _use_search_texts(self, packs: Sequence[Pack], texts: ExerciseTexts) -> None:
        if packs == tuple(self.packs):
            self._search_texts = texts
            if self._search_query:
                self.refresh_list()

    async def action_clear_search(self) -> None:
        """Close the search; the cursor stays on the exercise that was found."""
        self._search_query = None
        await self.query("#search").remove()
        self.query_one(OptionList).focus()
        self.refresh_list()
        self.refresh_bindings()

    def action_move_cursor(self, move: str) -> None:
        """Move the cursor of the list, also from the search line."""
        options = self.query_one(OptionList)
        if move == "down":
            options.action_cursor_down()
        else:
            options.action_cursor_up()

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
        name = self._exercise_name(self.query_one(OptionList).highlighted_option)
        if name in self._entries:
            pack, entry = self._entries[name]
            self.post_message(self.ResetRequested(pack.id, entry.id, str(entry.title)))

    def action_undo(self) -> None:
        self.post_message(self.UndoRequested())

    def action_glossary(self) -> None:
        self.post_message(self.GlossaryRequested())

    def help_paragraphs(self) -> list[Content]:
        """Return what the row in focus or the search is for, then what the screen is for."""
        option = self.query_one(OptionList).highlighted_option
        blocks = [styled(self.glyphs, _(_SEARCH_HELP))] if self._search_query is not None else []
        row = (option.id if option is not None else None) or ""
        if row == _CONTINUE:
            blocks.append(styled(self.glyphs, _("You were at this exercise last, and it is not solved yet.")))
        if row in _ROW_HELP:
            name, text = _ROW_HELP[row]
            blocks.append(styled(self.glyphs, (_(name), "bold"), f"\n{_(text)}"))
        return [*blocks, *self._exercise_help(self._exercise_name(option)), *super().help_paragraphs()]

    def _exercise_help(self, name: str) -> list[Content]:
        if name not in self._entries:
            return []
        pack, entry = self._entries[name]
        state = _(_STATE_LABELS[self.store.state(pack.id, entry.id)])
        head = styled(self.glyphs, (str(entry.title), "bold"), f"   {pack.title}   {state}\n")
        command = styled(self.glyphs, (f"backprop-tutor play {name}", "$muted"))
        description = str(pack.description).strip()
        return [head + command, *([from_markup(self.glyphs, description)] if description else [])]
