"""The numbers of the built-in exercises tell frequent mistakes apart; `collisions.py` tries more and prints the figures."""

from __future__ import annotations

from tests.simulated.collisions import INTENDED, LIMITS, measure


def test_collisions_are_within_their_limits() -> None:
    shares = measure(seeds=(1,))
    assert not shares.beyond_limits(), shares.found
    assert shares.sets["the author's"] > 80
    assert shares.sets["fresh"] > 70
    # What is excused must need it.
    assert set(INTENDED) <= {name for name, seed in shares.found if seed is None}
    assert LIMITS["the author's"] == 0
