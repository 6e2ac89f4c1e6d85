"""Tests of exams: in the worksheet, in plain mode, in the app, and after a kill."""

from __future__ import annotations

import asyncio
from types import SimpleNamespace
from typing import TYPE_CHECKING, cast

import pytest

from tests.support.app_driver import open_app, screen_text
from tests.support.events import MemoryJournal, all_events, append_events, make_event
from tutor.grading.verdict import VerdictKind
from tutor.packs.library import read_pack
from tutor.practice import exam, review
from tutor.practice.exercise_index import load_index
from tutor.practice.progress import load_progress
from tutor.practice.resume import open_worksheet
from tutor.practice.storage.store import Store, default_path
from tutor.practice.student import keep_student
from tutor.practice.worksheet import Worksheet
from tutor.tui.reset_flow import ResetFlow

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.run_tutor import Run
    from tutor.packs.exercise import Exercise
    from tutor.tui.host import Host

pytestmark = pytest.mark.usefixtures("second_start")

FILE = """mode = "exam"
graph = "z = x * (x + y)"
start = 2
[inputs]
x = 3
y = 4
"""
VARIED = FILE + "[vary]\nx = { from = 2, to = 90 }\ny = { from = 2, to = 90 }\n"
#: The right answers, in the order of the blanks.
RIGHT = {"x->mul1": "14", "add1->mul1": "6", "x->add1": "6", "x": "20", "y->add1": "6"}


def write_pack(folder: Path, text: str = FILE, mode: str = "") -> Path:
    folder.mkdir(exist_ok=True)
    (folder / "pack.toml").write_text(f"format = 1\nid = 'term'\n{mode}")
    (folder / "01-one.toml").write_text(text)
    return folder


@pytest.fixture
def exercise(tmp_path: Path) -> Exercise:
    return read_pack(write_pack(tmp_path / "term")).open("one")


@pytest.fixture
def varied_exercise(tmp_path: Path) -> Exercise:
    return read_pack(write_pack(tmp_path / "term", VARIED)).open("one")


