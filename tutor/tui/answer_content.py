"""The texts of the answer pane: what is asked, how the answer is read, what is said to it, and the rungs of help."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from rich.cells import cell_len

from tutor.algebra import ops
from tutor.grading.hints.ladder import format_right_answer
from tutor.grading.verdict import LABELS, MARKS, Verdict, VerdictKind
from tutor.grading.wording import describe_blank, place_name
from tutor.i18n import N_, _, message
from tutor.practice.pointers import format_pointers
from tutor.tui.aside_content import AsideContent
from tutor.tui.flow import Line, flow, flowed_prose, indented, marked
from tutor.tui.hint_content import HintContent
from tutor.tui.matrix_content import matrices_around

if TYPE_CHECKING:
    from tutor.glyphs import Glyphs
    from tutor.grading.answer import Preview
    from tutor.i18n import Message
    from tutor.tui.canvas import Run
    from tutor.tui.exercise_state import ExerciseState
    from tutor.tui.themes import Palette

#: The hue of each verdict's mark.
MARK_HUES = {"✓": "right", "✗": "wrong", "~": "help", "!": "help", "*": "muted"}

_KEYS_HELP = N_(
    "Arrow keys move along the graph. {next} goes to the next blank of the backward pass, {hint} gives a hint."
)
_KEYS_HELP_IN_EXAM = N_("Arrow keys move along the graph. {next} goes to the next blank of the backward pass.")


def chip_run(palette: Palette, glyphs: Glyphs, text: str, hue: str) -> Run:
    """Return a text on reversed cells of a hue; in brackets if reversed cells can't be seen."""
    text = glyphs.render(text)
    with_brackets = glyphs.ascii or palette.needs_brackets
    return (f"[{text}]" if with_brackets else f" {text} ", palette.chip(hue))


def reason_of(verdict: Verdict) -> str:
    """Return the sentence of a verdict without its first word if that is the label shown beside the mark."""
    if verdict.message.text == "Right.":
        return ""
    sentence, label = str(verdict.message), _(LABELS[verdict.kind])
    for opening in (f"{label}.", _("Right.")):
        if sentence.casefold().startswith(opening.casefold()):
            return sentence[len(opening) :].lstrip()
    return sentence


@dataclass(frozen=True)
class Choice:
    """A choice of a question: its number, its lines, and whether it would be checked, alone or with others.

    `is_pointed`: Space marks it.
    """

    number: int
    lines: list[Line]
    is_chosen: bool
    hue: str
    is_pointed: bool = False


