"""The program in ASCII."""

from __future__ import annotations

from io import StringIO
from typing import TYPE_CHECKING

import pytest

from tests.support.source_messages import source_messages
from tutor.engine.builder import parse_graph
from tutor.engine.operations import OPERATIONS
from tutor.glyphs import terminal_needs_ascii, to_ascii
from tutor.run_options import RunOptions

if TYPE_CHECKING:
    from pathlib import Path

    from tutor.engine.operation import Operation


@pytest.mark.parametrize("operation", OPERATIONS.values(), ids=lambda operation: operation.id)
def test_the_sign_of_every_operation_can_be_drawn(operation: Operation) -> None:
    sign = to_ascii(operation.symbol)
    assert sign.isascii()
    assert sign.strip() == sign != ""


def test_ascii_signs_are_distinct() -> None:
    # @ is the sign of three products: of matrices, of a matrix and a vector, and of vectors.
    symbols = {operation.symbol for operation in OPERATIONS.values()}
    assert len({to_ascii(symbol) for symbol in symbols}) == len(symbols)


def test_every_english_text_can_be_shown_in_ascii() -> None:
    assert not [text for text in source_messages() if not to_ascii(text).isascii()]


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("√x is x to the power ½", "sqrt(x) is x to the power 1/2"),
        ("√ received 3", "sqrt received 3"),
        ("x² + y⁻¹²", "x^2 + y^-12"),
        ("Σ↓, mean→", "sum-v, mean->"),
        ("v ← 0.9v", "v <- 0.9v"),
        ("Xᵀ @ U", "X.T @ U"),
        ("이름", "이름"),
    ],
)
def test_ascii_signs_are_those_that_can_be_typed(text: str, shown: str) -> None:
    assert to_ascii(text) == shown


def test_constants_in_nodes_can_be_drawn_in_ascii() -> None:
    for formula in ("x^-2", "-1/2 * x", "2 / x", "max(x, -3)"):
        assert all(to_ascii(node.symbol).isascii() for node in parse_graph(f"z = {formula}").nodes)


class Console(StringIO):
    """A stream that may be a terminal."""

    def __init__(self, encoding: str, terminal: bool = True) -> None:
        super().__init__()
        self._encoding, self._terminal = encoding, terminal

    @property
    def encoding(self) -> str:  # type: ignore[override]
        return self._encoding

    def isatty(self) -> bool:
        return self._terminal


@pytest.mark.parametrize(
    ("stream", "environment", "platform", "expected"),
    [
        (Console("utf-8"), {}, "linux", False),
        (Console("utf-8"), {"TERM_PROGRAM": "Apple_Terminal"}, "darwin", False),
        (Console("iso-8859-1"), {}, "linux", True),
        (Console("cp437"), {"WT_SESSION": "1"}, "win32", True),
        (Console("utf-8"), {}, "win32", True),
        (Console("utf-8"), {"WT_SESSION": "1"}, "win32", False),
        (Console("utf-8", terminal=False), {}, "win32", False),
        (Console("no-such-encoding"), {}, "linux", True),
        (None, {}, "win32", False),
    ],
)
def test_ascii_is_the_default_if_the_terminal_needs_it(
    stream: Console | None, environment: dict[str, str], platform: str, expected: bool
) -> None:
    assert terminal_needs_ascii(stream, environment, platform) is expected


def test_settings_come_before_the_terminal(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdout", Console("latin-1"))
    assert RunOptions().ascii
    home.mkdir(parents=True, exist_ok=True)
    (home / "settings.toml").write_text("ascii = false\n")
    assert not RunOptions().ascii
