"""New packs and exercises to begin with, which pass every check."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from pathlib import Path

from tutor.algebra.show import write as written
from tutor.algebra.values import Value, is_matrix
from tutor.i18n import N_, message
from tutor.packs import schema
from tutor.packs.archive import PACK_FILE
from tutor.packs.faults import Fault, PackError, refusal
from tutor.packs.ids import is_id
from tutor.packs.pack import exercise_files, pack
from tutor.packs.source import FORMAT

_EXISTS = N_("There is something here already. Choose a new name, or empty the folder.")
_NOT_AN_ID = N_("“{id}” is no id. Use letters, digits and -, such as two-roads.")
_NO_PACK = N_("There is no pack here. `backprop-tutor new {path}` makes one.")
_TAKEN = N_("There is an exercise “{id}” in this pack already. Choose another name.")
_CANT_WRITE = N_("{path} can't be written: {reason}. Check permissions and space.")

#: What a new pack begins with, in each language. Its numbers hide no mistake.
_FIRST_TEXT = {
    "en": "Here a + b is {a + b} and z is {z}. Go back from z to the inputs: each + passes on what it received, "
    "each × multiplies it by the value of its other line.",
    "ko": "지금 a + b의 값은 {a + b}, z의 값은 {z}입니다. z에서 입력 쪽으로 거슬러 가세요. 덧셈 노드는 받은 값을 그대로 보내고, "
    "곱셈 노드는 받은 값에 반대쪽 라인의 값을 곱해 보냅니다.",
}
_FIRST_TITLE = {"en": "A sum, then a product", "ko": "더한 다음 곱하기"}
_LEADING = re.compile(r"[0-9]+")


def new_pack(folder: Path, title: str, authors: Sequence[str], languages: Sequence[str]) -> list[Path]:
    """A pack with one exercise in a new or empty folder. The files made. Raises `PackError`."""
    check_free(folder)
    described = [
        "#:schema ./pack.schema.json",
        f"format = {FORMAT}",
        f"id = {_quoted(folder.name)}",
        f"title = {_text(dict.fromkeys(languages, title))}",
        f"authors = {json.dumps(list(authors), ensure_ascii=False)}",
        f"languages = {json.dumps(list(languages))}",
    ]
    exercise = [
        "#:schema ./exercise.schema.json",
        f"title = {_text({language: _FIRST_TITLE[language] for language in languages})}",
        'graph = "z = (a + b) * c"',
        "start = 3",
        "level = 1",
        "",
        "[inputs]",
        "a = 4",
        "b = 9",
        "c = 7",
        "",
        "[vary]",
        "a = { from = 2, to = 12 }",
        "b = { from = 2, to = 12 }",
        "c = { from = 2, to = 12 }",
        "",
        "[text]",
        *(f"{language} = {_quoted(_FIRST_TEXT[language])}" for language in languages),
    ]
    return _written(folder, {PACK_FILE: described, "01-first.toml": exercise})


def check_free(folder: Path) -> None:
    """Raises `PackError` where no new pack can be made."""
    _check_id(folder, folder.name)
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise PackError([Fault(folder, None, "", message(_EXISTS))])


def new_exercise(folder: Path, name: str, graph: str, inputs: Mapping[str, Value]) -> list[Path]:
    """An exercise behind the others of the pack in `folder`. The files made. Raises `PackError`."""
    _check_id(folder / name, name)
    if not (folder / PACK_FILE).is_file():
        raise PackError([Fault(folder, None, "", message(_NO_PACK, path=folder))])
    if any(entry.id == name for entry in pack(folder).entries):
        raise PackError([Fault(folder, None, "", message(_TAKEN, id=name))])
    lines = ["#:schema ./exercise.schema.json", f"graph = {_quoted(graph)}"]
    if inputs:
        lines += ["", "[inputs]", *(f"{key} = {_value(value)}" for key, value in inputs.items())]
        lines += ["", "[vary]", *(f"{key} = {{ from = 2, to = 9 }}" for key in inputs)]
    return _written(folder, {f"{_next_number(folder):02}-{name}.toml": lines})


def _check_id(path: Path, name: str) -> None:
    if not is_id(name):
        raise PackError([Fault(path, None, "", message(_NOT_AN_ID, id=name))])


def _next_number(folder: Path) -> int:
    numbers = [int(found[0]) for path in exercise_files(folder) if (found := _LEADING.match(path.name))]
    return max(numbers, default=0) + 1


def _written(folder: Path, files: Mapping[str, Sequence[str]]) -> list[Path]:
    """Write files, and beside them the schemas that they name."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, lines in files.items():
            (folder / name).write_text("\n".join(lines) + "\n", encoding="utf-8")
        schema.write(folder)
    except OSError as error:
        raise refusal(message(_CANT_WRITE, path=folder, reason=error.strerror or error)) from None
    return [folder / name for name in files]


def _quoted(text: str) -> str:
    """A text as TOML writes it, which escapes as JSON does but for DEL."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def _text(texts: Mapping[str, str]) -> str:
    if len(texts) == 1:
        return _quoted(next(iter(texts.values())))
    return "{ " + ", ".join(f"{language} = {_quoted(text)}" for language, text in texts.items()) + " }"


def _value(value: Value) -> str:
    if is_matrix(value):
        return "[" + ", ".join("[" + ", ".join(_value(cell) for cell in row) + "]" for row in value) + "]"
    text = written(value).replace("−", "-")
    return text if re.fullmatch(r"-?\d+(\.\d+)?", text) else _quoted(text)
