"""Imports: they can be taken back, and say so when they hide what was done on this computer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.support.events import all_events, append_events, make_event, rebuilt_skills, stored_skills, time_after
from tutor.practice import review
from tutor.practice.event import Event, utc_now
from tutor.practice.export import as_json
from tutor.practice.storage.database import Database
from tutor.practice.storage.store import Store, default_path

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.run_tutor import Run

SKILLED: dict[str, Any] = {"rule": "mul", "blank": "x", "verdict": "right", "proof": True}


def write_export(path: Path, *events: Event) -> str:
    path.write_text("".join(as_json(event) + "\n" for event in events), encoding="utf-8")
    return str(path)


def local_events(number: int = 3) -> list[Event]:
    begin = make_event("begin", at=time_after(minutes=0))
    return [begin, *(make_event("answer", at=time_after(minutes=i + 1), text=str(i), **SKILLED) for i in range(number))]


def foreign_events(worksheet: str, minutes: float, number: int = 3) -> list[Event]:
    return [
        make_event("begin", worksheet, exercise="mul", at=time_after(minutes=minutes)),
        *(
            make_event(
                "answer", worksheet, exercise="mul", at=time_after(minutes=minutes + i / 9), text=str(i), **SKILLED
            )
            for i in range(number)
        ),
    ]


def test_an_import_can_be_taken_back_and_added_again(run_tutor: Run, tmp_path: Path) -> None:
    with Store.open(default_path()) as store:
        append_events(store, *local_events())
        before, skills = all_events(store), stored_skills(store)
    theirs = foreign_events("w1", -5)
    first = write_export(tmp_path / "first.jsonl", *theirs)
    second = write_export(tmp_path / "second.jsonl", *theirs, *foreign_events("w2", 1.5))
    assert run_tutor("import", first, second).stdout.count(" new") == 2
    later = make_event("answer", text="later")
    with Store.open(default_path()) as store:
        append_events(store, later)
    undone = run_tutor("import", "--undo")
    assert (undone.returncode, undone.stderr) == (0, "")
    assert "second.jsonl: 4 removed" in undone.stdout
    with Store.open(default_path()) as store:
        assert {event.worksheet for event in all_events(store)} == {"try 1", "w1"}
    assert "first.jsonl: 4 removed" in run_tutor("import", "--undo").stdout
    with Store.open(default_path()) as store:
        assert all_events(store) == [*before, later]
        assert stored_skills(store) == rebuilt_skills(store) == skills
    nothing_left = run_tutor("import", "--undo")
    assert nothing_left.returncode == 1
    assert "no import to undo" in nothing_left.stderr
    assert "8 new, 0 already known" in run_tutor("import", second).stdout


def test_import_names_either_files_or_the_last_import(run_tutor: Run) -> None:
    for arguments in ((), ("a.jsonl", "--undo")):
        done = run_tutor("import", *arguments)
        assert (done.returncode, done.stdout) == (2, "")
        assert len(done.stderr.splitlines()) == 1


def test_a_foreign_reset_dated_ahead_hides_nothing_done_here(run_tutor: Run, tmp_path: Path) -> None:
    with Store.open(default_path()) as store:
        append_events(store, *local_events())
    everything = make_event("reset", "r", pack="", exercise="", at="2090-01-01T00:00:00.000000+00:00")
    file = write_export(tmp_path / "theirs.jsonl", *foreign_events("w", -5), everything)
    done = run_tutor("import", file)
    assert len(done.stdout.splitlines()) == 1
    with Store.open(default_path()) as store:
        assert store.states() == {("basics", "add"): "begun"}  # of the other computer's, nothing is left


def test_a_foreign_reset_that_hides_what_was_done_here_is_told_and_can_be_taken_back(
    run_tutor: Run, tmp_path: Path
) -> None:
    with Store.open(default_path()) as store:
        append_events(store, *local_events())
    everything = make_event("reset", "r", pack="", exercise="", at=utc_now())
    done = run_tutor("import", write_export(tmp_path / "theirs.jsonl", *foreign_events("w", -5), everything))
    assert "also resets exercises that you started or solved here: 1." in done.stdout
    with Store.open(default_path()) as store:
        assert store.states() == {}
    run_tutor("import", "--undo")
    with Store.open(default_path()) as store:
        assert store.states() == {("basics", "add"): "begun"}
        assert review.load_skills(store)


def test_skills_are_rebuilt_again_if_an_import_comes_in_between(path: Path) -> None:
    database, other = Database(path, timeout=2.0), Database(path, timeout=2.0)
    database.write([make_event("begin", at=time_after(minutes=0)), *local_events()[1:]])
    database.merge([make_event("answer", "w", at=time_after(minutes=9), text="9", **SKILLED)], "file")
    skills, snapshot = database._projection.rebuild()
    other.merge(foreign_events("w2", 1.5))  # renumbers the events
    with database._transaction():
        assert not database._projection.commit_rebuild(skills, snapshot)
    skills, snapshot = database._projection.rebuild()
    other.undo_import()
    with database._transaction():
        assert not database._projection.commit_rebuild(skills, snapshot)
    database.close()
    other.close()
