"""The learner's settings: one small TOML file, read at the start and written only on request.

The program reports what it can't use and starts with the rest.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from tutor.atomic_files import read_regular_file, write_atomically
from tutor.i18n import DEFAULT_LANGUAGE, LANGUAGES, N_, Message, _, describe_os_error, message
from tutor.paths import config_folder

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from pathlib import Path

THEMES: Mapping[str, str] = {
    "dark": N_("Dark"),
    "light": N_("Light"),
    "high-contrast": N_("High contrast"),
    "colour-blind": N_("Colour-blind safe"),
}
#: Textual's own themes, by the names that it gives them.
TEXTUAL_THEMES = (
    *("textual-dark", "textual-light", "nord", "gruvbox", "catppuccin-mocha", "catppuccin-latte", "catppuccin-frappe"),
    *("catppuccin-macchiato", "dracula", "tokyo-night", "monokai", "flexoki", "solarized-light", "solarized-dark"),
    *("rose-pine", "rose-pine-moon", "rose-pine-dawn", "atom-one-dark", "atom-one-light", "ansi-dark", "ansi-light"),
)
DENSITIES: Mapping[str, str] = {
    "fitting": N_("Fit to window"),
    "full": N_("All values"),
    "compact": N_("Compact"),
}

#: A complete settings file with comments has about 10 kB.
_MAX_BYTES = 2**20
_ASSIGNMENT = re.compile(r"""\s*(?P<quote>["']?)(?P<name>[\w.-]+)(?P=quote)\s*=""")
_TABLE_HEADER = re.compile(r"\s*\[")
_KEYS_HEADER = re.compile(r"""\s*\[\s*["']?keys["']?\s*\]""")


@dataclass(frozen=True, slots=True)
class Settings:
    """The settings. An empty `language` follows the locale, `ascii` None the terminal; `keys` are by binding id.

    Without `animations` nothing moves, as with TEXTUAL_ANIMATIONS=none. `predictions` are asked for before blanks,
    `reasons` now and then after right answers.
    """

    theme: str = "dark"
    language: str = ""
    density: str = "fitting"
    ascii: bool | None = None
    animations: bool = True
    predictions: bool = True
    reasons: bool = True
    keys: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class LoadedSettings:
    """The settings in effect and the faults of the file; nothing in an `unparsable` file is in effect."""

    settings: Settings = Settings()
    faults: Sequence[Message] = ()
    unparsable: bool = False


#: Values in the comments of a new file for settings without a fixed default.
_EXAMPLES: Mapping[str, str | bool] = {
    "language": DEFAULT_LANGUAGE,
    "ascii": True,
    "animations": False,
    "predictions": False,
    "reasons": False,
}
#: The values of each setting, and its description in a new file.
_CHOICES: Mapping[str, Iterable[str]] = {"theme": THEMES, "language": LANGUAGES, "density": DENSITIES}
_SWITCHES = ("ascii", "animations", "predictions", "reasons")
_DESCRIPTIONS: Mapping[str, str] = {
    "theme": N_(
        "The theme. Signs and words also show each state, so colour is never needed. NO_COLOR turns all colours off."
    ),
    "language": N_("The language. Without this line, the locale (LANG) decides; --lang overrides both."),
    "density": N_("How a graph opens: fitted to the window, with all values, or compact. F7 switches."),
    "ascii": N_("Draw with ASCII characters only, like --ascii. Without this line, the terminal decides."),
    "animations": N_("Show short animations. With false, nothing moves, as with TEXTUAL_ANIMATIONS=none."),
    "predictions": N_("Ask for a prediction before some blanks: the sign of a gradient, its size, or whether it is 0."),
    "reasons": N_("Sometimes ask why a right answer is right."),
}


def default_path() -> Path:
    return config_folder() / "settings.toml"


def load(path: Path | None = None) -> LoadedSettings:
    """Read the settings; use the built-in ones if there is no file. Never raises."""
    path = path or default_path()
    try:
        text = _read(path)
    except FileNotFoundError:
        return LoadedSettings()
    except (OSError, UnicodeDecodeError) as error:
        reason = describe_os_error(error) if isinstance(error, OSError) else _("it is not UTF-8 text")
        fault = message(N_("The settings file {path} can't be read: {reason}."), path=path, reason=reason)
        return LoadedSettings(faults=(fault,), unparsable=True)
    return _parse(text, path)


def _read(path: Path) -> str:
    return read_regular_file(path, max_bytes=_MAX_BYTES).decode("utf-8-sig")


def _parse(text: str, path: Path) -> LoadedSettings:
    # Most learners have no such file.
    import tomllib

    try:
        raw = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError, ValueError) as error:
        match = re.search(r"line (\d+)", str(error))
        line = match[1] if match else text.count("\n") + 1
        sentence = N_("{path}, line {line}: this is not valid TOML. The default settings apply until you fix it.")
        return LoadedSettings(faults=(message(sentence, path=path, line=line),), unparsable=True)
    faults: list[Message] = []
    settings = Settings()
    for name, value in raw.items():
        fault = _find_fault(name, value)
        if fault is None and name == "keys":
            keys, key_faults = _parse_keys(value)
            settings = replace(settings, keys=keys)
            faults += [_fault_in_text(text, path, key, key_fault) for key, key_fault in key_faults]
        elif fault is None:
            settings = replace(settings, **{name: value})
        else:
            faults.append(_fault_in_text(text, path, name, fault))
    return LoadedSettings(settings, tuple(faults))


