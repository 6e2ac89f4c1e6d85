"""Drafts, without any screen."""

from __future__ import annotations

from tutor.tui.draft import Draft, Line


def test_a_line_is_edited_at_its_cursor() -> None:
    line = Line()
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
    draft = Draft((2, 2))
    assert draft.empty
    assert not draft.fill([["1", "2"]])
    assert draft.fill([["1", "2"], ["3", ""]])
    assert draft.text == "[[1, 2], [3, ]]"
    assert not draft.complete
    assert draft.first_empty() == (1, 1)
    draft.cells[1][1].put("−4")
    assert draft.complete
    draft.expression.put("A @ B")
    assert draft.text == "A @ B"


def test_a_fault_is_found_in_its_cell() -> None:
    draft = Draft((2, 2))
    draft.fill([["1", "2"], ["3", "4+"]])
    draft.point_at(draft.text.index("+"))
    assert draft.at == (1, 1)
    assert draft.line.cursor == 1


def test_steps_end_at_the_border_and_lead_to_the_expression() -> None:
    draft = Draft((1, 2))
    assert not draft.step(-1, 0)
    assert not draft.step(0, -1)
    assert draft.step(0, 1)
    assert draft.step(1, 0)
    assert draft.at is None
    assert not draft.step(1, 0)
    assert draft.step(-1, 0)
    assert draft.at == (0, 0)
    assert not draft.walk(-1)
    assert draft.walk(1) and draft.walk(1) and draft.at is None
    assert not draft.walk(1)
    assert not Draft().walk(1)
