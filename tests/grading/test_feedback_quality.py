"""Messages to wrong answers, each graded by a reader: does it make a learner think towards the right rule, is it true and clear?

To accept changed messages: `UPDATE_GOLDEN=1 pytest tests/grading/test_feedback_quality.py`, read each new text in
`git diff`, write its grade and a few words in place of `?`, and run the same again.
"""

from __future__ import annotations

import os
import re
from dataclasses import replace
from pathlib import Path

import pytest

from tests.support.graded_messages import Entry, Section, answered, read_table, write_table
from tutor.engine.operations import OPERATIONS
from tutor.engine.standard_functions import STANDARD_FUNCTIONS
from tutor.grading.mistakes.catalogue import catalogue

TABLE = Path(__file__).parent / "golden" / "feedback.txt"
SECTIONS = read_table(TABLE.read_text(encoding="utf-8"))
NUM_ANSWERS = 200
#: Functions that become a node of another name.
OTHER_NAMES = {"clamp"}


@pytest.fixture(scope="module")
def sections(tmp_path_factory: pytest.TempPathFactory) -> list[Section]:
    """Return the table as it is with what the program says today."""
    folder = tmp_path_factory.mktemp("exercises")
    found = [answered(section, folder) for section in SECTIONS]
    if os.environ.get("UPDATE_GOLDEN"):
        TABLE.write_text(write_table(found), encoding="utf-8")
    return found


def test_every_message_is_the_one_that_a_reader_graded(sections: list[Section]) -> None:
    changed = [
        "\n".join([_row(new), *(f"  {key.strip()}: {text}" for key, text in new.texts if (key, text) not in old.texts)])
        for before, after in zip(read_table(TABLE.read_text(encoding="utf-8")), sections, strict=True)
        for old, new in zip(before.entries, after.entries, strict=True)
        if old.texts != new.texts
    ]
    assert not changed, "these messages are not the ones that were graded:\n" + "\n".join(changed)
    # pytest would take minutes to compare texts of so many lines.
    is_as_written = write_table(sections) == TABLE.read_text(encoding="utf-8")
    assert is_as_written, "write the table anew with UPDATE_GOLDEN=1"


def _row(entry: Entry) -> str:
    return f"{entry.operation} {entry.blank}  {entry.typed}"


def test_no_message_is_graded_below_b(sections: list[Section]) -> None:
    open_entries = [
        f"{_row(entry)}: {entry.grade}" for section in sections for entry in section.entries if not entry.is_graded
    ]
    assert not open_entries, "a reader has to grade these messages:\n" + "\n".join(open_entries)


def test_the_table_has_wrong_answers_at_every_operation(sections: list[Section]) -> None:
    entries = [entry for section in sections for entry in section.entries]
    answers = {
        (section.exercise, entry.blank, entry.typed, entry.earlier, entry.elsewhere)
        for section in sections
        for entry in section.entries
    }
    assert len(answers) == len(entries) >= NUM_ANSWERS
    assert not {*OPERATIONS, *STANDARD_FUNCTIONS} - {entry.operation for entry in entries} - OTHER_NAMES


def test_the_table_has_the_message_of_every_mistake(sections: list[Section]) -> None:
    said = [text for section in sections for entry in section.entries for _, text in entry.texts]
    missing = [
        f"{mistake.id}: {feedback}"
        for mistake in catalogue()
        for feedback in mistake.feedback
        if not any(all(piece in text for piece in re.split(r"{\w+}", feedback)) for text in said)
    ]
    assert not missing, "add a wrong answer that leads to each of these:\n" + "\n".join(missing)


def test_a_grade_belongs_to_the_texts_that_were_graded(tmp_path: Path) -> None:
    exercise = 'graph = "z = x * y"\nstart = 3\ninputs = { x = 7, y = 4 }'

    def graded(entry: Entry) -> Entry:
        (found,) = answered(Section(exercise, (entry,)), tmp_path).entries
        return found

    unread = graded(Entry("x", "21", "multiplied by its own input"))
    assert not unread.is_graded
    read = graded(replace(unread, grade="A  asks for the other input"))
    assert read.is_graded
    assert graded(read) == read
    assert not graded(replace(unread, grade="C  unclear")).is_graded
    changed = replace(read, texts=(("en", "Wrong."), ("ko", "틀렸습니다.")))
    assert not changed.is_graded
    assert graded(changed).grade == "? (was A  asks for the other input)"
    (again,) = read_table(write_table([Section(exercise, (read,))]))
    assert again.entries == (read,)
