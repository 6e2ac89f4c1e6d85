"""The exercise screen: its graph, and the panel in which its blanks are filled."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from textual.message import Message

from tutor.grading.rule_cards import card_at
from tutor.i18n import N_, _, message
from tutor.i18n import Message as Notice
from tutor.packs.diagnostics import PackError
from tutor.practice import exam
from tutor.practice.replay_choice import choose_replay
from tutor.practice.resume import rebase_worksheet
from tutor.practice.whole_pass import FIND_FIRST
from tutor.tui import blank_help
from tutor.tui.content import from_markup, styled
from tutor.tui.exercise_refusals import refusal
from tutor.tui.exercise_state import ExerciseState
from tutor.tui.graph_values import GraphValues
from tutor.tui.keymap import apply_keymap
from tutor.tui.screens.exercise_view import ExerciseView
from tutor.tui.screens.explain import ExplainScreen
from tutor.tui.screens.rule_card import RuleCardScreen
from tutor.tui.widgets.answer_pane import AnswerPane
from tutor.tui.widgets.graph import GraphView
from tutor.tui.widgets.solved_pane import SolvedPane

if TYPE_CHECKING:
    from collections.abc import Sequence

    from textual import events
    from textual.content import Content

    from tutor.drawing.model import Direction
    from tutor.packs.exercise import Exercise
    from tutor.practice.next_steps import Suggestion
    from tutor.practice.standing import Standing
    from tutor.tui.after_solved import Advice
    from tutor.tui.widgets.answer_grid import AnswerGrid
    from tutor.tui.widgets.close_up import CloseUp
    from tutor.tui.widgets.head import Head
    from tutor.tui.widgets.side_pane import SidePane

_DIRECTIONS: dict[str, tuple[int, int]] = {"left": (0, -1), "right": (0, 1), "up": (-1, 0), "down": (1, 0)}


class ExerciseScreen(ExerciseView):
    """Run every key on the `ExerciseState`; the widgets of the view show it."""

    class ExerciseMessage(Message):
        """Something happened to the exercise on the screen."""

        def __init__(self, exercise: Exercise) -> None:
            super().__init__()
            self.exercise = exercise

    class Left(ExerciseMessage):
        """The learner goes back to the list."""

    class NextRequested(ExerciseMessage):
        """The learner goes on to the next exercise."""

    class CodeRequested(ExerciseMessage):
        """The learner wants to write the backward pass in Python."""

    class Solved(ExerciseMessage):
        """All blanks are filled."""

    class AdviceRequested(ExerciseMessage):
        """The exercise was opened with all blanks filled."""

    class StandingRequested(ExerciseMessage):
        """The exercise was opened: the learner's standing is shown beside it, and compared with that at its end."""

    class SuggestionAccepted(ExerciseMessage):
        """The learner accepts a suggestion."""

        def __init__(self, exercise: Exercise, suggestion: Suggestion) -> None:
            super().__init__(exercise)
            self.suggestion = suggestion

    @property
    def exercise(self) -> Exercise:
        return self.state.worksheet.variant.exercise

    def set_up(self) -> None:
        super().set_up()
        if self.state.worksheet.done:
            self.post_message(self.AdviceRequested(self.exercise))
        else:
            self.post_message(self.StandingRequested(self.exercise))

    # --- which actions can be run ---

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if action == "scroll_feedback":
            return parameters != (1,) or any(pane.has_more for pane in self._scrolling)
        return self._refusal(action) is None

    def _refusal(self, action: str) -> Notice | None:
        return refusal(action, self.state, self.after_solved, self.glyphs)

    # --- keys ---

    async def on_key(self, event: events.Key) -> None:
        """Take typed characters and bound keys in the order in which they come.

        Textual runs bindings in the app, where characters typed later could overtake them.
        """
        if self.state.takes_text and event.is_printable and event.character and not self.state.is_read_only:
            # A question mark is a part of the text, and asks for no hint.
            self._type_text(event.character)
            event.stop()
            event.prevent_default()
            return
        bindings = apply_keymap(self.host.keymap, self._bindings).key_to_bindings.get(event.key, [])
        if event.character == "？":
            bindings = self._bindings.key_to_bindings["question_mark"]
        if bindings:
            await self._run_first([binding.action for binding in bindings])
        elif event.is_printable and event.character:
            self._type_text(event.character)
        else:
            return
        event.stop()
        event.prevent_default()

    async def _run_first(self, actions: Sequence[str]) -> None:
        """Run the first action that can be run now; if there is none, say why."""
        if self.app.screen is not self:  # A key that came first has opened another screen.
            return
        for action in actions:
            if await self.app.run_action(action, self):
                return
        notices = [notice for action in actions if (notice := self._refusal(action)) is not None and notice.text]
        if notices:
            self._say(notices[0])

    def _say(self, notice: Notice | None) -> None:
        self.state.status_message = notice
        self._show()

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
            is_finding = self.state.worksheet.whole_pass.is_finding
            self.state.status_message = (FIND_FIRST if is_finding else exam.ALREADY_ANSWERED).message
        elif self.state.is_locked:
            self.state.status_message = message(
                N_("Fill in the forward values first. {key} goes to the next one."), key=self._next_key
            )
        elif text.strip() or self.state.input.line.text or self.state.num_choices:
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
        state, answer = self.state, self.state.input
        state.status_message = None
        rows, columns = _DIRECTIONS[direction]
        if rows and state.num_choices and not state.is_read_only and not state.entry.settled:
            state.move_choice(rows)
            self._show()
            return
        if columns and state.just_rejected:
            state.edit_current()
            answer = state.input
        along_the_line = columns and answer.line.text and (state.in_grid or state.focused_blank.grid is None)
        if along_the_line and (answer.line.move(columns) or not state.in_grid):
            pass
        elif state.in_grid:
            state.start_input().move_cell(rows, columns)
        elif self.drawing is not None and state.focused_id in self.drawing.neighbours:
            state.focus(self.drawing.neighbours[state.focused_id].get(direction, state.focused_id))
        else:
            state.focus_next(rows + columns)
        self._show()

    def action_step(self, by: int) -> None:
        state = self.state
        state.status_message = None
        if not (state.in_grid and state.start_input().move_in_reading_order(by)):
            state.focus_next(by)
        self._show()

    def action_go_on(self) -> None:
        accepted = self.after_solved.accepted_by_enter
        if self.state.worksheet.leads_to_stage:
            self._use_new_numbers(True)
        elif self.after_solved.following is not None:
            self.post_message(self.NextRequested(self.exercise))
        elif accepted is not None:
            self.post_message(self.SuggestionAccepted(self.exercise, accepted))
        else:
            self.post_message(self.Left(self.exercise))

    def action_check(self) -> None:
        state = self.state
        state.status_message = None
        if state.worksheet.whole_pass.is_finding:
            state.point()
        elif (agreed := state.typed_reply) is not None:
            state.reply(agreed)
        elif state.asides.enter():
            pass
        elif state.focused_blank.grid and not state.is_given and not state.in_grid and not state.input.is_complete:
            if state.entry.settled:
                state.focus_next_open()
            else:
                state.edit_grid()
        elif not state.input.is_complete:
            self._on_incomplete()
        elif state.check() and state.worksheet.done:
            self._on_solved()
            return
        self._show()
        self.query_one(AnswerPane).scroll_to_top()

    def _on_solved(self) -> None:
        """Show the result, and celebrate it if the learner found every value."""
        self.post_message(self.Solved(self.exercise))
        self._show()
        worksheet = self.state.worksheet
        if not worksheet.exam and not any(worksheet.entry(blank.id).revealed for blank in worksheet.blanks):
            self.query_one(SolvedPane).celebrate()
            self.query_one(GraphView).pulse()

    def _on_incomplete(self) -> None:
        """Go on to the next empty cell or open blank when there is nothing to check yet."""
        state = self.state
        if state.in_grid and state.input.next_empty_cell() is not None:
            answer = state.start_input()
            answer.active_cell = answer.next_empty_cell()
        elif state.entry.settled or state.is_given or state.is_locked:
            state.focus_next_open()
        elif state.worksheet.hides_verdicts:
            text = N_("Choose an answer first.") if state.num_choices else N_("Type the value first.")
            state.status_message = message(N_("Write an answer first.") if state.takes_text else text)
        else:
            text = N_("Type the value first. {hint} gives a hint.")
            if state.num_choices:
                text = N_("Choose an answer first. {hint} gives a hint.")
            if state.takes_text:
                text = N_("Write an answer first. {hint} gives a hint.")
            # A question mark is typed into a text.
            hint = self.glyphs.key_label("exercise.hint", "F2" if state.takes_text else "?")
            state.status_message = message(text, hint=hint)

    def set_advice(self, advice: Advice) -> None:
        """Show what the exercise changed and what to do next once all is solved."""
        self.after_solved = replace(self.after_solved, advice=advice)
        self._show()

    def set_standing(self, standing: Standing) -> None:
        """Show the learner's standing as it was when the exercise was opened."""
        self.after_solved = replace(self.after_solved, before=standing)
        self._show()

    def action_accept_suggestion(self) -> None:
        if self.after_solved.recommendation is not None:
            self.post_message(self.SuggestionAccepted(self.exercise, self.after_solved.recommendation))

    def action_show_summary(self) -> None:
        # Few open it, and it loads the writers of formulas and programs.
        from tutor.tui.screens.summary import SummaryScreen

        self.app.push_screen(SummaryScreen(self.host, self.state.worksheet))

    def action_write_code(self) -> None:
        self.post_message(self.CodeRequested(self.exercise))

    def action_hint(self) -> None:
        self.state.request_hint()
        self._say(None)
        self.query_one(AnswerPane).scroll_to_top()

    def action_reveal(self) -> None:
        self.state.status_message = None
        if self.state.reveal() and self.state.worksheet.done:
            self._on_solved()
        else:
            self._show()

    def action_reply(self, agreed: bool) -> None:
        """Answer the question about the last answer."""
        self.state.reply(agreed)
        self._say(None)
        self.query_one(AnswerPane).scroll_to_top()

    def action_start_whole_pass(self) -> None:
        self.state.toggle_whole_pass()
        self._show()

    def action_leave_whole_pass(self) -> None:
        self.state.toggle_whole_pass()
        self._show()
        self.query_one(AnswerPane).scroll_to_top()

    def action_skip_aside(self) -> None:
        """Ask for the prediction or the reason no more."""
        self.state.asides.skip()
        self._say(None)

    def action_undo(self) -> None:
        self._say(None if self.state.undo() else message(N_("There is nothing to undo.")))

    def action_reopen(self) -> None:
        """Undo the last entry of a solved exercise."""
        self.action_undo()

    def action_new_numbers(self) -> None:
        if self.state.worksheet.done or self.state.is_untouched:
            self._use_new_numbers(True)
        else:
            question = _("Use new numbers? Your answers here will be cleared.")
            self.host.confirm(question, self._use_new_numbers)

    def _use_new_numbers(self, agreed: bool | None) -> None:
        if agreed:
            try:
                told_apart = self.state.new_numbers()
            except PackError as error:
                self._say(error.diagnostics[0].message)
                return
            if told_apart:
                self.state.status_message = message(
                    N_("With these numbers, the mistakes you were asked about give different answers.")
                )
            self._show_new_try()

    def action_skip_stages(self) -> None:
        question = _("Open the whole exercise? Your answers here will be cleared.")
        if self.state.worksheet.done or self.state.is_untouched:
            self._skip_stages(True)
        else:
            self.host.confirm(question, self._skip_stages)

    def _skip_stages(self, agreed: bool | None) -> None:
        if agreed:
            try:
                self.state.skip_stages()
            except PackError as error:
                self._say(error.diagnostics[0].message)
                return
            self._show_new_try()

    def _show_new_try(self) -> None:
        """Show a try with other numbers that has replaced the one on the screen."""
        self.after_solved = replace(self.after_solved, following=self._what_follows(), advice=None)
        self.post_message(self.StandingRequested(self.exercise))
        self._drawings = self._make_drawings()
        self._apply_layout()

    def reload(self, exercise: Exercise) -> None:
        """Show the exercise as its file is now; keep the focus, the answers and the input that still fit."""
        before = self.state
        self.state = ExerciseState(rebase_worksheet(before.worksheet, exercise), self.host.asks_for)
        self.after_solved = replace(self.after_solved, following=self._what_follows())
        problem = self.state.worksheet.problem
        self.state.inputs = {
            name: answer
            for name, answer in before.inputs.items()
            if problem.has_place(name) and problem.place(name).grid == before.worksheet.problem.place(name).grid
        }
        if any(place.id == before.focused_id for place in problem.places):
            self.state.focused_id = before.focused_id
        self._drawings = self._make_drawings()
        if self.has_widgets:
            self._apply_layout()

    def on_glyphs_changed(self) -> None:
        self._graph_values = GraphValues(self.glyphs)
        self._drawings = self._make_drawings()

    def action_toggle_density(self) -> None:
        self._preferred_density = "full" if self._exercise_layout.density == "compact" else "compact"
        self._apply_layout()

    def action_unfold(self) -> None:
        self._toggle_fold(self.state.focused_node)

    def action_fold(self) -> None:
        self._toggle_fold(self.state.focused_node)

    def _toggle_fold(self, node: str | None) -> None:
        opened = self.state.toggle_fold(node)
        self.state.status_message = None
        if opened and not self.state.worksheet.done:
            self.state.status_message = message(
                N_("The blanks inside are optional. You can finish the exercise without them.")
            )
        self._drawings = self._make_drawings()
        self._apply_layout()

    def action_scroll_feedback(self, pages: int) -> None:
        for pane in self._scrolling:
            pane.scroll_page(pages)
        self.refresh_bindings()

    @property
    def _scrolling(self) -> list[AnswerPane | SolvedPane]:
        """The pane with the text that Page Up and Page Down scroll; none before the screen is composed."""
        panes = [*self.query(AnswerPane), *self.query(SolvedPane)]
        return [pane for pane in panes if pane.display]

    def action_explain(self) -> None:
        replay, note = choose_replay(self.state.worksheet)
        if not replay.steps:
            self._say(note or message(N_("This exercise has no graph to replay.")))
            return
        if not self.state.worksheet.done:
            replay.go_to(self.state.focused_id)
        self.app.push_screen(ExplainScreen(self.host, replay, str(self.exercise.title), note=note))

    def action_show_rule(self) -> None:
        state, worksheet = self.state, self.state.worksheet
        if state.focused_blank.kind == "question":
            self.host.show_glossary()
        else:
            card = card_at(worksheet.problem, state.focused_blank, worksheet.visible_places())
            self.app.push_screen(RuleCardScreen(self.host, card))

    def help_paragraphs(self) -> list[Content]:
        text = from_markup(self.glyphs, self.state.worksheet.variant.text().strip())
        paragraphs = [blank_help.blank_title(self.state, self.glyphs), text]
        if self._formula:
            paragraphs.insert(1, styled(self.glyphs, (self._formula, "bold")))
        if (aside := blank_help.aside_help(self.state, self.glyphs)) is not None:
            paragraphs.insert(1, aside)
        if (names := blank_help.names_help(self.state, self.glyphs)) is not None:
            paragraphs.append(names)
        if self._exercise_layout.density == "compact":
            paragraphs.append(blank_help.legend(self.glyphs))
        return paragraphs

    def action_leave(self) -> None:
        if self.state.in_grid:
            self.state.in_grid = False
            self._show()
        else:
            self.post_message(self.Left(self.exercise))

    # --- mouse ---

    def on_graph_view_place_selected(self, event: GraphView.PlaceSelected) -> None:
        self.state.status_message = None
        self.state.focus(event.place)
        self._show()

    def on_graph_view_node_selected(self, event: GraphView.NodeSelected) -> None:
        if self.state.fold_action(event.node) is not None:
            self._toggle_fold(event.node)

    def on_head_segment_selected(self, event: Head.SegmentSelected) -> None:
        self._select_place(event.place)

    def on_close_up_place_selected(self, event: CloseUp.PlaceSelected) -> None:
        self._select_place(event.place)

    def on_side_pane_place_selected(self, event: SidePane.PlaceSelected) -> None:
        self._select_place(event.place)

    def _select_place(self, place: str) -> None:
        """Focus a blank that was clicked, unless it waits for the forward values."""
        self.state.status_message = None
        if not self.state.worksheet.is_locked(place):
            self.state.focus(place)
        self._show()

    async def on_answer_pane_choice_selected(self, event: AnswerPane.ChoiceSelected) -> None:
        """Highlight a choice that was clicked; a click on the highlighted one checks it."""
        state = self.state
        if not state.is_read_only and not state.entry.settled:
            is_chosen = not state.input.is_empty and state.chosen_choice == event.number
            state.status_message = None
            state.choose(event.number)
            if is_chosen:
                self.action_check()
            else:
                self._show()

    def on_answer_pane_aside_selected(self, event: AnswerPane.AsideSelected) -> None:
        """Take an outcome, a confidence or a reason that was clicked."""
        self.state.status_message = None
        self.state.asides.select(event.text)
        self._show()

    async def on_answer_pane_hint_requested(self) -> None:
        await self._run_first(["hint"])

    def on_solved_pane_next_requested(self) -> None:
        self.action_go_on()

    def on_answer_grid_cell_selected(self, event: AnswerGrid.CellSelected) -> None:
        if not self.state.is_given:
            self.state.edit_grid()
            self.state.start_input().active_cell = event.cell
            self._show()
