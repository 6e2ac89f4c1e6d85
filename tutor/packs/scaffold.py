"""New packs and exercises, which pass every check."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from tutor.algebra.errors import AlgebraError
from tutor.algebra.expr import ONE, Num, Sym, free_names, number
from tutor.algebra.ops import Value, is_matrix, is_vector, make_matrix
from tutor.algebra.printing import format_expr
from tutor.engine.builder import parse_and_check, parse_graph
from tutor.engine.standard_functions import with_standard_functions
from tutor.i18n import DEFAULT_LANGUAGE, N_, describe_os_error, message
from tutor.packs import json_schema
from tutor.packs.archive import PACK_FILE, exercise_files, has_pack_file
from tutor.packs.builder.exercise import load_exercise
from tutor.packs.data_inputs import default_source
from tutor.packs.diagnostics import PackError, pack_error
from tutor.packs.ids import is_valid_id
from tutor.packs.pack import read_pack
from tutor.packs.toml_source import FORMAT_VERSION

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

_EXISTS = N_("Something is already here. Choose a new name, or empty the folder.")
_NOT_AN_ID = N_("“{id}” can't be an id. Use letters, digits and -, as in two-roads.")
_NO_PACK = N_("There is no pack here. `backprop-tutor new {path}` creates one.")
_TAKEN = N_("This pack already has an exercise “{id}”. Choose another name.")
_CANT_WRITE = N_("{path} can't be written: {reason}. Check permissions and space.")

#: The text of a new pack's exercise in each language.
_FIRST_TEXT = {
    "en": "Here a + b is {a + b} and z is {z}. Go back from z to the inputs: each + passes on what it received, "
    "each × multiplies it by the value of its other line.",
    "ko": "지금 a + b의 값은 {a + b}, z의 값은 {z}입니다. z에서 입력 쪽으로 거슬러 가세요. 덧셈 노드는 받은 값을 그대로 보내고, "
    "곱셈 노드는 받은 값에 반대쪽 에지의 값을 곱해 보냅니다.",
}
_FIRST_TITLE = {"en": "A sum, then a product", "ko": "더한 다음 곱하기"}
#: A matrix before its numbers are drawn: 2×2 fits every operation.
_DEFAULT_MATRIX = ((2, 3), (4, 5))
#: The points of a new exam.
_EXAM_POINTS = 10
_LEADING_NUMBER = re.compile(r"[0-9]+")


def new_pack(
    folder: Path, title: str, authors: Sequence[str], languages: Sequence[str], *, exam: bool = False
) -> list[Path]:
    """Write a pack with one exercise, or one exam, into a new or empty folder and return its files. Raises `PackError`."""
    ensure_new_pack_dir(folder)
    pack_lines = [
        "#:schema ./pack.schema.json",
        f"format = {FORMAT_VERSION}",
        f"id = {_toml_string(folder.name)}",
        f"title = {_toml_text(dict.fromkeys(languages, title))}",
        f"authors = {json.dumps(list(authors), ensure_ascii=False)}",
        f"languages = {json.dumps(list(languages))}",
        *(_exam_lines() if exam else ()),
    ]
    exercise_lines = [
        "#:schema ./exercise.schema.json",
        f"title = {_toml_text(_in_languages(_FIRST_TITLE, languages))}",
        'graph = "z = (a + b) * c"',
        "start = 3",
        "level = 1",
        *([f"points = {_EXAM_POINTS}"] if exam else ()),
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
        *(f"{language} = {_toml_string(text)}" for language, text in _in_languages(_FIRST_TEXT, languages).items()),
    ]
    return _write_files(folder, {PACK_FILE: pack_lines, "01-first.toml": exercise_lines})


def _exam_lines() -> list[str]:
    """Return the keys of an exam in `pack.toml`, with times of which the author takes the # away."""
    opens = (datetime.now().astimezone() + timedelta(days=7)).replace(hour=9, minute=0, second=0, microsecond=0)
    return [
        'mode = "exam"',
        f"# open = {opens.isoformat()}",
        f"# due = {(opens + timedelta(hours=2)).isoformat()}",
        '# reveal = "after-due"',
    ]


