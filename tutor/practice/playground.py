"""The playground: formulas with values, a history of them, and saving one as an exercise file."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from itertools import zip_longest
from typing import TYPE_CHECKING

from tutor.algebra.errors import AlgebraError
from tutor.algebra.evaluate import evaluate
from tutor.algebra.expr import ONE, Sym
from tutor.algebra.parser import is_reserved, parse_value
from tutor.atomic_files import read_regular_file, write_atomically
from tutor.grading.problem import parse_start_symbol
from tutor.i18n import N_, describe_os_error, message
from tutor.packs import library
from tutor.packs.archive import PACK_FILE, has_pack_file
from tutor.packs.builder.formula import exercise_from_formula, read_formula
from tutor.packs.builder.gradient_formula import gradient_formula
from tutor.packs.diagnostics import pack_error
from tutor.packs.scaffold import new_exercise
from tutor.packs.toml_source import FORMAT_VERSION
from tutor.paths import data_folder

if TYPE_CHECKING:
    from pathlib import Path

    from tutor.algebra.ops import Value
    from tutor.i18n import Message
    from tutor.packs.exercise import Exercise

#: The history holds this many formulas, none longer than this.
MAX_HISTORY, MAX_INPUT_LENGTH = 30, 2_000
#: The longest formula that can be pasted: a Python function of some 250 lines.
MAX_FORMULA_LENGTH = 10_000
#: The pack in which exercises are saved.
OWN_PACK_ID = "mine"

_ASSIGNMENT = re.compile(r"(?<![\w.])([^\W\d]\w*)\s*=")
_PACK_TOML = f"""format = {FORMAT_VERSION}
id = "{OWN_PACK_ID}"
title = {{ en = "My exercises", ko = "내가 만든 문제" }}
languages = ["en", "ko"]
"""


@dataclass(frozen=True, slots=True)
class PlaygroundInput:
    """A formula and its values, such as `w=2 x=3`, as typed."""

    formula: str
    values: str = ""

    def to_exercise(self) -> Exercise:
        """Return an exercise with this formula. Raise `FieldError` for a text that can't be parsed."""
        return self.read()[0]

    def read(self) -> tuple[Exercise, tuple[Message, ...]]:
        """Return an exercise with this formula, and notes on lines of a Python function that are left out.

        Raise `FieldError` for a text that can't be parsed.
        """
        if not self.formula.strip():
            raise FieldError(AlgebraError(message(N_("Type a formula, such as L = (w*x + b - y)^2."))), "formula")
        try:
            inputs = parse_assignments(self.values)
        except AlgebraError as error:
            raise FieldError(error, "values") from None
        start = inputs.pop("start", ONE)
        try:
            formula = read_formula(self.formula, inputs)
            notes = () if isinstance(formula, str) else formula.notes
            return exercise_from_formula(formula, inputs, start), notes
        except AlgebraError as error:
            raise FieldError(error, "formula") from None

    def gradient(self, name: str) -> PlaygroundInput:
        """Return the gradient of the input `name` as a formula with its values. Raise `FieldError`."""
        problem = self.to_exercise().variant().problem
        try:
            found = gradient_formula(problem, name)
            found.problem()
        except AlgebraError as error:
            raise FieldError(error, "formula") from None
        if max(len(found.text), len(found.typed_values)) > MAX_INPUT_LENGTH:
            text = N_("∂{f}/∂{x} is longer than {n} characters. Choose a shorter formula.")
            fault = message(text, f=problem.graph.output, x=name, n=MAX_INPUT_LENGTH)
            raise FieldError(AlgebraError(fault, -1), "formula")
        return PlaygroundInput(found.text, found.typed_values)


class FieldError(ValueError):
    """The text of `field`, "formula" or "values", can't be parsed."""

    def __init__(self, error: AlgebraError, field: str) -> None:
        super().__init__(str(error))
        self.error = error
        self.field = field


