"""One exercise: the graph, and the panel in which its blanks are filled."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from textual import events
from textual.binding import Binding
from textual.message import Message

from tutor.drawing import Direction
from tutor.i18n import N_, _, message
from tutor.packs import Exercise
from tutor.practice import exam
from tutor.practice.resume import carried_over
from tutor.tui import words
from tutor.tui.contents import prose
from tutor.tui.desk import Desk
from tutor.tui.fillings import Fillings
from tutor.tui.keymap import bound
from tutor.tui.onward import Onward
from tutor.tui.screens.confirm import ConfirmScreen
from tutor.tui.screens.exercise_view import ExerciseView
from tutor.tui.screens.help import HelpScreen
from tutor.tui.widgets.answer_grid import AnswerGrid
from tutor.tui.widgets.graph import GraphView
from tutor.tui.widgets.panel import Panel

if TYPE_CHECKING:
    from tutor.practice.advice import Suggestion

_STEPS: dict[str, tuple[int, int]] = {"left": (0, -1), "right": (0, 1), "up": (-1, 0), "down": (1, 0)}


class ExerciseScreen(ExerciseView):
    """Every key comes here; the desk does what it means, and the widgets show the desk."""

    class Leave(Message):
        """The learner goes back to the list."""

        def __init__(self, exercise: Exercise) -> None:
            super().__init__()
            self.exercise = exercise

    class Next(Message):
        """The learner goes on to the exercise after this one."""

        def __init__(self, exercise: Exercise) -> None:
            super().__init__()
            self.exercise = exercise

    class Advised(Message):
        """The learner does what was advised."""

        def __init__(self, exercise: Exercise, suggestion: Suggestion) -> None:
            super().__init__()
            self.exercise = exercise
            self.suggestion = suggestion

    class Solved(Message):
        """All blanks are filled."""

        def __init__(self, exercise: Exercise) -> None:
            super().__init__()
            self.exercise = exercise

    # --- keys ---

    async def on_key(self, event: events.Key) -> None:
        """Typed characters and bound keys alike, so that they take effect in the order they were typed.

        Left to themselves bindings run in the app, and characters that were typed later could overtake them.
        """
        bindings = bound(self.app, self._bindings).key_to_bindings.get(event.key)
        if event.character == "？":
            self.action_hint()
        elif bindings:
            await self.app.run_action(bindings[0].action, self)
        elif event.is_printable and event.character:
            self._type(event.character)
        else:
            return
        event.stop()
        event.prevent_default()

    def on_paste(self, event: events.Paste) -> None:
        event.stop()
        if event.text.strip():
            self._type(event.text.strip())

    def _type(self, text: str) -> None:
        self.desk.remark = None
        if self.desk.worksheet.done:
            return
        if self.desk.given:
            self.desk.remark = message(N_("This value is given. {key} goes to the next blank."), key=self._key_on)
        elif self.desk.closed:
            self.desk.remark = exam.TAKEN.message
        elif self.desk.waits:
            self.desk.remark = message(
                N_("The forward values come first. {key} goes to the next one."), key=self._key_on
            )
        elif text.strip() or self.desk.draft.line.text:
            self.desk.type(text)
        self._show()

    @property
    def _key_on(self) -> str:
        return self.signs.key("exercise.next", "Tab")

    def action_edit(self, change: str) -> None:
        self.desk.remark = None
        self.desk.edit(change)
        self._show()

    def action_move(self, direction: Direction) -> None:
        desk, draft = self.desk, self.desk.draft
        desk.remark = None
        rows, columns = _STEPS[direction]
        if columns and desk.refused:
            desk.take_up()
            draft = desk.draft
        along_the_line = columns and draft.line.text and (desk.in_grid or desk.place.shape is None)
        if along_the_line and (draft.line.move(columns) or not desk.in_grid):
            pass
        elif desk.in_grid:
            desk.begin_draft().step(rows, columns)
        elif desk.at in self.drawing.neighbours:
            desk.go(self.drawing.neighbours[desk.at].get(direction, desk.at))
        else:
            desk.step(rows + columns)
        self._show()

    def action_step(self, by: int) -> None:
        desk = self.desk
        desk.remark = None
        if not (desk.in_grid and desk.begin_draft().walk(by)):
            desk.step(by)
        self._show()

    def action_check(self) -> None:
        desk = self.desk
        desk.remark = None
        if desk.worksheet.done and desk.draft.empty:
            exercise = desk.worksheet.variant.exercise
            self.post_message(self.Next(exercise) if self.onward.enter is not None else self.Leave(exercise))
            return
        if desk.place.shape and not desk.given and not desk.in_grid and not desk.draft.complete:
            if desk.entry.settled:
                desk.go_on()
            else:
                desk.open_grid()
        elif not desk.draft.complete:
            self._incomplete()
        elif desk.check() and desk.worksheet.done:
            self.post_message(self.Solved(desk.worksheet.variant.exercise))
        self._show()
        self.query_one(Panel).notes_home()

    def _incomplete(self) -> None:
        """Enter where there is nothing to check yet: on to the next cell, or the next blank."""
        desk = self.desk
        if desk.in_grid and desk.draft.first_empty() is not None:
            draft = desk.begin_draft()
            draft.at = draft.first_empty()
        elif desk.entry.settled or desk.given or desk.waits:
            desk.go_on()
        else:
            text = N_("Type the value first. {hint} gives a hint.")
            hint = self.signs.key("exercise.hint", "?")
            desk.remark = message(N_("Type the value first.")) if desk.worksheet.exam else message(text, hint=hint)

    def advise(self, advice: Sequence[Suggestion]) -> None:
        """Show what to do next, once all is solved."""
        self.onward = Onward(self.onward.enter, advice)
        self._show()

    def action_advised(self) -> None:
        suggestion = self.onward.suggestion
        if self.desk.worksheet.done and suggestion is not None and self.app.screen is self:
            self.post_message(self.Advised(self.desk.worksheet.variant.exercise, suggestion))

    def action_closer(self) -> None:
        if self.app.screen is not self:
            return
        worksheet = self.desk.worksheet
        if not worksheet.done or not worksheet.problem.graph.nodes:
            self.desk.remark = message(N_("The closer look opens when all blanks are filled."))
            self._show()
            return
        from tutor.tui.screens.summary import SummaryScreen

        self.app.push_screen(SummaryScreen(worksheet, self.signs, ascii=self.ascii))

    def action_hint(self) -> None:
        if self.desk.worksheet.done:
            self.onward = self.onward.skipped()
            self._show()
            return
        self.desk.remark = self.desk.worksheet.withheld
        if self.desk.remark is None:
            self.desk.ask_hint()
        self._show()
        self.query_one(Panel).notes_home()

    def action_reveal(self) -> None:
        desk = self.desk
        desk.remark = desk.worksheet.withheld
        if desk.remark is not None:
            pass
        elif desk.reveal():
            if desk.worksheet.done:
                self.post_message(self.Solved(desk.worksheet.variant.exercise))
        elif not desk.entry.settled and not desk.given:
            desk.remark = message(
                N_("The value is shown once the hints or five tries are used up. {hint} gives the next hint."),
                hint=self.signs.key("exercise.hint", "?"),
            )
        self._show()

    def action_undo(self) -> None:
        self.desk.remark = exam.NO_HELP if self.desk.worksheet.exam else None
        if self.desk.remark is None and not self.desk.undo():
            self.desk.remark = message(N_("There is nothing to take back."))
        self._show()

    def action_fresh(self) -> None:
        if self.app.screen is not self:
            return
        worksheet = self.desk.worksheet
        if worksheet.exam:
            self.desk.remark = exam.SAME_NUMBERS
            self._show()
        elif not worksheet.variant.exercise.varies:
            self.desk.remark = message(N_("This exercise has one set of numbers."))
            self._show()
        elif worksheet.done or self.desk.untouched:
            self._fresh(True)
        else:
            question = _("Take other numbers? What is filled in here is put away.")
            self.app.push_screen(ConfirmScreen(question, self.signs), self._fresh)

    def _fresh(self, agreed: bool | None) -> None:
        if agreed:
            self.desk.fresh()
            self.onward = Onward(self.onward.enter)
            self._drawings = self._draw()
            self._arrange()

    def renew(self, exercise: Exercise) -> None:
        """Show the exercise as it is written now. The place, the answers and what is typed stay as far as they fit."""
        before = self.desk
        self.desk = Desk(carried_over(before.worksheet, exercise))
        problem = self.desk.worksheet.problem
        self.desk.drafts = {
            name: draft
            for name, draft in before.drafts.items()
            if problem.has_place(name) and problem.place(name).shape == before.worksheet.problem.place(name).shape
        }
        if any(place.id == before.at for place in problem.places):
            self.desk.at = before.at
        self._drawings = self._draw()
        if self.is_mounted:
            self._arrange()

    def restyle(self) -> None:
        """Draw in other signs, or with texts in another language."""
        self._fillings = Fillings(self.signs)
        self._drawings = self._draw()

    def action_density(self) -> None:
        self._wish = "compact" if self._arranged.density == "full" else "full"
        self._arrange()

    def action_open(self) -> None:
        self._open_or_fold(self.desk.node)

    def _open_or_fold(self, node: str | None) -> None:
        desk = self.desk
        opened = desk.open_or_fold(node)
        desk.remark = None
        if opened is None:
            desk.remark = desk.worksheet.withheld or message(N_("This node has no parts to look into."))
            self._show()
            return
        if opened and not desk.worksheet.done:
            desk.remark = message(N_("The places inside are extra: the exercise can be finished without them."))
        self._drawings = self._draw()
        self._arrange()

    def action_scroll_notes(self, pages: int) -> None:
        self.query_one(Panel).scroll_notes(pages)

    def _withholds(self) -> bool:
        """Whether an exam goes on, which gives no help: then that is said."""
        self.desk.remark = self.desk.worksheet.withheld
        if self.desk.remark is None:
            return False
        self._show()
        return True

    def action_explain(self) -> None:
        if self.app.screen is not self or self._withholds():
            return
        # Loaded when it is first asked for: an exercise opens sooner without it.
        from tutor.practice.replaying import replay_of
        from tutor.tui.screens.explain import ExplainScreen

        worksheet = self.desk.worksheet
        replay, note = replay_of(worksheet)
        if not replay.steps:
            self.desk.remark = note or message(N_("There is no graph here to replay."))
            self._show()
            return
        if not worksheet.done:
            replay.go(self.desk.at)
        title = str(worksheet.variant.exercise.title)
        self.app.push_screen(ExplainScreen(replay, title, self.signs, note=note, ascii=self.ascii))

    def action_card(self) -> None:
        if self.app.screen is not self or self._withholds():
            return
        from tutor.grading.card import card_at
        from tutor.tui.screens.card import CardScreen
        from tutor.tui.screens.glossary import GlossaryScreen

        desk = self.desk
        if desk.place.kind == "question":
            self.app.push_screen(GlossaryScreen(self.signs, ascii=self.ascii))
        else:
            card = card_at(desk.worksheet.problem, desk.place, desk.worksheet.known())
            self.app.push_screen(CardScreen(card, self.signs, ascii=self.ascii))

    def action_help(self) -> None:
        if self.app.screen is not self:
            return
        keys = [binding for binding in self.BINDINGS if isinstance(binding, Binding)]
        asked = words.quantity(self.desk, self.signs)
        text = prose(self.signs, self.desk.worksheet.variant.text().strip())
        paragraphs = [asked, words.standing(self.desk, self.signs), text]
        if self._arranged.density == "compact":
            paragraphs.append(words.legend(self.signs))
        self.app.push_screen(HelpScreen(paragraphs, keys, self.signs))

    def action_leave(self) -> None:
        if self.desk.in_grid:
            self.desk.in_grid = False
            self._show()
        else:
            self.post_message(self.Leave(self.desk.worksheet.variant.exercise))

    # --- mouse ---

    def on_graph_view_chosen(self, event: GraphView.Chosen) -> None:
        self.desk.remark = None
        self.desk.go(event.place)
        self._show()

    def on_graph_view_node_chosen(self, event: GraphView.NodeChosen) -> None:
        if self.desk.opens(event.node) is not None:
            self._open_or_fold(event.node)

    def on_answer_grid_chosen(self, event: AnswerGrid.Chosen) -> None:
        if not self.desk.given:
            self.desk.open_grid()
            self.desk.begin_draft().at = event.cell
            self._show()
