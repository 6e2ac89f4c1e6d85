"""The terminal's cursor stands where text is typed, so that an input method shows there what is composed."""

from __future__ import annotations

from tests.support.pty_program import PtyProgram


def test_the_cursor_is_behind_what_was_typed(home: object) -> None:
    with PtyProgram(columns=100, rows=30) as program:

        def before_cursor() -> str:
            """Return the character before the cursor; the second cell of a wide one is empty."""
            cursor, row = program.screen.cursor, program.screen.buffer[program.screen.cursor.y]
            return row[cursor.x - 1].data or row[cursor.x - 2].data if cursor.x > 1 else ""

        def after_cursor() -> str:
            cursor, row = program.screen.cursor, program.screen.buffer[program.screen.cursor.y]
            return "".join(row[column].data for column in range(cursor.x, program.screen.columns))

        program.wait_for_text("Enter")
        for keys, prompt in (("/", "words of a title"), ("\x10", "a command, an exercise")):
            program.send(keys)
            program.until(lambda: after_cursor().startswith(prompt))  # noqa: B023
            place = program.screen.cursor.y, program.screen.cursor.x
            # The first character comes where the cursor was.
            program.send("시")
            program.until(lambda: before_cursor() == "시")
            assert (program.screen.cursor.y, program.screen.cursor.x - 2) == place
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
