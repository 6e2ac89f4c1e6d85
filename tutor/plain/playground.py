"""The playground in lines: a formula of one's own, worked on, worked out, or saved as a file."""

from __future__ import annotations

from typing import TYPE_CHECKING, TextIO

from tutor.drawing.reports.worked import worked_text
from tutor.glyphs import to_ascii
from tutor.i18n import N_, _, message
from tutor.packs.diagnostics import PackError
from tutor.packs.sanitize import escape_invisible
from tutor.plain.describe import format_error
from tutor.plain.exercise import PlainExercise
from tutor.plain.line_commands import LineCommand, format_commands, match_command
from tutor.practice.playground import FieldError, History, PlaygroundInput, save_exercise
from tutor.practice.worksheet import Worksheet

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from tutor.packs.exercise import Exercise

_FORMULA_COMMANDS: Sequence[LineCommand] = (
    LineCommand("list", N_("the formulas that were tried last; type the number of one"), {"ko": ("목록",)}),
    LineCommand("help", N_("this list"), {"ko": ("도움말",)}),
    LineCommand("quit", N_("leave the playground"), {"ko": ("그만", "종료"), "": ("q",)}),
)
_TRIAL_COMMANDS: Sequence[LineCommand] = (
    LineCommand("exercise", N_("work on it as an exercise"), {"ko": ("문제",)}),
    LineCommand("worked", N_("see it worked out"), {"ko": ("풀이",)}),
    LineCommand("save", N_("save it as an exercise file"), {"ko": ("저장",)}),
    LineCommand("back", N_("back to the formula"), {"ko": ("뒤로", "이전")}),
    LineCommand("quit", N_("leave the playground"), {"ko": ("그만", "종료"), "": ("q",)}),
)


class PlainPlayground:
    """Formulas, one after the other. `read` returns the next line or None at the end of the input."""

    def __init__(
        self,
        read: Callable[[str], str | None],
        out: TextIO,
        width: int = 80,
        ascii: bool = False,
        history: History | None = None,
    ) -> None:
        self.read = read
        self.out = out
        self.width = width
        self.ascii = ascii
        self.history = history or History()

    def print_lines(self, *lines: object) -> None:
        for line in lines:
            text = str(line)
            print(to_ascii(text) if self.ascii else text, file=self.out)

    def ask(self, prompt: str) -> str | None:
        line = self.read(to_ascii(prompt) if self.ascii else prompt)
        return None if line is None else line.strip()

    def run(self) -> None:
        """Until the learner leaves."""
        self.print_lines(
            _("Playground"), _("Type any formula, such as L = (w*x + b - y)^2. :list shows the last ones.")
        )
        trial = PlaygroundInput("")
        while True:
            text = self.ask(_("Formula: "))
            name = match_command(text, _FORMULA_COMMANDS) if text and text.startswith(":") else ""
            if text is None or name == "quit" or match_command(text, _FORMULA_COMMANDS[-1:]):
                return
            if name == "list":
                tried = self.history.read()
                self.print_lines(
                    *(f"{n}: {escape_invisible(f'{one.formula}   {one.values}')}" for n, one in enumerate(tried, 1))
                )
            elif name == "help" or (text.startswith(":") and not name):
                self.print_lines(*format_commands(_FORMULA_COMMANDS))
            elif text:
                remembered = self._recall(text)
                values = remembered.values if remembered else self.ask(_("Values, such as w=2 x=3 b=4 y=3: "))
                if values is None:
                    return
                trial = remembered or PlaygroundInput(text, values)
                if not self._work_with(trial):
                    return

    def _recall(self, text: str) -> PlaygroundInput | None:
        tried = self.history.read()
        number = int(text[:4]) if text.isascii() and text.isdigit() else 0
        return tried[number - 1] if 1 <= number <= len(tried) else None

    def _work_with(self, trial: PlaygroundInput) -> bool:
        """What to do with one formula; False when the learner leaves the playground."""
        try:
            exercise = trial.to_exercise()
        except FieldError as misread:
            self.print_lines(format_error(misread.error, trial.formula if misread.field == "formula" else trial.values))
            return True
        self.history.add(trial)
        while True:
            asked = self.ask(_("Enter: work on it as an exercise. Or: worked, save, back, quit: "))
            name = "exercise" if asked == "" else match_command(asked, _TRIAL_COMMANDS) if asked is not None else "quit"
            if name in ("quit", "back"):
                return name == "back"
            if name == "exercise":
                PlainExercise(Worksheet(exercise.variant()), self.read, self.out, self.width, self.ascii).run()
            elif name == "worked":
                self.print_worked(exercise)
            elif name == "save":
                self.save(trial)
            else:
                self.print_lines(*format_commands(_TRIAL_COMMANDS))

    def print_worked(self, exercise: Exercise) -> None:
        """The formula worked out, without a drawing: every node, every edge, the gradients."""
        self.print_lines(*worked_text(exercise.variant().problem, self.ascii, draw=False, width=self.width))

    def save(self, trial: PlaygroundInput) -> None:
        try:
            name, path = save_exercise(trial)
        except PackError as error:
            self.print_lines(error)
            return
        self.print_lines(message(N_("Saved as {name}: {path}"), name=name, path=path))
