"""`backprop-tutor pack export`: questions for course systems, read by parsers of their formats."""

from __future__ import annotations

import json
import os
import re
import subprocess
import zipfile
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree

import pytest

from tutor.drawing.quizzes.content import QuizQuestion, quiz_questions
from tutor.grading import grader
from tutor.grading.verdict import VerdictKind
from tutor.packs import library

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.run_tutor import Run

QTI = "{http://www.imsglobal.org/xsd/imsqti_v2p1}"
#: The folder of the npm package gift-pegjs, which parses GIFT.
GIFT_PARSER = os.environ.get("BACKPROP_TUTOR_GIFT", "")
PACKS = ("basics", "curves", "losses", "matrices")


def questions_of(pack: str, seeds: tuple[int | None, ...] = (None,)) -> list[QuizQuestion]:
    entries = next(each for each in library.all_packs() if each.id == pack).entries
    exercises = [library.find_exercise(f"{pack}/{entry.id}") for entry in entries]
    found = [item for exercise in exercises for item in quiz_questions(exercise, seeds)]
    return [item for item in found if isinstance(item, QuizQuestion)]


@pytest.mark.parametrize("pack", PACKS)
def test_no_wrong_answer_can_be_taken_for_the_right_one(pack: str) -> None:
    for question in questions_of(pack, (None, 3)):
        answers = [answer for answer in (question.right, *question.wrong) if answer is not None]
        for position, answer in enumerate(answers):
            assert answer.feedback, question.title
            for other in answers[position + 1 :]:
                assert abs(answer.value - other.value) > answer.tolerance + other.tolerance, question.title
        assert question.right is not None or any(choice.right for choice in question.choices)


def test_the_tutor_judges_the_answers_as_the_questions_do() -> None:
    exercise = library.find_exercise("basics/two-roads")
    problem = exercise.variant().problem
    asked = {blank.id: blank for blank in problem.blanks}
    for question in questions_of("basics"):
        if not question.id.startswith("basics-two-roads") or question.right is None:
            continue
        blank = next(blank for name, blank in asked.items() if question.id.endswith(re.sub(r"\W", "_", name)))
        assert grader.grade(problem, blank, str(question.right.value)).kind is VerdictKind.RIGHT
        for wrong in question.wrong:
            assert not grader.grade(problem, blank, f"{wrong.value:.10g}").right


def test_a_question_has_the_text_the_picture_and_a_sentence_for_each_mistake(run_tutor: Run) -> None:
    data = json.loads(run_tutor("pack", "export", "basics/times", "--jupyterquiz").stdout)
    first = data[0]
    assert first["type"] == "numeric"
    assert "data:image/svg+xml;base64," in first["question"]
    assert "Which number belongs at the “?” in the picture?" in first["question"]
    own_input = next(answer for answer in first["answers"] if answer.get("range", [0, 0])[0] < 2 < answer["range"][1])
    assert not own_input["correct"]
    assert "own value" in own_input["feedback"] or "other" in own_input["feedback"]


def test_the_sentence_for_a_mistake_names_its_value() -> None:
    sentences = [wrong.feedback for question in questions_of("basics") for wrong in question.wrong]
    about_values = [text for text in sentences if "forward value" in text]
    assert about_values
    assert all(re.match(r"-?\d+(\.\d+)? (is|comes)", text) for text in about_values)


def test_variants_have_numbers_of_their_own(run_tutor: Run) -> None:
    data = json.loads(run_tutor("pack", "export", "basics/plus", "--jupyterquiz", "--variants", "3").stdout)
    assert len({question["question"] for question in data}) == len(data)
    assert len(data) == 3 * len(library.find_exercise("basics/plus").variant().problem.blanks)


