"""Which actions of an exercise can be run now, and what is said if one can't."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tutor.i18n import N_, message
from tutor.i18n import Message as Notice
from tutor.practice import exam

if TYPE_CHECKING:
    from tutor.glyphs import Glyphs
    from tutor.tui.after_solved import AfterSolved
    from tutor.tui.exercise_state import ExerciseState

#: The refusal of an action that needs no message.
_SILENT = Notice("")


def refusal(action: str, state: ExerciseState, after_solved: AfterSolved, glyphs: Glyphs) -> Notice | None:
    """Return why an action can't be run now, to be shown if its key is pressed; None if it can."""
    worksheet = state.worksheet
    has_graph = bool(worksheet.problem.graph.nodes)
    match action:
        case "check" | "hint" | "undo" if worksheet.done and not (action == "undo" and worksheet.exam):
            return _SILENT
        case "reply" if not state.asks:
            return _SILENT
        case "skip_aside" if not state.asides.can_skip:
            return _SILENT
        case "leave" if state.asides.can_skip:
            return _SILENT
        case "step" if worksheet.done or not (state.in_grid or state.can_focus_next):
            return _SILENT
        case "go_on" if not worksheet.done:
            return _SILENT
        case "hint":
            return worksheet.help_refusal
        case "undo":
            return exam.NO_HELP if worksheet.exam else None
        case "reopen":
            return None if worksheet.done and not worksheet.exam else _SILENT
        case "accept_suggestion":
            return None if worksheet.done and after_solved.recommendation is not None else _SILENT
        case "new_numbers" if worksheet.exam:
            return exam.SAME_NUMBERS
        case "new_numbers" if not worksheet.variant.exercise.has_variants:
            return message(N_("This exercise has only one set of numbers."))
        case "show_summary" if worksheet.done and has_graph and not worksheet.tells_answers:
            return worksheet.help_refusal
        case "show_summary" if not (worksheet.done and has_graph):
            return message(N_("The details open once every blank is filled."))
        case "write_code" if not worksheet.done or not has_graph or worksheet.exam or worksheet.problem.symbolic:
            return message(N_("You can write the code once all blanks are filled in, if the exercise has numbers."))
        case "skip_stages" if worksheet.variant.is_cut or not worksheet.variant.is_partial:
            return message(N_("You already have the whole exercise."))
        case "show_rule":
            return worksheet.help_refusal
        case "explain":
            no_graph = None if has_graph else message(N_("This exercise has no graph to replay."))
            return worksheet.help_refusal or no_graph
        case "start_whole_pass":
            return _SILENT if worksheet.whole_pass.is_on else worksheet.whole_pass_refusal
        case "leave_whole_pass":
            return None if worksheet.whole_pass.is_on else _SILENT
        case "toggle_density":
            return None if has_graph else _SILENT
        case "reveal" if not worksheet.offers_reveal(state.focused_id):
            return worksheet.help_refusal or _reveal_refusal(state, glyphs)
        case "unfold" | "fold":
            return _fold_refusal(action, state)
    return None


def _reveal_refusal(state: ExerciseState, glyphs: Glyphs) -> Notice:
    if state.entry.settled or state.is_given:
        return _SILENT
    return message(
        N_("You can show the value after all hints or five tries. {hint} gives the next hint."),
        hint=glyphs.key_label("exercise.hint", "?"),
    )


def _fold_refusal(action: str, state: ExerciseState) -> Notice | None:
    opens = state.fold_action(state.focused_node)
    if opens is None:
        return state.worksheet.help_refusal or message(N_("This node has no smaller nodes inside."))
    return None if opens == (action == "unfold") else _SILENT
