"""Four rungs of help at a blank, built from the operation's rule and the numbers.

1 says where to look, 2 the rule in words and symbols (never these numbers), 3 the product ready to multiply,
4 the value and a way to have found it oneself. An author's rungs come before these.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from fractions import Fraction

from tutor.algebra import values
from tutor.algebra.balls import nearest_float
from tutor.algebra.show import show, show_rows, write
from tutor.algebra.tree import Apply, Expr, Num, Sym, postorder
from tutor.algebra.values import Value
from tutor.engine import Edge
from tutor.engine.nudge import nudged
from tutor.grading.blank_words import fill
from tutor.grading.mistakes import NOT_THE_END
from tutor.grading.problem import Blank, Problem
from tutor.i18n import N_, Message, message

RUNGS = 4


@dataclass(frozen=True, slots=True)
class Hint:
    """One rung: number `rung` of `of`, and what it says. The last one gives the value."""

    rung: int
    of: int
    text: Message

    @property
    def last(self) -> bool:
        return self.rung == self.of


def hint(problem: Problem, blank: Blank, rung: int, known: Collection[str] = ()) -> Hint:
    """Rung `rung` (from 1; beyond the last is the last). `known` are the places whose value the learner has."""
    advice = problem.advice.get(blank.id)
    own = advice.hints if advice else ()
    of = len(own) + RUNGS
    rung = min(max(rung, 1), of)
    if rung <= len(own):
        return Hint(rung, of, message(N_("{text}"), text=own[rung - 1]))
    derived = _RUNGS[blank.kind][rung - len(own) - 1]
    return Hint(rung, of, derived(problem, blank, known))


def _together(*parts: Message) -> Message:
    """Sentences after one another."""
    return message(N_("{first} {rest}"), first=parts[0], rest=parts[1] if len(parts) == 2 else _together(*parts[1:]))


# --- the start ---------------------------------------------------------------------------------------------


def _start_where(problem: Problem, blank: Blank, known: Collection[str]) -> Message:
    if not problem.starts_at_one:
        return Message(NOT_THE_END, fill(problem, blank))
    return Message(
        N_("The backward pass begins here, at the output. If {output} moves by 1, by how much does {output} move?"),
        fill(problem, blank),
    )


def _start_rule(problem: Problem, blank: Blank, known: Collection[str]) -> Message:
    if not problem.starts_at_one:
        return Message(NOT_THE_END, fill(problem, blank))
    return Message(
        N_(
            "Asked is ∂{output}/∂{output}. A quantity moves exactly as much as it moves itself: "
            "that is the slope of the identity function."
        ),
        fill(problem, blank),
    )


def _start_product(problem: Problem, blank: Blank, known: Collection[str]) -> Message:
    if not problem.starts_at_one:
        return Message(NOT_THE_END, fill(problem, blank))
    return Message(N_("∂{output}/∂{output} = {output} ÷ {output} = ?"), fill(problem, blank))


def _start_value(problem: Problem, blank: Blank, known: Collection[str]) -> Message:
    value = show(problem.truth(blank))
    if not problem.starts_at_one:
        return message(N_("{value}."), value=value)
    return message(
        N_("{value}. Check by nudging: when {output} rises by 0.01, then {output} rises by 0.01."),
        value=value,
        output=problem.graph.output,
    )


# --- a branch's sum ----------------------------------------------------------------------------------------


def _sum_where(problem: Problem, blank: Blank, known: Collection[str]) -> Message:
    return Message(
        N_(
            "The value of {name} went to {n} places. Move {name} a little, and it moves the output along every one of "
            "them. What came back along each?"
        ),
        fill(problem, blank),
    )


def _sum_rule(problem: Problem, blank: Blank, known: Collection[str]) -> Message:
    return message(N_("At a branch the gradient is the sum of what comes back along its lines."))


def _sum_product(problem: Problem, blank: Blank, known: Collection[str]) -> Message:
    parts = " + ".join(_bracketed(show(problem.truth(part))) for part in problem.parts(blank))
    return message(N_("{parts} = ?"), parts=parts)


def _value_and_nudge(problem: Problem, blank: Blank, known: Collection[str]) -> Message:
    value = message(N_("{value}."), value=show(problem.truth(blank)))
    check = _nudge(problem, blank)
    return _together(value, check) if check else value


# --- an edge -----------------------------------------------------------------------------------------------


def _edge_where(problem: Problem, blank: Blank, known: Collection[str]) -> Message:
    assert blank.edge
    words = fill(problem, blank)
    graph = problem.graph
    node = graph.nodes[blank.edge.target]
    if len(graph.outgoing[blank.node]) > 1:
        asked = Message(N_("Asked is what comes back from {node} to {name}: a part of ∂{goal}/∂{name}."), words)
    else:
        asked = Message(N_("You are asked ∂{goal}/∂{name}: how does {goal} move when only {name} moves?"), words)
    upstream = problem.upstream(blank)
    if upstream in known or upstream is None or not problem.has_place(upstream):
        received = Message(N_("From the right, {node} received {g}."), words)
    else:
        received = Message(N_("First find what {node} received from the right: that is its upstream."), words)
    operation = node.operation
    alone = node.const is not None and operation.alone_asks
    asks = alone or operation.text(operation.asks, blank.edge.slot)
    return _together(asked, received, Message(asks, words))


def _edge_rule(problem: Problem, blank: Blank, known: Collection[str]) -> Message:
    assert blank.edge
    node = problem.graph.nodes[blank.edge.target]
    operation = node.operation
    alone = node.const is not None and operation.alone_says
    says = Message(alone or operation.text(operation.says, blank.edge.slot), fill(problem, blank))
    if operation.pull:
        return says
    return _together(says, _in_symbols(problem, blank.edge))


#: Letters for the operands in a rule's formula: the book's own, which no exercise's numbers stand behind.
_OPERANDS = ("p", "q")


def _in_symbols(problem: Problem, edge: Edge) -> Message:
    """`For y = p·q: ∂y/∂q = p`, by running the operation and its rule on symbols."""
    node = problem.graph.nodes[edge.target]
    operation = node.operation
    operands: list[Expr] = []
    for slot, arg in enumerate(node.args):
        constant = node.const if not values.is_matrix(node.const) else Sym("C")
        operands.append(constant if arg is None else Sym(_OPERANDS[slot]))
    formula = operation.forward(*operands)
    slope = operation.local[edge.slot](Sym("y"), *operands)
    return message(
        N_("For y = {formula}: ∂y/∂{operand} = {slope}."),
        formula=write(formula),
        operand=_OPERANDS[edge.slot],
        slope=write(slope),
    )


def _edge_product(problem: Problem, blank: Blank, known: Collection[str]) -> Message:
    assert blank.edge
    operation = problem.graph.nodes[blank.edge.target].operation
    if operation.id == "matmul":
        return _matmul_product(problem, blank)
    if operation.id == "sum":
        return message(
            N_("Every cell gets the upstream × 1 = {g} × 1 = ?"),
            g=_bracketed(show(problem.exact.edges[blank.edge.target, 0].upstream)),
        )
    g = _first_cell(problem.exact.edges[blank.edge.target, blank.edge.slot].upstream)
    product = f"{_bracketed(show(g))} × {_bracketed(write(_slope_in_numbers(problem, blank.edge)))}"
    if blank.shape:
        return message(N_("Cell by cell, upstream × slope. The first cell: {product} = ?"), product=product)
    return message(N_("upstream × slope = {product} = ?"), product=product)


def _slope_in_numbers(problem: Problem, edge: Edge) -> Expr:
    """The local rule with the numbers put in as they are shown, nothing multiplied out; a matrix's first cell."""
    node = problem.graph.nodes[edge.target]
    operation = node.operation
    slope = operation.local[edge.slot](Sym("z"), *(Sym(name) for name in _OPERANDS[: len(node.args)]))
    near_one = problem.near_one[edge.target]
    numbers = {"z": _shown(_first_cell(problem.exact.values[edge.target]), near_one)}
    for name, value in zip(_OPERANDS, problem.exact.operands(edge.target), strict=False):
        numbers[name] = _shown(_first_cell(value))
    return _put_in(slope, numbers)


