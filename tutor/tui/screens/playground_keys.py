"""The bindings of the playground."""

from __future__ import annotations

from textual.binding import Binding, BindingType

from tutor.i18n import N_

KEYS: list[BindingType] = [
    Binding(
        "tab",
        "switch",
        N_("formula/inputs"),
        tooltip=N_("Switch between the formula and the inputs"),
        id="playground.switch",
    ),
    Binding("left", "nudge(-1)", N_("nudge"), tooltip=N_("Decrease the chosen number"), id="playground.left"),
    Binding(
        "right", "nudge(1)", N_("nudge"), tooltip=N_("Increase the chosen number"), show=False, id="playground.right"
    ),
    Binding(
        "left_square_bracket",
        "change_step(-1)",
        N_("step"),
        tooltip=N_("Use a smaller step"),
        id="playground.smaller-step",
    ),
    Binding(
        "right_square_bracket",
        "change_step(1)",
        N_("step"),
        tooltip=N_("Use a larger step"),
        show=False,
        id="playground.larger-step",
    ),
    Binding(
        "0",
        "reset_number",
        N_("start value"),
        tooltip=N_("Restore the starting value"),
        id="playground.reset",
    ),
    Binding("escape", "close", N_("list"), tooltip=N_("Go back to the list"), id="playground.close"),
    Binding("enter", "exercise", N_("exercise"), tooltip=N_("work on it as an exercise"), id="playground.exercise"),
    Binding("f6", "worked", N_("solution"), tooltip=N_("see the solution"), id="playground.worked"),
    Binding("f8", "code", N_("code"), tooltip=N_("Show it as a program"), id="playground.code"),
    Binding("ctrl+s", "save", N_("save"), tooltip=N_("save it as an exercise file"), id="playground.save"),
    Binding("f1", "help", N_("help"), tooltip=N_("Explain this screen and list all keys"), id="playground.help"),
    Binding("f4", "curve", N_("curve"), tooltip=N_("Show the curve in place of the graph"), id="playground.curve"),
    Binding("f3", "recent", N_("recent"), tooltip=N_("List recent formulas"), id="playground.recent"),
    Binding(
        "f7",
        "gradient",
        N_("gradient"),
        tooltip=N_("Show the gradient of the chosen input as a formula"),
        id="playground.gradient",
    ),
    Binding(
        "ctrl+e",
        "write_code",
        N_("write code"),
        tooltip=N_("Write its backward pass in Python"),
        # The field of the formula would go to its end.
        priority=True,
        id="playground.write-code",
    ),
    Binding("down", "choose(1)", N_("down"), tooltip=N_("Go to the next input"), show=False, id="playground.down"),
    Binding("up", "choose(-1)", N_("up"), tooltip=N_("Go to the previous input"), show=False, id="playground.up"),
    Binding(
        "pagedown",
        "choose_page(1)",
        N_("down"),
        tooltip=N_("Scroll down by a page"),
        show=False,
        id="playground.page-down",
    ),
    Binding(
        "pageup", "choose_page(-1)", N_("up"), tooltip=N_("Scroll up by a page"), show=False, id="playground.page-up"
    ),
    *(
        Binding(
            f"shift+{direction}",
            f"pan({columns}, {rows})",
            N_("scroll"),
            tooltip=N_("Scroll a graph that is larger than its window"),
            show=False,
            id=f"playground.scroll-{direction}",
        )
        for direction, columns, rows in (("left", -8, 0), ("right", 8, 0), ("up", 0, -3), ("down", 0, 3))
    ),
]
