"""What stands in the panel of an exercise: contents made from the desk. Texts from outside are never markup."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.cells import cell_len
from textual.content import Content

from tutor.drawing.from_problem import format_forward_value
from tutor.grading.hints.ladder import format_right_answer
from tutor.grading.mistakes.labels import mistake_label
from tutor.grading.verdict import LABELS, MARKS, Verdict
from tutor.grading.wording import describe_blank, place_name
from tutor.i18n import N_, _, message
from tutor.practice import exam
from tutor.practice.pointers import format_pointers
from tutor.tui.columns import Column, layout_columns
from tutor.tui.content import from_markup, styled

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from tutor.glyphs import Glyphs
    from tutor.grading.problem import Blank
    from tutor.tui.exercise_state import AfterSolved, ExerciseState

_MARK_STYLES = {
    "✓": "bold $success",
    "✗": "bold $error",
    "~": "bold $warning",
    "!": "bold $warning",
    "*": "bold $foreground 60%",
}
_STATE_LABELS: Mapping[str, str] = {
    "right": N_("right"),
    "wrong": N_("not yet"),
    "near": N_("not yet"),
    "revealed": N_("shown"),
    "given": N_("given"),
    "noted": N_("noted"),
}

_HINT_TOO_SOON = N_("Read this one first; the next hint opens in a moment.")

#: Where there is nothing else to say.
_KEYS_HELP = N_("Arrow keys follow the graph, {next} goes to the next blank of the backward pass, {hint} gives a hint.")
_KEYS_HELP_IN_EXAM = N_("Arrow keys follow the graph, {next} goes to the next blank of the backward pass.")


def blank_title(state: ExerciseState, glyphs: Glyphs) -> Content:
    """The name of what is asked at the focused place."""
    asked = str(describe_blank(state.worksheet.problem, state.focused_blank, state.visible_texts()))
    if state.focused_blank.kind != "question":
        return styled(glyphs, (asked, "bold"))
    lines = [from_markup(glyphs, asked, "bold")]
    choices = state.worksheet.problem.question(state.focused_blank).choices
    lines += [from_markup(glyphs, f"{number}  {choice.text}") for number, choice in enumerate(choices, 1)]
    return Content("\n").join(lines)


def local_values(state: ExerciseState, glyphs: Glyphs, width: int) -> Content:
    """What flowed into and out of the node behind the focused edge, where the drawing has no room for it."""
    worksheet, place = state.worksheet, state.focused_blank
    problem, graph = worksheet.problem, worksheet.problem.graph
    forward = problem.exact_passes.values
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
            graph.label(i),
            ("?",) if i in worksheet.hidden_nodes else format_forward_value(forward[i], problem.needs_extra_digits[i]),
            "$text-success",
        )
        for i in shown
    ]
    upstream = state.upstream(place)
    if upstream is not None:
        known = upstream.id in worksheet.visible_places()
        rows = format_forward_value(problem.truth(upstream)) if known else ("?",)
        columns.append(Column(_("from the right"), rows, "$text-accent"))
    return layout_columns(columns, glyphs, width)


def answer_status(exercise_state: ExerciseState, glyphs: Glyphs) -> Content:
    """Beside an empty answer line: what stands in the place already, or what to do."""
    state = exercise_state.worksheet.state(exercise_state.focused_id)
    if exercise_state.in_grid:
        return Content("")
    if state == "empty":
        if exercise_state.focused_blank.shape is not None:
            text = N_("{key} opens the cells, a letter an expression")
        elif (
            exercise_state.is_question
            and exercise_state.worksheet.problem.question(exercise_state.focused_blank).choices
        ):
            text = N_("type the number of your choice and press {key}")
        else:
            text = N_("type the value and press {key}")
        said = message(text, key=glyphs.key_label("exercise.check", "Enter"))
        return styled(glyphs, (str(said), "$foreground 40%"))
    text = (
        exercise_state.entry.text
        if state not in ("given", "revealed")
        else format_right_answer(exercise_state.worksheet.problem, exercise_state.focused_blank)
    )
    return styled(glyphs, (f"{text}  {glyphs.for_state(state)} {_(_STATE_LABELS[state])}", "$foreground 60%"))


def answer_preview(state: ExerciseState, glyphs: Glyphs, column: int, width: int) -> Content:
    """Two lines under the answer: how it reads, or a caret under the fault and what is wrong. `column` is where
    the fault stands on the screen."""
    reading = state.preview()
    if reading.error is not None and state.in_grid and state.input.active_cell is not None:
        return _cell_error(state, glyphs)
    if reading.error is not None:
        # Once it was tried to check the answer, the sentence stands among the notes.
        sentence = "" if state.focused_id in state.input_errors else str(reading.error)
        return styled(
            glyphs,
            " " * min(column, width - 1),
            ("^" * _caret_length(state), "bold $error"),
            "\n",
            (sentence, "$foreground 60%"),
        )
    if reading.text:
        return styled(glyphs, (str(message(N_("reads as {reading}"), reading=reading.text)), "$foreground 60%"))
    return Content("")


def cell_name(state: ExerciseState) -> str:
    """The cell that is typed into, in words."""
    row, column = state.input.active_cell or (0, 0)
    return str(message(N_("row {row}, column {column}"), row=row + 1, column=column + 1))


def _cell_error(state: ExerciseState, glyphs: Glyphs) -> Content:
    """The text of a cell once more, a caret under its fault, and what is wrong."""
    error, text = state.preview().error, state.input.line.text
    assert error is not None
    sentence = "" if state.focused_id in state.input_errors else str(error)
    head = f"{cell_name(state)}: "
    return styled(
        glyphs,
        (head, "$foreground 60%"),
        text,
        (f"  {sentence}", "$foreground 60%"),
        "\n",
        " " * cell_len(glyphs.render(head + text[: error.position])),
        ("^" * _caret_length(state), "bold $error"),
    )


def _caret_length(state: ExerciseState) -> int:
    error, text = state.preview().error, state.input.line.text
    return max(cell_len(text[error.position : error.position + error.length]), 1) if error else 1


def feedback(state: ExerciseState, glyphs: Glyphs) -> Content:
    """What is said about the answers so far, the latest first; the exercise's text until one is checked."""
    blocks: list[Content] = []
    worksheet = state.worksheet
    if state.status_message is not None:
        blocks.append(styled(glyphs, (str(state.status_message), "$text-warning")))
    hint = _hint_blocks(state, glyphs)
    if state.hint_requested:
        blocks += hint
    if state.last_result is not None:
        name, verdict = state.last_result
        blocks.append(_verdict_line(verdict, str(place_name(worksheet.problem, worksheet.problem.place(name))), glyphs))
    elif state.verdict is not None:
        in_cell = state.focused_id in state.input_errors and state.in_grid and state.input.active_cell is not None
        blocks.append(_verdict_line(state.verdict, cell_name(state) if in_cell else "", glyphs))
    elif state.entry.revealed:
        blocks.append(styled(glyphs, (glyphs.revealed + " " + _("shown"), "bold $foreground 60%")))
    if state.is_given:
        blocks.append(styled(glyphs, (_("This value is given; nothing is asked here."), "$foreground 60%")))
    if not state.hint_requested:
        blocks += hint
    if worksheet.offers_reveal(state.focused_id):
        blocks.append(
            styled(
                glyphs,
                (glyphs.key_label("exercise.reveal", "F8"), "bold $primary"),
                "  " + _("show the value of this blank"),
            )
        )
    elif worksheet.offers_replay(state.focused_id):
        blocks.append(
            styled(
                glyphs,
                (glyphs.key_label("exercise.explain", "F6"), "bold $primary"),
                "  " + _("watch the pass at other numbers, step by step"),
            )
        )
    if state.pointers():
        blocks.append(_pointers_line(state, glyphs))
    if worksheet.exam and not any(entry.text for entry in worksheet.entries.values()):
        blocks.append(styled(glyphs, (str(exam.EXAM_RULES), "$text-warning")))
    # Without a graph there is room for the text, and questions lean on it.
    if not worksheet.problem.graph.nodes or not any(entry.text for entry in worksheet.entries.values()):
        text = worksheet.variant.text().strip()
        if text:
            blocks.append(from_markup(glyphs, text))
    if not blocks:
        keys = {"next": glyphs.key_label("exercise.next", "Tab"), "hint": glyphs.key_label("exercise.hint", "?")}
        bearings = message(_KEYS_HELP_IN_EXAM if worksheet.exam else _KEYS_HELP, **keys)
        blocks.append(styled(glyphs, (str(bearings), "$foreground 60%")))
    return Content("\n\n").join(blocks)


