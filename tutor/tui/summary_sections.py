"""The sections of the summary of a solved exercise. Some take seconds and are made in a thread."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from textual.content import Content

from tutor.algebra.errors import AlgebraError
from tutor.algebra.printing import format_value
from tutor.drawing.from_problem import format_forward_value
from tutor.drawing.reports.gradient_check import gradient_check_report
from tutor.drawing.reports.worked import worked_text
from tutor.engine.codegen.to_torch import torch_program
from tutor.engine.passes import NonFiniteError
from tutor.grading.matrix_points import describe_sizes, points_of
from tutor.i18n import N_, _, message
from tutor.practice.closed_form import ClosedForm, closed_forms
from tutor.tui.columns import Column, layout_columns
from tutor.tui.content import styled

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from tutor.glyphs import Glyphs
    from tutor.practice.worksheet import Worksheet

#: The step of the numerical check.
CHECK_STEP = 1e-4


@dataclass(frozen=True, slots=True)
class SummaryBlock:
    """A piece of a section. Tables and programs are preformatted; other texts are wrapped."""

    text: Content
    preformatted: bool = False


#: The sections in their order: title, and whether the section depends on the width of the screen.
SECTIONS: dict[str, tuple[str, bool]] = {
    "gradients": (N_("Gradients of the inputs"), True),
    "closed_form": (N_("In closed form"), False),
    "check": (N_("Numerical check"), True),
    "worked": (N_("The whole backward pass"), True),
    "program": (N_("The same in PyTorch"), False),
}


class SummarySections:
    """Makes the sections; `is_cancelled` tells when they are no longer needed."""

    def __init__(self, worksheet: Worksheet, glyphs: Glyphs, is_cancelled: Callable[[], bool], width: int) -> None:
        self.worksheet = worksheet
        self.problem = worksheet.problem
        self.glyphs = glyphs
        self.is_cancelled = is_cancelled
        self.width = width

    def make_section(self, section: str) -> list[SummaryBlock]:
        """Return the blocks of a section, or a sentence that says why there are none."""
        makers = {
            "gradients": self._gradients,
            "closed_form": self._closed_form,
            "check": self._check,
            "worked": self._worked,
            "program": self._program,
        }
        try:
            return makers[section]()
        except (NonFiniteError, AlgebraError) as error:
            return [self._note(str(error))]

    def _note(self, text: str) -> SummaryBlock:
        return SummaryBlock(styled(self.glyphs, (text, "$muted")))

    def _gradients(self) -> list[SummaryBlock]:
        target = self.problem.target_name
        columns = [
            Column(f"∂{target}/∂{name}", format_forward_value(value), "$backward")
            for name, value in self.worksheet.summary().gradients
        ]
        return [SummaryBlock(layout_columns(columns, self.glyphs, self.width), preformatted=True)]

    def _closed_form(self) -> list[SummaryBlock]:
        forms = closed_forms(self.problem, should_stop=self.is_cancelled)
        if not forms:
            return [self._note(_("The formulas are too long to show."))]
        blocks = [SummaryBlock(Content("\n").join(self._gradient_line(form) for form in forms))]
        if all(form.simplified for form in forms):
            return [*blocks, self._note(_("Simplified by SymPy."))]
        if any(form.simplified for form in forms):
            return [
                *blocks,
                self._note(_("Simplified by SymPy where possible. The others are as the rules write them.")),
            ]
        return [*blocks, self._note(_("As the rules write it, not simplified further."))]

    def _gradient_line(self, form: ClosedForm) -> Content:
        glyphs, problem = self.glyphs, self.problem
        head = (f"∂{problem.target_name}/∂{form.name} = ", "$muted")
        formula = (format_value(form.formula), "bold $backward")
        if not form.agrees:
            doubt = ("   " + _("These values can't show whether it agrees."), "$help")
            return styled(glyphs, head, formula, doubt)
        typed = self._typed_answer(form.name)
        if "[" in typed:
            agreement = message(N_("agrees with your answer"))
        elif typed:
            agreement = message(N_("agrees with your answer: {text}"), text=typed)
        elif problem.symbolic:
            agreement = message(N_("agrees with the backward pass"))
        else:
            value = format_value(problem.exact_passes.gradients[problem.graph.position[form.name]])
            agreement = message(N_("equals {value} with these numbers"), value=value)
        return styled(glyphs, head, formula, "   ", (f"{glyphs.correct} ", "bold $right"), str(agreement))

    def _typed_answer(self, name: str) -> str:
        """Return the right answer typed for an input's gradient; empty if it was given or shown."""
        if not self.problem.has_place(name):
            return ""
        place = self.problem.place(name)
        entry = self.worksheet.entry(place.id)
        right = entry.verdict is not None and entry.verdict.right and not entry.revealed
        return entry.text if right and self.worksheet.state(place.id) == "right" else ""

    def _check(self) -> list[SummaryBlock]:
        if self.problem.has_matrix_symbols and (points := points_of(self.problem)):
            note = self._note(str(describe_sizes(points[0])))
            return [note, *self._to_blocks(gradient_check_report(points[0], CHECK_STEP, self.width))]
        if self.problem.symbolic:
            return [self._note(_("Numerical differentiation needs numbers, but some inputs are symbols."))]
        return self._to_blocks(gradient_check_report(self.problem, CHECK_STEP, self.width))

    def _worked(self) -> list[SummaryBlock]:
        return self._to_blocks(worked_text(self.problem, self.glyphs, width=self.width))

    def _program(self) -> list[SummaryBlock]:
        if self.problem.symbolic:
            return [self._note(_("A program needs numbers, but some inputs here are symbols."))]
        return [SummaryBlock(Content("\n".join(torch_source(self.worksheet))), preformatted=True)]

    def _to_blocks(self, lines: Sequence[str]) -> list[SummaryBlock]:
        """Return lines as blocks, split at empty lines."""
        blocks: list[list[str]] = [[]]
        for line in lines:
            if line.strip():
                blocks[-1].append(line)
            elif blocks[-1]:
                blocks.append([])
        return [
            SummaryBlock(styled(self.glyphs, "\n".join(block)), preformatted=_is_table(block))
            for block in blocks
            if block
        ]


def torch_source(worksheet: Worksheet) -> list[str]:
    """Return the PyTorch program of a worksheet. Raise `AlgebraError` if an input is a symbol."""
    problem = worksheet.problem
    return torch_program(problem.graph, problem.inputs, problem.start, problem.wrt)


def _is_table(lines: Sequence[str]) -> bool:
    return any("  " in line.strip() or line.startswith(" ") for line in lines)
