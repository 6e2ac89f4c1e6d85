"""The contents of the places of a graph: value, checked answer or unchecked input, with their marks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tutor.tui.graph_look import PlaceContent, Tone

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
    """Makes the contents of an exercise; those of unchanged entries are cached."""

    def __init__(self, glyphs: Glyphs) -> None:
        self._glyphs = glyphs
        self._entry_contents: dict[str, tuple[object, Entry, PlaceContent]] = {}

    def contents_for(self, state: ExerciseState) -> dict[str, PlaceContent]:
        """Return the content of every place, and of every forward value that is asked."""
        problem = state.worksheet.problem
        places = (*problem.places, *problem.forward_blanks)
        return {place.id: self._place_content(state, place.id) for place in places}

    def _place_content(self, state: ExerciseState, name: str) -> PlaceContent:
        answer = state.inputs.get(name)
        is_answer = answer is not None and not answer.is_empty and not state.asides.are_in_line(name)
        if answer is not None and is_answer and not self._is_checked(state, name, answer):
            return self._from_input(answer, has_error=name in state.input_errors)
        problem, entry = state.worksheet.problem, state.worksheet.entry(name)
        cached = self._entry_contents.get(name)
        if cached is None or cached[0] is not problem or cached[1] is not entry:
            self._entry_contents[name] = cached = (problem, entry, self._from_entry(state, name, entry))
        return cached[2]

    @staticmethod
    def _is_checked(state: ExerciseState, name: str, answer: AnswerInput) -> bool:
        return answer.text.strip() == state.worksheet.entry(name).text

    def _from_input(self, answer: AnswerInput, has_error: bool) -> PlaceContent:
        render = self._glyphs.render
        mark = self._glyphs.error if has_error else ""
        compact = mark or self._glyphs.ellipsis
        if answer.shape is None:
            return PlaceContent("draft", ((render(answer.text),),), ((mark,),), compact)
        if answer.expression.text:
            return PlaceContent("draft", ((render(answer.expression.text),),), (), compact)
        return PlaceContent(
            "draft", tuple(tuple(render(cell.text) for cell in row) for row in answer.cells), (), compact
        )

    def _from_entry(self, exercise_state: ExerciseState, name: str, entry: Entry) -> PlaceContent:
        glyphs, state = self._glyphs, exercise_state.worksheet.state(name)
        rows = exercise_state.worksheet.value_text(name)
        mark = glyphs.for_state(state)
        if state == "given" and exercise_state.worksheet.problem.place(name).kind != "start":
            mark = glyphs.given
        texts = tuple(tuple(map(glyphs.render, row)) for row in rows)
        if entry.verdict is not None and entry.verdict.cells:
            marks = tuple(
                tuple(glyphs.correct if right else glyphs.incorrect for right in row) for row in entry.verdict.cells
            )
        else:
            marks = tuple((mark,) * len(row) for row in rows)
        return PlaceContent(_STATE_TONES[state], texts, marks, glyphs.given if state == "given" else mark)
