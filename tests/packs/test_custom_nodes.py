"""Custom nodes and folded groups of an exercise."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tutor.algebra.printing import format_value
from tutor.grading.grader import grade
from tutor.grading.hints.ladder import hint_at

if TYPE_CHECKING:
    from tests.support.pack_files import LoadText, RefusalLines

SWISH = """\
graph = "h = swish(w * x); L = swish(h - y)^2"
start = 3
[inputs]
w = "log(3)"
x = 1
y = 2
[vary]
y = { from = 2, to = 5 }
[nodes.swish]
inputs = ["x"]
value = "x * sigmoid(x)"
"""
SOFTMAX = """\
graph = "e1 = exp(a); e2 = exp(b); s = e1 + e2; p = e1 / s; L = c * p"
start = 5
given = []
[inputs]
a = "log(2)"
b = "log(6)"
c = 4
[fold]
share = ["e1", "e2", "s", "p"]
"""


def test_a_custom_node_is_one_node(load_text: LoadText) -> None:
    problem = load_text(SWISH).variant().problem
    assert [node.symbol for node in problem.graph.nodes] == ["w", "x", "×", "swish", "y", "−", "swish", "^2"]
    assert [blank.id for blank in problem.blanks] == [
        "swish1->pow1", "sub1->swish1", "h->sub1", "y->sub1", "mul1->h", "w->mul1", "x->mul1",
    ]  # fmt: skip
    assert format_value(problem.truth(problem.place("mul1->h"))) == "−0.03796"


def test_definitions_may_use_earlier_ones_and_numbers(load_text: LoadText) -> None:
    text = """\
graph = "z = both(x, 2) * y"
[nodes.half]
inputs = ["x"]
value = "x / 2"
[nodes.both]
inputs = ["x", "a"]
value = "t = half(x) + a; t * t"
[inputs]
x = 6
y = 10
"""
    problem = load_text(text).variant().problem
    assert [(blank.id, format_value(problem.truth(blank))) for blank in problem.blanks] == [
        ("both1->mul1", "10"),
        ("y->mul1", "25"),
        ("x->both1", "50"),
    ]


def test_custom_nodes_take_matrices(load_text: LoadText) -> None:
    text = """\
graph = "f = sum(layer(X, W))"
[nodes.layer]
inputs = ["x", "w"]
value = "(x @ w)^2"
[inputs]
X = [[1, 2]]
W = [[3], [4]]
"""
    problem = load_text(text).variant().problem
    assert [format_value(problem.truth(problem.place(name))) for name in ("X", "W")] == ["[[66, 88]]", "[[22], [44]]"]


def test_a_group_is_one_node_with_blanks_around_it(load_text: LoadText) -> None:
    problem = load_text(SOFTMAX).variant().problem
    assert [(node.id, node.symbol) for node in problem.graph.nodes] == [
        ("a", "a"), ("b", "b"), ("p", "share"), ("c", "c"), ("mul1", "×"),
    ]  # fmt: skip
    assert [(blank.id, format_value(problem.truth(blank))) for blank in problem.blanks] == [
        ("start", "5"),
        ("c->mul1", "1.25"),
        ("p->mul1", "20"),
        ("a->p", "3.75"),
        ("b->p", "−3.75"),
    ]


def test_groups_may_contain_groups_and_custom_nodes(load_text: LoadText) -> None:
    text = """\
