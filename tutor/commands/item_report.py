"""The rows and the JSON of `backprop-tutor report --items`, beside the exercises that are installed here."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import asdict
from typing import TYPE_CHECKING, Any, Literal

from tutor.grading.mistakes.labels import mistake_label
from tutor.grading.verdict import LABELS, VerdictKind
from tutor.i18n import N_, _, message
from tutor.packs import library
from tutor.packs.content_hash import content_hash
from tutor.packs.diagnostics import PackError
from tutor.practice.export import spreadsheet_cell
from tutor.practice.item_analysis import MIN_LEARNERS, analyse_items

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tutor.packs.exercise import Exercise
    from tutor.practice.classroom import Classroom
    from tutor.practice.item_analysis import Item, WrongAnswer

Form = Literal["current", "earlier", "unknown"]

ITEMS_HEADER = (
    "pack",
    "exercise",
    "content",
    "form",
    "blank",
    "position",
    "rule",
    "learners",
    "right",
    "first_try_rate",
    "discrimination",
    "discrimination_learners",
    "median_seconds",
    "hinted",
    "mean_hints",
    "shown",
)
WRONG_ANSWERS_HEADER = (
    "pack",
    "exercise",
    "content",
    "form",
    "blank",
    "answer",
    "mistake",
    "name",
    "times",
    "learners",
    "of_learners",
    "other_values",
    "number_sets",
)
MESSAGES_HEADER = (
    "pack",
    "exercise",
    "content",
    "form",
    "blank",
    "message",
    "name",
    "shown",
    "answered",
    "repeated",
    "right",
)

_MESSAGES = {
    VerdictKind.WRONG: N_("unrecognised answer"),
    VerdictKind.WRONG_SHAPE: N_("wrong shape"),
}


class ItemReport:
    """The item analysis of a class, beside the exercises that are installed here.

    `titles` has the titles of these exercises, by pack and exercise.
    """

    def __init__(self, classroom: Classroom) -> None:
        self.classroom = classroom
        self.items = analyse_items(classroom)
        names = {(item.pack, item.exercise) for item in self.items}
        packs = {pack.id: pack for pack in library.all_packs()}
        self.titles: dict[tuple[str, str], str] = {}
        self._exercises: dict[tuple[str, str], Exercise] = {}
        for pack, exercise in names:
            entries = packs[pack].entries if pack in packs else ()
            title = next((entry.title for entry in entries if entry.id == exercise), None)
            if title is not None:
                self.titles[pack, exercise] = str(title)
                # An exercise with errors can't be compared.
                with suppress(PackError):
                    self._exercises[pack, exercise] = packs[pack].open(exercise)
        self._contents = {name: content_hash(exercise) for name, exercise in self._exercises.items()}

    def form(self, item: Item) -> Form:
        """Return whether an item is of the exercise as it is installed here, or of an earlier form of it."""
        content = self._contents.get((item.pack, item.exercise))
        if not item.content or content is None:
            return "unknown"
        return "current" if item.content == content else "earlier"

    def answer_text(self, item: Item, wrong: WrongAnswer) -> str:
        """Return a wrong answer as text: of a choice its text, if the exercise is the one that is installed."""
        number = wrong.answer.removeprefix("choice.")
        numbers = number.split(".")
        if wrong.answer == number or not all(part.isascii() and part.isdigit() for part in numbers):
            return wrong.answer
        if self.form(item) == "current":
            exercise = self._exercises[item.pack, item.exercise]
            for question in exercise.questions:
                if question.id == item.blank and all(0 < int(part) <= len(question.choices) for part in numbers):
                    return "; ".join(str(question.choices[int(part) - 1].text) for part in numbers)
        return str(message(N_("choice {n}"), n=", ".join(numbers)))

    # --- CSV and JSON ---

    def item_rows(self) -> Iterator[list[str]]:
        """Yield a row for each item, in the order of `ITEMS_HEADER`."""
        for item in self.items:
            yield [
                *self._name_cells(item),
                str(item.position or ""),
                spreadsheet_cell(item.rule),
                str(item.learners),
                _number(item.right),
                _number(item.first_try),
                _number(item.discrimination),
                str(item.compared),
                "" if item.seconds is None else f"{item.seconds:.1f}",
                _number(item.hinted),
                _number(item.rungs),
                _number(item.shown),
            ]

    def wrong_answer_rows(self) -> Iterator[list[str]]:
        """Yield a row for each item and wrong answer, in the order of `WRONG_ANSWERS_HEADER`."""
        for item in self.items:
            for wrong in item.wrong_answers:
                name = mistake_label(wrong.mistake) if wrong.mistake else ""
                yield [
                    *self._name_cells(item),
                    *map(spreadsheet_cell, (self.answer_text(item, wrong), wrong.mistake, name)),
                    *map(str, (wrong.times, wrong.learners, item.learners, wrong.other_values, wrong.number_sets)),
                ]

    def message_rows(self) -> Iterator[list[str]]:
        """Yield a row for each item and message, in the order of `MESSAGES_HEADER`."""
        for item in self.items:
            for effect in item.messages:
                yield [
                    *self._name_cells(item),
                    *map(spreadsheet_cell, (effect.message, message_label(effect.message))),
                    *map(str, (effect.shown, effect.answered, effect.repeated, effect.right)),
                ]

    def _name_cells(self, item: Item) -> list[str]:
        return [
            *map(spreadsheet_cell, (item.pack, item.exercise, item.content)),
            self.form(item),
            spreadsheet_cell(item.blank),
        ]

    def as_json(self) -> dict[str, Any]:
        """Return everything as JSON, shares as parts of 1."""
        return {
            "learners": len(self.classroom.learners),
            "min_learners_for_discrimination": MIN_LEARNERS,
            "items": [self._item_as_json(item) for item in self.items],
        }

    def _item_as_json(self, item: Item) -> dict[str, Any]:
        discrimination = None if item.discrimination is None else round(item.discrimination, 4)
        return {
            "pack": item.pack,
            "exercise": item.exercise,
            "content": item.content,
            "form": self.form(item),
            "blank": item.blank,
            "position": item.position or None,
            "rule": item.rule,
            "learners": item.learners,
            "right": round(item.right, 4),
            "first_try_rate": round(item.first_try, 4),
            "discrimination": discrimination,
            "discrimination_learners": item.compared,
            "median_seconds": None if item.seconds is None else round(item.seconds, 1),
            "hinted": round(item.hinted, 4),
            "mean_hints": round(item.rungs, 4),
            "shown": round(item.shown, 4),
            "wrong_answers": [
                asdict(wrong)
                | {
                    "answer": self.answer_text(item, wrong),
                    "mistake": wrong.mistake or None,
                    "name": mistake_label(wrong.mistake) if wrong.mistake else None,
                }
                for wrong in item.wrong_answers
            ],
            "messages": [asdict(effect) | {"name": message_label(effect.message)} for effect in item.messages],
        }


def message_label(id: str) -> str:
    """Return the name of a message in the current language."""
    if id.endswith("?"):
        return str(message(N_("{mistake} (asked)"), mistake=mistake_label(id[:-1])))
    if id.startswith("choice."):
        return str(message(N_("choice {n}"), n=id.removeprefix("choice.").replace(".", ", ")))
    if id in set(VerdictKind):
        kind = VerdictKind(id)
        return _(_MESSAGES.get(kind, LABELS[kind]))
    return mistake_label(id)


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:.3f}"
