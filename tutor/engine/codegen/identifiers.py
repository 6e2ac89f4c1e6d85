"""Python identifiers for the names of a graph."""

from __future__ import annotations

import builtins
import keyword
import unicodedata
from typing import TYPE_CHECKING

from tutor.algebra import functions

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tutor.engine.graph import Graph

#: Names that a program must not shadow.
_RESERVED = frozenset(
    (*keyword.kwlist, *keyword.softkwlist, *dir(builtins), "np", "torch", "F", "math", "softmax", "scatter_add")
)
_HELPERS = functions.table(lambda function: {function.id: True} if function.numpy_helper else {})
_MAX_LENGTH = 40


class IdentifierPool:
    """The identifiers of one scope, all different."""

    def __init__(self, taken: Iterable[str] = ()) -> None:
        self._taken = set(taken)

    def allocate(self, preferred: str) -> str:
        """Return an unused identifier similar to `preferred`, and mark it as used."""
        plain = to_identifier(preferred)
        name, n = plain, 1
        while name in self._taken:
            n += 1
            name = f"{plain}_{n}"
        self._taken.add(name)
        return name


def to_identifier(text: str) -> str:
    """Return `text` as an identifier that is not a keyword or built-in: `x'` becomes x_prime, `lambda` lambda_.

    Like Python, it normalises to Unicode NFKC, in which some different names become equal.
    """
    plain = unicodedata.normalize("NFKC", text.replace("'", "_prime").replace("′", "_prime"))
    plain = "".join(character if f"a{character}".isidentifier() else "_" for character in plain)[:_MAX_LENGTH]
    if plain.startswith("__"):
        plain = plain.strip("_")
    if not plain.isidentifier():
        plain = f"v_{plain}"
    return f"{plain}_" if plain in _RESERVED or plain in _HELPERS else plain


def node_names(graph: Graph, pool: IdentifierPool) -> list[str]:
    """Return an identifier for each node; inputs come first, then nodes with names, so that they keep these."""
    preferred = [node.name or node.id for node in graph.nodes]
    preferred[graph.output_position] = graph.output
    order = sorted(range(len(preferred)), key=lambda i: (not graph.nodes[i].is_input, graph.nodes[i].name is None))
    names = {position: pool.allocate(preferred[position]) for position in order}
    return [names[position] for position in range(len(preferred))]