def _find_fault(name: str, value: Any) -> Message | None:
    """Return what is wrong with a setting, None if nothing is."""
    if name in _CHOICES:
        if isinstance(value, str) and (value in _CHOICES[name] or (name == "theme" and value in TEXTUAL_THEMES)):
            return None
        choices = ", ".join(f'"{choice}"' for choice in _CHOICES[name])
        if name == "theme":
            sentence = N_('{name} must be one of {choices}, or one of Textual\'s themes, such as "nord".')
            return message(sentence, name=name, choices=choices)
        return message(N_("{name} must be one of {choices}."), name=name, choices=choices)
    if name in _SWITCHES:
        return None if isinstance(value, bool) else message(N_("{name} must be true or false."), name=name)
    if name == "keys":
        sentence = N_('Write keys below a line [keys], as in "exercise.hint" = "f2".')
        return None if isinstance(value, dict) else message(sentence)
    import difflib

    matches = difflib.get_close_matches(name, [*_DESCRIPTIONS, "keys"], n=1)
    if matches:
        return message(N_("There is no setting “{name}”. Did you mean {near}?"), name=name, near=matches[0])
    known = ", ".join([*_DESCRIPTIONS, "keys"])
    return message(N_("There is no setting “{name}”. The settings are {known}."), name=name, known=known)


def _parse_keys(table: Mapping[str, Any]) -> tuple[dict[str, str], list[tuple[str, Message]]]:
    """Return keys by binding id, and faults. Without quotes around an id, TOML nests tables at its dots."""
    keys: dict[str, str] = {}
    faults: list[tuple[str, Message]] = []
    for name, value in table.items():
        if isinstance(value, dict):
            inner_keys, inner_faults = _parse_keys({f"{name}.{key}": inner for key, inner in value.items()})
            keys |= inner_keys
            faults += inner_faults
        elif isinstance(value, str) and value.strip():
            keys[name] = value
        else:
            faults.append(
                (name, message(N_('Write the keys of {name} in quotes, such as "f2" or "ctrl+h,f2".'), name=name))
            )
    return keys, faults


def fault_at(path: Path, name: str, fault: Message) -> Message:
    """Return a fault with the path and the line of the setting or binding id `name`."""
    try:
        text = _read(path)
    except (OSError, UnicodeDecodeError):
        text = ""
    return _fault_in_text(text, path, name, fault)


def _fault_in_text(text: str, path: Path, name: str, fault: Message) -> Message:
    return message(N_("{path}, line {line}: {said}"), path=path, line=find_line(text, name), said=fault)


def find_line(text: str, name: str) -> int:
    """Return the line, from 1, of a setting or of the keys of a binding id."""
    for number, line in enumerate(text.splitlines(), 1):
        assignment = _ASSIGNMENT.match(line)
        if (assignment and assignment["name"] == name) or (name == "keys" and _KEYS_HEADER.match(line)):
            return number
    return 1


# --- writing ---


def render_file(settings: Settings, keys: Iterable[tuple[str, str, str]]) -> str:
    """Return a complete settings file: every setting with its description, and every key that can be changed.

    `keys` are binding ids, their default keys and their descriptions. Defaults are commented out.
    """
    lines = [
        "# " + _("Settings of backprop-tutor. Lines that begin with # are comments. To set something, remove its #.")
    ]
    for name, description in _DESCRIPTIONS.items():
        choices = _CHOICES.get(name, ("true", "false"))
        lines += ["", f"# {_(description)}", f"# {', '.join(choices)}"]
        if name == "theme":
            lines.append("# " + _("Textual's themes:") + f" {', '.join(TEXTUAL_THEMES)}")
        lines.append(_format_setting(name, settings))
    lines += [
        "",
        "# "
        + _("Keys and what they do. To change one, remove its # and write another key. Separate several with commas."),
        "[keys]",
    ]
    keys = list(keys)
    width = max((len(binding_id) + len(key) for binding_id, key, _description in keys), default=0)
    for binding_id, default_key, description in keys:
        changed_key = settings.keys.get(binding_id)
        key = changed_key or default_key
        padding = " " * (width - len(binding_id) - len(key))
        line = f'"{binding_id}" = {_format_value(key)}{padding}  # {description}'
        lines.append(line if changed_key else f"# {line}")
    return "\n".join(lines) + "\n"


