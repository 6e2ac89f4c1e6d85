"""The simulated learners can calculate: their right pass is the engine's, and their programs print what is right."""

from __future__ import annotations

import numpy as np
import pytest

from tests.simulated.measure import BUGS
from tests.simulated.own_pass import LearnerPass, to_array
from tests.simulated.populations import sample_units

UNITS = sample_units()


@pytest.mark.parametrize("other_forms", [False, True])
def test_the_learners_right_pass_is_the_engines(other_forms: bool) -> None:
    compared = 0
    for unit in UNITS:
        problem = unit.problem()
        if problem.symbolic or not problem.graph.nodes:
            continue
        inputs = {name: to_array(value) for name, value in problem.inputs.items()}
        own = LearnerPass.run(problem.graph, inputs, to_array(problem.start), other_forms=other_forms)
        for place, edge in problem.float_passes.edges.items():
            np.testing.assert_allclose(
                own.edges[place], edge.gradient, rtol=1e-7, atol=1e-9, err_msg=str((unit, place))
            )
            compared += 1
    assert compared > 500


def test_kinds_of_bugs_are_many_and_distinct() -> None:
    kinds = [bug.kind for bug in BUGS]
    assert len(kinds) == len(set(kinds)) >= 100


def test_a_bug_says_in_one_way_what_the_learner_computes() -> None:
    for bug in BUGS:
        ways = (bug.edge, bug.sum, bug.forward, bug.start, bug.passes, bug.matrix, bug.text)
        assert sum(way is not None for way in ways) == 1, bug.kind
