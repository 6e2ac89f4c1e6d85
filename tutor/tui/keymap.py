"""Keys changed by the learner: validation, and their application to bindings."""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING

from textual.keys import Keys

from tutor import settings
from tutor.atomic_files import write_atomically
from tutor.i18n import LANGUAGES, LATIN_KEYBOARD, N_, Message, _, capitalise, message

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    from textual.binding import Binding, BindingsMap

#: Scopes of bindings where letters are typed, so that no letter can be a key.
_TEXT_INPUT_SCOPES = ("exercise", "playground", "search", "code", "app")
#: The places where keys work, by the first part of the ids of their bindings.
PLACES: Mapping[str, str] = {
    "home": N_("in the list of exercises"),
    "exercise": N_("in an exercise"),
    "explain": N_("during a replay"),
    "card": N_("on a rule card"),
    "glossary": N_("in the rules and terms"),
    "playground": N_("in the playground"),
    "worked": N_("in a worked example"),
    "program": N_("in a formula's program"),
    "summary": N_("in the details of a solved exercise"),
    "code": N_("while you write code"),
    "progress": N_("on the Progress screen"),
    "reviewed": N_("after a review"),
    "placed": N_("after a placement test"),
    "settings": N_("in the settings"),
    "themes": N_("in the list of themes"),
    "keys": N_("in the list of keys"),
}
#: Keys that an action had by default in an earlier version, and that another one has now.
_FORMER_KEYS: Mapping[str, Sequence[str]] = {"explain.on": ("space",)}
_MODIFIERS = ("ctrl", "shift", "alt", "super", "meta", "hyper")
_KEY_ALIASES = {
    "?": "question_mark",
    "esc": "escape",
    "return": "enter",
    "del": "delete",
    "space": "space",
    "/": "slash",
}


def validate_keymap(
    requested: Mapping[str, str], available: Iterable[Binding]
) -> tuple[dict[str, str], list[tuple[str, Message]]]:
    """Return the usable keys by the id of their binding, ready for the app, and by id what is wrong with the others."""
    bindings = {binding.id: binding for binding in available if binding.id is not None}
    keys: dict[str, str] = {}
    faults: list[tuple[str, Message]] = []
    for id, text in requested.items():
        fault = _find_fault(id, text, bindings)
        if fault is None:
            keys[id] = ",".join(_with_other_keyboards(map(normalise_key, text.split(","))))
        else:
            faults.append((id, fault))
    # Each is checked again, because one that is given up may free a key that another one needs.
    while (clash := _find_clash(keys, bindings)) is not None:
        id, other, key = clash
        template = N_("{key} can't be used for {id}: on the same screen it belongs to {other}.")
        faults.append((id, message(template, id=id, key=key, other=other)))
        del keys[id]
    return {**_keys_given_up(keys, bindings), **keys}, faults


def _keys_given_up(keys: Mapping[str, str], bindings: Mapping[str, Binding]) -> dict[str, str]:
    """Return the bindings that give a key up to one that had it in an earlier version, each with its other keys."""
    given_up: dict[str, str] = {}
    for id, former in _FORMER_KEYS.items():
        wanted = set(keys.get(id, "").split(",")) & set(former)
        for other, binding in bindings.items():
            defaults = binding.key.split(",")
            rest = [key for key in defaults if key not in wanted]
            if other != id and _share_a_screen(id, other) and other not in keys and 0 < len(rest) < len(defaults):
                given_up[other] = ",".join(rest)
    return given_up


def _share_a_screen(id: str, other: str) -> bool:
    """Return whether two bindings may be in use on the same screen."""
    scopes = {id.partition(".")[0], other.partition(".")[0]}
    return len(scopes) == 1 or "app" in scopes


def _find_fault(id: str, text: str, bindings: Mapping[str, Binding]) -> Message | None:
    if id not in bindings:
        # Loaded for a misspelt id only: the first screen imports this module.
        import difflib

        near = difflib.get_close_matches(id, bindings, n=1)
        if near:
            return message(N_("There is no key setting “{id}”. Did you mean {near}?"), id=id, near=near[0])
        return message(N_("There is no key setting “{id}”. `backprop-tutor settings --all` lists them all."), id=id)
    for key in map(normalise_key, text.split(",")):
        if not _is_known_key(key):
            return message(
                N_("“{key}” is not a key. Write a key such as f2, ctrl+h, delete or question_mark."), key=key
            )
        is_default = key in bindings[id].key.split(",")
        if id.partition(".")[0] in _TEXT_INPUT_SCOPES and _types_text(key) and not is_default:
            template = N_(
                "{key} can't be used for {id} because you type it in answers. Choose a key such as f2 or ctrl+h."
            )
            return message(template, id=id, key=key)
    return None


def normalise_key(key: str) -> str:
    """Return a key under the name that Textual uses: `?` is `question_mark`."""
    key = key.strip()
    if len(key) == 1:
        return _KEY_ALIASES.get(key, key)
    *modifiers, base = key.lower().split("+")
    return "+".join([*modifiers, _KEY_ALIASES.get(base, base)])


