"""The page of `backprop-tutor report --items`: what deserves attention, then the blanks of each exercise."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tutor.commands.documents import Heading, Sentence, Table
from tutor.commands.item_report import message_label
from tutor.grading.mistakes.labels import mistake_label
from tutor.i18n import N_, _, format_percent, message
from tutor.practice.item_analysis import MIN_LEARNERS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from tutor.commands.documents import Block
    from tutor.commands.item_report import ItemReport
    from tutor.practice.item_analysis import Item, MessageEffect

#: The maximum number of wrong answers of a blank in the text; CSV and JSON have all.
_MAX_WRONG_ANSWERS = 3
#: A message is named as one that doesn't help after this many answers, if this share of them repeat.
_MIN_ANSWERED, _MAX_REPEATED = 5, 0.4
#: Blanks with a lower share right on the first try are named as hard.
_HARD = 0.3
#: From this correlation down, those who do well elsewhere do not do better at the blank.
_LOW_DISCRIMINATION = 0.0
#: Once may be a slip of the keys.
_MIN_REPEATED = 2
_MAX_ANSWER_LENGTH = 24


def items_page(report: ItemReport) -> list[Block]:
    """Return the page: what is worth a look, then each form of an exercise with its blanks."""
    count = Heading(str(message(N_("Learners: {n}"), n=len(report.classroom.learners))))
    if not report.items:
        return [count, Sentence(_("There are no answers in these files."))]
    blocks: list[Block] = [
        count,
        Sentence(_("Each learner counts once for each blank, with the first try that reached it.")),
        Sentence(
            str(
                message(
                    N_("Item-rest correlations are shown if at least {n} learners can be compared."), n=MIN_LEARNERS
                )
            )
        ),
    ]
    notable = list(_notable(report))
    if notable:
        blocks += [Heading(_("Worth a look")), Table(["", ""], notable)]
    for key in dict.fromkeys((item.pack, item.exercise, item.content) for item in _by_form(report)):
        items = [item for item in report.items if (item.pack, item.exercise, item.content) == key]
        blocks += _form_blocks(report, items)
    return blocks


def _by_form(report: ItemReport) -> list[Item]:
    """Return the items, those of the exercise as it is now before those of earlier forms."""
    return sorted(report.items, key=lambda item: (item.pack, item.exercise, report.form(item) != "current"))


def _form_blocks(report: ItemReport, items: Sequence[Item]) -> Iterator[Block]:
    first = items[0]
    name = f"{first.pack}/{first.exercise}"
    title = report.titles.get((first.pack, first.exercise))
    heading = f"{title}  ({name})" if title else name
    if report.form(first) == "earlier":
        heading = str(message(N_("{heading}, an earlier version ({content})"), heading=heading, content=first.content))
    elif not first.content:
        heading = str(message(N_("{heading}, version not recorded"), heading=heading))
    yield Heading(heading)
    titles = [
        _("blank"),
        _("learners"),
        _("right"),
        _("first try"),
        _("item-rest"),
        _("time"),
        _("hints"),
        _("shown"),
    ]
    rows = [
        [
            item.blank,
            str(item.learners),
            format_percent(item.right),
            format_percent(item.first_try),
            "-" if item.discrimination is None else f"{item.discrimination:.2f}".replace("-", "−"),
            "-" if item.seconds is None else str(message(N_("{n} s"), n=f"{item.seconds:.0f}")),
            format_percent(item.hinted),
            format_percent(item.shown),
        ]
        for item in items
    ]
    yield Table(titles, [titles, *rows])
    yield from _optional_table(
        _("The most frequent wrong answers:"),
        [_("blank"), _("answer"), _("mistake"), _("learners"), _("times")],
        _wrong_cells(report, items),
    )
    yield from _optional_table(
        _("Messages after which the same wrong answer or mistake was repeated:"),
        [_("blank"), _("message"), _("repeated"), _("right")],
        _message_cells(items),
    )


def _wrong_cells(report: ItemReport, items: Iterable[Item]) -> Iterator[list[str]]:
    for item in items:
        for wrong in item.wrong_answers[:_MAX_WRONG_ANSWERS]:
            answer = report.answer_text(item, wrong)
            if len(answer) > _MAX_ANSWER_LENGTH:
                answer = answer[: _MAX_ANSWER_LENGTH - 1] + "…"
            yield [
                item.blank,
                f"{answer} …" if wrong.other_values else answer,
                mistake_label(wrong.mistake) if wrong.mistake else _("unnamed"),
                str(message(N_("learners: {n} of {of}"), n=wrong.learners, of=item.learners)),
                str(message(N_("times: {n}"), n=wrong.times)),
            ]


def _notable(report: ItemReport) -> Iterator[list[str]]:
    """Yield the place of each blank that calls for a look, and why."""
    for item in _by_form(report):
        place = f"{item.pack}/{item.exercise} {item.blank}"
        if report.form(item) == "earlier":
            continue
        for effect in item.messages:
            if effect.answered >= _MIN_ANSWERED and effect.repeated >= _MAX_REPEATED * effect.answered:
                text = N_("the message about “{message}” doesn't help: the same mistake was repeated {n} of {of} times")
                name = message_label(effect.message)
                yield [place, str(message(text, message=name, n=effect.repeated, of=effect.answered))]
        if item.discrimination is not None and item.discrimination <= _LOW_DISCRIMINATION:
            yield [place, _("learners who do well elsewhere do no better here: is something unclear?")]
        if item.learners >= _MIN_ANSWERED and item.first_try < _HARD:
            text = N_("right on the first try: {rate}")
            yield [place, str(message(text, rate=format_percent(item.first_try)))]


def _optional_table(sentence: str, titles: list[str], rows: Iterable[list[str]]) -> Iterator[Block]:
    rows = list(rows)
    if rows:
        yield Sentence(sentence)
        yield Table(titles, rows)


def _message_cells(items: Iterable[Item]) -> Iterator[list[str]]:
    for item in items:
        for effect in item.messages:
            if effect.repeated >= _MIN_REPEATED:
                yield [item.blank, message_label(effect.message), _again(effect), _right(effect)]


def _again(effect: MessageEffect) -> str:
    return str(message(N_("repeated: {n} of {of}"), n=effect.repeated, of=effect.answered))


def _right(effect: MessageEffect) -> str:
    return str(message(N_("right on the next try: {n}"), n=effect.right))
