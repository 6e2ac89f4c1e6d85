"""The learner's settings: one small TOML file, read at the start and written only when it is asked for.

What can't be used is told in a sentence and left out; the program starts with what is left.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tutor.i18n import DEFAULT_LANGUAGE, LANGUAGES, N_, Message, _, describe_os_error, message
from tutor.paths import data_folder

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

THEMES: Mapping[str, str] = {
    "dark": N_("dark"),
    "light": N_("light"),
    "high-contrast": N_("high contrast"),
    "colour-blind": N_("safe for colour blindness"),
}
DENSITIES: Mapping[str, str] = {
    "fitting": N_("what fits"),
    "full": N_("with all values"),
    "compact": N_("compact"),
}

_ASSIGNMENT = re.compile(r"""\s*(?P<quote>["']?)(?P<name>[\w.-]+)(?P=quote)\s*=""")
_TABLE_HEADER = re.compile(r"\s*\[")
_KEYS_HEADER = re.compile(r"""\s*\[\s*["']?keys["']?\s*\]""")


@dataclass(frozen=True, slots=True)
class Settings:
    """What the file says. `language` is empty where the locale decides, `ascii` None where the terminal does; `keys` are
    keys by the id of what they do.
    """

    theme: str = "dark"
    language: str = ""
    density: str = "fitting"
    ascii: bool | None = None
    keys: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class LoadedSettings:
    """The settings in effect, and what is wrong with the file. `unparsable`: it is no TOML and none of it counts."""

    settings: Settings = Settings()
    faults: Sequence[Message] = ()
    unparsable: bool = False


#: What a comment shows where the terminal or the locale decides.
_EXAMPLES: Mapping[str, str | bool] = {"language": DEFAULT_LANGUAGE, "ascii": True}
#: What each setting takes, and what it is for.
_CHOICES: Mapping[str, Iterable[str]] = {"theme": THEMES, "language": LANGUAGES, "density": DENSITIES}
_DESCRIPTIONS: Mapping[str, str] = {
    "theme": N_("The theme. State is told by marks as well, never by colour alone. NO_COLOR turns them all off."),
    "language": N_("The language. Without this line the locale (LANG) decides; --lang comes before both."),
    "density": N_("How a graph opens: what fits the window, with all values, or compact. F7 toggles."),
    "ascii": N_("Draw with ASCII characters only, as --ascii does. Without this line the terminal decides."),
}


def default_path() -> Path:
    """Where the settings are looked for: in the learner's folder."""
    return data_folder() / "settings.toml"


def load(path: Path | None = None) -> LoadedSettings:
    """What the file says; the built-in settings where there is none. Never raises."""
    path = path or default_path()
    try:
        text = path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        return LoadedSettings()
    except (OSError, UnicodeDecodeError) as error:
        why = describe_os_error(error) if isinstance(error, OSError) else _("it is no text in UTF-8")
        said = message(N_("The settings {path} can't be read: {reason}."), path=path, reason=why)
        return LoadedSettings(faults=(said,), unparsable=True)
    return _parse(text, path)


def _parse(text: str, path: Path) -> LoadedSettings:
    # Loaded only for those who have such a file.
    import tomllib

    try:
        raw = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError, ValueError) as error:
        line = re.search(r"line (\d+)", str(error))
        where = line[1] if line else text.count("\n") + 1
        said = N_("{path}, line {line}: this is no TOML, so the built-in settings hold until it is mended.")
        return LoadedSettings(faults=(message(said, path=path, line=where),), unparsable=True)
    faults: list[Message] = []
    chosen = Settings()
    for name, value in raw.items():
        fault = _find_fault(name, value)
        if fault is None and name == "keys":
            keys, wrong = _parse_keys(value)
            chosen = replace(chosen, keys=keys)
            faults += [_fault_in_text(text, path, key, said) for key, said in wrong]
        elif fault is None:
            chosen = replace(chosen, **{name: value})
        else:
            faults.append(_fault_in_text(text, path, name, fault))
    return LoadedSettings(chosen, tuple(faults))


def _find_fault(name: str, value: Any) -> Message | None:
    """What is wrong with a setting; None where nothing is."""
    if name in _CHOICES:
        if isinstance(value, str) and value in _CHOICES[name]:
            return None
        choices = ", ".join(f'"{choice}"' for choice in _CHOICES[name])
        return message(N_("{name} is one of {choices}."), name=name, choices=choices)
    if name == "ascii":
        return None if isinstance(value, bool) else message(N_("{name} is true or false."), name=name)
    if name == "keys":
        said = N_('Keys stand below a line [keys], as in "exercise.hint" = "f2".')
        return None if isinstance(value, dict) else message(said)
    import difflib

    near = difflib.get_close_matches(name, [*_DESCRIPTIONS, "keys"], n=1)
    if near:
        return message(N_("There is no setting “{name}”. Did you mean {near}?"), name=name, near=near[0])
    known = ", ".join([*_DESCRIPTIONS, "keys"])
    return message(N_("There is no setting “{name}”. There are: {known}."), name=name, known=known)


