"""The lab in plain mode: inputs and their gradients, nudges with the predicted and the actual change, a table."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from tutor.algebra.errors import AlgebraError
from tutor.algebra.evaluate import evaluate
from tutor.algebra.parser import parse_value
from tutor.algebra.printing import format_rows
from tutor.i18n import N_, _, message
from tutor.plain.carets import format_error
from tutor.practice.lab.curve import sample_table
from tutor.practice.lab.numbers import format_float, format_lab_cells
from tutor.practice.lab.words import output_label, prediction

if TYPE_CHECKING:
    from tutor.algebra.ops import Value
    from tutor.i18n import Message
    from tutor.plain.console import Console
    from tutor.practice.lab.lab import Lab
    from tutor.practice.lab.model import Handle

#: `x`, `W[0, 1]`, and by how much it is moved, if that is said.
_TARGET = re.compile(r"(?P<label>[^\W\d]\w*'*\s*(?:\[[^\]]*\])?)\s*(?P<amount>.*)")
_NO_INPUT = N_("“{name}” is not an input. The inputs are {known}.")
_AN_ARRAY = N_("{name} has several entries. Choose one, as in nudge {entry} 0.1.")


class PlainLab:
    """Prints what the lab shows on the screen, in words."""

    def __init__(self, lab: Lab, console: Console) -> None:
        self.lab = lab
        self.console = console

    def print_chosen(self) -> None:
        """Say which values were chosen for inputs that were given none."""
        chosen = [name for name in self.lab.values if name in self.lab.filled]
        if chosen:
            values = ", ".join(f"{name} = {_text(self.lab.values[name])}" for name in chosen)
            self.console.print(
                message(
                    N_("The values were chosen for you: {values}. Type x=2 to give x another value."), values=values
                )
            )

    def print_inputs(self) -> None:
        """Print the value of each number and its gradient."""
        for handle in self.lab.handles():
            self.console.print(self._input_line(handle))
        self._print_output()

    def _input_line(self, handle: Handle) -> Message | str:
        value, gradient = _text(self.lab.value(handle)), self.lab.gradient(handle)
        if gradient is None:
            return message(N_("{input} = {value}, data without a gradient"), input=handle.label, value=value)
        text = N_("{input} = {value}, gradient {gradient}")
        return message(text, input=handle.label, value=value, gradient=_text(gradient))

    def _print_output(self) -> None:
        self.console.print(f"{output_label(self.lab)} = {self.lab.output_text()}")

    # --- moving numbers ---

    def nudge(self, argument: str) -> None:
        """Move the number that is named, by the amount that is named or by 0.1, and compare."""
        found = self._parse_target(argument)
        if found is not None:
            handle, amount = found
            by = amount if amount is not None else evaluate(parse_value(str(float(self.lab.step_of(handle)))), {})
            self.lab.settle()
            self._report(self.lab.set_number(handle, self.lab.value(handle) + by))

    def reset(self, argument: str) -> None:
        """Move the number that is named, or all of them, back to where they began."""
        if not argument.strip():
            for handle in self.lab.handles():
                self.lab.reset(handle)
            self.print_inputs()
        elif (found := self._parse_target(argument)) is not None:
            self.lab.settle()
            self._report(self.lab.reset(found[0]))

    def give_values(self, text: str) -> None:
        """Give inputs the values in `x=2 y=3`."""
        try:
            self.lab.give_values(text)
        except AlgebraError as error:
            self.console.print(format_error(error, text))
        else:
            self.print_inputs()

    def print_table(self, argument: str) -> None:
        """Print the output at five values of the number that is named."""
        found = self._parse_target(argument)
        if found is None:
            return
        handle = found[0]
        if handle.is_symbol:
            self.console.print(_("There is no curve, because symbols have no numbers."))
            return
        for x, y in sample_table(self.lab, handle):
            shown = _("no value") if y is None else format_float(y)
            self.console.print(f"{handle.label} = {format_float(x)}: {output_label(self.lab)} = {shown}")

    def _report(self, refused: Message | None) -> None:
        """Print what the last move changed, and what the gradient predicted."""
        change = self.lab.change()
        if refused is not None or change is None:
            self.console.print(refused or _("No value has changed."))
            return
        before, after = _text(change.before), _text(change.after)
        self.console.print(f"{change.handle.label}: {before} → {after}")
        output = output_label(self.lab)
        self.console.print(f"{output}: {format_float(change.output_before)} → {format_float(change.output_after)}")
        actual = format_float(change.actual)
        if predicted := prediction(change):
            text = N_("Predicted change, gradient × step: {predicted}. Actual change: {actual}.")
            self.console.print(message(text, predicted=predicted, actual=actual))
        else:
            text = N_("Actual change: {actual}. Data has no gradient to predict it with.")
            self.console.print(message(text, actual=actual))
        quotient = format_float(change.quotient)
        text = N_("Δ{output}/Δ{input} = {quotient}")
        self.console.print(message(text, output=output, input=change.handle.label, quotient=quotient))

    def _parse_target(self, argument: str) -> tuple[Handle, Value | None] | None:
        """Return the number that is named and by how much it is moved, None after printing why it can't be."""
        handles = self.lab.handles()
        match = _TARGET.match(argument.strip())
        label = re.sub(r"\s", "", match["label"]) if match else ""
        by_label = {re.sub(r"\s", "", handle.label): handle for handle in handles}
        if not label and len(handles) == 1:
            label = next(iter(by_label))
        handle = by_label.get(label)
        if handle is None:
            entries = [each for each in handles if each.name == label]
            if entries:
                self.console.print(message(_AN_ARRAY, name=label, entry=entries[0].label))
            else:
                known = ", ".join(dict.fromkeys(each.name for each in handles))
                self.console.print(message(_NO_INPUT, name=label or argument.strip(), known=known))
            return None
        amount = match["amount"].strip() if match else ""
        if not amount:
            return handle, None
        try:
            return handle, evaluate(parse_value(amount), {})
        except AlgebraError as error:
            self.console.print(format_error(error, amount))
            return None


def _text(value: Value) -> str:
    rows = format_lab_cells(value)
    return rows[0][0] if len(rows) == len(rows[0]) == 1 else format_rows(rows, is_vector=len(rows) == 1)