graph = "e1 = exp(twice(a)); s = e1 + 1; p = e1 / s; L = p * b"
[nodes.twice]
inputs = ["x"]
value = "2 * x"
[fold]
inner = ["e1", "twice1"]
outer = ["e1", "s", "p"]
[inputs]
a = 0
b = 8
"""
    problem = load_text(text).variant().problem
    assert [node.symbol for node in problem.graph.nodes] == ["a", "outer", "b", "×"]
    # p = σ(2a), so ∂p/∂a = 2·p·(1 − p).
    assert format_value(problem.truth(problem.place("a->p"))) == "4"


def test_answers_mistakes_and_hints_at_a_group(load_text: LoadText) -> None:
    problem = load_text(SOFTMAX).variant().problem
    blank = problem.place("a->p")
    assert grade(problem, blank, "20 * p * (1 - p)").right
    one_way = grade(problem, blank, "20 * p")
    assert str(one_way.message).startswith("Did you calculate 20·")
    lesson = one_way.after_reply("share.one-path", True)
    assert (lesson.mistake, str(lesson.message)) == (
        "share.one-path",
        "That came back along one path through share, which computes e^a/(e^a + e^b). This input is a: in how many "
        "places does it appear there?",
    )
    said = [str(hint_at(problem, blank, rung).text) for rung in (1, 2, 3, 4)]
    assert "share computes e^p/(e^p + e^q), and this input is p." in said[0]
    assert "For y = e^p/(e^p + e^q): ∂y/∂p = " in said[1]
    assert said[2].startswith("upstream × local derivative = 20 × ")
    assert said[3].startswith("3.75.")


def test_the_last_step_of_a_chain_is_recognised(load_text: LoadText) -> None:
    text = 'graph = "y = 1 / (1 + exp(-x))"\nstart = 2\n[inputs]\nx = "log(4)"\n'
    folded = load_text(text + '[fold]\nsig = ["neg1", "exp1", "add1", "inv1"]\n').variant().problem
    blank = folded.place("x->inv1")
    assert format_value(folded.truth(blank)) == "0.32"
    assert grade(folded, blank, "up * y * (1 - y)").right
    assert grade(folded, blank, "-up * y^2").mistake == "sig.last-step"
    assert "sig multiplies the upstream by the derivatives of its steps" in str(hint_at(folded, blank, 2).text)


def test_fingerprints_depend_on_definitions_and_groups(load_text: LoadText) -> None:
    prints = [
        load_text(text).variant().fingerprint
        for text in (
            SWISH,
            SWISH.replace("x * sigmoid(x)", "x * tanh(x)"),
            SWISH.replace("x * sigmoid(x)", "sigmoid(x) * x"),
            SOFTMAX,
            SOFTMAX.replace('"e1", "e2", "s", "p"', '"s", "p"'),
            SOFTMAX.partition("[fold]")[0],
        )
    ]
    assert len(set(prints)) == len(prints)
    assert load_text(SWISH + "# the same").variant().fingerprint == prints[0]


def test_fresh_numbers_of_custom_nodes(load_text: LoadText) -> None:
    exercise = load_text(SWISH)
    assert {format_value(exercise.variant(seed).problem.inputs["y"]) for seed in range(20)} >= {"3", "4"}


NODES = 'graph = "z = f(x) * y"\n'
GROUPS = 'graph = "t = a + b; u = t * c; z = (u + t) * d"\n'


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (NODES + "[nodes.f]\nvalue = 'x * 2'", "2: nodes.f.inputs: “inputs” is missing. Add it."),
        (NODES + "[nodes.f]\ninputs = ['x']", "2: nodes.f.value: “value” is missing. Add it."),
        (NODES + "[nodes]\nf = 'x * 2'", "3: nodes.f: Write a table here, such as { key = value }."),
        (
            NODES + "[nodes.f]\ninputs = ['x']\nvalue = 'x * 2'\nvalues = 3",
            "5: nodes.f.values: There is no key “values” here. Did you mean value?",
        ),
        (
            NODES + "[nodes.f]\ninputs = 'x'\nvalue = 'x * 2'",
            '3: nodes.f.inputs: Write a list of names here, such as ["a", "b"].',
        ),
        (NODES + "[nodes.f]\ninputs = []\nvalue = 'x * 2'", "3: nodes.f.inputs: f has no inputs. Write at least one, as in f(x)."),
        (NODES + "[nodes.f]\ninputs = ['x', 'x']\nvalue = 'x * 2'", "3: nodes.f.inputs: “x” appears twice. Keep one."),
        (
            NODES + "[nodes.f]\ninputs = ['x y']\nvalue = 'x * 2'",
            "3: nodes.f.inputs: “x y” is not a valid input name. Use one word, such as x.",
        ),
        (
            NODES + "[nodes.f]\ninputs = ['x', 'w']\nvalue = 'x * 2'",
            "3: nodes.f.inputs: The formula does not use the input “w”. Use it or remove it.",
        ),
        (
            NODES + "[nodes.f]\ninputs = ['x']\nvalue = '''\nx *\n  w'''",
            "4: nodes.f.value: Unknown name “w”. The formula of f can use its inputs x. (Character 7: “w”.)",
        ),
        (
            NODES + "[nodes.f]\ninputs = ['x']\nvalue = 'x * (2'",
            "4: nodes.f.value: This “(” is never closed. Add a “)”. (Character 5: “(”.)",
        ),
        (
            NODES + "[nodes.f]\ninputs = ['x']\nvalue = 'x * f(x)'",
            "4: nodes.f.value: The definition of “f” uses “f” itself and would never end. Remove it there. (Character 5: “f”.)",
        ),
        (
            NODES + "[nodes.f]\ninputs = ['x']\nvalue = 'x * g(x)'\n[nodes.g]\ninputs = ['x']\nvalue = 'x^2'",
            "4: nodes.f.value: “g” is defined later. Move its definition before this one. (Character 5: “g”.)",
        ),
        (
            NODES + "[nodes.sin]\ninputs = ['x']\nvalue = 'x * 2'",
            "2: nodes.sin: sin is a built-in function. Choose another name for yours.",
        ),
        (
            NODES + '[nodes."my f"]\ninputs = ["x"]\nvalue = "x * 2"',
            '2: nodes."my f": “my f” is not a valid function name. Use one word of letters and digits.',
        ),
        (
            'graph = "z = F(x) * y"\n[nodes.f]\ninputs = ["x"]\nvalue = "x * 2"',
            "2: nodes.f: The function “f” is never used in the graph as f(…). Use it or delete it.",
        ),
        (
            'graph = "z = f(x, 2) * y"\n[nodes.f]\ninputs = ["x"]\nvalue = "x * 2"',
            "1: graph: f takes one value: write f(a). (Character 5: “f”.)",
        ),
        (
            'graph = "z = f(X) * y"\n[nodes.f]\ninputs = ["x"]\nvalue = "x @ x"\n[inputs]\nX = [[1, 2]]',
            "1: graph: In f: 1×2 @ 1×2 doesn't fit: the inner sizes 2 and 1 differ. (Character 5: “f”.)",
        ),
        (
            'graph = "z = f(x) * y"\n[inputs]\nx = -2\n[nodes.f]\ninputs = ["x"]\nvalue = "log(x)"',
            "2: inputs: The value of f(x) is not a real number. Choose other numbers.",
        ),
        (GROUPS + "fold = ['u']", "2: fold: Write a table here, such as [fold]."),
        (GROUPS + "[fold]\ng = 'u'", '3: fold.g: Write a list of names here, such as ["a", "b"].'),
        (GROUPS + "[fold]\ng = []", "3: fold.g: There are no nodes to fold. Name at least one."),
        (GROUPS + "[fold]\n'g 1' = ['u']", '3: fold."g 1": “g 1” can\'t be the name of a group. Write one word of letters and digits.'),
        (
            GROUPS + "[fold]\ng = ['u', 'w']",
            "3: fold.g: The graph has no node “w”. Its nodes are t, u, add1, mul1.",
        ),
        (
            GROUPS + "[fold]\ng = ['u', 'c']",
            "3: fold.g: “c” is an input, but only operations can be folded into one node. Leave it out.",
        ),
        (
            GROUPS + "[fold]\ng = ['t', 'u']",
            "3: fold.g: A node has one output, but this group has several: t, u. Leave out all but one of them.",
        ),
        (
            GROUPS + "[fold]\ng = ['t', 'add1']",
            "3: fold.g: A path leaves the group at t and comes back into it through u. Include u as well.",
        ),
        (
            GROUPS + "[fold]\ng = ['t', 'u', 'add1']\nh = ['u', 'mul1']",
            "4: fold.h: “u” is already in the group “g”. Remove it from one of the two.",
        ),
        (
            GROUPS + "blanks = ['z', 'u']\n[fold]\ng = ['t', 'u', 'add1']",
            "2: blanks: “u” is inside the folded group “g”, which has no blanks. Name a blank outside it.",
        ),
        (
            GROUPS + "given = ['a->t']\n[fold]\ng = ['t', 'u', 'add1']",
            "2: given: “a->t” is inside the folded group “g”, which has no blanks. Name a blank outside it.",
        ),
        (
            GROUPS + "[fold]\ng = ['t', 'u', 'add1']\n[blank.t]\nhint = 'x'",
            "4: blank.t: “t” is inside the folded group “g”, which has no blanks. Name a blank outside it.",
        ),
        (
            GROUPS + "[fold]\ng = ['t', 'u', 'add1']\n[text]\nen = 'Here u = {u + 1}.'",
            "5: text.en: “u” is inside the folded group “g”, so it has no value here. Remove it.",
        ),
        (
            GROUPS + "after = '{grad(t)}'\n[fold]\ng = ['t', 'u', 'add1']",
            "2: after: “t” is inside the folded group “g”, so it has no value here. Remove it.",
        ),
        (
            GROUPS + "[fold]\ng = ['t', 'u', 'add1']\n[[blank.c.mistake]]\nid = 'm'\nanswer = 'up * u'\nen = 'x'",
            "6: blank.c.mistake[0].answer: “u” is inside the folded group “g”, so it has no value here. Remove it.",
        ),
        (
            GROUPS + "wrt = ['u']\n[fold]\ng = ['t', 'u', 'add1']",
            "2: wrt: “u” is not an input of the graph. Its inputs are a, b, c, d.",
        ),
    ],
)  # fmt: skip
def test_errors_of_nodes_and_groups_are_reported_with_their_line(
    refusal_lines: RefusalLines, text: str, expected: str
) -> None:
    assert refusal_lines(text) == [expected]


def test_all_errors_of_nodes_and_groups_are_reported_at_once(refusal_lines: RefusalLines) -> None:
    text = """\
