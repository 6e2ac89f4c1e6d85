"""Options for second derivatives: `--hessian x,y`, and `--gradient x`, the graph of a gradient."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tutor.algebra.expr import ONE
from tutor.commands.errors import CommandError
from tutor.i18n import N_, message

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tutor.algebra.ops import Value
    from tutor.grading.problem import Problem
    from tutor.packs.builder.gradient_formula import GradientFormula

#: The forms of `solve` that don't go with a Hessian.
_FORMS_OF_A_GRAPH = ("numpy", "latex", "check", "svg", "png", "tikz", "mermaid", "dot")


def parse_names(text: str) -> tuple[str, ...]:
    """Return the names in `x,y`. Raise CommandError."""
    names = tuple(name.strip() for name in text.split(","))
    if not all(name.rstrip("'").isidentifier() for name in names):
        sentence = N_("“{text}” is not a list of inputs. Write their names, as in a,b.")
        raise CommandError(message(sentence, text=text), 2)
    return names


def check_hessian_options(forms: Sequence[str], start: Value) -> None:
    """Refuse the forms of output and the start that a Hessian can't have. Raise CommandError."""
    if others := [form for form in forms if form in _FORMS_OF_A_GRAPH]:
        text = N_("--hessian can't be combined with --{form}. Use --gradient x --{form} for the graph of one row.")
        raise CommandError(message(text, form=others[0]), 2)
    if start is not ONE:
        text = N_("--hessian differentiates the output itself, so it has no start. Leave out --start.")
        raise CommandError(message(text), 2)


def gradient_of(problem: Problem, name: str) -> GradientFormula:
    """Return the formula of the gradient of the input that `--gradient` names. Raise CommandError, AlgebraError."""
    from tutor.packs.builder.gradient_formula import gradient_formula

    if "," in name:
        text = N_("--gradient takes one input and shows the graph of ∂f/∂x. For several inputs, use --hessian {names}.")
        raise CommandError(message(text, names=name), 2)
    return gradient_formula(problem, name.strip())
