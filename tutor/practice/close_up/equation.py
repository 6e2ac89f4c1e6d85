"""The equation of a close-up: upstream × local derivative = asked gradient, and its forms for other nodes and blanks.

Before the rung that states the rule, the equation has the upstream alone; the numbers of the local derivative come with
the rung that writes out the product.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from tutor.algebra import ops
from tutor.algebra.expr import Expr, Sym, substitute
from tutor.algebra.matrix_expr import MatrixExpr
from tutor.algebra.printing import SHOWN_DIGITS, format_expr, format_scalar
from tutor.grading.confirmation import reason_at
from tutor.grading.hints.rule_formulas import ShownNumber
from tutor.grading.wording import MAX_FORMULA_SIZE, expanded_size
from tutor.i18n import N_, Message, message
from tutor.practice.close_up.data import UNKNOWN, Equation, Quantity, Term
from tutor.practice.close_up.known import RULE
from tutor.practice.close_up.local_derivative import local_derivative, product_factors

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tutor.engine.graph import Edge, Node
    from tutor.grading.problem import Blank
    from tutor.practice.close_up.data import BranchPart, Operand
    from tutor.practice.close_up.known import Known

#: Operations with two operands whose sign is written between them.
_INFIX = ("add", "sub", "mul", "div", "matmul", "matvec", "dot")
#: The sign between two matrices that are multiplied cell by cell, as a learner types it.
_CELL_BY_CELL = "*"
#: The sign that follows its operand.
_TRANSPOSED = "ᵀ"
#: The place of the operand in a function that has a constant too: `max(·, 2)`.
_PLACE_OF_OPERAND = "·"
#: A longer formula in numbers is not written out.
_MAX_TEXT = 40


def edge_equation(known: Known, blank: Blank, edge: Edge, upstream: Quantity) -> Equation:
    """Return upstream × local derivative = gradient, for a matrix in shapes."""
    asked = Term(_asked(known, blank), _gradient_caption(known, blank), "backward")
    first = Term(upstream, message(N_("upstream")), "backward")
    operation = known.problem.graph.nodes[edge.target].operation
    knows_rule = known.rung >= RULE
    if operation.vjp and knows_rule:
        return _rule_equation(known, blank, edge, first, asked)
    if operation.vjp:
        return Equation(
            (first, Term(Quantity(), message(N_("by which rule?")), "local", message(N_("rule")))), ("",), asked
        )
    local = local_derivative(known, blank, edge)
    is_matrix = blank.shape is not None
    sign = "×" if not is_matrix else _CELL_BY_CELL if knows_rule else ""
    says = message(N_("cell by cell") if is_matrix and knows_rule else N_("local derivative"))
    term = Term(local.quantity, says, "local", message(N_("local")) if not (is_matrix and knows_rule) else "")
    return Equation((first, term), (sign,), asked, note=local.note)


def _rule_equation(known: Known, blank: Blank, edge: Edge, upstream: Term, asked: Term) -> Equation:
    """Return a rule without a local derivative: a product in the right order, or the rule in words."""
    factors = product_factors(known, blank, edge)
    if factors is None:
        return Equation((upstream,), (), asked, "→", reason_at(known.problem, blank))
    terms = []
    for is_upstream, name, shape in factors:
        if is_upstream:
            shown = Quantity(upstream.quantity.text, shape, upstream.quantity.state, upstream.quantity.place)
            caption = message(N_("upstream") if name == "up" else N_("upstream, transposed"))
            terms.append(Term(shown, caption, "backward"))
        else:
            other = Quantity(f"{name} {shape}", state="hinted")
            terms.append(Term(other, message(N_("other operand")), "local", message(N_("with"))))
    return Equation(tuple(terms), ("@",), asked)


def _asked(known: Known, blank: Blank) -> Quantity:
    quantity = known.gradient(blank.id)
    return Quantity(shape=quantity.shape, place=blank.id) if quantity.state == "none" else quantity


def _gradient_caption(known: Known, blank: Blank) -> str | Message:
    problem = known.problem
    gradient = f"∂{problem.target_name}/∂{problem.graph.label(blank.node)}"
    is_part = blank.edge is not None and len(problem.gradient_edges[blank.node]) > 1
    return message(N_("part of {gradient}"), gradient=gradient) if is_part else gradient


def branch_equation(known: Known, blank: Blank, parts: Sequence[BranchPart]) -> Equation:
    """Return the sum at a branch. That the parts are added is what the rule says, so the sign comes with its rung."""
    terms = tuple(Term(part.gradient, message(N_("from {node}"), node=part.symbol), "backward") for part in parts)
    sign = "+" if known.rung >= RULE else UNKNOWN
    return Equation(
        terms, (sign,) * (len(terms) - 1), Term(_asked(known, blank), _gradient_caption(known, blank), "backward")
    )


def hidden_sum(known: Known, blank: Blank) -> Equation:
    """Return the equation of a branch's sum whose addends the learner has to find."""
    term = Term(Quantity(), message(N_("which values?")), "backward", message(N_("which?")))
    return Equation((term,), (), Term(_asked(known, blank), _gradient_caption(known, blank), "backward"))


