"""The program in a pseudo-terminal, its screen read as a terminal would show it."""

from __future__ import annotations

import os
import re
import sys
import time
from itertools import pairwise
from typing import TYPE_CHECKING

import pexpect
import pyte
import pytest

from tests.support.app_driver import simulate_practice

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

pytestmark = pytest.mark.takes_long


class Terminal:
    """A process in a pty, and what its screen shows."""

    def __init__(self, *arguments: str, columns: int = 80, rows: int = 24, **environment: str) -> None:
        self.screen = pyte.Screen(columns, rows)
        self.stream = pyte.ByteStream(self.screen)
        #: Everything the program has sent.
        self.sent = b""
        self.child = pexpect.spawn(
            sys.executable,
            ["-m", "tutor", *arguments],
            dimensions=(rows, columns),
            env={**os.environ, "TERM": "xterm-256color", "LANG": "C.UTF-8", **environment},
        )

    def text(self) -> str:
        # The second cell of a wide character is empty, even if a smaller window has cut the character in two.
        cells, columns = self.screen.buffer, range(self.screen.columns)
        return "\n".join("".join(cells[row][column].data for column in columns) for row in range(self.screen.lines))

    def until(self, condition: Callable[[str], object], seconds: float = 30) -> str:
        """Feed the screen until its text meets a condition."""
        end = time.monotonic() + seconds
        while not condition(self.text()):
            assert time.monotonic() < end, f"never happened; the screen:\n{self.text()}"
            try:
                received = self.child.read_nonblocking(65536, timeout=0.1)
                self.sent += received
                self.stream.feed(received)
            except pexpect.TIMEOUT:
                continue
            except pexpect.EOF:
                assert condition(self.text()), self.text()
        return self.text()

    def wait_for_text(self, *pieces: str) -> str:
        return self.until(lambda text: all(piece in text for piece in pieces))

    def send(self, keys: str) -> None:
        self.child.send(keys)

    def press(self, keys: str, expected: Sequence[str], before: Sequence[str]) -> str:
        """Press keys and wait for the expected texts; after Escape also until those of `before` are gone."""
        self.send(keys)
        must_leave = keys == ESCAPE
        return self.until(
            lambda text: (
                all(piece in text for piece in expected) and not (must_leave and all(piece in text for piece in before))
            )
        )

    def resize(self, columns: int, rows: int) -> None:
        self.screen.resize(rows, columns)
        self.child.setwinsize(rows, columns)

    def quit(self, key: str = "\x11") -> int:
        self.send(key)
        self.child.expect(pexpect.EOF, timeout=30)
        self.child.close()
        return int(self.child.exitstatus)


@pytest.mark.parametrize("quit_key", ["\x11", "\x03"], ids=["ctrl+q", "ctrl+c"])
def test_a_wrong_answer_a_right_one_and_a_second_start(home: Path, quit_key: str) -> None:
    first = Terminal()
    first.wait_for_text("From left to right")
    first.send("\r")
    first.wait_for_text("0 of 4", "the output of +")
    first.send("12\r")
    first.wait_for_text("✗ not yet", "Did you calculate 3·4?")
    first.send("7\r")
    first.wait_for_text("1 of 4", "✓ right")
    assert first.quit(quit_key) == 0
    second = Terminal()
    second.wait_for_text("Continue", "1 of 4")
    second.send("\r")
    shown = second.wait_for_text("1 of 4", "the output of ×")
    assert "7" in shown
    assert second.quit(quit_key) == 0


def test_the_exit_code_of_play_tells_whether_it_was_solved(home: Path) -> None:
    terminal = Terminal("play", "z = x * y", "x=2", "y=3")
    terminal.wait_for_text("0 of 2")
    terminal.send("3\r")
    terminal.wait_for_text("1 of 2")
    assert terminal.quit() == 1
    terminal = Terminal("play", "z = x * y", "x=2", "y=3")
    terminal.wait_for_text("0 of 2")
    terminal.send("3\r2\r")
    terminal.wait_for_text("─ solved ─")
    assert terminal.quit() == 0


def test_a_window_that_gets_too_small_and_large_again(home: Path) -> None:
    terminal = Terminal("play", "basics/times")
    terminal.wait_for_text("0 of 3")
    terminal.send("12")
    terminal.wait_for_text("› 12")
    terminal.resize(40, 10)
    terminal.wait_for_text("needs 60 columns")
    terminal.resize(80, 24)
    terminal.wait_for_text("› 12", "F1 help")
    assert terminal.quit() == 1


