"""Rule cards: what a node does on the way back, why it is so, and what people get wrong at it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from rich.cells import cell_len

from tutor.algebra import ops
from tutor.algebra.expr import Sym
from tutor.algebra.printing import format_expr, format_value
from tutor.engine.composite import operand_letter
from tutor.engine.operations import OPERATIONS
from tutor.glyphs import to_ascii
from tutor.grading.hints.rule_formulas import parenthesize
from tutor.grading.mistakes.labels import mistake_label
from tutor.grading.replay import rule_text_at
from tutor.grading.wording import template_values
from tutor.i18n import N_, Message, _, message, translate

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from tutor.algebra.ops import Value
    from tutor.engine.operation import Operation
    from tutor.grading.problem import Blank, Problem

#: A matrix of more cells than this is told by its shape in a picture.
_MAX_CELLS = 4
_UNKNOWN = "?"

_WHY_COMPOSITE = N_(
    "Inside, several steps follow one another. "
    "Each multiplies the change that reaches it by its own slope, so the slopes are multiplied. "
    "Where a value takes several ways inside, what comes back along them is added."
)
_WHY_START = N_(
    "The backward pass asks how the output moves when something else moves. "
    "The first question is about the output itself, and it moves as it moves: 1. "
    "Where the calculation goes on behind it, what comes back from there stands in place of the 1."
)
_WHY_BRANCH = N_(
    "The value goes along several lines at once. "
    "Move it a little, and the output feels it along every one of them. "
    "Small effects add up, so what comes back is added."
)


@dataclass(frozen=True, slots=True)
class NodePicture:
    """A node with what flows through it: `lines` come in from the left, values or letters; texts are as shown."""

    sign: str
    inputs: tuple[str, ...]
    output: str
    upstream: str
    #: What goes back along each line; empty where nothing is told about it.
    gradients: tuple[str, ...]
    caption: str = N_("Above each line flows what went forward, below it what goes back.")

    def render(self, ascii: bool = False) -> list[str]:
        """The rows: forward values above, backward values below; every line of the node has both."""
        text = to_ascii if ascii else str
        across, down, corners = ("-", "|", ",.''") if ascii else ("─", "│", "╭╮╰╯")
        right, left = ("-->", "<--") if ascii else ("──▸", "◂──")
        sign = f" {text(self.sign)} "
        rows: list[tuple[str, str]] = []
        for line, back in zip(self.inputs, self.gradients, strict=True):
            rows += [(text(line), right), (text(back), left if back else "")]
        wide = max(cell_len(told) for told, _arrow in rows)
        middle = len(rows) // 2 - 1
        found = [" " * (wide + 5) + corners[0] + across * cell_len(sign) + corners[1]]
        for index, (told, arrow) in enumerate(rows):
            face = sign if index == middle else " " * cell_len(sign)
            tail = ""
            if index == middle:
                tail = f" {right} {text(self.output)}"
            elif index == middle + 1 and self.upstream:
                tail = f" {left} {text(self.upstream)}"
            found.append(f"{' ' * (wide - cell_len(told))}{told} {arrow:<3} {down}{face}{down}{tail}")
        found.append(" " * (wide + 5) + corners[2] + across * cell_len(sign) + corners[3])
        return found


@dataclass(frozen=True, slots=True)
class RuleCard:
    """All there is to say about a rule. `mistakes` are names with what to look at, where that says something."""

    sign: str
    name: str
    rules: tuple[Message, ...]
    why: str
    picture: NodePicture | None = None
    mistakes: tuple[tuple[str, str], ...] = ()

    @property
    def title(self) -> str:
        """The sign and the name, in the language in use."""
        name = translate(self.name)
        return name if not self.sign or self.sign == name else f"{self.sign}  {name}"

    @property
    def why_sentences(self) -> list[str]:
        """Why it is so, a line for each sentence."""
        return translate(self.why).replace(". ", ".\n").splitlines()

    def render_lines(self, ascii: bool = False) -> list[str]:
        """The card in plain lines."""
        found = [self.title, "", *map(str, self.rules), ""]
        if self.picture is not None:
            found += [*self.picture.render(ascii), translate(self.picture.caption), ""]
        found += [_("Why it is so:"), *(f"  {line}" for line in self.why_sentences)]
        if self.mistakes:
            found += ["", _("Common mistakes:")]
            found += [f"  {name}: {says}" if says else f"  {name}" for name, says in self.mistakes]
        return found


# --- of any operation --------------------------------------------------------------------------------------


def all_cards() -> tuple[RuleCard, ...]:
    """A card for every rule: the start, the branch, and every operation of the table."""
    return (start_card(), branch_card(), *map(card_for, OPERATIONS.values()))


def start_card() -> RuleCard:
    """Where the backward pass begins."""
    text = N_("At the output the backward pass starts: with 1, or with what comes back from behind it.")
    return RuleCard("", N_("start"), (message(text),), _WHY_START, mistakes=_mistake_names("start"))


def branch_card() -> RuleCard:
    """Where a value goes to several places."""
    rule = message(N_("At a branch the gradient is the sum of what comes back along its lines."))
    return RuleCard("●", N_("branch"), (rule,), _WHY_BRANCH, mistakes=_mistake_names("branch"))


def _mistake_names(where: str) -> tuple[tuple[str, str], ...]:
    which = {"start": ("start.output-value", "start.zero"), "branch": ("branch.one-branch", "branch.product")}[where]
    return tuple((mistake_label(name), "") for name in which)


def card_for(operation: Operation) -> RuleCard:
    """The card of an operation wherever it stands, in letters."""
    takes = len(operation.derivative or operation.vjp)
    slopes: list[str] = [""] * takes
    out = "y"
    if operation.derivative and not operation.has_kink:
        operands = [Sym(operand_letter(slot)) for slot in range(takes)]
        out = f"y = {format_expr(operation.forward(*operands))}"
        slopes = [format_expr(rule(Sym("y"), *operands)) for rule in operation.derivative]
    back = tuple(f"g · {parenthesize(slope)}" if slope else "g · …" for slope in slopes)
    letters = tuple(operand_letter(slot) for slot in range(takes))
    picture = NodePicture(operation.symbol, letters, out, "g", back, N_("g is the upstream, y what the node gives."))
    return RuleCard(
        operation.symbol,
        operation.title,
        _rule_texts(operation, operation.symbol),
        operation.why or _WHY_COMPOSITE,
        picture if operation.derivative else None,
        tuple(_common_mistakes(operation, None, {})),
    )


def _common_mistakes(operation: Operation, slot: int | None, words: dict[str, str]) -> Iterator[tuple[str, str]]:
    """Names and sentences of an operation's mistakes, each name once; `words` fill the sentences."""
    told: set[str] = set()
    for mistake in operation.mistakes:
        name = mistake_label(f"{operation.label}.{mistake.id}").removeprefix(f"{operation.symbol}: ")
        if name in told or (slot is not None and mistake.slots is not None and slot not in mistake.slots):
            continue
        told.add(name)
        # A sentence about the very answer that was typed says nothing here.
        says = translate(mistake.feedback)
        try:
            yield name, "" if "{v}" in mistake.feedback else says.format_map({"node": operation.symbol, **words})
        except KeyError:
            yield name, ""


