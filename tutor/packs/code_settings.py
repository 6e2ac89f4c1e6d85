"""How an exercise is written in code: the style and what belongs to it, as its author chose, and what may be a parameter."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, get_args

from tutor.i18n import N_, message
from tutor.packs.sanitize import clean_title

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tutor.engine.graph import Graph
    from tutor.i18n import Message

#: The kinds of code: a line for each gradient, a class with forward and backward, a small autograd, a sum over parts of
#: a batch, a numerical gradient, a network that is trained.
Style = Literal["steps", "layer", "autograd", "accumulation", "gradient-check", "training"]
STYLES: tuple[Style, ...] = get_args(Style)
#: The styles of files that are always the same, and need no graph.
STANDALONE_STYLES: tuple[Style, ...] = ("autograd", "accumulation", "gradient-check", "training")
#: The kinds of code in a few words.
STYLE_WORDS: Mapping[Style, str] = {
    "steps": N_("a line of NumPy for each gradient"),
    "layer": N_("a class with forward and backward"),
    "autograd": N_("a small autograd"),
    "accumulation": N_("gradient accumulation over parts of a batch"),
    "gradient-check": N_("a numerical gradient and a gradient check"),
    "training": N_("a network that is trained"),
}
#: The layers that are built in. `tutor.coding.layers` declares them.
LayerName = Literal[
    "sigmoid",
    "relu",
    "affine",
    "softmax-loss",
    "mean-squared-error",
    "batch-norm",
    "layer-norm",
    "rms-norm",
    "embedding",
    "dropout",
    "convolution",
    "attention",
]
LAYER_NAMES: tuple[LayerName, ...] = get_args(LayerName)
#: Those of them whose class can be written with faults to be found.
FAULTY_LAYERS: tuple[LayerName, ...] = ("affine", "softmax-loss")

#: Said where blanks are needed, and the exercise asks for nothing but code.
ONLY_CODE = N_("{name} is written in Python and has no blanks. Run backprop-tutor code {name}.")

_UNKNOWN = N_("“{name}” is not an input of this graph, so it can't be a parameter. The inputs are {known}.")
_NO_GRADIENT = N_("“{name}” gets no gradient, so it can't be a parameter. Remove it.")


@dataclass(frozen=True, slots=True)
class CodeSettings:
    """The style of an exercise's code, and the inputs that an object of a layer keeps.

    `layer` is a layer that is built in, in place of the exercise's graph; `faulty`: its class comes complete, with
    faults to be found. `only`: the exercise asks for nothing but code.
    """

    style: Style = "steps"
    parameters: tuple[str, ...] = ()
    layer: str = ""
    faulty: bool = False
    only: bool = False

    @property
    def key(self) -> str:
        """The task as a text that never changes between versions."""
        return f"code {self.style} {self.layer} {self.faulty} {' '.join(self.parameters)}"

    @property
    def needs_graph(self) -> bool:
        """Whether the file is made from the graph of the exercise."""
        return self.style not in STANDALONE_STYLES and not self.layer


def parameter_error(graph: Graph, name: str) -> Message | None:
    """Return why a name can't be a parameter of a layer with this graph; None if it can."""
    if name not in graph.inputs:
        return message(_UNKNOWN, name=clean_title(name), known=", ".join(graph.inputs))
    return None if name in graph.differentiable_inputs() else message(_NO_GRADIENT, name=name)