def parse_assignments(text: str) -> dict[str, Value]:
    """Parse `w=2, X=[[1, 2]]` into exact values by name. Raise `AlgebraError` with the position in `text`.

    The name `start` is that of the gradient at the output. An input that is given its own name, as in `x=x`, is a symbol.
    """
    values: dict[str, Value] = {}
    names = list(_ASSIGNMENT.finditer(text))
    before = text[: names[0].start()] if names else text
    if before.strip(" ,;"):
        fault = message(
            N_("“{text}” is not an input. Write each input as name=value, such as x=2."), text=before.strip()
        )
        raise AlgebraError(fault, text.index(before.strip()), len(before.strip()))
    for name, after in zip_longest(names, names[1:]):
        end = after.start() if after else len(text)
        if name[1] in values:
            fault = message(N_("Input {name} is given twice. Remove one of the two."), name=name[1])
            raise AlgebraError(fault, name.start(1), len(name[1]))
        value = text[name.end() : end].rstrip(" ,;")
        if (symbol := _parse_symbol(name[1], value)) is not None:
            values[name[1]] = symbol
            continue
        try:
            values[name[1]] = evaluate(parse_value(value), {})
        except AlgebraError as error:
            raise AlgebraError(error.message, name.end() + max(error.position, 0), error.length) from None
    return values


def _parse_symbol(name: str, value: str) -> Value | None:
    """Return the symbol that is written for a value: the input's own name, or `dL/dz` for the start."""
    if name == "start":
        return parse_start_symbol(value)
    return Sym(name) if value.strip() == name and not is_reserved(name) else None


@dataclass
class History:
    """The last formulas, newest first, stored in a small JSON file. A damaged file counts as empty."""

    path: Path = field(default_factory=lambda: data_folder() / "playground.json")

    def read(self) -> list[PlaygroundInput]:
        """Return the formulas in the file."""
        try:
            saved = json.loads(read_regular_file(self.path))
            inputs = [PlaygroundInput(entry["formula"], entry["values"]) for entry in saved]
        except (OSError, ValueError, TypeError, KeyError, RecursionError):
            return []
        valid = [entry for entry in inputs if isinstance(entry.formula, str) and isinstance(entry.values, str)]
        return valid[:MAX_HISTORY]

    def add(self, latest: PlaygroundInput) -> None:
        """Add a formula as the newest. One that is too long, or can't be written, is left out."""
        if len(latest.formula) + len(latest.values) > MAX_INPUT_LENGTH:
            return
        inputs = [latest, *(entry for entry in self.read() if entry != latest)][:MAX_HISTORY]
        text = json.dumps([{"formula": entry.formula, "values": entry.values} for entry in inputs], ensure_ascii=False)
        try:
            write_atomically(text, self.path)
        except OSError:
            return


def save_exercise(entry: PlaygroundInput) -> tuple[str, Path]:
    """Save a formula as an exercise in the learner's own pack; return its full name and its file.

    Raise `FieldError`, or `PackError` if the exercise can't be written or opened.
    """
    exercise = entry.to_exercise()
    folder = library.user_packs_dir() / OWN_PACK_ID
    if not has_pack_file(folder):
        try:
            folder.mkdir(parents=True, exist_ok=True)
            (folder / PACK_FILE).write_text(_PACK_TOML, encoding="utf-8")
        except OSError as error:
            text = N_("{path} can't be written: {reason}. Check permissions and space.")
            raise pack_error(message(text, path=folder, reason=describe_os_error(error))) from None
    pack = library.read_pack(folder)
    taken = {other.id for other in pack.entries}
    name = next(name for n in range(1, len(taken) + 2) if (name := f"formula-{n}") not in taken)
    (path,) = new_exercise(folder, name, exercise.graph.text.strip(), exercise.inputs, start=exercise.start)
    try:
        library.read_pack(folder).open(name)
    except ValueError:
        path.unlink(missing_ok=True)
        raise
    return f"{pack.id}/{name}", path
