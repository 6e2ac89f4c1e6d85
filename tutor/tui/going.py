"""Getting about: from any screen to any other by the palette, and the first start."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.screen import ModalScreen

from tutor.folders import data_folder
from tutor.tui.lasting import Lasting

if TYPE_CHECKING:
    from tutor.grading.card import Card
    from tutor.tui.draft import Draft
    from tutor.tui.screens.exercise import ExerciseScreen


class Going(Lasting):
    """An app whose screens can be reached from each other. Going elsewhere loses nothing, so nothing is asked."""

    #: What was typed and not checked, by exercise, its numbers and the blank, until the program is left.
    _drafts: dict[tuple[str, str, str], dict[str, Draft]]

    def begin_to_go(self) -> None:
        self._drafts = {}

    def action_commands(self) -> None:
        """Open the palette, or close it. A question that waits for its answer comes first."""
        from tutor.tui.palette import Palette

        if isinstance(self.screen, Palette):
            self.screen.dismiss()
        elif not isinstance(self.screen, ModalScreen):
            self.push_screen(Palette(self.signs))

    @property
    def withholding(self) -> bool:
        """Whether an exam is open, which gives no help."""
        from tutor.tui.screens.exercise import ExerciseScreen

        return any(
            isinstance(screen, ExerciseScreen) and screen.desk.worksheet.withheld for screen in self.screen_stack
        )

    # --- drafts ---

    def keep_drafts(self, screen: ExerciseScreen) -> None:
        """Hold on to what is typed on a screen that is left."""
        self._drafts[_name(screen)] = {name: draft for name, draft in screen.desk.drafts.items() if not draft.empty}

    def give_drafts(self, screen: ExerciseScreen) -> None:
        """What was typed here before stands there again."""
        kept = self._drafts.pop(_name(screen), {})
        screen.desk.drafts.update(kept if not screen.desk.worksheet.done else {})

    # --- from anywhere ---

    async def go_home(self) -> None:
        """Back to the list; a review that is under way is left."""
        from tutor.tui.screens.exercise import ExerciseScreen

        done = False
        while self.screen is not self.home:
            if isinstance(self.screen, ExerciseScreen):
                self.keep_drafts(self.screen)
                done = self.screen.desk.worksheet.done
            await self.pop_screen()
        if self._session is not None:
            self.leave_review(done)

    async def go_to_exercise(self, name: str) -> None:
        await self.go_home()
        self.open_named(name)

    async def go_to_playground(self) -> None:
        await self.go_home()
        self.home.action_playground()

    async def go_to_review(self) -> None:
        await self.go_home()
        self.home.action_review()

    async def go_to_progress(self) -> None:
        await self.go_home()
        self.home.action_progress()

    def go_to_glossary(self) -> None:
        from tutor.tui.screens.glossary import GlossaryScreen

        self.push_screen(GlossaryScreen(self.signs, ascii=self.ascii))

    def go_to_card(self, card: Card) -> None:
        from tutor.tui.screens.card import CardScreen

        self.push_screen(CardScreen(card, self.signs, ascii=self.ascii))

    def go_to_settings(self) -> None:
        from tutor.tui.screens.settings import SettingsScreen

        if not isinstance(self.screen, SettingsScreen):
            self.push_screen(SettingsScreen(self.signs, ascii=self.ascii))

    # --- the first start ---

    def welcome(self) -> None:
        """Offer the first steps to those who begin, once."""
        mark = data_folder() / "welcomed"
        begun = self.store.latest() is not None or self.store.states()
        # Who has a file that can't be used now has been here before.
        if mark.exists() or begun or self.store.notice is not None or self.screen is not self.home:
            return
        from tutor.tui.screens.first import WelcomeScreen

        try:
            mark.touch()
        except OSError:
            # Where nothing can be kept, a question that comes back at every start would be in the way.
            return
        self.push_screen(WelcomeScreen(self.signs), self._welcomed)

    async def _welcomed(self, agreed: bool | None) -> None:
        if agreed:
            await self.go_to_first_steps()

    async def go_to_first_steps(self) -> None:
        """A pass of another one's numbers replayed, and then one by hand, a little more of it each time."""
        from tutor.tui.screens.first import first_replay

        await self.go_home()
        replay = first_replay(self.signs, ascii=self.ascii)
        self.push_screen(replay, lambda _result: self._replayed(replay.goes_on))

    def _replayed(self, goes_on: bool) -> None:
        from tutor.practice.resume import open_worksheet
        from tutor.tui.screens.first import FirstExerciseScreen, first_exercise

        if goes_on:
            worksheet = open_worksheet(self.store, first_exercise(), restart=True)
            self.push_screen(FirstExerciseScreen(worksheet, self.signs, ascii=self.ascii))


def _name(screen: ExerciseScreen) -> tuple[str, str, str]:
    variant = screen.desk.worksheet.variant
    return variant.exercise.pack, variant.exercise.id, variant.fingerprint
