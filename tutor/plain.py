"""The whole tutor in plain lines: for screen readers, pipes and terminals that can't draw."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TextIO

from rich.cells import cell_len

from tutor.algebra.errors import AlgebraError
from tutor.algebra.show import show
from tutor.ascii import to_ascii
from tutor.drawing import draw, paint, sketch
from tutor.grading import Blank, Hint, Verdict, asks, reads_as
from tutor.grading.card import card_at
from tutor.grading.labels import label
from tutor.grading.verdict import MARKS
from tutor.i18n import N_, _, message
from tutor.packs.plain_text import visible
from tutor.practice.exam import RULES, SAME_NUMBERS
from tutor.practice.exam import result as exam_result
from tutor.practice.replaying import replay_of
from tutor.practice.worksheet import Summary, Worksheet

_COMMANDS = {
    ":hint": N_("the next hint for this blank; a lone ? does the same"),
    ":show": N_("show the value of this blank, once the hints or five tries are used up"),
    ":explain": N_("the backward pass step by step, at other numbers until all is solved"),
    ":rule": N_("the rule of the node in focus, and why it is so"),
    ":skip": N_("go to the next open blank"),
    ":back": N_("go to the open blank before"),
    ":clear": N_("empty this blank"),
    ":undo": N_("take the last entry back"),
    ":graph": N_("draw the graph with what is filled in"),
    ":words": N_("the graph in words"),
    ":fresh": N_("the same exercise with other numbers"),
    ":quit": N_("stop here; everything checked is kept"),
}
#: What an exam has not.
_HELP = (":hint", ":show", ":explain", ":rule", ":clear", ":undo")


def caret(text: str, at: int, length: int = 1) -> str:
    """Two lines: `text`, and a caret under the characters from `at`. Wide characters count as they are wide."""
    shown = "".join(character if character.isprintable() else " " for character in text)
    width = max(cell_len(shown[at : at + length]), 1)
    return f"  {shown}\n  {' ' * cell_len(shown[:at])}{'^' * width}"


def picture(worksheet: Worksheet, width: int, *, ascii: bool = False) -> list[str]:
    """The graph with what is filled in, in the fullest density that fits `width` cells; nothing where none does."""
    if not worksheet.problem.graph.nodes:
        return []
    boxes = sketch(worksheet.problem, ascii=ascii, hidden=worksheet.hidden)
    for density in ("full", "compact"):
        drawing = draw(boxes, density, ascii=ascii)
        if drawing.width <= width:
            texts = {name: worksheet.value_text(name) for name in drawing.places}
            marks = {name: _marks(worksheet, name, rows, ascii) for name, rows in texts.items() if rows}
            return paint(drawing, texts, marks, blank="." if ascii else "·")
    return []


def _marks(worksheet: Worksheet, name: str, rows: list[list[str]], ascii: bool) -> list[list[str]]:
    verdict = worksheet.entry(name).verdict
    if verdict is None:
        return []
    right, wrong = ("v", "X") if ascii else ("✓", "✗")
    if verdict.cells:
        return [[right if cell else wrong for cell in row] for row in verdict.cells]
    mark = MARKS[verdict.kind]
    mark = {"✓": right, "✗": wrong}.get(mark, mark)
    return [[mark for _cell in row] for row in rows]


class Plain:
    """One exercise in lines. `read` returns the next line or None at the end of the input."""

    def __init__(
        self,
        worksheet: Worksheet,
        read: Callable[[str], str | None],
        out: TextIO,
        width: int = 80,
        ascii: bool = False,
    ) -> None:
        self.worksheet = worksheet
        self.read = read
        self.out = out
        self.width = width
        self.ascii = ascii

    def say(self, *lines: object) -> None:
        for line in lines:
            text = str(line)
            print(to_ascii(text) if self.ascii else text, file=self.out)

    def run(self) -> int:
        """Work through the exercise. 0 when it is solved, 1 when it was left open."""
        self.introduce()
        at: str | None = self.worksheet.place_to_go_on()
        before: str | None = None
        while not self.worksheet.done and at is not None:
            if at != before:
                self.say_where_it_stands(at)
            before = at
            line = self.read(self.prompt(at))
            if line is None:
                return self.left_open()
            text = line.strip()
            if not text:
                continue
            following = self.take(at, text)
            if following is None and not self.worksheet.done:
                return self.left_open()
            at = following
        self.finish()
        return 0

    def take(self, at: str, text: str) -> str | None:
        """Do a command, or check an answer; the blank to go on with, None to stop or where none is left."""
        return self.command(text, at) if text == "?" or text.startswith(":") else self.check(at, text)

    def introduce(self) -> None:
        variant = self.worksheet.variant
        self.say(variant.exercise.title, "")
        text = variant.text()
        if text:
            self.say(text, "")
        self.say(*self.words(), "")
        settled = sum(self.worksheet.entry(blank.id).settled for blank in self.worksheet.blanks)
        if settled and not self.worksheet.done:
            self.say(
                message(
                    N_("You have been here before: {n} of {all} blanks are filled."),
                    n=settled,
                    all=len(self.worksheet.blanks),
                )
            )
        if self.worksheet.exam:
            self.say(RULES, _("Type the value and press Enter. :help lists the commands."), "")
        else:
            self.say(_("Type the value and press Enter. ? gives a hint, :help lists the commands."), "")

    def words(self) -> Iterable[str]:
        """The graph in words, a line for each node, forward values included."""
        problem = self.worksheet.problem
        graph, forward = problem.graph, problem.exact.values
        hidden = self.worksheet.hidden
        for position, node in enumerate(graph.nodes):
            value = "?" if position in hidden else show(forward[position], near_one=problem.near_one[position])
            if node.is_input:
                yield str(message(N_("{name} = {value}"), name=node.id, value=value))
            else:
                names = ", ".join(graph.title(arg) for arg in node.args if arg is not None)
                text = N_("{node} takes {names} and gives {name} = {value}")
                name = graph.title(position)
                yield str(message(text, node=node.sign, names=names, name=name, value=value))
        for place in problem.shown:
            yield f"{self.name(place)} {show(problem.truth(place))}"

    def name(self, blank: Blank) -> str:
        text = str(asks(self.worksheet.problem, blank, self.worksheet.known_texts()))
        return text if blank.kind == "question" or text.endswith("?") else f"{text} ="

    def choices(self, blank: Blank) -> Iterable[str]:
        """The choices of a question, a line for each; none for any other blank."""
        if blank.kind == "question":
            for number, choice in enumerate(self.worksheet.problem.question(blank).choices, 1):
                yield f"  {number}  {choice.text}"

    def prompt(self, at: str) -> str:
        order = [blank.id for blank in self.worksheet.blanks]
        place = self.worksheet.problem.place(at)
        asked = [f"[{order.index(at) + 1}/{len(order)}] {self.name(place)}", *self.choices(place)]
        text = "\n".join([*asked, "> "] if place.kind == "question" else [f"{asked[0]} "])
        return self.shown(text)

    def shown(self, text: str) -> str:
        return to_ascii(text) if self.ascii else text

    def check(self, at: str, text: str) -> str | None:
        """Check an answer and return the blank to go on with."""
        problem = self.worksheet.problem
        reading = reads_as(problem, problem.place(at), text)
        before = self.worksheet.entry(at).hints
        verdict = self.worksheet.answer(at, text)
        if reading.text:
            self.say(message(N_("reads as {reading}"), reading=reading.text))
        self.say_verdict(verdict, text)
        if not self.worksheet.saved:
            self.say(_("This entry could not be saved."))
        opened = self.worksheet.open_hint(at)
        if opened is not None and opened.rung > before:
            self.say_hint(opened)
        if verdict.costs and self.worksheet.offers_reveal(at):
            self.say(_("If you want to see the value, type :show."))
        return self.worksheet.next_open(at) if verdict.leads_on else at

    def say_verdict(self, verdict: Verdict, text: str) -> None:
        mark = MARKS[verdict.kind]
        if verdict.at is not None:
            self.say(caret(text, verdict.at, verdict.length))
        self.say(f"{mark} {verdict.message}")
        if verdict.cells and not verdict.right:
            self.say(*("  " + " ".join("✓" if cell else "✗" for cell in row) for row in verdict.cells))

    def say_where_it_stands(self, at: str) -> None:
        """What stands in a blank that is come back to: an entry that is not right yet, and why."""
        entry = self.worksheet.entry(at)
        if entry.text and entry.verdict is not None and not entry.settled:
            self.say(f"{MARKS[entry.verdict.kind]} {entry.text}: {entry.verdict.message}")

    def say_hint(self, hint: Hint) -> None:
        self.say(message(N_("Hint {rung}/{of}: {text}"), rung=hint.rung, of=hint.of, text=hint.text))

    def command(self, text: str, at: str) -> str | None:
        """Do a command and return the blank to go on with; None to stop."""
        word = text.split()[0]
        order = [
            blank.id
            for blank in self.worksheet.blanks
            if not self.worksheet.entry(blank.id).settled and not self.worksheet.locked(blank.id)
        ]
        if (text == "?" or word in _HELP) and self.worksheet.withheld:
            self.say(self.worksheet.withheld)
        elif text == "?" or word == ":hint":
            before = self.worksheet.entry(at).hints
            hint = self.worksheet.hint(at)
            self.say_hint(hint)
            if hint.rung <= before and not hint.last:
                self.say(_("Try this one first, or wait a moment: then the next hint opens."))
        elif word == ":show":
            if self.worksheet.offers_reveal(at):
                self.say_hint(self.worksheet.reveal(at))
                return self.worksheet.next_open(at) or at
            self.say(_("The value is shown once the hints or five tries are used up. ? gives the next hint."))
        elif word == ":explain":
            return self.explain(at)
        elif word == ":rule":
            self.rule(at)
        elif word == ":skip":
            return self.worksheet.next_open(at)
        elif word == ":back":
            return order[order.index(at) - 1] if at in order else self.worksheet.next_open()
        elif word == ":clear":
            self.worksheet.clear(at)
        elif word == ":undo":
            return self.worksheet.undo() or at
        elif word == ":graph":
            self.say(*(picture(self.worksheet, self.width, ascii=self.ascii) or self.words()))
        elif word == ":words":
            self.say(*self.words())
        elif word == ":fresh":
            return self.fresh(at)
        elif word in (":quit", ":q"):
            return None
        else:
            if word != ":help":
                self.say(message(N_("There is no command {word}."), word=visible(word)))
            self.say(*(f"{name:<9} {_(says)}" for name, says in _COMMANDS.items()))
        return at

    def rule(self, at: str) -> None:
        """The rule card of the node at a blank."""
        place = self.worksheet.problem.place(at)
        if place.kind == "question":
            self.say(_("This is a question; there is no node in focus."))
        else:
            self.say(*card_at(self.worksheet.problem, place, self.worksheet.known()).lines(self.ascii))

    def explain(self, at: str) -> str | None:
        """Replay the backward pass from a blank on: Enter goes on, b goes back. Any other line ends it and counts.

        Returns the blank to go on with, None to stop.
        """
        replay, note = replay_of(self.worksheet)
        if not replay.steps:
            self.say(note or _("There is no graph here to replay."))
            return at
        if note is not None:
            self.say(note)
        problem = replay.problem
        values = (f"{name} = {show(problem.inputs[name])}" for name in problem.graph.inputs)
        self.say(", ".join(values))
        replay.go(at)
        told = True
        while True:
            if told:
                step = replay.step
                self.say("", f"{replay.at + 1}/{len(replay.steps)}  {step.asks}", *step.lines())
            line = self.read(self.shown(_("Enter goes on, b goes back, anything else ends this: ")))
            if line is None:
                return None
            text = line.strip()
            told = replay.move(-1 if text == "b" else 1) if text in ("", "b") else False
            if text not in ("", "b"):
                return self.take(at, text)
            if not told:
                self.say(_("There are no more steps this way."))

    def fresh(self, at: str) -> str | None:
        if self.worksheet.exam:
            self.say(SAME_NUMBERS)
            return at
        if not self.worksheet.variant.exercise.varies:
            self.say(_("This exercise has one set of numbers."))
            return at
        self.worksheet.fresh()
        self.say("", *self.words(), "")
        return self.worksheet.next_open()

    def left_open(self) -> int:
        kept = bool(self.worksheet.variant.exercise.pack)
        left = sum(not self.worksheet.entry(blank.id).settled for blank in self.worksheet.blanks)
        text = N_("Not finished. Blanks still open: {n}. Everything checked is kept.")
        if not kept:
            text = N_("Not finished. Blanks still open: {n}.")
        self.say("", message(text, n=left))
        return 1

    def finish(self) -> None:
        summary = self.worksheet.summary()
        self.say("", *(self.marks(summary) if self.worksheet.exam else [_("Solved.")]))
        goal = self.worksheet.problem.goal
        self.say(*(f"∂{goal}/∂{name} = {show(value)}" for name, value in summary.gradients))
        if summary.mistakes and not self.worksheet.exam:
            met = ", ".join(f"{label(name)} ({count})" for name, count in summary.mistakes.most_common())
            self.say(message(N_("Mistakes met: {met}"), met=met))
        if not self.worksheet.exam:
            self.say(message(N_("Hints used: {n}"), n=summary.hints))
        after = self.worksheet.variant.after()
        if after:
            self.say("", after)

    def marks(self, summary: Summary) -> Iterable[object]:
        """What an exam comes to: how many are right, and the verdict on each answer."""
        yield exam_result(summary.verdicts)
        for blank, verdict in summary.verdicts:
            answer = self.worksheet.entry(blank.id).text
            yield f"{MARKS[verdict.kind]} {self.name(blank)} {answer}  {verdict.message}"


def point_at(error: AlgebraError, text: str) -> str:
    """An error in a text of the command line: the sentence, and a caret under the place."""
    return str(error) if error.at < 0 else f"{error}\n{caret(text, error.at, error.length)}"