def _hint_blocks(state: ExerciseState, glyphs: Glyphs) -> list[Content]:
    hint = state.hint
    if hint is None:
        return []
    head = message(N_("Hint {rung}/{of}"), rung=hint.rung, of=hint.of)
    hurried = (f"{_(_HINT_TOO_SOON)}\n", "$foreground 60%") if state.hint_too_soon else ""
    return [styled(glyphs, hurried, (str(head), "bold $primary"), "  ", from_markup(glyphs, str(hint.text)))]


def _verdict_line(verdict: Verdict, name: str, glyphs: Glyphs) -> Content:
    """A verdict: mark, word, the place where it isn't the focused one, and the reason where there is one to give."""
    mark = MARKS[verdict.kind]
    head = f"{glyphs.for_verdict(mark)} {_(LABELS[verdict.kind])}"
    return styled(glyphs, (head, _MARK_STYLES[mark]), *(f"  {part}" for part in (name, _reason(verdict)) if part))


def _reason(verdict: Verdict) -> str:
    """The sentence of a verdict, without the word it begins with where that is shown beside the mark already."""
    if verdict.message.text == "Right.":
        return ""
    sentence, word = str(verdict.message), _(LABELS[verdict.kind])
    if sentence.casefold().startswith(f"{word}.".casefold()):
        return sentence[len(word) + 1 :].lstrip()
    return sentence


