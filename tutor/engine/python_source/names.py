"""Names and inputs of a graph that is made from Python, and the values that the source gives."""

from __future__ import annotations

import re
from itertools import count
from typing import TYPE_CHECKING

from tutor.algebra.expr import Num
from tutor.algebra.parser import FUNCTIONS, is_reserved
from tutor.algebra.typed_text import clean
from tutor.algebra.vocabulary import REDEFINABLE
from tutor.engine.python_source.bindings import Static, Variable

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tutor.algebra.ops import Value
    from tutor.engine.builder import CustomFunction

_TO_SUBSCRIPT = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")
_ENDS_IN_LETTER = re.compile(r"[^\W\d_]\Z")


class Names:
    """The names in the graph. Each has one value; a name that is assigned again gets a new version, c₂."""

    def __init__(self, given: Mapping[str, Value], definitions: Mapping[str, CustomFunction]) -> None:
        self.given = given
        self.definitions = definitions
        self.taken: set[str] = set()
        #: The last version of each name.
        self._versions: dict[str, int] = {}
        #: The inputs by their names in the graph, with their values if they have one.
        self.inputs: dict[str, Value | None] = {}
        #: The names of inputs in the graph by those in the source.
        self.in_graph: dict[str, str] = {}
        #: Whole numbers that are known: those of constants, and those of inputs.
        self.constants: dict[str, Static] = {}
        self.known_inputs: dict[str, Static] = {}
        #: The inputs whose numbers were used as an axis or a count.
        self.counted: set[str] = set()

    def allocate(self, name: str) -> str:
        """Return a name for a new value that is called `name` in the source."""
        for version in count(self._versions.get(name, 0) + 1):
            candidate = name if version == 1 else _with_version(name, version)
            if self._is_meant_otherwise(clean(candidate)):
                candidate += "_"
            if clean(candidate) not in self.taken:
                self.taken.add(clean(candidate))
                self._versions[name] = version
                return candidate
        raise AssertionError

    def _is_meant_otherwise(self, name: str) -> bool:
        definition = self.definitions.get(name)
        is_function = name in FUNCTIONS and name not in REDEFINABLE
        return is_reserved(name) or is_function or (definition is not None and not definition.is_redefinable)

    def add_input(self, name: str, default: Value | None = None) -> Variable:
        """Return a new input that is called `name` in the source."""
        graph_name = self.allocate(name)
        value = self.given.get(name, self.given.get(clean(graph_name), default))
        self.in_graph[name] = graph_name
        self.inputs[graph_name] = value
        if isinstance(value, Num) and value.value.denominator == 1:
            self.known_inputs[graph_name] = Static(value.value.numerator)
        return Variable(graph_name)


def _with_version(name: str, version: int) -> str:
    if _ENDS_IN_LETTER.search(name):
        return name + str(version).translate(_TO_SUBSCRIPT)
    return f"{name}_{version}"
