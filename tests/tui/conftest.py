"""Fixtures of the screens: a learner at the second start, so that nothing is offered or indexed first."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(autouse=True)
def no_offers(home: Path, second_start: None) -> None:
    """Mark the first steps as offered."""
    (home / "welcomed").touch()


@pytest.fixture(autouse=True)
def animations(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let nothing move unless a test is marked `animated`, so that a screen is at rest when its text has changed."""
    level = "full" if request.node.get_closest_marker("animated") else "none"
    monkeypatch.setattr("textual.constants.TEXTUAL_ANIMATIONS", level)


@pytest.fixture(autouse=True)
def true_colours(monkeypatch: pytest.MonkeyPatch) -> None:
    """Show all colours, whatever terminal the tests run in: with fewer, chips have brackets."""
    monkeypatch.setenv("COLORTERM", "truecolor")


@pytest.fixture(autouse=True)
def workplace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Start the program in a temporary folder, where screens save files."""
    monkeypatch.chdir(tmp_path)
