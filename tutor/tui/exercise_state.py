"""A learner at a worksheet, without any screen: which blank has the focus, what is typed there, what was said."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from tutor.algebra.errors import AlgebraError
from tutor.algebra.expr import Grid
from tutor.algebra.parser import parse
from tutor.algebra.printing import format_expr
from tutor.grading.answer import Preview, preview
from tutor.grading.hints.ladder import Hint, hint_at
from tutor.grading.verdict import Verdict, VerdictKind
from tutor.practice.pointers import pointers
from tutor.tui.answer_input import AnswerInput

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from tutor.grading.problem import Blank
    from tutor.i18n import Message
    from tutor.practice.entries import Entry
    from tutor.practice.next_steps import Suggestion
    from tutor.practice.worksheet import Worksheet


class ExerciseState:
    """The state of one exercise screen. What the worksheet knows is asked of it, never kept here."""

    def __init__(self, worksheet: Worksheet) -> None:
        self.worksheet = worksheet
        self._reset(worksheet.resume_place())

    def _reset(self, at: str) -> None:
        self.focused_id = at
        self.inputs: dict[str, AnswerInput] = {}
        #: Answers that can't be read, by blank, until they are changed.
        self.input_errors: dict[str, Verdict] = {}
        #: The blank last answered right, and what was said, while the focus is where that led.
        self.last_result: tuple[str, Verdict] | None = None
        #: Whether keys move inside the grid of a matrix.
        self.in_grid = False
        #: Whether a hint was asked for after the last answer here.
        self.hint_requested = False
        #: Whether a hint was asked for again before there was time to read the last one.
        self.hint_too_soon = False
        #: Whether the answer that stands at the focused place was just refused: keys that edit take it up again.
        self.just_rejected = False
        #: Something to say about the last key, until the next one.
        self.status_message: Message | None = None

    # --- what there is ---

    @property
    def focused_blank(self) -> Blank:
        return self.worksheet.problem.place(self.focused_id)

    @property
    def entry(self) -> Entry:
        return self.worksheet.entry(self.focused_id)

    @property
    def is_given(self) -> bool:
        """Whether the focused place shows a value from the first, so that nothing is asked there."""
        return self.worksheet.state(self.focused_id) == "given"

    @property
    def is_question(self) -> bool:
        """Whether the focused blank is a question, which takes more room than a value does."""
        return self.focused_blank.kind == "question"

    @property
    def is_locked(self) -> bool:
        """Whether the focused place waits for the forward values."""
        return self.worksheet.is_locked(self.focused_id)

    @property
    def input(self) -> AnswerInput:
        """What is typed at the focused place, to be read; typing begins with `begin_draft`."""
        return self.inputs.get(self.focused_id) or AnswerInput(self.focused_blank.shape)

    @property
    def is_untouched(self) -> bool:
        """Whether nothing was typed or answered yet."""
        return not self.worksheet.entries and not self.has_unchecked_input

    @property
    def has_unchecked_input(self) -> bool:
        """Whether any blank holds text that was not checked."""
        return any(not draft.is_empty for draft in self.inputs.values())

    @property
    def verdict(self) -> Verdict | None:
        """What was last said to an answer at the focused place."""
        return self.input_errors.get(self.focused_id) or self.entry.verdict

    @property
    def hint(self) -> Hint | None:
        """The rung last asked for at the focused place, while it is open or its value was just shown."""
        worksheet, entry = self.worksheet, self.entry
        if entry.revealed:
            return hint_at(worksheet.problem, self.focused_blank, 1_000, worksheet.visible_places())
        if entry.hints == 0 or entry.settled:
            return None
        return worksheet.current_hint(self.focused_id)

    def preview(self) -> Preview:
        """How the line that is typed into reads."""
        return preview(self.worksheet.problem, self.focused_blank, self.input.line.text)

    def visible_texts(self) -> Mapping[str, str]:
        """The values that stand in the places that are settled, as they are shown."""
        return self.worksheet.visible_texts()

    def upstream(self, place: Blank) -> Blank | None:
        """Where the value stands that reached the node behind an edge from the right."""
        name = self.worksheet.problem.upstream(place)
        return None if name is None else self.worksheet.problem.place(name)

    def pointers(self) -> tuple[Blank, ...]:
        """The places to look at after two wrong answers."""
        return pointers(self.worksheet, self.focused_id)

    @property
    def is_read_only(self) -> bool:
        """Whether nothing can be typed at the focused place: all is done, or its answer in an exam stands."""
        return self.worksheet.done or self.entry.sealed_verdict is not None

    # --- going about ---

    def focus(self, place: str) -> None:
        """Focus a place. Drafts stay where they are."""
        if place != self.focused_id:
            self.focused_id = place
            self.last_result = None
            self.in_grid = self.hint_requested = self.hint_too_soon = self.just_rejected = False

    def focus_next(self, by: int) -> None:
        """To the next or previous blank in the order of the backward pass, going round."""
        order = [blank.id for blank in self.worksheet.fillable if not self.worksheet.is_locked(blank.id)]
        if self.focused_id in order:
            self.focus(order[(order.index(self.focused_id) + by) % len(order)])
        else:
            places = [place.id for place in self.worksheet.problem.places]
            here = places.index(self.focused_id)
            around = (places[here:] + places[:here])[::by]
            self.focus(next((name for name in around if name in order), order[0]))

    # --- nodes opened on the spot ---

    @property
    def focused_node(self) -> str | None:
        """The node in focus: the one the focused line leads into; None at a question."""
        place, nodes = self.focused_blank, self.worksheet.problem.graph.nodes
        if place.kind == "question":
            return None
        return nodes[place.edge.target if place.edge else place.node].id

    def fold_action(self, node: str | None) -> bool | None:
        """What can be done to a node on the spot: open it (True), fold those it is one of (False), or nothing (None).

        Among the parts of an opened node only nodes made for the exercise open in their turn.
        """
        worksheet = self.worksheet
        graph = worksheet.problem.graph
        if node is None or node not in graph.position:
            return None
        inside = worksheet.unfolded_group(node) is not None
        if (not inside or graph.nodes[graph.position[node]].custom_operation) and worksheet.can_unfold(node):
            return True
        return False if inside else None

    def toggle_fold(self, node: str | None) -> bool | None:
        """Open a node into its parts, or fold those it is one of; which, as `opens` says. Drafts outside stay."""
        opened, worksheet = self.fold_action(node), self.worksheet
        if node is None or opened is None:
            return None
        group = node if opened else worksheet.unfolded_group(node)
        names = worksheet.unfold(node) if opened else worksheet.fold(node)
        assert group is not None
        assert names is not None
        self.inputs = {names[name]: draft for name, draft in self.inputs.items() if name in names}
        self.input_errors = {names[name]: fault for name, fault in self.input_errors.items() if name in names}
        first = self._first_open_inside(group) if opened else None
        self.focused_id = first or names.get(self.focused_id) or self._first_edge_into(group)
        self.last_result = None
        self.in_grid = self.hint_requested = self.hint_too_soon = self.just_rejected = False
        return opened

    def _first_open_inside(self, group: str) -> str | None:
        """The first open place among the parts of an opened node, from the output on; None where all is filled."""
        worksheet = self.worksheet
        graph = worksheet.problem.graph
        for place in worksheet.fillable:
            into = place.edge and worksheet.unfolded_group(graph.nodes[place.edge.target].id) == group
            if into and not worksheet.entry(place.id).settled and not worksheet.is_locked(place.id):
                return place.id
        return None

    def _first_edge_into(self, group: str) -> str:
        """The first place on a line into a node that is folded again."""
        graph = self.worksheet.problem.graph
        lines = [edge.id for edge in graph.incoming_edges[graph.position[group]]]
        fitting = (name for name in lines if self.worksheet.problem.has_place(name))
        return next(fitting, self.worksheet.resume_place())

    # --- typing ---

    def start_input(self) -> AnswerInput:
        """The draft of the focused place, kept from now on. In a matrix, its grid opens."""
        draft = self.inputs.setdefault(self.focused_id, AnswerInput(self.focused_blank.shape))
        self.in_grid = self.focused_blank.shape is not None
        return draft

    def edit_grid(self) -> None:
        """Open the grid of a matrix, with the answer that stands there to be changed."""
        if self.is_read_only:
            return
        if self.focused_id not in self.inputs:
            draft = self.start_input()
            if self.entry.text and not self.entry.revealed and not self._fill_cells(draft, self.entry.text):
                draft.active_cell = None
                draft.expression.set(self.entry.text)
            draft.mark_checked()
        self.start_input()

    def type_text(self, text: str) -> None:
        """Typed or pasted text goes into the answer. A whole matrix fills the grid.

        In an empty cell `[` begins the line for the whole. A finished worksheet takes nothing more.
        """
        if self.is_read_only:
            return
        draft = self.start_input()
        text = " ".join("".join(c if c.isprintable() else " " for c in text).split("\n"))
        if self.focused_blank.shape and draft.active_cell is not None:
            if text.lstrip().startswith("[") and self._fill_cells(draft, text):
                self._clear_feedback()
                return
            fresh = not draft.line.text or draft.line.checked
            if (draft.is_empty and (text[0].isalpha() or text[0] in "(∂")) or (fresh and text[0] == "["):
                draft.active_cell = None
            elif draft.expression.checked:
                # The cells are the answer now.
                draft.expression.set("")
        draft.line.insert(text)
        self._clear_feedback()

    def _clear_feedback(self) -> None:
        self.input_errors.pop(self.focused_id, None)
        self.last_result = None
        self.hint_too_soon = self.just_rejected = False

    def _fill_cells(self, draft: AnswerInput, text: str) -> bool:
        try:
            tree = parse(text, self.worksheet.problem.names_at(self.focused_blank))
        except AlgebraError:
            return False
        return isinstance(tree, Grid) and draft.set_cells([[format_expr(cell) for cell in row] for row in tree.rows])

    def edit(self, change: str) -> None:
        """Change the line that is typed into: `delete_left`, `delete_right`, `clear`, `home`, `end`.

        In an empty line they take the answer that stands there up again, to be mended.
        """
        if self.is_read_only:
            return
        if change != "clear":
            self.edit_current()
        if self.focused_id not in self.inputs:
            return
        line = self.inputs[self.focused_id].line
        before = line.text
        getattr(line, change)()
        if line.text != before:
            self._clear_feedback()

    def edit_current(self) -> bool:
        """Put the number that stands at the focused place into its empty line, to be edited; whether there was one."""
        resumes = self.focused_blank.shape is None and self.input.is_empty and not self.is_read_only
        if not resumes or not self.entry.text or self.entry.revealed:
            return False
        self.start_input().expression.set(self.entry.text)
        return True

    # --- working ---

    def check(self) -> Verdict | None:
        """Check what is typed. A right answer leads on to the next open blank; None where nothing is to be checked."""
        draft, at = self.input, self.focused_id
        if not draft.is_complete or self.is_given or self.is_locked:
            return None
        verdict = self.worksheet.answer(at, draft.text)
        self.hint_requested = self.hint_too_soon = False
        if verdict.kind in (VerdictKind.MALFORMED, VerdictKind.UNDECIDED):
            self.input_errors[at] = verdict
            lead = len(draft.text) - len(draft.text.lstrip())
            draft.set_cursor(lead + (verdict.at or 0))
            draft.mark_checked()
            return verdict
        self.input_errors.pop(at, None)
        if verdict.settles_blank or self.focused_blank.shape is None:
            self.inputs.pop(at, None)
        draft.mark_checked()
        self.just_rejected = not verdict.settles_blank
        if self.worksheet.done:
            self.inputs.clear()
        if verdict.settles_blank:
            self.focus(self.worksheet.next_open_blank(at) or at)
            self.in_grid = False
            self.last_result = (at, verdict)
            return verdict
        if verdict.cells and draft.active_cell is not None:
            draft.active_cell = next(
                (i, j) for i, row in enumerate(verdict.cells) for j, right in enumerate(row) if not right
            )
        return verdict

    def request_hint(self) -> None:
        """The next rung of help at the focused blank."""
        if not self.is_given and not self.is_locked and not self.entry.settled:
            before = self.entry.hints
            found = self.worksheet.next_hint(self.focused_id)
            self.hint_too_soon = found.rung == before and not found.is_last
            self.hint_requested = True

    def reveal(self) -> bool:
        """Show the value of the focused blank; False where that is not offered."""
        if not self.worksheet.offers_reveal(self.focused_id):
            return False
        self.worksheet.reveal(self.focused_id)
        self.inputs.pop(self.focused_id, None)
        self.input_errors.pop(self.focused_id, None)
        if self.worksheet.done:
            self.inputs.clear()
        self.in_grid = False
        return True

    def focus_next_open(self) -> None:
        """To the next open blank."""
        self.focus(self.worksheet.next_open_blank(self.focused_id) or self.focused_id)

    def undo(self) -> bool:
        """Take the last entry back and go there; False where there is none."""
        blank = self.worksheet.undo()
        if blank is None:
            return False
        self.focus(blank)
        # What was typed for the entry that is gone would stand in its place.
        self.inputs.pop(blank, None)
        self.input_errors.pop(blank, None)
        self.last_result = None
        self.in_grid = False
        return True

    def new_numbers(self) -> None:
        """Other numbers, from the first blank on."""
        self.worksheet.new_numbers()
        self._reset(self.worksheet.resume_place())


@dataclass(frozen=True, slots=True)
class AfterSolved:
    """`enter` says what Enter does, None where it leads back to the list. `advice` has the most useful first; `at` is
    the one that is shown, which is past the end when all were passed over.
    """

    enter_label: str | None = None
    suggestions: Sequence[Suggestion] = ()
    index: int = 0

    @property
    def suggestion(self) -> Suggestion | None:
        return self.suggestions[self.index] if self.index < len(self.suggestions) else None

    def next_suggestion(self) -> AfterSolved:
        """With the next suggestion, after the last one the first again."""
        return replace(self, index=(self.index + 1) % max(len(self.suggestions), 1))