def start_equation(known: Known, blank: Blank) -> Equation:
    """Return the start, which comes from nothing before."""
    output = known.problem.graph.output
    caption = f"∂{known.problem.target_name}/∂{output}"
    return Equation((), (), Term(_asked(known, blank), caption, "backward"))


# --- a forward value ---------------------------------------------------------------------------------------


def forward_equation(known: Known, operands: Sequence[Operand]) -> Equation:
    """Return what a node computes from its operands."""
    blank = known.blank
    node = known.problem.graph.nodes[blank.node]
    asked = Term(_asked(known, blank), known.problem.graph.label(blank.node), "forward")
    if _is_infix(known, blank.node):
        remaining = iter(operands)
        terms = tuple(
            Term(Quantity(_constant_text(node.const), state="shown"), message(N_("constant")), "forward")
            if arg is None
            else _operand_term(next(remaining))
            for arg in node.args
        )
        return Equation(terms, (_infix_sign(known, blank.node),), asked)
    whole = _whole_text(known, blank.node, operands)
    is_known = all(operand.value.is_known for operand in operands)
    term = Term(Quantity(whole, state="shown" if is_known else "empty"), _formula_caption(known, blank.node), "forward")
    return Equation((term,), (), asked)


def _operand_term(operand: Operand) -> Term:
    return Term(operand.value, operand.name, "forward")


def _formula_caption(known: Known, position: int) -> str:
    formula = known.problem.graph.nodes[position].formula
    text = format_expr(formula) if expanded_size(formula) <= MAX_FORMULA_SIZE else ""
    return text if 0 < len(text) <= _MAX_TEXT else known.label(position)


def forward_text(known: Known, position: int, operands: Sequence[Operand]) -> str:
    """Return what a node computes in one line, in shapes if it is about matrices: `3 + 4 = 7`, `3×3 @ 3×2 = 3×2`."""
    value = known.forward(position).brief
    node = known.problem.graph.nodes[position]
    if _is_infix(known, position):
        remaining = iter(operands)
        texts = [_constant_text(node.const) if arg is None else next(remaining).value.brief for arg in node.args]
        second = f"({texts[1]})" if texts[1].startswith("−") else texts[1]
        left = f"{texts[0]} {_infix_sign(known, position)} {second}"
    else:
        left = _whole_text(known, position, operands)
    if left == value:
        left = known.problem.graph.label(position)
    return f"{left} = {value}" if left not in (value, f"({value})") else value


def _infix_sign(known: Known, position: int) -> str:
    """Return the sign between two operands; × would be read as a part of a shape."""
    node = known.problem.graph.nodes[position]
    return _CELL_BY_CELL if node.op == "mul" and node.shape is not None else node.operation.symbol


def _is_infix(known: Known, position: int) -> bool:
    node = known.problem.graph.nodes[position]
    return node.custom_operation is None and node.op in _INFIX and len(node.args) == 2


def _constant_text(constant: object) -> str:
    return "C" if ops.is_matrix(constant) else format_scalar(constant)


def _whole_text(known: Known, position: int, operands: Sequence[Operand]) -> str:
    """Write out a function with its operands: as a formula of numbers, or as its sign and what it takes."""
    node = known.problem.graph.nodes[position]
    called = _called(node, ", ".join(operand.value.brief for operand in operands))
    if node.body is not None or any(operand.value.shape for operand in operands) or node.operation.data_slots:
        return called
    names = [Sym(f"{slot}") for slot in range(len(node.args))]
    formula = node.operation.forward(
        *(node.const if arg is None else names[slot] for slot, arg in enumerate(node.args))
    )
    if not isinstance(formula, Expr) or isinstance(formula, MatrixExpr) or expanded_size(formula) > MAX_FORMULA_SIZE:
        return called
    shown = {f"{edge.slot}": _shown_number(known, edge.source) for edge in known.problem.graph.incoming_edges[position]}
    text = format_expr(substitute(formula, shown)).replace(f"({UNKNOWN})", UNKNOWN)
    return text if len(text) <= _MAX_TEXT else called


def _called(node: Node, args: str) -> str:
    """Return a function's sign with what it takes."""
    symbol = node.symbol
    if node.op == "grid":
        return f"[{args}]" if ops.is_vector_shape(node.shape) else "[…]"
    if node.op == "index":
        return f"{args}{symbol}"
    if symbol == _TRANSPOSED:
        return f"({args}){symbol}"
    if _PLACE_OF_OPERAND in symbol:
        return symbol.replace(_PLACE_OF_OPERAND, args)
    # A single vector is in brackets already.
    return (
        f"{symbol}{args}"
        if args.startswith("(") and args.count("(") == 1 and args.endswith(")")
        else f"{symbol}({args})"
    )


def _shown_number(known: Known, position: int) -> Expr:
    """Return a node's forward value as it is shown."""
    quantity = known.forward(position)
    value = known.problem.exact_passes.values[position]
    if not quantity.is_known:
        return Sym(UNKNOWN)
    return ShownNumber(value, known.problem.needs_extra_digits[position]).rounded(SHOWN_DIGITS)