def _parse_keys(table: Mapping[str, Any]) -> tuple[dict[str, str], list[tuple[str, Message]]]:
    """Keys by id. Ids may be quoted, or nested by their dots as TOML reads them without quotes."""
    found: dict[str, str] = {}
    wrong: list[tuple[str, Message]] = []
    for name, value in table.items():
        if isinstance(value, dict):
            inner, faults = _parse_keys({f"{name}.{key}": each for key, each in value.items()})
            found |= inner
            wrong += faults
        elif isinstance(value, str) and value.strip():
            found[name] = value
        else:
            wrong.append((name, message(N_('The keys of {name} are a text, such as "f2" or "ctrl+h,f2".'), name=name)))
    return found, wrong


def fault_at(path: Path, name: str, fault: Message) -> Message:
    """A fault with the line of the file that it is about."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError):
        text = ""
    return _fault_in_text(text, path, name, fault)


def _fault_in_text(text: str, path: Path, name: str, fault: Message) -> Message:
    return message(N_("{path}, line {line}: {said}"), path=path, line=find_line(text, name), said=fault)


def find_line(text: str, name: str) -> int:
    """The line, from 1, in which a setting or the keys of an id begin."""
    for number, line in enumerate(text.splitlines(), 1):
        head = _ASSIGNMENT.match(line)
        if (head and head["name"] == name) or (name == "keys" and _KEYS_HEADER.match(line)):
            return number
    return 1


# --- writing ---


def render_file(settings: Settings, keys: Iterable[tuple[str, str, str]]) -> str:
    """A whole file: every setting with what it is for, and in comments every key that can be changed.

    `keys` are the ids, the keys they have now, and what they do.
    """
    lines = [
        "# " + _("Settings of backprop-tutor. Lines that begin with # are comments: take away the # to set something.")
    ]
    for name, says in _DESCRIPTIONS.items():
        choices = _CHOICES.get(name, ("true", "false"))
        lines += ["", f"# {_(says)}", f"# {', '.join(choices)}", _format_setting(name, settings)]
    lines += [
        "",
        "# " + _("Keys, by what they do: take away the # and write others. Several are divided by commas."),
        "[keys]",
    ]
    listed = list(keys)
    width = max((len(id) + len(key) for id, key, _says in listed), default=0)
    for id, key, says in listed:
        given = settings.keys.get(id)
        line = f'"{id}" = {_format_value(given or key)}'
        lines.append(f"{'' if given else '# '}{line}{' ' * (width - len(id) - len(given or key))}  # {says}")
    return "\n".join(lines) + "\n"


def _format_setting(name: str, settings: Settings) -> str:
    value = getattr(settings, name)
    if value == getattr(Settings(), name):
        return f"# {name} = {_format_value(_EXAMPLES.get(name, value))}"
    return f"{name} = {_format_value(value)}"


def _format_value(value: str | bool) -> str:
    import json

    return json.dumps(value, ensure_ascii=False)


def with_value(text: str, name: str, value: str | bool) -> str:
    """The text of a file with one setting changed, all else as it was, comments too."""
    new = f"{name} = {_format_value(value)}"
    lines = text.splitlines()
    tables = (number for number, line in enumerate(lines) if _TABLE_HEADER.match(line))
    top = next(tables, len(lines))
    for number, line in enumerate(lines[:top]):
        head = _ASSIGNMENT.match(line)
        if head and head["name"] == name:
            after = re.search(r"\s#[^\"']*$", line)
            lines[number] = new + (f" {after[0].strip()}" if after else "")
            break
    else:
        comment = re.compile(rf"#\s*{name}\s*=")
        here = next((number for number, line in enumerate(lines[:top]) if comment.match(line)), None)
        if here is None:
            lines.insert(0, new)
        else:
            lines[here] = new
    return "\n".join(lines) + "\n"


def save_value(name: str, value: str | bool, path: Path | None = None) -> Message | None:
    """Keep one setting, in a file that is there or in a new one. None where that went well, else why it holds for this sitting only. Never raises."""
    path = path or default_path()
    before = load(path)
    if before.unparsable:
        return message(N_("{path} is not written to until it is mended; this holds until you quit."), path=path)
    try:
        text = path.read_text(encoding="utf-8-sig") if path.exists() else ""
        made = with_value(text, name, value)
        # A file whose lines are unlike ours is better left alone than broken.
        if getattr(_parse(made, path).settings, name) != value:
            said = N_("Write {line} into {path} yourself; this holds until you quit.")
            return message(said, line=f"{name} = {_format_value(value)}", path=path)
        write_atomically(made, path)
    except (OSError, UnicodeDecodeError) as error:
        said = N_("{path} can't be written: {reason}. This holds until you quit.")
        return message(said, path=path, reason=describe_os_error(error))
    return None


def write_atomically(text: str, path: Path) -> None:
    """Write the file, all of it or nothing. Raises OSError."""
    from tempfile import NamedTemporaryFile

    path.parent.mkdir(parents=True, exist_ok=True)
    with NamedTemporaryFile("w", encoding="utf-8", dir=path.parent, delete=False) as file:
        file.write(text)
    # A link stays a link, to the file it leads to.
    Path(file.name).replace(path.resolve())
