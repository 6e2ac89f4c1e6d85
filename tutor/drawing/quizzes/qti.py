"""Questions in QTI 2.1, the exchange format of course systems: a ZIP with a manifest and a file for each question."""

from __future__ import annotations

import io
import zipfile
from typing import TYPE_CHECKING
from xml.etree import ElementTree
from xml.etree.ElementTree import Element, SubElement

from tutor.drawing.quizzes.content import plain_number
from tutor.packs.sanitize import xml_text

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
    for part in element.iter():
        part.text = xml_text(part.text) if part.text else part.text
        part.attrib.update({name: xml_text(value) for name, value in part.attrib.items()})
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
        item = SubElement(section, "assessmentItemRef", {"identifier": question.id, "href": f"items/{question.id}.xml"})
        if question.points is not None:
            SubElement(item, "weight", {"identifier": "POINTS", "value": plain_number(question.points)})
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
    several = len(rights) > 1 or question.select_all
    kind = "identifier" if question.choices else "string" if question.texts or question.is_essay else "float"
    attributes = {"identifier": "RESPONSE", "cardinality": "multiple" if several else "single", "baseType": kind}
    declaration = SubElement(item, "responseDeclaration", attributes)
    if question.is_essay:
        return
    correct = SubElement(declaration, "correctResponse")
    rights += [text.text for text in question.texts if text.right][:1]
    for text in rights or [plain_number(question.right.value) if question.right else ""]:
        SubElement(correct, "value").text = text
    _map_responses(declaration, question)


def _map_responses(declaration: Element, question: QuizQuestion) -> None:
    """Add what each text, or each of several choices, is worth."""
    if question.texts:
        mapping = SubElement(declaration, "mapping", {"defaultValue": "0"})
        for text in question.texts:
            if text.right:
                attributes = {"mapKey": text.text, "mappedValue": "1", "caseSensitive": "false"}
                SubElement(mapping, "mapEntry", attributes)
    elif question.select_all:
        share = 1 / sum(choice.right for choice in question.choices)
        mapping = SubElement(declaration, "mapping", {"lowerBound": "0", "upperBound": "1", "defaultValue": "0"})
        for number, choice in enumerate(question.choices):
            value = plain_number(share if choice.right else -share)
            SubElement(mapping, "mapEntry", {"mapKey": f"choice{number}", "mappedValue": value})


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
    if question.is_essay:
        attributes = {"responseIdentifier": "RESPONSE", "expectedLines": "6"}
        SubElement(SubElement(body, "extendedTextInteraction", attributes), "prompt").text = asked
        return
    if question.texts:
        paragraph = SubElement(body, "p")
        paragraph.text = f"{asked} "
        SubElement(paragraph, "textEntryInteraction", {"responseIdentifier": "RESPONSE", "expectedLength": "30"})
        return
    most = 0 if question.select_all else sum(choice.right for choice in question.choices)
    interaction = SubElement(
        body, "choiceInteraction", {"responseIdentifier": "RESPONSE", "shuffle": "true", "maxChoices": str(most)}
    )
    SubElement(interaction, "prompt").text = asked
    for number, choice in enumerate(question.choices):
        attributes = {"identifier": f"choice{number}", **({"fixed": "true"} if choice.is_last else {})}
        SubElement(interaction, "simpleChoice", attributes).text = choice.text


def _process(item: Element, question: QuizQuestion) -> dict[str, str]:
    """Add the rules for the score and the feedback; return the sentences by their identifiers."""
    if question.is_essay:
        return {}
    if question.texts or question.select_all:
        return _process_mapped(item, question)
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


def _process_mapped(item: Element, question: QuizQuestion) -> dict[str, str]:
    """Add the rules for a score that is the sum of what the response is worth; return the sentences."""
    processing = SubElement(item, "responseProcessing")
    SubElement(
        SubElement(processing, "setOutcomeValue", {"identifier": "SCORE"}), "mapResponse", {"identifier": "RESPONSE"}
    )
    feedback: dict[str, str] = {}
    wrong = [text for text in question.texts if not text.right and text.feedback]
    condition = SubElement(processing, "responseCondition") if wrong else processing
    for number, text in enumerate(wrong):
        branch = SubElement(condition, "responseElseIf" if number else "responseIf")
        match = SubElement(branch, "stringMatch", {"caseSensitive": "false"})
        SubElement(match, "variable", {"identifier": "RESPONSE"})
        SubElement(match, "baseValue", {"baseType": "string"}).text = text.text
        _set(branch, "FEEDBACK", "identifier", f"feedback{number}")
        feedback[f"feedback{number}"] = text.feedback
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
