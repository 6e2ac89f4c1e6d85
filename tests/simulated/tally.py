"""The figures of the simulation, with their limits and the cases behind them."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tests.simulated.populations import Unit

#: At most this many cases are kept of each kind in each row.
MAX_EXAMPLES = 5


@dataclass(frozen=True)
class Case:
    """One answer and the verdict on it. `earlier` are wrong answers at other blanks, typed before this one."""

    unit: Unit
    blank: str
    text: str
    truth: str
    verdict: str
    mistake: str | None
    certain: bool
    earlier: tuple[tuple[str, str], ...] = ()

    def __str__(self) -> str:
        said = f"{self.verdict} {self.mistake or ''}{'' if self.certain else ' (asked)'}".strip()
        before = f", after {', '.join(f'{blank} = {text}' for blank, text in self.earlier)}" if self.earlier else ""
        return f"{self.unit.command(self.blank, self.text)}   # {said}; right is {self.truth}{before}"


@dataclass
class Row:
    """One row of the table: how many cases there were, and how many of them went wrong, by kind."""

    tried: Counter[str] = field(default_factory=Counter)
    failed: Counter[str] = field(default_factory=Counter)
    examples: dict[str, list[Case]] = field(default_factory=dict)

    def add(self, kind: str, case: Case, failed: bool) -> None:
        self.tried[kind] += 1
        if failed:
            self.failed[kind] += 1
            kept = self.examples.setdefault(kind, [])
            if len(kept) < MAX_EXAMPLES:
                kept.append(case)

    def merge(self, other: Row) -> None:
        self.tried += other.tried
        self.failed += other.failed
        for kind, cases in other.examples.items():
            kept = self.examples.setdefault(kind, [])
            kept += cases[: MAX_EXAMPLES - len(kept)]

    @property
    def share(self) -> float:
        return self.failed.total() / max(self.tried.total(), 1)


#: The rows of the table: what is counted, and the largest share that is allowed.
LIMITS: Mapping[str, tuple[str, float]] = {
    "float64-refused": ("right value refused, as float64 prints it", 0),
    "float32-refused": ("right value refused, as float32 prints it", 0),
    "shown-refused": ("right rule from shown digits refused", 0.002),
    "false-certain": ("a false mistake stated as certain to a known bug", 0.003),
    "unnamed": ("a bug not named at all", 0.08),
    "random-accused": ("random wrong number accused with certainty", 0.015),
    "off-by-one": ("off by one accused with certainty", 0.02),
    "right-accused": ("right answer accused", 0),
    "wrong-accepted": ("a bug's value accepted as right", 0),
}


@dataclass
class Tally:
    """All rows."""

    rows: dict[str, Row] = field(default_factory=lambda: {name: Row() for name in LIMITS})

    def merge(self, other: Tally) -> None:
        for name, row in other.rows.items():
            self.rows[name].merge(row)

    def beyond_limits(self) -> list[str]:
        """Return the rows whose share is larger than allowed."""
        return [name for name, (_, limit) in LIMITS.items() if self.rows[name].share > limit]

    def __str__(self) -> str:
        lines = [f"{'':52} {'now':>8} {'limit':>6} {'cases':>8} {'failed':>7}"]
        for name, (label, limit) in LIMITS.items():
            row = self.rows[name]
            mark = " <-" if row.share > limit else ""
            lines.append(
                f"{label:52} {row.share:8.2%} {limit:6.1%} {row.tried.total():8,} {row.failed.total():7,}{mark}"
            )
        return "\n".join(lines)

    def kinds(self, name: str, filter_text: str = "") -> str:
        """Return the kinds of a row that went wrong, the most frequent first, each with its examples."""
        row = self.rows[name]
        lines = [f"# {LIMITS[name][0]}: {row.failed.total()} of {row.tried.total()}"]
        for kind, count in row.failed.most_common():
            if filter_text in kind:
                lines += ["", f"## {kind}: {count} of {row.tried[kind]}", *map(str, row.examples[kind])]
        return "\n".join(lines) + "\n"
