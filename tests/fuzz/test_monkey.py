"""Some runs of the monkey. `.ci/run` runs it for minutes, in a real terminal too."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING

import pytest

from tests.fuzz import monkey
from tests.fuzz.scenarios import STARTS, Scenario, make_scenario
from tests.fuzz.shrinking import shrink
from tutor.tui.screens.base import TutorScreen

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

pytestmark = pytest.mark.takes_long


@pytest.fixture
def index(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Return the index that every run starts with, and come back to this folder after each."""
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "index.json"
    path.write_text("{}")
    yield path
    os.chdir(tmp_path)


@pytest.mark.parametrize(("seed", "mode"), [(1, "process"), (2, "process"), (3, "process"), (4, "pty")])
def test_a_short_run_is_clean(seed: int, mode: str, index: Path) -> None:
    assert monkey.run(make_scenario(seed, 25), mode, index) is None


def test_a_fault_is_found_and_shortened_to_the_keys_that_show_it(index: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(screen: TutorScreen[None]) -> None:
        raise ZeroDivisionError(screen)

    monkeypatch.setattr(TutorScreen, "action_help", fail)
    steps = (("key", "down"), ("text", "3", ""), ("key", "f1"), ("key", "up"), ("resize", "80", "24"), ("key", "f5"))
    scenario = Scenario(1, "list", "", (80, 24), "en", False, steps)
    problem = monkey.run(scenario, "process", index)
    assert problem is not None
    assert "ZeroDivisionError" in problem
    assert monkey.shorten(scenario, "process", index).steps == (("key", "f1"),)


def test_a_seed_gives_the_same_run_which_can_be_written_down() -> None:
    scenarios = [make_scenario(seed, 40) for seed in range(300)]
    assert scenarios == [make_scenario(seed, 40) for seed in range(300)]
    assert {scenario.start for scenario in scenarios} == set(STARTS)
    for scenario in scenarios:
        assert Scenario.from_json(scenario.to_json()) == scenario
        json.loads(scenario.to_json())


def test_shrinking_finds_the_fewest_steps() -> None:
    def fails(steps: Sequence[int]) -> bool:
        return 7 in steps and 30 in steps and steps.index(7) < steps.index(30)

    assert shrink(range(40), fails) == [7, 30]
    assert shrink(range(40), lambda steps: len(steps) >= 3) == [37, 38, 39]
    assert shrink([5], lambda steps: False) == [5]