def _shown(value: Expr, near_one: bool = False) -> Num:
    text = show(value, near_one=near_one)
    return Num(value.value if isinstance(value, Num) else Fraction(0), text)


def _put_in(tree: Expr, numbers: dict[str, Num]) -> Expr:
    """`tree` with numbers for its symbols, nothing folded."""
    done: dict[int, Expr] = {}
    for node in postorder(tree):
        if isinstance(node, Sym):
            done[id(node)] = numbers[node.name]
        elif isinstance(node, Apply):
            done[id(node)] = Apply(node.op, tuple(done[id(arg)] for arg in node.args))
        else:
            done[id(node)] = node
    return done[id(tree)]


def _first_cell(value: Value) -> Value:
    return value[0, 0] if values.is_matrix(value) else value


def _matmul_product(problem: Problem, blank: Blank) -> Message:
    """The first cell's sum of products, and the whole as an expression."""
    assert blank.edge
    node = problem.graph.nodes[blank.edge.target]
    upstream = problem.exact.edges[blank.edge.target, blank.edge.slot].upstream
    other = problem.exact.operands(blank.edge.target)[1 - blank.edge.slot]
    if blank.edge.slot == 0:
        factors = list(zip(show_rows(upstream)[0], show_rows(other)[0], strict=True))
    else:
        factors = list(zip((row[0] for row in show_rows(other)), (row[0] for row in show_rows(upstream)), strict=True))
    first = " + ".join(f"{_bracketed(a)}·{_bracketed(b)}" for a, b in factors)
    source = node.args[1 - blank.edge.slot]
    name = problem.graph.nodes[source].name if source is not None else None
    if name is None:
        return message(N_("The first cell: {first} = ?"), first=first)
    whole = f"up @ {name}.T" if blank.edge.slot == 0 else f"{name}.T @ up"
    return message(N_("The first cell: {first} = ? Type the cells, or the whole as {whole}."), first=first, whole=whole)


