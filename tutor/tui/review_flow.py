"""What the app does beyond one exercise: review, what to do next, progress, beginning anew.

What takes time runs beside the app, with a store of its own, and comes back as a message.
"""

from __future__ import annotations

from threading import Lock
from typing import TYPE_CHECKING

from textual.message import Message

from tutor.i18n import N_, _, message
from tutor.packs import library
from tutor.practice.learner import load_packs_and_index
from tutor.practice.storage.store import Store
from tutor.tui.preferences import Preferences
from tutor.tui.reset_flow import ResetFlow

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tutor.packs.exercise import Exercise
    from tutor.packs.library import ExerciseEntry, Pack
    from tutor.practice.exercise_index import ExerciseIndex
    from tutor.practice.next_steps import Suggestion
    from tutor.practice.review import ReviewItem, ReviewSession
    from tutor.tui.screens.exercise import ExerciseScreen
    from tutor.tui.screens.home import HomeScreen
    from tutor.tui.screens.progress import ProgressScreen


class ReviewFlow(Preferences):
    """An app with a learner whose progress is kept."""

    store: Store
    packs: tuple[Pack, ...]

    class DueCounted(Message):
        """So many rules are due."""

        def __init__(self, count: int) -> None:
            super().__init__()
            self.count = count

    class ReviewPlanned(Message):
        """A review has been planned."""

        def __init__(self, items: Sequence[ReviewItem]) -> None:
            super().__init__()
            self.items = items

    class AdviceReady(Message):
        """What to do next is known."""

        def __init__(self, exercise: Exercise, suggestions: Sequence[Suggestion]) -> None:
            super().__init__()
            self.exercise = exercise
            self.suggestions = suggestions

    def init_review_flow(self, session: ReviewSession | None, records_progress: bool) -> None:
        """`session` is a review to begin with; `keeps`: whether there is a learner whose progress counts."""
        self._session = session
        self._started_with_review = session is not None
        #: Whether a review was gone through.
        self.review_done = False
        self._records_progress = records_progress
        self._exercise_index: ExerciseIndex | None = None
        self._exercise_index_lock = Lock()
        self._is_planning = False
        self._reset_flow = ResetFlow(self, self.store)

    def open_exercise(self, pack: Pack, entry: ExerciseEntry, seed: int | None = None) -> None:
        """Open an exercise of the list, with the numbers of a seed where one is given."""
        raise NotImplementedError

    # --- beside the app ---

    def _load_exercise_index(self) -> ExerciseIndex:
        """Which exercises ask for which rules; found once, which can take seconds."""
        with self._exercise_index_lock:
            if self._exercise_index is None:
                # Copies of the packs: theirs are in use on the screen.
                _packs, self._exercise_index = load_packs_and_index()
            return self._exercise_index

    def _count_due(self) -> None:
        """Tell how many rules are due, as far as that is known; make the skills first where they must be made."""
        from tutor.practice.review import cached_due_rules

        if not self._records_progress:
            return
        among = self._exercise_index.rules if self._exercise_index is not None else None
        with Store.open(self.store.path) as store:
            found = cached_due_rules(store, among)
            if found is None:
                store.ensure_skills()
                found = cached_due_rules(store, among)
        self.post_message(self.DueCounted(len(found or ())))

    def _preload_practice(self) -> None:
        """Find the atlas, and load what the first answer would wait for."""
        if not self._records_progress:
            return
        self._load_exercise_index()
        self._count_due()

    def refresh_due(self) -> None:
        self.run_worker(self._count_due, thread=True, group="due", exit_on_error=False)

    def on_review_flow_due_counted(self, event: DueCounted) -> None:
        self.home.show_due(event.count)

    def on_home_screen_resumed(self) -> None:
        self.refresh_due()

    # --- review ---

    def on_home_screen_review_requested(self) -> None:
        if self.screen is self.home and not self._is_planning:
            self._is_planning = True
            self.run_worker(self._plan_review, thread=True, group="plan", exit_on_error=False)

    def _plan_review(self) -> None:
        from tutor.practice.review import plan_for_today

        atlas = self._load_exercise_index()
        with Store.open(self.store.path) as store:
            self.post_message(self.ReviewPlanned(plan_for_today(store, atlas)))

    def on_review_flow_review_planned(self, event: ReviewPlanned) -> None:
        from tutor.practice.review import ReviewSession

        self._is_planning = False
        if self.screen is not self.home:
            return
        if not event.items:
            self.home.set_message(message(N_("Nothing is due. Everything you have practised can wait.")))
            return
        self._session = ReviewSession(self.store, event.items)
        self.open_review_item()

    def open_review_item(self) -> None:
        """Open the present exercise of the review, or what it has come to where there is none. One that can't be
        opened is passed over.
        """
        from tutor.algebra.errors import AlgebraError
        from tutor.engine.passes import NonFiniteError
        from tutor.packs.diagnostics import PackError
        from tutor.tui.screens.exercise import ExerciseScreen

        session = self._session
        assert session is not None
        while (item := session.item) is not None:
            try:
                worksheet = session.open_worksheet(library.find_exercise(item.indexed.name))
            except (PackError, AlgebraError, NonFiniteError):
                session.advance()
                continue
            last = session.position == len(session.items) - 1
            enter = _("how the review went") if last else _("on with the review")
            head = message(N_("Review {at}/{all}"), at=session.position + 1, all=len(session.items))
            self.push_screen(ExerciseScreen(worksheet, self.glyphs, enter, self.ascii, title_prefix=str(head)))
            return
        self.end_review(left=False)

    def continue_review(self) -> None:
        assert self._session is not None
        self._session.advance()
        self.open_review_item()

    def leave_review(self, solved: bool) -> None:
        """The learner left in the midst of it. `solved`: the exercise that was open is done."""
        assert self._session is not None
        if solved:
            self._session.advance()
        self.end_review(left=self._session.item is not None)

    def end_review(self, left: bool) -> None:
        from tutor.tui.screens.review_result import ReviewResultScreen

        session, self._session = self._session, None
        assert session is not None
        self.review_done = self.review_done or not left
        outcome = session.outcome()
        if outcome:
            self.push_screen(ReviewResultScreen(outcome, left, self.glyphs))
        elif left:
            self.home.set_message(message(N_("The review is left here; what is still due stays due.")))

    # --- what next ---

    def request_advice(self, exercise: Exercise) -> None:
        """Find out what to do after an exercise, unless it is part of a review."""
        if self._records_progress and self._session is None and exercise.pack:
            self.run_worker(lambda: self._find_suggestions(exercise), thread=True, group="advice", exit_on_error=False)

    def _find_suggestions(self, exercise: Exercise) -> None:
        from tutor.practice.next_steps import suggest_next

        atlas = self._load_exercise_index()
        with Store.open(self.store.path) as store:
            found = suggest_next(store, atlas, library.all_packs(), (exercise.pack, exercise.id))
        self.post_message(self.AdviceReady(exercise, found))

    def on_review_flow_advice_ready(self, event: AdviceReady) -> None:
        from tutor.tui.screens.exercise import ExerciseScreen

        for screen in self.screen_stack:
            if isinstance(screen, ExerciseScreen) and screen.state.worksheet.variant.exercise is event.exercise:
                screen.set_suggestions(event.suggestions)

    async def on_exercise_screen_suggestion_accepted(self, event: ExerciseScreen.SuggestionAccepted) -> None:
        from tutor.tui.screens.exercise import ExerciseScreen

        screen = self.screen
        if not isinstance(screen, ExerciseScreen) or screen.state.worksheet.variant.exercise is not event.exercise:
            return
        await self.pop_screen()
        if event.suggestion.exercise is None:
            self.home.action_review()
        else:
            self.open_by_name("/".join(event.suggestion.exercise), new_numbers=event.suggestion.new_numbers)

    def open_by_name(self, name: str, new_numbers: bool = False) -> None:
        """Open an exercise by its name, on fresh numbers if they are asked for."""
        from tutor.practice.worksheet import random_seed

        found = ((pack, entry) for pack in self.packs for entry in pack.entries if f"{pack.id}/{entry.id}" == name)
        for pack, entry in found:
            self.open_exercise(pack, entry, random_seed() if new_numbers else None)
            return

    # --- progress ---

    def on_home_screen_progress_requested(self) -> None:
        from tutor.tui.screens.progress import ProgressScreen

        if self.screen is self.home:
            self.push_screen(
                ProgressScreen(self.store, self._load_exercise_index, self._reset_flow, self.glyphs, ascii=self.ascii)
            )

    async def on_progress_screen_exercise_requested(self, event: ProgressScreen.ExerciseRequested) -> None:
        from tutor.tui.screens.progress import ProgressScreen

        if isinstance(self.screen, ProgressScreen):
            await self.pop_screen()
            if event.exercise:
                self.open_by_name(event.exercise)
            else:
                self.home.action_review()

    # --- beginning anew ---

    def on_home_screen_reset_requested(self, event: HomeScreen.ResetRequested) -> None:
        if self.screen is self.home:
            self._reset_flow.confirm_reset(event.pack, event.exercise, event.title, self._report_at_home, "home.undo")

    def on_home_screen_undo_requested(self) -> None:
        if self.screen is self.home:
            self._reset_flow.undo(self._report_at_home)

    def _report_at_home(self, said: str) -> None:
        self.home.set_message(said)
        self.refresh_due()