graph = "z = x * y"
[nodes.up]
inputs = ["x"]
value = "x"
[nodes.f]
inputs = ["x"]
value = "x + w"
[nodes.g]
inputs = ["a", "e"]
value = "a"
"""
    assert [line.split(": ")[:2] for line in refusal_lines(text)] == [
        ["2", "nodes.up"],
        ["7", "nodes.f.value"],
        ["9", "nodes.g.inputs"],
    ]
    groups = 'graph = "z = exp(x * y) + x"\nwrt = ["w"]\n[fold]\na = ["w"]\nb = ["exp1", "add1", "z"]\nc = ["x"]\n'
    assert [line.split(": ")[:2] for line in refusal_lines(groups)] == [["2", "wrt"], ["4", "fold.a"], ["6", "fold.c"]]


def test_hints_write_a_stopped_gradient_in_the_formula_of_a_node(load_text: LoadText) -> None:
    text = 'graph = "z = w * ste(x, n)"\nstart = 5\nwrt = ["x"]\n[inputs]\nw = 6\nx = 4.7\nn = 5\n[vary]\n'
    text += '[nodes.ste]\ninputs = ["x", "n"]\nvalue = "x + detach(n - x)"\n'
    problem = load_text(text).variant().problem
    place = problem.place("x->ste1")
    assert "ste computes p + detach(q − p)" in str(hint_at(problem, place, 1).text)
    assert str(hint_at(problem, place, 2).text).endswith("For y = p + detach(q − p): ∂y/∂p = 1.")
