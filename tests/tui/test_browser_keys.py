"""Second keys for those that browsers keep: every such key has one, and none means two things on a screen."""

from __future__ import annotations

from collections import defaultdict

from textual.binding import Binding

from tutor.tui.all_bindings import ALL_BINDINGS, SCREENS
from tutor.tui.browser_keys import SECOND_KEYS, browser_keymap
from tutor.tui.keymap import validate_keymap
from tutor.tui.widgets.key_bar import GLOBAL_BINDINGS


def test_every_key_of_a_browser_has_a_second_one_which_comes_first() -> None:
    keymap = browser_keymap({}, ALL_BINDINGS)
    for binding in ALL_BINDINGS:
        keys = keymap.get(str(binding.id), binding.key).split(",")
        assert keys[0] not in SECOND_KEYS, binding.id
        assert set(binding.key.split(",")) <= set(keys), binding.id


def test_no_second_key_means_two_things_on_a_screen() -> None:
    keymap = browser_keymap({}, ALL_BINDINGS)
    for screen in SCREENS:
        meanings: dict[str, set[str]] = defaultdict(set)
        for binding in (*screen.BINDINGS, *GLOBAL_BINDINGS):
            if isinstance(binding, Binding) and binding.id:
                for key in keymap.get(binding.id, binding.key).split(","):
                    meanings[key].add(binding.id)
        for key in SECOND_KEYS.values():
            # These two are never in use at the same time, with their first key as well.
            assert len(meanings[key] - {"exercise.advised"}) <= 1, (screen, key, meanings[key])


def test_a_key_that_the_learner_chose_stays_and_is_given_to_nothing_else() -> None:
    chosen, faults = validate_keymap({"exercise.hint": "ctrl+l", "home.progress": "ctrl+d"}, ALL_BINDINGS)
    assert not faults
    keymap = browser_keymap(chosen, ALL_BINDINGS)
    assert keymap["exercise.hint"] == "ctrl+l"
    assert keymap["home.progress"] == "ctrl+d"
    assert "ctrl+l" not in keymap["exercise.explain"].split(",")
