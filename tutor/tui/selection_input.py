"""Choosing at a question with several right choices: arrow keys point, Space and clicks choose, numbers may be typed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from tutor.algebra.errors import AlgebraError
from tutor.grading.selection import format_selection, parse_selection

if TYPE_CHECKING:
    from collections.abc import Collection

    from tutor.grading.problem import Blank
    from tutor.grading.question import Question
    from tutor.practice.entries import Entry
    from tutor.practice.worksheet import Worksheet
    from tutor.tui.answer_input import AnswerInput


class FocusedState(Protocol):
    """The part of an exercise screen's state that a selection needs."""

    worksheet: Worksheet
    focused_id: str

    @property
    def focused_blank(self) -> Blank: ...

    @property
    def is_question(self) -> bool: ...

    @property
    def is_read_only(self) -> bool: ...

    @property
    def input(self) -> AnswerInput: ...

    @property
    def entry(self) -> Entry: ...

    def replace_line(self, text: str) -> None: ...


class SelectionInput:
    """The choices that are marked at the focused question of a state, and the one that is pointed at.

    What is marked is the text of the answer line, as it would be typed: `1, 3`.
    """

    def __init__(self, state: FocusedState) -> None:
        self._state = state
        #: The blank and the position of the choice that is pointed at.
        self._pointed: tuple[str, int] = ("", 0)
        #: Whether the last key pointed or marked, so that Space marks and is no part of what is typed.
        self._is_pointing = False

    @property
    def question(self) -> Question | None:
        """The question, if all right choices are asked for."""
        state = self._state
        question = state.worksheet.problem.question(state.focused_blank) if state.is_question else None
        return question if question is not None and question.select_all else None

    @property
    def pointed(self) -> int:
        """The position of the choice that is pointed at."""
        blank, position = self._pointed
        return position if blank == self._state.focused_id else 0

    @property
    def marked(self) -> Collection[int]:
        """The positions of the choices that are marked, or of the last answer."""
        question, state = self.question, self._state
        text = state.input.line.text if not state.input.is_empty else state.entry.text
        if question is None or state.entry.revealed:
            return () if question is None else [i for i, choice in enumerate(question.choices) if choice.right]
        try:
            return parse_selection(question, text) if text else ()
        except AlgebraError:
            return ()

    def point(self, step: int) -> None:
        """Point at the next or the previous choice; the first time at the first one."""
        question = self.question
        assert question is not None
        is_first = self._pointed[0] != self._state.focused_id
        position = 0 if is_first and step > 0 else self.pointed + step
        self._pointed = (self._state.focused_id, min(max(position, 0), len(question.choices) - 1))
        self._is_pointing = True

    def toggle(self, position: int) -> None:
        """Mark a choice, or unmark it. One that goes alone unmarks the others, and they it."""
        question = self.question
        if question is None or self._state.is_read_only:
            return
        self._pointed, self._is_pointing = (self._state.focused_id, position), True
        marked = set(self.marked) if not self._state.input.is_empty else set()
        if position in marked:
            marked.discard(position)
        elif question.choices[position].excludes_others:
            marked = {position}
        else:
            marked = {other for other in marked if not question.choices[other].excludes_others} | {position}
        self._state.replace_line(format_selection(marked))

    def take_key(self, text: str) -> bool:
        """Mark a choice by Space, or after that by its number; return False if the key is typed into the line."""
        question = self.question
        if question is None or self._state.is_read_only:
            return False
        is_fresh = self._state.input.is_empty and not self._is_pointing
        if text == " " and (is_fresh or self._is_pointing):
            self.toggle(self.pointed)
            return True
        if self._is_pointing and text.isdecimal() and 0 < int(text) <= len(question.choices):
            self.toggle(int(text) - 1)
            return True
        self._is_pointing = False
        return False

    def forget(self) -> None:
        """Type into the line again."""
        self._is_pointing = False
