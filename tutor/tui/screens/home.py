"""The home screen: what to do next, the packs with their exercises, and a preview of the highlighted row."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING, ClassVar

from textual.containers import Container
from textual.message import Message
from textual.widgets import Static

from tutor.i18n import N_, _, message
from tutor.packs.exercise_search import find_exercises, read_texts
from tutor.text_search import MAX_QUERY_LENGTH, is_blank
from tutor.tui.content import styled
from tutor.tui.home_rows import (
    CONTINUE,
    PLACEMENT,
    PLAYGROUND,
    PROGRESS,
    REVIEW,
    START,
    ActionRow,
    ExerciseRow,
    HomeState,
    PackRow,
    PreviewRequest,
    hit_rows,
    list_rows,
    packs_unfolded_first,
    read_state,
)
from tutor.tui.preview_loader import PreviewLoader
from tutor.tui.screens.base import TutorScreen
from tutor.tui.screens.home_help import describe_action, describe_exercise, describe_search
from tutor.tui.screens.home_keys import KEYS
from tutor.tui.widgets.exercise_list import ExerciseList
from tutor.tui.widgets.home_head import HomeHead
from tutor.tui.widgets.key_bar import KeyBar
from tutor.tui.widgets.preview_pane import PreviewPane
from tutor.tui.window_size import window_size

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from textual import events
    from textual.app import ComposeResult
    from textual.binding import BindingType
    from textual.content import Content
    from textual.widgets import Input

    from tutor.packs.exercise import Exercise
    from tutor.packs.exercise_search import ExerciseTexts
    from tutor.packs.library import ExerciseEntry, Pack
    from tutor.practice.exercise_records import ExerciseName
    from tutor.practice.overview import Overview
    from tutor.practice.storage.store import Store
    from tutor.tui.home_rows import Row
    from tutor.tui.host import Host
    from tutor.tui.preview_painting import Preview


class HomeScreen(TutorScreen[None]):
    """List the packs with their exercises, and with a reason those that can't be opened."""

    BINDINGS: ClassVar[list[BindingType]] = [*KEYS]
    HELP_TEXT = N_(
        "Practise back-propagation by hand. The graph shows the forward values; you fill in the "
        "gradients, from the output back to the inputs. Choose an exercise with the arrow keys and "
        "press Enter."
    )

    class ExerciseSelected(Message):
        """An exercise was selected."""

        def __init__(self, pack: Pack, entry: ExerciseEntry) -> None:
            super().__init__()
            self.pack = pack
            self.entry = entry

    class FirstStepsRequested(Message):
        """The learner wants the first steps."""

    class ReplayRequested(Message):
        """The learner wants to see an exercise worked out."""

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

    class PlacementRequested(Message):
        """The learner wants to take the placement test, or go on with it."""

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

    def __init__(self, host: Host, packs: Sequence[Pack], store: Store, first_steps_mark: Path | None = None) -> None:
        """Offer the first steps to a new learner as long as there is no file `first_steps_mark`, unless it is None."""
        super().__init__(host)
        self.packs = packs
        self.store = store
        self._first_steps_mark = first_steps_mark
        #: Why exercises can't be opened, by pack and exercise.
        self.open_errors: dict[tuple[str, str], str] = {}
        self._entries = self._index_entries()
        self._status_message = ""
        self._is_first_show = True
        self._can_fold = False
        self._return_name: ExerciseName | None = None
        #: How many rules are due for review.
        self.due_count = 0
        #: How exercises went, and what else takes long to find; None before it is known.
        self.overview: Overview | None = None
        #: The packs that are unfolded; None until the list is first shown.
        self._unfolded: set[str] | None = None
        #: The search text; None unless the search is open.
        self._search_query: str | None = None
        #: The texts of exercise files, once a search has read them.
        self._search_texts: ExerciseTexts | None = None
        self._state: HomeState | None = None
        self._previews = PreviewLoader(self, host, store, self._preview_request, self._show_preview)

    def _index_entries(self) -> dict[ExerciseName, tuple[Pack, ExerciseEntry]]:
        return {(pack.id, entry.id): (pack, entry) for pack in self.packs for entry in pack.entries}

    def set_packs(self, packs: Sequence[Pack]) -> None:
        """List these packs from now on."""
        self.packs = packs
        self._search_texts = None
        self.open_errors.clear()
        self._entries = self._index_entries()
        self.refresh_list()

    def compose(self) -> ComposeResult:
        self._state = state = self._read_state()
        yield HomeHead(state, self.glyphs, id="head")
        yield Static(id="notice")
        with Container(id="panes"):
            yield ExerciseList(self._rows(state), self.glyphs, id="exercises")
            yield PreviewPane(self.glyphs, id="preview")
        yield KeyBar(self.glyphs, id="keys")

    def set_up(self) -> None:
        self._arrange(self.size.width, self.size.height)
        self._list.focus()
        if not self._entries:
            self._status_message = _("There are no exercises here. Install backprop-tutor again.")
        self._show_notice()

    @property
    def has_widgets(self) -> bool:
        # They are in a container, which is composed after the screen.
        return super().has_widgets and bool(self.query(PreviewPane))

    @property
    def _list(self) -> ExerciseList:
        return self.query_one(ExerciseList)

    def on_resize(self, event: events.Resize) -> None:
        self._arrange(event.size.width, event.size.height)
        self._previews.update_soon()

    def _arrange(self, width: int, height: int) -> None:
        """Put the preview beside the list, or as a strip below it in a small window."""
        size = window_size(width, height)
        self.set_class(size != "small", "-beside")
        self.set_class(size == "large", "-large")

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if action == "clear_search":
            return self._search_query is not None
        if action == "search":
            return self._search_query is None or isinstance(self.focused, ExerciseList)
        if action in ("fold", "unfold", "fold_up"):
            return self._search_query is None and self._pack_in_focus() is not None
        return self._search_query is None or action not in ("progress", "glossary", "playground")

    def on_glyphs_changed(self) -> None:
        """Close the search, whose line is lost when the screen is composed again, and make other previews."""
        self._search_query = None
        self._previews.clear()

    def on_screen_resume(self) -> None:
        if not self._is_first_show:
            self._previews.clear()
            self.refresh_list()
            self.post_message(self.Resumed())
        self._is_first_show = False

    # --- the list ---

    def _read_state(self) -> HomeState:
        """Return the state of the exercises as it is stored now."""
        if self._unfolded is None:
            self._unfolded = packs_unfolded_first(self.packs, self.store)
        state = read_state(self.packs, self.store, self._first_steps_mark)
        return replace(
            state,
            overview=self.overview,
            unfolded=frozenset(self._unfolded),
            open_errors=dict(self.open_errors),
            due_count=self.due_count,
        )

    def _rows(self, state: HomeState) -> Sequence[Row]:
        if self._search_query is None or is_blank(self._search_query):
            return list_rows(state)
        key = self.glyphs.key_label("home.clear", "Esc")
        nothing = str(message(N_("No matching exercises. {key} shows all of them."), key=key))
        return hit_rows(state, find_exercises(self._search_query, self.packs, self._search_texts).items, nothing)

    def refresh_list(self) -> None:
        """List the exercises with their states as they are now; the cursor stays where it was."""
        if not self.has_widgets:
            return
        highlighted = None
        if self._return_name is not None:
            self._unfold(self._return_name[0])
            highlighted = ("exercise", *self._return_name)
            self._return_name = None
        self._state = state = self._read_state()
        self.query_one(HomeHead).show(state)
        self._list.set_rows(self._rows(state), highlighted)
        self._show_notice()
        self._previews.update_soon()

    def _unfold(self, pack: str) -> None:
        if self._unfolded is not None:
            self._unfolded.add(pack)

    def return_to(self, exercise: Exercise) -> None:
        """Put the cursor on an exercise when the list is shown again."""
        name = exercise.pack, exercise.id
        self._return_name = name if name in self._entries else None

    def mark_first_steps(self) -> None:
        """No longer begin with the first steps: they were taken."""
        if self._first_steps_mark is not None:
            with suppress(OSError):  # They are offered again then, which does no harm.
                self._first_steps_mark.touch()

    def show_overview(self, overview: Overview) -> None:
        """Show how the exercises went."""
        self.due_count = len(overview.due)
        if overview != self.overview:
            self.overview = overview
            self._previews.clear()
            self.refresh_list()

    def set_message(self, text: object) -> None:
        """Show a message above the list, until a row is selected."""
        self._status_message = str(text)
        self.refresh_list()

    def mark_broken(self, pack: Pack, entry: ExerciseEntry, reason: str) -> None:
        """Show that an exercise can't be opened, and why."""
        self.open_errors[pack.id, entry.id] = reason
        self.refresh_list()

    def refresh_notice(self) -> None:
        if self.has_widgets:
            self._show_notice()

    def _show_notice(self) -> None:
        lines = [str(text) for text in (self.store.notice, self._status_message) if text]
        notice = self.query_one("#notice", Static)
        notice.set_class(bool(lines), "-shown")
        notice.update(styled(self.glyphs, "\n".join(lines)))

    def on_exercise_list_highlighted(self, event: ExerciseList.Highlighted) -> None:
        event.stop()
        self._previews.update_soon()
        self._show_keys()

    def on_exercise_list_chosen(self, event: ExerciseList.Chosen) -> None:
        event.stop()
        self.action_open()

    def on_exercise_list_fold_requested(self, event: ExerciseList.FoldRequested) -> None:
        event.stop()
        self.action_fold()

    # --- the preview ---

    def start_previews(self, then: Callable[[], None]) -> None:
        """Make previews from now on, because the list has been painted; call `then` when the first one is made."""
        self._previews.start(then)

    def _preview_request(self) -> PreviewRequest | None:
        """Return what the preview should show now."""
        row = self._list.highlighted_row if self.has_widgets and self.is_current else None
        if row is None or self._state is None:
            return None
        return PreviewRequest(row, self._state, *self.query_one(PreviewPane).size)

    def _show_preview(self, preview: Preview) -> None:
        if self.has_widgets:
            self.query_one(PreviewPane).show(preview)

    def on_preview_loader_made(self, event: PreviewLoader.Made) -> None:
        event.stop()
        self._previews.on_made(event)

    # --- search ---

    async def action_search(self) -> None:
        """Open a line to type in above the list."""
        if not self.query("#search"):
            # Textual's input takes a while to load, and the list comes first.
            from tutor.tui.widgets.line_input import LineInput

            placeholder = self.glyphs.render(_("words of a title, or a name such as basics/times"))
            line = LineInput(placeholder=placeholder, id="search", max_length=MAX_QUERY_LENGTH, compact=True)
            await self.mount(line, after="#head")
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
        self._list.action_first()

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
        row = self._list.highlighted_row
        if isinstance(row, ExerciseRow):
            self._unfold(row.pack.id)
        await self.query("#search").remove()
        self._list.focus()
        self.refresh_list()
        self.refresh_bindings()

    # --- keys ---

    def action_move_cursor(self, move: str) -> None:
        """Move the cursor of the list, also from the search line."""
        self._list.move(1 if move == "down" else -1)

    def action_open(self) -> None:
        """Do what the highlighted row is for."""
        row = self._list.highlighted_row
        self._status_message = ""
        if isinstance(row, PackRow):
            self.action_fold()
        elif isinstance(row, ExerciseRow):
            self.post_message(self.ExerciseSelected(row.pack, row.entry))
        elif isinstance(row, ActionRow):
            actions = {
                START: lambda: self.post_message(self.FirstStepsRequested()),
                CONTINUE: self._open_next,
                REVIEW: self.action_review,
                PLACEMENT: lambda: self.post_message(self.PlacementRequested()),
                PLAYGROUND: self.action_playground,
                PROGRESS: self.action_progress,
            }
            actions[row.id]()

    def _open_next(self) -> None:
        row = self._list.highlighted_row
        if isinstance(row, ActionRow) and row.exercise in self._entries:
            self.post_message(self.ExerciseSelected(*self._entries[row.exercise]))

    def _show_keys(self) -> None:
        """Show the keys of the highlighted row: only some rows can be folded."""
        if (can_fold := self._pack_in_focus() is not None) != self._can_fold:
            self._can_fold = can_fold
            self.refresh_bindings()

    def _pack_in_focus(self) -> str | None:
        row = self._list.highlighted_row if self.has_widgets else None
        return row.pack.id if isinstance(row, ExerciseRow | PackRow) else None

    def action_fold(self) -> None:
        """Fold or unfold the pack of the highlighted row."""
        pack = self._pack_in_focus()
        if pack is None or self._unfolded is None or self._search_query is not None:
            return
        self._unfolded ^= {pack}
        self._list.highlight_key(("pack", pack))
        self.refresh_list()

    def action_unfold(self) -> None:
        """Unfold the highlighted pack, or go on to its first exercise."""
        row = self._list.highlighted_row
        if isinstance(row, PackRow):
            if row.is_open:
                self._list.move(1)
            else:
                self.action_fold()

    def action_fold_up(self) -> None:
        """Go from an exercise to its pack, or fold the highlighted pack."""
        row = self._list.highlighted_row
        if isinstance(row, ExerciseRow):
            self._list.highlight_key(("pack", row.pack.id))
        elif isinstance(row, PackRow) and row.is_open:
            self.action_fold()

    @property
    def is_all_solved(self) -> bool:
        """Whether every exercise is solved."""
        return self._state is not None and self._state.is_all_solved

    def action_playground(self) -> None:
        self.post_message(self.PlaygroundRequested())

    def action_review(self) -> None:
        self.post_message(self.ReviewRequested())

    def action_progress(self) -> None:
        self.post_message(self.ProgressRequested())

    def _exercise_in_focus(self) -> ExerciseName | None:
        """Return the exercise of the highlighted row; None for rows of other kinds."""
        row = self._list.highlighted_row
        name = row.name if isinstance(row, ExerciseRow) else row.exercise if isinstance(row, ActionRow) else None
        return name if name in self._entries else None

    def action_reset(self) -> None:
        name = self._exercise_in_focus()
        if name is not None:
            pack, entry = self._entries[name]
            self.post_message(self.ResetRequested(pack.id, entry.id, str(entry.title)))

    def action_replay(self) -> None:
        name = self._exercise_in_focus()
        if name is not None:
            self.post_message(self.ReplayRequested(*self._entries[name]))

    def action_undo(self) -> None:
        self.post_message(self.UndoRequested())

    def action_glossary(self) -> None:
        self.post_message(self.GlossaryRequested())

    def help_paragraphs(self) -> list[Content]:
        """Return what the row in focus or the search is for, then what the screen is for."""
        row, name = self._list.highlighted_row, self._exercise_in_focus()
        blocks = [describe_search(self.glyphs)] if self._search_query is not None else []
        if isinstance(row, ActionRow):
            has_unfinished = self._state is not None and self._state.has_unfinished
            blocks += describe_action(row, has_unfinished, self.glyphs)
        if name is not None:
            pack, entry = self._entries[name]
            blocks += describe_exercise(pack, entry, self.store.state(*name), self.glyphs)
        return [*blocks, *super().help_paragraphs()]
