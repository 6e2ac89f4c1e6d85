"""Errors of exercise files, each with its line, its key and a remedy."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tutor import i18n
from tutor.packs.diagnostics import PackError

if TYPE_CHECKING:
    from tests.support.pack_files import LoadText, RefusalLines, WritePack

GRAPH = 'graph = "z = a * b"\n'


def test_an_error_has_file_line_key_and_message(write_pack: WritePack) -> None:
    with pytest.raises(PackError) as caught:
        write_pack('# mine\ngraph = "z = a * b"\ntitel = "x"').open("ex")
    (fault,) = caught.value.diagnostics
    assert str(fault) == "mine/ex.toml:3: titel: There is no key “titel” here. Did you mean title?"
    assert (str(fault.path), fault.line, fault.key) == ("mine/ex.toml", 3, "titel")


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        (
            "zzz = 1",
            "2: zzz: There is no key “zzz” here. The keys are graph, id, title, start, wrt, blanks, stages, forward, given, "
            "level, minutes, needs, source, note, links, mode, points, carried, inputs, vary, where, nodes, fold, values, labels, "
            "text, after, code, blank, question, prediction.",
        ),
        (
            "forward = ['a']",
            "2: forward: “a” is not an operation node. The operation nodes are mul1.",
        ),
        (
            "[[question]]\nprompt = 'x'",
            "2: question[0]: A question needs exactly one of answer, choices, accept and ungraded = true.",
        ),
        (
            "start = 'dL/dy'",
            "2: start: dL/dy can't be the start of this graph, because its output is z. Write dL/dz.",
        ),
        (
            "[inputs]\na = { symbol = true, domain = 'odd' }",
            "3: inputs.a.domain: There is no domain “odd”. The domains are real, nonzero, positive, probability.",
        ),
        (
            "[blank.a]\ndigits = 13",
            "3: blank.a.digits: Write a whole number from 1 to 12 here.",
        ),
        *(
            (
                f"[blank.a]\ntolerance = {tolerance}",
                "3: blank.a.tolerance: A tolerance is a share of the right value, greater than 0 and at most 0.1, "
                "such as 0.001.",
            )
            for tolerance in ("0", "-0.01", "0.11", "5")
        ),
        ("[blank.a]\ntolerance = '1 %'", "3: blank.a.tolerance: Write a number here, without quotes."),
        ("start = [[1, 2]]", "2: start: The start has the shape 1×2, but the output is a number. Write a number."),
        ("start = true", "2: start: Write a number here, without quotes."),
        ("start = '1/0'", "2: start: This divides by zero, so it has no value. (Character 2: “/”.)"),
        ("level = 6", "2: level: Write a whole number from 1 to 5 here."),
        ("minutes = 1.5", "2: minutes: Write a whole number from 1 to 600 here."),
        ("id = 'a/b'", "2: id: Write an id with letters, digits and -, such as two-roads."),
        ("needs = ['a/b/c']", "2: needs: “a/b/c” is not the id of an exercise. Write pack/exercise."),
        ("links = ['javascript:x']", "2: links: “javascript:x” is not a link. Links begin with https://."),
        ("title = ' '", "2: title: This text is empty. Write something, or remove the key."),
        ("title = 3", '2: title: Write a text as one string, or as { en = "…", ko = "…" }.'),
        ("[text]\nen = 'x'\nde = 'y'", "4: text.de: “de” is not a language of this program. The languages are en, ko."),
        ("[text]\nen = 'x'\nko = 3", "4: text.ko: Write a text in quotes here. It can't be empty."),
        ("wrt = ['a', 'q']", "2: wrt: “q” is not an input of the graph. Its inputs are a, b."),
        ("wrt = []", "2: wrt: wrt is empty, so no gradient is asked for. Name an input, or remove wrt to ask for all."),
        ("wrt = ['a', 'a']", "2: wrt: “a” appears twice. Keep one."),
        ("wrt = 'a'", '2: wrt: Write a list of names here, such as ["a", "b"].'),
        ("blanks = 'a'", '2: blanks: Write blanks as "all" or as a list of names, such as ["start", "x->mul1"].'),
        ("blanks = []", '2: blanks: There is nothing to fill in. Name a blank, or write blanks = "all".'),
        ("blanks = ['mul2']", "2: blanks: There is no blank “mul2”. The blanks are start, a->mul1, b->mul1."),
        (
            "given = ['a->mul2']",
            "2: given: There is no blank “a->mul2”. Did you mean a->mul1? The blanks are start, a->mul1, b->mul1.",
        ),
        ("given = ['start', 'a', 'b']", "2: given: All blanks are given, so there is nothing to fill in. Give fewer."),
        ("[inputs]\nc = 3", "3: inputs.c: “c” is not an input of the graph. Its inputs are a, b."),
        ("[inputs]\nz = 3", "3: inputs.z: “z” is computed in the graph, so you can't give it a value. Delete this."),
        ("[inputs]\na = inf", "3: inputs.a: “inf” is not a finite number. Write another one."),
        ("[inputs]\na = nan", "3: inputs.a: “nan” is not a finite number. Write another one."),
        ("[inputs]\na = 1e31", "3: inputs.a: Exponents go from −30 to 30. Write a number closer to 1."),
        (f"[inputs]\na = {'1' * 31}", "3: inputs.a: This number has more than 30 digits. Write fewer."),
        (f"[inputs]\na = {'1' * 9999}", "3: This number has more than 30 digits. Write fewer."),
        ("[inputs]\na = 'log(-1)'", "3: inputs.a: log has no value here. (Character 1: “l”.)"),
        ("[inputs]\na = '9^9^9^9'", "3: inputs.a: This value is not finite. Write another number."),
        ("[inputs]\na = 'x'", "3: inputs.a: Unknown name “x”. Only numbers can be used here. (Character 1: “x”.)"),
        (
            "[inputs]\na = '__import__(\"os\")'",
            "3: inputs.a: Unknown name “__import__”. Only numbers can be used here. (Character 1: “__import__”.)",
        ),
        ("[inputs]\na = []", "3: inputs.a: Write a matrix as a list of rows: [[1, 2], [3, 4]]."),
        (
            "[inputs]\na = [[1, 2],\n  [3]]",
            "3: inputs.a: Entries in row 2: 1. Entries in the first row: 2. Make all rows equally long.",
        ),
        ("[vary]\nq = { from = 2, to = 3 }", "3: vary.q: “q” is not an input of the graph. Its inputs are a, b."),
        ("[vary]\na = {}", "3: vary.a: Write { from = 2, to = 9 } or { choose = [2, 3, 5] }."),
        ("[vary]\na = { from = 2 }", "3: vary.a: Write { from = 2, to = 9 } or { choose = [2, 3, 5] }."),
        ("[vary]\na = { from = 2, to = 3, choose = [1] }", "3: vary.a: Write either from and to, or choose."),
        ("[vary]\na = { from = 3, to = 2 }", "3: vary.a: from is greater than to. Swap them."),
        ("[vary]\na = { from = 3, to = 4, step = 0 }", "3: vary.a.step: The step must be greater than 0."),
        ("[vary]\na = { choose = [] }", "3: vary.a.choose: Write a list of numbers here, such as [2, 3, 5]."),
        (
            "[vary]\na = { from = 2, to = 3, fix = [[0, 0]] }",
            "3: vary.a.fix: fix keeps cells of a matrix, but this is a number. Remove it.",
        ),
        ("[vary]\na = 3", "3: vary.a: Write a table here, such as { key = value }."),
        ("[blank.q]\nhint = 'x'", "2: blank.q: There is no blank “q”. The blanks are start, a->mul1, b->mul1."),
        (
            "[blank.a]\nhint = ['x', '{q}']",
            "3: blank.a.hint[1]: Unknown name “q”. You can use a, b, grad(a), "
            "grad(b), grad(z), z. (Character 1: “{q}”.)",
        ),
        (
            "[blank.a]\n[[blank.a.mistake]]\nid = 'm'\nanswer = 'up * q'\nen = 'x'",
            "5: blank.a.mistake[0].answer: Unknown name “q”. You can use a, b, up, z. (Character 6: “q”.)",
        ),
        (
            "[blank.a]\nmistake = [{ id = 'm', answer = 'up' }]",
            '3: blank.a.mistake[0]: This mistake has no message. Add en = "…" and ko = "…".',
        ),
        ("[blank.a]\nmistake = [{ id = 'm', en = 'x' }]", "3: blank.a.mistake[0].answer: “answer” is missing. Add it."),
        (
            "after = 'x {'",
            "2: after: There is a single brace here. Write {{ or }} for a brace, and {x} for a number. (Character 3: “{”.)",
        ),
    ],
)
def test_invalid_values_are_reported_with_their_line(refusal_lines: RefusalLines, lines: str, expected: str) -> None:
    assert refusal_lines(GRAPH + lines) == [expected]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("level = 1", '1: This exercise asks nothing. Add a graph, such as graph = "z = x * y", or a [[question]].'),
        ("graph = 3", "1: graph: Write a text in quotes here."),
        ("graph = 'z = (a + b'", "1: graph: This “(” is never closed. Add a “)”. (Character 5: “(”.)"),
        (
            "graph = 'z = 1 + 2'",
            "1: graph: The formula does not depend on an input. Use a name, such as x, for a value that may change. "
            "(Character 1: “z”.)",
        ),
        (
            "graph = 'z = log(x)'\n[inputs]\nx = -1",
            "2: inputs: The value of z is not a real number. Choose other numbers.",
        ),
        (
            "graph = 'z = X @ Y'\n[inputs]\nX = [[1, 2]]\nY = [[1, 2]]",
            "1: graph: 1×2 @ 1×2 doesn't fit: the inner sizes 2 and 1 differ. (Character 7: “@”.)",
        ),
        (
            "graph = 'z = X * X'\nstart = [1, 2, 3]\n[inputs]\nX = [1, 2]",
            "2: start: The start has the shape (3,), but the output has the shape (2,). Write a number or a matrix of that shape.",
        ),
        (
            "graph = 'z = sum(X)'\n[inputs]\nX = [1, 2]\n[vary]\nX = { from = 1, to = 2, fix = [[0, 2]] }",
            "5: vary.X.fix: There is no cell [0, 2]. The matrix is (2,), counted from 0.",
        ),
        (
            "graph = 'z = 1/x'\n[inputs]\nx = 1\n[vary]\nx = { choose = [0] }",
            "4: vary: None of the fresh numbers gives a finite value. Choose others.",
        ),
    ],
)
def test_errors_that_only_the_graph_shows(refusal_lines: RefusalLines, text: str, expected: str) -> None:
    assert refusal_lines(text) == [expected]


@pytest.mark.parametrize("start", ["2", "[3, -1]"])
def test_only_some_fresh_numbers_need_finite_values(
    load_text: LoadText, refusal_lines: RefusalLines, start: str
) -> None:
    text = "graph = 'F = log(X) * {k}'\nstart = {start}\n[inputs]\nX = [1, 2]\n{k} = 3\n[vary]\nX = {{ choose = {X} }}"
    for k in "abcdf":
        assert load_text(text.format(k=k, start=start, X="[-1, -1, 2]")).has_variants
    (fault,) = refusal_lines(text.format(k="k", start=start, X="[-1, -1, -2]"))
    assert fault == "6: vary: None of the fresh numbers gives a finite value. Choose others."


def test_all_errors_are_reported_at_once_by_line(refusal_lines: RefusalLines) -> None:
    text = """\
