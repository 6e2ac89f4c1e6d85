"""Tests of reviews, of the exercise index, and of suggestions of what to do next."""

from __future__ import annotations

import json
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from tests.support.simulated_term import GRAPHS, make_term_pack
from tutor.algebra.printing import format_expr
from tutor.packs import library
from tutor.packs.library import Pack
from tutor.practice import review
from tutor.practice.exercise_index import ExerciseIndex, load_index
from tutor.practice.next_steps import suggest_next
from tutor.practice.overview import load_overview
from tutor.practice.progress import load_progress
from tutor.practice.resume import open_worksheet
from tutor.practice.review import ReviewSession
from tutor.practice.review_plan import plan_session
from tutor.practice.scheduler import utc_today
from tutor.practice.storage.store import Store
from tutor.practice.worksheet import Worksheet

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def pack(tmp_path: Path) -> Pack:
    return make_term_pack(tmp_path / "pack")


@pytest.fixture
def store(path: Path) -> Iterator[Store]:
    with Store.open(path) as store:
        yield store


def solve_worksheet(worksheet: Worksheet, wrong: dict[str, str] | None = None) -> None:
    """Fill all blanks; those in `wrong` with that answer first."""
    for blank in worksheet.blanks:
        if blank.id in (wrong or {}):
            assert worksheet.answer(blank.id, (wrong or {})[blank.id]).is_wrong_attempt
        assert worksheet.answer(blank.id, format_expr(worksheet.problem.truth(blank))).right


def test_a_session_reviews_due_rules_with_new_numbers(store: Store, pack: Pack) -> None:
    index = load_index([pack])
    exercise = pack.open("both")
    solve_worksheet(Worksheet(exercise.variant(), store))
    assert review.due_rules(store, index.rules) == []
    later = utc_today() + timedelta(days=30)
    rules = review.due_rules(store, index.rules, later)
    assert set(rules) == {"mul", "add"}
    session = ReviewSession(store, plan_session(rules, index), seed=5)
    item = session.item
    assert item is not None
    assert item.indexed.exercise == "both"
    worksheet = session.open_worksheet(exercise)
    assert worksheet.variant.fingerprint != exercise.variant().fingerprint
    solve_worksheet(worksheet)
    session.advance()
    assert session.item is None
    assert {rule: (before.level, after.level) for rule, before, after in session.outcome()} == {
        "mul": ("learning", "learning"),
        "add": ("learning", "learning"),
    }
    assert len(review.load_skills(store)["mul"].proofs) == 2


def test_a_review_does_not_change_the_try_to_resume(store: Store, pack: Pack) -> None:
    exercise = pack.open("both")
    practice = Worksheet(exercise.variant(), store)
    first = practice.blanks[0]
    practice.answer(first.id, format_expr(practice.problem.truth(first)))
    session = ReviewSession(store, plan_session(["mul"], load_index([pack])), seed=5)
    worksheet = session.open_worksheet(exercise)
    worksheet.answer(worksheet.blanks[0].id, "12345")
    assert store.exercise_to_continue() == ("term", "both")
    again = open_worksheet(store, exercise)
    assert again.entry(first.id).settled
    assert again.variant.fingerprint == practice.variant.fingerprint
    solve_worksheet(worksheet)
    # The review asked for a part of it only.
    assert store.state("term", "both") == "begun"
    assert open_worksheet(store, exercise).entry(first.id).settled


def test_an_unfinished_session_loses_nothing(store: Store, pack: Pack) -> None:
    session = ReviewSession(store, plan_session(["inv", "mul"], load_index([pack])), seed=5)
    worksheet = session.open_worksheet(pack.open("over-one"))
    blank = worksheet.blanks[0]
    worksheet.answer(blank.id, format_expr(worksheet.problem.truth(blank)))
    assert "inv" in review.load_skills(store)


def test_a_mistake_suggests_another_exercise_with_its_rule(store: Store, pack: Pack) -> None:
    index = load_index([pack])
    worksheet = Worksheet(pack.open("minus").variant(), store)
    truth = worksheet.problem.truth_in_floats(worksheet.problem.place("b->sub1"))
    solve_worksheet(worksheet, {"b->sub1": f"{-truth:.0f}"})
    first, *others = suggest_next(store, index, [pack], ("term", "minus"))
    assert (first.kind, first.rule, first.exercise) == ("shaky", "sub:1", ("term", "squash"))
    assert str(first.reason) == "Last time you made a mistake with “− second input”. Try “z = sigmoid(a - b) * c”."
    assert others
    assert all(other.exercise != first.exercise for other in others)
    assert {other.kind for other in others} <= {"next", "review", "shaky"}


