"""The review from its plan to its result, and the advice on what to do next."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from textual.message import Message

from tutor.i18n import N_, _, message
from tutor.packs import library
from tutor.packs.diagnostics import PackError
from tutor.practice.next_steps import suggest_next
from tutor.practice.review import ReviewSession, plan_for_today, plan_review
from tutor.practice.review_texts import NOTHING_IS_DUE, describe_plan, explain_left
from tutor.practice.standing import load_standing
from tutor.tui.after_solved import Advice, NextExercise
from tutor.tui.screens.review_result import ReviewResultScreen

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tutor.packs.exercise import Exercise
    from tutor.practice.review_plan import ReviewPlan
    from tutor.practice.standing import Standing
    from tutor.practice.storage.store import Store
    from tutor.tui.background import Background
    from tutor.tui.host import Host
    from tutor.tui.navigator import Navigator
    from tutor.tui.screens.home import HomeScreen


class ReviewFlow:
    """Plan a review, open one exercise after the other, and show the result. It can be left at any time."""

    class ReviewPlanned(Message):
        """A review was planned."""

        def __init__(self, plan: ReviewPlan) -> None:
            super().__init__()
            self.plan = plan

    class AdviceReady(Message):
        """The advice on what to do after an exercise was found."""

        def __init__(self, exercise: Exercise, advice: Advice) -> None:
            super().__init__()
            self.exercise = exercise
            self.advice = advice

    class StandingReady(Message):
        """The learner's standing was found."""

        def __init__(self, exercise: Exercise, standing: Standing) -> None:
            super().__init__()
            self.exercise = exercise
            self.standing = standing

    def __init__(
        self,
        host: Host,
        store: Store,
        home: HomeScreen,
        navigator: Navigator,
        background: Background,
        *,
        records_progress: bool,
    ) -> None:
        self._host = host
        self._store = store
        self._home = home
        self._navigator = navigator
        self._background = background
        self._records_progress = records_progress
        self._session: ReviewSession | None = None
        self._is_planning = False
        #: Whether a review was finished.
        self.was_completed = False

    @property
    def is_active(self) -> bool:
        """Return whether a review is in progress."""
        return self._session is not None

    def plan(self, rules: Sequence[str] = ()) -> None:
        """Plan, in a thread, a review of these rules, or of what is due if there are none."""
        if not self._is_planning:
            self._is_planning = True
            self._host.app.run_worker(lambda: self._plan(rules), thread=True, group="plan", exit_on_error=False)

    def _plan(self, rules: Sequence[str]) -> None:
        index = self._background.load_exercise_index()
        with self._store.open_for_thread() as store:
            plan = plan_review(store, index, rules) if rules else plan_for_today(store, index)
        self._host.app.post_message(self.ReviewPlanned(plan))

    def start_planned(self, plan: ReviewPlan) -> None:
        """Start a planned review if the list is still in front."""
        self._is_planning = False
        if self._host.app.screen is not self._home:
            return
        if not plan.items:
            left = explain_left(plan)
            self._home.set_message(left[0] if left else message(NOTHING_IS_DUE))
            return
        self.start(ReviewSession(self._store, plan))

    def start(self, session: ReviewSession) -> None:
        """Start a review."""
        self._session = session
        self._open_item(session)

    def _open_item(self, session: ReviewSession) -> None:
        """Open the current exercise, skipping those that can't be opened; show the result if there is none."""
        while (item := session.item) is not None:
            try:
                worksheet = session.open_worksheet(library.find_exercise(item.indexed.name))
            except PackError:
                session.advance()
                continue
            is_last = session.position == len(session.items) - 1
            label = _("review results") if is_last else _("continue the review")
            prefix = message(N_("Review {at}/{all}"), at=session.position + 1, all=len(session.items))
            notice = describe_plan(session.plan) if session.position == 0 else None
            self._navigator.show_worksheet(worksheet, NextExercise(label), str(prefix), notice)
            return
        self._end(session, left_early=False)

    def advance(self) -> None:
        """Open the next exercise of the review."""
        if self._session is not None:
            self._session.advance()
            self._open_item(self._session)

    def leave(self, solved: bool) -> None:
        """End a review that is in progress; `solved` tells whether the exercise that was open is done."""
        if self._session is not None:
            if solved:
                self._session.advance()
            self._end(self._session, left_early=self._session.item is not None)

    def _end(self, session: ReviewSession, left_early: bool) -> None:
        self._session = None
        self.was_completed = self.was_completed or not left_early
        outcome = session.outcome()
        if outcome:
            left = explain_left(session.plan)
            self._host.app.push_screen(ReviewResultScreen(self._host, outcome, left, left_early=left_early))
        elif left_early:
            self._home.set_message(message(N_("You have left the review. The remaining rules stay due.")))

    # --- what to do next ---

    def request_advice(self, exercise: Exercise, following: tuple[str, str] | None) -> None:
        """Find in a thread what an exercise changed, and what to do after it; `following` is the one that comes next.

        In a review it is clear what comes next.
        """
        if self._records_progress and exercise.pack:
            in_review = self.is_active
            self._host.app.run_worker(
                lambda: self._find_advice(exercise, following, in_review),
                thread=True,
                group="advice",
                exit_on_error=False,
            )

    def _find_advice(self, exercise: Exercise, following: tuple[str, str] | None, in_review: bool) -> None:
        index = self._background.load_exercise_index()
        packs = library.all_packs()
        with self._store.open_for_thread() as store:
            after = (exercise.pack, exercise.id)
            suggestions = () if in_review else suggest_next(store, index, packs, after)
            standing = load_standing(store)
        pack = next((pack for pack in packs if pack.id == exercise.pack), None)
        advice = Advice(suggestions, standing)
        if pack is not None:
            advice = replace(advice, pack_title=str(pack.title), pack_size=len(pack.entries))
        if following is not None and following in index:
            indexed = index[following]
            advice = replace(advice, next_blanks=indexed.blanks, next_minutes=max(round(indexed.minutes), 1))
        self._host.app.post_message(self.AdviceReady(exercise, advice))

    def request_standing(self, exercise: Exercise) -> None:
        """Find in a thread the learner's standing when an exercise is opened."""
        if self._records_progress and exercise.pack:
            self._host.app.run_worker(
                lambda: self._find_standing(exercise), thread=True, group="standing", exit_on_error=False
            )

    def _find_standing(self, exercise: Exercise) -> None:
        with self._store.open_for_thread() as store:
            standing = load_standing(store)
        self._host.app.post_message(self.StandingReady(exercise, standing))
