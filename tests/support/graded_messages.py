"""The table of messages to wrong answers that a reader has graded, and what the program says to each of them today.

A file of the table holds sections under a line of `=`. A section starts with an exercise file, or with `code = "NAME"` for
an exercise of the pack `code`; then comes an entry for each wrong answer:

    --- x->t  105
    why     multiplied by its own input
    op      mul
    says    mul.own-input?
    en      the message
      yes   what is said if the learner answers yes to it
      no    … no, if that is another question
    ko      …
    grade   A  asks for the other input  #1a2b3c

A reader writes the first two lines (and `with`, a value typed at another blank, and `after`, an earlier wrong answer)
and the grade; the rest is filled in. The number behind a grade belongs to the texts that were graded.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, field, replace
from functools import cached_property
from hashlib import sha256
from typing import TYPE_CHECKING

from tests.support.code_in_process import judge_text
from tests.support.lesson_solutions import lesson_code
from tutor import i18n
from tutor.coding.new_file import exercise_file
from tutor.grading.answer import parse_answer
from tutor.grading.grader import grade
from tutor.packs import library
from tutor.packs.builder.exercise import load_exercise

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tutor.grading.problem import Problem
    from tutor.grading.verdict import Verdict

LANGUAGES = ("en", "ko")
RULE = "=" * 100
#: The grade of a text that no reader has seen.
UNGRADED = "?"
_ENTRY = "--- "


@dataclass(frozen=True)
class Entry:
    """A wrong answer, what is said to it, and how a reader grades that."""

    blank: str
    typed: str
    why: str = ""
    elsewhere: tuple[str, ...] = ()
    earlier: tuple[str, ...] = ()
    operation: str = ""
    says: str = ""
    texts: tuple[tuple[str, str], ...] = ()
    grade: str = UNGRADED
    digest: str = ""

    @cached_property
    def own_digest(self) -> str:
        """The number of its texts."""
        return sha256(repr((self.blank, self.typed, self.texts)).encode()).hexdigest()[:6]

    @property
    def is_graded(self) -> bool:
        """Whether a reader graded these texts A or B."""
        return self.grade[:2].strip() in ("A", "B") and self.digest == self.own_digest

    def lines(self) -> Iterator[str]:
        yield f"{_ENTRY}{self.blank}  {self.typed}"
        yield from (f"with    {value}" for value in self.elsewhere)
        yield from (f"after   {text}" for text in self.earlier)
        yield f"why     {self.why}"
        yield f"op      {self.operation}"
        yield f"says    {self.says}"
        yield from (f"{key:<8}{text}".rstrip() for key, text in self.texts)
        yield f"grade   {self.grade}" + (f"  #{self.digest}" if self.digest else "")


@dataclass(frozen=True)
class Section:
    """An exercise and its entries."""

    exercise: str
    entries: tuple[Entry, ...] = field(default=())

    def lines(self) -> Iterator[str]:
        yield RULE
        yield self.exercise
        for entry in self.entries:
            yield ""
            yield from entry.lines()
        yield ""


def read_table(text: str) -> list[Section]:
    """Return the sections of a table."""
    return [_read_section(part) for part in text.split(RULE + "\n")[1:]]


def write_table(sections: list[Section]) -> str:
    """Return the text of a table."""
    return "\n".join(line for section in sections for line in section.lines())


def _read_section(text: str) -> Section:
    exercise, *entries = f"\n{text}".split(f"\n{_ENTRY}")
    return Section(exercise.strip(), tuple(map(_read_entry, entries)))


def _read_entry(text: str) -> Entry:
    first, *lines = text.strip().splitlines()
    blank, _, typed = first.partition("  ")
    pairs = [(line[:8].rstrip(), line[8:]) for line in lines if line.strip()]

    def all_of(key: str) -> tuple[str, ...]:
        return tuple(value for name, value in pairs if name == key)

    mark, _, digest = " ".join(all_of("grade")).partition("  #")
    first_text = next((i for i, (key, _) in enumerate(pairs) if key == "en"), len(pairs))
    texts = tuple(pair for pair in pairs[first_text:] if pair[0] != "grade")
    why, operation, says = (" ".join(all_of(key)) for key in ("why", "op", "says"))
    earlier, elsewhere = all_of("after"), all_of("with")
    return Entry(blank, typed, why, elsewhere, earlier, operation, says, texts, mark or UNGRADED, digest)


def answered(section: Section, folder: Path) -> Section:
    """Return a section with what the program says today. A grade of other texts is lost."""
    data = tomllib.loads(section.exercise)
    if "code" in data:
        answers = [_judged_code(data["code"], entry) for entry in section.entries]
    else:
        path = folder / "exercise.toml"
        path.write_text(section.exercise, encoding="utf-8")
        problem = load_exercise(path, folder, "", "exercise").variant().problem
        answers = [_graded(problem, entry) for entry in section.entries]
    pairs = zip(section.entries, answers, strict=True)
    return replace(section, entries=tuple(_with_valid_grade(old, new) for old, new in pairs))


def _with_valid_grade(old: Entry, new: Entry) -> Entry:
    if (old.texts and old.texts != new.texts) or old.digest not in ("", new.own_digest):
        before = old.grade if old.grade.startswith(UNGRADED) else f"{UNGRADED} (was {old.grade})"
        return replace(new, grade=before, digest="")
    return replace(new, digest="" if new.grade.startswith(UNGRADED) else new.own_digest)


def _graded(problem: Problem, entry: Entry) -> Entry:
    place = problem.place(entry.blank)
    wrong = {}
    for text in entry.elsewhere:
        at, _, typed = text.partition(" = ")
        wrong[problem.place(at).id] = parse_answer(problem, problem.place(at), typed).value
    verdict = grade(problem, place, entry.typed, wrong, entry.earlier)
    assert not verdict.right, (entry.blank, entry.typed)
    nodes = problem.graph.nodes
    position = place.edge.target if place.edge else place.node if place.kind == "forward" else None
    # The kind "sum" is no operation Σ.
    kind = "branch" if place.kind == "sum" else place.kind
    operation = kind if position is None else nodes[position].operation.id
    says = verdict.message_id if verdict.mistake or verdict.choices else str(verdict.kind)
    texts = [pair for language in LANGUAGES for pair in _texts_in(language, verdict)]
    return replace(entry, operation=operation, says=says, texts=tuple(texts))


def _texts_in(language: str, verdict: Verdict) -> Iterator[tuple[str, str]]:
    i18n.set_language(language)
    try:
        yield language, str(verdict.message)
        if verdict.asks:
            mistake = verdict.suspicions[0].mistake
            yield "  yes", str(verdict.after_reply(mistake, True).message)
            # What is said to an answer that no mistake explains is graded at such answers.
            if (denied := verdict.after_reply(mistake, False)).asks:
                yield "  no", str(denied.message)
    finally:
        i18n.set_language(i18n.DEFAULT_LANGUAGE)


def _judged_code(name: str, entry: Entry) -> Entry:
    exercise = library.find_exercise(f"code/{name}")
    old, _, new = entry.typed.partition(" => ")
    result = judge_text(exercise_file(exercise).style, lesson_code(exercise, {old: new}))
    first = result.first_open
    assert first is not None
    assert first.message is not None
    assert first.name == entry.blank
    texts = []
    for language in LANGUAGES:
        i18n.set_language(language)
        texts.append((language, str(first.message)))
    i18n.set_language(i18n.DEFAULT_LANGUAGE)
    return replace(entry, operation="code", says=first.mistake or first.verdict, texts=tuple(texts))
