"""Rule cards: what a node does on the way back, why it is so, and what people get wrong at it."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass

from rich.cells import cell_len

from tutor.algebra import values
from tutor.algebra.show import show, write
from tutor.algebra.tree import Sym
from tutor.algebra.values import Value
from tutor.ascii import to_ascii
from tutor.engine import OPERATIONS, Operation
from tutor.engine.composite import letter
from tutor.grading.blank_words import fill
from tutor.grading.labels import label
from tutor.grading.problem import Blank, Problem
from tutor.grading.replay import rule_at
from tutor.grading.rules import bracketed
from tutor.grading.why import NAMES, WHY, WHY_BRANCH, WHY_OWN, WHY_START
from tutor.i18n import N_, Message, _, message, translate

#: A matrix of more cells than this is told by its shape in a picture.
_CELLS = 4
_UNKNOWN = "?"


@dataclass(frozen=True, slots=True)
class Picture:
    """A node with what flows through it: `lines` come in from the left, values or letters; texts are as shown."""

    sign: str
    lines: tuple[str, ...]
    out: str
    upstream: str
    #: What goes back along each line; empty where nothing is told about it.
    back: tuple[str, ...]
    caption: str = N_("Above each line flows what went forward, below it what goes back.")

    def drawn(self, ascii: bool = False) -> list[str]:
        """The rows: forward values above, backward values below; every line of the node has both."""
        text = to_ascii if ascii else str
        across, down, corners = ("-", "|", ",.''") if ascii else ("─", "│", "╭╮╰╯")
        right, left = ("-->", "<--") if ascii else ("──▸", "◂──")
        sign = f" {text(self.sign)} "
        rows: list[tuple[str, str]] = []
        for line, back in zip(self.lines, self.back, strict=True):
            rows += [(text(line), right), (text(back), left if back else "")]
        wide = max(cell_len(told) for told, _arrow in rows)
        middle = len(rows) // 2 - 1
        found = [" " * (wide + 5) + corners[0] + across * cell_len(sign) + corners[1]]
        for index, (told, arrow) in enumerate(rows):
            face = sign if index == middle else " " * cell_len(sign)
            tail = ""
            if index == middle:
                tail = f" {right} {text(self.out)}"
            elif index == middle + 1 and self.upstream:
                tail = f" {left} {text(self.upstream)}"
            found.append(f"{' ' * (wide - cell_len(told))}{told} {arrow:<3} {down}{face}{down}{tail}")
        found.append(" " * (wide + 5) + corners[2] + across * cell_len(sign) + corners[3])
        return found


@dataclass(frozen=True, slots=True)
class Card:
    """All there is to say about a rule. `mistakes` are names with what to look at, where that says something."""

    sign: str
    name: str
    says: tuple[Message, ...]
    why: str
    picture: Picture | None = None
    mistakes: tuple[tuple[str, str], ...] = ()

    @property
    def title(self) -> str:
        """The sign and the name, in the language in use."""
        name = translate(self.name)
        return name if not self.sign or self.sign == name else f"{self.sign}  {name}"

    @property
    def reasons(self) -> list[str]:
        """Why it is so, a line for each sentence."""
        return translate(self.why).replace(". ", ".\n").splitlines()

    def lines(self, ascii: bool = False) -> list[str]:
        """The card in plain lines."""
        found = [self.title, "", *map(str, self.says), ""]
        if self.picture is not None:
            found += [*self.picture.drawn(ascii), translate(self.picture.caption), ""]
        found += [_("Why it is so:"), *(f"  {line}" for line in self.reasons)]
        if self.mistakes:
            found += ["", _("Common mistakes:")]
            found += [f"  {name}: {says}" if says else f"  {name}" for name, says in self.mistakes]
        return found


# --- of any operation --------------------------------------------------------------------------------------


def cards() -> tuple[Card, ...]:
    """A card for every rule: the start, the branch, and every operation of the table."""
    return (start_card(), branch_card(), *map(card_of, OPERATIONS.values()))


def start_card() -> Card:
    """Where the backward pass begins."""
    text = N_("At the output the backward pass starts: with 1, or with what comes back from behind it.")
    return Card("", N_("start"), (message(text),), WHY_START, mistakes=_mistakes_of("start"))


def branch_card() -> Card:
    """Where a value goes to several places."""
    rule = message(N_("At a branch the gradient is the sum of what comes back along its lines."))
    return Card("●", N_("branch"), (rule,), WHY_BRANCH, mistakes=_mistakes_of("branch"))


def _mistakes_of(where: str) -> tuple[tuple[str, str], ...]:
    which = {"start": ("start.output-value", "start.zero"), "branch": ("branch.one-branch", "branch.product")}[where]
    return tuple((label(name), "") for name in which)


def card_of(operation: Operation) -> Card:
    """The card of an operation wherever it stands, in letters."""
    takes = len(operation.local or operation.pull)
    slopes: list[str] = [""] * takes
    out = "y"
    if operation.local and not operation.kink:
        operands = [Sym(letter(slot)) for slot in range(takes)]
        out = f"y = {write(operation.forward(*operands))}"
        slopes = [write(rule(Sym("y"), *operands)) for rule in operation.local]
    back = tuple(f"g · {bracketed(slope)}" if slope else "g · …" for slope in slopes)
    letters = tuple(letter(slot) for slot in range(takes))
    picture = Picture(operation.sign, letters, out, "g", back, N_("g is the upstream, y what the node gives."))
    return Card(
        operation.sign,
        NAMES.get(operation.called, operation.called),
        _rules(operation, operation.sign),
        WHY.get(operation.called, WHY_OWN),
        picture if operation.local else None,
        tuple(_mistakes(operation, None, {})),
    )


def _mistakes(operation: Operation, slot: int | None, words: dict[str, str]) -> Iterator[tuple[str, str]]:
    """Names and sentences of an operation's mistakes, each name once; `words` fill the sentences."""
    told: set[str] = set()
    for mistake in operation.mistakes:
        name = label(f"{operation.called}.{mistake.id}").removeprefix(f"{operation.sign}: ")
        if name in told or (slot is not None and mistake.slots is not None and slot not in mistake.slots):
            continue
        told.add(name)
        # A sentence about the very answer that was typed says nothing here.
        says = translate(mistake.says)
        try:
            yield name, "" if "{v}" in mistake.says else says.format_map({"node": operation.sign, **words})
        except KeyError:
            yield name, ""