def test_the_reason_names_a_recurring_mistake(store: Store, pack: Pack) -> None:
    for seed in (1, 2):
        worksheet = Worksheet(pack.open("minus").variant(seed), store)
        solve_worksheet(
            worksheet, {"b->sub1": f"{-worksheet.problem.truth_in_floats(worksheet.problem.place('b->sub1')):.0f}"}
        )
    reason = str(suggest_next(store, load_index([pack]), [pack], ("term", "minus"))[0].reason)
    assert "Your most frequent one: −: minus sign left out" in reason


def test_a_rule_with_one_exercise_is_tried_again_with_new_numbers(store: Store, tmp_path: Path) -> None:
    folder = tmp_path / "one"
    folder.mkdir()
    (folder / "pack.toml").write_text('format = 1\nid = "one"\ntitle = "One"\nlanguages = ["en"]\n')
    (folder / "sine.toml").write_text('graph = "z = sin(x) * y"\nstart = 3\n')
    pack = library.read_pack(folder)
    worksheet = Worksheet(pack.open("sine").variant(), store)
    solve_worksheet(worksheet, {"x->sin1": "12345"})
    first = suggest_next(store, load_index([pack]), [pack], ("one", "sine"))[0]
    assert first.new_numbers
    assert first.exercise == ("one", "sine")
    assert "new numbers" in str(first.reason)


def test_without_a_mistake_the_next_exercise_of_the_pack_is_suggested(store: Store, pack: Pack) -> None:
    index = load_index([pack])
    for name in GRAPHS:
        solve_worksheet(Worksheet(pack.open(name).variant(), store))
        kinds = [
            (suggestion.kind, suggestion.exercise) for suggestion in suggest_next(store, index, [pack], ("term", name))
        ]
        order = list(GRAPHS)
        if name != order[-1]:
            assert kinds[0] == ("next", ("term", order[order.index(name) + 1]))
        else:
            assert kinds == []


def test_an_exercise_with_a_missing_prerequisite_is_suggested_later(store: Store, tmp_path: Path) -> None:
    folder = tmp_path / "steps"
    folder.mkdir()
    (folder / "pack.toml").write_text('format = 1\nid = "steps"\ntitle = "Steps"\nlanguages = ["en"]\n')
    (folder / "1-a.toml").write_text('graph = "z = x * y"\n')
    (folder / "2-b.toml").write_text('graph = "z = x * y"\nneeds = ["steps/c"]\n')
    (folder / "3-c.toml").write_text('graph = "z = x * y"\n')
    pack = library.read_pack(folder)
    solve_worksheet(Worksheet(pack.open("a").variant(), store))
    assert suggest_next(store, load_index([pack]), [pack], ("steps", "a"))[0].exercise == ("steps", "c")


def make_packs(folder: Path, **exercises: str) -> list[Pack]:
    """Write packs; each key is `pack__exercise`, each value the prerequisite."""
    for name, needs in exercises.items():
        pack, _, exercise = name.partition("__")
        (folder / pack).mkdir(parents=True, exist_ok=True)
        (folder / pack / "pack.toml").write_text(
            f'format = 1\nid = "{pack}"\ntitle = "Pack {pack}"\nlanguages = ["en"]\n'
        )
        text = f'title = "The {exercise}"\ngraph = "z = x * y"\n'
        (folder / pack / f"{exercise}.toml").write_text(text + (f'needs = ["{needs}"]\n' if needs else ""))
    return [library.read_pack(path) for path in sorted(folder.iterdir())]


def test_a_missing_prerequisite_is_suggested_first(store: Store, tmp_path: Path) -> None:
    packs = make_packs(tmp_path, a__one="", a__two="a/one", b__m="", b__n="a/two", c__z="")
    solve_worksheet(Worksheet(packs[1].open("m").variant(), store))
    suggestions = suggest_next(store, load_index(packs), packs, ("b", "m"))
    assert [(str(suggestion.reason), suggestion.exercise) for suggestion in suggestions] == [
        ("Do “The one” first, because “The n” builds on it.", ("a", "one")),
        ("Next in “Pack b”: “The n”.", ("b", "n")),
        ("In another pack, “Pack c”: “The z”.", ("c", "z")),
    ]
    solve_worksheet(Worksheet(packs[1].open("n").variant(), store))
    suggestions = suggest_next(store, load_index(packs), packs, ("b", "n"))
    assert str(suggestions[0].reason) == "You finished “Pack b”. Next is “Pack c”: “The z”."


