"""The bindings of an exercise.

Bindings that share an id share its keys: one holds at a time, as `ExerciseScreen.check_action` decides. The help page
and the settings file list each id once and leave out those marked `system`.
"""

from __future__ import annotations

from textual.binding import Binding, BindingType

from tutor.i18n import N_

KEYS: list[BindingType] = [
    Binding("enter", "go_on", N_("go on"), tooltip=N_("check the answer"), id="exercise.check", system=True),
    Binding("enter", "check", N_("check"), tooltip=N_("check the answer"), id="exercise.check"),
    Binding(
        "tab",
        "step(1)",
        N_("next"),
        tooltip=N_("the next blank of the backward pass"),
        id="exercise.next",
    ),
    Binding("f2,question_mark", "hint", N_("hint"), tooltip=N_("the next hint for this blank"), id="exercise.hint"),
    Binding(
        "f3", "new_numbers", N_("new numbers"), tooltip=N_("the same exercise with other numbers"), id="exercise.fresh"
    ),
    Binding(
        "f4", "show_rule", N_("rule"), tooltip=N_("the rule of the node in focus, and why it is so"), id="exercise.card"
    ),
    Binding(
        "f6",
        "explain",
        N_("explain"),
        tooltip=N_("the backward pass step by step, at other numbers until all is solved"),
        id="exercise.explain",
    ),
    Binding(
        "ctrl+o",
        "unfold",
        N_("unfold"),
        tooltip=N_("unfold the node in focus into its parts, or fold them again; so does a click on it"),
        id="exercise.open",
    ),
    Binding(
        "ctrl+o",
        "fold",
        N_("fold"),
        tooltip=N_("unfold the node in focus into its parts, or fold them again; so does a click on it"),
        id="exercise.open",
        system=True,
    ),
    Binding("f8", "reveal", N_("show"), tooltip=N_("show the value of this blank"), id="exercise.reveal"),
    Binding(
        "f9",
        "show_summary",
        N_("closer look"),
        tooltip=N_("when all is solved: closed form, numerical check, the program"),
        id="exercise.closer",
    ),
    Binding(
        "f7", "toggle_density", N_("view"), tooltip=N_("the graph with its values, or compact"), id="exercise.density"
    ),
    Binding(
        "ctrl+z",
        "undo",
        N_("undo"),
        tooltip=N_("undo what was typed last, then the last entry"),
        id="exercise.undo",
    ),
    Binding("ctrl+z", "reopen", N_("undo"), show=False, id="exercise.undo", system=True),
    Binding("f1", "help", N_("help"), tooltip=N_("what is asked here, and all keys"), id="exercise.help"),
    Binding(
        "escape",
        "skip_aside",
        N_("skip"),
        tooltip=N_("skip what is asked beside the blank"),
        id="exercise.leave",
        system=True,
    ),
    Binding("escape", "leave", N_("list"), tooltip=N_("close the cells; back to the list"), id="exercise.leave"),
    Binding(
        "pagedown",
        "scroll_feedback(1)",
        N_("more"),
        tooltip=N_("scroll the text"),
        id="exercise.page-down",
    ),
    Binding(
        "ctrl+y",
        "reply(True)",
        N_("yes"),
        tooltip=N_("yes, to the question about the answer"),
        show=False,
        id="exercise.yes",
    ),
    Binding(
        "ctrl+n",
        "reply(False)",
        N_("no"),
        tooltip=N_("no, to the question about the answer"),
        show=False,
        id="exercise.no",
    ),
    Binding(
        "ctrl+e",
        "write_code",
        N_("code"),
        tooltip=N_("when all is solved: write the backward pass in Python"),
        id="exercise.code",
    ),
    Binding(
        "ctrl+t",
        "start_whole_pass",
        N_("whole pass"),
        tooltip=N_("the whole pass at once, judged at its end; again to leave it"),
        id="exercise.whole",
    ),
    Binding(
        "ctrl+t",
        "leave_whole_pass",
        N_("judge now"),
        tooltip=N_("leave the whole pass: your answers so far are judged"),
        id="exercise.whole",
        system=True,
    ),
    Binding(
        "ctrl+n",
        "accept_suggestion",
        N_("do this"),
        tooltip=N_("when all is solved: do what is recommended"),
        show=False,
        id="exercise.advised",
    ),
    Binding(
        "ctrl+g",
        "skip_stages",
        N_("whole exercise"),
        tooltip=N_("the whole exercise at once, without the stages before it"),
        show=False,
        id="exercise.skip-stages",
    ),
    Binding(
        "shift+tab",
        "step(-1)",
        N_("previous"),
        tooltip=N_("the blank before"),
        show=False,
        id="exercise.previous",
    ),
    Binding("left", "move('left')", N_("left"), tooltip=N_("to what feeds this node"), show=False, id="exercise.left"),
    Binding(
        "right",
        "move('right')",
        N_("to the right"),
        tooltip=N_("to what it flows into"),
        show=False,
        id="exercise.right",
    ),
    Binding(
        "up",
        "move('up')",
        N_("up"),
        tooltip=N_("to the place above; at a question, the choice above"),
        show=False,
        id="exercise.up",
    ),
    Binding(
        "down",
        "move('down')",
        N_("down"),
        tooltip=N_("to the place below; at a question, the choice below"),
        show=False,
        id="exercise.down",
    ),
    Binding(
        "backspace",
        "edit('delete_left')",
        N_("delete"),
        tooltip=N_("delete to the left; in an empty answer, take the last one up again"),
        show=False,
        id="exercise.backspace",
    ),
    Binding(
        "delete",
        "edit('delete_right')",
        N_("delete"),
        tooltip=N_("delete to the right"),
        show=False,
        id="exercise.delete",
    ),
    Binding(
        "ctrl+u",
        "edit('clear')",
        N_("delete"),
        tooltip=N_("empty the line"),
        show=False,
        id="exercise.clear",
    ),
    Binding("home", "edit('home')", N_("home"), tooltip=N_("to the start of the line"), show=False, id="exercise.home"),
    Binding("end", "edit('end')", N_("end"), tooltip=N_("to the end of the line"), show=False, id="exercise.end"),
    Binding(
        "pageup", "scroll_feedback(-1)", N_("up"), tooltip=N_("scroll the text"), show=False, id="exercise.page-up"
    ),
]
