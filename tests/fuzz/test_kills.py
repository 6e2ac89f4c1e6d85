"""A sample of the kills of `kills.py`: whatever a command is killed at, nothing is lost and every file is whole."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

import pytest

from tests.fuzz.kills import SCENARIOS, Scenario, Stage, kill_at_moments, kill_at_steps, kill_on_screen

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.takes_long

#: About this many steps are tried of each command.
_NUM_STEPS = 4


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda scenario: scenario.name)
def test_a_command_that_is_killed_at_any_step_loses_nothing(scenario: Scenario, tmp_path: Path) -> None:
    stage = Stage(scenario, tmp_path / "stage")
    stride = max(stage.count_steps() // _NUM_STEPS, 1)
    assert kill_at_steps(stage, first=1 + stride // 2, stride=stride) > 0
    kill_at_moments(stage, random.Random(scenario.name), 1)


def test_answers_whose_verdict_was_on_the_screen_survive_a_kill(tmp_path: Path) -> None:
    kill_on_screen(random.Random(1), tmp_path / "home")
