"""One exercise in plain mode: answers, commands and what is printed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tutor.algebra.printing import format_value
from tutor.grading.mistakes.labels import mistake_label
from tutor.grading.rule_cards import card_at
from tutor.grading.verdict import MARKS, Verdict
from tutor.grading.wording import usable_names
from tutor.i18n import N_, _, message
from tutor.packs.diagnostics import PackError
from tutor.packs.sanitize import escape_invisible, strip_markup
from tutor.plain import whole_pass
from tutor.plain.asides import PlainAsides
from tutor.plain.carets import caret_lines
from tutor.plain.describe import describe_edges, describe_nodes, format_prompt, graph_text
from tutor.plain.line_commands import (
    CODE_COMMAND,
    EXERCISE_COMMANDS,
    FORBIDDEN_IN_EXAM,
    command_label,
    format_commands,
    match_command,
)
from tutor.practice.close_up.build import close_up
from tutor.practice.close_up.words import describe_close_up
from tutor.practice.exam import SAME_NUMBERS
from tutor.practice.exam_result import result_message, result_notes, right_answer_message, verdict_at_end
from tutor.practice.pointers import format_pointers
from tutor.practice.replay_choice import choose_replay
from tutor.practice.score import blank_points, score_of
from tutor.practice.whole_pass import ALL_RIGHT, FIND_FIRST

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from tutor.grading.hints.ladder import Hint
    from tutor.grading.problem import Blank
    from tutor.plain.console import Console
    from tutor.practice.worksheet import Summary, Worksheet


#: The commands that answer a question with yes or no.
_REPLIES = {"yes": True, "no": False}
_NO_NODE = N_("This is a question, so no node is in focus.")


class PlainExercise:
    """One exercise on a console."""

    def __init__(self, worksheet: Worksheet, console: Console) -> None:
        self.worksheet = worksheet
        self.console = console
        self.print_lines = console.print
        self._asides = PlainAsides(worksheet, console.print)
        #: Whether the answers of a whole pass were listed, for the learner to find the first wrong one.
        self.announced_finding = False
        #: Whether the learner left to choose another exercise.
        self.wants_list = False

    def run(self) -> int:
        """Work through the exercise and return 0 if it is solved, 1 if it was left open."""
        self.print_introduction()
        while self.fill_blanks():
            if not self.worksheet.leads_to_stage:
                self.finish()
                return 0
            self.go_on_to_next_stage()
        return self.report_unfinished()

    def fill_blanks(self) -> bool:
        """Ask for one blank after the other and return whether all are filled, False if the learner leaves."""
        blank_id: str | None = self.worksheet.resume_place()
        previous: str | None = None
        while not self.worksheet.done and blank_id is not None:
            if self.worksheet.whole_pass.is_finding:
                text, previous = self.ask_for_first_wrong(), None
            else:
                if blank_id != previous:
                    self.print_answer_status(blank_id)
                self._asides.before_prompt(blank_id)
                text, previous = self.console.ask(self.build_prompt(blank_id)), blank_id
            if text is None:
                return False
            if text:
                blank_id = self.handle_line(blank_id, text)
            else:
                self._asides.skip(blank_id)
        return self.worksheet.done

    def go_on_to_next_stage(self) -> None:
        """Begin the next stage with other numbers, and print its graph."""
        stage = self.worksheet.variant.stage_name
        self.worksheet.new_numbers()
        text = N_("Done: {stage}. Next is the same graph with new numbers and more blanks.")
        self.print_lines("", message(text, stage=stage), "", *describe_nodes(self.worksheet), "")

    def handle_line(self, blank_id: str, text: str) -> str | None:
        """Run a command or check an answer; return the next blank, None to stop or if none is left."""
        if self._asides.take_line(blank_id, text):
            return blank_id
        if self.is_command(blank_id, text):
            return self.run_command(blank_id, text)
        if self.worksheet.whole_pass.is_finding:
            return self.point(blank_id, text)
        return self.check_answer(blank_id, text)

    def is_command(self, blank_id: str, text: str) -> bool:
        """Return whether a line is a command: always with a colon, otherwise if it can't be read as an answer."""
        if text == "?" or text.startswith(":"):
            return True
        if not match_command(text, EXERCISE_COMMANDS):
            return False
        return self.worksheet.whole_pass.is_finding or self.worksheet.preview(blank_id, text).error is not None

    def print_introduction(self) -> None:
        variant = self.worksheet.variant
        stage = variant.stage_name
        title = variant.exercise.title if stage is None else f"{variant.exercise.title} ({stage})"
        self.print_lines(title, "")
        text = variant.text()
        if text:
            self.print_lines(strip_markup(text), "")
        self.print_lines(*describe_nodes(self.worksheet), "")
        settled = sum(self.worksheet.entry(blank.id).settled for blank in self.worksheet.blanks)
        if settled and not self.worksheet.done:
            self.print_lines(
                message(
                    N_("Welcome back. {n} of {all} blanks are filled in."),
                    n=settled,
                    all=len(self.worksheet.blanks),
                )
            )
        if self.worksheet.whole_pass.is_on:
            self.print_lines(*whole_pass.rules())
        if notices := self.worksheet.notices:
            self.print_lines(*notices, "")
        if self.worksheet.exam:
            self.print_lines(
                self.worksheet.exam_rules, _("Type the value and press Enter. :help lists the commands."), ""
            )
        else:
            self.print_lines(_("Type the value and press Enter. ? gives a hint, :help lists the commands."), "")

    def choice_lines(self, blank: Blank) -> Iterable[str]:
        """Return a line for each choice of a question; none for any other blank."""
        if blank.kind == "question":
            question = self.worksheet.problem.question(blank)
            for number, choice in enumerate(question.choices, 1):
                yield f"  {number}  {strip_markup(str(choice.text))}"
            if question.select_all:
                yield _("Choose all that apply, such as 1, 3.")
            elif question.is_ungraded:
                yield _("Answer in your own words. Your instructor will read it.")
            elif question.is_text:
                yield _("Answer with one word or a few words.")

    def build_prompt(self, blank_id: str) -> str:
        order = [place.id for place in self.worksheet.fillable]
        place = self.worksheet.problem.place(blank_id)
        prompt = f"[{order.index(blank_id) + 1}/{len(order)}] {format_prompt(self.worksheet, place)}"
        if place.kind == "question":
            return "\n".join([prompt, *self.choice_lines(place), "> "])
        return f"{prompt} "

    def check_answer(self, blank_id: str, text: str) -> str | None:
        """Check an answer and return the next blank."""
        reading = self.worksheet.preview(blank_id, text)
        hints_before = self.worksheet.entry(blank_id).hints
        verdict = self.worksheet.answer(blank_id, text)
        if reading.text:
            self.print_lines(message(N_("read as {reading}"), reading=reading.text))
        if not self._asides.print_verdict(blank_id, verdict):
            self.print_verdict(verdict, text)
        if verdict.right:
            self._asides.print_predictions(blank_id)
        self.print_reply_commands(blank_id)
        if not self.worksheet.saved:
            self.print_lines(_("This entry is not saved yet."))
        places = format_pointers(self.worksheet, blank_id) if verdict.is_wrong_attempt else ""
        if places:
            self.print_lines(message(N_("Look here: {places}"), places=places))
        hint = self.worksheet.current_hint(blank_id)
        if hint is not None and hint.rung > hints_before:
            self.print_hint(hint)
        if verdict.is_wrong_attempt and self.worksheet.offers_reveal(blank_id):
            self.print_lines(_("If you want to see the value, type :show."))
        elif verdict.is_wrong_attempt and self.worksheet.offers_replay(blank_id):
            self.print_lines(_("To watch the pass step by step with different numbers, type :explain."))
        if self.worksheet.whole_pass.is_finding:
            return blank_id
        return self.worksheet.next_open_blank(blank_id) if verdict.settles_blank else blank_id

    # --- the whole pass at once ---

    def toggle_whole_pass(self, blank_id: str) -> str | None:
        """Start the whole pass at once, or leave it."""
        self.announced_finding = False
        self.print_lines(*whole_pass.toggle(self.worksheet))
        return self.worksheet.whole_pass.first_wrong or self.worksheet.next_open_blank(blank_id) or blank_id

    def ask_for_first_wrong(self) -> str | None:
        """Ask which value of a whole pass is the first wrong one, below the list of all."""
        if not self.announced_finding:
            self.announced_finding = True
            self.print_lines("", *whole_pass.task_lines(self.worksheet))
        return self.console.ask(_(whole_pass.QUESTION))

    def point(self, blank_id: str, text: str) -> str | None:
        """Take a line as the first wrong place, and return that place once it is found or shown."""
        self.print_lines(whole_pass.point(self.worksheet, text))
        if self.worksheet.whole_pass.is_finding:
            return blank_id
        return self.worksheet.whole_pass.first_wrong or self.worksheet.next_open_blank()

    def print_verdict(self, verdict: Verdict, text: str) -> None:
        mark = MARKS[verdict.kind]
        if verdict.at is not None:
            self.print_lines(caret_lines(text, verdict.at, verdict.length))
        self.print_lines(f"{mark} {verdict.message}")
        if verdict.cells and not verdict.right and any(map(any, verdict.cells)):
            self.print_lines(*("  " + " ".join("✓" if cell else "✗" for cell in row) for row in verdict.cells))

    def print_reply_commands(self, blank_id: str) -> None:
        """Print how to answer the question about the last answer, if there is one."""
        verdict = self.worksheet.entry(blank_id).verdict
        if verdict is None or not self.worksheet.asks(blank_id):
            return
        if not verdict.message_is_question:
            self.print_lines(_("Is that how you got your answer?"))
        self.print_lines(
            message(N_("Reply {yes} or {no}, or type another value."), yes=command_label("yes"), no=command_label("no"))
        )
        if self.worksheet.offers_telling_numbers(blank_id):
            self.print_lines(
                message(
                    N_("{fresh} gives you numbers for which these mistakes have different answers."),
                    fresh=command_label("fresh"),
                )
            )

    def reply(self, blank_id: str, agreed: bool) -> None:
        """Answer the question about the last answer."""
        if not self.worksheet.asks(blank_id):
            self.print_lines(_("There is no yes-or-no question here."))
            return
        verdict = self.worksheet.reply(blank_id, agreed)
        self.print_verdict(verdict, self.worksheet.entry(blank_id).text)
        self.print_reply_commands(blank_id)
        if not self.worksheet.saved:
            self.print_lines(_("This entry is not saved yet."))

    def print_answer_status(self, blank_id: str) -> None:
        """Print the entry of a blank and its verdict if it is not right yet."""
        entry = self.worksheet.entry(blank_id)
        if entry.text and entry.verdict is not None and not entry.settled:
            self.print_lines(f"{MARKS[entry.verdict.kind]} {entry.text}: {entry.verdict.message}")
            self.print_reply_commands(blank_id)

    def print_hint(self, hint: Hint) -> None:
        self.print_lines(
            message(N_("Hint {rung}/{of}: {text}"), rung=hint.rung, of=hint.of, text=strip_markup(str(hint.text)))
        )

    def run_command(self, blank_id: str, text: str) -> str | None:
        """Run a command and return the next blank, None to stop."""
        name = "hint" if text == "?" else match_command(text.split()[0], EXERCISE_COMMANDS)
        can_change = self.worksheet.whole_pass.phase == "filling" and name in ("clear", "undo")
        if name in FORBIDDEN_IN_EXAM and self.worksheet.help_refusal and not can_change:
            is_finding = self.worksheet.whole_pass.is_finding and name in ("clear", "undo")
            self.print_lines(FIND_FIRST.message if is_finding else self.worksheet.help_refusal)
            return blank_id
        if name in _MOVE_COMMANDS:
            return _MOVE_COMMANDS[name](self, blank_id)
        if not name and match_command(text, (CODE_COMMAND,)):
            self.print_lines(_("You can write the code once all blanks are filled in, if the exercise has numbers."))
        elif name in ("", "help"):
            if not name:
                self.print_lines(message(N_("There is no command {word}."), word=escape_invisible(text.split()[0])))
            self.print_lines(
                *format_commands(EXERCISE_COMMANDS), _("You can leave out the colon if the word can't be an answer.")
            )
            if name and not self.worksheet.whole_pass.is_finding:
                self.print_lines(*usable_names(self.worksheet.problem, self.worksheet.problem.place(blank_id)))
        elif name in _REPLIES:
            self.reply(blank_id, _REPLIES[name])
        elif name == "clear":
            self.worksheet.clear(blank_id)
        elif name == "rule":
            self.print_rule(blank_id)
        elif name == "graph":
            self.print_lines(
                *(graph_text(self.worksheet, self.console.width, self.console.glyphs) or describe_nodes(self.worksheet))
            )
        elif name == "words":
            self.print_lines(*describe_nodes(self.worksheet), "", *describe_edges(self.worksheet, blank_id))
        elif name == "closeup":
            self.print_close_up(blank_id)
        return blank_id

    def print_close_up(self, blank_id: str) -> None:
        """Print the node at a blank up close."""
        # In plain mode no cell is active, so the first one is the example.
        data = close_up(self.worksheet, blank_id, cell=(0, 0))
        if data is None:
            self.print_lines(message(_NO_NODE))
        else:
            self.print_lines(*describe_close_up(data))

    def request_hint(self, blank_id: str) -> str:
        hints_before = self.worksheet.entry(blank_id).hints
        hint = self.worksheet.next_hint(blank_id)
        self.print_hint(hint)
        if hint.rung <= hints_before and not hint.is_last:
            self.print_lines(_("Try this hint first. The next one opens in a moment."))
        return blank_id

    def reveal(self, blank_id: str) -> str:
        if self.worksheet.offers_reveal(blank_id):
            self.print_hint(self.worksheet.reveal(blank_id))
            return self.worksheet.next_open_blank(blank_id) or blank_id
        self.print_lines(_("The value is shown after all hints or five tries. ? gives the next hint."))
        return blank_id

    def skip(self, blank_id: str) -> str | None:
        return self.worksheet.next_open_blank(blank_id) or blank_id

    def go_back(self, blank_id: str) -> str | None:
        worksheet = self.worksheet
        order = [
            place.id
            for place in worksheet.fillable
            if place.id == blank_id or not (worksheet.entry(place.id).settled or worksheet.is_locked(place.id))
        ]
        return order[order.index(blank_id) - 1] if blank_id in order else worksheet.next_open_blank() or blank_id

    def undo(self, blank_id: str) -> str:
        return self.worksheet.undo() or blank_id

    def unfold(self, blank_id: str) -> str:
        """Show the node at a blank in its parts."""
        moved = self.worksheet.unfold(self.focused_node(blank_id))
        if moved is None:
            self.print_lines(_("This node has no smaller nodes inside."))
            return blank_id
        blank_id = moved.get(blank_id, blank_id)
        self.print_lines(_("The blanks inside are optional. You can finish the exercise without them."), "")
        self.print_lines(*describe_nodes(self.worksheet), "", *describe_edges(self.worksheet, blank_id))
        return blank_id

    def fold(self, blank_id: str) -> str | None:
        """Show the parts around a blank as one node again."""
        place = self.worksheet.problem.place(blank_id)
        moved = self.worksheet.fold(self.focused_node(blank_id))
        if moved is None and place.edge:
            moved = self.worksheet.fold(self.worksheet.problem.graph.nodes[place.edge.source].id)
        if moved is None:
            self.print_lines(_("This blank is not inside an opened node."))
            return blank_id
        self.print_lines(*describe_nodes(self.worksheet))
        return moved.get(blank_id) or self.worksheet.next_open_blank() or self.worksheet.resume_place()

    def focused_node(self, blank_id: str) -> str:
        """Return the id of the node in focus, for an edge its target; empty at a question."""
        place = self.worksheet.problem.place(blank_id)
        if place.kind == "question":  # It may have no graph at all.
            return ""
        position = place.edge.target if place.edge else place.node
        return self.worksheet.problem.graph.nodes[position].id

    def leave_for_list(self, blank_id: str) -> None:
        self.wants_list = True

    def leave(self, blank_id: str) -> None:
        self.wants_list = False

    def print_rule(self, blank_id: str) -> None:
        """Print the rule card of the node at a blank."""
        place = self.worksheet.problem.place(blank_id)
        if place.kind == "question":
            self.print_lines(message(_NO_NODE))
        else:
            card = card_at(self.worksheet.problem, place, self.worksheet.visible_places())
            self.print_lines(*map(strip_markup, card.render_lines(self.console.glyphs)))

    def explain(self, blank_id: str) -> str | None:
        """Replay the backward pass from a blank on and return the next blank, None to stop.

        Enter goes on, b goes back. Any other line ends the replay and is handled as usual.
        """
        replay, note = choose_replay(self.worksheet)
        if not replay.steps:
            self.print_lines(note or _("This exercise has no graph to replay."))
            return blank_id
        if note is not None:
            self.print_lines(note)
        problem = replay.problem
        values = (f"{name} = {format_value(problem.inputs[name])}" for name in problem.graph.inputs)
        self.print_lines(", ".join(values))
        replay.go_to(blank_id)
        moved = True
        while True:
            if moved:
                step = replay.current_step
                self.print_lines(
                    "",
                    f"{replay.index + 1}/{len(replay.steps)}  {strip_markup(str(step.description))}",
                    *map(strip_markup, step.paragraphs()),
                )
            text = self.console.ask(_("Press Enter to continue, type b to go back, or anything else to stop: "))
            if text is None:
                return None
            if text not in ("", "b"):
                return self.handle_line(blank_id, text)
            moved = replay.move(-1 if text == "b" else 1)
            if not moved:
                self.print_lines(_("There are no more steps in this direction."))

    def new_numbers(self, blank_id: str) -> str | None:
        if self.worksheet.exam:
            self.print_lines(SAME_NUMBERS)
            return blank_id
        if not self.worksheet.variant.exercise.has_variants:
            self.print_lines(_("This exercise has only one set of numbers."))
            return blank_id
        told_apart = False
        try:
            if self.worksheet.offers_telling_numbers(blank_id):
                told_apart = self.worksheet.take_telling_numbers(blank_id)
            else:
                self.worksheet.new_numbers()
        except PackError as error:
            self.print_lines(str(error))
            return blank_id
        if told_apart:
            self.print_lines(_("With these numbers, the mistakes you were asked about give different answers."))
        self.announced_finding = False
        self.print_lines("", *describe_nodes(self.worksheet), "")
        return self.worksheet.next_open_blank()

    def skip_stages(self, blank_id: str) -> str | None:
        variant = self.worksheet.variant
        if variant.is_cut or not variant.is_partial:
            self.print_lines(_("You already have the whole exercise."))
            return blank_id
        try:
            self.worksheet.skip_stages()
        except PackError as error:
            self.print_lines(str(error))
            return blank_id
        self.print_lines("", *describe_nodes(self.worksheet), "")
        return self.worksheet.next_open_blank()

    def report_unfinished(self) -> int:
        num_open = sum(not self.worksheet.entry(blank.id).settled for blank in self.worksheet.blanks)
        text = N_("Not finished. Blanks left: {n}. All checked answers are saved.")
        if not self.worksheet.is_stored or not self.worksheet.saved:
            text = N_("Not finished. Blanks left: {n}.")
        self.print_lines("", message(text, n=num_open))
        return 1

    def finish(self) -> None:
        summary = self.worksheet.summary()
        result = message(N_("Solved."))
        if summary.revealed:
            count = len(self.worksheet.blanks)
            result = message(N_("Finished. Values shown: {n} of {all}."), n=summary.revealed, all=count)
        self.print_lines("", *(self.exam_lines(summary) if self.worksheet.exam else [result]))
        if not self.worksheet.tells_result:
            return
        if self.worksheet.whole_pass.was_right_at_once and not summary.wrong_attempts:
            self.print_lines(ALL_RIGHT)
        if not self.worksheet.tells_answers:
            return
        target = self.worksheet.problem.target_name
        self.print_lines(*(f"∂{target}/∂{name} = {format_value(value)}" for name, value in summary.gradients))
        if summary.mistakes and not self.worksheet.exam:
            names = ", ".join(f"{mistake_label(name)} ({count})" for name, count in summary.mistakes.most_common())
            self.print_lines(message(N_("Mistakes made: {met}"), met=names))
        if not self.worksheet.exam:
            self.print_lines(message(N_("Hints used: {n}"), n=summary.hints))
        after = self.worksheet.variant.after()
        if after and not self.worksheet.variant.is_partial:
            self.print_lines("", strip_markup(after))

    def exam_lines(self, summary: Summary) -> Iterable[object]:
        """Return the result of an exam: its score, the verdict on each answer, and the right ones if they may be shown."""
        worksheet = self.worksheet
        yield result_message(worksheet)
        yield from result_notes(worksheet)
        if not worksheet.tells_result:
            return
        score = {blank: (points, most) for blank, points, most in score_of(worksheet).by_blank}
        for blank, verdict in ((blank, verdict_at_end(verdict)) for blank, verdict in summary.verdicts):
            answer = "; ".join(" ".join(row) for row in worksheet.value_text(blank.id))
            line = f"{MARKS[verdict.kind]} {format_prompt(worksheet, blank)} {answer}  {verdict.message}"
            yield f"{line} {blank_points(*score[blank.id])}" if blank.id in score else line
            if not verdict.right and worksheet.tells_answers:
                right = right_answer_message(worksheet.problem, blank)
                yield from [f"  {strip_markup(str(right))}"] if right is not None else []


#: Commands that may move the focus to another blank.
_MOVE_COMMANDS: Mapping[str, Callable[[PlainExercise, str], str | None]] = {
    "hint": PlainExercise.request_hint,
    "show": PlainExercise.reveal,
    "explain": PlainExercise.explain,
    "skip": PlainExercise.skip,
    "back": PlainExercise.go_back,
    "undo": PlainExercise.undo,
    "whole": PlainExercise.toggle_whole_pass,
    "open": PlainExercise.unfold,
    "fold": PlainExercise.fold,
    "fresh": PlainExercise.new_numbers,
    "all": PlainExercise.skip_stages,
    "list": PlainExercise.leave_for_list,
    "quit": PlainExercise.leave,
}
