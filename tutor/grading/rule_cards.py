"""Rule cards: the gradient rule of an operation, the reason for it, and common mistakes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from rich.cells import cell_len

from tutor.algebra import ops
from tutor.algebra.evaluate import format_shape
from tutor.algebra.expr import Sym
from tutor.algebra.matrix_expr import MatrixExpr
from tutor.algebra.printing import format_expr, format_value
from tutor.engine.composite import ONLY_LETTER, operand_letter
from tutor.engine.operations import OPERATIONS
from tutor.glyphs import UNICODE
from tutor.grading.hints.rule_formulas import parenthesize
from tutor.grading.mistakes.labels import mistake_label
from tutor.grading.replay import rule_text_at
from tutor.grading.wording import BRANCH_RULE, template_values
from tutor.i18n import N_, Message, _, message, translate

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from tutor.algebra.ops import Value
    from tutor.engine.operation import Operation
    from tutor.glyphs import Glyphs
    from tutor.grading.problem import Blank, Problem

#: A larger matrix is shown by its shape in a picture.
_MAX_CELLS = 4
#: And a formula with more characters.
_MAX_FORMULA = 24
_UNKNOWN = "?"

_WHY_COMPOSITE = N_(
    "The steps inside this node follow one another. Each multiplies a small change by its own local "
    "derivative, so you multiply the local derivatives. If a value takes several paths inside, you add "
    "what comes back along them."
)
_WHY_START = N_(
    "The backward pass asks how much the output changes when another value changes. When the output "
    "itself changes by 1, it changes by 1, so the start is 1. If the calculation continues after the "
    "output, the start is the gradient that comes back from there."
)
_WHY_BRANCH = N_(
    "The value goes along several edges at once. When it changes a little, it changes the output along "
    "each of them. These small changes add up, so you add the gradients that come back."
)


@dataclass(frozen=True, slots=True)
class NodePicture:
    """A node with its inputs on the left, as displayed: values, or letters for a general rule."""

    symbol: str
    inputs: tuple[str, ...]
    output: str
    upstream: str
    gradients: tuple[str, ...]
    """the gradient of each input; empty if it is not shown"""
    caption: str = N_("Above each edge is its forward value, below it its gradient.")

    def render(self, glyphs: Glyphs = UNICODE) -> list[str]:
        """Draw the picture in lines of text: each forward value above its gradient."""
        text = glyphs.render
        horizontal, vertical, corners = ("-", "|", ",.''") if glyphs.ascii else ("─", "│", "╭╮╰╯")
        right_arrow, left_arrow = ("-->", "<--") if glyphs.ascii else ("──▸", "◂──")
        symbol = f" {text(self.symbol)} "
        rows: list[tuple[str, str]] = []
        for value, gradient in zip(self.inputs, self.gradients, strict=True):
            rows += [(text(value), right_arrow), (text(gradient), left_arrow if gradient else "")]
        width = max(cell_len(label) for label, _arrow in rows)
        middle = len(rows) // 2 - 1
        indent, edge = " " * (width + 5), horizontal * cell_len(symbol)
        lines = [indent + corners[0] + edge + corners[1]]
        for index, (label, arrow) in enumerate(rows):
            face = symbol if index == middle else " " * cell_len(symbol)
            tail = ""
            if index == middle:
                tail = f" {right_arrow} {text(self.output)}"
            elif index == middle + 1 and self.upstream:
                tail = f" {left_arrow} {text(self.upstream)}"
            lines.append(f"{' ' * (width - cell_len(label))}{label} {arrow:<3} {vertical}{face}{vertical}{tail}")
        lines.append(indent + corners[2] + edge + corners[3])
        return lines


@dataclass(frozen=True, slots=True)
class RuleCard:
    """A rule with its reason, a picture and its mistakes: (name, feedback), without feedback that needs an answer."""

    symbol: str
    name: str
    rules: tuple[Message, ...]
    why: str
    picture: NodePicture | None = None
    mistakes: tuple[tuple[str, str], ...] = ()

    @property
    def title(self) -> str:
        """The symbol and the name, in the current language."""
        name = translate(self.name)
        return name if not self.symbol or self.symbol == name else f"{self.symbol}  {name}"

    @property
    def why_sentences(self) -> list[str]:
        """The reason, one sentence per line."""
        return translate(self.why).replace(". ", ".\n").splitlines()

    def render_lines(self, glyphs: Glyphs = UNICODE) -> list[str]:
        """Return the card as lines of text."""
        lines = [self.title, "", *map(str, self.rules), ""]
        if self.picture is not None:
            lines += [*self.picture.render(glyphs), translate(self.picture.caption), ""]
        lines += [_("Why:"), *(f"  {line}" for line in self.why_sentences)]
        if self.mistakes:
            lines += ["", _("Common mistakes:")]
            lines += [f"  {name}: {feedback}" if feedback else f"  {name}" for name, feedback in self.mistakes]
        return lines


# --- the general rule --------------------------------------------------------------------------------------


def all_cards() -> tuple[RuleCard, ...]:
    """Return a card for every rule: the start, the branch and every operation."""
    return (start_card(), branch_card(), *map(card_for, OPERATIONS.values()))


def start_card() -> RuleCard:
    """Return the card of the start of the backward pass."""
    text = N_(
        "The backward pass starts at the output, with 1 or with the gradient that comes back from later calculations."
    )
    return RuleCard(
        "", N_("start"), (message(text),), _WHY_START, mistakes=_mistake_names("start.output-value", "start.zero")
    )


def branch_card() -> RuleCard:
    """Return the card of a value that several nodes use."""
    rule = message(BRANCH_RULE)
    return RuleCard(
        "●", N_("branch"), (rule,), _WHY_BRANCH, mistakes=_mistake_names("branch.one-branch", "branch.product")
    )


def _mistake_names(*mistakes: str) -> tuple[tuple[str, str], ...]:
    return tuple((mistake_label(mistake), "") for mistake in mistakes)


def card_for(operation: Operation) -> RuleCard:
    """Return the card of an operation, with letters for its values."""
    num_operands = len(operation.derivative or operation.vjp)
    letters = (ONLY_LETTER,) if num_operands == 1 else tuple(map(operand_letter, range(num_operands)))
    slopes = [""] * len(letters)
    output = "y"
    if operation.derivative and not operation.has_kink:
        operands = list(map(Sym, letters))
        output = f"y = {format_expr(operation.forward(*operands))}"
        slopes = [format_expr(rule(Sym("y"), *operands)) for rule in operation.derivative]
    gradients = tuple(f"g · {parenthesize(slope)}" if slope else "g · …" for slope in slopes)
    caption = N_("g is the upstream, and y is the node's output.")
    picture = NodePicture(operation.symbol, letters, output, "g", gradients, caption)
    return RuleCard(
        operation.symbol,
        operation.title,
        _rule_texts(operation, operation.symbol),
        operation.why or _WHY_COMPOSITE,
        picture if operation.derivative else None,
        tuple(_common_mistakes(operation, None, {})),
    )


def _common_mistakes(operation: Operation, slot: int | None, values: dict[str, str]) -> Iterator[tuple[str, str]]:
    """Yield the names of an operation's mistakes, each once, and their feedback with `values` for its placeholders."""
    names: set[str] = set()
    for mistake in operation.mistakes:
        name = translate(mistake.label)
        if name in names or (slot is not None and mistake.slots is not None and slot not in mistake.slots):
            continue
        names.add(name)
        # {v} is the learner's answer, and {x} the value in it; a card knows neither.
        is_about_answer = "{v}" in mistake.feedback or "{x}" in mistake.feedback
        feedback = "" if is_about_answer else translate(mistake.feedback)
        try:
            yield name, feedback.format_map({"node": operation.symbol, **values})
        except KeyError:
            yield name, ""


