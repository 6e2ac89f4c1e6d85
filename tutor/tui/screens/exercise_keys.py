"""The bindings of an exercise.

Bindings that share an id share its keys: one holds at a time, as `ExerciseScreen.check_action` decides. The help page
and the settings file list each id once and leave out those marked `system`.
"""

from __future__ import annotations

from textual.binding import Binding, BindingType

from tutor.i18n import N_

KEYS: list[BindingType] = [
    Binding("enter", "go_on", N_("continue"), tooltip=N_("Check the answer"), id="exercise.check", system=True),
    Binding("enter", "check", N_("check"), tooltip=N_("Check the answer"), id="exercise.check"),
    Binding(
        "tab",
        "step(1)",
        N_("next"),
        tooltip=N_("Go to the next blank of the backward pass"),
        id="exercise.next",
    ),
    Binding(
        "f2,question_mark", "hint", N_("hint"), tooltip=N_("Show the next hint for this blank"), id="exercise.hint"
    ),
    Binding(
        "f3", "new_numbers", N_("new numbers"), tooltip=N_("the same exercise with new numbers"), id="exercise.fresh"
    ),
    Binding(
        "f4",
        "show_rule",
        N_("rule"),
        tooltip=N_("the rule of the node in focus, and the reason for it"),
        id="exercise.card",
    ),
    Binding(
        "f6",
        "explain",
        N_("explain"),
        tooltip=N_("the backward pass step by step, with new numbers until all is solved"),
        id="exercise.explain",
    ),
    Binding(
        "ctrl+o",
        "unfold",
        N_("unfold"),
        tooltip=N_("Unfold the focused node into its parts, or fold it again (or click it)"),
        id="exercise.open",
    ),
    Binding(
        "ctrl+o",
        "fold",
        N_("fold"),
        tooltip=N_("Unfold the focused node into its parts, or fold it again (or click it)"),
        id="exercise.open",
        system=True,
    ),
    Binding("f8", "reveal", N_("show answer"), tooltip=N_("show the value of this blank"), id="exercise.reveal"),
    Binding(
        "f9",
        "show_summary",
        N_("details"),
        tooltip=N_("Once solved: formulas, numerical check, program"),
        id="exercise.closer",
    ),
    Binding(
        "f7",
        "toggle_density",
        N_("view"),
        tooltip=N_("Switch between the full and the compact graph"),
        id="exercise.density",
    ),
    Binding(
        "ctrl+z",
        "undo",
        N_("undo"),
        tooltip=N_("Undo what you typed, then the last checked answer"),
        id="exercise.undo",
    ),
    Binding("ctrl+z", "reopen", N_("undo"), show=False, id="exercise.undo", system=True),
    Binding("f1", "help", N_("help"), tooltip=N_("Explain this blank and list all keys"), id="exercise.help"),
    Binding(
        "escape",
        "skip_aside",
        N_("skip"),
        tooltip=N_("Skip the question beside the blank"),
        id="exercise.leave",
        system=True,
    ),
    Binding("escape", "leave", N_("list"), tooltip=N_("Close the cells, or go back to the list"), id="exercise.leave"),
    Binding(
        "pagedown",
        "scroll_feedback(1)",
        N_("more"),
        tooltip=N_("Scroll the text"),
        id="exercise.page-down",
    ),
    Binding(
        "ctrl+y",
        "reply(True)",
        N_("yes"),
        tooltip=N_("Answer yes to the question about your answer"),
        show=False,
        id="exercise.yes",
    ),
    Binding(
        "ctrl+n",
        "reply(False)",
        N_("no"),
        tooltip=N_("Answer no to the question about your answer"),
        show=False,
        id="exercise.no",
    ),
    Binding(
        "ctrl+e",
        "write_code",
        N_("code"),
        tooltip=N_("Once solved: write the backward pass in Python"),
        id="exercise.code",
    ),
    Binding(
        "ctrl+t",
        "start_whole_pass",
        N_("whole pass"),
        tooltip=N_("the whole pass at once, checked at the end; again to leave it"),
        id="exercise.whole",
    ),
    Binding(
        "ctrl+t",
        "leave_whole_pass",
        N_("check now"),
        tooltip=N_("Leave the whole pass and check the answers so far"),
        id="exercise.whole",
        system=True,
    ),
    Binding(
        "ctrl+n",
        "accept_suggestion",
        N_("recommended"),
        tooltip=N_("Once solved: follow the recommendation"),
        show=False,
        id="exercise.advised",
    ),
    Binding(
        "ctrl+g",
        "skip_stages",
        N_("whole exercise"),
        tooltip=N_("Open the whole exercise at once, without its stages"),
        show=False,
        id="exercise.skip-stages",
    ),
    Binding(
        "shift+tab",
        "step(-1)",
        N_("previous"),
        tooltip=N_("Go to the previous blank"),
        show=False,
        id="exercise.previous",
    ),
    Binding(
        "left",
        "move('left')",
        N_("move left"),
        tooltip=N_("Move to the inputs of this node"),
        show=False,
        id="exercise.left",
    ),
    Binding(
        "right",
        "move('right')",
        N_("move right"),
        tooltip=N_("Move to where the value goes"),
        show=False,
        id="exercise.right",
    ),
    Binding(
        "up",
        "move('up')",
        N_("up"),
        tooltip=N_("Move up; in a question, to the choice above"),
        show=False,
        id="exercise.up",
    ),
    Binding(
        "down",
        "move('down')",
        N_("down"),
        tooltip=N_("Move down; in a question, to the choice below"),
        show=False,
        id="exercise.down",
    ),
    Binding(
        "backspace",
        "edit('delete_left')",
        N_("delete"),
        tooltip=N_("Delete to the left; on an empty line, edit the last answer"),
        show=False,
        id="exercise.backspace",
    ),
    Binding(
        "delete",
        "edit('delete_right')",
        N_("delete"),
        tooltip=N_("Delete to the right"),
        show=False,
        id="exercise.delete",
    ),
    Binding(
        "ctrl+u",
        "edit('clear')",
        N_("delete"),
        tooltip=N_("Clear the line"),
        show=False,
        id="exercise.clear",
    ),
    Binding(
        "home", "edit('home')", N_("home"), tooltip=N_("Go to the start of the line"), show=False, id="exercise.home"
    ),
    Binding("end", "edit('end')", N_("end"), tooltip=N_("Go to the end of the line"), show=False, id="exercise.end"),
    Binding(
        "pageup", "scroll_feedback(-1)", N_("up"), tooltip=N_("Scroll the text"), show=False, id="exercise.page-up"
    ),
]
