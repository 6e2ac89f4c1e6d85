"""New packs and exercises to begin with, which pass every check."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from tutor.algebra import AlgebraError
from tutor.algebra.show import write as written
from tutor.algebra.tree import names, number
from tutor.algebra.values import Value, is_matrix, matrix
from tutor.engine import Graph
from tutor.engine.build import read_equations
from tutor.i18n import N_, message
from tutor.packs import schema
from tutor.packs.archive import PACK_FILE
from tutor.packs.faults import Fault, PackError, refusal
from tutor.packs.ids import is_id
from tutor.packs.pack import exercise_files, pack
from tutor.packs.source import FORMAT
from tutor.system_errors import reason

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
#: What a matrix is before its numbers are drawn: two rows and two columns fit each other whatever is done with them.
_SQUARE = ((2, 3), (4, 5))
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


@dataclass(frozen=True, slots=True)
class Manner:
    """How an exercise can be made of a graph: the start, and where all fresh numbers come from."""

    start: int = 1
    first: str = "2"
    to: str = "9"
    step: str = "1"


#: Which numbers suit depends on the graph: σ wants small ones, a root none below zero.
MANNERS = (
    Manner(),
    Manner(3),
    Manner(3, "2", "12"),
    Manner(3, "0.2", "2", "0.1"),
    Manner(3, "-2", "2", "0.2"),
    Manner(5, "0.1", "0.9", "0.05"),
    Manner(7, "3", "30"),
    Manner(7, "-9", "9"),
)


def new_exercise(
    folder: Path, name: str, graph: str, inputs: Mapping[str, Value], manner: Manner = MANNERS[0]
) -> list[Path]:
    """An exercise behind the others of the pack in `folder`. The files made. Raises `PackError`."""
    _check_id(folder / name, name)
    if not (folder / PACK_FILE).is_file():
        raise PackError([Fault(folder, None, "", message(_NO_PACK, path=folder))])
    if any(entry.id == name for entry in pack(folder).entries):
        raise PackError([Fault(folder, None, "", message(_TAKEN, id=name))])
    matrices = matrices_in(graph, inputs)
    file = f"{_next_number(folder):02}-{name}.toml"
    made = _written(folder, {file: _exercise(graph, {**inputs, **matrices}, manner)})
    if matrices:
        drawn = _drawn(made[0], folder, matrices)
        _written(folder, {file: _exercise(graph, {**inputs, **drawn}, manner)})
    return made


def _exercise(graph: str, inputs: Mapping[str, Value], manner: Manner) -> list[str]:
    """The lines of an exercise whose inputs all change."""
    lines = ["#:schema ./exercise.schema.json", f"graph = {_quoted(graph)}"]
    if manner.start != 1:
        lines.append(f"start = {manner.start}")
    if inputs:
        lines += ["", "[inputs]", *(f"{key} = {_value(value)}" for key, value in inputs.items())]
    # What has no value needs no range either where the usual one will do.
    usual = manner.first == "2" and manner.to == "9"
    varied = dict.fromkeys([*inputs, *(() if usual else _named_in(graph, inputs))])
    if varied:
        step = "" if manner.step == "1" else f", step = {manner.step}"
        lines += ["", "[vary]", *(f"{key} = {{ from = {manner.first}, to = {manner.to}{step} }}" for key in varied)]
    return lines


def matrices_in(graph: str, inputs: Mapping[str, Value]) -> dict[str, Value]:
    """Small matrices for those inputs without a value that must be some; none where no choice of them fits, which is told
    when the exercise is checked.
    """
    free = [name for name in _names_in(graph) if name not in inputs]
    # As numbers; those in capitals as matrices; all of them.
    square = matrix(tuple(tuple(map(number, row)) for row in _SQUARE))
    for chosen in ([], [name for name in free if name[0].isupper()], free):
        found = dict.fromkeys(chosen, square)
        try:
            Graph.parse(graph, {**inputs, **found})
        except AlgebraError:
            continue
        return found
    return {}


def _drawn(path: Path, folder: Path, matrices: Mapping[str, Value]) -> Mapping[str, Value]:
    """Numbers for matrices in which mistakes show: fresh ones of the exercise that was written."""
    from tutor.packs.loading import open_exercise

    try:
        inputs = open_exercise(path, folder, "", "drawn").variant(1).problem.inputs
    except PackError:
        return matrices
    return {name: inputs[name] for name in matrices}


def _names_in(graph: str) -> list[str]:
    """The inputs of a graph, numbers or not; none where it can't be read."""
    try:
        equations = read_equations(graph, {})
    except AlgebraError:
        return []
    defined = {equation.name for equation in equations}
    return sorted({name for equation in equations for name in names(equation.tree)} - defined, key=graph.index)


def _named_in(graph: str, inputs: Mapping[str, Value]) -> list[str]:
    """The inputs of a graph; none where it can't be read, which is told when it is checked."""
    try:
        return list(Graph.parse(graph, inputs).inputs)
    except AlgebraError:
        return []


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
        raise refusal(message(_CANT_WRITE, path=folder, reason=reason(error))) from None
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
