"""What stands in the panel of an exercise: contents made from the desk. Texts from outside are never markup."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from rich.cells import cell_len
from textual.content import Content

from tutor.drawing.sketch import value_lines
from tutor.grading import Blank, Verdict, asks, place_name
from tutor.grading.labels import label
from tutor.grading.verdict import MARKS, WORDS
from tutor.grading.wording import right_answer
from tutor.i18n import N_, _, message
from tutor.practice import exam
from tutor.practice.pointing import pointed_out
from tutor.tui.columns import Column, side_by_side
from tutor.tui.contents import content, prose
from tutor.tui.desk import Desk
from tutor.tui.onward import Onward
from tutor.tui.signs import Signs

_TONES = {
    "✓": "bold $success",
    "✗": "bold $error",
    "~": "bold $warning",
    "!": "bold $warning",
    "*": "bold $foreground 60%",
}
_STATES: Mapping[str, str] = {
    "right": N_("right"),
    "wrong": N_("not yet"),
    "near": N_("not yet"),
    "revealed": N_("shown"),
    "given": N_("given"),
    "noted": N_("noted"),
}

_HURRIED = N_("Read this one first; the next hint opens in a moment.")

#: Where there is nothing else to say.
_BEARINGS = N_("Arrow keys follow the graph, {next} goes to the next blank of the backward pass, {hint} gives a hint.")
_IN_AN_EXAM = N_("Arrow keys follow the graph, {next} goes to the next blank of the backward pass.")


def quantity(desk: Desk, signs: Signs) -> Content:
    """The name of what is asked at the focused place."""
    asked = str(asks(desk.worksheet.problem, desk.place, desk.known()))
    if desk.place.kind != "question":
        return content(signs, (asked, "bold"))
    lines = [prose(signs, asked, "bold")]
    choices = desk.worksheet.problem.question(desk.place).choices
    lines += [prose(signs, f"{number}  {choice.text}") for number, choice in enumerate(choices, 1)]
    return Content("\n").join(lines)


def around(desk: Desk, signs: Signs, width: int) -> Content:
    """What flowed into and out of the node behind the focused edge, where the drawing has no room for it."""
    worksheet, place = desk.worksheet, desk.place
    problem, graph = worksheet.problem, worksheet.problem.graph
    forward = problem.exact.values
    if place.kind == "question":
        return Content("")
    if place.kind == "forward":
        shown = [*dict.fromkeys(arg for arg in graph.nodes[place.node].args if arg is not None)]
    elif place.edge is None:
        shown = [place.node]
    else:
        shown = [arg for arg in graph.nodes[place.edge.target].args if arg is not None]
        shown = [*dict.fromkeys(shown), place.edge.target]
    columns = [
        Column(
            graph.title(i),
            ("?",) if i in worksheet.hidden else value_lines(forward[i], problem.near_one[i]),
            "$text-success",
        )
        for i in shown
    ]
    upstream = desk.upstream(place)
    if upstream is not None:
        known = upstream.id in worksheet.known()
        rows = value_lines(problem.truth(upstream)) if known else ("?",)
        columns.append(Column(_("from the right"), rows, "$text-accent"))
    return side_by_side(columns, signs, width)


def standing(desk: Desk, signs: Signs) -> Content:
    """Beside an empty answer line: what stands in the place already, or what to do."""
    state = desk.worksheet.state(desk.at)
    if desk.in_grid:
        return Content("")
    if state == "empty":
        if desk.place.shape is not None:
            text = N_("{key} opens the cells, a letter an expression")
        elif desk.asks_question and desk.worksheet.problem.question(desk.place).choices:
            text = N_("type the number of your choice and press {key}")
        else:
            text = N_("type the value and press {key}")
        said = message(text, key=signs.key("exercise.check", "Enter"))
        return content(signs, (str(said), "$foreground 40%"))
    text = desk.entry.text if state not in ("given", "revealed") else right_answer(desk.worksheet.problem, desk.place)
    return content(signs, (f"{text}  {signs.of_state(state)} {_(_STATES[state])}", "$foreground 60%"))


def live(desk: Desk, signs: Signs, column: int, width: int) -> Content:
    """Two lines under the answer: how it reads, or a caret under the fault and what is wrong. `column` is where
    the fault stands on the screen."""
    reading = desk.reading()
    if reading.error is not None and desk.in_grid and desk.draft.at is not None:
        return _fault_in_cell(desk, signs)
    if reading.error is not None:
        # Once it was tried to check the answer, the sentence stands among the notes.
        sentence = "" if desk.at in desk.faults else str(reading.error)
        return content(
            signs,
            " " * min(column, width - 1),
            ("^" * _caret(desk), "bold $error"),
            "\n",
            (sentence, "$foreground 60%"),
        )
    if reading.text:
        return content(signs, (str(message(N_("reads as {reading}"), reading=reading.text)), "$foreground 60%"))
    return Content("")


def cell_name(desk: Desk) -> str:
    """The cell that is typed into, in words."""
    row, column = desk.draft.at or (0, 0)
    return str(message(N_("row {row}, column {column}"), row=row + 1, column=column + 1))


def _fault_in_cell(desk: Desk, signs: Signs) -> Content:
    """The text of a cell once more, a caret under its fault, and what is wrong."""
    error, text = desk.reading().error, desk.draft.line.text
    assert error is not None
    sentence = "" if desk.at in desk.faults else str(error)
    head = f"{cell_name(desk)}: "
    return content(
        signs,
        (head, "$foreground 60%"),
        text,
        (f"  {sentence}", "$foreground 60%"),
        "\n",
        " " * cell_len(signs.text(head + text[: error.at])),
        ("^" * _caret(desk), "bold $error"),
    )


def _caret(desk: Desk) -> int:
    error, text = desk.reading().error, desk.draft.line.text
    return max(cell_len(text[error.at : error.at + error.length]), 1) if error else 1


def notes(desk: Desk, signs: Signs) -> Content:
    """What is said about the answers so far, the latest first; the exercise's text until one is checked."""
    blocks: list[Content] = []
    worksheet = desk.worksheet
    if desk.remark is not None:
        blocks.append(content(signs, (str(desk.remark), "$text-warning")))
    hint = _hint(desk, signs)
    if desk.hint_asked:
        blocks += hint
    if desk.news is not None:
        name, verdict = desk.news
        blocks.append(_said(verdict, str(place_name(worksheet.problem, worksheet.problem.place(name))), signs))
    elif desk.verdict is not None:
        in_cell = desk.at in desk.faults and desk.in_grid and desk.draft.at is not None
        blocks.append(_said(desk.verdict, cell_name(desk) if in_cell else "", signs))
    elif desk.entry.revealed:
        blocks.append(content(signs, (signs.shown + " " + _("shown"), "bold $foreground 60%")))
    if desk.given:
        blocks.append(content(signs, (_("This value is given; nothing is asked here."), "$foreground 60%")))
    if not desk.hint_asked:
        blocks += hint
    if worksheet.offers_reveal(desk.at):
        blocks.append(
            content(
                signs, (signs.key("exercise.reveal", "F8"), "bold $primary"), "  " + _("show the value of this blank")
            )
        )
    elif worksheet.offers_replay(desk.at):
        blocks.append(
            content(
                signs,
                (signs.key("exercise.explain", "F6"), "bold $primary"),
                "  " + _("watch the pass at other numbers, step by step"),
            )
        )
    if desk.pointers():
        blocks.append(_pointers(desk, signs))
    if worksheet.exam and not any(entry.text for entry in worksheet.entries.values()):
        blocks.append(content(signs, (str(exam.RULES), "$text-warning")))
    # Without a graph there is room for the text, and questions lean on it.
    if not worksheet.problem.graph.nodes or not any(entry.text for entry in worksheet.entries.values()):
        text = worksheet.variant.text().strip()
        if text:
            blocks.append(prose(signs, text))
    if not blocks:
        keys = {"next": signs.key("exercise.next", "Tab"), "hint": signs.key("exercise.hint", "?")}
        bearings = message(_IN_AN_EXAM if worksheet.exam else _BEARINGS, **keys)
        blocks.append(content(signs, (str(bearings), "$foreground 60%")))
    return Content("\n\n").join(blocks)