@dataclass(frozen=True)
class AnswerContent:
    """The texts at the focused blank, in the styles of a palette."""

    state: ExerciseState
    glyphs: Glyphs
    palette: Palette
    #: Whether the drawing lacks the cells of matrices, so that those around the focused node are listed.
    lists_matrices: bool = False

    @property
    def hints(self) -> HintContent:
        """Return the rungs of help."""
        return HintContent(self.state, self.glyphs, self.palette)

    @cached_property
    def asides(self) -> AsideContent:
        """Return what is asked beside the blank."""
        return AsideContent(self.state, self.glyphs, self.palette)

    # --- what is asked ---

    def asked(self, width: int) -> list[Line]:
        """Return what is asked."""
        if self.state.worksheet.whole_pass.is_finding:
            name = place_name(self.state.worksheet.problem, self.state.focused_blank)
            return self._sentence(message(N_("Is {place} the first wrong value?"), place=name), "bright", width)
        title = str(describe_blank(self.state.worksheet.problem, self.state.focused_blank, self.state.visible_texts()))
        strong = self.palette.ink("bright", bold=True)
        if self.state.selection.question is not None:
            title = str(message(N_("{text} Choose all that apply."), text=title))
        if self.state.is_question:
            return flow(marked(self.glyphs, title, strong, self.palette.ink("bright", bold=True, italic=True)), width)
        return flow([(self.glyphs.render(title), strong)], width)

    def choices(self, width: int) -> list[Choice]:
        """Return the choices of a question, beside their numbers."""
        state = self.state
        options = state.worksheet.problem.question(state.focused_blank).choices if state.is_question else ()
        chosen = state.marked_choices
        has_boxes = state.selection.question is not None
        pointed = state.selection.pointed + 1 if has_boxes and not state.is_read_only and not state.entry.settled else 0
        shown = []
        for number, option in enumerate(options, 1):
            is_chosen, is_pointed = number in chosen, number == pointed
            colour = "bright" if is_chosen or is_pointed else "text"
            text = marked(
                self.glyphs, str(option.text), self.palette.ink(colour), self.palette.ink("bright", bold=True)
            )
            lines = flow(text, width - 4 if has_boxes else width)
            if has_boxes:
                box: Line = [("[x] " if is_chosen else "[ ] ", self.palette.ink(colour, bold=is_pointed))]
                lines = indented(box, lines, self.palette.ink())
            shown.append(Choice(number, lines, is_chosen, self._choice_hue() if is_chosen else "", is_pointed))
        return shown

    def _choice_hue(self) -> str:
        state = self.state
        verdict = state.verdict if state.input.is_empty else None
        if state.entry.revealed:
            return "help"
        return MARK_HUES[MARKS[verdict.kind]] if verdict is not None else "backward"

    # --- the answer ---

    @cached_property
    def preview(self) -> Preview:
        return self.state.preview()

    def placeholder(self) -> Line:
        """Return what an empty answer line shows: the last answer with its state, or what to do."""
        exercise_state, palette, glyphs = self.state, self.palette, self.glyphs
        state = exercise_state.worksheet.state(exercise_state.focused_id)
        if exercise_state.in_grid:
            return []
        faint = palette.ink("faint", on="raised")
        if state == "empty":
            prompt = message(self._prompt(), key=glyphs.key_label("exercise.check", "Enter"))
            return [(glyphs.render(str(prompt)), faint)]
        if state == "wrong":
            struck = palette.ink("wrong", on="raised", strike=True)
            mark = (
                []
                if palette.colours == "all" and not glyphs.ascii
                else [(f" {glyphs.incorrect}", palette.ink("wrong", on="raised"))]
            )
            return [
                (glyphs.render(self._last_answer()), struck),
                *mark,
                ("   " + glyphs.render(_("type another value")), faint),
            ]
        if state == "near":
            costs = _("costs nothing")
            text = glyphs.render(self._last_answer())
            return [
                (text, palette.ink("help", on="raised", bold=True)),
                (f" {glyphs.near}   {costs}", palette.ink("help", on="raised")),
            ]
        hues = {"right": "right", "revealed": "help", "given": "backward", "noted": "text"}
        labels = {"right": _("right"), "revealed": _("shown"), "given": _("given"), "noted": _("noted")}
        mark_text = glyphs.given if state == "given" else glyphs.for_state(state)
        ink = palette.ink(hues[state], on="raised", bold=state == "right")
        return [
            (glyphs.render(self._last_answer()), ink),
            (f"  {mark_text} {labels[state]}", palette.ink("muted", on="raised")),
        ]

    def _last_answer(self) -> str:
        state = self.state
        if state.worksheet.state(state.focused_id) in ("given", "revealed"):
            return format_right_answer(state.worksheet.problem, state.focused_blank)
        return state.entry.text

    def _prompt(self) -> str:
        blank = self.state.focused_blank
        if self.state.asides.prediction is not None:
            return N_("type a letter and a digit, or the answer")
        if blank.grid is not None:
            return N_("{key} edits the cells; or just type an expression")
        if self.state.selection.question is not None:
            return N_("mark choices with Space or a number; {key} checks")
        if self.state.takes_text:
            return (
                N_("type a word or two and press {key}")
                if self._is_graded
                else N_("answer in your own words and press {key}")
            )
        if self.state.num_choices:
            return N_("choose with arrow keys or a number; {key} checks")
        return (
            N_("type the formula and press {key}") if blank.is_matrix_formula else N_("type the value and press {key}")
        )

    @property
    def _is_graded(self) -> bool:
        return not self.state.worksheet.problem.question(self.state.focused_blank).is_ungraded

    def reading(self, column: int, width: int) -> list[Line]:
        """Return how the answer is read, or a caret at `column` with what is wrong there; empty if there is nothing to say."""
        state, muted = self.state, self.palette.ink("muted")
        if state.asides.hides_reading:
            return []
        reply = state.typed_reply
        if reply is not None:
            key = self.glyphs.key_label("exercise.check", "Enter")
            text = N_("{key}: answer yes") if reply else N_("{key}: answer no")
            return [[(self.glyphs.render(str(message(text, key=key))), muted)]]
        error = self.preview.error
        if error is None:
            text = self.preview.text
            return [[(self.glyphs.render(str(message(N_("read as {reading}"), reading=text))), muted)]] if text else []
        # After the answer was checked, the sentence is part of the feedback.
        sentence = "" if state.focused_id in state.input_errors else self.glyphs.render(str(error))
        if state.in_grid and state.input.active_cell is not None:
            head = self.glyphs.render(f"{self.cell_name()}: ")
            column = cell_len(head + self.glyphs.render(state.input.line.text[: error.position]))
            first: Line = [(head, muted), (self.glyphs.render(state.input.line.text), self.palette.ink("text"))]
            return [first, self._caret(column, width), *flow([(sentence, muted)], width)]
        return [self._caret(column, width), *(flow([(sentence, muted)], width) if sentence else [])]

    def _caret(self, column: int, width: int) -> Line:
        error, text = self.preview.error, self.state.input.line.text
        assert error is not None
        length = max(cell_len(text[error.position : error.position + error.length]), 1)
        at = min(column, width - 1)
        blank = self.palette.ink()
        return [(" " * at, blank), ("^" * min(length, width - at), self.palette.ink("wrong", bold=True))]

    def cell_name(self) -> str:
        """Return the active cell in words."""
        first = self.state.worksheet.problem.graph.first_cell_number
        row, column = (first + place for place in self.state.input.active_cell or (0, 0))
        if ops.is_vector_shape(self.state.focused_blank.grid):
            return str(message(N_("entry {n}"), n=column))
        return str(message(N_("row {row}, column {column}"), row=row, column=column))

    # --- what is said ---

    def feedback(self, width: int, *, slim: bool, with_text: bool) -> list[Line]:
        """Return what is said: a notice, the verdict with its reason, where to look, what can be done; else the text.

        `slim` leaves out free rows. `with_text` tells whether the text of the exercise is wanted when there is room.
        """
        state, worksheet = self.state, self.state.worksheet
        blocks: list[list[Line]] = []
        if state.status_message is not None:
            blocks.append(self._sentence(state.status_message, "help", width))
        blocks += self._verdict_blocks(width, slim)
        if made := self.asides.made(width):
            blocks.append(made)
        if state.is_given:
            blocks.append(self._sentence(N_("This value is given. There is nothing to fill in here."), "muted", width))
        if state.pointers():
            places = format_pointers(worksheet, state.focused_id)
            pointing = message(N_("Look at the marked places: {places}"), places=places)
            blocks.append(self._sentence(pointing, "help", width))
        if worksheet.offers_reveal(state.focused_id):
            blocks.append(self._offer("exercise.reveal", "F8", _("show the value of this blank")))
        elif worksheet.offers_replay(state.focused_id):
            blocks.append(
                self._offer("exercise.explain", "F6", _("watch the solution step by step, with different numbers"))
            )
        if not any(entry.text for entry in worksheet.entries.values()):
            if worksheet.exam:
                blocks.append(self._sentence(worksheet.exam_rules, "help", width))
            blocks += [self._sentence(notice, "help", width) for notice in worksheet.notices]
        blocks += self._whole_pass_blocks(width)
        is_quiet = state.verdict is None and not state.hint_requested and state.hint is None
        if self.lists_matrices and (values := matrices_around(state, self.glyphs, self.palette, width)):
            blocks.append(values)
        text = worksheet.variant.text().strip() if with_text and is_quiet else ""
        if text and not (slim and blocks and state.last_result is not None):
            blocks.append(self.exercise_text(width))
        if not blocks and state.hint is None and worksheet.problem.graph.nodes:
            keys = {
                "next": self.glyphs.key_label("exercise.next", "Tab"),
                # A question mark is typed into a text.
                "hint": self.glyphs.key_label("exercise.hint", "F2" if state.takes_text else "?"),
            }
            keys_help = message(_KEYS_HELP_IN_EXAM if worksheet.hides_verdicts else _KEYS_HELP, **keys)
            blocks.append(self._sentence(keys_help, "muted", width))
        lines: list[Line] = []
        for block in blocks:
            lines += [*([[]] if lines and not slim else []), *block]
        return lines

    def _whole_pass_blocks(self, width: int) -> list[list[Line]]:
        """Return what a whole pass asks for, with the key that leaves it."""
        worksheet = self.state.worksheet
        blocks: list[list[Line]] = []
        if worksheet.whole_pass.is_finding:
            said = worksheet.whole_pass.said
            blocks += [self._sentence(said, "help", width)] if said is not None else []
            task = message(
                N_("{score} Go to the first wrong value in the order of the backward pass and press {key}."),
                score=worksheet.whole_pass.score(worksheet.fillable),
                key=self.glyphs.key_label("exercise.check", "Enter"),
            )
            blocks.append(self._sentence(task, "text", width))
            blocks.append(self._offer("exercise.whole", "^T", _("show it")))
        elif worksheet.whole_pass.is_on and self.state.status_message is not None:
            blocks.append(self._offer("exercise.whole", "^T", _("check the answers so far")))
        return blocks

    def exercise_text(self, width: int) -> list[Line]:
        """Return the text of the exercise."""
        return [*flowed_prose(self.state.worksheet.variant.text().strip(), width, self.palette, self.glyphs.ascii)]

    def _sentence(self, text: str | Message, colour: str, width: int) -> list[Line]:
        shown = _(text) if isinstance(text, str) else str(text)
        return flow([(self.glyphs.render(shown), self.palette.ink(colour))], width)

    def _offer(self, binding: str, key: str, effect: str) -> list[Line]:
        """Return a key and what it does."""
        label = self.glyphs.key_label(binding, key)
        return [
            [
                (label, self.palette.ink("bright", bold=True)),
                (f" {self.glyphs.render(effect)}", self.palette.ink("text")),
            ]
        ]

    def _verdict_blocks(self, width: int, slim: bool) -> list[list[Line]]:
        state = self.state
        if state.last_result is not None:
            return self._right_blocks(*state.last_result, width, slim)
        verdict = state.verdict if not state.worksheet.whole_pass.is_finding else None
        if verdict is None:
            shown = chip_run(self.palette, self.glyphs, self.glyphs.revealed + " " + _("shown"), "help")
            return [[[shown]]] if state.entry.revealed else []
        in_cell = state.focused_id in state.input_errors and state.in_grid and state.input.active_cell is not None
        lead: Line = [self._chip(verdict)]
        if in_cell:
            lead.append((f"  {self.glyphs.render(self.cell_name())}", self.palette.ink("muted")))
        elif verdict.is_wrong_attempt and state.entry.wrong_attempts > 1:
            tries = message(N_("{n} tries here"), n=state.entry.wrong_attempts)
            lead.append((f"  {self.glyphs.render(str(tries))}", self.palette.ink("faint")))
        blocks = self._with_reason(lead, reason_of(verdict), width, slim)
        if state.asks:
            blocks[-1] = [*blocks[-1], *self._reply_keys(width)]
        return blocks

    def _right_blocks(self, place: str, verdict: Verdict, width: int, slim: bool) -> list[list[Line]]:
        """Return what is right and why, and where the focus went."""
        state = self.state
        problem, muted = state.worksheet.problem, self.palette.ink("muted")
        name = self.glyphs.render(str(place_name(problem, problem.place(place))))
        lead: Line = [self._chip(verdict), (f"  {name}", muted)]
        if why := self.asides.why(width):
            # The reason is what is asked for.
            return [[lead, *why], *filter(None, [self.asides.verdicts(place, width)])]
        reply = self.state.asides.reply
        reason = " ".join(filter(None, ["" if reply is None else str(reply), reason_of(verdict)]))
        blocks = self._with_reason(lead, reason, width, slim)
        blocks += filter(None, [self.asides.verdicts(place, width)])
        if place != state.focused_id and not slim:
            on = self.glyphs.render(str(place_name(problem, state.focused_blank)))
            arrow = (f"{self.glyphs.started} ", self.palette.ink("backward"))
            blocks[-1].append([arrow, (self.glyphs.render(str(message(N_("next: {place}"), place=on))), muted)])
        return blocks

    def _with_reason(self, lead: Line, reason: str, width: int, slim: bool) -> list[list[Line]]:
        """Return a verdict and its reason: beside it in few rows, below it in many."""
        runs: Line = [(self.glyphs.render(reason), self.palette.ink("text"))]
        if not reason:
            return [[lead]]
        taken = sum(cell_len(text) for text, _style in lead) + 2
        if slim and width - taken >= 24:
            return [indented([*lead, ("  ", self.palette.ink())], flow(runs, width - taken), self.palette.ink())]
        return [[lead], flow(runs, width)] if not slim else [[lead, *flow(runs, width)]]

    def _chip(self, verdict: Verdict) -> Run:
        mark = MARKS[verdict.kind]
        text = f"{self.glyphs.for_verdict(mark)} {_(LABELS[verdict.kind])}"
        if verdict.kind is VerdictKind.CARRIED:
            text += f" {self.glyphs.placeholder} " + _("costs nothing")
        return chip_run(self.palette, self.glyphs, text, MARK_HUES[mark])

    def _reply_keys(self, width: int) -> list[Line]:
        """Return the keys that answer a question about the last answer."""
        state, glyphs = self.state, self.glyphs
        keys = [(glyphs.key_label("exercise.yes", "^Y"), _("yes")), (glyphs.key_label("exercise.no", "^N"), _("no"))]
        if state.worksheet.offers_telling_numbers(state.focused_id):
            label = _("new numbers that tell these mistakes apart")
            keys.append((glyphs.key_label("exercise.fresh", "F3"), label))
        runs: Line = []
        if state.verdict is not None and not state.verdict.message_is_question:
            runs += [
                (glyphs.render(_("Is that how you got your answer?")), self.palette.ink("text")),
                ("   ", self.palette.ink()),
            ]
        for key, label in keys:
            runs += [
                (key, self.palette.ink("bright", bold=True)),
                (f" {glyphs.render(label)}", self.palette.ink("text")),
            ]
            runs.append(("   ", self.palette.ink()))
        return flow(runs, width)
