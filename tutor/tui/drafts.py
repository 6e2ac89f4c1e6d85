"""Unchecked input and the open exercise, as data that outlasts a session in a browser."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias

from tutor.tui.answer_input import MAX_LENGTH, AnswerInput

if TYPE_CHECKING:
    from collections.abc import Mapping

#: An exercise and its numbers: pack, exercise, fingerprint.
DraftKey: TypeAlias = tuple[str, str, str]
Drafts: TypeAlias = dict[DraftKey, dict[str, AnswerInput]]


def drafts_as_data(drafts: Mapping[DraftKey, Mapping[str, AnswerInput]]) -> list[Any]:
    """Return drafts as data for JSON."""
    return [
        [*key, {blank: _input_as_data(answer) for blank, answer in inputs.items()}]
        for key, inputs in drafts.items()
        if inputs
    ]


def _input_as_data(answer: AnswerInput) -> dict[str, Any]:
    return {
        "shape": answer.shape,
        "expression": answer.expression.text,
        "cells": [[line.text for line in row] for row in answer.cells],
    }


def drafts_from_data(data: object) -> Drafts:
    """Return the drafts in data, without what can't be one."""
    drafts: Drafts = {}
    for entry in data if isinstance(data, list) else ():
        match entry:
            case [str(pack), str(exercise), str(fingerprint), dict(inputs)]:
                read = {blank: _input_from_data(answer) for blank, answer in inputs.items()}
                drafts[pack, exercise, fingerprint] = {blank: answer for blank, answer in read.items() if answer}
    return drafts


def _input_from_data(data: object) -> AnswerInput | None:
    match data:
        case {"shape": [int(rows), int(columns)] as shape, "expression": str(expression), "cells": list(cells)}:
            if [len(row) if isinstance(row, list) else 0 for row in cells] != [columns] * rows or not all(shape):
                return None
            answer = AnswerInput((rows, columns))
            for lines, texts in zip(answer.cells, cells, strict=True):
                for line, text in zip(lines, texts, strict=True):
                    line.set(str(text)[:MAX_LENGTH])
        case {"shape": None, "expression": str(expression)}:
            answer = AnswerInput()
        case _:
            return None
    answer.expression.set(expression[:MAX_LENGTH])
    return answer
