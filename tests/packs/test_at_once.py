"""Mistakes at many edges at once are those that are found edge by edge."""

from __future__ import annotations

import numpy as np
import pytest

from tests.grading.samples import GOOD, ODD, problem
from tutor.engine.numerical import in_floats
from tutor.grading.at_once import at_once, fits
from tutor.grading.mistakes import mistakes_at
from tutor.packs.sampling import Trial

#: Sets of numbers: each input is moved by so many factors of its own.
FACTORS = np.random.default_rng(7).uniform(0.5, 1.5, (12, 9))
SAMPLES = {
    **GOOD,
    **ODD,
    "branches": problem("t = a * b; u = t * t + 3 * t; z = u / (a - u) + exp(-t) + u", "3", a="2", b="0.3"),
    "constants": problem("z = 2 ^ (a / 3) + 5 / a - (7 - a) * a ^ 3 + a ^ 2 * max(a, 3)", "3", a="2"),
    "a start of zero": problem("z = a * b + a", "0", a="2", b="3"),
    "numbers beside matrices": problem("k2 = k * k; z = sum(X * k2) * k2 + k ^ 2", "3", k="2", X="[[1, 2], [3, 4]]"),
    "a matrix for an output": problem("t = k * m; z = X * t", "3", k="2", m="5", X="[[1, 2], [3, 4]]"),
}


def leading_somewhere(found: list[tuple[str, np.ndarray]]) -> list[tuple[str, np.ndarray]]:
    return [(name, np.where(np.isfinite(value), value, np.nan)) for name, value in found if np.isfinite(value).any()]


@pytest.mark.parametrize(
    "name", [name for name, one in SAMPLES.items() if any(fits(one, place) for place in one.blanks)]
)
def test_all_at_once_are_the_same_as_one_by_one(name: str) -> None:
    one = SAMPLES[name]
    sets = len(FACTORS[0])
    inputs = {
        name: np.multiply.outer(factors, in_floats(value))
        for factors, (name, value) in zip(FACTORS, one.inputs.items(), strict=False)
    }
    many = Trial(one, inputs, sets).problem
    blanks = [blank for blank in many.blanks if fits(many, blank)]
    found = at_once(many, blanks, sets)
    with np.errstate(all="ignore"):
        for blank, names, values in zip(blanks, found.names, found.values, strict=True):
            alone = [(mistake.id, np.broadcast_to(mistake.value, (sets,))) for mistake in mistakes_at(many, blank)]
            expected = leading_somewhere(alone)
            together = leading_somewhere(list(zip(names, values, strict=True)))
            assert [name for name, _ in together] == [name for name, _ in expected], blank.id
            for (mistake, ours), (_, theirs) in zip(together, expected, strict=True):
                np.testing.assert_allclose(ours, theirs, rtol=1e-12, err_msg=f"{blank.id} {mistake}")
