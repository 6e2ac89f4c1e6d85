"""The input at a blank: lines and cells."""

from __future__ import annotations

from tutor.tui.answer_input import AnswerInput, LineEditor


def test_a_line_is_edited_at_its_cursor() -> None:
    line = LineEditor()
    line.insert("1+2")
    line.move(-1)
    line.insert("3*")
    assert (line.text, line.cursor) == ("1+3*2", 4)
    line.delete_left()
    line.delete_right()
    assert line.text == "1+3"
    assert not line.move(1)
    line.home()
    line.delete_left()
    assert line.text == "1+3"
    line.end()
    line.clear()
    assert (line.text, line.cursor) == ("", 0)


def test_a_matrix_is_written_from_its_cells_or_its_expression() -> None:
    draft = AnswerInput((2, 2))
    assert draft.is_empty
    assert not draft.set_cells([["1", "2"]])
    assert draft.set_cells([["1", "2"], ["3", ""]])
    assert draft.text == "[[1, 2], [3, ]]"
    assert not draft.is_complete
    assert draft.next_empty_cell() == (1, 1)
    draft.cells[1][1].set("−4")
    assert draft.is_complete
    draft.expression.set("A @ B")
    assert draft.text == "A @ B"


def test_the_cursor_is_put_into_the_cell_with_the_error() -> None:
    draft = AnswerInput((2, 2))
    draft.set_cells([["1", "2"], ["3", "4+"]])
    draft.set_cursor(draft.text.index("+"))
    assert draft.active_cell == (1, 1)
    assert draft.line.cursor == 1


def test_moves_between_cells_end_at_the_border_and_reach_the_expression() -> None:
    draft = AnswerInput((1, 2))
    assert not draft.move_cell(-1, 0)
    assert not draft.move_cell(0, -1)
    assert draft.move_cell(0, 1)
    assert draft.move_cell(1, 0)
    assert draft.active_cell is None
    assert not draft.move_cell(1, 0)
    assert draft.move_cell(-1, 0)
    assert draft.active_cell == (0, 0)
    assert not draft.move_in_reading_order(-1)
    assert draft.move_in_reading_order(1)
    assert draft.move_in_reading_order(1)
    assert draft.active_cell is None
    assert not draft.move_in_reading_order(1)
    assert not AnswerInput().move_in_reading_order(1)
