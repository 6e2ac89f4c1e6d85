"""Questions in QTI 2.1, the exchange format of course systems: a ZIP with a manifest and a file for each question."""

from __future__ import annotations

import io
import zipfile
from typing import TYPE_CHECKING
from xml.etree import ElementTree
from xml.etree.ElementTree import Element, SubElement

from tutor.drawing.quizzes.content import plain_number

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tutor.drawing.quizzes.content import NumericAnswer, QuizQuestion

_QTI = "http://www.imsglobal.org/xsd/imsqti_v2p1"
_PACKAGE = "http://www.imsglobal.org/xsd/imscp_v1p1"
#: The same files give the same archive.
_DATE = (2026, 1, 1, 0, 0, 0)


def as_qti(questions: Iterable[QuizQuestion], title: str) -> bytes:
    """Return the archive; its test has all questions in their order."""
    found = list(questions)
    files = {f"items/{question.id}.xml": _item(question) for question in found}
    pictures = {f"items/{question.id}.svg": question.picture.encode() for question in found if question.picture}
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        entries = {"imsmanifest.xml": _manifest(found, title), "test.xml": _test(found, title), **files}
        for name, element in entries.items():
            archive.writestr(zipfile.ZipInfo(name, _DATE), _document(element))
        for name, content in pictures.items():
            archive.writestr(zipfile.ZipInfo(name, _DATE), content)
    return out.getvalue()


def _document(element: Element) -> bytes:
    ElementTree.indent(element)
    text: bytes = ElementTree.tostring(element, "utf-8", xml_declaration=True)
    return text


def _manifest(questions: list[QuizQuestion], title: str) -> Element:
    manifest = Element("manifest", {"xmlns": _PACKAGE, "identifier": "backprop-tutor"})
    metadata = SubElement(manifest, "metadata")
    SubElement(metadata, "schema").text = "QTIv2.1 Package"
    SubElement(metadata, "schemaversion").text = "1.0.0"
    SubElement(manifest, "organizations")
    resources = SubElement(manifest, "resources")
    test = SubElement(resources, "resource", {"identifier": "test", "type": "imsqti_test_xmlv2p1", "href": "test.xml"})
    SubElement(test, "file", {"href": "test.xml"})
    for question in questions:
        SubElement(test, "dependency", {"identifierref": question.id})
        href = f"items/{question.id}.xml"
        attributes = {"identifier": question.id, "type": "imsqti_item_xmlv2p1", "href": href}
        item = SubElement(resources, "resource", attributes)
        SubElement(item, "file", {"href": href})
        if question.picture:
            SubElement(item, "file", {"href": f"items/{question.id}.svg"})
    return manifest


def _test(questions: list[QuizQuestion], title: str) -> Element:
    test = Element("assessmentTest", {"xmlns": _QTI, "identifier": "test", "title": title})
    part = SubElement(
        test, "testPart", {"identifier": "part", "navigationMode": "nonlinear", "submissionMode": "individual"}
    )
    section = SubElement(part, "assessmentSection", {"identifier": "section", "title": title, "visible": "true"})
    for question in questions:
        SubElement(section, "assessmentItemRef", {"identifier": question.id, "href": f"items/{question.id}.xml"})
    return test


def _item(question: QuizQuestion) -> Element:
    attributes = {"identifier": question.id, "title": question.title, "adaptive": "false", "timeDependent": "false"}
    item = Element("assessmentItem", {"xmlns": _QTI, **attributes})
    _declare_response(item, question)
    score = SubElement(
        item, "outcomeDeclaration", {"identifier": "SCORE", "cardinality": "single", "baseType": "float"}
    )
    SubElement(SubElement(score, "defaultValue"), "value").text = "0"
    SubElement(
        item, "outcomeDeclaration", {"identifier": "FEEDBACK", "cardinality": "single", "baseType": "identifier"}
    )
    _body(item, question)
    feedback = _process(item, question)
    for identifier, text in feedback.items():
        shown = {"outcomeIdentifier": "FEEDBACK", "identifier": identifier, "showHide": "show"}
        SubElement(item, "modalFeedback", shown).text = text
    return item