# --- of one place ------------------------------------------------------------------------------------------


def card_at(problem: Problem, place: Blank, known: Collection[str]) -> RuleCard:
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
    edges = graph.incoming_edges[position]
    hidden = {blank.id for blank in problem.forward_blanks}

    def forward(index: int) -> str:
        name = f"value({graph.nodes[index].id})"
        return _UNKNOWN if name in hidden and name not in known else _format_short(problem.exact_passes.values[index])

    def backward(name: str | None) -> str:
        if name is None or not problem.has_place(name):
            return ""
        found = problem.place(name)
        return _format_short(problem.truth(found)) if found.id in known else _UNKNOWN

    lines = tuple(f"{graph.label(edge.source)} = {forward(edge.source)}" for edge in edges)
    back = tuple(backward(edge.id) if problem.has_place(edge.id) else "" for edge in edges)
    asked = place if place.edge else next((problem.place(e.id) for e in edges if problem.has_place(e.id)), None)
    upstream = backward(problem.upstream(asked)) if asked is not None else ""
    picture = NodePicture(
        node.symbol, lines, f"{_short_title(graph.label(position))} = {forward(position)}", upstream, back
    )
    says = (rule_text_at(problem, place),) if place.edge else _rule_texts(operation, node.symbol)
    words = {key: str(word) for key, word in template_values(problem, place).items()}
    return RuleCard(
        node.symbol,
        operation.title,
        says,
        operation.why or _WHY_COMPOSITE,
        picture,
        tuple(_common_mistakes(operation, slot, words)),
    )


def _rule_texts(operation: Operation, sign: str) -> tuple[Message, ...]:
    """The sentences of an operation's rules, one for each kind of operand."""
    return tuple(Message(text, {"node": sign}) for text in dict.fromkeys(operation.rule))


def _short_title(title: str) -> str:
    return title if cell_len(title) <= 16 else "y"


def _format_short(value: Value) -> str:
    """A value, or the shape of a matrix that is too large for a line."""
    if ops.is_matrix(value) and value.size > _MAX_CELLS:
        rows, columns = value.shape
        return f"[{rows}×{columns}]"
    return format_value(value)
