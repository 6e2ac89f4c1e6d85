"""Damage to the progress file: every command reports where the file was moved, and still does its work."""

from __future__ import annotations

import json
import random
from typing import TYPE_CHECKING

import pytest

from tests.support.app_driver import screen_text, wait_until
from tests.support.events import make_event, run_sql
from tutor.practice.event import SALVAGED, new_id
from tutor.practice.exercise_records import load_records
from tutor.practice.storage.database import Database
from tutor.practice.storage.pending import pending_path, write_pending
from tutor.practice.storage.store import Store, default_path
from tutor.tui.app import TutorApp
from tutor.tui.screens.progress import ProgressScreen

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.support.run_tutor import Run

pytestmark = pytest.mark.usefixtures("second_start")

PAGE = 4096
#: The first byte of such a page.
TABLE_LEAF = 13


def write_history(num_exercises: int = 2_000) -> Path:
    """Write the learner's progress file, of about 200 pages."""
    path = default_path()
    database = Database(path, timeout=2.0)
    fields = {"verdict": "right", "rule": "add", "blank": "a->z"}
    database.write(
        make_event("answer", f"try {i}", exercise=f"exercise {i % num_exercises}", text=f"{i}", **fields)
        for i in range(2_000)
    )
    database.close()
    return path


def overwrite_leaves(path: Path, first: int = 50, last: int = 60) -> None:
    """Overwrite some leaves of tables, which only a command that reads all events finds."""
    content = bytearray(path.read_bytes())
    leaves = [start for start in range(PAGE, len(content), PAGE) if content[start] == TABLE_LEAF]
    for start in leaves[first:last]:
        content[start : start + PAGE] = random.Random(start).randbytes(PAGE)
    path.write_bytes(content)


def overwrite_root(path: Path) -> None:
    """Overwrite the page at which every search for an event starts."""
    content = bytearray(path.read_bytes())
    content[PAGE : 2 * PAGE] = random.Random(1).randbytes(PAGE)
    path.write_bytes(content)


def moved_file(path: Path) -> Path:
    [moved] = (file for file in path.parent.glob("*.damaged-*") if not file.name.endswith(("-wal", "-shm")))
    return moved


@pytest.mark.parametrize(
    ("damage", "arguments"),
    [
        (overwrite_leaves, ("progress",)),
        (overwrite_leaves, ("progress", "--json")),
        (overwrite_leaves, ("export",)),
        (overwrite_leaves, ("export", "--csv")),
        (overwrite_leaves, ("export", "--report", "md")),
        (overwrite_leaves, ("reset", "--all", "--yes")),
        (overwrite_leaves, ("list",)),
        (overwrite_leaves, ("import", "export.jsonl")),
        (overwrite_leaves, ("review", "--plain")),
        (overwrite_root, ("progress",)),
        (overwrite_root, ("review",)),
        (overwrite_root, ("review", "--plain")),
        (overwrite_root, ("play", "basics/add-multiply", "--plain")),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else value.__name__,
)
def test_every_command_reports_where_a_damaged_file_was_moved(
    run_tutor: Run,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    damage: Callable[[Path], None],
    arguments: tuple[str, ...],
) -> None:
    path = write_history()
    if "review" in arguments:
        run_sql(path, "DELETE FROM derived")  # the skills have to be rebuilt from all events
    damage(path)
    monkeypatch.chdir(tmp_path)
    attempt = {"id": "1", "at": "2026-01-01T00:00:00+00:00", "worksheet": "w", "kind": "answer", "pack": "p"}
    (tmp_path / "export.jsonl").write_text(json.dumps(attempt | {"exercise": "e", "fingerprint": ""}) + "\n")
    done = run_tutor(*arguments, text="1\n2\n120\n2\n2\n")
    assert done.returncode == 0, done.stderr
    assert done.stderr.count(str(moved_file(path))) == 1, done.stderr
    assert len(done.stderr.splitlines()) == 1


async def test_the_screen_shows_what_a_worker_found_damaged() -> None:
    path = write_history(num_exercises=1)  # the list of exercises reads one row of it
    overwrite_leaves(path)
    with Store.open(path) as store:
        app = TutorApp(store)
        async with app.run_test(size=(100, 40)) as pilot:
            assert store.notice is None
            await pilot.press("f5")
            await wait_until(pilot, lambda: isinstance(app.screen, ProgressScreen))
            await wait_until(pilot, lambda: "damaged" in screen_text(pilot))
            await pilot.press("escape")
            await wait_until(pilot, lambda: app.screen is app.home and "damaged" in screen_text(pilot))
    assert moved_file(path).name in str(store.notice)


def test_answers_that_another_thread_adds_do_not_hide_the_damage() -> None:
    path = write_history()
    overwrite_leaves(path)
    with Store.open(path) as store:
        with store.open_for_thread() as found:
            load_records(found)
        assert "damaged" in str(store.notice)
        waiting = make_event("answer", "from another session", exercise="e", blank="b", text="1", verdict="right")
        write_pending(pending_path(path, new_id()), [waiting])
        with store.open_for_thread() as added:
            assert "added to your progress file: 1" in str(added.notice)
        assert "damaged" in str(store.notice)


def test_events_that_can_be_read_are_salvaged(run_tutor: Run) -> None:
    path = write_history()
    ids = [id for (id,) in run_sql(path, "SELECT id FROM event ORDER BY seq")]
    overwrite_leaves(path)
    damaged = path.read_bytes()
    done = run_tutor("export")
    rows = [json.loads(line) for line in done.stdout.splitlines()]
    salvaged = [row["id"] for row in rows if row["kind"] != SALVAGED]
    assert salvaged == [id for id in ids if id in set(salvaged)]
    assert len(ids) - 10 * 40 < len(salvaged) < len(ids)  # a leaf has fewer than 40 events
    assert f"in a new file: {len(salvaged)}." in done.stderr
    assert moved_file(path).read_bytes() == damaged
    stored = run_sql(path, f"SELECT id FROM event WHERE kind <> '{SALVAGED}' ORDER BY seq")
    assert [id for (id,) in stored] == salvaged
    again = run_tutor("progress", "--json")
    assert again.stderr == ""
    assert json.loads(again.stdout)["answers"] == len(salvaged)


def test_the_end_of_a_truncated_file_is_all_that_is_lost(run_tutor: Run) -> None:
    path = write_history()
    content = path.read_bytes()
    path.write_bytes(content[: len(content) * 3 // 4 // PAGE * PAGE])
    done = run_tutor("progress", "--json")
    assert done.returncode == 0
    assert "damaged" in done.stderr
    assert json.loads(done.stdout)["answers"] > 1_000


@pytest.mark.parametrize(
    ("column", "value"), [("duration", 1e300), ("hints", 10**9), ("at", "9999-12-31T23:59:59+00:00")]
)
def test_an_export_of_what_was_salvaged_can_be_imported(
    column: str, value: object, run_tutor: Run, tmp_path: Path
) -> None:
    path = write_history()
    triggers = [name for (name,) in run_sql(path, "SELECT name FROM sqlite_master WHERE type = 'trigger'")]
    for trigger in triggers:
        run_sql(path, f'DROP TRIGGER "{trigger}"')
    run_sql(path, f"UPDATE event SET {column} = {value!r} WHERE seq = 30")
    overwrite_leaves(path)
    export = tmp_path / "mine.jsonl"
    assert run_tutor("export", "--to", str(export)).returncode == 0
    assert export.read_text("utf-8").count("\n") > 1_000
    imported = run_tutor("import", str(export))
    assert imported.returncode == 0
    assert "damaged" not in imported.stderr
