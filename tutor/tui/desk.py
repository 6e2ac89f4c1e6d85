"""A learner at a worksheet, without any screen: which blank has the focus, what is typed there, what was said."""

from __future__ import annotations

from collections.abc import Mapping

from tutor.algebra import AlgebraError, Grid, parse
from tutor.algebra.show import write
from tutor.grading import Blank, Hint, Kind, Reading, Verdict, hint, reads_as
from tutor.i18n import Message
from tutor.practice.entries import Entry
from tutor.practice.pointing import pointers
from tutor.practice.worksheet import Worksheet
from tutor.tui.draft import Draft


class Desk:
    """The state of one exercise screen. What the worksheet knows is asked of it, never kept here."""

    def __init__(self, worksheet: Worksheet) -> None:
        self.worksheet = worksheet
        self._begin(worksheet.place_to_go_on())

    def _begin(self, at: str) -> None:
        self.at = at
        self.drafts: dict[str, Draft] = {}
        #: Answers that can't be read, by blank, until they are changed.
        self.faults: dict[str, Verdict] = {}
        #: The blank last answered right, and what was said, while the focus is where that led.
        self.news: tuple[str, Verdict] | None = None
        #: Whether keys move inside the grid of a matrix.
        self.in_grid = False
        #: Whether a hint was asked for after the last answer here.
        self.hint_asked = False
        #: Whether a hint was asked for again before there was time to read the last one.
        self.hurried = False
        #: Whether the answer that stands at the focused place was just refused: keys that edit take it up again.
        self.refused = False
        #: Something to say about the last key, until the next one.
        self.remark: Message | None = None

    # --- what there is ---

    @property
    def place(self) -> Blank:
        return self.worksheet.problem.place(self.at)

    @property
    def entry(self) -> Entry:
        return self.worksheet.entry(self.at)

    @property
    def given(self) -> bool:
        """Whether the focused place shows a value from the first, so that nothing is asked there."""
        return self.worksheet.state(self.at) == "given"

    @property
    def asks_question(self) -> bool:
        """Whether the focused blank is a question, which takes more room than a value does."""
        return self.place.kind == "question"

    @property
    def waits(self) -> bool:
        """Whether the focused place waits for the forward values."""
        return self.worksheet.locked(self.at)

    @property
    def draft(self) -> Draft:
        """What is typed at the focused place, to be read; typing begins with `begin_draft`."""
        return self.drafts.get(self.at) or Draft(self.place.shape)

    @property
    def untouched(self) -> bool:
        """Whether nothing was typed or answered yet."""
        return not self.worksheet.entries and not self.typed

    @property
    def typed(self) -> bool:
        """Whether any blank holds text that was not checked."""
        return any(not draft.empty for draft in self.drafts.values())

    @property
    def verdict(self) -> Verdict | None:
        """What was last said to an answer at the focused place."""
        return self.faults.get(self.at) or self.entry.verdict

    @property
    def hint(self) -> Hint | None:
        """The rung last asked for at the focused place, while it is open or its value was just shown."""
        worksheet, entry = self.worksheet, self.entry
        if entry.revealed:
            return hint(worksheet.problem, self.place, 1_000, worksheet.known())
        if entry.hints == 0 or entry.settled:
            return None
        return worksheet.open_hint(self.at)

    def reading(self) -> Reading:
        """How the line that is typed into reads."""
        return reads_as(self.worksheet.problem, self.place, self.draft.line.text)

    def known(self) -> Mapping[str, str]:
        """The values that stand in the places that are settled, as they are shown."""
        return self.worksheet.known_texts()

    def upstream(self, place: Blank) -> Blank | None:
        """Where the value stands that reached the node behind an edge from the right."""
        name = self.worksheet.problem.upstream(place)
        return None if name is None else self.worksheet.problem.place(name)

    def pointers(self) -> tuple[Blank, ...]:
        """The places to look at after two wrong answers."""
        return pointers(self.worksheet, self.at)

    @property
    def closed(self) -> bool:
        """Whether nothing can be typed at the focused place: all is done, or its answer in an exam stands."""
        return self.worksheet.done or self.entry.sealed is not None

    # --- going about ---

    def go(self, place: str) -> None:
        """Focus a place. Drafts stay where they are."""
        if place != self.at:
            self.at = place
            self.news = None
            self.in_grid = self.hint_asked = self.hurried = self.refused = False

    def step(self, by: int) -> None:
        """To the next or previous blank in the order of the backward pass, going round."""
        order = [blank.id for blank in self.worksheet.stops if not self.worksheet.locked(blank.id)]
        if self.at in order:
            self.go(order[(order.index(self.at) + by) % len(order)])
        else:
            places = [place.id for place in self.worksheet.problem.places]
            here = places.index(self.at)
            around = (places[here:] + places[:here])[::by]
            self.go(next((name for name in around if name in order), order[0]))

    # --- nodes opened on the spot ---

    @property
    def node(self) -> str | None:
        """The node in focus: the one the focused line leads into; None at a question."""
        place, nodes = self.place, self.worksheet.problem.graph.nodes
        if place.kind == "question":
            return None
        return nodes[place.edge.target if place.edge else place.node].id

    def opens(self, node: str | None) -> bool | None:
        """What can be done to a node on the spot: open it (True), fold those it is one of (False), or nothing (None).

        Among the parts of an opened node only nodes made for the exercise open in their turn.
        """
        worksheet = self.worksheet
        graph = worksheet.problem.graph
        if node is None or node not in graph.position:
            return None
        inside = worksheet.opened_around(node) is not None
        if (not inside or graph.nodes[graph.position[node]].own) and worksheet.can_open(node):
            return True
        return False if inside else None

    def open_or_fold(self, node: str | None) -> bool | None:
        """Open a node into its parts, or fold those it is one of; which, as `opens` says. Drafts outside stay."""
        opened, worksheet = self.opens(node), self.worksheet
        if node is None or opened is None:
            return None
        group = node if opened else worksheet.opened_around(node)
        names = worksheet.open(node) if opened else worksheet.fold(node)
        assert group is not None and names is not None
        self.drafts = {names[name]: draft for name, draft in self.drafts.items() if name in names}
        self.faults = {names[name]: fault for name, fault in self.faults.items() if name in names}
        first = self._first_inside(group) if opened else None
        self.at = first or names.get(self.at) or self._before(group)
        self.news = None
        self.in_grid = self.hint_asked = self.hurried = self.refused = False
        return opened

    def _first_inside(self, group: str) -> str | None:
        """The first open place among the parts of an opened node, from the output on; None where all is filled."""
        worksheet = self.worksheet
        graph = worksheet.problem.graph
        for place in worksheet.stops:
            into = place.edge and worksheet.opened_around(graph.nodes[place.edge.target].id) == group
            if into and not worksheet.entry(place.id).settled and not worksheet.locked(place.id):
                return place.id
        return None

    def _before(self, group: str) -> str:
        """The first place on a line into a node that is folded again."""
        graph = self.worksheet.problem.graph
        lines = [edge.id for edge in graph.incoming[graph.position[group]]]
        fitting = (name for name in lines if self.worksheet.problem.has_place(name))
        return next(fitting, self.worksheet.place_to_go_on())

    # --- typing ---

    def begin_draft(self) -> Draft:
        """The draft of the focused place, kept from now on. In a matrix, its grid opens."""
        draft = self.drafts.setdefault(self.at, Draft(self.place.shape))
        self.in_grid = self.place.shape is not None
        return draft

    def open_grid(self) -> None:
        """Open the grid of a matrix, with the answer that stands there to be changed."""
        if self.closed:
            return
        if self.at not in self.drafts:
            draft = self.begin_draft()
            if self.entry.text and not self.entry.revealed and not self._fill(draft, self.entry.text):
                draft.at = None
                draft.expression.put(self.entry.text)
            draft.rest()
        self.begin_draft()

    def type(self, text: str) -> None:
        """Typed or pasted text goes into the answer. A whole matrix fills the grid.

        In an empty cell `[` begins the line for the whole. A finished worksheet takes nothing more.
        """
        if self.closed:
            return
        draft = self.begin_draft()
        text = " ".join("".join(c if c.isprintable() else " " for c in text).split("\n"))
        if self.place.shape and draft.at is not None:
            if text.lstrip().startswith("[") and self._fill(draft, text):
                self._changed()
                return
            fresh = not draft.line.text or draft.line.checked
            if (draft.empty and (text[0].isalpha() or text[0] in "(∂")) or (fresh and text[0] == "["):
                draft.at = None
            elif draft.expression.checked:
                # The cells are the answer now.
                draft.expression.put("")
        draft.line.insert(text)
        self._changed()

    def _changed(self) -> None:
        self.faults.pop(self.at, None)
        self.news = None
        self.hurried = self.refused = False

    def _fill(self, draft: Draft, text: str) -> bool:
        try:
            tree = parse(text, self.worksheet.problem.names_for(self.place))
        except AlgebraError:
            return False
        return isinstance(tree, Grid) and draft.fill([[write(cell) for cell in row] for row in tree.rows])

    def edit(self, change: str) -> None:
        """Change the line that is typed into: `delete_left`, `delete_right`, `clear`, `home`, `end`.

        In an empty line they take the answer that stands there up again, to be mended.
        """
        if self.closed:
            return
        if change != "clear":
            self.take_up()
        if self.at not in self.drafts:
            return
        line = self.drafts[self.at].line
        before = line.text
        getattr(line, change)()
        if line.text != before:
            self._changed()

    def take_up(self) -> bool:
        """Put the number that stands at the focused place into its empty line, to be edited; whether there was one."""
        resumes = self.place.shape is None and self.draft.empty and not self.closed
        if not resumes or not self.entry.text or self.entry.revealed:
            return False
        self.begin_draft().expression.put(self.entry.text)
        return True

    # --- working ---

    def check(self) -> Verdict | None:
        """Check what is typed. A right answer leads on to the next open blank; None where nothing is to be checked."""
        draft, at = self.draft, self.at
        if not draft.complete or self.given or self.waits:
            return None
        verdict = self.worksheet.answer(at, draft.text)
        self.hint_asked = self.hurried = False
        if verdict.kind in (Kind.MALFORMED, Kind.UNDECIDED):
            self.faults[at] = verdict
            lead = len(draft.text) - len(draft.text.lstrip())
            draft.point_at(lead + (verdict.at or 0))
            draft.rest()
            return verdict
        self.faults.pop(at, None)
        if verdict.leads_on or self.place.shape is None:
            self.drafts.pop(at, None)
        draft.rest()
        self.refused = not verdict.leads_on
        if self.worksheet.done:
            self.drafts.clear()
        if verdict.leads_on:
            self.go(self.worksheet.next_open(at) or at)
            self.in_grid = False
            self.news = (at, verdict)
            return verdict
        if verdict.cells and draft.at is not None:
            draft.at = next((i, j) for i, row in enumerate(verdict.cells) for j, right in enumerate(row) if not right)
        return verdict

    def ask_hint(self) -> None:
        """The next rung of help at the focused blank."""
        if not self.given and not self.waits and not self.entry.settled:
            before = self.entry.hints
            found = self.worksheet.hint(self.at)
            self.hurried = found.rung == before and not found.last
            self.hint_asked = True

    def reveal(self) -> bool:
        """Show the value of the focused blank; False where that is not offered."""
        if not self.worksheet.offers_reveal(self.at):
            return False
        self.worksheet.reveal(self.at)
        self.drafts.pop(self.at, None)
        self.faults.pop(self.at, None)
        if self.worksheet.done:
            self.drafts.clear()
        self.in_grid = False
        return True

    def go_on(self) -> None:
        """To the next open blank."""
        self.go(self.worksheet.next_open(self.at) or self.at)

    def undo(self) -> bool:
        """Take the last entry back and go there; False where there is none."""
        blank = self.worksheet.undo()
        if blank is None:
            return False
        self.go(blank)
        # What was typed for the entry that is gone would stand in its place.
        self.drafts.pop(blank, None)
        self.faults.pop(blank, None)
        self.news = None
        self.in_grid = False
        return True

    def fresh(self) -> None:
        """Other numbers, from the first blank on."""
        self.worksheet.fresh()
        self._begin(self.worksheet.place_to_go_on())
