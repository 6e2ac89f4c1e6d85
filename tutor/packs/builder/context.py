"""The file, the errors and the folded groups that the functions of the builder share."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from tutor.i18n import N_, Message, message
from tutor.packs.diagnostics import MAX_ERRORS, with_position

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tutor.algebra.errors import AlgebraError
    from tutor.algebra.sizes import Size
    from tutor.engine.graph import Graph
    from tutor.grading.problem import Problem
    from tutor.packs.diagnostics import Diagnostic
    from tutor.packs.model import ExerciseFile
    from tutor.packs.toml_source import TomlSource

_NAME = re.compile(r"[^\W\d]\w*'*")


@dataclass
class BuildContext:
    """One exercise file while its exercise is built, and the errors found so far.

    With `has_invalid_values`, values are missing from `file` because they were refused: then only names are checked.
    With `numbers_checked_elsewhere`, it is not reported if no fresh numbers have finite values.
    """

    source: TomlSource
    file: ExerciseFile
    has_invalid_values: bool
    exam: bool = False
    numbers_checked_elsewhere: bool = False
    errors: list[Diagnostic] = field(default_factory=list)
    #: The sizes of symbolic matrices that are known by a name.
    sizes: Mapping[str, Size] = field(default_factory=dict)
    #: The graph before its groups were folded, and the group of each id and name inside one.
    unfolded_graph: Graph | None = None
    group_of: Mapping[str, str] = field(default_factory=dict)

    @property
    def is_full(self) -> bool:
        """Whether further errors would be dropped."""
        return len(self.errors) >= MAX_ERRORS

    def report(self, text: Message, *key_path: str | int) -> None:
        """Add an error at a key of the file."""
        if not self.is_full:
            self.errors.append(self.source.diagnostic(key_path, text))

    def report_algebra_error(self, error: AlgebraError, text: str, *key_path: str | int) -> None:
        """Add an error in a text at a key; a name inside a folded group gets its own message."""
        names = _NAME.findall(text[error.position : error.position + error.length])
        name = next((name for name in names if name in self.group_of), None)
        if name is None:
            self.report(with_position(error, text), *key_path)
        else:
            inside = N_("“{name}” is inside the folded group “{group}”, so it has no value here. Remove it.")
            self.report(message(inside, name=name, group=self.group_of[name]), *key_path)

    def inside_group_message(self, name: str, problem: Problem) -> Message | None:
        """Return what is wrong with the name of a blank if a folded group hides that blank."""
        if not self.group_of or self.unfolded_graph is None:
            return None
        unfolded = replace(problem, graph=self.unfolded_graph)
        if not unfolded.has_place(name):
            return None
        place = unfolded.place(name)
        ends = [place.edge.target, place.edge.source] if place.edge else [place.node]
        ids = [self.unfolded_graph.nodes[end].id for end in ends]
        group = next((self.group_of[node_id] for node_id in ids if node_id in self.group_of), None)
        if group is None:
            return None
        text = N_("“{name}” is inside the folded group “{group}”, which has no blanks. Name a blank outside it.")
        return message(text, name=name, group=group)
