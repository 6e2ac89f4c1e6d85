"""The bindings of the playground."""

from __future__ import annotations

from textual.binding import Binding, BindingType

from tutor.i18n import N_

KEYS: list[BindingType] = [
    Binding(
        "tab",
        "switch",
        N_("formula/inputs"),
        tooltip=N_("from the formula to the inputs, and back"),
        id="playground.switch",
    ),
    Binding("left", "nudge(-1)", N_("nudge"), tooltip=N_("make the chosen number smaller"), id="playground.left"),
    Binding(
        "right", "nudge(1)", N_("nudge"), tooltip=N_("make the chosen number larger"), show=False, id="playground.right"
    ),
    Binding(
        "left_square_bracket",
        "change_step(-1)",
        N_("step"),
        tooltip=N_("a smaller step"),
        id="playground.smaller-step",
    ),
    Binding(
        "right_square_bracket",
        "change_step(1)",
        N_("step"),
        tooltip=N_("a larger step"),
        show=False,
        id="playground.larger-step",
    ),
    Binding(
        "0",
        "reset_number",
        N_("start value"),
        tooltip=N_("move the number back to where it began"),
        id="playground.reset",
    ),
    Binding("escape", "close", N_("list"), tooltip=N_("back to the list"), id="playground.close"),
    Binding("enter", "exercise", N_("exercise"), tooltip=N_("work on it as an exercise"), id="playground.exercise"),
    Binding("f6", "worked", N_("worked"), tooltip=N_("see it worked out"), id="playground.worked"),
    Binding("f8", "code", N_("code"), tooltip=N_("see it as a program"), id="playground.code"),
    Binding("ctrl+s", "save", N_("save"), tooltip=N_("save it as an exercise file"), id="playground.save"),
    Binding("f1", "help", N_("help"), tooltip=N_("what this is, and all keys"), id="playground.help"),
    Binding("f4", "curve", N_("curve"), tooltip=N_("the curve in place of the graph"), id="playground.curve"),
    Binding("f3", "recent", N_("tried last"), tooltip=N_("the formulas you tried last"), id="playground.recent"),
    Binding(
        "f7",
        "gradient",
        N_("gradient"),
        tooltip=N_("the gradient of the chosen input as a formula"),
        id="playground.gradient",
    ),
    Binding(
        "ctrl+e",
        "write_code",
        N_("write code"),
        tooltip=N_("write its backward pass in Python"),
        # The field of the formula would go to its end.
        priority=True,
        id="playground.write-code",
    ),
    Binding("down", "choose(1)", N_("down"), tooltip=N_("the next input"), show=False, id="playground.down"),
    Binding("up", "choose(-1)", N_("up"), tooltip=N_("the input above"), show=False, id="playground.up"),
    Binding("pagedown", "choose_page(1)", N_("down"), tooltip=N_("a page down"), show=False, id="playground.page-down"),
    Binding("pageup", "choose_page(-1)", N_("up"), tooltip=N_("a page up"), show=False, id="playground.page-up"),
    *(
        Binding(
            f"shift+{direction}",
            f"pan({columns}, {rows})",
            N_("scroll"),
            tooltip=N_("scroll a graph that is larger than its window"),
            show=False,
            id=f"playground.scroll-{direction}",
        )
        for direction, columns, rows in (("left", -8, 0), ("right", 8, 0), ("up", 0, -3), ("down", 0, 3))
    ),
]