# --- the rule at one node ----------------------------------------------------------------------------------


def card_at(problem: Problem, place: Blank, known: Collection[str]) -> RuleCard:
    """Return the card of the node at a place, with its numbers; those of places that are not `known` are hidden."""
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
        value = problem.exact_passes.values[index]
        if isinstance(value, MatrixExpr):
            return format_shape(graph.nodes[index].shape)
        return _UNKNOWN if name in hidden and name not in known else _format_short(value)

    def backward(name: str | None) -> str:
        if name is None or not problem.has_place(name):
            return ""
        blank = problem.place(name)
        return _format_short(problem.truth(blank)) if blank.id in known else _UNKNOWN

    inputs = tuple(f"{graph.label(edge.source)} = {forward(edge.source)}" for edge in edges)
    gradients = tuple(backward(edge.id) for edge in edges)
    edge_place = place if place.edge else next((problem.place(e.id) for e in edges if problem.has_place(e.id)), None)
    upstream = backward(problem.upstream(edge_place)) if edge_place is not None else ""
    output = f"{_short_label(graph.label(position))} = {forward(position)}"
    picture = NodePicture(node.symbol, inputs, output, upstream, gradients)
    rules = (rule_text_at(problem, place),) if place.edge else _rule_texts(operation, node.symbol)
    values = {key: str(word) for key, word in template_values(problem, place).items()}
    return RuleCard(
        node.symbol,
        operation.title,
        rules,
        operation.why or _WHY_COMPOSITE,
        picture,
        tuple(_common_mistakes(operation, slot, values)),
    )


def _rule_texts(operation: Operation, symbol: str) -> tuple[Message, ...]:
    """Return the different texts of an operation's rules."""
    return tuple(Message(text, {"node": symbol}) for text in dict.fromkeys(operation.rule))


def _short_label(label: str) -> str:
    return label if cell_len(label) <= 16 else "y"


def _format_short(value: Value) -> str:
    """Format a value; a matrix that is too large for a line by its shape, and so a formula of matrices."""
    is_long_formula = isinstance(value, MatrixExpr) and len(format_value(value)) > _MAX_FORMULA
    if is_long_formula or (ops.is_array(value) and ops.size(value) > _MAX_CELLS):
        rows, columns = value.shape
        return f"[{rows}×{columns}]"
    return format_value(value)
