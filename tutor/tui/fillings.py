"""What the graph shows in each place: the value, the answer or the draft that stands there, and its marks."""

from __future__ import annotations

from tutor.practice.entries import Entry
from tutor.practice.worksheet import State
from tutor.tui.desk import Desk
from tutor.tui.draft import Draft
from tutor.tui.signs import Signs
from tutor.tui.widgets.graph import Filling, Tone

_TONES: dict[State, Tone] = {
    "empty": "blank",
    "right": "right",
    "wrong": "wrong",
    "near": "near",
    "revealed": "revealed",
    "given": "given",
    "noted": "draft",
}


class Fillings:
    """Makes the fillings of a desk; those of entries that did not change are kept."""

    def __init__(self, signs: Signs) -> None:
        self._signs = signs
        self._kept: dict[str, tuple[object, Entry, Filling]] = {}

    def of(self, desk: Desk) -> dict[str, Filling]:
        """The filling of every place."""
        return {place.id: self._filling(desk, place.id) for place in desk.worksheet.problem.places}

    def _filling(self, desk: Desk, name: str) -> Filling:
        draft = desk.drafts.get(name)
        if draft is not None and not draft.empty and not self._checked(desk, name, draft):
            return self._of_draft(draft, faulty=name in desk.faults)
        problem, entry = desk.worksheet.problem, desk.worksheet.entry(name)
        kept = self._kept.get(name)
        if kept is None or kept[0] is not problem or kept[1] is not entry:
            self._kept[name] = kept = (problem, entry, self._of_entry(desk, name, entry))
        return kept[2]

    @staticmethod
    def _checked(desk: Desk, name: str, draft: Draft) -> bool:
        return draft.text.strip() == desk.worksheet.entry(name).text

    def _of_draft(self, draft: Draft, faulty: bool) -> Filling:
        text = self._signs.text
        mark = self._signs.fault if faulty else ""
        compact = mark or self._signs.more
        if draft.shape is None:
            return Filling("draft", ((text(draft.text),),), ((mark,),), compact)
        if draft.expression.text:
            return Filling("draft", ((text(draft.expression.text),),), (), compact)
        return Filling("draft", tuple(tuple(text(line.text) for line in row) for row in draft.cells), (), compact)

    def _of_entry(self, desk: Desk, name: str, entry: Entry) -> Filling:
        signs, state = self._signs, desk.worksheet.state(name)
        rows = desk.worksheet.value_text(name)
        mark = signs.of_state(state)
        texts = tuple(tuple(map(signs.text, row)) for row in rows)
        if entry.verdict is not None and entry.verdict.cells:
            marks = tuple(tuple(signs.right if cell else signs.wrong for cell in row) for row in entry.verdict.cells)
        else:
            marks = tuple((mark,) * len(row) for row in rows)
        return Filling(_TONES[state], texts, marks, signs.given if state == "given" else mark)