def _is_known_key(key: str) -> bool:
    *modifiers, base = key.split("+")
    named = {name.value for name in Keys} | set(_KEY_ALIASES.values())
    is_known = len(base) == 1 or base in named or bool(_character_named(base))
    return is_known and all(modifier in _MODIFIERS for modifier in modifiers)


def _character_named(key: str) -> str:
    """Return the character that a key types by its name in Unicode: `left_square_bracket` is [."""
    try:
        character = unicodedata.lookup(key.replace("_", " "))
    except KeyError:
        return ""
    return character if character.isprintable() else ""


def _types_text(key: str) -> bool:
    """Return whether a key types a character into answers; those with an alias are allowed from early on."""
    return len(key) == 1 or (key not in _KEY_ALIASES.values() and bool(_character_named(key)))


def _with_other_keyboards(keys: Iterable[str]) -> Iterator[str]:
    """Yield each key, and for a letter its other case and what the same key types on other keyboards."""
    for key in keys:
        yield key
        if len(key) == 1 and key.lower() in LATIN_KEYBOARD:
            yield key.swapcase()
            index = LATIN_KEYBOARD.index(key.lower())
            yield from (language.keyboard[index] for language in LANGUAGES.values() if language.keyboard)


def _find_clash(keys: Mapping[str, str], bindings: Mapping[str, Binding]) -> tuple[str, str, str] | None:
    """Return a changed key that is taken on its screen: its id, the id that has it, the key."""
    for id, changed in keys.items():
        clash = _clash_of(id, changed, keys, bindings)
        if clash is not None:
            return (id, *clash)
    return None


def _clash_of(
    id: str, changed: str, keys: Mapping[str, str], bindings: Mapping[str, Binding]
) -> tuple[str, str] | None:
    """Return the id of another binding that has one of these keys on the same screen, and the key."""
    for other, binding in bindings.items():
        if other == id or not _share_a_screen(id, other):
            continue
        taken = set(keys.get(other, binding.key).split(","))
        if other not in keys and len(taken) > 1:
            taken -= set(_FORMER_KEYS.get(id, ()))
        # The program gives some keys to two bindings that are never in use at the same time.
        taken -= set(binding.key.split(",")) & set(bindings[id].key.split(","))
        for key in changed.split(","):
            if key in taken:
                return other, key
    return None


def is_taken(id: str, key: str, keymap: Mapping[str, str], bindings: Mapping[str, Binding]) -> bool:
    """Return whether another binding that may be in use on the same screen has a key."""
    return _clash_of(id, key, keymap, bindings) is not None


def check_new_key(id: str, key: str, keymap: Mapping[str, str], available: Iterable[Binding]) -> Message | None:
    """Return in one sentence why a binding can't have a key that was pressed; None if it can.

    `keymap` are the keys that were changed before.
    """
    bindings = {binding.id: binding for binding in available if binding.id is not None}
    is_default = key in bindings[id].key.split(",")
    if id.partition(".")[0] in _TEXT_INPUT_SCOPES and _types_text(key) and not is_default:
        key = _character_named(key) or key
        return message(N_("You type {key} in answers. Press a key such as F2 or Ctrl+H."), key=key)
    if not _is_known_key(key):
        return message(N_("This key can't be saved in the settings. Press another one."))
    clash = _clash_of(id, ",".join(_with_other_keyboards([key])), keymap, bindings)
    if clash is None:
        return None
    other = bindings[clash[0]]
    sentence = N_("This key already means “{action}” on the same screen. Press another one.")
    return message(sentence, action=capitalise(_(other.tooltip or other.description)))


def latin_key(key: str) -> str:
    """Return a key by its name on the English keyboard: ㅎ is g."""
    for language in LANGUAGES.values():
        if len(key) == 1 and key in language.keyboard:
            return LATIN_KEYBOARD[language.keyboard.index(key)]
    return key


def different_keys(keys: str) -> list[str]:
    """Return keys that are separated by commas, without those that Shift or another layout types with the same key."""
    found: dict[str, str] = {}
    for key in keys.split(","):
        found.setdefault(latin_key(key.strip()).lower(), key)
    return list(found.values())


def describe_bindings(bindings: Iterable[Binding]) -> list[tuple[str, str, str]]:
    """Return for each binding its id, its default keys, and what it does."""
    return [
        (str(binding.id), binding.key, capitalise(_(binding.tooltip or binding.description))) for binding in bindings
    ]


def write_template(path: Path, bindings: Iterable[Binding]) -> bool:
    """Write a settings file that lists all settings; return False if there is a file. Raise OSError if it can't."""
    if path.exists():
        return False
    write_atomically(settings.render_file(settings.Settings(), describe_bindings(bindings)), path)
    return True


def apply_keymap(keymap: Mapping[str, str], defaults: BindingsMap) -> BindingsMap:
    """Return bindings with the keys that the learner gave them."""
    if not keymap:
        return defaults
    changed = defaults.copy()
    changed.apply_keymap(dict(keymap))
    return changed