def _hint(desk: Desk, signs: Signs) -> list[Content]:
    hint = desk.hint
    if hint is None:
        return []
    head = message(N_("Hint {rung}/{of}"), rung=hint.rung, of=hint.of)
    hurried = (f"{_(_HURRIED)}\n", "$foreground 60%") if desk.hurried else ""
    return [content(signs, hurried, (str(head), "bold $primary"), "  ", prose(signs, str(hint.text)))]


def _said(verdict: Verdict, name: str, signs: Signs) -> Content:
    """A verdict: mark, word, the place where it isn't the focused one, and the reason where there is one to give."""
    mark = MARKS[verdict.kind]
    head = f"{signs.of_mark(mark)} {_(WORDS[verdict.kind])}"
    return content(signs, (head, _TONES[mark]), *(f"  {part}" for part in (name, _reason(verdict)) if part))


def _reason(verdict: Verdict) -> str:
    """The sentence of a verdict, without the word it begins with where that is shown beside the mark already."""
    if verdict.message.text == "Right.":
        return ""
    sentence, word = str(verdict.message), _(WORDS[verdict.kind])
    if sentence.casefold().startswith(f"{word}.".casefold()):
        return sentence[len(word) + 1 :].lstrip()
    return sentence


def _pointers(desk: Desk, signs: Signs) -> Content:
    """Where to look, and what stands there; nothing is computed from it."""
    said = message(N_("Look at the marked places: {places}"), places=pointed_out(desk.worksheet, desk.at))
    return content(signs, (str(said), "$text-warning"))


