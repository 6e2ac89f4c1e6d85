"""What the graph shows in each place: the value, the answer or the draft that stands there, and its marks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tutor.tui.widgets.graph import PlaceContent, Tone

if TYPE_CHECKING:
    from tutor.glyphs import Glyphs
    from tutor.practice.entries import Entry
    from tutor.practice.worksheet import BlankState
    from tutor.tui.answer_input import AnswerInput
    from tutor.tui.exercise_state import ExerciseState

_STATE_TONES: dict[BlankState, Tone] = {
    "empty": "blank",
    "right": "right",
    "wrong": "wrong",
    "near": "near",
    "revealed": "revealed",
    "given": "given",
    "noted": "draft",
}


class GraphValues:
    """Makes the fillings of a desk; those of entries that did not change are kept."""

    def __init__(self, glyphs: Glyphs) -> None:
        self._glyphs = glyphs
        self._entry_contents: dict[str, tuple[object, Entry, PlaceContent]] = {}

    def contents_for(self, state: ExerciseState) -> dict[str, PlaceContent]:
        """The filling of every place."""
        return {place.id: self._place_content(state, place.id) for place in state.worksheet.problem.places}

    def _place_content(self, state: ExerciseState, name: str) -> PlaceContent:
        draft = state.inputs.get(name)
        if draft is not None and not draft.is_empty and not self._is_checked(state, name, draft):
            return self._from_input(draft, has_error=name in state.input_errors)
        problem, entry = state.worksheet.problem, state.worksheet.entry(name)
        kept = self._entry_contents.get(name)
        if kept is None or kept[0] is not problem or kept[1] is not entry:
            self._entry_contents[name] = kept = (problem, entry, self._from_entry(state, name, entry))
        return kept[2]

    @staticmethod
    def _is_checked(state: ExerciseState, name: str, draft: AnswerInput) -> bool:
        return draft.text.strip() == state.worksheet.entry(name).text

    def _from_input(self, draft: AnswerInput, has_error: bool) -> PlaceContent:
        text = self._glyphs.render
        mark = self._glyphs.error if has_error else ""
        compact = mark or self._glyphs.ellipsis
        if draft.shape is None:
            return PlaceContent("draft", ((text(draft.text),),), ((mark,),), compact)
        if draft.expression.text:
            return PlaceContent("draft", ((text(draft.expression.text),),), (), compact)
        return PlaceContent("draft", tuple(tuple(text(line.text) for line in row) for row in draft.cells), (), compact)

    def _from_entry(self, exercise_state: ExerciseState, name: str, entry: Entry) -> PlaceContent:
        signs, state = self._glyphs, exercise_state.worksheet.state(name)
        rows = exercise_state.worksheet.value_text(name)
        mark = signs.for_state(state)
        texts = tuple(tuple(map(signs.render, row)) for row in rows)
        if entry.verdict is not None and entry.verdict.cells:
            marks = tuple(
                tuple(signs.correct if cell else signs.incorrect for cell in row) for row in entry.verdict.cells
            )
        else:
            marks = tuple((mark,) * len(row) for row in rows)
        return PlaceContent(_STATE_TONES[state], texts, marks, signs.given if state == "given" else mark)
