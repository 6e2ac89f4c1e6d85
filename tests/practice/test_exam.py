"""Exams: one answer a blank, no help, verdicts at the end, numbers that stay; in every face, and after a kill."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from tests.support.app_driver import open_app, screen_text
from tutor.grading.verdict import VerdictKind
from tutor.packs.library import read_pack
from tutor.practice import exam, review
from tutor.practice.exercise_index import load_index
from tutor.practice.progress import load_progress
from tutor.practice.resume import open_worksheet
from tutor.practice.storage.store import Store, default_path
from tutor.practice.worksheet import Worksheet

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.run_tutor import Run
    from tutor.packs.exercise import Exercise
    from tutor.practice.event import Event

FILE = """mode = "exam"
graph = "z = x * (x + y)"
start = 2
[inputs]
x = 3
y = 4
"""
VARIED = FILE + "[vary]\nx = { from = 2, to = 90 }\ny = { from = 2, to = 90 }\n"
#: The right answers in the order of the blanks.
RIGHT = {"x->mul1": "14", "add1->mul1": "6", "x->add1": "6", "x": "20", "y->add1": "6"}


def write(folder: Path, text: str = FILE, mode: str = "") -> Path:
    folder.mkdir(exist_ok=True)
    (folder / "pack.toml").write_text(f"format = 1\nid = 'term'\n{mode}")
    (folder / "01-one.toml").write_text(text)
    return folder


@pytest.fixture
def sat(tmp_path: Path) -> Exercise:
    return read_pack(write(tmp_path / "term")).open("one")


@pytest.fixture
def varied(tmp_path: Path) -> Exercise:
    return read_pack(write(tmp_path / "term", VARIED)).open("one")


def test_until_the_end_every_answer_is_noted_and_no_more(sat: Exercise) -> None:
    worksheet = Worksheet(sat.variant())
    assert worksheet.answer("x->mul1", "6").kind is VerdictKind.NOTED
    assert worksheet.answer("add1->mul1", "6").kind is VerdictKind.NOTED
    assert {worksheet.state(name) for name in ("x->mul1", "add1->mul1")} == {"noted"}
    assert worksheet.visible_places() == frozenset({"start"})
    assert not worksheet.offers_reveal("x->mul1")
    assert worksheet.next_open_blank("add1->mul1") == "x->add1"


def test_at_the_end_every_answer_has_its_verdict(sat: Exercise) -> None:
    worksheet = Worksheet(sat.variant())
    for name, answer in {**RIGHT, "x": "84"}.items():
        assert not worksheet.done
        assert worksheet.answer(name, answer).kind is VerdictKind.NOTED
    assert worksheet.done
    verdicts = {blank.id: verdict for blank, verdict in worksheet.summary().verdicts}
    assert list(verdicts) == list(RIGHT)
    assert [name for name, verdict in verdicts.items() if not verdict.right] == ["x"]
    assert verdicts["x"].mistake == "branch.product"
    assert (worksheet.state("x"), worksheet.state("y->add1")) == ("wrong", "right")


def test_an_answer_stands_and_what_can_not_be_read_is_none(sat: Exercise) -> None:
    worksheet = Worksheet(sat.variant())
    assert worksheet.answer("x", "(2").kind is VerdictKind.MALFORMED
    assert worksheet.state("x") == "empty"
    worksheet.answer("x", "84")
    assert worksheet.answer("x", "20").message == exam.ALREADY_ANSWERED.message
    assert worksheet.undo() is None
    worksheet.clear("x")
    assert worksheet.entry("x").text == "84"
    for ask in (lambda: worksheet.next_hint("x"), lambda: worksheet.reveal("x"), worksheet.new_numbers):
        with pytest.raises(RuntimeError):
            ask()


def test_a_step_from_a_wrong_value_is_told_so_at_the_end(tmp_path: Path) -> None:
    text = "mode = 'exam'\ngraph = 'u = x * y; z = u * w'\n[inputs]\nx = 3\ny = 4\nw = 5\n"
    worksheet = Worksheet(read_pack(write(tmp_path / "term", text)).open("one").variant())
    answers = dict(zip([blank.id for blank in worksheet.blanks], ["7", "12", "28", "21"], strict=True))
    for name, answer in answers.items():
        worksheet.answer(name, answer)
    assert [str(verdict.kind) for _blank, verdict in worksheet.summary().verdicts] == [
        "wrong", "right", "carried", "carried",
    ]  # fmt: skip


def test_forward_values_open_the_backward_pass_without_being_told(tmp_path: Path) -> None:
    text = "forward = 'all'\n" + FILE
    worksheet = Worksheet(read_pack(write(tmp_path / "term", text)).open("one").variant())
    worksheet.answer("value(add1)", "8")
    worksheet.answer("value(mul1)", "21")
    assert not worksheet.is_locked("x")
    assert len(worksheet.hidden_nodes) == 2
    for name, answer in RIGHT.items():
        worksheet.answer(name, answer)
    assert worksheet.done
    assert not worksheet.hidden_nodes
    assert not worksheet.summary().verdicts[0][1].right


def test_a_pack_is_an_exam_and_an_exercise_may_say_otherwise(tmp_path: Path) -> None:
    graph = "graph = 'z = x * y'\n[inputs]\nx = 3\ny = 4\n"
    folder = write(tmp_path / "term", graph, "mode = 'exam'")
    (folder / "02-two.toml").write_text("mode = 'practice'\n" + graph)
    assert read_pack(folder).open("one").exam
    assert not read_pack(folder).open("two").exam


def test_nothing_of_an_exam_comes_up_for_review(sat: Exercise, tmp_path: Path) -> None:
    assert not load_index([read_pack(tmp_path / "term")]).rules


def test_numbers_stay_with_the_learner_whatever_is_asked_for(varied: Exercise, tmp_path: Path) -> None:
    seeds = {exam.exam_seed(varied, who) for who in ("ann", "bob", "cem")}
    assert len(seeds) == 3
    assert exam.exam_seed(varied, "ann") in seeds
    with Store.open(default_path()) as store:
        tries = [
            open_worksheet(store, varied, seed, restart) for seed, restart in ((None, False), (5, False), (6, True))
        ]
    own = exam.exam_seed(varied)
    assert [one.variant.seed for one in tries] == [own] * 3
    assert exam.learner_id() == exam.learner_id() != exam.learner_id(tmp_path / "other")


def test_the_numbers_stay_where_nothing_can_be_kept(varied: Exercise, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    assert exam.learner_id(tmp_path / "file" / "below") == exam.learner_id(tmp_path / "file" / "below")


def test_what_was_answered_outlasts_a_kill_and_the_end(sat: Exercise) -> None:
    with Store.open(default_path()) as store:
        worksheet = open_worksheet(store, sat)
        worksheet.answer("x->mul1", "6")
    with Store.open(default_path()) as store:
        again = open_worksheet(store, sat)
        assert again.state("x->mul1") == "noted"
        assert again.answer("x->mul1", "14").message == exam.ALREADY_ANSWERED.message
        for name, answer in list(RIGHT.items())[1:]:
            again.answer(name, answer)
    with Store.open(default_path()) as store:
        last = open_worksheet(store, sat, restart=True)
        assert last.done
        assert last.state("x->mul1") == "wrong"
        assert [verdict.right for _blank, verdict in last.summary().verdicts] == [False, True, True, True, True]


def test_no_file_tells_a_verdict_before_the_end(sat: Exercise, run_tutor: Run) -> None:
    with Store.open(default_path()) as store:
        worksheet = open_worksheet(store, sat)
        for name in list(RIGHT)[:4]:
            worksheet.answer(name, "6" if name == "x->mul1" else RIGHT[name])
        kept = list(store.with_database(lambda database: list(database.all_events())) or ())
        assert {event.kind for event in kept} == {"begin", "noted"}
        assert store.state("term", "one") == "begun"
        assert not any(event.verdict or event.mistake or event.proof for event in kept)
        assert not review.load_skills(store)
        sofar = load_progress(store, load_index([]), [])
        assert (sofar.answers, sofar.first_try_rate, sofar.mistakes) == (0, None, ())
    assert "right" not in run_tutor("export").stdout
    with Store.open(default_path()) as store:
        open_worksheet(store, sat).answer("y->add1", "6")
        found = load_progress(store, load_index([]), [])
        assert (found.answers, found.first_try_rate, [met.count for met in found.mistakes]) == (5, 0.8, [1])
        assert review.load_skills(store)["mul"].mastery == "shaky"


def test_a_kill_while_the_verdicts_are_stored_stores_none_twice(sat: Exercise) -> None:
    with Store.open(default_path()) as store:
        worksheet = open_worksheet(store, sat)
        for name, answer in RIGHT.items():
            worksheet.answer(name, answer)
        events = store.events("term", "one")
    assert [event.kind for event in events] == ["begin", *["noted"] * 5, *["answer"] * 5, "solved"]
    for kept in (6, 8, 11):
        journal = RecordingJournal()
        again = Worksheet(sat.variant(), journal, events[:kept])
        assert again.done
        assert len(journal.events) == len(events) - kept


class RecordingJournal:
    """A journal in memory."""

    def __init__(self) -> None:
        self.events: list[Event] = []

    def append(self, event: Event) -> bool:
        self.events.append(event)
        return True


def test_work_that_had_hints_is_no_exam(tmp_path: Path) -> None:
    practice = read_pack(write(tmp_path / "term", FILE.replace("exam", "practice"))).open("one")
    with Store.open(default_path()) as store:
        worksheet = open_worksheet(store, practice)
        worksheet.reveal("x")
        sat = read_pack(write(tmp_path / "term")).open("one")
        assert not open_worksheet(store, sat).entries


def test_in_plain_lines(tmp_path: Path, run_tutor: Run) -> None:
    folder = write(tmp_path / "term")
    first = run_tutor(
        "play", str(folder / "01-one.toml"), "--plain", text="6\n?\n:show\n:undo\n:fresh\n:rule\n:explain\n"
    )
    assert first.returncode == 1
    assert "This is an exam: no hints" in first.stdout
    assert "* Noted." in first.stdout
    assert first.stdout.count("there is no help") == 5
    assert "they stay the same" in first.stdout
    assert "✓" not in first.stdout
    assert "✗" not in first.stdout
    last = run_tutor("play", str(folder / "01-one.toml"), "--plain", text="6\n6\n(\n20\n6\n")
    assert last.returncode == 0
    assert "Right answers: 4 of 5." in last.stdout
    assert last.stdout.count("✓") == 4
    looked = run_tutor("play", str(folder / "01-one.toml"), "--plain")
    assert "Right answers: 4 of 5." in looked.stdout


@pytest.mark.parametrize("option", [("--seed", "5"), ("--restart",)])
def test_other_numbers_are_refused_on_the_command_line(tmp_path: Path, run_tutor: Run, option: tuple[str, ...]) -> None:
    folder = write(tmp_path / "term", VARIED)
    done = run_tutor("play", str(folder / "01-one.toml"), *option)
    assert done.returncode == 2
    assert done.stdout == ""
    assert "This is an exam: everyone has numbers of their own" in done.stderr


def test_on_the_screen(sat: Exercise) -> None:
    async def sit() -> None:
        async with open_app(sat, size=(120, 40)) as session:
            assert "This is an exam" in screen_text(session.pilot)
            await session.answer("6")
            assert "noted" in screen_text(session.pilot)
            assert session.state.focused_id == "add1->mul1"
            for key in ("f2", "f3", "f4", "f6", "f8", "ctrl+z"):
                await session.pilot.press(key)
                assert "This is an exam" in screen_text(session.pilot), key
                assert session.app.screen is session.screen
            session.state.focus("x->mul1")
            await session.type("14")
            assert "This blank has its answer" in screen_text(session.pilot)
            assert not session.state.has_unchecked_input
            session.state.focus_next_open()
            for answer in list(RIGHT.values())[1:]:
                await session.answer(answer)
            assert "Right answers: 4 of 5." in screen_text(session.pilot)
            assert session.state.worksheet.state("x->mul1") == "wrong"

    asyncio.run(sit())
