"""How an exercise is written in code: the style and the parameters that its author chose, and what may be one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from tutor.i18n import N_, message
from tutor.packs.sanitize import clean_title

if TYPE_CHECKING:
    from tutor.engine.graph import Graph
    from tutor.i18n import Message

_UNKNOWN = N_("“{name}” is no input of this graph, so it can't be a parameter. Its inputs: {known}.")
_NO_GRADIENT = N_("“{name}” gets no gradient, so it can't be a parameter. Leave it out.")


@dataclass(frozen=True, slots=True)
class CodeSettings:
    """The style of an exercise's code, "steps" or "layer", and the inputs that an object of a layer keeps."""

    style: str = "steps"
    parameters: tuple[str, ...] = ()


def parameter_error(graph: Graph, name: str) -> Message | None:
    """Return why a name can't be a parameter of a layer with this graph; None if it can."""
    if name not in graph.inputs:
        return message(_UNKNOWN, name=clean_title(name), known=", ".join(graph.inputs))
    return None if name in graph.differentiable_inputs() else message(_NO_GRADIENT, name=name)
