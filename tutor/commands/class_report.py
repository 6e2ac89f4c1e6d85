"""The report of a class in its forms: a page, tables as CSV, JSON."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any

from tutor.commands.class_page import summary_page
from tutor.commands.documents import Heading
from tutor.commands.flag_page import FLAGS_HEADER, flag_ids, flag_page, flag_rows, flags_json, grading_page
from tutor.commands.item_report import ITEMS_HEADER, MESSAGES_HEADER, WRONG_ANSWERS_HEADER, ItemReport
from tutor.i18n import N_, message
from tutor.practice.class_flags import Flag, class_flags
from tutor.practice.class_scores import TEXTS_HEADER, ClassResults, ClassScores, class_results, text_rows
from tutor.practice.classroom import MISTAKES_HEADER, WORK_HEADER, Classroom

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tutor.commands.documents import Block
    from tutor.practice.installed_exercises import InstalledExercises

#: The tables that can be written as CSV: those of the class, and those of `--items`.
CLASS_TABLES = ("learners", "mistakes", "flags", "texts")
ITEM_TABLES = ("items", "wrong-answers", "messages")


class ClassReport:
    """A class with its flags; `regraded` says whether its answers were graded again.

    `installed` are the exercises by which answers may be graded.
    """

    def __init__(self, classroom: Classroom, installed: InstalledExercises, *, regraded: bool) -> None:
        self._classroom, self._installed, self._regraded = classroom, installed, regraded

    @cached_property
    def flags(self) -> list[Flag]:
        return class_flags(self._classroom)

    @cached_property
    def _results(self) -> ClassResults:
        return class_results(self._classroom, ClassScores(self._installed))

    def page(self) -> list[Block]:
        """Return the summary, which ends with what is worth a look."""
        heading = Heading(str(message(N_("Learners: {n}"), n=len(self._classroom.learners))))
        grading = grading_page(self._classroom, self.flags, regraded=self._regraded)
        return [heading, *grading, *summary_page(self._classroom, self._results), *flag_page(self.flags)]

    def csv_rows(self, table: str) -> Iterator[Sequence[str]]:
        """Yield the header and the rows of a table."""
        match table:
            case "learners":
                yield from (WORK_HEADER, *self._classroom.work_rows(flag_ids(self.flags), self._results.scores))
            case "mistakes":
                yield from (MISTAKES_HEADER, *self._classroom.mistake_rows())
            case "flags":
                yield from (FLAGS_HEADER, *flag_rows(self.flags))
            case "texts":
                yield from (TEXTS_HEADER, *text_rows(self._results))
            case "items":
                yield from (ITEMS_HEADER, *ItemReport(self._classroom).item_rows())
            case "wrong-answers":
                yield from (WRONG_ANSWERS_HEADER, *ItemReport(self._classroom).wrong_answer_rows())
            case _:
                yield from (MESSAGES_HEADER, *ItemReport(self._classroom).message_rows())

    def as_json(self) -> dict[str, Any]:
        """Return the rows of the class and its flags as JSON data, with the texts of the tables."""
        work = self._classroom.work_rows(flag_ids(self.flags), self._results.scores)
        return {
            "learners": len(self._classroom.learners),
            "work": [dict(zip(WORK_HEADER, row, strict=True)) for row in work],
            "mistakes": [dict(zip(MISTAKES_HEADER, row, strict=True)) for row in self._classroom.mistake_rows()],
            "texts": [dict(zip(TEXTS_HEADER, row, strict=True)) for row in text_rows(self._results)],
            **self._flags_json,
        }

    def items_json(self) -> dict[str, Any]:
        """Return the analysis of blanks and the flags as JSON data."""
        return ItemReport(self._classroom).as_json() | self._flags_json

    @property
    def _flags_json(self) -> dict[str, Any]:
        return flags_json(self._classroom, self.flags, regraded=self._regraded)
