"""Answers that begin with what they are the value of: `dz/dx = 3`, `∂L/∂y = …`, `z = 120`."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from tutor.algebra.errors import AlgebraError
from tutor.algebra.typed_text import blank as blank_out
from tutor.algebra.typed_text import clean
from tutor.grading.typed_names import spellings_of
from tutor.i18n import N_, message

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tutor.grading.problem import Blank, Problem

#: The text before the first equals sign, without brackets except those of value(q).
_PREFIX = re.compile(r"(?P<name>(?:value\([^()=≈]*\)|[^()\[\]=≈<>!])*?(?:->[^()\[\]=≈<>!]*)?)\s*(?P<sign>[=≈])(?!=)")
_LATEX_DERIVATIVE = re.compile(r"\\[dt]?frac\{(?:\\partial|[d∂])\s*(\w+'*)\}\{(?:\\partial|[d∂])\s*(\w+'*)\}")
_DERIVATIVE = re.compile(r"[d∂]\s*(\w+'*)\s*[/÷∕⁄]\s*[d∂]\s*(\w+'*)")
_NAME = re.compile(r"(?!\d)\w+'*")


def strip_name(problem: Problem, blank: Blank, text: str) -> str:
    """Return an answer as long as before, with spaces for the name of the blank and the equals sign before the value.

    Raise `AlgebraError` if another name is there.
    """
    if "=" not in text and "≈" not in text and "＝" not in text:
        return text
    text = clean(text)
    match = _PREFIX.match(text)
    if match is None:
        return text
    typed = match["name"].strip()
    name = _normalized(typed)
    if name and name not in _own_names(problem, blank):
        is_plain_name = _NAME.fullmatch(name) or _DERIVATIVE.fullmatch(name)
        if not is_plain_name and not problem.has_place(name):
            return text
        if blank.kind != "question":
            raise _other_name_error(problem, blank, typed, name, match)
    return blank_out(text, 0, match.end())


def _normalized(name: str) -> str:
    r"""Return ∂L / ∂y, dL÷dy and \frac{∂L}{∂y} as dL/dy, and any other name without spaces."""
    match = _LATEX_DERIVATIVE.fullmatch(name) or _DERIVATIVE.fullmatch(name)
    return f"d{match[1]}/d{match[2]}" if match else "".join(name.split())


def _own_names(problem: Problem, blank: Blank) -> set[str]:
    """Return the names of what is asked at a blank, as a learner may write them."""
    if blank.kind == "question":
        return {blank.id}
    names = set(_node_names(problem, blank))
    if blank.kind == "forward":
        return {blank.id, *names, *(f"value({name})" for name in names)}
    own = {blank.id}
    if blank.kind == "start":
        own |= {f"d{output}/d{output}" for output in names}
    if not _is_part(problem, blank):
        own |= {f"d{problem.target_name}/d{name}" for name in names}
        own |= {spelling for name in names for spelling in (f"{name}.grad", f"d{name}", f"grad_{name}", f"{name}_grad")}
    return own


def _node_names(problem: Problem, blank: Blank) -> Iterator[str]:
    node = problem.graph.nodes[blank.node]
    yield node.id
    if node.name:
        yield node.name
    yield problem.graph.label(blank.node)
    yield from spellings_of(node.id, problem.labels)
    if blank.node == problem.graph.output_position:
        yield problem.graph.output


def _is_part(problem: Problem, blank: Blank) -> bool:
    """Return whether an edge carries only a part of the gradient of its source."""
    return blank.kind == "edge" and len(problem.gradient_edges[blank.node]) > 1


def _other_name_error(problem: Problem, blank: Blank, typed: str, name: str, match: re.Match[str]) -> AlgebraError:
    label = problem.graph.label(blank.node)
    begin = match.start("name") + len(match["name"]) - len(match["name"].lstrip())
    if _is_part(problem, blank) and name in {
        f"d{problem.target_name}/d{other}" for other in _node_names(problem, blank)
    }:
        text = message(
            N_("{name} is the sum at the branch, and this blank is only one term of it. Write just the value."),
            name=typed,
        )
    elif blank.kind == "forward":
        text = message(
            N_("This blank doesn't ask for “{name}”. Write {own} = … or just the value."), name=typed, own=label
        )
    elif _is_part(problem, blank) or not problem.graph.nodes[blank.node].name:
        text = message(N_("This blank doesn't ask for “{name}”. Write just the value."), name=typed)
    else:
        own = f"d{problem.target_name}/d{problem.graph.nodes[blank.node].id}"
        text = message(
            N_("This blank doesn't ask for “{name}”. Write {own} = … or just the value."), name=typed, own=own
        )
    return AlgebraError(text, begin, max(len(typed), 1))