graph = "t = a + b; z = t * q"
start = [[1, 2]]
blanks = ["a", "nix"]
level = 9

[inputs]
a = 1e99
q = "1/0"
w = 4

[vary]
k = { from = 2, to = 9 }
b = { form = 2 }

[text]
ko = "x"
fr = "y"

[[blank."a->t".mistake]]
id = "first"
answer = "up"
en = "x"

[[blank."a->t".mistake]]
id = "no good"
answr = "up"
en = "x"
"""
    assert [tuple(line.split(": ")[:2]) for line in refusal_lines(text)] == [
        ("3", "blanks"),
        ("4", "level"),
        ("7", "inputs.a"),
        ("8", "inputs.q"),
        ("9", "inputs.w"),
        ("12", "vary.k"),
        ("13", "vary.b.form"),
        ("17", "text.fr"),
        ("24", 'blank."a->t".mistake[1].answer'),
        ("25", 'blank."a->t".mistake[1].id'),
        ("26", 'blank."a->t".mistake[1].answr'),
    ]


def test_an_error_has_the_line_where_its_statement_begins(refusal_lines: RefusalLines) -> None:
    text = 'graph = """\nz = a *\n  b"""\n\n[text]\nen = """\none\ntwo {q}\n"""\nko = """\nthree {q}"""\n'
    assert [line.split(":")[0] for line in refusal_lines(text)] == ["6", "10"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("graph = 'z = a'\ngraph = 'z = b'", "2: This key appears twice. Keep one of the two."),
        (
            "[text]\nen = 'x'\n[text]\nko = 'y'",
            "3: This table appears twice. Put its keys under the first one.",
        ),
        ("graph", "1: An = is missing after the key. Write key = value."),
        ("graph = z * 2", '1: This value can\'t be read. Put texts in quotes: "log(3)".'),
        ("graph = 'z = a' b", "1: There is too much on this line. Write one key and one value per line."),
        ("graph = 'z", "1: A text is not closed. End it with the same quotes."),
        (
            'graph = "z\nlevel = 1',
            "1: This character is not allowed in a text. Close the quotes or delete it.",
        ),
        ("wrt = ['a'", "1: A list is not closed. Add a ] or a comma."),
        ("title = { en = 'a'", "1: A table is not closed. Add a } or a comma."),
        ("[text", "1: The name of this table is not closed. Write it as [name]."),
        ("text = '''a\nb'''\n→ = 3", "3: This line can't be read. Write key = value or [table]."),
        ("[blank.u->L]\nhint = 'x'", "1: The name of this table is not closed. Write it as [name]."),
        ("title = { en = 'a', en = 'b' }", "1: A key is written twice in this table. Keep one of the two."),
        ('title = "\\d"', "1: In quotes, \\ begins an escape. Write \\\\ or use single quotes."),
    ],
)
def test_syntax_errors_have_our_own_messages(refusal_lines: RefusalLines, text: str, expected: str) -> None:
    assert refusal_lines(text) == [expected]


def test_errors_are_in_the_current_language(refusal_lines: RefusalLines, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        i18n, "_load_catalog", lambda language: {"The step must be greater than 0.": "간격은 0보다 커야 합니다."}
    )
    assert refusal_lines(GRAPH + "[vary]\na = { from = 3, to = 4, step = 0 }") == [
        "3: vary.a.step: 간격은 0보다 커야 합니다."
    ]
