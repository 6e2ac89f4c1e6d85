"""The playground in plain mode: any formula as an exercise, worked out, or saved as a file."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from tutor.algebra.errors import AlgebraError
from tutor.drawing.reports.worked import worked_text
from tutor.engine.codegen.to_numpy import numpy_program
from tutor.engine.codegen.to_torch import torch_program
from tutor.engine.python_source.source import is_python
from tutor.i18n import N_, _, message
from tutor.packs.diagnostics import PackError
from tutor.packs.sanitize import escape_invisible
from tutor.plain.carets import format_error
from tutor.plain.code import run_code
from tutor.plain.exercise import PlainExercise
from tutor.plain.lab import PlainLab
from tutor.plain.line_commands import LineCommand, format_commands, match_command
from tutor.practice.lab.lab import Lab
from tutor.practice.playground import FieldError, History, PlaygroundInput, save_exercise
from tutor.practice.worksheet import Worksheet

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from tutor.packs.exercise import Exercise
    from tutor.plain.console import Console

_FORMULA_COMMANDS: Sequence[LineCommand] = (
    LineCommand("list", N_("recent formulas; type the number of one to load it"), {"ko": ("목록",)}),
    LineCommand("help", N_("this list"), {"ko": ("도움말",)}),
    LineCommand("quit", N_("leave the playground"), {"ko": ("그만", "종료"), "": ("q",)}),
)
_TRIAL_COMMANDS: Sequence[LineCommand] = (
    LineCommand("exercise", N_("work on it as an exercise"), {"ko": ("문제",)}),
    LineCommand(
        "nudge",
        N_("move an input and compare the change of the output with its gradient, as in nudge x 0.1"),
        {"ko": ("움직이기", "밀기")},
    ),
    LineCommand("inputs", N_("the inputs with their values and gradients; type x=2 to change x"), {"ko": ("입력",)}),
    LineCommand("table", N_("the output at five values of an input, as in table x"), {"ko": ("표",)}),
    LineCommand("reset", N_("reset the inputs to their first values, as in reset x"), {"ko": ("원래대로",)}),
    LineCommand("worked", N_("see the solution"), {"ko": ("풀이",)}),
    LineCommand("code", N_("see it as a program: code torch or code numpy"), {"ko": ("코드",)}),
    LineCommand("write", N_("write its backward pass in Python and check it"), {"ko": ("쓰기",)}),
    LineCommand("gradient", N_("the graph of an input's gradient, as in gradient x"), {"ko": ("기울기",)}),
    LineCommand("save", N_("save it as an exercise file"), {"ko": ("저장",)}),
    LineCommand("back", N_("back to the formula"), {"ko": ("뒤로", "이전")}),
    LineCommand("quit", N_("leave the playground"), {"ko": ("그만", "종료"), "": ("q",)}),
)


#: The first line of a Python function that goes on.
_BEGINS_PYTHON = re.compile(r"(?:@\w|(?:import|from)\s+\w|class\s+\w+.*:|(?:async\s+)?def\s+\w+\s*\((?!.*:\s*\w.*\Z))")
_RETURN = re.compile(r"\s*return\b")


class PlainPlayground:
    """The playground on a console: one formula after another."""

    def __init__(self, console: Console) -> None:
        self.console = console
        self.history = History()

    def run(self) -> None:
        self.console.print(
            _("Playground"), _("Type any formula, such as L = (w*x + b - y)^2. :list shows your recent formulas.")
        )
        while True:
            text = self.console.ask(_("Formula: "))
            name = match_command(text, _FORMULA_COMMANDS) if text and text.startswith(":") else ""
            if text is None or name == "quit" or match_command(text, _FORMULA_COMMANDS[-1:]):
                return
            if name == "list":
                for number, recent in enumerate(self.history.read(), 1):
                    shown = f"{recent.formula}   {recent.values}".replace("\n", " ")
                    self.console.print(f"{number}: {escape_invisible(shown)}")
            elif name == "help" or (text.startswith(":") and not name):
                self.console.print(*format_commands(_FORMULA_COMMANDS))
            elif text:
                text = self._read_rest(text)
                remembered = self._recall(text)
                values = remembered.values if remembered else self.console.ask(_("Values, such as w=2 x=3 b=4 y=3: "))
                if values is None:
                    return
                if not self._work_with(remembered or PlaygroundInput(text, values)):
                    return

    def _read_rest(self, first: str) -> str:
        """Return a formula with the lines that follow it if it begins a Python function.

        An empty line after a return ends the function, and so do two empty lines.
        """
        if not _BEGINS_PYTHON.match(first):
            return first
        lines = [first]
        while (line := self.console.read("... ")) is not None:
            line = line.rstrip()
            if not line and (not lines[-1] or any(map(_RETURN.match, lines))):
                break
            lines.append(line)
        return "\n".join(lines)

    def _recall(self, text: str) -> PlaygroundInput | None:
        """Return the recent formula with the number in `text`, if there is one."""
        recent = self.history.read()
        number = int(text[:4]) if text.isascii() and text.isdigit() else 0
        return recent[number - 1] if 1 <= number <= len(recent) else None

    def _work_with(self, trial: PlaygroundInput) -> bool:
        """Offer the actions on a formula; return False if the learner leaves the playground."""
        lab = self._open_lab(trial)
        if lab is None:
            return True
        plain_lab = PlainLab(lab, self.console)
        plain_lab.print_chosen()
        self.console.print(*lab.notes)
        self.history.add(lab.to_input())
        in_python = is_python(trial.formula)
        for misread in lab.misreadings:
            position = -1 if in_python else misread.position
            note = AlgebraError(message(N_("Note: {text}"), text=misread.message), position, misread.length)
            self.console.print(format_error(note, trial.formula))
        while True:
            text = self.console.ask(
                _(
                    "Press Enter to work on it as an exercise. Or: nudge x, inputs, worked, gradient x, "
                    "save, back, quit: "
                )
            )
            word, _space, argument = (text or "").strip().partition(" ")
            name = "quit" if text is None else match_command(word, _TRIAL_COMMANDS) if word else "exercise"
            if name in ("quit", "back"):
                return name == "back"
            if name == "gradient":
                entry = lab.to_input()
                if (gradient := self._gradient(entry, argument.strip() or lab.graph.inputs[0])) is not None:
                    return self._work_with(gradient)
            elif not name and text and "=" in text:
                plain_lab.give_values(text)
            else:
                self._act(name, argument, plain_lab)

    def _open_lab(self, trial: PlaygroundInput) -> Lab | None:
        """Return the lab of a formula, in which every input has a value; None after printing what is wrong."""
        if not trial.formula.strip():
            return None
        try:
            lab = Lab(trial.formula, trial.values)
        except AlgebraError as error:
            self.console.print(format_error(error, trial.values))
            return None
        if not lab.is_whole:
            assert lab.error is not None
            self.console.print(format_error(lab.error, trial.formula))
            return None
        return lab

    def _act(self, name: str, argument: str, plain_lab: PlainLab) -> None:
        """Do what a command says, which leaves the formula as it is."""
        actions: Mapping[str, Callable[[], object]] = {
            "exercise": lambda: self._work_on(plain_lab.lab),
            "worked": lambda: self.print_worked(plain_lab.lab.to_exercise()),
            "save": lambda: self.save(plain_lab.lab.to_input()),
            "nudge": lambda: plain_lab.nudge(argument),
            "inputs": plain_lab.print_inputs,
            "table": lambda: plain_lab.print_table(argument),
            "reset": lambda: plain_lab.reset(argument),
            "code": lambda: self.print_program(plain_lab.lab, argument),
            "write": lambda: run_code(self.console, plain_lab.lab.to_exercise()),
        }
        action = actions.get(name)
        if action is None:
            self.console.print(*format_commands(_TRIAL_COMMANDS))
        else:
            action()

    def _work_on(self, lab: Lab) -> None:
        PlainExercise(Worksheet(lab.to_exercise().variant()), self.console).run()

    def print_program(self, lab: Lab, library: str) -> None:
        """Print the formula as a program, in PyTorch unless NumPy is named."""
        problem = lab.to_exercise().variant().problem
        if problem.symbolic:
            self.console.print(_("A program needs numbers, but some inputs here are symbols."))
            return
        write = numpy_program if library.strip().lower() == "numpy" else torch_program
        self.console.print(*write(problem.graph, problem.inputs, problem.start, problem.wrt))

    def _gradient(self, trial: PlaygroundInput, name: str) -> PlaygroundInput | None:
        """Return the gradient of an input as a formula, after printing it; None after printing why there is none."""
        try:
            gradient = trial.gradient(name)
        except FieldError as error:
            self.console.print(str(error))
            return None
        self.console.print(escape_invisible(f"{gradient.formula}   {gradient.values}"))
        return gradient

    def print_worked(self, exercise: Exercise) -> None:
        """Print the formula worked out, without a drawing."""
        problem = exercise.variant().problem
        self.console.print(*worked_text(problem, self.console.glyphs, draw=False, width=self.console.width))

    def save(self, trial: PlaygroundInput) -> None:
        try:
            name, path = save_exercise(trial)
        except PackError as error:
            self.console.print(error)
            return
        self.console.print(message(N_("Saved as {name}: {path}"), name=name, path=path))
