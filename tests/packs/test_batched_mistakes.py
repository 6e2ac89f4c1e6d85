"""Mistakes at many edges at once, compared with those found one by one."""

from __future__ import annotations

import numpy as np
import pytest

from tests.support.sample_problems import ODD_NUMBER_PROBLEMS, OPERATION_PROBLEMS, make_problem
from tutor.engine.finite_differences import to_floats
from tutor.grading.mistakes.batched import batched_mistakes, can_batch
from tutor.grading.mistakes.finder import mistakes_at
from tutor.packs.number_selection import CandidateBatch

#: Factors for the inputs: a row for each input, a column for each set of numbers.
FACTORS = np.random.default_rng(7).uniform(0.5, 1.5, (12, 9))
SAMPLES = {
    **OPERATION_PROBLEMS,
    **ODD_NUMBER_PROBLEMS,
    "branches": make_problem("t = a * b; u = t * t + 3 * t; z = u / (a - u) + exp(-t) + u", "3", a="2", b="0.3"),
    "constants": make_problem("z = 2 ^ (a / 3) + 5 / a - (7 - a) * a ^ 3 + a ^ 2 * max(a, 3)", "3", a="2"),
    "a start of zero": make_problem("z = a * b + a", "0", a="2", b="3"),
    "numbers beside matrices": make_problem(
        "k2 = k * k; z = sum(X * k2) * k2 + k ^ 2", "3", k="2", X="[[1, 2], [3, 4]]"
    ),
    "a matrix for an output": make_problem("t = k * m; z = X * t", "3", k="2", m="5", X="[[1, 2], [3, 4]]"),
}


def with_finite_values(found: list[tuple[str, np.ndarray]]) -> list[tuple[str, np.ndarray]]:
    return [(name, np.where(np.isfinite(value), value, np.nan)) for name, value in found if np.isfinite(value).any()]


@pytest.mark.parametrize(
    "name", [name for name, one in SAMPLES.items() if any(can_batch(one, place) for place in one.blanks)]
)
def test_batched_mistakes_are_those_found_one_by_one(name: str) -> None:
    one = SAMPLES[name]
    sets = len(FACTORS[0])
    inputs = {
        name: np.multiply.outer(factors, to_floats(value))
        for factors, (name, value) in zip(FACTORS, one.inputs.items(), strict=False)
    }
    many = CandidateBatch(one, inputs, sets).problem
    blanks = [blank for blank in many.blanks if can_batch(many, blank)]
    found = batched_mistakes(many, blanks, sets)
    with np.errstate(all="ignore"):
        for blank, names, values in zip(blanks, found.mistake_ids, found.values, strict=True):
            alone = [(mistake.id, np.broadcast_to(mistake.value, (sets,))) for mistake in mistakes_at(many, blank)]
            expected = with_finite_values(alone)
            together = with_finite_values(list(zip(names, values, strict=True)))
            assert [name for name, _ in together] == [name for name, _ in expected], blank.id
            for (mistake, ours), (_, theirs) in zip(together, expected, strict=True):
                np.testing.assert_allclose(ours, theirs, rtol=1e-12, err_msg=f"{blank.id} {mistake}")
