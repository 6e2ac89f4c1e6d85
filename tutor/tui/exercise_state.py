"""The state of an exercise on the screen: the focus, the unchecked input and the last results."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tutor.algebra.errors import AlgebraError
from tutor.algebra.expr import Grid
from tutor.algebra.printing import format_expr
from tutor.grading.answer import parse_tree
from tutor.grading.hints.ladder import Hint, hint_at
from tutor.grading.question import parse_choice
from tutor.grading.verdict import Verdict, VerdictKind
from tutor.i18n import parse_reply
from tutor.practice import whole_pass
from tutor.practice.pointers import pointers
from tutor.tui.answer_input import AnswerInput
from tutor.tui.exercise_asides import ExerciseAsides
from tutor.tui.selection_input import SelectionInput

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from tutor.grading.answer import Preview
    from tutor.grading.problem import Blank
    from tutor.i18n import Message
    from tutor.practice.entries import Entry
    from tutor.practice.worksheet import Worksheet
    from tutor.tui.exercise_asides import AsksFor


class ExerciseState:
    """The state of an exercise screen beyond its worksheet."""

    def __init__(self, worksheet: Worksheet, asks_for: AsksFor = lambda _what: True) -> None:
        self.worksheet = worksheet
        self._asks_for = asks_for
        self._reset(worksheet.resume_place())

    def _reset(self, focused_id: str) -> None:
        self.focused_id = focused_id
        #: Predictions before blanks, and reasons for right answers.
        self.asides = ExerciseAsides(self, self._asks_for)
        #: The marks at a question with several right choices.
        self.selection = SelectionInput(self)
        self.inputs: dict[str, AnswerInput] = {}
        #: Verdicts on answers that can't be read, by blank, until the answers are changed.
        self.input_errors: dict[str, Verdict] = {}
        #: The blank last answered right with its verdict, until the focus moves on.
        self.last_result: tuple[str, Verdict] | None = None
        #: Whether keys move inside the grid of a matrix.
        self.in_grid = False
        #: Whether a hint was requested since the last answer at the focused blank.
        self.hint_requested = False
        #: Whether a hint was requested before there was time to read the last one.
        self.hint_too_soon = False
        #: Whether the answer at the focused blank was just rejected, so that editing keys edit it.
        self.just_rejected = False
        #: A message about the last key, until the next one.
        self.status_message: Message | None = None

    # --- the focused blank ---

    @property
    def focused_blank(self) -> Blank:
        return self.worksheet.problem.place(self.focused_id)

    @property
    def entry(self) -> Entry:
        return self.worksheet.entry(self.focused_id)

    @property
    def is_given(self) -> bool:
        """Return whether the value of the focused place is given."""
        return self.worksheet.state(self.focused_id) == "given"

    @property
    def is_question(self) -> bool:
        """Return whether the focused blank is a question, which needs more rows than a value."""
        return self.focused_blank.kind == "question"

    @property
    def num_choices(self) -> int:
        """Return how many choices the focused question has; 0 if it has none."""
        return len(self.worksheet.problem.question(self.focused_blank).choices) if self.is_question else 0

    @property
    def takes_text(self) -> bool:
        """Return whether the focused question is answered by a text, in which any character may occur."""
        return self.is_question and self.worksheet.problem.question(self.focused_blank).is_text

    @property
    def marked_choices(self) -> Collection[int]:
        """Return the numbers of the choices that are highlighted: of one choice that, of several those marked."""
        if self.selection.question is not None:
            return [position + 1 for position in self.selection.marked]
        return () if self.chosen_choice is None else (self.chosen_choice,)

    @property
    def chosen_choice(self) -> int | None:
        """Return the number of the choice that is highlighted: the one typed, else the last answer."""
        text = self.input.line.text if not self.input.is_empty else self.entry.text
        if not self.num_choices or not text or self.selection.question is not None:
            return None
        try:
            return parse_choice(self.worksheet.problem.question(self.focused_blank), text) + 1
        except AlgebraError:
            return None

    @property
    def is_locked(self) -> bool:
        """Return whether the focused blank opens only after the forward values."""
        return self.worksheet.is_locked(self.focused_id)

    @property
    def input(self) -> AnswerInput:
        """Return the input at the focused blank for reading; `start_input` returns one to type into."""
        return self.inputs.get(self.focused_id) or AnswerInput(self.focused_blank.grid)

    @property
    def is_untouched(self) -> bool:
        """Return whether nothing was typed or answered yet."""
        return not self.worksheet.entries and not self.has_unchecked_input

    @property
    def has_unchecked_input(self) -> bool:
        """Return whether any blank has input that was not checked."""
        return any(not answer.is_empty for answer in self.inputs.values())

    @property
    def verdict(self) -> Verdict | None:
        """Return the last verdict at the focused blank."""
        return self.input_errors.get(self.focused_id) or self.entry.verdict

    @property
    def hint(self) -> Hint | None:
        """Return the hint last requested at the focused blank, until it is settled; the last one if it was revealed."""
        worksheet, entry = self.worksheet, self.entry
        if entry.revealed:
            return hint_at(worksheet.problem, self.focused_blank, 1_000, worksheet.visible_places())
        if entry.hints == 0 or entry.settled:
            return None
        return worksheet.current_hint(self.focused_id)

    def preview(self) -> Preview:
        """Return how the line that is being typed into is read."""
        return self.worksheet.preview(self.focused_id, self.input.line.text)

    def visible_texts(self) -> Mapping[str, str]:
        """Return the values that are visible, as they are shown."""
        return self.worksheet.visible_texts(self.focused_id)

    def upstream(self, place: Blank) -> Blank | None:
        """Return the place of the upstream gradient of the node that an edge leads into."""
        name = self.worksheet.problem.upstream(place)
        return None if name is None else self.worksheet.problem.place(name)

    def pointers(self) -> tuple[Blank, ...]:
        """Return the places to look at after two wrong answers."""
        return pointers(self.worksheet, self.focused_id)

    @property
    def is_read_only(self) -> bool:
        """Return whether nothing can be typed at the focused blank: all is done, or its answer can't be changed."""
        return self.worksheet.is_fixed(self.focused_id)

    # --- focus ---

    def focus(self, place: str) -> None:
        """Focus a place; input elsewhere stays."""
        if place != self.focused_id:
            self.focused_id = place
            self.last_result = None
            self.in_grid = self.hint_requested = self.hint_too_soon = self.just_rejected = False
            self.selection.forget()

    def focus_next(self, step: int) -> None:
        """Focus the next or previous blank in the order of the backward pass, wrapping around."""
        order = [blank.id for blank in self.worksheet.fillable if not self.worksheet.is_locked(blank.id)]
        if self.focused_id in order:
            self.focus(order[(order.index(self.focused_id) + step) % len(order)])
        else:
            places = [place.id for place in self.worksheet.problem.places]
            index = places.index(self.focused_id)
            circle = (places[index:] + places[:index])[::step]
            self.focus(next((name for name in circle if name in order), order[0]))

    @property
    def can_focus_next(self) -> bool:
        """Return whether there is another blank to go to."""
        return any(
            blank.id != self.focused_id and not self.worksheet.is_locked(blank.id) for blank in self.worksheet.fillable
        )

    # --- unfolding nodes ---

    @property
    def focused_node(self) -> str | None:
        """Return the node in focus: the one that the focused edge leads into; None at a question."""
        place, nodes = self.focused_blank, self.worksheet.problem.graph.nodes
        if place.kind == "question":
            return None
        return nodes[place.edge.target if place.edge else place.node].id

    def fold_action(self, node: str | None) -> bool | None:
        """Return True if a node can be unfolded, False if it can be folded with its group, None otherwise.

        Inside an unfolded node only the custom nodes of the exercise can be unfolded.
        """
        worksheet = self.worksheet
        graph = worksheet.problem.graph
        if node is None or node not in graph.position:
            return None
        inside = worksheet.unfolded_group(node) is not None
        if (not inside or graph.nodes[graph.position[node]].body) and worksheet.can_unfold(node):
            return True
        return False if inside else None

    def toggle_fold(self, node: str | None) -> bool | None:
        """Unfold or fold a node as `fold_action` says, and return that; input outside of it stays."""
        opened, worksheet = self.fold_action(node), self.worksheet
        if node is None or opened is None:
            return None
        group = node if opened else worksheet.unfolded_group(node)
        names = worksheet.unfold(node) if opened else worksheet.fold(node)
        assert group is not None
        assert names is not None
        self.inputs = {names[name]: answer for name, answer in self.inputs.items() if name in names}
        self.input_errors = {names[name]: fault for name, fault in self.input_errors.items() if name in names}
        first = self._first_open_inside(group) if opened else None
        self.focused_id = first or names.get(self.focused_id) or self._first_edge_into(group)
        self.last_result = None
        self.in_grid = self.hint_requested = self.hint_too_soon = self.just_rejected = False
        return opened

    def _first_open_inside(self, group: str) -> str | None:
        """Return the first open blank inside an unfolded node, from the output on; None if all are filled."""
        worksheet = self.worksheet
        graph = worksheet.problem.graph
        for place in worksheet.fillable:
            into = place.edge and worksheet.unfolded_group(graph.nodes[place.edge.target].id) == group
            if into and not worksheet.entry(place.id).settled and not worksheet.is_locked(place.id):
                return place.id
        return None

    def _first_edge_into(self, group: str) -> str:
        """Return the first place on an edge into a node that was folded."""
        graph = self.worksheet.problem.graph
        edges = [edge.id for edge in graph.incoming_edges[graph.position[group]]]
        places = (name for name in edges if self.worksheet.problem.has_place(name))
        return next(places, self.worksheet.resume_place())

    # --- typing ---

    def choose(self, number: int) -> None:
        """Highlight a choice of the focused question, as if its number were typed."""
        if self.is_read_only or not self.num_choices:
            return
        if self.selection.question is not None:
            self.selection.toggle(number - 1)
            return
        self.replace_line(str(number))

    def replace_line(self, text: str) -> None:
        """Replace what is typed at the focused blank, as one step to undo."""
        answer = self.start_input()
        answer.record()
        answer.expression.set(text)
        self._clear_feedback()

    def move_choice(self, step: int) -> None:
        """Highlight the next or the previous choice; of several that may be marked, point at it."""
        if self.selection.question is not None:
            self.selection.point(step)
            return
        chosen = self.chosen_choice
        first = 1 if step > 0 else self.num_choices
        self.choose(first if chosen is None else min(max(chosen + step, 1), self.num_choices))

    def start_input(self) -> AnswerInput:
        """Return the input at the focused blank to type into; the grid of a matrix opens."""
        answer = self.inputs.setdefault(self.focused_id, AnswerInput(self.focused_blank.grid))
        self.in_grid = self.focused_blank.grid is not None
        return answer

    def edit_grid(self) -> None:
        """Open the grid of a matrix with the last answer to be edited."""
        if self.is_read_only:
            return
        if self.focused_id not in self.inputs:
            answer = self.start_input()
            if self.entry.text and not self.entry.revealed and not self._fill_cells(answer, self.entry.text):
                answer.active_cell = None
                answer.expression.set(self.entry.text)
            answer.mark_checked()
        self.start_input()

    def type_text(self, text: str) -> None:
        """Insert typed or pasted text into the input. A complete matrix fills the grid.

        A `[` or a name typed into empty cells starts the expression. A finished worksheet takes no input.
        """
        if self.is_read_only or self.selection.take_key(text):
            return
        if text == " " and self.num_choices and self.input.is_empty and self.selection.question is None:
            self.choose(1)
            return
        answer = self.start_input()
        pasted = "".join(c if c.isprintable() or c in "\n\t" else " " for c in text)
        text = pasted.replace("\n", " ").replace("\t", " ")
        if self.focused_blank.grid and answer.active_cell is not None:
            answer.record(whole=len(pasted.strip()) > 1)
            if len(pasted.strip()) > 1 and self._fill_cells(answer, pasted):
                self._clear_feedback()
                return
            if "\n" in pasted.strip() or "\t" in pasted.strip():
                # A table of another shape is judged as a whole.
                text = "; ".join(filter(None, (" ".join(line.split()) for line in pasted.split("\n"))))
                answer.active_cell = None
            fresh = not answer.line.text or answer.line.checked
            if (answer.is_empty and (text[0].isalpha() or text[0] in "(∂")) or (fresh and text[0] == "["):
                answer.active_cell = None
            elif answer.expression.checked:
                # From now on the cells are the answer.
                answer.expression.set("")
        answer.record()
        answer.line.insert(text)
        if self.asides.reason is None:
            self._clear_feedback()
        self.asides.on_typed()

    def _clear_feedback(self) -> None:
        self.input_errors.pop(self.focused_id, None)
        self.last_result = None
        self.hint_too_soon = self.just_rejected = False

    def _fill_cells(self, answer: AnswerInput, text: str) -> bool:
        try:
            tree = parse_tree(self.worksheet.problem, self.focused_blank, text)
        except AlgebraError:
            return False
        return isinstance(tree, Grid) and answer.set_cells([[format_expr(cell) for cell in row] for row in tree.rows])

    def edit(self, change: str) -> None:
        """Apply `delete_left`, `delete_right`, `clear`, `home` or `end` to the line that is being typed into.

        If the line is empty, the last answer is put back to be edited.
        """
        if self.is_read_only:
            return
        if change != "clear":
            self.edit_current()
        if self.focused_id not in self.inputs:
            return
        line = self.inputs[self.focused_id].line
        before = line.text
        edits = {
            "delete_left": line.delete_left,
            "delete_right": line.delete_right,
            "clear": line.clear,
            "home": line.home,
            "end": line.end,
        }
        if change not in ("home", "end"):
            self.inputs[self.focused_id].record()
        edits[change]()
        if line.text != before:
            self._clear_feedback()

    def edit_current(self) -> bool:
        """Put the last answer of a number into its empty line to be edited; return whether there is one."""
        is_empty = self.focused_blank.grid is None and self.input.is_empty and not self.is_read_only
        if not is_empty or not self.entry.text or self.entry.revealed:
            return False
        self.start_input().expression.set(self.entry.text)
        return True

    # --- working ---

    def check(self) -> Verdict | None:
        """Check the input and return the verdict, None if there is nothing to check. A right answer moves the focus on."""
        answer, blank = self.input, self.focused_id
        if not answer.is_complete or self.is_given or self.is_locked:
            return None
        verdict = self.worksheet.answer(blank, answer.text)
        self.hint_requested = self.hint_too_soon = False
        if verdict.kind in (VerdictKind.MALFORMED, VerdictKind.UNDECIDED):
            self.input_errors[blank] = verdict
            lead = len(answer.text) - len(answer.text.lstrip())
            answer.set_cursor(lead + (verdict.at or 0))
            # The caret below marks the fault; at the end Backspace works at once.
            answer.line.end()
            answer.mark_checked()
            return verdict
        self.input_errors.pop(blank, None)
        if verdict.settles_blank or self.focused_blank.grid is None:
            self.inputs.pop(blank, None)
        answer.mark_checked()
        self.just_rejected = not verdict.settles_blank
        if self.worksheet.done:
            self.inputs.clear()
        if self.worksheet.whole_pass.is_finding:
            self._start_finding()
        elif verdict.settles_blank:
            self.focus(self.worksheet.next_open_blank(blank) or blank)
            self.in_grid = False
            self.last_result = (blank, verdict)
            self.asides.forget_reason()
            return verdict
        if verdict.cells and answer.active_cell is not None:
            answer.active_cell = next(
                (i, j) for i, row in enumerate(verdict.cells) for j, right in enumerate(row) if not right
            )
        return verdict

    def _start_finding(self) -> None:
        """Go back to the first blank: from here on the learner looks for the first wrong value."""
        self.inputs.clear()
        self.focus(self.worksheet.fillable[0].id)
        self.last_result, self.in_grid = None, False

    def point(self) -> None:
        """Take the focused place as the first wrong one; go to the first wrong one once it is found or shown."""
        self.worksheet.point_at(self.focused_id)
        current = self.worksheet.whole_pass
        if not current.is_on and current.first_wrong is not None:
            self.focus(current.first_wrong)
            self.status_message = current.said

    def toggle_whole_pass(self) -> None:
        """Start the whole pass at once, or leave it."""
        worksheet = self.worksheet
        self.last_result = None
        if not worksheet.whole_pass.is_on:
            worksheet.start_whole_pass()
            self.status_message = whole_pass.RULES
            return
        worksheet.leave_whole_pass()
        self.status_message = whole_pass.LEFT
        wrong = (place.id for place in worksheet.fillable if worksheet.state(place.id) == "wrong")
        self.focus(worksheet.whole_pass.first_wrong or next(wrong, self.focused_id))

    def request_hint(self) -> None:
        """Show the next hint at the focused blank."""
        if not self.is_given and not self.is_locked and not self.entry.settled:
            before = self.entry.hints
            hint = self.worksheet.next_hint(self.focused_id)
            self.hint_too_soon = hint.rung == before and not hint.is_last
            self.hint_requested = True
            self.last_result = None

    def reveal(self) -> bool:
        """Show the value of the focused blank; return False if that is not offered."""
        if not self.worksheet.offers_reveal(self.focused_id):
            return False
        self.worksheet.reveal(self.focused_id)
        self.last_result = None
        self.inputs.pop(self.focused_id, None)
        self.input_errors.pop(self.focused_id, None)
        if self.worksheet.done:
            self.inputs.clear()
        self.in_grid = False
        return True

    def focus_next_open(self) -> None:
        """Focus the next open blank."""
        self.focus(self.worksheet.next_open_blank(self.focused_id) or self.focused_id)

    def undo(self) -> bool:
        """Undo the last step of unchecked input at the focused blank, else the last entry; return False if there is none.

        The cells of a matrix whose entry is undone stay as unchecked input.
        """
        if self._undo_input():
            return True
        blank = self.worksheet.last_undoable
        text = "" if blank is None else self.worksheet.entry(blank).text
        was_revealed = blank is not None and self.worksheet.entry(blank).revealed
        blank = self.worksheet.undo()
        if blank is None:
            return False
        self.focus(blank)
        # The input of the undone entry would be shown in its place.
        self.inputs.pop(blank, None)
        self.input_errors.pop(blank, None)
        self.last_result = None
        self.in_grid = self.just_rejected = False
        if text and not was_revealed and self.focused_blank.grid is not None:
            self._keep_cells(text)
        return True

    def _undo_input(self) -> bool:
        """Undo the last step of the input at the focused blank that is not part of a checked answer."""
        answer = self.inputs.get(self.focused_id)
        if answer is None or self.is_read_only or answer.text.strip() == self.entry.text:
            return False
        self.in_grid = self.focused_blank.grid is not None
        if not answer.undo():
            return False
        self._clear_feedback()
        return True

    def _keep_cells(self, text: str) -> None:
        """Put the text of a matrix back into its cells as unchecked input."""
        answer = self.start_input()
        if not self._fill_cells(answer, text):
            del self.inputs[self.focused_id]
            self.in_grid = False

    @property
    def asks(self) -> bool:
        """Return whether the last answer at the focused blank led to a question, which `reply` answers."""
        return self.focused_id not in self.input_errors and self.worksheet.asks(self.focused_id)

    @property
    def typed_reply(self) -> bool | None:
        """Return whether the input says yes or no to an open question; None if it is an answer, or nothing."""
        if not self.worksheet.asks(self.focused_id):
            return None
        agreed = parse_reply(self.input.line.text)
        return agreed if agreed is not None and self.preview().error is not None else None

    def reply(self, agreed: bool) -> None:
        """Answer the question whether a mistake led to the last answer."""
        if self.worksheet.asks(self.focused_id):
            self.worksheet.reply(self.focused_id, agreed)
        if self.focused_blank.grid is None:
            self.inputs.pop(self.focused_id, None)
        elif self.typed_text_is_reply:
            self.start_input().line.clear()
        self.input_errors.pop(self.focused_id, None)
        self.last_result = None
        self.hint_requested = self.hint_too_soon = False

    @property
    def typed_text_is_reply(self) -> bool:
        """Return whether the line holds a yes or a no."""
        return parse_reply(self.input.line.text) is not None

    def new_numbers(self) -> bool:
        """Start over with other numbers; return whether they were chosen to tell the suspected mistakes apart."""
        told_apart = False
        if self.worksheet.offers_telling_numbers(self.focused_id):
            told_apart = self.worksheet.take_telling_numbers(self.focused_id)
        else:
            self.worksheet.new_numbers()
        self._reset(self.worksheet.resume_place())
        return told_apart

    def skip_stages(self) -> None:
        """Start over with the whole exercise, without the stages before it."""
        self.worksheet.skip_stages()
        self._reset(self.worksheet.resume_place())
