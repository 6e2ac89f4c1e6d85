"""What the app does beyond one exercise: review, what to do next, progress, beginning anew.

What takes time runs beside the app, with a store of its own, and comes back as a message.
"""

from __future__ import annotations

from collections.abc import Sequence
from threading import Lock
from typing import TYPE_CHECKING

from textual.message import Message

from tutor.i18n import N_, _, message
from tutor.packs import library
from tutor.practice.store import Store
from tutor.tui.choosing import Choosing
from tutor.tui.resets import Resets

if TYPE_CHECKING:
    from tutor.packs import Exercise
    from tutor.packs.library import Entry, Pack
    from tutor.practice.advice import Suggestion
    from tutor.practice.atlas import Atlas
    from tutor.practice.review import Item, Session
    from tutor.tui.screens.exercise import ExerciseScreen
    from tutor.tui.screens.home import HomeScreen
    from tutor.tui.screens.progress import ProgressScreen


class Lasting(Choosing):
    """An app with a learner whose progress is kept."""

    store: Store
    packs: tuple[Pack, ...]

    class Due(Message):
        """So many rules are due."""

        def __init__(self, number: int) -> None:
            super().__init__()
            self.number = number

    class Planned(Message):
        """A review has been planned."""

        def __init__(self, items: Sequence[Item]) -> None:
            super().__init__()
            self.items = items

    class Advice(Message):
        """What to do next is known."""

        def __init__(self, exercise: Exercise, found: Sequence[Suggestion]) -> None:
            super().__init__()
            self.exercise = exercise
            self.found = found

    def begin_to_last(self, session: Session | None, keeps: bool) -> None:
        """`session` is a review to begin with; `keeps`: whether there is a learner whose progress counts."""
        self._session = session
        self._review_asked = session is not None
        #: Whether a review was gone through.
        self.review_done = False
        self._keeps = keeps
        self._atlas: Atlas | None = None
        self._atlas_lock = Lock()
        self._planning = False
        self._resets = Resets(self, self.store)

    def open_exercise(self, pack: Pack, entry: Entry, seed: int | None = None) -> None:
        """Open an exercise of the list, with the numbers of a seed where one is given."""
        raise NotImplementedError

    # --- beside the app ---

    def _known_atlas(self) -> Atlas:
        """Which exercises ask for which rules; found once, which can take seconds."""
        from tutor.practice.atlas import default_cache, read_atlas

        with self._atlas_lock:
            if self._atlas is None:
                # Copies of the packs: theirs are in use on the screen.
                self._atlas = read_atlas(library.packs(), default_cache())
            return self._atlas

    def _find_due(self) -> None:
        """Tell how many rules are due, as far as that is known; make the skills first where they must be made."""
        from tutor.practice.review import due_now, make_skills

        if not self._keeps:
            return
        among = self._atlas.rules if self._atlas is not None else None
        with Store.open(self.store.path) as store:
            found = due_now(store, among)
            if found is None:
                make_skills(store)
                found = due_now(store, among)
        self.post_message(self.Due(len(found or ())))

    def _get_ready(self) -> None:
        """Find the atlas, and load what the first answer would wait for."""
        from tutor.practice import schedule

        if not self._keeps:
            return
        self._known_atlas()
        schedule.get_ready()
        self._find_due()

    def look_up_due(self) -> None:
        self.run_worker(self._find_due, thread=True, group="due", exit_on_error=False)

    def on_lasting_due(self, event: Due) -> None:
        self.home.show_due(event.number)

    def on_home_screen_resumed(self) -> None:
        self.look_up_due()

    # --- review ---

    def on_home_screen_review(self) -> None:
        if self.screen is self.home and not self._planning:
            self._planning = True
            self.run_worker(self._plan, thread=True, group="plan", exit_on_error=False)

    def _plan(self) -> None:
        from tutor.practice.review import planned

        atlas = self._known_atlas()
        with Store.open(self.store.path) as store:
            self.post_message(self.Planned(planned(store, atlas)))

    def on_lasting_planned(self, event: Planned) -> None:
        from tutor.practice.review import Session

        self._planning = False
        if self.screen is not self.home:
            return
        if not event.items:
            self.home.say(message(N_("Nothing is due. Everything you have practised can wait.")))
            return
        self._session = Session(self.store, event.items)
        self.open_review_item()

    def open_review_item(self) -> None:
        """Open the present exercise of the review, or what it has come to where there is none. One that can't be
        opened is passed over.
        """
        from tutor.algebra.errors import AlgebraError
        from tutor.engine import NotANumber
        from tutor.packs import PackError
        from tutor.tui.screens.exercise import ExerciseScreen

        session = self._session
        assert session is not None
        while (item := session.item) is not None:
            try:
                worksheet = session.open(library.find(item.asked.name))
            except (PackError, AlgebraError, NotANumber):
                session.go_on()
                continue
            last = session.position == len(session.items) - 1
            enter = _("how the review went") if last else _("on with the review")
            head = message(N_("Review {at}/{all}"), at=session.position + 1, all=len(session.items))
            self.push_screen(ExerciseScreen(worksheet, self.signs, enter, self.ascii, head=str(head)))
            return
        self.end_review(left=False)

    def go_on_with_review(self) -> None:
        assert self._session is not None
        self._session.go_on()
        self.open_review_item()

    def leave_review(self, solved: bool) -> None:
        """The learner left in the midst of it. `solved`: the exercise that was open is done."""
        assert self._session is not None
        if solved:
            self._session.go_on()
        self.end_review(left=self._session.item is not None)

    def end_review(self, left: bool) -> None:
        from tutor.tui.screens.review import ReviewedScreen

        session, self._session = self._session, None
        assert session is not None
        self.review_done = self.review_done or not left
        outcome = session.outcome()
        if outcome:
            self.push_screen(ReviewedScreen(outcome, left, self.signs))
        elif left:
            self.home.say(message(N_("The review is left here; what is still due stays due.")))

    # --- what next ---

    def look_for_advice(self, exercise: Exercise) -> None:
        """Find out what to do after an exercise, unless it is part of a review."""
        if self._keeps and self._session is None and exercise.pack:
            self.run_worker(lambda: self._advise(exercise), thread=True, group="advice", exit_on_error=False)

    def _advise(self, exercise: Exercise) -> None:
        from tutor.practice.advice import suggestions

        atlas = self._known_atlas()
        with Store.open(self.store.path) as store:
            found = suggestions(store, atlas, library.packs(), (exercise.pack, exercise.id))
        self.post_message(self.Advice(exercise, found))

    def on_lasting_advice(self, event: Advice) -> None:
        from tutor.tui.screens.exercise import ExerciseScreen

        for screen in self.screen_stack:
            if isinstance(screen, ExerciseScreen) and screen.desk.worksheet.variant.exercise is event.exercise:
                screen.advise(event.found)

    async def on_exercise_screen_advised(self, event: ExerciseScreen.Advised) -> None:
        from tutor.tui.screens.exercise import ExerciseScreen

        screen = self.screen
        if not isinstance(screen, ExerciseScreen) or screen.desk.worksheet.variant.exercise is not event.exercise:
            return
        await self.pop_screen()
        if event.suggestion.exercise is None:
            self.home.action_review()
        else:
            self.open_named("/".join(event.suggestion.exercise), fresh=event.suggestion.fresh)

    def open_named(self, name: str, fresh: bool = False) -> None:
        """Open an exercise by its name, on fresh numbers if they are asked for."""
        from random import SystemRandom

        found = ((pack, entry) for pack in self.packs for entry in pack.entries if f"{pack.id}/{entry.id}" == name)
        for pack, entry in found:
            self.open_exercise(pack, entry, SystemRandom().randrange(1, 1_000_000) if fresh else None)
            return

    # --- progress ---

    def on_home_screen_progress(self) -> None:
        from tutor.tui.screens.progress import ProgressScreen

        if self.screen is self.home:
            self.push_screen(ProgressScreen(self.store, self._known_atlas, self._resets, self.signs, ascii=self.ascii))

    async def on_progress_screen_chosen(self, event: ProgressScreen.Chosen) -> None:
        from tutor.tui.screens.progress import ProgressScreen

        if isinstance(self.screen, ProgressScreen):
            await self.pop_screen()
            if event.exercise:
                self.open_named(event.exercise)
            else:
                self.home.action_review()

    # --- beginning anew ---

    def on_home_screen_reset(self, event: HomeScreen.Reset) -> None:
        if self.screen is self.home:
            self._resets.ask(event.pack, event.exercise, event.called, self._tell_at_home, "home.undo")

    def on_home_screen_undo(self) -> None:
        if self.screen is self.home:
            self._resets.undo(self._tell_at_home)

    def _tell_at_home(self, said: str) -> None:
        self.home.say(said)
        self.look_up_due()