def _pointers_line(state: ExerciseState, glyphs: Glyphs) -> Content:
    """Where to look, and what stands there; nothing is computed from it."""
    said = message(N_("Look at the marked places: {places}"), places=format_pointers(state.worksheet, state.focused_id))
    return styled(glyphs, (str(said), "$text-warning"))


def legend(glyphs: Glyphs) -> Content:
    """What the signs of the compact view mean."""
    blank, given, node = _("a blank"), _("a given value"), _("a node")
    states = _("right, not yet, nearly, shown")
    marks = f"{glyphs.correct} {glyphs.incorrect} {glyphs.near} {glyphs.revealed}"
    return styled(
        glyphs,
        (glyphs.blank, "$accent"),
        f" {blank}   ",
        (glyphs.given, "$accent"),
        f" {given}   ",
        (marks, "bold"),
        f" {states}   ",
        ("(×)", "bold"),
        f" {node}",
    )


def solved_summary(state: ExerciseState, glyphs: Glyphs, after_solved: AfterSolved, width: int) -> Content:
    """What a finished worksheet comes to, and what next."""
    worksheet = state.worksheet
    found, goal = worksheet.summary(), worksheet.problem.target_name
    lines: list[Content] = []
    if state.status_message is not None:
        lines += [styled(glyphs, (str(state.status_message), "$text-warning")), Content("")]
    if worksheet.exam:
        lines += _exam_result(state, found.verdicts, glyphs)
    else:
        if state.last_result is not None and _reason(state.last_result[1]):
            lines += [_verdict_line(state.last_result[1], "", glyphs), Content("")]
        head = glyphs.correct + " " + _("Solved.")
        lines.append(styled(glyphs, (head, "bold $success")))
    gradients = [
        Column(f"∂{goal}/∂{name}", format_forward_value(value), "$text-accent") for name, value in found.gradients
    ]
    lines.append(layout_columns(gradients, glyphs, width))
    lines += [Content(""), _next_keys(state, glyphs, after_solved), Content("")]
    if after_solved.suggestion is not None:
        lines += [_suggestion_block(after_solved, glyphs), Content("")]
    if found.mistakes and not worksheet.exam:
        met = ", ".join(f"{mistake_label(name)} ({count})" for name, count in found.mistakes.most_common())
        lines.append(styled(glyphs, str(message(N_("Mistakes met: {met}"), met=met))))
    counts = N_("Wrong answers: {wrongs}   Hints: {hints}   Values shown: {shown}")
    told = message(counts, wrongs=found.wrong_attempts, hints=found.hints, shown=found.revealed)
    if not worksheet.exam:
        lines.append(styled(glyphs, (str(told), "$foreground 60%")))
    after = worksheet.variant.after().strip()
    if after:
        lines += [Content(""), from_markup(glyphs, after)]
    return Content("\n").join(lines)


def _exam_result(state: ExerciseState, verdicts: Sequence[tuple[Blank, Verdict]], glyphs: Glyphs) -> list[Content]:
    """What an exam comes to: how many answers are right, and the verdict on each."""
    problem = state.worksheet.problem
    lines = [styled(glyphs, (str(exam.result_message(verdicts)), "bold")), Content("")]
    lines += [_verdict_line(verdict, str(place_name(problem, blank)), glyphs) for blank, verdict in verdicts]
    return [*lines, Content("")]


def _next_keys(state: ExerciseState, glyphs: Glyphs, after_solved: AfterSolved) -> Content:
    """What next, and the key for it."""
    keys = [(glyphs.key_label("exercise.check", "Enter"), after_solved.enter_label or _("back to the list"))]
    if state.worksheet.variant.exercise.has_variants and not state.worksheet.exam:
        keys.append((glyphs.key_label("exercise.fresh", "F3"), _("other numbers")))
    if state.worksheet.problem.graph.nodes:
        keys.append((glyphs.key_label("exercise.closer", "F9"), _("a closer look")))
    return Content("   ").join(styled(glyphs, (key, "bold $primary"), f" {says}") for key, says in keys)


def _suggestion_block(after_solved: AfterSolved, glyphs: Glyphs) -> Content:
    """One thing that is advised, its reason, the key for it, and the way around it."""
    assert after_solved.suggestion is not None
    said = message(N_("What next? {reason}"), reason=after_solved.suggestion.reason)
    keys = [styled(glyphs, (glyphs.key_label("exercise.advised", "^N"), "bold $primary"), " " + _("do this"))]
    if len(after_solved.suggestions) > 1:
        keys.append(
            styled(glyphs, (glyphs.key_label("exercise.hint", "F2"), "bold $primary"), " " + _("something else"))
        )
    return styled(glyphs, (str(said), "$text-warning"), "\n", Content("   ").join(keys))