def test_qti_is_a_package_whose_references_lead_somewhere(run_tutor: Run, tmp_path: Path) -> None:
    target = tmp_path / "week.zip"
    assert run_tutor("pack", "export", "basics", "--qti", "--to", str(target)).returncode == 0
    with zipfile.ZipFile(target) as archive:
        names = set(archive.namelist())
        manifest = ElementTree.fromstring(archive.read("imsmanifest.xml"))
        hrefs = [element.get("href") for element in manifest.iter() if element.tag.endswith("}file")]
        assert set(hrefs) == names - {"imsmanifest.xml"}
        for name in (name for name in names if name.startswith("items/") and name.endswith(".xml")):
            item = ElementTree.fromstring(archive.read(name))
            assert item.find(f"{QTI}responseDeclaration/{QTI}correctResponse/{QTI}value") is not None
            pictures = [image.get("src") for image in item.iter(f"{QTI}img")]
            assert all(f"items/{picture}" in names for picture in pictures)
            shown = {each.get("identifier") for each in item.iter(f"{QTI}modalFeedback")}
            told = {value.text for value in item.iter(f"{QTI}baseValue") if value.get("baseType") == "identifier"}
            assert shown == {name for name in told if name and name.startswith("feedback")}


def test_qti_is_read_by_another_program(run_tutor: Run, tmp_path: Path) -> None:
    convert = pytest.importorskip("qti_convert.cli")
    target, other = tmp_path / "week.zip", tmp_path / "other.zip"
    run_tutor("pack", "export", "losses", "--qti", "--to", str(target))
    assert convert.main(["upgrade", str(target), str(other)]) in (0, None)
    assert zipfile.ZipFile(other).testzip() is None