def _declare_response(item: Element, question: QuizQuestion) -> None:
    rights = [f"choice{number}" for number, choice in enumerate(question.choices) if choice.right]
    several = len(rights) > 1
    attributes = {
        "identifier": "RESPONSE",
        "cardinality": "multiple" if several else "single",
        "baseType": "identifier" if question.choices else "float",
    }
    correct = SubElement(SubElement(item, "responseDeclaration", attributes), "correctResponse")
    for text in rights or [plain_number(question.right.value) if question.right else ""]:
        SubElement(correct, "value").text = text


def _body(item: Element, question: QuizQuestion) -> None:
    body = SubElement(item, "itemBody")
    *before, asked = [part for part in question.text.split("\n\n") if part.strip()]
    for part in before:
        SubElement(body, "p").text = part
    if question.picture:
        attributes = {"src": f"{question.id}.svg", "alt": question.title}
        SubElement(SubElement(body, "p"), "img", attributes)
    if question.right is not None:
        paragraph = SubElement(body, "p")
        paragraph.text = f"{asked} "
        SubElement(paragraph, "textEntryInteraction", {"responseIdentifier": "RESPONSE", "expectedLength": "12"})
        return
    most = sum(choice.right for choice in question.choices)
    interaction = SubElement(
        body, "choiceInteraction", {"responseIdentifier": "RESPONSE", "shuffle": "true", "maxChoices": str(most)}
    )
    SubElement(interaction, "prompt").text = asked
    for number, choice in enumerate(question.choices):
        SubElement(interaction, "simpleChoice", {"identifier": f"choice{number}"}).text = choice.text


def _process(item: Element, question: QuizQuestion) -> dict[str, str]:
    """Add the rules for the score and the feedback; return the sentences by their identifiers."""
    condition = SubElement(SubElement(item, "responseProcessing"), "responseCondition")
    first = SubElement(condition, "responseIf")
    feedback: dict[str, str] = {}
    if question.right is not None:
        _matches_number(first, question.right)
    else:
        match = SubElement(first, "match")
        SubElement(match, "variable", {"identifier": "RESPONSE"})
        SubElement(match, "correct", {"identifier": "RESPONSE"})
    _set(first, "SCORE", "float", "1")
    for number, answer in enumerate(question.wrong):
        branch = SubElement(condition, "responseElseIf")
        _matches_number(branch, answer)
        _set(branch, "FEEDBACK", "identifier", f"feedback{number}")
        feedback[f"feedback{number}"] = answer.feedback
    if sum(choice.right for choice in question.choices) > 1:
        return feedback
    for number, choice in enumerate(question.choices):
        if choice.right or not choice.feedback:
            continue
        branch = SubElement(condition, "responseElseIf")
        match = SubElement(branch, "match")
        SubElement(match, "variable", {"identifier": "RESPONSE"})
        SubElement(match, "baseValue", {"baseType": "identifier"}).text = f"choice{number}"
        _set(branch, "FEEDBACK", "identifier", f"feedback{number}")
        feedback[f"feedback{number}"] = choice.feedback
    return feedback


def _matches_number(parent: Element, answer: NumericAnswer) -> None:
    tolerance = plain_number(answer.tolerance)
    attributes = {"toleranceMode": "absolute", "tolerance": f"{tolerance} {tolerance}"}
    equal = SubElement(parent, "equal", attributes)
    SubElement(equal, "variable", {"identifier": "RESPONSE"})
    SubElement(equal, "baseValue", {"baseType": "float"}).text = plain_number(answer.value)


def _set(parent: Element, outcome: str, kind: str, value: str) -> None:
    assignment = SubElement(parent, "setOutcomeValue", {"identifier": outcome})
    SubElement(assignment, "baseValue", {"baseType": kind}).text = value
