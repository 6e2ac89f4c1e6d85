"""The faults of one exercise file, gathered while it is looked through."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace

from tutor.algebra import AlgebraError
from tutor.engine import Graph
from tutor.grading.problem import Problem
from tutor.i18n import N_, Message, message
from tutor.packs.faults import MAX_FAULTS, Fault, at_place
from tutor.packs.model import ExerciseFile
from tutor.packs.source import Source

_NAME = re.compile(r"[^\W\d]\w*'*")


class Report:
    """What is known of one file while its exercise is built, and its `faults`.

    `doubtful` says that values are missing from `file` because they were refused: then only names are checked. `exam`
    is what the pack is, where the file does not say. `sampled` says that fresh numbers are looked at elsewhere.
    """

    def __init__(
        self, source: Source, file: ExerciseFile, doubtful: bool, exam: bool = False, sampled: bool = False
    ) -> None:
        self.source = source
        self.file = file
        self.doubtful = doubtful
        self.exam = exam if file.mode is None else file.mode == "exam"
        self.sampled = sampled
        self.faults: list[Fault] = []
        #: The graph before groups were folded, and the group of each id and name inside one.
        self.whole: Graph | None = None
        self.hidden: Mapping[str, str] = {}

    def report(self, text: Message, *place: str | int) -> None:
        if len(self.faults) < MAX_FAULTS:
            self.faults.append(self.source.fault(place, text))

    def _inside_a_group(self, name: str, problem: Problem) -> Message | None:
        """What is wrong with the name of a blank that a folded group hides."""
        assert self.whole
        unfolded = replace(problem, graph=self.whole)
        if not self.hidden or not unfolded.has_place(name):
            return None
        place = unfolded.place(name)
        ends = [place.edge.target, place.edge.source] if place.edge else [place.node]
        ids = [self.whole.nodes[end].id for end in ends]
        group = next((self.hidden[one] for one in ids if one in self.hidden), None)
        if group is None:
            return None
        text = N_("“{name}” lies inside the folded group “{group}”, where nothing is asked. Name a blank outside.")
        return message(text, name=name, group=group)

    def _told(self, error: AlgebraError, text: str) -> Message:
        """What is wrong in a text, with the place; a name that a folded group hides is told from an unknown one."""
        names = _NAME.findall(text[error.at : error.at + error.length])
        name = next((name for name in names if name in self.hidden), None)
        if name is None:
            return at_place(error, text)
        said = N_("“{name}” lies inside the folded group “{group}”, so it has no value here. Take it out.")
        return message(said, name=name, group=self.hidden[name])