def _bracketed(text: str) -> str:
    return f"({text})" if text.startswith("−") or "+" in text or "−" in text or "·" in text else text


# --- nudging -----------------------------------------------------------------------------------------------


def _nudge(problem: Problem, blank: Blank) -> Message | None:
    """How the output moves when this value moves, to have found the gradient oneself; None where it can't be shown."""
    graph, floats = problem.graph, problem.floats
    before = floats.values[graph.last]
    value = floats.values[blank.node]
    if values.is_matrix(before):
        return None
    edge = blank.edge if blank.edge and len(graph.outgoing[blank.node]) > 1 else None
    gradient = _first_cell(problem.truth(blank, floats))
    for delta in (1.0, 0.01, 0.0001):
        try:
            after = nudged(graph, floats.values, blank.node, _moved(value, delta), edge)
        except (ArithmeticError, ValueError):
            continue
        moved = (after - before) * floats.start
        if abs(moved - gradient * delta) <= 0.02 * abs(moved) or (gradient == 0 and abs(moved) < 1e-3 * delta):
            said = _nudge_text(problem, blank, delta, before, after, edge is not None)
            if said:
                return said
    return None


def _moved(value: Value, delta: float) -> Value:
    if not values.is_matrix(value):
        return value + delta
    moved = value.copy()
    moved[0, 0] += delta
    return moved


def _nudge_text(
    problem: Problem, blank: Blank, delta: float, before: float, after: float, on_edge: bool
) -> Message | None:
    """The sentence, None where the numbers in it would not show the movement."""
    graph = problem.graph
    exact_before = problem.exact.values[blank.node]
    old = nearest_float(_first_cell(exact_before))
    name = graph.title(blank.node) + ("[1,1]" if values.is_matrix(exact_before) else "")
    moving, moved = _told_apart(old, old + delta), _told_apart(before, after)
    if not moving or not moved:
        return None
    words = {
        "name": name,
        "output": graph.output,
        "old": moving[0],
        "new": moving[1],
        "before": moved[0],
        "after": moved[1],
        "moved": _plain(after - before, 4 if (after - before) % 1 else 7),
        "delta": _plain(delta),
        "start": show(problem.start),
    }
    if on_edge:
        text = N_(
            "Check by nudging: if only this line carried {new} instead of {old}, {output} would be {after} instead of "
            "{before}: {moved} for {delta}."
        )
    else:
        text = N_(
            "Check by nudging: with {name} = {new} instead of {old}, {output} is {after} instead of {before}: "
            "{moved} for {delta}."
        )
    said = Message(text, words)
    if problem.starts_at_one:
        return said
    return _together(said, Message(N_("The start makes {start} times that."), words))


def _told_apart(old: float, new: float) -> tuple[str, str] | None:
    """Two numbers with as many digits as it takes to see how far they are apart."""
    for digits in (7, 9, 11, 13):
        texts = _plain(old, digits), _plain(new, digits)
        seen = float(texts[1].replace("−", "-")) - float(texts[0].replace("−", "-"))
        if abs(seen - (new - old)) <= 0.01 * abs(new - old):
            return texts
    return None


def _plain(value: float, digits: int = 7) -> str:
    """Up to so many digits, without zeros at the end."""
    return f"{value:.{digits}g}".replace("-", "−")


_RUNGS = {
    "start": (_start_where, _start_rule, _start_product, _start_value),
    "sum": (_sum_where, _sum_rule, _sum_product, _value_and_nudge),
    "edge": (_edge_where, _edge_rule, _edge_product, _value_and_nudge),
}
