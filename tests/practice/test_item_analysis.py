"""Tests of the item analysis, against figures worked out by hand and by NumPy."""

from __future__ import annotations

import csv
import json
import random
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from tests.support.events import MemoryJournal, make_event, time_after
from tutor.commands.item_report import ITEMS_HEADER, MESSAGES_HEADER, WRONG_ANSWERS_HEADER, ItemReport
from tutor.packs import library
from tutor.packs.content_hash import content_hash
from tutor.practice.answer_groups import group_answers
from tutor.practice.classroom import Classroom
from tutor.practice.export import Attempt, as_json, read_export
from tutor.practice.item_analysis import MIN_LEARNERS, Item, analyse_items
from tutor.practice.worksheet import Worksheet

if TYPE_CHECKING:
    from tests.support.run_tutor import Run
    from tutor.practice.event import Event


_minutes = count()


def act(kind: str, blank: str = "", text: str = "", verdict: str = "", **fields: Any) -> Event:
    """Return an event of the current form of an exercise that took 10 s."""
    defaults: dict[str, Any] = {
        "content": "new",
        "duration": 10.0,
        "at": time_after(minutes=next(_minutes)),
        "exercise": "times",
    }
    return make_event(kind, **(defaults | {"blank": blank, "text": text, "verdict": verdict} | fields))


def wrong(blank: str, text: str, mistake: str = "", message: str = "", **fields: Any) -> Event:
    verdict = "mistaken" if mistake else "wrong"
    return act("answer", blank, text, verdict, mistake=mistake, message=message or mistake or verdict, **fields)


def right(blank: str, text: str = "6", **fields: Any) -> Event:
    return act("answer", blank, text, "right", message="right", **fields)


def items_of(**learners: list[Event]) -> dict[str, Item]:
    """Return the items of a class by blank."""
    return {item.blank: item for item in analyse_items(classroom_of(**learners))}


def classroom_of(**learners: list[Event]) -> Classroom:
    classroom = Classroom()
    for learner, events in learners.items():
        classroom.add([Attempt(learner, event) for event in events], "file")
    return classroom


def test_a_small_class_by_hand() -> None:
    items = items_of(
        # Wrong with a name, the same mistake in other digits, then right: 30 s.
        ann=[
            wrong("a", "1/2", "mul.own-input"),
            wrong("a", "0.5", "mul.own-input"),
            right("a"),
            right("b", position=2),
        ],
        # A hint, then right: not at first try; 20 s.
        bob=[act("hint", "a", hints=2, position=1), right("a", position=1), wrong("b", "7"), right("b")],
        # Right at once: 10 s.
        cho=[act("predict", "a"), right("a", position=1), act("why", "a"), wrong("b", "7.0"), act("reveal", "b")],
        # Never right, and not finished.
        dee=[wrong("a", "9"), wrong("a", "8")],
    )
    a, b = items["a"], items["b"]
    assert (a.learners, a.right, a.first_try, a.shown) == (4, 3 / 4, 1 / 4, 0)
    assert (a.hinted, a.rungs, a.seconds, a.position) == (1 / 4, 2 / 4, 20.0, 1)
    assert (b.learners, b.right, b.first_try, b.shown, b.seconds) == (3, 2 / 3, 1 / 3, 1 / 3, 20.0)
    assert [(row.answer, row.mistake, row.times, row.learners) for row in a.wrong_answers] == [
        ("1/2", "mul.own-input", 2, 1),
        ("8", "", 1, 1),
        ("9", "", 1, 1),
    ]
    assert [(row.answer, row.times, row.learners) for row in b.wrong_answers] == [("7", 2, 2)]
    effects = {effect.message: effect for effect in a.messages}
    own = effects["mul.own-input"]
    assert (own.shown, own.answered, own.repeated, own.right) == (2, 2, 1, 1)
    unnamed = effects["wrong"]
    assert (unnamed.shown, unnamed.answered, unnamed.repeated, unnamed.right) == (2, 1, 0, 0)
    assert (a.discrimination, a.compared) == (None, 0)