# --- of one place ------------------------------------------------------------------------------------------


def card_at(problem: Problem, place: Blank, known: Collection[str]) -> Card:
    """The card of the node behind a place, with its numbers; those that are not `known` stay a question mark."""
    if place.kind == "start":
        return start_card()
    if place.kind == "sum":
        return branch_card()
    graph = problem.graph
    position = place.edge.target if place.edge else place.node
    node = graph.nodes[position]
    if node.is_input:
        return branch_card()
    operation = node.operation
    slot = place.edge.slot if place.edge else None
    edges = graph.incoming[position]
    hidden = {blank.id for blank in problem.asked_forward}

    def forward(index: int) -> str:
        name = f"value({graph.nodes[index].id})"
        return _UNKNOWN if name in hidden and name not in known else _value(problem.exact.values[index])

    def backward(name: str | None) -> str:
        if name is None or not problem.has_place(name):
            return ""
        found = problem.place(name)
        return _value(problem.truth(found)) if found.id in known else _UNKNOWN

    lines = tuple(f"{graph.title(edge.source)} = {forward(edge.source)}" for edge in edges)
    back = tuple(backward(edge.id) if problem.has_place(edge.id) else "" for edge in edges)
    asked = place if place.edge else next((problem.place(e.id) for e in edges if problem.has_place(e.id)), None)
    upstream = backward(problem.upstream(asked)) if asked is not None else ""
    picture = Picture(node.sign, lines, f"{_short(graph.title(position))} = {forward(position)}", upstream, back)
    says = (rule_at(problem, place),) if place.edge else _rules(operation, node.sign)
    words = {key: str(word) for key, word in fill(problem, place).items()}
    return Card(
        node.sign,
        NAMES.get(operation.called, operation.called),
        says,
        WHY.get(operation.called, WHY_OWN) if node.own is None else WHY_OWN,
        picture,
        tuple(_mistakes(operation, slot, words)),
    )


def _rules(operation: Operation, sign: str) -> tuple[Message, ...]:
    """The sentences of an operation's rules, one for each kind of operand."""
    return tuple(Message(text, {"node": sign}) for text in dict.fromkeys(operation.says))


def _short(title: str) -> str:
    return title if cell_len(title) <= 16 else "y"


def _value(value: Value) -> str:
    """A value, or the shape of a matrix that is too large for a line."""
    if values.is_matrix(value) and value.size > _CELLS:
        rows, columns = value.shape
        return f"[{rows}×{columns}]"
    return show(value)
