"""Standard functions that are written in the graph language: `leaky_relu`, `var`, `layer_norm` and the like.

Each is one node that unfolds, and its gradient rule is the backward pass over its body. A graph may use their names for
something else: they are functions only directly before a bracket, and a custom function with such a name comes first.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from tutor.engine import standard_activations, standard_losses, standard_normalizations, standard_reductions
from tutor.engine.standard_function import REGISTRY, StandardFunction

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tutor.engine.builder import CustomFunction
    from tutor.engine.operation import Operation

#: All standard functions by their names.
STANDARD_FUNCTIONS: Mapping[str, StandardFunction] = {
    function.name: function
    for table in (
        standard_activations.TABLE,
        standard_losses.TABLE,
        standard_reductions.TABLE,
        standard_normalizations.TABLE,
    )
    for function in table
}
REGISTRY.update(STANDARD_FUNCTIONS)


def with_standard_functions(definitions: Mapping[str, CustomFunction] | None = None) -> Mapping[str, CustomFunction]:
    """Return the standard functions, and custom ones, which replace those of the same name."""
    return {**STANDARD_FUNCTIONS, **(definitions or {})}


@cache
def declared_examples() -> Mapping[str, Operation]:
    """Return the standard functions that have texts and mistakes of their own, by name, each in one form."""
    return {name: function.example for name, function in STANDARD_FUNCTIONS.items() if function.example is not None}