def test_the_message_that_counts_is_the_last_one_before_the_next_answer() -> None:
    ask = wrong("a", "3", "mul.own-input", "mul.own-input?")
    [item] = items_of(
        ann=[ask, act("reply", "a", "yes", "mistaken", mistake="mul.own-input", message="mul.own-input"),
             wrong("a", "3.0", "mul.own-input", "mul.own-input?"), act("again", "a", "3.0", "mistaken",
             mistake="mul.own-input", message="mul.own-input?")],
    ).values()  # fmt: skip
    effects = {effect.message: (effect.shown, effect.answered, effect.repeated) for effect in item.messages}
    assert effects == {"mul.own-input": (1, 1, 1), "mul.own-input?": (2, 1, 1)}
    assert [(row.mistake, row.times) for row in item.wrong_answers] == [("mul.own-input", 2)]


def test_a_denied_mistake_is_no_longer_the_name_of_the_answer() -> None:
    ask = wrong("a", "3", "mul.own-input", "mul.own-input?")
    [item] = items_of(
        ann=[ask, act("reply", "a", "no", "mistaken", mistake="mul.own-input", message="any.slip?"),
             act("reply", "a", "yes", mistake="any.slip", message="any.slip")],
        bob=[wrong("a", "3", "mul.own-input", "mul.own-input?", worksheet="try 2"),
             act("reply", "a", "no", "mistaken", mistake="mul.own-input", message="wrong", worksheet="try 2")],
    ).values()  # fmt: skip
    assert {(row.mistake, row.answer) for row in item.wrong_answers} == {("any.slip", "3"), ("", "3")}


def test_only_the_first_encounter_counts_and_forms_stay_apart() -> None:
    items = analyse_items(
        classroom_of(
            ann=[
                wrong("a", "9", content="old"),
                wrong("a", "9", worksheet="try 2"),
                right("a", worksheet="try 2"),
                right("a", worksheet="try 3"),
            ],
            bob=[act("review", worksheet="r"), right("a", worksheet="r")],
        )
    )
    assert [(item.content, item.learners, item.right, item.first_try) for item in items] == [
        ("new", 1, 1, 0),
        ("old", 1, 0, 0),
    ]


def test_what_was_reset_and_code_do_not_count() -> None:
    assert not items_of(
        ann=[wrong("a", "9"), act("reset", worksheet="r")], bob=[act("code", "a", verdict="wrong", mistake="mul.zero")]
    )


@pytest.mark.parametrize(
    ("texts", "groups"),
    [
        (["1/2", "0.5", "0.50", ".5", "2/4"], 1),
        (["1/3", "0.333", "0.3333"], 1),
        (["0.3", "1/3"], 2),
        (["1000", "1001"], 2),
        (["x*y", "y*x", "2*x*y/2", "x^2"], 2),
        (["[[1, 2], [3, 4]]", "[[1,2],[3,8/2]]", "[[1, 2], [3, 5]]"], 2),
        (["exp(2)", "e^2", "7.389"], 1),
        (["-3", "−3"], 1),
        (["no idea!", "No  idea!", ")(", "1/0", "9" * 400], 4),
    ],
)
def test_equal_answers_are_one(texts: list[str], groups: int) -> None:
    assert len(set(group_answers(dict.fromkeys(texts, 1)).values())) == groups