def _in_languages(texts: Mapping[str, str], languages: Sequence[str]) -> dict[str, str]:
    """Return a text in these languages, in English if there is no other."""
    return {language: texts.get(language, texts[DEFAULT_LANGUAGE]) for language in languages}


def ensure_new_pack_dir(folder: Path) -> None:
    """Raise `PackError` if no new pack can be made in `folder`."""
    _check_id(folder, folder.name)
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise pack_error(message(_EXISTS), folder)


@dataclass(frozen=True, slots=True)
class Recipe:
    """A way to make an exercise from a graph: the start, and the range of all fresh numbers."""

    start: int = 1
    first: str = "2"
    to: str = "9"
    step: str = "1"


#: Suitable numbers depend on the graph: σ needs small ones, a root none below zero.
RECIPES = (
    Recipe(),
    Recipe(3),
    Recipe(3, "2", "12"),
    Recipe(3, "0.2", "2", "0.1"),
    Recipe(3, "-2", "2", "0.2"),
    Recipe(5, "0.1", "0.9", "0.05"),
    Recipe(7, "3", "30"),
    Recipe(7, "-9", "9"),
)


def new_exercise(
    folder: Path,
    name: str,
    graph: str,
    inputs: Mapping[str, Value],
    recipe: Recipe = RECIPES[0],
    *,
    start: Value = ONE,
    exam: bool = False,
) -> list[Path]:
    """Write an exercise, perhaps as an `exam`, after the others of the pack in `folder` and return its file. Raises `PackError`.

    `start` is used instead of that of the recipe unless it is 1.
    """
    _check_id(folder / name, name)
    if not has_pack_file(folder):
        raise pack_error(message(_NO_PACK, path=folder), folder)
    if any(entry.id == name for entry in read_pack(folder).entries):
        raise pack_error(message(_TAKEN, id=name), folder)
    matrices = infer_matrices(graph, inputs)
    file = f"{_next_number(folder):02}-{name}.toml"
    files = _write_files(folder, {file: _exercise_lines(graph, {**inputs, **matrices}, recipe, start, exam)})
    if matrices:
        drawn = _draw_matrices(files[0], folder, matrices)
        _write_files(folder, {file: _exercise_lines(graph, {**inputs, **drawn}, recipe, start, exam)})
    return files


def _exercise_lines(
    graph: str, inputs: Mapping[str, Value], recipe: Recipe, start: Value = ONE, exam: bool = False
) -> list[str]:
    """Return the lines of an exercise whose inputs all vary, but for symbols."""
    lines = ["#:schema ./exercise.schema.json", f"graph = {_toml_string(graph)}"]
    if not (isinstance(start, Num) and start.value == 1):
        lines.append(f"start = {_toml_string(start.name) if isinstance(start, Sym) else _toml_value(start)}")
    elif recipe.start != 1:
        lines.append(f"start = {recipe.start}")
    if exam:
        lines += ['mode = "exam"', f"points = {_EXAM_POINTS}"]
    if inputs:
        lines += ["", "[inputs]", *(f"{key} = {_toml_value(value)}" for key, value in inputs.items())]
    # Inputs without a value are drawn from 2 to 9 without being listed.
    is_default = recipe.first == "2" and recipe.to == "9"
    symbols = {key for key, value in inputs.items() if isinstance(value, Sym)}
    names = [*inputs, *(() if is_default else _graph_inputs(graph, inputs))]
    varied = [key for key in dict.fromkeys(names) if key not in symbols]
    if varied:
        step = "" if recipe.step == "1" else f", step = {recipe.step}"
        usual = f"{{ from = {recipe.first}, to = {recipe.to}{step} }}"
        sources = _data_sources(graph, inputs)
        lines += ["", "[vary]", *(f"{key} = {sources.get(key, usual)}" for key in varied)]
    return lines


