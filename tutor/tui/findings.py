"""What a finished exercise comes to, section by section. Some takes seconds, so it is made beside the screen."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from textual.content import Content

from tutor.algebra import AlgebraError
from tutor.algebra.show import show
from tutor.drawing.quotients import quotient_lines
from tutor.drawing.sketch import value_lines
from tutor.drawing.worked import as_text
from tutor.engine import NotANumber
from tutor.engine.programs import torch_program
from tutor.i18n import N_, _, message
from tutor.practice.closing import ClosedForm, closed_forms
from tutor.practice.worksheet import Worksheet
from tutor.tui.columns import Column, side_by_side
from tutor.tui.contents import content
from tutor.tui.signs import Signs

#: The step of the numerical check.
STEP = 1e-4


@dataclass(frozen=True, slots=True)
class Block:
    """A piece of a section. Tables and programs keep their lines; other texts are broken where the screen ends."""

    text: Content
    kept: bool = False


#: The sections in their order: what each is called, and whether the width of the screen matters to it.
SECTIONS: dict[str, tuple[str, bool]] = {
    "gradients": (N_("Gradients of the inputs"), True),
    "closed": (N_("In closed form"), False),
    "check": (N_("Held against differences"), True),
    "worked": (N_("The whole backward pass"), True),
    "program": (N_("The same in PyTorch"), False),
}


class Findings:
    """Makes the sections. `stopped` says that nobody waits for them any more."""

    def __init__(
        self, worksheet: Worksheet, signs: Signs, stopped: Callable[[], bool], *, width: int, ascii: bool
    ) -> None:
        self.worksheet = worksheet
        self.problem = worksheet.problem
        self.signs = signs
        self.stopped = stopped
        self.width = width
        self.ascii = ascii

    def make(self, section: str) -> list[Block]:
        """The blocks of a section; where there can be none, a sentence why."""
        make: Callable[[], list[Block]] = getattr(self, f"_{section}")
        try:
            return make()
        except (NotANumber, AlgebraError) as error:
            return [self._faint(str(error))]

    def _faint(self, text: str) -> Block:
        return Block(content(self.signs, (text, "$foreground 60%")))

    def _gradients(self) -> list[Block]:
        found, goal = self.worksheet.summary(), self.problem.goal
        columns = [Column(f"∂{goal}/∂{name}", value_lines(value), "$text-accent") for name, value in found.gradients]
        return [Block(side_by_side(columns, self.signs, self.width), kept=True)]

    def _closed(self) -> list[Block]:
        forms = closed_forms(self.problem, stopped=self.stopped)
        if not forms:
            return [self._faint(_("The formulas would be too long to read."))]
        blocks = [Block(Content("\n").join(self._form(form) for form in forms))]
        if all(form.simplified for form in forms):
            return [*blocks, self._faint(_("Simplified by SymPy."))]
        if any(form.simplified for form in forms):
            return [*blocks, self._faint(_("Simplified by SymPy where it found something in three seconds."))]
        return [*blocks, self._faint(_("As the rules write it, not simplified further."))]

    def _form(self, form: ClosedForm) -> Content:
        signs, problem = self.signs, self.problem
        head = (f"∂{problem.goal}/∂{form.name} = ", "$foreground 60%")
        formula = (show(form.formula), "bold $text-accent")
        if not form.agrees:
            said = ("   " + _("Whether it agrees can't be told at these values."), "$text-warning")
            return content(signs, head, formula, said)
        typed = self._typed(form.name)
        if "[" in typed:
            said_so = message(N_("agrees with what you typed"))
        elif typed:
            said_so = message(N_("agrees with what you typed: {text}"), text=typed)
        elif problem.symbolic:
            said_so = message(N_("agrees with the backward pass"))
        else:
            value = show(problem.exact.gradients[problem.graph.position[form.name]])
            said_so = message(N_("comes to {value} at these numbers"), value=value)
        return content(signs, head, formula, "   ", (f"{signs.right} ", "bold $success"), str(said_so))

    def _typed(self, name: str) -> str:
        """The right answer that was typed for an input's gradient; empty where it was given or shown."""
        if not self.problem.has_place(name):
            return ""
        place = self.problem.place(name)
        entry = self.worksheet.entry(place.id)
        right = entry.verdict is not None and entry.verdict.right and not entry.revealed
        return entry.text if right and self.worksheet.state(place.id) == "right" else ""

    def _check(self) -> list[Block]:
        if self.problem.symbolic:
            return [self._faint(_("Differences need numbers, and here some inputs are symbols."))]
        return self._lines(quotient_lines(self.problem, STEP, self.width))

    def _worked(self) -> list[Block]:
        return self._lines(as_text(self.problem, self.ascii, width=self.width))

    def _program(self) -> list[Block]:
        if self.problem.symbolic:
            return [self._faint(_("A program needs numbers, and here some inputs are symbols."))]
        return [Block(Content("\n".join(program(self.worksheet))), kept=True)]

    def _lines(self, lines: Sequence[str]) -> list[Block]:
        """Lines in blocks, parted where one is empty."""
        blocks: list[list[str]] = [[]]
        for line in lines:
            if line.strip():
                blocks[-1].append(line)
            elif blocks[-1]:
                blocks.append([])
        return [Block(content(self.signs, "\n".join(block)), kept=_is_table(block)) for block in blocks if block]


def program(worksheet: Worksheet) -> list[str]:
    """The PyTorch program that computes the same. Raises `AlgebraError` where something is a symbol."""
    problem = worksheet.problem
    return torch_program(problem.graph, problem.inputs, problem.start, problem.wrt)


def _is_table(lines: Sequence[str]) -> bool:
    return any("  " in line.strip() or line.startswith(" ") for line in lines)