def _format_setting(name: str, settings: Settings) -> str:
    value = getattr(settings, name)
    if value == getattr(Settings(), name):
        return f"# {name} = {_format_value(_EXAMPLES.get(name, value))}"
    return f"{name} = {_format_value(value)}"


def _format_value(value: str | bool) -> str:
    return json.dumps(value, ensure_ascii=False)


def with_value(text: str, name: str, value: str | bool) -> str:
    """Return the text of a settings file with one setting changed and all else kept, comments too."""
    new_line = f"{name} = {_format_value(value)}"
    lines = text.splitlines()
    first_table = next((number for number, line in enumerate(lines) if _TABLE_HEADER.match(line)), len(lines))
    for number, line in enumerate(lines[:first_table]):
        assignment = _ASSIGNMENT.match(line)
        if assignment and assignment["name"] == name:
            comment = re.search(r"\s#[^\"']*$", line)
            lines[number] = new_line + (f" {comment[0].strip()}" if comment else "")
            break
    else:
        commented_out = re.compile(rf"#\s*{name}\s*=")
        position = next((number for number, line in enumerate(lines[:first_table]) if commented_out.match(line)), None)
        if position is None:
            lines.insert(0, new_line)
        else:
            lines[position] = new_line
    return "\n".join(lines) + "\n"


def with_key(text: str, id: str, keys: str | None, default: str) -> str:
    """Return the text of a settings file with the keys of one binding changed, or set back to the default for None."""
    lines = text.splitlines()
    start = next((number for number, line in enumerate(lines) if _KEYS_HEADER.match(line)), None)
    if start is None:
        return text if keys is None else "\n".join([*lines, "", "[keys]", _key_line(id, keys)]).lstrip("\n") + "\n"
    tables = (number for number, line in enumerate(lines) if number > start and _TABLE_HEADER.match(line))
    end = next(tables, len(lines))
    own = re.compile(rf"""\s*(["']?){re.escape(id)}\1\s*=""")
    commented_out = re.compile(rf"""\s*#\s*(["']?){re.escape(id)}\1\s*=""")
    position = next((number for number in range(start + 1, end) if own.match(lines[number])), None)
    if position is None:
        position = next((number for number in range(start + 1, end) if commented_out.match(lines[number])), None)
        if position is None:
            lines[start + 1 : start + 1] = [] if keys is None else [_key_line(id, keys)]
            return "\n".join(lines) + "\n"
    comment = re.search(r"""(?<=["'])\s*#[^"']*$""", lines[position])
    line = _key_line(id, default if keys is None else keys) + (f"  {comment[0].strip()}" if comment else "")
    lines[position] = f"# {line}" if keys is None else line
    return "\n".join(lines) + "\n"


def _key_line(id: str, keys: str) -> str:
    return f"{_format_value(id)} = {_format_value(keys)}"


def save_value(name: str, value: str | bool, path: Path | None = None) -> Message | None:
    """Save one setting; return the reason if it can't be saved and holds for this session only. Never raises."""

    def has_changed(new: Settings) -> bool:
        return bool(getattr(new, name) == value)

    return _save(lambda text: with_value(text, name, value), has_changed, f"{name} = {_format_value(value)}", path)


def save_key(id: str, keys: str | None, default: str, path: Path | None = None) -> Message | None:
    """Save the keys of a binding, None for the default; return the reason if they can't be saved. Never raises."""

    def has_changed(new: Settings) -> bool:
        return new.keys.get(id) == keys

    line = f"[keys] {_key_line(id, default if keys is None else keys)}"
    return _save(lambda text: with_key(text, id, keys, default), has_changed, line, path)


def _save(
    change: Callable[[str], str], has_changed: Callable[[Settings], bool], line: str, path: Path | None
) -> Message | None:
    """Change the settings file; return the reason if that fails. All else in the file is kept."""
    path = path or default_path()
    if load(path).unparsable:
        return message(N_("{path} is not changed until you fix it. This choice applies until you quit."), path=path)
    try:
        text = _read(path) if path.exists() else ""
        new_text = change(text)
        # A file in an unusual form is left alone if the change would not take effect.
        if not has_changed(_parse(new_text, path).settings):
            sentence = N_("Write {line} in {path} yourself. This choice applies until you quit.")
            return message(sentence, line=line, path=path)
        write_atomically(new_text, path)
    except (OSError, UnicodeDecodeError) as error:
        sentence = N_("{path} can't be written: {reason}. This choice applies until you quit.")
        return message(sentence, path=path, reason=describe_os_error(error))
    return None