def test_an_exercise_is_indexed_again_only_if_its_file_changed(
    tmp_path: Path, pack: Pack, monkeypatch: pytest.MonkeyPatch
) -> None:
    cache = tmp_path / "cache" / "atlas.json"
    first = load_index([pack], cache)
    assert {indexed.exercise for indexed in first.exercises} == set(GRAPHS)
    opened: list[str] = []
    original_open = Pack.open

    def open_and_count(pack: Pack, name: str) -> Any:
        opened.append(name)
        return original_open(pack, name)

    monkeypatch.setattr(Pack, "open", open_and_count)
    assert load_index([pack], cache) == first
    assert opened == []
    file = pack.folder / "10-both.toml"
    file.write_text('graph = "z = tanh(a) * c"\n')
    changed = load_index([library.read_pack(pack.folder)], cache)
    assert opened == ["both"]
    assert set(changed["term", "both"].rules) == {"tanh", "mul"}


@pytest.mark.parametrize("text", ["", "{", "[]", '{"version": 1}', '{"version": "0.1.0", "exercises": []}', "\x00"])
def test_a_damaged_cache_is_written_again(tmp_path: Path, pack: Pack, text: str) -> None:
    cache = tmp_path / "atlas.json"
    cache.write_text(text)
    index = load_index([pack], cache)
    assert len(index.exercises) == len(GRAPHS)
    assert len(json.loads(cache.read_text())["exercises"]) == len(GRAPHS)


def test_invalid_entries_of_the_cache_are_skipped(tmp_path: Path, pack: Pack) -> None:
    cache = tmp_path / "atlas.json"
    load_index([pack], cache)
    data = json.loads(cache.read_text())
    for number, entry in enumerate(data["exercises"].values()):
        entry |= [{"rules": 3}, {"minutes": "x"}, {"needs": None}][number % 3]
    cache.write_text(json.dumps(data))
    assert isinstance(load_index([pack], cache), ExerciseIndex)


def test_the_index_is_built_if_its_cache_cannot_be_written(tmp_path: Path, pack: Pack) -> None:
    (tmp_path / "file").write_text("")
    assert load_index([pack], tmp_path / "file" / "atlas.json").exercises


def test_an_exercise_that_cannot_be_opened_is_not_in_the_index(tmp_path: Path, pack: Pack) -> None:
    (pack.folder / "99-broken.toml").write_text('graph = "z = ("\n')
    index = load_index([library.read_pack(pack.folder)])
    assert ("term", "broken") not in index
    assert ("term", "both") in index


def test_a_rule_is_due_from_its_day_on(store: Store, pack: Pack) -> None:
    solve_worksheet(Worksheet(pack.open("both").variant(), store))
    due = review.load_skills(store)["mul"].due
    assert due is not None
    assert isinstance(due, date)
    assert "mul" not in review.due_rules(store, day=due - timedelta(days=1))
    assert "mul" in review.due_rules(store, day=due)


def test_a_review_is_suggested_from_the_day_a_rule_is_due(store: Store, pack: Pack) -> None:
    index = load_index([pack])
    solve_worksheet(Worksheet(pack.open("both").variant(), store))
    due = review.load_skills(store)["mul"].due
    assert due is not None
    for day, is_suggested in ((due - timedelta(days=1), False), (due, True)):
        kinds = [suggestion.kind for suggestion in suggest_next(store, index, [pack], day=day)]
        assert ("review" in kinds) == is_suggested


def test_a_rule_that_only_questions_ask_for_is_due_while_there_is_one_in_new_words(
    store: Store, tmp_path: Path
) -> None:
    folder = tmp_path / "asking"
    folder.mkdir()
    (folder / "pack.toml").write_text('format = 1\nid = "asking"\ntitle = "Asking"\nlanguages = ["en"]\n')
    question = '[[question]]\nprompt = "Which?"\nskills = ["code"]\nchoices = [{en = "a", right = true}, {en = "b"}, {en = "c"}]\n'
    for name in ("1-one", "2-two"):
        (folder / f"{name}.toml").write_text(f'graph = "z = a * b"\nstart = 3\n{question}')
    pack = library.read_pack(folder)
    index = load_index([pack])
    later = utc_today() + timedelta(days=40)
    for name, is_due in (("one", True), ("two", False)):
        worksheet = Worksheet(pack.open(name).variant(), store)
        worksheet.answer("q1", "1")
        assert "code" in review.due_rules(store, index.rules, later)
        assert ("code" in review.rules_to_review(store, index, later)) == is_due
        assert ("code" in load_overview(store, index, later).due) == is_due
        assert ("code" in load_progress(store, index, [pack], later).due_rules) == is_due
