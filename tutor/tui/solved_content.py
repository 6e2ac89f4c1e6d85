"""The texts of a finished exercise: what it teaches, what was found, what it changed, and what comes next."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from rich.cells import cell_len

from tutor.drawing.cell_width import truncate
from tutor.drawing.from_problem import format_forward_value
from tutor.grading.hints.nudges import nudge_hint
from tutor.grading.mistakes.labels import mistake_label
from tutor.grading.verdict import LABELS, MARKS
from tutor.grading.wording import place_name
from tutor.i18n import N_, _, message
from tutor.packs.sanitize import strip_markup
from tutor.practice import whole_pass
from tutor.practice.exam_result import headline, result_notes, right_answer_message, verdict_at_end
from tutor.practice.exercise_records import minutes_text
from tutor.practice.mastery_levels import mastery_label, next_step, state_label
from tutor.practice.rule_ids import rule_name, rules_at
from tutor.practice.score import blank_points, score_of
from tutor.tui.answer_content import MARK_HUES, chip_run, reason_of
from tutor.tui.aside_content import AsideContent
from tutor.tui.canvas import line_bar, runs_width
from tutor.tui.flow import Line, cut_line, flow, flowed_prose, indented
from tutor.tui.progress_marks import mastery_dots, mastery_style

if TYPE_CHECKING:
    from tutor.glyphs import Glyphs
    from tutor.practice.mastery_levels import MasteryState
    from tutor.tui.after_solved import AfterSolved
    from tutor.tui.canvas import Run
    from tutor.tui.exercise_state import ExerciseState
    from tutor.tui.themes import Palette

#: The cells of a pack's bar, and of the name of a rule or a pack before its dots.
_BAR_CELLS, _NAME_CELLS = 20, 24
#: The most gradients that are listed.
_MAX_GRADIENTS = 24


@dataclass(frozen=True)
class SolvedContent:
    """The texts of a finished worksheet, in the styles of a palette."""

    state: ExerciseState
    after: AfterSolved
    glyphs: Glyphs
    palette: Palette

    # --- the result in one sentence ---

    @property
    def revealed(self) -> int:
        """How many blanks were shown rather than found."""
        worksheet = self.state.worksheet
        return sum(worksheet.entry(blank.id).revealed for blank in worksheet.blanks)

    @property
    def first_tries(self) -> int:
        """How many blanks were right at the first try, without a hint."""
        worksheet = self.state.worksheet
        entries = [worksheet.entry(blank.id) for blank in worksheet.blanks]
        return sum(not (entry.wrong_attempts or entry.hints or entry.revealed) for entry in entries)

    @property
    def is_solved(self) -> bool:
        """Whether every value was found by the learner."""
        return not self.revealed and not self.state.worksheet.exam

    def headline(self) -> Line:
        """Return the result in one sentence, with a chip before it."""
        worksheet, strong = self.state.worksheet, self.palette.ink("bright", bold=True)
        count = len(worksheet.blanks)
        if worksheet.exam:
            return [(self.glyphs.render(str(headline(worksheet))), strong)]
        if self.revealed:
            chip = chip_run(self.palette, self.glyphs, self.glyphs.revealed, "help")
            text = message(N_("Finished. Values shown: {n} of {all}."), n=self.revealed, all=count)
        else:
            chip = chip_run(self.palette, self.glyphs, self.glyphs.correct, "right")
            if worksheet.whole_pass.was_right_at_once and self.first_tries == count:
                text = whole_pass.ALL_RIGHT
            elif self.first_tries == count:
                text = message(N_("Every blank right on the first try."))
            else:
                text = message(N_("Right on the first try: {n} of {all}."), n=self.first_tries, all=count)
        return [chip, ("  ", self.palette.ink()), (self.glyphs.render(str(text)), strong)]

    def title(self) -> tuple[str, str]:
        """Return the title of the result and its colour."""
        if self.state.worksheet.exam:
            return _("the exam is finished"), "muted"
        stage = self.state.worksheet.variant.stage_name
        if self.state.worksheet.leads_to_stage and stage is not None:
            return str(stage), "help" if self.revealed else "right"
        return (_("finished"), "help") if self.revealed else (_("solved"), "right")

    def duration(self) -> str:
        """Return the time that was worked on it."""
        minutes, seconds = divmod(round(self.state.worksheet.summary().seconds), 60)
        if minutes:
            return str(message(N_("{minutes} min {seconds} s"), minutes=minutes, seconds=seconds))
        return str(message(N_("{seconds} s"), seconds=seconds))

    def statistics(self, width: int) -> list[Line]:
        """Return how often help was needed, and the mistakes that were made."""
        worksheet = self.state.worksheet
        if worksheet.exam:
            return []
        summary = worksheet.summary()
        template = N_("Wrong answers: {wrongs}   Hints: {hints}   Values shown: {shown}")
        counts = message(template, wrongs=summary.wrong_attempts, hints=summary.hints, shown=summary.revealed)
        lines = flow([(self.glyphs.render(str(counts)), self.palette.ink("muted"))], width)
        if summary.mistakes:
            names = ", ".join(f"{mistake_label(name)} ({count})" for name, count in summary.mistakes.most_common())
            text = str(message(N_("Mistakes made: {met}"), met=names))
            lines += flow([(self.glyphs.render(text), self.palette.ink("muted"))], width)
        return lines

    # --- what was found ---

    def gradients(self) -> list[tuple[str, tuple[str, ...]]]:
        """Return the gradients of the inputs, or the output of a forward pass: the name and the rows of each."""
        worksheet = self.state.worksheet
        problem = worksheet.problem
        if not problem.graph.nodes or not worksheet.tells_answers:
            return []
        if not any(blank.is_backward for blank in worksheet.blanks):
            value = problem.exact_passes.values[problem.graph.output_position]
            return [(problem.graph.output, format_forward_value(value))]
        target = problem.target_name
        return [
            (self.glyphs.render(f"∂{target}/∂{name}"), tuple(map(self.glyphs.render, format_forward_value(value))))
            for name, value in worksheet.summary().gradients[:_MAX_GRADIENTS]
        ]

    @property
    def gradient_hue(self) -> str:
        return "backward" if any(blank.is_backward for blank in self.state.worksheet.blanks) else "forward"

    def gradient_lines(self, width: int) -> list[Line]:
        """Return the gradients in lines: numbers one after another, a matrix in rows of its own."""
        muted, strong = self.palette.ink("muted"), self.palette.ink(self.gradient_hue, bold=True)
        lines: list[Line] = []
        numbers: Line = []
        for name, rows in self.gradients():
            if len(rows) == 1:
                numbers += [
                    (f"{name} = ".replace(" ", "\N{NO-BREAK SPACE}"), muted),
                    (rows[0].replace(" ", "\N{NO-BREAK SPACE}"), strong),
                ]
                numbers.append(("   ", muted))
                continue
            lead: Line = [(f"{name} = ", muted)]
            lines += indented(lead, [[(row, strong)] for row in rows], muted)
        flowed = flow(numbers, width) if numbers else []
        return [[(text.replace("\N{NO-BREAK SPACE}", " "), style) for text, style in line] for line in flowed] + lines

    def check(self, width: int) -> list[Line]:
        """Return a check of a gradient by a nudge; empty if none can be shown."""
        problem = self.state.worksheet.problem
        if problem.symbolic or self.state.worksheet.exam:
            return []
        backward = [
            blank for blank in reversed(self.state.worksheet.blanks) if blank.is_backward and blank.kind != "start"
        ]
        if not backward:
            return []
        blank = backward[0]
        text = problem.memoize(("nudge check", blank.id), lambda: nudge_hint(problem, blank))
        if text is None:
            return []
        runs: Line = [(self.glyphs.render(str(text)), self.palette.ink("muted"))]
        lead: Line = [(f"{self.glyphs.correct} ", self.palette.ink("right", bold=True))]
        return indented(lead, flow(runs, width - 2), self.palette.ink())

    # --- what it teaches and changed ---

    def insight(self, width: int) -> list[Line]:
        """Return the closing text; for an exam the verdicts."""
        state, worksheet = self.state, self.state.worksheet
        lines: list[Line] = []
        if state.status_message is not None:
            lines += [*flow([(self.glyphs.render(str(state.status_message)), self.palette.ink("help"))], width), []]
        if worksheet.exam:
            for note in result_notes(worksheet):
                lines += [*flow([(self.glyphs.render(str(note)), self.palette.ink("help"))], width), []]
            lines += self._verdicts(width) if worksheet.tells_result else []
            return [*lines, *(self._closing_text(bool(lines), width) if worksheet.tells_answers else [])]
        if state.last_result is not None and (reason := reason_of(state.last_result[1])):
            lead: Line = [(f"{self.glyphs.correct} ", self.palette.ink("right", bold=True))]
            lines += indented(
                lead, flow([(self.glyphs.render(reason), self.palette.ink("text"))], width - 2), self.palette.ink()
            )
        if state.last_result is not None:
            lines += AsideContent(state, self.glyphs, self.palette).verdicts(state.last_result[0], width)
        return [*lines, *self._closing_text(bool(lines), width)]

    def _closing_text(self, is_below: bool, width: int) -> list[Line]:
        """Return the author's closing text, with a line above it if it `is_below` something; empty if there is none."""
        variant = self.state.worksheet.variant
        after = variant.after().strip()
        if not after or variant.is_partial:
            return []
        return [*([[]] if is_below else []), *flowed_prose(after, width, self.palette, self.glyphs.ascii)]

    def _verdicts(self, width: int) -> list[Line]:
        worksheet = self.state.worksheet
        problem = worksheet.problem
        score = {blank: blank_points(points, most) for blank, points, most in score_of(worksheet).by_blank}
        lines: list[Line] = []
        for blank, verdict in ((blank, verdict_at_end(verdict)) for blank, verdict in worksheet.summary().verdicts):
            mark = MARKS[verdict.kind]
            lead = (
                f"{self.glyphs.for_verdict(mark)} {self.glyphs.render(_(LABELS[verdict.kind]))}",
                self.palette.ink(MARK_HUES[mark], bold=True),
            )
            name = " ".join(filter(None, (str(place_name(problem, blank)), score.get(blank.id, ""))))
            rest = "  " + "  ".join(filter(None, (name, reason_of(verdict))))
            lines += flow([lead, (self.glyphs.render(rest), self.palette.ink("text"))], width)
            right = right_answer_message(problem, blank) if worksheet.tells_answers and not verdict.right else None
            if right is not None:
                text: Line = [(self.glyphs.render(strip_markup(str(right))), self.palette.ink("muted"))]
                lines += indented([("  ", self.palette.ink())], flow(text, width - 2), self.palette.ink())
        return lines

    def changes(self, width: int) -> list[Line]:
        """Return the rules whose mastery has changed, and the pack's bar with its new cell."""
        advice, before = self.after.advice, self.after.before
        if advice is None:
            return []
        lines: list[Line] = []
        names = (*map(rule_name, self.rules()), advice.pack_title)
        name_cells = min(_NAME_CELLS, width // 2, 2 + max(cell_len(self.glyphs.render(name)) for name in names))
        for rule in self.rules():
            now = advice.standing.state_of(rule)
            then = before.state_of(rule) if before is not None else now
            if (now.level, now.steps) == (then.level, then.steps):
                continue
            lead: Line = [
                self._padded(rule_name(rule), name_cells),
                *mastery_dots(self.palette, now),
                ("  ", self.palette.ink()),
            ]
            lines.append(cut_line([*lead, *self._change(then, now, width - runs_width(lead))], width))
        pack = self.state.worksheet.variant.exercise.pack
        if advice.pack_size:
            lines.append(self._pack_bar(advice.standing.solved.get(pack, 0), name_cells, width))
        return lines

    def _change(self, then: MasteryState, now: MasteryState, room: int) -> Line:
        """Return the level that was left, where the rule is now and what comes next; less of it in little room."""
        assert self.after.advice is not None
        muted = self.palette.ink("muted")
        left = f"{mastery_label(then.level)} → " if now.level != then.level else ""
        step = next_step(now, self.after.advice.standing.today)
        state: Run = (self.glyphs.render(state_label(now)), mastery_style(self.palette, now.level))
        after: Line = [(self.glyphs.render(f" · {step}"), muted)] if step else []
        whole: Line = [(self.glyphs.render(left), muted), state, *after]
        return next((line for line in (whole, [state, *after]) if runs_width(line) <= room), [state])

    def _pack_bar(self, solved: int, name_cells: int, width: int) -> Line:
        """Return the bar of the pack, in which what this exercise added stands out."""
        advice, before = self.after.advice, self.after.before
        assert advice is not None
        pack = self.state.worksheet.variant.exercise.pack
        earlier = before.solved.get(pack, 0) if before is not None else solved
        size = advice.pack_size
        cells = min(_BAR_CELLS, max(width - name_cells - 16, 4))
        on, off = self.palette.ink("right"), self.palette.ink("line")
        bar = line_bar(solved, size, cells, on, off)
        if earlier < solved:
            old = min(cells * earlier // size, cells - 1)
            filled = "".join(text for text, style in bar if style is on)
            faded = self.palette.ink("right", fade=0.4)
            bar = [
                (filled[:old], faded),
                (filled[old:], self.palette.ink("right", bold=True)),
                ("─" * (cells - len(filled)), off),
            ]
        strong, muted = self.palette.ink("bright", bold=True), self.palette.ink("muted")
        change = f"  {earlier} → " if earlier < solved else "  "
        rest = " " + str(message(N_("of {all}"), all=size))
        line: Line = [self._padded(advice.pack_title, name_cells), *(run for run in bar if run[0])]
        return [*line, (self.glyphs.render(change), muted), (str(solved), strong), (self.glyphs.render(rest), muted)]

    def _padded(self, name: str, cells: int) -> Run:
        text = truncate(self.glyphs.render(name), cells - 2, self.glyphs.ellipsis)
        return (text + " " * (cells - cell_len(text)), self.palette.ink("text"))

    def rules(self) -> list[str]:
        """Return the rules that the blanks exercise, in their order."""
        worksheet = self.state.worksheet
        return rules_at(worksheet.problem, worksheet.blanks)

    # --- what comes next ---

    def recommendation(self, width: int) -> list[Line]:
        """Return the one thing that may be better than the next exercise, with its reason and its key; mostly nothing."""
        suggestion = self.after.recommendation
        if suggestion is None:
            return []
        key = self.glyphs.key_label("exercise.advised", "^N")
        lead: Line = [(key, self.palette.ink("bright", bold=True)), (" ", self.palette.ink())]
        reason: Line = [(self.glyphs.render(str(suggestion.reason)), self.palette.ink("help"))]
        return indented(lead, flow(reason, width - cell_len(key) - 1), self.palette.ink())

    def next_title(self) -> str:
        """Return what Enter leads to."""
        if self.after.following is not None:
            return self.glyphs.render(self.after.following.title)
        suggestion = self.after.accepted_by_enter
        return self.glyphs.render(str(suggestion.reason) if suggestion is not None else _("Go back to the list"))

    def next_facts(self) -> str:
        """Return the blanks and minutes of the next exercise; empty if they are not known."""
        advice = self.after.advice
        if advice is None or self.after.following is None:
            return ""
        facts = []
        if advice.next_blanks:
            facts.append(str(message(N_("blanks: {n}"), n=advice.next_blanks)))
        if advice.next_minutes:
            facts.append(minutes_text(advice.next_minutes))
        return self.glyphs.render(" · ".join(facts))
