"""The texts of the code screen: verdicts on a file, hints, the loss curve, and the lesson that the file belongs to."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.content import Content

from tutor.coding.report import printed_lines, solved_sentence, with_line
from tutor.drawing.loss_curve import loss_curve
from tutor.i18n import N_, _, message
from tutor.tui.content import from_markup, styled

if TYPE_CHECKING:
    from tutor.coding.part_texts import CodeHint
    from tutor.coding.verdict import FileResult, GradientResult
    from tutor.glyphs import Glyphs
    from tutor.packs.exercise import Exercise

#: Lines of what a file prints that are shown.
_OUTPUT_LINES = 8


def verdict_blocks(
    glyphs: Glyphs, result: FileResult | None, part: GradientResult | None, trouble: str
) -> list[Content]:
    """Return what is wrong with the file, or with the `part` in focus, or that all is right."""
    blocks = [styled(glyphs, (trouble, "$wrong"))] if trouble else []
    if result is not None and result.solved:
        solved = str(solved_sentence(result))
        blocks.append(styled(glyphs, (f"{glyphs.correct} {solved}", "bold $right")))
    elif result is not None and result.fault is not None:
        fault = with_line(str(result.fault), result.fault_line)
        blocks.append(styled(glyphs, (f"{glyphs.error} ", "bold $wrong"), fault, _code(result, result.fault_line)))
    elif part is not None and part.message is not None:
        hue = {"wrong": "$wrong", "follows": "$help"}.get(part.verdict, "$muted")
        label = {"wrong": _("not yet"), "follows": _("right step")}.get(part.verdict, "")
        head = (f"{label}  ", f"bold {hue}") if label else ""
        blocks.append(styled(glyphs, head, with_line(str(part.message), part.line), _code(result, part.line)))
    return blocks


def _code(result: FileResult | None, line: int | None) -> tuple[str, str]:
    """Return the text of a line of the file, to show below a sentence about it."""
    code = result.code_of(line) if result is not None else ""
    return (f"\n{line} | {code}" if code else "", "$muted")


def hint_and_output(glyphs: Glyphs, hint: CodeHint | None, result: FileResult | None) -> list[Content]:
    """Return the last hint, the loss curve, and what the file printed."""
    blocks = []
    if hint is not None:
        rung = str(message(N_("hint {rung} of {of}"), rung=hint.rung, of=hint.of))
        blocks.append(styled(glyphs, (f"{rung}  ", "bold $help"), from_markup(glyphs, str(hint.text))))
    if result is not None and (curve := loss_curve(result.losses, glyphs)):
        blocks.append(styled(glyphs, ("\n".join(curve), "$forward")))
    if result is not None and result.output.strip():
        lines = printed_lines(result.output, _OUTPUT_LINES)
        blocks.append(styled(glyphs, (_("output:"), "$muted"), "\n" + "\n".join(lines)))
    return blocks


def lesson_text(glyphs: Glyphs, exercise: Exercise, *, is_solved: bool) -> Content:
    """Return the text of an exercise; what it teaches comes first once it is solved."""
    variant = exercise.variant()
    parts = [from_markup(glyphs, variant.text())]
    if is_solved and variant.after():
        head = styled(glyphs, (_("What this teaches"), "bold $bright"))
        parts.insert(0, Content("\n").join([head, from_markup(glyphs, variant.after())]))
    return Content("\n\n").join(parts)
