"""The terminal's cursor stands where text is typed, so that an input method shows there what is composed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.support.pty_program import PtyProgram

if TYPE_CHECKING:
    from collections.abc import Callable


def test_the_cursor_is_behind_what_was_typed(home: object) -> None:
    with PtyProgram(columns=100, rows=30) as program:

        def before_cursor() -> str:
            """Return the character that ends before the cursor; the second cell of a wide one is empty."""
            cursor, row = program.screen.cursor, program.screen.buffer[program.screen.cursor.y]
            return (row[cursor.x - 1].data or row[cursor.x - 2].data) if cursor.x > 1 else ""

        def after_cursor() -> str:
            cursor, row = program.screen.cursor, program.screen.buffer[program.screen.cursor.y]
            return "".join(row[column].data for column in range(cursor.x, program.screen.columns))

        def until_still(condition: Callable[[], object]) -> None:
            """Wait for a condition between two updates: within one, the cursor is wherever it draws."""
            program.until(lambda: not program.read(0.2) and condition())

        program.wait_for_text("Enter")
        for keys, prompt in (("/", "words of a title"), ("\x10", "Find a command")):
            program.send(keys)
            program.until(lambda: after_cursor().startswith(prompt))  # noqa: B023
            program.send("시")
            until_still(lambda: before_cursor() == "시")
            place = program.screen.cursor.y, program.screen.cursor.x - 2
            # The first character came where the cursor was: there the prompt is again once it is erased.
            # The places are compared afterwards, as a panel that opens may move until it is laid out.
            program.send("\x7f")
            until_still(lambda: after_cursor().startswith(prompt))  # noqa: B023
            assert (program.screen.cursor.y, program.screen.cursor.x) == place
            program.send("시")
            program.until(lambda: before_cursor() == "시")
            program.send("그마ab")
            program.until(lambda: before_cursor() == "b")
            program.send("\x1b[D\x7f")
            program.until(lambda: before_cursor() == "마")
            program.resize(90, 25)
            program.until(lambda: before_cursor() == "마" and program.screen.columns == 90)
            program.send("\x1b")
            program.until(lambda: "시그마" not in program.text())
            program.resize(100, 30)
        program.send("\x11")
        assert program.wait() == 0
