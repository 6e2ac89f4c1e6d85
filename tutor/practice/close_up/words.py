"""The close-up in words, for the plain mode and for screen readers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tutor.glyphs import UNICODE
from tutor.i18n import N_, Message, message

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from tutor.practice.close_up.data import CellOrigin, CloseUpData, Equation, Operand, Quantity, Term

#: A longer matrix is named by its shape.
_MAX_VALUE = 60

_ASKED = {
    "edge": N_("What is the gradient of {name} along this edge?"),
    "sum": N_("What is the whole gradient of {name}?"),
    "start": N_("Which gradient does the backward pass start with?"),
    "forward": N_("What does {node} output?"),
}
#: The states in which the question is still open.
_OPEN = ("empty", "wrong", "near")
_GOES_BACK = N_("{value} goes back to {name}.")
_OWN_VALUE = N_("Your value for {name}, {value}, isn't right yet.")
_NOTED = N_("Your answer for {name} is {value}.")


def describe_close_up(data: CloseUpData) -> list[str]:
    """Return the close-up as a line of sentences, then its equation and, where needed, what explains it."""
    sentences = [*_forward_sentences(data), *_backward_sentences(data), *_other_gradients(data)]
    if data.equation.asked.quantity.state in _OPEN:
        sentences.append(message(_ASKED[data.kind], name=_asked_name(data), node=data.symbol))
    lines = [" ".join(map(str, sentences)), format_equation(data.equation)]
    if data.cell is not None:
        lines.append(describe_cell(data.cell))
    return lines if data.equation.note is None else [*lines, _capitalize(str(data.equation.note))]


def describe_cell(cell: CellOrigin) -> str:
    """Return from which numbers a cell of a matrix is computed."""
    sources = (
        f"{source.caption} ({', '.join(source.numbers)})" if source.numbers else str(source.caption)
        for source in cell.sources
    )
    text = N_("For example, cell [{i},{j}] is computed from {sources}.")
    return str(message(text, i=cell.row, j=cell.column, sources=_join(sources)))


def _asked_name(data: CloseUpData) -> str:
    return next((operand.name for operand in data.operands if operand.is_asked), data.output.name)


def _forward_sentences(data: CloseUpData) -> Iterator[Message]:
    operands = _join(_named_value(operand.name, operand.value) for operand in data.operands)
    if data.kind == "sum":
        nodes = ", ".join(part.symbol for part in data.parts)
        yield message(N_("{operands} goes to {n} nodes: {nodes}."), operands=operands, n=len(data.parts), nodes=nodes)
    elif data.kind == "start":
        yield message(N_("{node} outputs {name}."), node=data.operands[0].name,
                      name=_named_value(data.output.name, data.output.value))  # fmt: skip
    elif data.output.value.is_known and data.kind != "forward":
        value = _format_quantity(data.output.value)
        yield message(
            N_("{node} takes {operands} and outputs {value}."), node=data.symbol, operands=operands, value=value
        )
    else:
        yield message(N_("{node} takes {operands}."), node=data.symbol, operands=operands)


def _backward_sentences(data: CloseUpData) -> Iterator[Message]:
    """Yield what arrives from the right: the upstream, or a part from each node ahead of a branch."""
    if data.hides_addends:
        yield message(N_("The graph shows the gradient that comes back from each of them."))
    elif data.kind == "sum":
        for part in data.parts:
            yield _arrival(part.gradient, part.symbol)
    elif data.kind == "edge":
        yield _arrival(data.output.upstream, data.output.source)


def _arrival(gradient: Quantity, source: str) -> Message:
    text = N_("{value} comes back from {source}.")
    if not gradient.is_known:
        text = N_("The gradient from {source} isn't known yet.")
    elif gradient.state in ("wrong", "near"):
        text = N_("Your value from {source}, {value}, isn't right yet.")
    return message(text, value=_format_gradient(gradient), source=source)


def _other_gradients(data: CloseUpData) -> Iterator[Message]:
    """Yield the gradients on the left that are known, the asked one last."""
    for operand in sorted(data.operands, key=lambda each: each.is_asked):
        if operand.gradient.is_known:
            yield message(_text_for(operand), name=operand.name, value=_format_gradient(operand.gradient))


def _text_for(operand: Operand) -> str:
    if operand.gradient.state in ("wrong", "near"):
        return _OWN_VALUE
    return _NOTED if operand.gradient.state == "noted" else _GOES_BACK


def _named_value(name: str, quantity: Quantity) -> str:
    if not quantity.is_known or quantity.text in (name, quantity.shape):
        return f"{name} ({quantity.shape})" if quantity.shape else name
    return f"{name} = {_format_quantity(quantity)}"


def _format_quantity(quantity: Quantity) -> str:
    if not quantity.shape or len(quantity.text) <= _MAX_VALUE:
        return quantity.text
    return str(message(N_("values of shape {shape}"), shape=quantity.shape))


def _format_gradient(quantity: Quantity) -> str:
    """Return a gradient, with a word if it was filled in before the learner began."""
    text = _format_quantity(quantity)
    return str(message(N_("{value} (given)"), value=text)) if is_filled_in(quantity) else text


def is_filled_in(quantity: Quantity) -> bool:
    """Return whether a gradient was filled in and is more than the start."""
    return quantity.state == "given" and quantity.place != "start"


def _join(texts: Iterable[str]) -> str:
    """Return a list in a sentence: `x = 3 and y = 4`."""
    items = list(texts)
    if len(items) < 2:
        return "".join(items)
    return str(message(N_("{items} and {last}"), items=", ".join(items[:-1]), last=items[-1]))


def _capitalize(text: str) -> str:
    return text if text.endswith(".") else f"{text[:1].upper()}{text[1:]}."


def format_equation(equation: Equation) -> str:
    """Return the equation in one line, each term with its caption: `6 (upstream) × ? (local derivative) = ? (∂L/∂x)`."""
    asked = equation.asked
    if not equation.terms:
        return f"{asked.caption} {equation.equals} {_marked(asked.quantity)}"
    signs = (*equation.signs, equation.equals)
    parts = [
        part for term, sign in zip(equation.terms, signs, strict=True) for part in (format_term(term), sign) if part
    ]
    return " ".join([*parts, format_term(asked)])


def format_term(term: Term) -> str:
    """Return the value of a term with its mark, and its caption."""
    text = _marked(term.quantity)
    return f"({text}) ({term.caption})" if _is_sum(text) else f"{text} ({term.caption})"


def _is_sum(text: str) -> bool:
    """Return whether a formula needs brackets as a factor."""
    depth = 0
    for index, character in enumerate(text):
        depth += {"(": 1, "[": 1, ")": -1, "]": -1}.get(character, 0)
        if depth == 0 and text[index : index + 3] in (" + ", " − "):
            return True
    return False


def _marked(quantity: Quantity) -> str:
    text = quantity.brief if quantity.is_known or not quantity.shape else f"{quantity.text} {quantity.shape}"
    mark = UNICODE.for_state(quantity.state) if quantity.state in ("wrong", "near") else ""
    return f"{text} {mark}" if mark else text