def _data_sources(graph: str, inputs: Mapping[str, Value]) -> dict[str, str]:
    """Return what is drawn for the inputs that are an index or a condition; none if the graph has an error."""
    try:
        built = parse_graph(graph, inputs, with_standard_functions())
    except AlgebraError:
        return {}
    sources = {name: default_source(built, name, inputs.get(name)) for name in built.inputs}
    return {name: f"{{ from = 0, to = {source.count - 1} }}" for name, source in sources.items() if source}


def infer_matrices(graph: str, inputs: Mapping[str, Value]) -> dict[str, Value]:
    """Return small matrices for the inputs without a value that can't be numbers.

    If none fit, return none: checking the exercise then reports the error.
    """
    free = [name for name in _input_names(graph) if name not in inputs]
    # First no input is a matrix, then those in capitals, then all.
    square = make_matrix(tuple(tuple(map(number, row)) for row in _DEFAULT_MATRIX))
    for names in ([], [name for name in free if name[0].isupper()], free):
        matrices = dict.fromkeys(names, square)
        try:
            parse_graph(graph, {**inputs, **matrices}, with_standard_functions())
        except AlgebraError:
            continue
        return matrices
    return {}


def _draw_matrices(path: Path, folder: Path, matrices: Mapping[str, Value]) -> Mapping[str, Value]:
    """Return matrices in which mistakes show: fresh numbers of the exercise that was written."""
    try:
        inputs = load_exercise(path, folder, "", "drawn").variant(1).problem.inputs
    except PackError:
        return matrices
    return {name: inputs[name] for name in matrices}


def _input_names(graph: str) -> list[str]:
    """Return the inputs of a graph, numbers or not; none if it can't be parsed."""
    try:
        equations = parse_and_check(graph, with_standard_functions())
    except AlgebraError:
        return []
    defined = {equation.name for equation in equations}
    return sorted({name for equation in equations for name in free_names(equation.expr)} - defined, key=graph.index)


def _graph_inputs(graph: str, inputs: Mapping[str, Value]) -> list[str]:
    """Return the inputs of a graph; none if it has an error, which checking the exercise reports."""
    try:
        return list(parse_graph(graph, inputs, with_standard_functions()).inputs)
    except AlgebraError:
        return []


def _check_id(path: Path, name: str) -> None:
    if not is_valid_id(name):
        raise pack_error(message(_NOT_AN_ID, id=name), path)


def _next_number(folder: Path) -> int:
    numbers = [int(match[0]) for path in exercise_files(folder) if (match := _LEADING_NUMBER.match(path.name))]
    return max(numbers, default=0) + 1


def _write_files(folder: Path, files: Mapping[str, Sequence[str]]) -> list[Path]:
    """Write files and the schemas that they name, and return the paths of the former."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, lines in files.items():
            (folder / name).write_text("\n".join(lines) + "\n", encoding="utf-8")
        json_schema.write_schemas(folder)
    except OSError as error:
        raise pack_error(message(_CANT_WRITE, path=folder, reason=describe_os_error(error))) from None
    return [folder / name for name in files]


def _toml_string(text: str) -> str:
    """Return a text in quotes: TOML escapes as JSON does, except for DEL."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def _toml_text(texts: Mapping[str, str]) -> str:
    if len(texts) == 1:
        return _toml_string(next(iter(texts.values())))
    return "{ " + ", ".join(f"{language} = {_toml_string(text)}" for language, text in texts.items()) + " }"


def _toml_value(value: Value) -> str:
    if isinstance(value, Sym):
        return "{ symbol = true }"
    if is_vector(value):
        return "[" + ", ".join(map(_toml_value, value[0])) + "]"
    if is_matrix(value):
        return "[" + ", ".join("[" + ", ".join(_toml_value(cell) for cell in row) + "]" for row in value) + "]"
    text = format_expr(value).replace("−", "-")
    return text if re.fullmatch(r"-?\d+(\.\d+)?", text) else _toml_string(text)
