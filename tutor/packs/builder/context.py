"""The faults of one exercise file, gathered while it is looked through."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from tutor.i18n import N_, Message, message
from tutor.packs.diagnostics import MAX_FAULTS, Fault, with_position

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tutor.algebra.errors import AlgebraError
    from tutor.engine.graph import Graph
    from tutor.grading.problem import Problem
    from tutor.packs.model import ExerciseFile
    from tutor.packs.toml_source import TomlSource

_NAME = re.compile(r"[^\W\d]\w*'*")


class BuildContext:
    """What is known of one file while its exercise is built, and its `faults`.

    `doubtful` says that values are missing from `file` because they were refused: then only names are checked. `exam`
    is what the pack is, where the file does not say. `sampled` says that fresh numbers are looked at elsewhere.
    """

    def __init__(
        self,
        source: TomlSource,
        file: ExerciseFile,
        has_invalid_values: bool,
        exam: bool = False,
        numbers_checked_elsewhere: bool = False,
    ) -> None:
        self.source = source
        self.file = file
        self.has_invalid_values = has_invalid_values
        self.exam = exam if file.mode is None else file.mode == "exam"
        self.numbers_checked_elsewhere = numbers_checked_elsewhere
        self.faults: list[Fault] = []
        #: The graph before groups were folded, and the group of each id and name inside one.
        self.unfolded_graph: Graph | None = None
        self.group_of: Mapping[str, str] = {}

    def report(self, text: Message, *key_path: str | int) -> None:
        if len(self.faults) < MAX_FAULTS:
            self.faults.append(self.source.fault(key_path, text))

    def _inside_group_message(self, name: str, problem: Problem) -> Message | None:
        """What is wrong with the name of a blank that a folded group hides."""
        assert self.unfolded_graph
        unfolded = replace(problem, graph=self.unfolded_graph)
        if not self.group_of or not unfolded.has_place(name):
            return None
        place = unfolded.place(name)
        ends = [place.edge.target, place.edge.source] if place.edge else [place.node]
        ids = [self.unfolded_graph.nodes[end].id for end in ends]
        group = next((self.group_of[one] for one in ids if one in self.group_of), None)
        if group is None:
            return None
        text = N_("“{name}” lies inside the folded group “{group}”, where nothing is asked. Name a blank outside.")
        return message(text, name=name, group=group)

    def _error_message(self, error: AlgebraError, text: str) -> Message:
        """What is wrong in a text, with the place; a name that a folded group hides is told from an unknown one."""
        names = _NAME.findall(text[error.position : error.position + error.length])
        name = next((name for name in names if name in self.group_of), None)
        if name is None:
            return with_position(error, text)
        said = N_("“{name}” lies inside the folded group “{group}”, so it has no value here. Take it out.")
        return message(said, name=name, group=self.group_of[name])