def test_the_discrimination_is_the_correlation_with_the_rest() -> None:
    rng = random.Random(3)
    blanks = [f"b{i}" for i in range(6)]
    table = [[rng.random() < skill for _ in blanks] for skill in (rng.random() for _ in range(60))]
    learners = {
        f"learner {number}": [right(blank) if ok else wrong(blank, "9") for blank, ok in zip(blanks, row, strict=True)]
        for number, row in enumerate(table)
    }
    scores = np.array(table, dtype=float)
    items = {item.blank: item for item in analyse_items(classroom_of(**learners))}
    for place, blank in enumerate(blanks):
        expected = np.corrcoef(scores[:, place], np.delete(scores, place, axis=1).sum(axis=1))[0, 1]
        assert items[blank].discrimination == pytest.approx(expected)
        assert items[blank].compared == 60
        assert items[blank].first_try == pytest.approx(scores[:, place].mean())
    few = dict(list(learners.items())[: MIN_LEARNERS - 1])
    assert {item.discrimination for item in analyse_items(classroom_of(**few))} == {None}


def write_class(folder: Path, num_learners: int) -> list[str]:
    """Write the exports of learners who take x's own value first at a ×, some of them twice; return the files."""
    variant = library.find_exercise("basics/times").variant()
    files = []
    for number in range(num_learners):
        now = [100.0]
        journal = MemoryJournal()
        worksheet = Worksheet(variant, journal, clock=lambda now=now: now[0])
        for text in ("2", "2", "3") if number % 2 else ("3",):
            now[0] += 5
            worksheet.answer("x->mul1", text)
        worksheet.reveal("x->mul1")
        files.append(folder / f"learner{number}.jsonl")
        files[-1].write_text("".join(as_json(event) + "\n" for event in journal.events))
    return [str(file) for file in files]


def test_a_report_of_items_as_text_csv_and_json(run_tutor: Run, tmp_path: Path) -> None:
    files = write_class(tmp_path, 6)
    [item] = json.loads(run_tutor("report", "--items", "--json", *files).stdout)["items"]
    exercise = library.find_exercise("basics/times")
    assert (item["content"], item["form"]) == (content_hash(exercise), "current")
    assert (item["blank"], item["learners"], item["discrimination"]) == ("x->mul1", 6, None)
    [answer] = [answer for answer in item["wrong_answers"] if answer["mistake"] == "mul.own-input"]
    assert (answer["answer"], answer["learners"], answer["times"]) == ("2", 3, 3)
    message = next(message for message in item["messages"] if message["message"].startswith("mul.own-input"))
    assert (message["answered"], message["repeated"]) == (6, 3)
    [row] = csv.DictReader(run_tutor("report", "--csv", "items", *files).stdout.splitlines())
    assert (row["blank"], row["learners"], row["first_try_rate"]) == ("x->mul1", "6", "0.500")
    text = run_tutor("report", "--items", *files, "--lang", "ko").stdout
    assert "학습자" in text
    assert "basics/times x->mul1" in text


def test_rows_of_wrong_answers_and_messages(tmp_path: Path) -> None:
    classroom = Classroom()
    for file in write_class(tmp_path, 4):
        classroom.add(read_export(Path(file)), file)
    report = ItemReport(classroom)
    rows = [dict(zip(WRONG_ANSWERS_HEADER, row, strict=True)) for row in report.wrong_answer_rows()]
    assert [(row["answer"], row["mistake"], row["learners"], row["of_learners"]) for row in rows] == [
        ("2", "mul.own-input", "2", "4")
    ]
    [row, *_] = [dict(zip(MESSAGES_HEADER, row, strict=True)) for row in report.message_rows()]
    assert (row["shown"], row["answered"], row["repeated"], row["right"]) == ("4", "4", "2", "2")
    assert len(list(report.item_rows())) == 1
    assert all(len(row) == len(ITEMS_HEADER) for row in report.item_rows())


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (["--json", "--csv", "learners"], "can't be combined"),
        (["--items", "--csv", "learners"], "one of: items"),
        (["--items", "--json", "--csv", "items"], "can't be combined"),
    ],
)
def test_options_that_do_not_go_together(run_tutor: Run, options: list[str], sentence: str) -> None:
    done = run_tutor("report", "file.jsonl", *options)
    assert done.returncode == 2
    assert sentence in done.stderr