def test_at_a_jupyterhub_the_numbers_follow_from_the_name_there(
    varied_exercise: Exercise, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("JUPYTERHUB_USER", "Jose\u0301")
    assert exam.exam_seed(varied_exercise) == exam.exam_seed(varied_exercise, "José")
    assert keep_student("kim") is None
    assert exam.exam_seed(varied_exercise) == exam.exam_seed(varied_exercise, "José")
    monkeypatch.delenv("JUPYTERHUB_USER")
    assert exam.exam_seed(varied_exercise) == exam.exam_seed(varied_exercise, "kim")


def test_until_the_end_answers_are_only_noted(exercise: Exercise) -> None:
    worksheet = Worksheet(exercise.variant())
    assert worksheet.answer("x->mul1", "6").kind is VerdictKind.NOTED
    assert worksheet.answer("add1->mul1", "6").kind is VerdictKind.NOTED
    assert {worksheet.state(name) for name in ("x->mul1", "add1->mul1")} == {"noted"}
    assert worksheet.visible_places() == frozenset({"start"})
    assert not worksheet.offers_reveal("x->mul1")
    assert worksheet.next_open_blank("add1->mul1") == "x->add1"


def test_at_the_end_every_answer_gets_its_verdict(exercise: Exercise) -> None:
    worksheet = Worksheet(exercise.variant())
    for name, answer in {**RIGHT, "x": "84"}.items():
        assert not worksheet.done
        assert worksheet.answer(name, answer).kind is VerdictKind.NOTED
    assert worksheet.done
    verdicts = {blank.id: verdict for blank, verdict in worksheet.summary().verdicts}
    assert list(verdicts) == list(RIGHT)
    assert [name for name, verdict in verdicts.items() if not verdict.right] == ["x"]
    assert verdicts["x"].mistake == "branch.product"
    assert (worksheet.state("x"), worksheet.state("y->add1")) == ("wrong", "right")


def test_an_answer_cannot_be_changed_and_a_malformed_one_does_not_count(exercise: Exercise) -> None:
    worksheet = Worksheet(exercise.variant())
    assert worksheet.answer("x", "(2").kind is VerdictKind.MALFORMED
    assert worksheet.state("x") == "empty"
    worksheet.answer("x", "84")
    assert worksheet.answer("x", "20").message == exam.ALREADY_ANSWERED.message
    assert worksheet.undo() is None
    worksheet.clear("x")
    assert worksheet.entry("x").text == "84"
    for action in (lambda: worksheet.next_hint("x"), lambda: worksheet.reveal("x"), worksheet.new_numbers):
        with pytest.raises(RuntimeError):
            action()


def test_an_answer_that_follows_from_a_wrong_value_is_recognised_at_the_end(tmp_path: Path) -> None:
    text = "mode = 'exam'\ngraph = 'u = x * y; z = u * w'\n[inputs]\nx = 3\ny = 4\nw = 5\n"
    worksheet = Worksheet(read_pack(write_pack(tmp_path / "term", text)).open("one").variant())
    answers = dict(zip([blank.id for blank in worksheet.blanks], ["7", "12", "28", "21"], strict=True))
    for name, answer in answers.items():
        worksheet.answer(name, answer)
    assert [str(verdict.kind) for _blank, verdict in worksheet.summary().verdicts] == [
        "wrong", "right", "carried", "carried",
    ]  # fmt: skip


def test_a_question_may_go_on_from_a_wrong_value(tmp_path: Path) -> None:
    text = "mode = 'exam'\nforward = ['u']\ngraph = 'u = w * x; L = u ^ 2'\nwrt = ['w']\n[inputs]\nw = 4\nx = 3\n"
    for prompt, answer in {
        "A step": "w - 0.1 * grad(w)",
        "Twice": "2 * u + 5",
        "Both": "u + grad(w)",
        "No": "7 * w",
    }.items():
        text += f'[[question]]\nprompt = "{prompt}"\nanswer = "{answer}"\n'
    worksheet = Worksheet(read_pack(write_pack(tmp_path / "term", text)).open("one").variant())
    answers = {"value(u)": "7", "u->pow1": "20", "w": "60", "q1": "-2", "q2": "19", "q3": "67", "q4": "29"}
    for name, answer in answers.items():
        worksheet.answer(name, answer)
    kinds = {blank.id: str(verdict.kind) for blank, verdict in worksheet.summary().verdicts}
    assert [kinds[f"q{n}"] for n in (1, 2, 3)] == ["carried", "carried", "carried"]
    assert kinds["q4"] in ("wrong", "mistaken")


def test_forward_values_unlock_the_backward_pass_without_verdicts(tmp_path: Path) -> None:
    text = "forward = 'all'\n" + FILE
    worksheet = Worksheet(read_pack(write_pack(tmp_path / "term", text)).open("one").variant())
    worksheet.answer("value(add1)", "8")
    worksheet.answer("value(mul1)", "21")
    assert not worksheet.is_locked("x")
    assert len(worksheet.hidden_nodes) == 2
    for name, answer in RIGHT.items():
        worksheet.answer(name, answer)
    assert worksheet.done
    assert not worksheet.summary().verdicts[0][1].right
    # Without `reveal` the right value in place of 8 isn't told.
    assert len(worksheet.hidden_nodes) == 1


def test_an_exercise_can_override_the_mode_of_its_pack(tmp_path: Path) -> None:
    graph = "graph = 'z = x * y'\n[inputs]\nx = 3\ny = 4\n"
    folder = write_pack(tmp_path / "term", graph, "mode = 'exam'")
    (folder / "02-two.toml").write_text("mode = 'practice'\n" + graph)
    assert read_pack(folder).open("one").exam
    assert not read_pack(folder).open("two").exam


def test_rules_of_an_exam_are_not_reviewed(exercise: Exercise, tmp_path: Path) -> None:
    assert not load_index([read_pack(tmp_path / "term")]).rules


def test_a_learner_always_gets_the_same_numbers(varied_exercise: Exercise, tmp_path: Path) -> None:
    seeds = {exam.exam_seed(varied_exercise, owner) for owner in ("ann", "bob", "cem")}
    assert len(seeds) == 3
    assert exam.exam_seed(varied_exercise, "ann") in seeds
    with Store.open(default_path()) as store:
        tries = [
            open_worksheet(store, varied_exercise, seed, restart)
            for seed, restart in ((None, False), (5, False), (6, True))
        ]
    own_seed = exam.exam_seed(varied_exercise)
    assert [worksheet.variant.seed for worksheet in tries] == [own_seed] * 3
    assert exam.learner_id() == exam.learner_id() != exam.learner_id(tmp_path / "other")


def test_the_numbers_stay_the_same_if_nothing_can_be_stored(varied_exercise: Exercise, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    assert exam.learner_id(tmp_path / "file" / "below") == exam.learner_id(tmp_path / "file" / "below")


def test_an_exam_is_resumed_after_a_kill_and_after_its_end(exercise: Exercise) -> None:
    with Store.open(default_path()) as store:
        worksheet = open_worksheet(store, exercise)
        worksheet.answer("x->mul1", "6")
    with Store.open(default_path()) as store:
        again = open_worksheet(store, exercise)
        assert again.state("x->mul1") == "noted"
        assert again.answer("x->mul1", "14").message == exam.ALREADY_ANSWERED.message
        for name, answer in list(RIGHT.items())[1:]:
            again.answer(name, answer)
    with Store.open(default_path()) as store:
        last = open_worksheet(store, exercise, restart=True)
        assert last.done
        assert last.state("x->mul1") == "wrong"
        assert [verdict.right for _blank, verdict in last.summary().verdicts] == [False, True, True, True, True]


def test_no_file_contains_a_verdict_before_the_end(exercise: Exercise, run_tutor: Run) -> None:
    with Store.open(default_path()) as store:
        worksheet = open_worksheet(store, exercise)
        for name in list(RIGHT)[:4]:
            worksheet.answer(name, "6" if name == "x->mul1" else RIGHT[name])
        events = all_events(store)
        assert {event.kind for event in events} == {"begin", "noted"}
        assert store.state("term", "one") == "begun"
        assert not any(event.verdict or event.mistake or event.proof for event in events)
        assert not review.load_skills(store)
        progress = load_progress(store, load_index([]), [])
        assert (progress.answers, progress.first_try_rate, progress.mistakes) == (0, None, ())
    assert "right" not in run_tutor("export").stdout
    with Store.open(default_path()) as store:
        open_worksheet(store, exercise).answer("y->add1", "6")
        progress = load_progress(store, load_index([]), [])
        assert (progress.answers, progress.first_try_rate, [mistake.count for mistake in progress.mistakes]) == (
            5,
            0.8,
            [1],
        )
        assert review.load_skills(store)["mul"].mastery == "shaky"


def test_verdicts_are_stored_once_after_a_kill(exercise: Exercise) -> None:
    with Store.open(default_path()) as store:
        worksheet = open_worksheet(store, exercise)
        for name, answer in RIGHT.items():
            worksheet.answer(name, answer)
        events = store.events("term", "one")
    assert [event.kind for event in events] == ["begin", *["noted"] * 5, *["answer"] * 5, "scored", "solved"]
    for num_stored in (6, 8, 11):
        journal = MemoryJournal()
        again = Worksheet(exercise.variant(), journal, events[:num_stored])
        assert again.done
        assert len(journal.events) == len(events) - num_stored


def test_a_try_in_practice_mode_is_not_resumed_as_an_exam(tmp_path: Path) -> None:
    practice = read_pack(write_pack(tmp_path / "term", FILE.replace("exam", "practice"))).open("one")
    with Store.open(default_path()) as store:
        worksheet = open_worksheet(store, practice)
        worksheet.reveal("x")
        exercise = read_pack(write_pack(tmp_path / "term")).open("one")
        assert not open_worksheet(store, exercise).entries


def test_an_exam_in_plain_mode(tmp_path: Path, run_tutor: Run) -> None:
    folder = write_pack(tmp_path / "term")
    first = run_tutor(
        "play", str(folder / "01-one.toml"), "--plain", text="6\n?\n:show\n:undo\n:fresh\n:rule\n:explain\n"
    )
    assert first.returncode == 1
    assert "This is an exam: no hints" in first.stdout
    assert "* Noted." in first.stdout
    assert first.stdout.count("There is no help") == 5
    assert "You can't choose its numbers" in first.stdout
    assert "✓" not in first.stdout
    assert "✗" not in first.stdout
    last = run_tutor("play", str(folder / "01-one.toml"), "--plain", text="6\n6\n(\n20\n6\n")
    assert last.returncode == 0
    assert "Right answers: 4 of 5." in last.stdout
    assert last.stdout.count("✓") == 4
    resumed = run_tutor("play", str(folder / "01-one.toml"), "--plain")
    assert "Right answers: 4 of 5." in resumed.stdout


def test_an_exam_asks_nothing_about_an_answer(tmp_path: Path, run_tutor: Run) -> None:
    folder = write_pack(tmp_path / "term", FILE.replace("x * (x + y)", "x * y"))
    done = run_tutor("play", str(folder / "01-one.toml"), "--plain", text="2\n:yes\n2\n")
    assert "There is no yes-or-no question here" in done.stdout
    assert "Did you pass the upstream gradient 2 on unchanged?" in done.stdout
    assert ":yes or :no" not in done.stdout
    worksheet = Worksheet(read_pack(folder).open("one").variant())
    for blank in ("x->mul1", "y->mul1"):
        worksheet.answer(blank, "2")
    verdict = worksheet.entry("x->mul1").verdict
    assert verdict is not None
    assert verdict.asks
    assert not worksheet.asks("x->mul1")
    with pytest.raises(RuntimeError):
        worksheet.reply("x->mul1", agreed=True)


@pytest.mark.parametrize("option", [("--seed", "5"), ("--restart",)])
def test_options_for_other_numbers_are_rejected(tmp_path: Path, run_tutor: Run, option: tuple[str, ...]) -> None:
    folder = write_pack(tmp_path / "term", VARIED)
    done = run_tutor("play", str(folder / "01-one.toml"), *option)
    assert done.returncode == 2
    assert done.stdout == ""
    assert "This is an exam. You can't choose its numbers" in done.stderr


def test_an_exam_in_the_app(exercise: Exercise) -> None:
    async def take_exam() -> None:
        async with open_app(exercise, size=(120, 40)) as session:
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
            assert "You have answered this blank" in screen_text(session.pilot)
            assert not session.state.has_unchecked_input
            session.state.focus_next_open()
            for answer in list(RIGHT.values())[1:]:
                await session.answer(answer)
            assert "Right answers: 4 of 5." in screen_text(session.pilot)
            assert session.state.worksheet.state("x->mul1") == "wrong"

    asyncio.run(take_exam())


def test_a_reset_of_an_exam_is_allowed_but_told(tmp_path: Path, run_tutor: Run) -> None:
    folder = write_pack(tmp_path / "term")
    file = str(folder / "01-one.toml")
    run_tutor("play", file, "--plain", text="6\n6\n6\n20\n6\n")
    done = run_tutor("reset", "term", "--yes")
    assert done.returncode == 0
    assert "Exams among them: 1. The first sitting still counts" in done.stderr
    again = run_tutor("play", file, "--plain", text="14\n6\n6\n20\n6\n")
    assert "Right answers: 5 of 5." in again.stdout
    export = tmp_path / "ann.jsonl"
    run_tutor("export", "--to", str(export))
    [header, row] = run_tutor("report", str(export), "--csv", "learners").stdout.splitlines()
    told = dict(zip(header.split(","), row.split(","), strict=True))
    assert (told["tries"], told["exam_resets"], told["first_try_rate"]) == ("2", "1", "0.800")
    assert run_tutor("reset", "basics", "--yes").stderr == ""


def test_a_changed_learner_file_gives_other_numbers_which_the_report_tells(tmp_path: Path, run_tutor: Run) -> None:
    folder = write_pack(tmp_path / "term", VARIED)
    file = str(folder / "01-one.toml")
    run_tutor("play", file, "--plain", text="1\n")
    (default_path().parent / "learner").write_text("someone else\n")
    assert "Welcome back" not in run_tutor("play", file, "--plain", text="1\n").stdout
    export = tmp_path / "ann.jsonl"
    run_tutor("export", "--to", str(export))
    assert "more than one set of numbers: ann (2)" in run_tutor("report", str(export)).stdout


def test_the_question_before_a_reset_on_the_screen_names_exams(exercise: Exercise) -> None:
    asked: list[str] = []
    host = cast("Host", SimpleNamespace(confirm=lambda question, _on_answer: asked.append(question)))
    with Store.open(default_path()) as store:
        open_worksheet(store, exercise).answer("x->mul1", "6")
        append_events(store, make_event("begin"), make_event("answer"))
        for pack in ("term", "", "basics"):
            ResetFlow(host, store).confirm_reset(pack, "", "it", asked.append, "home.undo")
    assert ["Exams among them: 1." in question for question in asked] == [True, True, False]
