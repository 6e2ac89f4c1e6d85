"""One exercise: the graph, and the panel in which its blanks are filled."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.binding import Binding
from textual.message import Message

from tutor.i18n import N_, _, message
from tutor.practice import exam
from tutor.practice.resume import rebase_worksheet
from tutor.tui import panel_content
from tutor.tui.content import from_markup
from tutor.tui.exercise_state import AfterSolved, ExerciseState
from tutor.tui.graph_values import GraphValues
from tutor.tui.keymap import apply_keymap
from tutor.tui.screens.confirm import ConfirmScreen
from tutor.tui.screens.exercise_view import ExerciseView
from tutor.tui.screens.help import HelpScreen
from tutor.tui.widgets.panel import AnswerPanel

if TYPE_CHECKING:
    from collections.abc import Sequence

    from textual import events

    from tutor.drawing.model import Direction
    from tutor.packs.exercise import Exercise
    from tutor.practice.next_steps import Suggestion
    from tutor.tui.widgets.answer_grid import AnswerGrid
    from tutor.tui.widgets.graph import GraphView

_DIRECTIONS: dict[str, tuple[int, int]] = {"left": (0, -1), "right": (0, 1), "up": (-1, 0), "down": (1, 0)}


class ExerciseScreen(ExerciseView):
    """Every key comes here; the desk does what it means, and the widgets show the desk."""

    class Left(Message):
        """The learner goes back to the list."""

        def __init__(self, exercise: Exercise) -> None:
            super().__init__()
            self.exercise = exercise

    class NextRequested(Message):
        """The learner goes on to the exercise after this one."""

        def __init__(self, exercise: Exercise) -> None:
            super().__init__()
            self.exercise = exercise

    class SuggestionAccepted(Message):
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
        bindings = apply_keymap(self.app, self._bindings).key_to_bindings.get(event.key)
        if event.character == "？":
            self.action_hint()
        elif bindings:
            await self.app.run_action(bindings[0].action, self)
        elif event.is_printable and event.character:
            self._type_text(event.character)
        else:
            return
        event.stop()
        event.prevent_default()

    def on_paste(self, event: events.Paste) -> None:
        event.stop()
        if event.text.strip():
            self._type_text(event.text.strip())

    def _type_text(self, text: str) -> None:
        self.state.status_message = None
        if self.state.worksheet.done:
            return
        if self.state.is_given:
            self.state.status_message = message(
                N_("This value is given. {key} goes to the next blank."), key=self._next_key
            )
        elif self.state.is_read_only:
            self.state.status_message = exam.ALREADY_ANSWERED.message
        elif self.state.is_locked:
            self.state.status_message = message(
                N_("The forward values come first. {key} goes to the next one."), key=self._next_key
            )
        elif text.strip() or self.state.input.line.text:
            self.state.type_text(text)
        self._show()

    @property
    def _next_key(self) -> str:
        return self.glyphs.key_label("exercise.next", "Tab")

    def action_edit(self, change: str) -> None:
        self.state.status_message = None
        self.state.edit(change)
        self._show()

    def action_move(self, direction: Direction) -> None:
        desk, draft = self.state, self.state.input
        desk.status_message = None
        rows, columns = _DIRECTIONS[direction]
        if columns and desk.just_rejected:
            desk.edit_current()
            draft = desk.input
        along_the_line = columns and draft.line.text and (desk.in_grid or desk.focused_blank.shape is None)
        if along_the_line and (draft.line.move(columns) or not desk.in_grid):
            pass
        elif desk.in_grid:
            desk.start_input().move_cell(rows, columns)
        elif desk.focused_id in self.drawing.neighbours:
            desk.focus(self.drawing.neighbours[desk.focused_id].get(direction, desk.focused_id))
        else:
            desk.focus_next(rows + columns)
        self._show()

    def action_step(self, by: int) -> None:
        desk = self.state
        desk.status_message = None
        if not (desk.in_grid and desk.start_input().move_in_reading_order(by)):
            desk.focus_next(by)
        self._show()

    def action_check(self) -> None:
        desk = self.state
        desk.status_message = None
        if desk.worksheet.done and desk.input.is_empty:
            exercise = desk.worksheet.variant.exercise
            self.post_message(
                self.NextRequested(exercise) if self.after_solved.enter_label is not None else self.Left(exercise)
            )
            return
        if desk.focused_blank.shape and not desk.is_given and not desk.in_grid and not desk.input.is_complete:
            if desk.entry.settled:
                desk.focus_next_open()
            else:
                desk.edit_grid()
        elif not desk.input.is_complete:
            self._on_incomplete()
        elif desk.check() and desk.worksheet.done:
            self.post_message(self.Solved(desk.worksheet.variant.exercise))
        self._show()
        self.query_one(AnswerPanel).scroll_to_top()

    def _on_incomplete(self) -> None:
        """Enter where there is nothing to check yet: on to the next cell, or the next blank."""
        desk = self.state
        if desk.in_grid and desk.input.next_empty_cell() is not None:
            draft = desk.start_input()
            draft.active_cell = draft.next_empty_cell()
        elif desk.entry.settled or desk.is_given or desk.is_locked:
            desk.focus_next_open()
        else:
            text = N_("Type the value first. {hint} gives a hint.")
            hint = self.glyphs.key_label("exercise.hint", "?")
            desk.status_message = (
                message(N_("Type the value first.")) if desk.worksheet.exam else message(text, hint=hint)
            )

    def set_suggestions(self, suggestions: Sequence[Suggestion]) -> None:
        """Show what to do next, once all is solved."""
        self.after_solved = AfterSolved(self.after_solved.enter_label, suggestions)
        self._show()

    def action_accept_suggestion(self) -> None:
        suggestion = self.after_solved.suggestion
        if self.state.worksheet.done and suggestion is not None and self.app.screen is self:
            self.post_message(self.SuggestionAccepted(self.state.worksheet.variant.exercise, suggestion))

    def action_show_summary(self) -> None:
        if self.app.screen is not self:
            return
        worksheet = self.state.worksheet
        if not worksheet.done or not worksheet.problem.graph.nodes:
            self.state.status_message = message(N_("The closer look opens when all blanks are filled."))
            self._show()
            return
        from tutor.tui.screens.summary import SummaryScreen

        self.app.push_screen(SummaryScreen(worksheet, self.glyphs, ascii=self.ascii))

    def action_hint(self) -> None:
        if self.state.worksheet.done:
            self.after_solved = self.after_solved.next_suggestion()
            self._show()
            return
        self.state.status_message = self.state.worksheet.help_refusal
        if self.state.status_message is None:
            self.state.request_hint()
        self._show()
        self.query_one(AnswerPanel).scroll_to_top()

    def action_reveal(self) -> None:
        desk = self.state
        desk.status_message = desk.worksheet.help_refusal
        if desk.status_message is not None:
            pass
        elif desk.reveal():
            if desk.worksheet.done:
                self.post_message(self.Solved(desk.worksheet.variant.exercise))
        elif not desk.entry.settled and not desk.is_given:
            desk.status_message = message(
                N_("The value is shown once the hints or five tries are used up. {hint} gives the next hint."),
                hint=self.glyphs.key_label("exercise.hint", "?"),
            )
        self._show()

    def action_undo(self) -> None:
        self.state.status_message = exam.NO_HELP if self.state.worksheet.exam else None
        if self.state.status_message is None and not self.state.undo():
            self.state.status_message = message(N_("There is nothing to take back."))
        self._show()

    def action_new_numbers(self) -> None:
        if self.app.screen is not self:
            return
        worksheet = self.state.worksheet
        if worksheet.exam:
            self.state.status_message = exam.SAME_NUMBERS
            self._show()
        elif not worksheet.variant.exercise.has_variants:
            self.state.status_message = message(N_("This exercise has one set of numbers."))
            self._show()
        elif worksheet.done or self.state.is_untouched:
            self._use_new_numbers(True)
        else:
            question = _("Take other numbers? What is filled in here is put away.")
            self.app.push_screen(ConfirmScreen(question, self.glyphs), self._use_new_numbers)

    def _use_new_numbers(self, agreed: bool | None) -> None:
        if agreed:
            self.state.new_numbers()
            self.after_solved = AfterSolved(self.after_solved.enter_label)
            self._drawings = self._make_drawings()
            self._apply_layout()

    def reload(self, exercise: Exercise) -> None:
        """Show the exercise as it is written now. The place, the answers and what is typed stay as far as they fit."""
        before = self.state
        self.state = ExerciseState(rebase_worksheet(before.worksheet, exercise))
        problem = self.state.worksheet.problem
        self.state.inputs = {
            name: draft
            for name, draft in before.inputs.items()
            if problem.has_place(name) and problem.place(name).shape == before.worksheet.problem.place(name).shape
        }
        if any(place.id == before.focused_id for place in problem.places):
            self.state.focused_id = before.focused_id
        self._drawings = self._make_drawings()
        if self.is_mounted:
            self._apply_layout()

    def on_glyphs_changed(self) -> None:
        """Draw in other signs, or with texts in another language."""
        self._graph_values = GraphValues(self.glyphs)
        self._drawings = self._make_drawings()

    def action_toggle_density(self) -> None:
        self._preferred_density = "compact" if self._exercise_layout.density == "full" else "full"
        self._apply_layout()

    def action_toggle_fold(self) -> None:
        self._toggle_fold(self.state.focused_node)

    def _toggle_fold(self, node: str | None) -> None:
        desk = self.state
        opened = desk.toggle_fold(node)
        desk.status_message = None
        if opened is None:
            desk.status_message = desk.worksheet.help_refusal or message(N_("This node has no parts to look into."))
            self._show()
            return
        if opened and not desk.worksheet.done:
            desk.status_message = message(N_("The places inside are extra: the exercise can be finished without them."))
        self._drawings = self._make_drawings()
        self._apply_layout()

    def action_scroll_feedback(self, pages: int) -> None:
        self.query_one(AnswerPanel).scroll_feedback(pages)

    def _refuse_help(self) -> bool:
        """Whether an exam goes on, which gives no help: then that is said."""
        self.state.status_message = self.state.worksheet.help_refusal
        if self.state.status_message is None:
            return False
        self._show()
        return True

    def action_explain(self) -> None:
        if self.app.screen is not self or self._refuse_help():
            return
        # Loaded when it is first asked for: an exercise opens sooner without it.
        from tutor.practice.replay_choice import choose_replay
        from tutor.tui.screens.explain import ExplainScreen

        worksheet = self.state.worksheet
        replay, note = choose_replay(worksheet)
        if not replay.steps:
            self.state.status_message = note or message(N_("There is no graph here to replay."))
            self._show()
            return
        if not worksheet.done:
            replay.go_to(self.state.focused_id)
        title = str(worksheet.variant.exercise.title)
        self.app.push_screen(ExplainScreen(replay, title, self.glyphs, note=note, ascii=self.ascii))

    def action_show_rule(self) -> None:
        if self.app.screen is not self or self._refuse_help():
            return
        from tutor.grading.rule_cards import card_at
        from tutor.tui.screens.glossary import GlossaryScreen
        from tutor.tui.screens.rule_card import RuleCardScreen

        desk = self.state
        if desk.focused_blank.kind == "question":
            self.app.push_screen(GlossaryScreen(self.glyphs, ascii=self.ascii))
        else:
            card = card_at(desk.worksheet.problem, desk.focused_blank, desk.worksheet.visible_places())
            self.app.push_screen(RuleCardScreen(card, self.glyphs, ascii=self.ascii))

    def action_help(self) -> None:
        if self.app.screen is not self:
            return
        keys = [binding for binding in self.BINDINGS if isinstance(binding, Binding)]
        asked = panel_content.blank_title(self.state, self.glyphs)
        text = from_markup(self.glyphs, self.state.worksheet.variant.text().strip())
        paragraphs = [asked, panel_content.answer_status(self.state, self.glyphs), text]
        if self._exercise_layout.density == "compact":
            paragraphs.append(panel_content.legend(self.glyphs))
        self.app.push_screen(HelpScreen(paragraphs, keys, self.glyphs))

    def action_leave(self) -> None:
        if self.state.in_grid:
            self.state.in_grid = False
            self._show()
        else:
            self.post_message(self.Left(self.state.worksheet.variant.exercise))

    # --- mouse ---

    def on_graph_view_place_selected(self, event: GraphView.PlaceSelected) -> None:
        self.state.status_message = None
        self.state.focus(event.place)
        self._show()

    def on_graph_view_node_selected(self, event: GraphView.NodeSelected) -> None:
        if self.state.fold_action(event.node) is not None:
            self._toggle_fold(event.node)

    def on_answer_grid_cell_selected(self, event: AnswerGrid.CellSelected) -> None:
        if not self.state.is_given:
            self.state.edit_grid()
            self.state.start_input().active_cell = event.cell
            self._show()
