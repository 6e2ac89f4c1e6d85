"""Headings of derivations, with sentences on the notation that follows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tutor.engine.codegen.latex_names import adjoint, partial_derivative
from tutor.i18n import N_, Message, message

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tutor.engine.codegen.latex_layout import Equation

#: What each sign means, in the order of the sentences; said once, where the sign is used first.
_SIGNS = {
    r"\odot": N_(r"The sign $\odot$ multiplies entry by entry."),
    r"\oslash": N_(r"The sign $\oslash$ divides entry by entry."),
    r"^{\circ": N_("A power with $\\circ$ is taken entry by entry."),
    r"\mathbf{1}": N_(r"All entries of $\mathbf{1}$ are 1."),
    r"\left[": N_("Square brackets are 1 where their condition holds and 0 elsewhere."),
    "_{[": N_("An index in square brackets counts from 0."),
    r"\operatorname{scatter}": N_(
        "Scatter adds each entry at the position that its index gives; all other entries are 0."
    ),
    r"\partial_{": N_("The local derivative of $f$ with respect to its operand $k$ is $\\partial_{k} f$."),
}


class LatexNotes:
    """The sentences of both headings; nothing is said twice."""

    def __init__(self) -> None:
        self._explained: set[str] = set()

    def forward_heading(self, symbols: Sequence[str], repeats: bool, equations: Sequence[Equation]) -> str:
        """Return the heading of the forward pass. `repeats` is whether an operand is repeated to a larger shape."""
        sentences = [message(N_("Forward pass."))]
        if len(symbols) == 1:
            text = N_("A long or repeated step that has no name is called ${symbol}$.")
            sentences.append(message(text, symbol=symbols[0]))
        elif symbols:
            text = N_("Long or repeated steps that have no name are called ${symbols}$.")
            sentences.append(message(text, symbols=_enumerate(symbols)))
        if repeats:
            sentences.append(message(N_("A smaller operand is repeated to the shape of the larger one.")))
        return _paragraph([*sentences, *self._signs(equations)])

    def backward_heading(
        self, target: str, output: str, name: str, step: str | None, equations: Sequence[Equation]
    ) -> str:
        """Return the heading of the backward pass: what a bar is, with `name` as the example.

        `step` is a letter for any step, in the chain rule; None for matrices, whose rules are products of matrices.
        """
        bar, whole = adjoint(name), partial_derivative(target, name)
        text = N_("A bar marks the gradient of ${target}$: ${bar} = {partial}$.")
        if target != output:
            text = N_("A bar marks the gradient of ${target}$, which is computed from ${output}$: ${bar} = {partial}$.")
        sentences = [message(N_("Backward pass.")), message(text, target=target, output=output, bar=bar, partial=whole)]
        if step is None:
            text = N_("The gradient ${bar}$ has the shape of ${name}$.")
            sentences.append(message(text, bar=bar, name=name))
        else:
            local = partial_derivative(step, name)
            text = N_("Each step ${step}$ that uses ${name}$ adds ${product}$, where ${local}$ is a local derivative.")
            product = rf"{adjoint(step)} \cdot {local}"
            sentences.append(message(text, step=step, name=name, product=product, local=local))
        return _paragraph([*sentences, *self._signs(equations)])

    def _signs(self, equations: Sequence[Equation]) -> list[Message]:
        written = " ".join(equation.text for equation in equations)
        new = [sign for sign in _SIGNS if sign in written and sign not in self._explained]
        self._explained.update(new)
        return [message(_SIGNS[sign]) for sign in new]


def _paragraph(sentences: Sequence[Message]) -> str:
    return " ".join(map(str, sentences))


def _enumerate(symbols: Sequence[str]) -> str:
    """Return symbols with commas, with dots for all but the first and the last of many."""
    shown = symbols if len(symbols) < 4 else (symbols[0], r"\dots", symbols[-1])
    return ", ".join(shown)