def legend(signs: Signs) -> Content:
    """What the signs of the compact view mean."""
    blank, given, node = _("a blank"), _("a given value"), _("a node")
    states = _("right, not yet, nearly, shown")
    marks = f"{signs.right} {signs.wrong} {signs.near} {signs.shown}"
    return content(
        signs,
        (signs.open, "$accent"),
        f" {blank}   ",
        (signs.given, "$accent"),
        f" {given}   ",
        (marks, "bold"),
        f" {states}   ",
        ("(×)", "bold"),
        f" {node}",
    )


def summary(desk: Desk, signs: Signs, onward: Onward, width: int) -> Content:
    """What a finished worksheet comes to, and what next."""
    worksheet = desk.worksheet
    found, goal = worksheet.summary(), worksheet.problem.goal
    lines: list[Content] = []
    if desk.remark is not None:
        lines += [content(signs, (str(desk.remark), "$text-warning")), Content("")]
    if worksheet.exam:
        lines += _marks(desk, found.verdicts, signs)
    else:
        if desk.news is not None and _reason(desk.news[1]):
            lines += [_said(desk.news[1], "", signs), Content("")]
        head = signs.right + " " + _("Solved.")
        lines.append(content(signs, (head, "bold $success")))
    gradients = [Column(f"∂{goal}/∂{name}", value_lines(value), "$text-accent") for name, value in found.gradients]
    lines.append(side_by_side(gradients, signs, width))
    lines += [Content(""), _next_keys(desk, signs, onward), Content("")]
    if onward.suggestion is not None:
        lines += [_advice(onward, signs), Content("")]
    if found.mistakes and not worksheet.exam:
        met = ", ".join(f"{label(name)} ({count})" for name, count in found.mistakes.most_common())
        lines.append(content(signs, str(message(N_("Mistakes met: {met}"), met=met))))
    counts = N_("Wrong answers: {wrongs}   Hints: {hints}   Values shown: {shown}")
    told = message(counts, wrongs=found.wrongs, hints=found.hints, shown=found.revealed)
    if not worksheet.exam:
        lines.append(content(signs, (str(told), "$foreground 60%")))
    after = worksheet.variant.after().strip()
    if after:
        lines += [Content(""), prose(signs, after)]
    return Content("\n").join(lines)


def _marks(desk: Desk, verdicts: Sequence[tuple[Blank, Verdict]], signs: Signs) -> list[Content]:
    """What an exam comes to: how many answers are right, and the verdict on each."""
    problem = desk.worksheet.problem
    lines = [content(signs, (str(exam.result(verdicts)), "bold")), Content("")]
    lines += [_said(verdict, str(place_name(problem, blank)), signs) for blank, verdict in verdicts]
    return [*lines, Content("")]


def _next_keys(desk: Desk, signs: Signs, onward: Onward) -> Content:
    """What next, and the key for it."""
    keys = [(signs.key("exercise.check", "Enter"), onward.enter or _("back to the list"))]
    if desk.worksheet.variant.exercise.varies and not desk.worksheet.exam:
        keys.append((signs.key("exercise.fresh", "F3"), _("other numbers")))
    if desk.worksheet.problem.graph.nodes:
        keys.append((signs.key("exercise.closer", "F9"), _("a closer look")))
    return Content("   ").join(content(signs, (key, "bold $primary"), f" {says}") for key, says in keys)


def _advice(onward: Onward, signs: Signs) -> Content:
    """One thing that is advised, its reason, the key for it, and the way around it."""
    assert onward.suggestion is not None
    said = message(N_("What next? {reason}"), reason=onward.suggestion.reason)
    keys = [content(signs, (signs.key("exercise.advised", "^N"), "bold $primary"), " " + _("do this"))]
    if len(onward.advice) > 1:
        keys.append(content(signs, (signs.key("exercise.hint", "F2"), "bold $primary"), " " + _("something else")))
    return content(signs, (str(said), "$text-warning"), "\n", Content("   ").join(keys))
