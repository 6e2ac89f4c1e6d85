"""The page of `report`: for each exercise, who worked on it, how it went, and the most frequent mistakes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tutor.commands.calibration_page import calibration_table
from tutor.commands.documents import Heading, Sentence, Table
from tutor.grading.mistakes.labels import mistake_label
from tutor.i18n import N_, _, format_percent, message
from tutor.packs import library
from tutor.packs.assessment import format_points
from tutor.packs.sanitize import strip_markup
from tutor.practice.calibration import calibration_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from tutor.commands.documents import Block
    from tutor.practice.class_scores import ClassResults, TextAnswer
    from tutor.practice.classroom import Classroom, ExerciseWork
    from tutor.practice.score import Score

#: The maximum number of mistakes of each exercise in the summary; the CSV has all.
_MAX_MISTAKES = 5


def summary_page(classroom: Classroom, results: ClassResults) -> list[Block]:
    """Return what is known of each exercise: who was at work, how it went, the most frequent mistakes."""
    titles = {(pack.id, entry.id): entry.title for pack in library.all_packs() for entry in pack.entries}
    work = classroom.work_by_learner()
    mistakes = classroom.mistake_frequencies()
    blocks: list[Block] = []
    for pack, exercise in sorted({key[1:] for key in work}):
        records = [record for key, record in work.items() if key[1:] == (pack, exercise)]
        title = titles.get((pack, exercise))
        blocks.append(Heading(f"{title}  ({pack}/{exercise})" if title else f"{pack}/{exercise}"))
        rates = [record.first_try_rate for record in records if record.first_try_rate is not None]
        is_exam = any(record.exam is not None for record in records)
        text = (
            N_("learners who started: {n}, finished: {solved}")
            if is_exam
            else N_("learners who started: {n}, solved: {solved}")
        )
        rate = 0.0
        if rates and not is_exam:
            text = N_("learners who started: {n}, solved: {solved}, right on the first try: {rate}")
            rate = sum(rates) / len(rates)
        solved = sum(record.solved for record in records)
        blocks.append(Sentence(str(message(text, n=len(records), solved=solved, rate=format_percent(rate)))))
        blocks += [Sentence(text) for text in _score_sentences(results.in_exercise(pack, exercise))]
        num_coded = sum(record.solved_in_code for record in records)
        if num_coded:
            blocks.append(Sentence(str(message(N_("solved in code: {n}"), n=num_coded))))
        blocks += [Sentence(text) for text in _exam_sentences(work, pack, exercise)]
        rows = [
            [
                mistake_label(frequency.mistake),
                str(message(N_("learners: {n} of {of}"), n=frequency.learners, of=frequency.of_learners)),
                str(message(N_("times: {n}"), n=frequency.times)),
            ]
            for frequency in mistakes
            if (frequency.pack, frequency.exercise) == (pack, exercise)
        ]
        if rows:
            blocks.append(Table([_("mistake"), _("learners"), _("times")], rows[:_MAX_MISTAKES]))
        blocks += _answers_in_words(results, (pack, exercise))
    predictions = [made for record in work.values() for made in record.predictions.values()]
    return [*blocks, *calibration_table(calibration_of(predictions))]


def _score_sentences(scores: Sequence[Score]) -> Iterator[str]:
    if not scores:
        return
    points = [score.points for score in scores]
    text = N_("points of {most}: {mean} on average, {least} to {best}")
    numbers = {"mean": sum(points) / len(points), "least": min(points), "best": max(points), "most": scores[0].most}
    yield str(message(text, **{name: format_points(number) for name, number in numbers.items()}))
    if late := sum(score.late for score in scores):
        yield str(message(N_("answers after the due date, which don't count: {n}"), n=late))


def _answers_in_words(results: ClassResults, name: tuple[str, str]) -> Iterator[Block]:
    """Yield the answers that only an instructor can grade, for each question."""
    answers: dict[str, list[TextAnswer]] = {}
    for answer in results.texts:
        if answer.name == name and answer.is_ungraded:
            answers.setdefault(answer.question, []).append(answer)
    for question, given in answers.items():
        yield Sentence(strip_markup(question))
        yield Table([_("learner"), _("answer")], [[each.learner, each.text] for each in given])


def _exam_sentences(work: Mapping[tuple[str, str, str], ExerciseWork], pack: str, exercise: str) -> Iterator[str]:
    """Yield a sentence for each thing that a teacher should know about the tries of an exam."""
    records = {name[0]: (record, record.exam) for name, record in work.items() if name[1:] == (pack, exercise)}
    exams = {learner: (record, exam) for learner, (record, exam) in records.items() if exam is not None}
    begun = {learner: len(record.tries) for learner, (record, _exam) in exams.items() if len(record.tries) > 1}
    resets = {learner: exam.resets for learner, (_record, exam) in exams.items() if exam.resets}
    numbers = {learner: exam.num_seeds for learner, (_record, exam) in exams.items() if exam.num_seeds > 1}
    shared = [learner for learner, (_record, exam) in exams.items() if exam.shared_with]
    if begun:
        text = N_("started more than once (the first finished try counts): {learners}")
        yield str(message(text, learners=_counted(begun)))
    if resets:
        yield str(message(N_("reset after starting: {learners}"), learners=_counted(resets)))
    if numbers:
        yield str(message(N_("more than one set of numbers: {learners}"), learners=_counted(numbers)))
    if shared:
        text = N_("same try or same random numbers as another learner: {learners}")
        yield str(message(text, learners=", ".join(shared)))


def _counted(numbers: Mapping[str, int]) -> str:
    return ", ".join(f"{learner} ({n})" for learner, n in numbers.items())