ESCAPE, DOWN, F1, F2, F4, F5, F6, F9, COMMANDS = (
    "\x1b",
    "\x1b[B",
    "\x1bOP",
    "\x1bOQ",
    "\x1bOS",
    "\x1b[15~",
    "\x1b[17~",
    "\x1b[20~",
    "\x10",
)
#: A tour of the program: the keys pressed, and the texts that appear in English and in Korean.
TOUR = (
    ("", ("From left to right", "F5"), ("왼쪽에서 오른쪽으로", "F5")),
    (COMMANDS, ("Find a command, an exercise or a rule",), ("명령, 문제, 규칙 찾기",)),
    (ESCAPE, ("F5",), ("F5",)),
    (F1, ("play basics/left-to-right",), ("play basics/left-to-right",)),
    (ESCAPE, ("F5",), ("F5",)),
    (F5, ("Nothing has been practised yet.",), ("아직 연습한 것이 없습니다.",)),
    (ESCAPE, ("F5",), ("F5",)),
    (F9, ("L = (w*x + b - y)^2",), ("L = (w*x + b - y)^2",)),
    (ESCAPE, ("F5",), ("F5",)),
    ("\r", ("0 of 4", "the output of +"), ("0/4", "+ 노드의 출력")),
    ("12\r", ("not yet", "Did you calculate 3"), ("다시", "계산하신 식이 3")),
    (F2, ("F2 the rule",), ("F2 규칙",)),
    (F4, ("Common mistakes",), ("자주 하는 실수",)),
    (ESCAPE, ("F2 the rule",), ("F2 규칙",)),
    (F6, ("1 of 7", "different numbers"), ("1/7", "다른 숫자")),
    (ESCAPE, ("0 of 4",), ("0/4",)),
    ("7\r10\r70\r", ("3 of 4", "Which two"), ("3/4", "두 노드")),
    ("2\r", (" solved ",), (" 완료 ",)),
)
#: A colour besides the sixteen that every terminal has.
MORE_COLOURS = re.compile(rb"\x1b\[(?:[\d;]*;)?[34]8;[25];")


def test_all_screens_in_ascii_and_sixteen_colours(home: Path) -> None:
    terminal = Terminal("--ascii", TERM="xterm", COLORTERM="")
    before: Sequence[str] = ()
    for keys, seen, _korean in TOUR:
        shown = terminal.press(keys, seen, before)
        before = seen
        # A language calls itself by its own name.
        assert shown.replace("한국어", "").replace(" ", "").replace("\n", "").isascii(), shown
    assert terminal.quit() == 0
    assert b"\x1b[3" in terminal.sent
    assert not MORE_COLOURS.search(terminal.sent)


def test_all_screens_in_korean_without_colours_while_the_window_changes(home: Path) -> None:
    terminal = Terminal("--lang", "ko", NO_COLOR="1", TEXTUAL_ANIMATIONS="none")
    sizes = [(60, 16), (240, 70), (80, 24)]
    before: Sequence[str] = ()
    for turn, (keys, _english, seen) in enumerate(TOUR):
        shown = terminal.press(keys, seen, before)
        before = seen
        assert not re.search(r"[a-z]{4,} [a-z]{3,} [a-z]{3,}", shown.replace("backprop-tutor play basics", "")), shown
        if turn in (9, 12, 14):
            for columns, rows in sizes:
                terminal.resize(columns, rows)
                terminal.wait_for_text(seen[-1])
    assert terminal.quit() == 0
    assert not re.search(rb"\x1b\[(?:[\d;]*;)?(?:[34][0-7]|9[0-7]|10[0-7]|[34]8;[25];\d+)(?:;[\d;]*)?m", terminal.sent)


def test_a_terminal_of_256_colours_gets_no_others(home: Path) -> None:
    # The variables that the Terminal of macOS sets.
    terminal = Terminal(TERM_PROGRAM="Apple_Terminal", TERM="xterm-256color", COLORTERM="")
    terminal.wait_for_text("From left to right")
    assert terminal.quit() == 0
    assert b"8;5;" in terminal.sent
    assert b"8;2;" not in terminal.sent


def test_an_encoding_without_our_signs_means_ascii(home: Path) -> None:
    terminal = Terminal("play", "z = x * y", "x=2", "y=3", PYTHONIOENCODING="latin-1")
    shown = terminal.wait_for_text("0 of 2", "x ---")
    assert shown.isascii()
    assert terminal.quit() == 1


@pytest.mark.parametrize(
    ("language", "due", "count", "result"),
    [("en", "1 rule due", "{} of 2", "The review is finished."), ("ko", "복습 1개", "{}/2", "복습을 마쳤습니다.")],
)
def test_a_review_from_the_list_to_its_end(home: Path, language: str, due: str, count: str, result: str) -> None:
    simulate_practice("basics/times", days=40)
    terminal = Terminal("--lang", language)
    terminal.wait_for_text(due)
    terminal.send(DOWN)
    terminal.send("\r")
    shown = terminal.wait_for_text("1/1", count.format(0), "y ──")
    rows = shown.splitlines()
    # The exercises of this rule are products of two inputs: the gradient of each edge is the other input.
    values = re.compile(r"−?\d+")
    above = {name: next(a for a, b in pairwise(rows) if f" {name} ──" in b) for name in "xy"}
    x, y = (found[0].replace("−", "-") for name in "xy" if (found := values.search(above[name])))
    after = "*dL/dz" if "∂L/∂z" in shown else ""
    terminal.send(f"{y}{after}\r")
    terminal.wait_for_text(count.format(1))
    terminal.send(f"{x}{after}\r")
    terminal.wait_for_text(count.format(2))
    terminal.send("\r")
    terminal.wait_for_text(result)
    terminal.send("\r")
    terminal.wait_for_text("F5")
    assert terminal.quit() == 0


def test_a_terminal_that_can_not_draw_gets_plain_lines(home: Path) -> None:
    child = pexpect.spawn(sys.executable, ["-m", "tutor", "play", "z = x*y", "x=2", "y=3"], env=_dumb(), timeout=30)
    child.expect_exact("takes x, y and outputs z = 6")
    child.sendline("3")
    child.expect_exact("Right.")
    child.sendline("quit")
    child.expect(pexpect.EOF)
    assert b"\x1b" not in child.before


def _dumb() -> dict[str, str]:
    return {**os.environ, "TERM": "dumb", "LANG": "C.UTF-8"}
