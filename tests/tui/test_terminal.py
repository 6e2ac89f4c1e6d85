"""The program in a real pseudo-terminal, its screen read as a terminal would show it."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pexpect
import pyte
import pytest


class Terminal:
    """A process in a pty, and what its screen shows."""

    def __init__(self, *arguments: str, columns: int = 80, rows: int = 24, **environment: str) -> None:
        self.screen = pyte.Screen(columns, rows)
        self.stream = pyte.ByteStream(self.screen)
        self.child = pexpect.spawn(
            sys.executable,
            ["-m", "tutor", *arguments],
            dimensions=(rows, columns),
            env={**os.environ, "TERM": "xterm-256color", "LANG": "C.UTF-8", **environment},
        )

    def text(self) -> str:
        return "\n".join(self.screen.display)

    def until(self, condition: Callable[[str], object], seconds: float = 30) -> str:
        """Feed the screen until its text meets a condition."""
        end = time.monotonic() + seconds
        while not condition(self.text()):
            assert time.monotonic() < end, f"never happened; the screen:\n{self.text()}"
            try:
                self.stream.feed(self.child.read_nonblocking(65536, timeout=0.1))
            except pexpect.TIMEOUT:
                continue
            except pexpect.EOF:
                assert condition(self.text()), self.text()
        return self.text()

    def sees(self, *pieces: str) -> str:
        return self.until(lambda text: all(piece in text for piece in pieces))

    def send(self, keys: str) -> None:
        self.child.send(keys)

    def quit(self, key: str = "\x11") -> int:
        self.send(key)
        self.child.expect(pexpect.EOF, timeout=30)
        self.child.close()
        return int(self.child.exitstatus)


@pytest.mark.parametrize("quit_key", ["\x11", "\x03"], ids=["ctrl+q", "ctrl+c"])
def test_wrongly_then_rightly_then_back_again(home: Path, quit_key: str) -> None:
    first = Terminal()
    first.sees("From left to right")
    first.send("\r")
    first.sees("0/4", "what + gives")
    first.send("12\r")
    first.sees("✗ not yet", "another operation on the same values")
    first.send("7\r")
    first.sees("1/4", "✓ right")
    assert first.quit(quit_key) == 0
    second = Terminal()
    second.sees("Continue: From left to right")
    second.send("\r")
    shown = second.sees("1/4", "what × gives")
    assert "7" in shown
    assert second.quit(quit_key) == 0


def test_play_tells_by_its_exit_code_whether_it_was_solved(home: Path) -> None:
    terminal = Terminal("play", "z = x * y", "x=2", "y=3")
    terminal.sees("0/2")
    terminal.send("3\r")
    terminal.sees("1/2")
    assert terminal.quit() == 1
    terminal = Terminal("play", "z = x * y", "x=2", "y=3")
    terminal.sees("0/2")
    terminal.send("3\r2\r")
    terminal.sees("Solved.")
    assert terminal.quit() == 0


def test_a_window_made_small_and_large_again(home: Path) -> None:
    terminal = Terminal("play", "basics/times")
    terminal.sees("0/2")
    terminal.send("12")
    terminal.sees("› 12")
    terminal.screen.resize(10, 40)
    terminal.child.setwinsize(10, 40)
    terminal.sees("needs 60 columns")
    terminal.screen.resize(24, 80)
    terminal.child.setwinsize(24, 80)
    terminal.sees("› 12", "F1 help")
    assert terminal.quit() == 1
