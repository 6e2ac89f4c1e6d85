"""The contents of the answer panel. Texts from outside are never read as markup."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.cells import cell_len
from textual.content import Content

from tutor.algebra import ops
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
    "✓": "bold $right",
    "✗": "bold $wrong",
    "~": "bold $help",
    "!": "bold $help",
    "*": "bold $muted",
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

#: Shown if there is no other feedback.
_KEYS_HELP = N_("Arrow keys follow the graph, {next} goes to the next blank of the backward pass, {hint} gives a hint.")
_KEYS_HELP_IN_EXAM = N_("Arrow keys follow the graph, {next} goes to the next blank of the backward pass.")


def blank_title(state: ExerciseState, glyphs: Glyphs) -> Content:
    """Return what is asked at the focused blank, with the choices of a question."""
    title = str(describe_blank(state.worksheet.problem, state.focused_blank, state.visible_texts()))
    if state.focused_blank.kind != "question":
        return styled(glyphs, (title, "bold"))
    lines = [from_markup(glyphs, title, "bold")]
    choices = state.worksheet.problem.question(state.focused_blank).choices
    lines += [from_markup(glyphs, f"{number}  {choice.text}") for number, choice in enumerate(choices, 1)]
    return Content("\n").join(lines)


def local_values(state: ExerciseState, glyphs: Glyphs, width: int) -> Content:
    """Return the values around the focused edge that a compact drawing has no room for."""
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
            "$forward",
        )
        for i in shown
    ]
    upstream = state.upstream(place)
    if upstream is not None:
        known = upstream.id in worksheet.visible_places()
        rows = format_forward_value(problem.truth(upstream)) if known else ("?",)
        columns.append(Column(_("from the right"), rows, "$backward"))
    return layout_columns(columns, glyphs, width)


def answer_status(exercise_state: ExerciseState, glyphs: Glyphs) -> Content:
    """Return what is shown in an empty answer line: the last answer with its state, or what to do."""
    state = exercise_state.worksheet.state(exercise_state.focused_id)
    if exercise_state.in_grid:
        return Content("")
    if state == "empty":
        if exercise_state.focused_blank.grid is not None:
            text = N_("{key} opens the cells, a letter an expression")
        elif (
            exercise_state.is_question
            and exercise_state.worksheet.problem.question(exercise_state.focused_blank).choices
        ):
            text = N_("type the number of your choice and press {key}")
        elif exercise_state.focused_blank.is_matrix_formula:
            text = N_("type the formula and press {key}")
        else:
            text = N_("type the value and press {key}")
        prompt = message(text, key=glyphs.key_label("exercise.check", "Enter"))
        return styled(glyphs, (str(prompt), "$faint"))
    text = (
        exercise_state.entry.text
        if state not in ("given", "revealed")
        else format_right_answer(exercise_state.worksheet.problem, exercise_state.focused_blank)
    )
    return styled(glyphs, (f"{text}  {glyphs.for_state(state)} {_(_STATE_LABELS[state])}", "$muted"))


def answer_preview(state: ExerciseState, glyphs: Glyphs, column: int, width: int) -> Content:
    """Return two lines below the answer: how it is read, or a caret at `column` and what is wrong there."""
    preview = state.preview()
    if state.typed_reply is not None:
        key = glyphs.key_label("exercise.check", "Enter")
        text = N_("{key} replies yes") if state.typed_reply else N_("{key} replies no")
        return styled(glyphs, (str(message(text, key=key)), "$muted"))
    if preview.error is not None and state.in_grid and state.input.active_cell is not None:
        return _cell_error(state, glyphs)
    if preview.error is not None:
        # After the answer was checked, the sentence is part of the feedback.
        sentence = "" if state.focused_id in state.input_errors else str(preview.error)
        return styled(
            glyphs,
            " " * min(column, width - 1),
            ("^" * _caret_length(state), "bold $wrong"),
            "\n",
            (sentence, "$muted"),
        )
    if preview.text:
        return styled(glyphs, (str(message(N_("reads as {reading}"), reading=preview.text)), "$muted"))
    return Content("")


def cell_name(state: ExerciseState) -> str:
    """Return the active cell in words."""
    row, column = state.input.active_cell or (0, 0)
    if ops.is_vector_shape(state.focused_blank.grid):
        return str(message(N_("entry {n}"), n=column + 1))
    return str(message(N_("row {row}, column {column}"), row=row + 1, column=column + 1))


def _cell_error(state: ExerciseState, glyphs: Glyphs) -> Content:
    """Return the text of the active cell with what is wrong, and a caret below the error."""
    error, text = state.preview().error, state.input.line.text
    assert error is not None
    sentence = "" if state.focused_id in state.input_errors else str(error)
    head = f"{cell_name(state)}: "
    return styled(
        glyphs,
        (head, "$muted"),
        text,
        (f"  {sentence}", "$muted"),
        "\n",
        " " * cell_len(glyphs.render(head + text[: error.position])),
        ("^" * _caret_length(state), "bold $wrong"),
    )


def _caret_length(state: ExerciseState) -> int:
    error, text = state.preview().error, state.input.line.text
    return max(cell_len(text[error.position : error.position + error.length]), 1) if error else 1


def feedback(state: ExerciseState, glyphs: Glyphs) -> Content:
    """Return the feedback to the last answer, the hint, and the text of the exercise until an answer is checked."""
    blocks: list[Content] = []
    worksheet = state.worksheet
    if state.status_message is not None:
        blocks.append(styled(glyphs, (str(state.status_message), "$help")))
    hint = _hint_blocks(state, glyphs)
    if state.hint_requested:
        blocks += hint
    if state.last_result is not None:
        name, verdict = state.last_result
        blocks.append(_verdict_line(verdict, str(place_name(worksheet.problem, worksheet.problem.place(name))), glyphs))
    elif state.verdict is not None:
        in_cell = state.focused_id in state.input_errors and state.in_grid and state.input.active_cell is not None
        line = _verdict_line(state.verdict, cell_name(state) if in_cell else "", glyphs)
        blocks.append(Content("\n").join([line, _reply_keys(state, glyphs)]) if state.asks else line)
    elif state.entry.revealed:
        blocks.append(styled(glyphs, (glyphs.revealed + " " + _("shown"), "bold $muted")))
    if state.is_given:
        blocks.append(styled(glyphs, (_("This value is given; nothing is asked here."), "$muted")))
    if not state.hint_requested:
        blocks += hint
    if worksheet.offers_reveal(state.focused_id):
        blocks.append(_key_offer("exercise.reveal", "F8", _("show the value of this blank"), glyphs))
    elif worksheet.offers_replay(state.focused_id):
        blocks.append(_key_offer("exercise.explain", "F6", _("watch the pass at other numbers, step by step"), glyphs))
    if state.pointers():
        blocks.append(_pointers_line(state, glyphs))
    if worksheet.exam and not any(entry.text for entry in worksheet.entries.values()):
        blocks.append(styled(glyphs, (str(exam.EXAM_RULES), "$help")))
    # Without a graph there is room for the text, and the questions refer to it.
    if not worksheet.problem.graph.nodes or not any(entry.text for entry in worksheet.entries.values()):
        text = worksheet.variant.text().strip()
        if text:
            blocks.append(from_markup(glyphs, text))
    if not blocks:
        keys = {"next": glyphs.key_label("exercise.next", "Tab"), "hint": glyphs.key_label("exercise.hint", "?")}
        keys_help = message(_KEYS_HELP_IN_EXAM if worksheet.exam else _KEYS_HELP, **keys)
        blocks.append(styled(glyphs, (str(keys_help), "$muted")))
    return Content("\n\n").join(blocks)


def _key_offer(binding: str, key: str, effect: str, glyphs: Glyphs) -> Content:
    """Return the key of a binding, `key` if the learner has not changed it, and what it does."""
    return styled(glyphs, (glyphs.key_label(binding, key), "bold $bright"), f"  {effect}")


def _hint_blocks(state: ExerciseState, glyphs: Glyphs) -> list[Content]:
    hint = state.hint
    if hint is None:
        return []
    head = message(N_("Hint {rung}/{of}"), rung=hint.rung, of=hint.of)
    notice = (f"{_(_HINT_TOO_SOON)}\n", "$muted") if state.hint_too_soon else ""
    return [styled(glyphs, notice, (str(head), "bold $bright"), "  ", from_markup(glyphs, str(hint.text)))]


def _verdict_line(verdict: Verdict, name: str, glyphs: Glyphs) -> Content:
    """Return a verdict in one paragraph: mark, label, the place if it is not the focused one, and the reason."""
    mark = MARKS[verdict.kind]
    head = f"{glyphs.for_verdict(mark)} {_(LABELS[verdict.kind])}"
    return styled(glyphs, (head, _MARK_STYLES[mark]), *(f"  {part}" for part in (name, _reason(verdict)) if part))


def _reply_keys(state: ExerciseState, glyphs: Glyphs) -> Content:
    """Return the keys that answer a question about the last answer."""
    keys = [(glyphs.key_label("exercise.yes", "^Y"), _("yes")), (glyphs.key_label("exercise.no", "^N"), _("no"))]
    if state.worksheet.offers_telling_numbers(state.focused_id):
        label = _("other numbers that tell these mistakes apart")
        keys.append((glyphs.key_label("exercise.fresh", "F3"), label))
    parts = [styled(glyphs, (key, "bold $bright"), f" {label}") for key, label in keys]
    if state.verdict is not None and not state.verdict.message_is_question:
        parts.insert(0, Content(_("Is this how your answer came about?")))
    return Content("   ").join(parts)


def _reason(verdict: Verdict) -> str:
    """Return the sentence of a verdict without its first word if that is the label shown beside the mark."""
    if verdict.message.text == "Right.":
        return ""
    sentence, label = str(verdict.message), _(LABELS[verdict.kind])
    for opening in (f"{label}.", _("Right.")):
        if sentence.casefold().startswith(opening.casefold()):
            return sentence[len(opening) :].lstrip()
    return sentence


def _pointers_line(state: ExerciseState, glyphs: Glyphs) -> Content:
    """Return which places to look at, with their values."""
    places = format_pointers(state.worksheet, state.focused_id)
    return styled(glyphs, (str(message(N_("Look at the marked places: {places}"), places=places)), "$help"))


def legend(glyphs: Glyphs) -> Content:
    """Return the meaning of the signs in a compact drawing."""
    blank, given, node = _("a blank"), _("a given value"), _("a node")
    states = _("right, not yet, nearly, shown")
    marks = f"{glyphs.correct} {glyphs.incorrect} {glyphs.near} {glyphs.revealed}"
    return styled(
        glyphs,
        (glyphs.blank, "$backward"),
        f" {blank}   ",
        (glyphs.given, "$backward"),
        f" {given}   ",
        (marks, "bold"),
        f" {states}   ",
        ("(×)", "bold"),
        f" {node}",
    )


def solved_summary(state: ExerciseState, glyphs: Glyphs, after_solved: AfterSolved, width: int) -> Content:
    """Return the result of a finished worksheet, and what can be done next."""
    worksheet = state.worksheet
    summary, target = worksheet.summary(), worksheet.problem.target_name
    lines: list[Content] = []
    if state.status_message is not None:
        lines += [styled(glyphs, (str(state.status_message), "$help")), Content("")]
    if worksheet.exam:
        lines += _exam_result(state, summary.verdicts, glyphs)
    else:
        if state.last_result is not None and _reason(state.last_result[1]):
            lines += [_verdict_line(state.last_result[1], "", glyphs), Content("")]
        head = glyphs.correct + " " + _("Solved.")
        lines.append(styled(glyphs, (head, "bold $right")))
    gradients = [
        Column(f"∂{target}/∂{name}", format_forward_value(value), "$backward") for name, value in summary.gradients
    ]
    lines.append(layout_columns(gradients, glyphs, width))
    lines += [Content(""), _next_keys(state, glyphs, after_solved), Content("")]
    if after_solved.suggestion is not None:
        lines += [_suggestion_block(after_solved, glyphs), Content("")]
    if summary.mistakes and not worksheet.exam:
        mistakes = ", ".join(f"{mistake_label(name)} ({count})" for name, count in summary.mistakes.most_common())
        lines.append(styled(glyphs, str(message(N_("Mistakes met: {met}"), met=mistakes))))
    if not worksheet.exam:
        template = N_("Wrong answers: {wrongs}   Hints: {hints}   Values shown: {shown}")
        counts = message(template, wrongs=summary.wrong_attempts, hints=summary.hints, shown=summary.revealed)
        lines.append(styled(glyphs, (str(counts), "$muted")))
    after = worksheet.variant.after().strip()
    if after:
        lines += [Content(""), from_markup(glyphs, after)]
    return Content("\n").join(lines)


def _exam_result(state: ExerciseState, verdicts: Sequence[tuple[Blank, Verdict]], glyphs: Glyphs) -> list[Content]:
    """Return the result of an exam: how many answers are right, and the verdict on each."""
    problem = state.worksheet.problem
    lines = [styled(glyphs, (str(exam.result_message(verdicts)), "bold")), Content("")]
    lines += [_verdict_line(verdict, str(place_name(problem, blank)), glyphs) for blank, verdict in verdicts]
    return [*lines, Content("")]


def _next_keys(state: ExerciseState, glyphs: Glyphs, after_solved: AfterSolved) -> Content:
    """Return the keys that lead on."""
    keys = [(glyphs.key_label("exercise.check", "Enter"), after_solved.enter_label or _("back to the list"))]
    if state.worksheet.variant.exercise.has_variants and not state.worksheet.exam:
        keys.append((glyphs.key_label("exercise.fresh", "F3"), _("other numbers")))
    if state.worksheet.problem.graph.nodes:
        keys.append((glyphs.key_label("exercise.closer", "F9"), _("a closer look")))
    return Content("   ").join(styled(glyphs, (key, "bold $bright"), f" {label}") for key, label in keys)


def _suggestion_block(after_solved: AfterSolved, glyphs: Glyphs) -> Content:
    """Return a suggestion with its reason, the key that accepts it and the key for the next one."""
    assert after_solved.suggestion is not None
    advice = message(N_("What next? {reason}"), reason=after_solved.suggestion.reason)
    keys = [styled(glyphs, (glyphs.key_label("exercise.advised", "^N"), "bold $bright"), " " + _("do this"))]
    if len(after_solved.suggestions) > 1:
        keys.append(
            styled(glyphs, (glyphs.key_label("exercise.hint", "F2"), "bold $bright"), " " + _("something else"))
        )
    return styled(glyphs, (str(advice), "$help"), "\n", Content("   ").join(keys))