@pytest.mark.skipif(not GIFT_PARSER, reason="BACKPROP_TUTOR_GIFT names the folder of gift-pegjs")
@pytest.mark.parametrize("pack", PACKS)
def test_gift_is_read_by_its_parser(run_tutor: Run, tmp_path: Path, pack: str) -> None:
    file = tmp_path / "week.gift"
    run_tutor("pack", "export", pack, "--gift", "--to", str(file))
    code = (
        "const {parse} = require(process.argv[1]); const text = require('fs').readFileSync(process.argv[2], 'utf8');"
        "console.log(JSON.stringify(parse(text)))"
    )
    done = subprocess.run(["node", "-e", code, GIFT_PARSER, str(file)], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    parsed: list[dict[str, Any]] = [each for each in json.loads(done.stdout) if each["type"] != "Category"]
    expected = questions_of(pack)
    assert [each["title"] for each in parsed] == [" ".join(question.title.split()) for question in expected]
    for each, question in zip(parsed, expected, strict=True):
        if question.right is not None:
            assert each["type"] == "Numerical"
            assert each["choices"][0]["text"]["number"] == pytest.approx(question.right.value)
            assert len(each["choices"]) == 1 + len(question.wrong)
        else:
            assert len(each["choices"]) == len(question.choices)


KINDS = """title = "Kinds"
[[question]]
prompt = "Which rule?"
accept = ["chain rule", "a*b < c"]
mistake = [{ id = "product", answer = "product rule", en = "Not that one." }]
points = 2
[[question]]
prompt = "Which pass it on?"
select = "all"
none_of_these = true
choices = [{ en = "a sum", right = true }, { en = "a copy", right = true }, { en = "a product", why = "It multiplies." }]
[[question]]
prompt = "Why?"
ungraded = true
"""


def test_texts_and_selections_become_the_kinds_of_the_formats(run_tutor: Run, tmp_path: Path) -> None:
    file = tmp_path / "kinds.toml"
    file.write_text(KINDS, encoding="utf-8")
    gift = run_tutor("pack", "export", str(file), "--gift").stdout
    assert gift.startswith("$CATEGORY: kinds.toml\n")  # not where it is on the instructor's computer
    assert "=%100%chain rule\n=%100%a\\\\*b < c\n=%0%product rule#Not that one.\n}" in gift
    assert "~%50%a sum\n" in gift
    assert "~%-50%a product#It multiplies.\n" in gift
    assert gift.rstrip().endswith("Why?</p>{\n}")
    done = run_tutor("pack", "export", str(file), "--jupyterquiz")
    text, several = json.loads(done.stdout)
    assert (text["type"], several["type"]) == ("string", "many_choice")
    assert [(each["answer"], each["correct"], each["match_case"]) for each in text["answers"]] == [
        ("chain rule", True, False),
        ("a*b < c", True, False),
        ("product rule", False, False),
    ]
    assert "question 3 is left out" in done.stderr
    archive = tmp_path / "kinds.zip"
    run_tutor("pack", "export", str(file), "--qti", "--to", str(archive))
    with zipfile.ZipFile(archive) as files:
        items = [ElementTree.fromstring(files.read(f"items/kinds-q{number}.xml")) for number in (1, 2, 3)]
        test = ElementTree.fromstring(files.read("test.xml"))
    keys = [entry.attrib["mapKey"] for entry in items[0].iter(f"{QTI}mapEntry")]
    assert keys == ["chain rule", "a*b < c"]
    assert {entry.attrib["caseSensitive"] for entry in items[0].iter(f"{QTI}mapEntry")} == {"false"}
    assert [each.text for each in items[1].iter(f"{QTI}simpleChoice") if each.attrib.get("fixed")] == ["None of these"]
    assert sum(float(entry.attrib["mappedValue"]) for entry in items[1].iter(f"{QTI}mapEntry")) == 0
    assert items[2].find(f".//{QTI}extendedTextInteraction") is not None
    assert [weight.attrib["value"] for weight in test.iter(f"{QTI}weight")] == ["2", "1"]


#: Texts with a meaning for one of the formats; TOML writes the last signs of each, which XML can't hold.
HOSTILE_TEXTS = (
    "::x:: =y ~ # \\\\ </p><script>alert(1)</script> ]]> &amp; :: = \\uFFFE\\uFFFF",
    "%s of [markdown] **x**",
    "[x](javascript:alert(1)) $5 and $6, \\\\(x\\\\) \\n//no comment\\n$CATEGORY: x",
)


@pytest.mark.parametrize("hostile", HOSTILE_TEXTS)
def test_hostile_texts_stay_text_in_every_format(run_tutor: Run, tmp_path: Path, hostile: str) -> None:
    file = tmp_path / "own.toml"
    right, wrong = f'{{ en = "{hostile}", right = true }}', f'{{ en = "[{hostile}", why = "{hostile}" }}'
    choices = f'[[question]]\nprompt = "{hostile}"\nchoices = [{right}, {wrong}]\n'
    file.write_text(f'title = "{hostile}"\ngraph = "z = x*y"\n[inputs]\nx = 5\ny = 8\n{choices}')
    gift = run_tutor("pack", "export", str(file), "--gift")
    assert gift.returncode == 0, gift.stderr
    assert "<script" not in gift.stdout
    assert gift.stdout.count("[html]") == 3
    assert len(re.findall(r"(?<!\\)\{", gift.stdout)) == 3
    assert not re.search(r"^(//|[=~]+[%[](?!\d+%)|\$CATEGORY: x)", gift.stdout, re.MULTILINE)
    target = tmp_path / "own.zip"
    run_tutor("pack", "export", str(file), "--qti", "--to", str(target))
    with zipfile.ZipFile(target) as archive:
        for name in archive.namelist():
            assert all(
                not element.tag.endswith("script") for element in ElementTree.fromstring(archive.read(name)).iter()
            )
    # jupyterquiz puts all its texts into the page as HTML, after making formulas and links of them.
    for question in json.loads(run_tutor("pack", "export", str(file), "--jupyterquiz").stdout):
        answers = question["answers"]
        for text in (question["question"], *(answer["feedback"] for answer in answers)):
            assert set(re.findall(r"</?(\w+)", text)) <= {"p", "img"}
            assert not set("$\\[]") & set(text)
        assert not [answer for answer in answers if set("<$\\[]") & set(answer.get("answer", ""))]


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("basics",), "Choose one format"),
        (("basics", "--gift", "--qti"), "Choose one format"),
        (("basics", "--qti"), "Add --to FILE.zip"),
        (("no/such", "--gift"), "There is no exercise"),
    ],
)
def test_what_cannot_be_exported_is_told(run_tutor: Run, arguments: tuple[str, ...], sentence: str) -> None:
    done = run_tutor("pack", "export", *arguments)
    assert done.returncode == 2
    assert sentence in done.stderr
