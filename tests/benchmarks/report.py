"""Cost of a class report: `python tests/benchmarks/report.py [--learners 1000] [--keep FOLDER]`.

Writes the exports of a class: each learner worked on ten exercises with the author's numbers, on three of them again
with drawn ones, and took an exam of four exercises on numbers of their own; one answer in five is wrong. Then measures
`report`, with answers graded again and without, in time, processor time and memory. The target for 1,000 learners is
20 s and 500 MB.
"""

from __future__ import annotations

import argparse
import os
import random
import resource
import subprocess
import sys
import tempfile
from pathlib import Path
from time import perf_counter

sys.path.insert(0, str(Path(__file__).parents[2]))

from typing import TYPE_CHECKING

from tests.support.events import MemoryJournal
from tutor.grading.hints.ladder import format_right_answer
from tutor.packs import library
from tutor.packs.path_argument import open_path
from tutor.practice.chain import own_hash, with_link
from tutor.practice.exam import exam_seed
from tutor.practice.export import Sealing, as_json
from tutor.practice.worksheet import Worksheet

if TYPE_CHECKING:
    from tutor.packs.exercise import Exercise, Variant
    from tutor.practice.event import Event

PRACTISED = (
    "basics/add-multiply", "basics/plus", "chains/diamond", "chains/cube", "chains/apples-and-tax", "curves/powers",
    "neuron/sigma-neuron", "neuron/relu-neuron", "losses/shift", "matrices/bias",
)  # fmt: skip
EXAM = ("chains/quotient", "neuron/squared-error", "losses/log-sum-exp", "layers/residual")


class QuickWorksheet(Worksheet):
    """A worksheet whose verdicts aren't explained, which is all that an export needs."""

    _explains = False


def write_exam(home: Path) -> list[Exercise]:
    """Write the pack of the exam where the program finds it; return its exercises."""
    folder = home / "packs" / "midterm"
    folder.mkdir(parents=True)
    (folder / "pack.toml").write_text(
        'format = 1\nid = "midterm"\ntitle = "Midterm"\nlanguages = ["en"]\nmode = "exam"\n', encoding="utf-8"
    )
    for name in EXAM:
        path = library.find_exercise(name).path
        assert path is not None
        # An exam asks everything at once.
        lines = [line for line in path.read_text("utf-8").splitlines() if not line.startswith("stages")]
        (folder / path.name).write_text("\n".join(lines), encoding="utf-8")
    pack = open_path(folder)
    return [pack.open(entry.id) for entry in pack.entries]  # type: ignore[union-attr]


def work(variant: Variant, dice: random.Random) -> list[Event]:
    """Return the events of a try."""
    journal = MemoryJournal()
    sheet = QuickWorksheet(variant, journal)
    for blank in sheet.blanks:
        if not sheet.entry(blank.id).settled and dice.random() < 0.2:
            sheet.answer(blank.id, str(dice.randrange(1, 99)))
        if not sheet.entry(blank.id).settled:
            sheet.answer(blank.id, format_right_answer(variant.problem, blank))
    return journal.events


def write_class(folder: Path, exam: list[Exercise], number: int) -> int:
    """Write the exports of the learners; return how many rows they have."""
    dice, rows = random.Random(1), 0
    practised = [library.find_exercise(name) for name in PRACTISED]
    for learner in range(number):
        variants = [exercise.variant() for exercise in practised]
        variants += [exercise.variant(dice.randrange(1, 10**6)) for exercise in practised[:3]]
        variants += [exercise.variant(exam_seed(exercise, f"s{learner}")) for exercise in exam]
        sealing, head, lines = Sealing(), "", []
        events = [event for variant in variants for event in work(variant, dice)]
        for event in events:
            linked = with_link(event, head)
            head = own_hash(linked.link)
            sealing.add(linked)
            lines.append(as_json(linked, f"s{learner}", sealing.seal() if event is events[-1] else None))
        (folder / f"s{learner}.jsonl").write_text("\n".join(lines) + "\n", encoding="utf-8")
        rows += len(lines)
    return rows


def measure(home: Path, *arguments: str) -> None:
    environment = os.environ | {"BACKPROP_TUTOR_HOME": str(home), "PYTHONPATH": str(Path(__file__).parents[2])}
    before, start = resource.getrusage(resource.RUSAGE_CHILDREN), perf_counter()
    command = [sys.executable, "-m", "tutor", "report", *arguments]
    process = subprocess.run(command, env=environment, stdout=subprocess.PIPE, check=True)
    seconds, after = perf_counter() - start, resource.getrusage(resource.RUSAGE_CHILDREN)
    used = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    lines, peak = len(process.stdout.splitlines()), after.ru_maxrss / 1024
    print(
        f"{' '.join(arguments[1:]) or 'report':30}{seconds:7.1f} s {used:7.1f} s of processor {peak:6.0f} MB {lines:7} lines"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--learners", type=int, default=1000)
    parser.add_argument("--keep", type=Path)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        folder = arguments.keep or Path(temporary)
        home, exports = folder / "home", folder / "exports"
        if not exports.exists():
            exports.mkdir(parents=True)
            rows = write_class(exports, write_exam(home), arguments.learners)
            print(f"{arguments.learners} learners, {rows} rows")
        # The peak of memory is that of all commands so far, so the one that needs less comes first.
        for options in (["--no-regrade"], [], ["--csv", "flags"]):
            measure(home, str(exports), *options)


if __name__ == "__main__":
    main()
