"""One exercise in lines: what is typed, what is said to it, where it goes on."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import TextIO

from tutor.algebra.show import show
from tutor.ascii import to_ascii
from tutor.grading import Blank, Hint, Verdict, reads_as
from tutor.grading.card import card_at
from tutor.grading.labels import label
from tutor.grading.verdict import MARKS
from tutor.i18n import N_, _, message
from tutor.packs.plain_text import unmarked, visible
from tutor.plain.telling import caret, edges, name_of, nodes, picture
from tutor.plain.words import HELP, WORK, find, listed
from tutor.practice.exam import RULES, SAME_NUMBERS
from tutor.practice.exam import result as exam_result
from tutor.practice.pointing import pointed_out
from tutor.practice.replaying import replay_of
from tutor.practice.worksheet import Summary, Worksheet


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
        #: Whether the learner left to choose another exercise.
        self.wants_list = False

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
        return self.command(text, at) if self.commands(at, text) else self.check(at, text)

    def commands(self, at: str, text: str) -> bool:
        """Whether a line is a command: with a colon always, without one where it can't be read as an answer."""
        if text == "?" or text.startswith(":"):
            return True
        problem = self.worksheet.problem
        return bool(find(text, WORK)) and reads_as(problem, problem.place(at), text).error is not None

    def introduce(self) -> None:
        variant = self.worksheet.variant
        self.say(variant.exercise.title, "")
        text = variant.text()
        if text:
            self.say(unmarked(text), "")
        self.say(*nodes(self.worksheet), "")
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

    def choices(self, blank: Blank) -> Iterable[str]:
        """The choices of a question, a line for each; none for any other blank."""
        if blank.kind == "question":
            for number, choice in enumerate(self.worksheet.problem.question(blank).choices, 1):
                yield f"  {number}  {unmarked(str(choice.text))}"

    def prompt(self, at: str) -> str:
        order = [place.id for place in self.worksheet.stops]
        place = self.worksheet.problem.place(at)
        asked = [f"[{order.index(at) + 1}/{len(order)}] {name_of(self.worksheet, place)}", *self.choices(place)]
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
        places = pointed_out(self.worksheet, at) if verdict.costs else ""
        if places:
            self.say(message(N_("Look here: {places}"), places=places))
        opened = self.worksheet.open_hint(at)
        if opened is not None and opened.rung > before:
            self.say_hint(opened)
        if verdict.costs and self.worksheet.offers_reveal(at):
            self.say(_("If you want to see the value, type :show."))
        elif verdict.costs and self.worksheet.offers_replay(at):
            self.say(_("To watch the pass at other numbers, step by step, type :explain."))
        return self.worksheet.next_open(at) if verdict.leads_on else at

    def say_verdict(self, verdict: Verdict, text: str) -> None:
        mark = MARKS[verdict.kind]
        if verdict.at is not None:
            self.say(caret(text, verdict.at, verdict.length))
        self.say(f"{mark} {verdict.message}")
        if verdict.cells and not verdict.right and any(map(any, verdict.cells)):
            self.say(*("  " + " ".join("✓" if cell else "✗" for cell in row) for row in verdict.cells))

    def say_where_it_stands(self, at: str) -> None:
        """What stands in a blank that is come back to: an entry that is not right yet, and why."""
        entry = self.worksheet.entry(at)
        if entry.text and entry.verdict is not None and not entry.settled:
            self.say(f"{MARKS[entry.verdict.kind]} {entry.text}: {entry.verdict.message}")

    def say_hint(self, hint: Hint) -> None:
        self.say(message(N_("Hint {rung}/{of}: {text}"), rung=hint.rung, of=hint.of, text=unmarked(str(hint.text))))

    def command(self, text: str, at: str) -> str | None:
        """Do a command and return the blank to go on with; None to stop."""
        name = "hint" if text == "?" else find(text.split()[0], WORK)
        if name in HELP and self.worksheet.withheld:
            self.say(self.worksheet.withheld)
            return at
        if name in _MOVES:
            return _MOVES[name](self, at)
        if name in ("", "help"):
            if not name:
                self.say(message(N_("There is no command {word}."), word=visible(text.split()[0])))
            self.say(*listed(WORK), _("The colon may be left out where the word is no answer."))
        elif name == "clear":
            self.worksheet.clear(at)
        elif name == "rule":
            self.rule(at)
        elif name == "graph":
            self.say(*(picture(self.worksheet, self.width, ascii=self.ascii) or nodes(self.worksheet)))
        elif name == "words":
            self.say(*nodes(self.worksheet), "", *edges(self.worksheet, at))
        return at

    def hint(self, at: str) -> str:
        before = self.worksheet.entry(at).hints
        hint = self.worksheet.hint(at)
        self.say_hint(hint)
        if hint.rung <= before and not hint.last:
            self.say(_("Try this one first, or wait a moment: then the next hint opens."))
        return at

    def show(self, at: str) -> str:
        if self.worksheet.offers_reveal(at):
            self.say_hint(self.worksheet.reveal(at))
            return self.worksheet.next_open(at) or at
        self.say(_("The value is shown once the hints or five tries are used up. ? gives the next hint."))
        return at

    def skip(self, at: str) -> str | None:
        return self.worksheet.next_open(at)

    def back(self, at: str) -> str | None:
        worksheet = self.worksheet
        order = [
            place.id
            for place in worksheet.stops
            if place.id == at or not (worksheet.entry(place.id).settled or worksheet.locked(place.id))
        ]
        return order[order.index(at) - 1] if at in order else worksheet.next_open()

    def undo(self, at: str) -> str:
        return self.worksheet.undo() or at

    def open(self, at: str) -> str:
        """Show the node at a blank in its parts."""
        moved = self.worksheet.open(self.node(at))
        if moved is None:
            self.say(_("This node has no parts to look into."))
            return at
        here = moved.get(at, at)
        self.say(_("The places inside are extra: the exercise can be finished without them."), "")
        self.say(*nodes(self.worksheet), "", *edges(self.worksheet, here))
        return here

    def fold(self, at: str) -> str | None:
        """Show the opened node around a blank as one again."""
        place = self.worksheet.problem.place(at)
        moved = self.worksheet.fold(self.node(at))
        if moved is None and place.edge:
            moved = self.worksheet.fold(self.worksheet.problem.graph.nodes[place.edge.source].id)
        if moved is None:
            self.say(_("There is no opened node around this."))
            return at
        self.say(*nodes(self.worksheet))
        return moved.get(at) or self.worksheet.next_open()

    def node(self, at: str) -> str:
        """The node in focus: the one an edge leads into; empty at a question."""
        place = self.worksheet.problem.place(at)
        position = place.edge.target if place.edge else place.node
        return "" if place.kind == "question" else self.worksheet.problem.graph.nodes[position].id

    def leave_for_list(self, at: str) -> None:
        self.wants_list = True

    def leave(self, at: str) -> None:
        self.wants_list = False

    def rule(self, at: str) -> None:
        """The rule card of the node at a blank."""
        place = self.worksheet.problem.place(at)
        if place.kind == "question":
            self.say(_("This is a question; there is no node in focus."))
        else:
            card = card_at(self.worksheet.problem, place, self.worksheet.known())
            self.say(*map(unmarked, card.lines(self.ascii)))

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
                self.say(
                    "", f"{replay.at + 1}/{len(replay.steps)}  {unmarked(str(step.asks))}", *map(unmarked, step.lines())
                )
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
        self.say("", *nodes(self.worksheet), "")
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
            self.say("", unmarked(after))

    def marks(self, summary: Summary) -> Iterable[object]:
        """What an exam comes to: how many are right, and the verdict on each answer."""
        yield exam_result(summary.verdicts)
        for blank, verdict in summary.verdicts:
            answer = self.worksheet.entry(blank.id).text
            yield f"{MARKS[verdict.kind]} {name_of(self.worksheet, blank)} {answer}  {verdict.message}"


#: Commands after which another blank may stand in focus.
_MOVES: Mapping[str, Callable[[Plain, str], str | None]] = {
    "hint": Plain.hint,
    "show": Plain.show,
    "explain": Plain.explain,
    "skip": Plain.skip,
    "back": Plain.back,
    "undo": Plain.undo,
    "open": Plain.open,
    "fold": Plain.fold,
    "fresh": Plain.fresh,
    "list": Plain.leave_for_list,
    "quit": Plain.leave,
}
