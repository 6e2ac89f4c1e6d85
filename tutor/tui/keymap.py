"""Keys that a learner has changed: which ids there are, what can't be, and how a key is called now."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from textual.binding import Binding, BindingsMap
from textual.keys import Keys

from tutor import settings
from tutor.i18n import N_, Message, _, message

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path

    from textual.app import App

#: Where letters are typed into a line: no key there may be one.
_TEXT_INPUT_SCOPES = ("exercise", "playground", "search", "app")
_MODIFIERS = ("ctrl", "shift", "alt", "super", "meta", "hyper")
#: The keys of the Korean keyboard where the English one has its letters.
_HANGUL = dict(zip("qwertyuiopasdfghjklzxcvbnm", "ㅂㅈㄷㄱㅅㅛㅕㅑㅐㅔㅁㄴㅇㄹㅎㅗㅓㅏㅣㅋㅌㅊㅍㅠㅜㅡ", strict=True))
_KEY_ALIASES = {
    "?": "question_mark",
    "esc": "escape",
    "return": "enter",
    "del": "delete",
    "space": "space",
    "/": "slash",
}


def all_bindings() -> tuple[Binding, ...]:
    """Every key that can be changed, screen by screen. Loads all screens."""
    from tutor.tui.app import TutorApp
    from tutor.tui.screens.exercise import ExerciseScreen
    from tutor.tui.screens.explain import ExplainScreen
    from tutor.tui.screens.glossary import GlossaryScreen
    from tutor.tui.screens.home import HomeScreen
    from tutor.tui.screens.playground import PlaygroundScreen, WorkedExampleScreen
    from tutor.tui.screens.progress import ProgressScreen
    from tutor.tui.screens.review_result import ReviewResultScreen
    from tutor.tui.screens.rule_card import RuleCardScreen
    from tutor.tui.screens.settings import SettingsScreen
    from tutor.tui.screens.summary import SummaryScreen

    owners = (
        TutorApp,
        HomeScreen,
        ExerciseScreen,
        ExplainScreen,
        RuleCardScreen,
        GlossaryScreen,
        PlaygroundScreen,
        WorkedExampleScreen,
        SummaryScreen,
        ProgressScreen,
        ReviewResultScreen,
        SettingsScreen,
    )
    bindings = (binding for owner in owners for binding in owner.BINDINGS)
    return tuple(binding for binding in bindings if isinstance(binding, Binding) and binding.id)


def validate_keymap(requested: Mapping[str, str]) -> tuple[dict[str, str], list[tuple[str, Message]]]:
    """The keys that can be had, ready for the app, and what is wrong with the others, by id."""
    bindings = {cast("str", binding.id): binding for binding in all_bindings()}
    keys: dict[str, str] = {}
    faults: list[tuple[str, Message]] = []
    for id, text in requested.items():
        fault = _find_fault(id, text, bindings)
        if fault is None:
            keys[id] = ",".join(_with_hangul(map(normalise_key, text.split(","))))
        else:
            faults.append((id, fault))
    # One that is given up may set a key free that another one needs, so each is looked at again.
    while (clash := _find_clash(keys, bindings)) is not None:
        id, other, key = clash
        said = N_("{id} can't be {key}: {other} has that key on the same screen.")
        faults.append((id, message(said, id=id, key=key, other=other)))
        del keys[id]
    return keys, faults


def _find_fault(id: str, text: str, bindings: Mapping[str, Binding]) -> Message | None:
    if id not in bindings:
        import difflib

        near = difflib.get_close_matches(id, bindings, n=1)
        if near:
            return message(N_("There is no key “{id}” to change. Did you mean {near}?"), id=id, near=near[0])
        return message(N_("There is no key “{id}” to change. `backprop-tutor settings --all` lists them."), id=id)
    for key in map(normalise_key, text.split(",")):
        if not _is_known_key(key):
            return message(N_("“{key}” is no key. Write one as in f2, ctrl+h, delete or question_mark."), key=key)
        if id.partition(".")[0] in _TEXT_INPUT_SCOPES and len(key) == 1:
            said = N_("{id} can't be {key}, which is typed into answers. Take a key such as f2 or ctrl+h.")
            return message(said, id=id, key=key)
    return None


def normalise_key(key: str) -> str:
    """A key as Textual calls it: `?` is `question_mark`."""
    key = key.strip()
    if len(key) == 1:
        return _KEY_ALIASES.get(key, key)
    *modifiers, base = key.lower().split("+")
    return "+".join([*modifiers, _KEY_ALIASES.get(base, base)])


def _is_known_key(key: str) -> bool:
    *modifiers, base = key.split("+")
    named = {name.value for name in Keys} | set(_KEY_ALIASES.values())
    return all(modifier in _MODIFIERS for modifier in modifiers) and (len(base) == 1 or base in named)


def _with_hangul(keys: Iterable[str]) -> Iterator[str]:
    """A letter is also the sign that the same key types in Korean input mode."""
    for key in keys:
        yield key
        if len(key) == 1 and key.lower() in _HANGUL:
            yield from (key.swapcase(), _HANGUL[key.lower()])


def _find_clash(keys: Mapping[str, str], bindings: Mapping[str, Binding]) -> tuple[str, str, str] | None:
    """A changed key that does something else on its screen already: its id, the other's, the key."""
    for id, wished in keys.items():
        scope = id.partition(".")[0]
        for other, binding in bindings.items():
            if other == id or ("app" not in (scope, other.partition(".")[0]) and other.partition(".")[0] != scope):
                continue
            taken = set(keys.get(other, binding.key).split(","))
            for key in wished.split(","):
                if key in taken:
                    return id, other, key
    return None


def describe_bindings() -> list[tuple[str, str, str]]:
    """Every key that can be changed: its id, the keys it has, and what it does."""
    return [(str(binding.id), binding.key, _(binding.tooltip or binding.description)) for binding in all_bindings()]


def write_template(path: Path) -> bool:
    """Make the settings file with all there is to set; False where one is there, which stays. Raises OSError."""
    if path.exists():
        return False
    settings.write_atomically(settings.render_file(settings.Settings(), describe_bindings()), path)
    return True


def keymap_of(app: App[Any]) -> Mapping[str, str]:
    """The keys that were changed, by id."""
    return cast("Mapping[str, str]", getattr(app, "keymap", {}))


def keys_for(app: App[Any], binding: Binding) -> str:
    """The keys that do this now, divided by commas."""
    return keymap_of(app).get(binding.id or "", binding.key)


def apply_keymap(app: App[Any], defaults: BindingsMap) -> BindingsMap:
    """Bindings as they are now."""
    changed = keymap_of(app)
    if not changed:
        return defaults
    found = defaults.copy()
    found.apply_keymap(dict(changed))
    return found
