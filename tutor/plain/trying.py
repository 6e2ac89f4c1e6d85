"""The playground in lines: a formula of one's own, worked on, worked out, or saved as a file."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TextIO

from tutor.ascii import to_ascii
from tutor.drawing.worked import as_text
from tutor.i18n import N_, _, message
from tutor.packs import Exercise, PackError
from tutor.packs.plain_text import visible
from tutor.plain.telling import point_at
from tutor.plain.words import Command, find, listed
from tutor.plain.work import Plain
from tutor.practice.playground import History, Misread, Trial, save
from tutor.practice.worksheet import Worksheet

_AT_FORMULA: Sequence[Command] = (
    Command("list", N_("the formulas that were tried last; type the number of one"), ("목록",)),
    Command("help", N_("this list"), ("도움말",)),
    Command("quit", N_("leave the playground"), ("그만", "종료", "q")),
)
_WITH_IT: Sequence[Command] = (
    Command("exercise", N_("work on it as an exercise"), ("문제",)),
    Command("worked", N_("see it worked out"), ("풀이",)),
    Command("save", N_("save it as an exercise file"), ("저장",)),
    Command("back", N_("back to the formula"), ("뒤로", "이전")),
    Command("quit", N_("leave the playground"), ("그만", "종료", "q")),
)


class Playground:
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

    def say(self, *lines: object) -> None:
        for line in lines:
            text = str(line)
            print(to_ascii(text) if self.ascii else text, file=self.out)

    def ask(self, prompt: str) -> str | None:
        line = self.read(to_ascii(prompt) if self.ascii else prompt)
        return None if line is None else line.strip()

    def run(self) -> None:
        """Until the learner leaves."""
        self.say(_("Playground"), _("Type any formula, such as L = (w*x + b - y)^2. :list shows the last ones."))
        trial = Trial("")
        while True:
            text = self.ask(_("Formula: "))
            name = find(text, _AT_FORMULA) if text and text.startswith(":") else ""
            if text is None or name == "quit" or find(text, _AT_FORMULA[-1:]):
                return
            if name == "list":
                tried = self.history.read()
                self.say(*(f"{n}: {visible(f'{one.formula}   {one.values}')}" for n, one in enumerate(tried, 1)))
            elif name == "help" or (text.startswith(":") and not name):
                self.say(*listed(_AT_FORMULA))
            elif text:
                remembered = self._remembered(text)
                values = remembered.values if remembered else self.ask(_("Values, such as w=2 x=3 b=4 y=3: "))
                if values is None:
                    return
                trial = remembered or Trial(text, values)
                if not self._with(trial):
                    return

    def _remembered(self, text: str) -> Trial | None:
        tried = self.history.read()
        number = int(text[:4]) if text.isascii() and text.isdigit() else 0
        return tried[number - 1] if 1 <= number <= len(tried) else None

    def _with(self, trial: Trial) -> bool:
        """What to do with one formula; False when the learner leaves the playground."""
        try:
            exercise = trial.exercise()
        except Misread as misread:
            self.say(point_at(misread.error, trial.formula if misread.field == "formula" else trial.values))
            return True
        self.history.add(trial)
        while True:
            asked = self.ask(_("Enter: work on it as an exercise. Or: worked, save, back, quit: "))
            name = "exercise" if asked == "" else find(asked, _WITH_IT) if asked is not None else "quit"
            if name in ("quit", "back"):
                return name == "back"
            if name == "exercise":
                Plain(Worksheet(exercise.variant()), self.read, self.out, self.width, self.ascii).run()
            elif name == "worked":
                self.worked(exercise)
            elif name == "save":
                self.save(trial)
            else:
                self.say(*listed(_WITH_IT))

    def worked(self, exercise: Exercise) -> None:
        """The formula worked out, without a drawing: every node, every edge, the gradients."""
        self.say(*as_text(exercise.variant().problem, self.ascii, draw=False, width=self.width))

    def save(self, trial: Trial) -> None:
        try:
            name, path = save(trial)
        except PackError as error:
            self.say(error)
            return
        self.say(message(N_("Saved as {name}: {path}"), name=name, path=path))
