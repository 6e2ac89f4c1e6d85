"""How well code is judged: `python tests/simulated/code_report.py [--sample] [--show OUTCOME]`.

Every built-in exercise with a graph is written in the styles steps and layer, and the layers that are built in and the
small autograd with them: right, right in three other ways, and with one wrong line by each kind of mistake. Prints a
table for each style; exits with 1 if a figure is beyond its limit.
"""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from unittest.mock import patch

sys.path.insert(0, str(Path(__file__).parents[2]))

from typing import TYPE_CHECKING

from tests.simulated.code_cases import CodeCase, code_cases, sample_cases
from tests.simulated.code_names import is_own_name
from tests.support.code_in_process import judge_text
from tutor.coding import variants

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from tests.support.code_mutations import WrongFile
    from tutor.coding.verdict import FileResult, GradientResult

STYLES = ("steps", "layer", "built-in layer", "autograd")
#: The smallest share of wrong code whose mistake is named, and the largest with a false one stated as certain: two in
#: 11,000, a kept value that is that of the example, and a factor 2 where two edges come back alike.
MIN_NAMED, MAX_FALSE = 0.9, 0.0005
_MIN_KINDS = 12
_MAX_EXAMPLES = 400
#: For numbers that the judge has not seen.
_OTHER_SEEDS = ("other 1", "other 2", "other 3")


@dataclass
class CodeTally:
    """The figures of one style: right code, and what was said about wrong code, by kind of mistake."""

    right: Counter[str] = field(default_factory=Counter)
    refused: Counter[str] = field(default_factory=Counter)
    outcomes: dict[str, Counter[str]] = field(default_factory=dict)
    examples: dict[tuple[str, str], list[str]] = field(default_factory=dict)

    def add_right(self, way: str, case: CodeCase, result: FileResult) -> None:
        self.right[way] += 1
        if not result.solved:
            self.refused[way] += 1
            self._keep("refused", way, f"{case.name}: {describe(result)}")

    def add_wrong(self, case: CodeCase, wrong: WrongFile, outcome: str, result: FileResult) -> None:
        self.outcomes.setdefault(wrong.kind, Counter())[outcome] += 1
        self._keep(outcome, wrong.kind, f"{case.name}: {wrong.line}   # {describe(result)}")

    def _keep(self, outcome: str, kind: str, text: str) -> None:
        kept = self.examples.setdefault((outcome, kind), [])
        if len(kept) < _MAX_EXAMPLES:
            kept.append(text)

    def merge(self, other: CodeTally) -> None:
        self.right += other.right
        self.refused += other.refused
        for kind, counts in other.outcomes.items():
            self.outcomes.setdefault(kind, Counter()).update(counts)
        for key, texts in other.examples.items():
            self.examples.setdefault(key, []).extend(texts)

    def share(self, *outcomes: str) -> float:
        """Return the part of the judged wrong files with one of these outcomes."""
        total = Counter[str]()
        for counts in self.outcomes.values():
            total.update(counts)
        judged = sum(total[each] for each in ("named", "same formula", "other, asked", "other, certain", "unnamed"))
        return sum(total[each] for each in outcomes) / max(judged, 1)

    def failures(self, min_kinds: int = _MIN_KINDS) -> list[str]:
        """Return what is beyond its limit."""
        failed = [f"right code refused: {way}" for way in self.refused]
        if self.share("named", "same formula") < MIN_NAMED:
            failed.append("too few mistakes are named")
        if self.share("other, certain") > MAX_FALSE:
            failed.append("a false mistake is stated as certain")
        if sum(counts["named"] > 0 for counts in self.outcomes.values()) < min_kinds:
            failed.append("too few kinds of mistakes were tried")
        if any(counts["accepted"] for counts in self.outcomes.values()):
            failed.append("wrong code is accepted")
        return failed

    def shown(self, *outcomes: str) -> Iterator[str]:
        """Yield the cases with outcomes that begin with one of these words."""
        for (outcome, kind), texts in sorted(self.examples.items()):
            if outcome.startswith(outcomes):
                yield from (f"\n# {outcome}: {kind}", *texts)

    def table(self, style: str) -> str:
        columns = ("named", "same formula", "other, asked", "other, certain", "unnamed", "stopped")
        ways = ", ".join(f"{way} {self.right[way] - self.refused[way]}/{self.right[way]}" for way in self.right)
        lines = [
            f"## {style}",
            f"right code accepted: {ways}",
            f"{'wrong code':28}" + "".join(f"{c:>15}" for c in columns),
        ]
        for kind, counts in sorted(self.outcomes.items()):
            lines.append(f"{kind:28}" + "".join(f"{counts[column]:15,}" for column in columns))
        lines.append(f"{'share':28}" + "".join(f"{self.share(column):15.2%}" for column in columns[:5]))
        return "\n".join(lines)


def describe(result: FileResult) -> str:
    """Return what is said about a file, in short."""
    if result.fault is not None:
        return f"fault: {result.fault}"
    told = [
        f"{each.name} {each.verdict} {each.mistake}{'' if each.certain else '?'}"
        for each in result.results
        if each.verdict != "right"
    ]
    return ", ".join(told) or "right"


def outcome_of(wrong: WrongFile, result: FileResult, first: GradientResult | None) -> str:
    """Return how a wrong file was judged; empty if its values are right."""
    if wrong.kind == "argument changed in place":
        is_told = result.fault is not None and "in place" in str(result.fault)
        return "named" if is_told or (first is not None and is_own_name(wrong.kind, first.mistake)) else "unnamed"
    if result.fault is not None:
        return "stopped"
    if first is None:
        return ""
    if not first.mistake:
        return "unnamed"
    if is_own_name(wrong.kind, first.mistake):
        return "named"
    return "other, certain" if first.certain else "other, asked"


def measure_case(case: CodeCase, share: float = 1) -> dict[str, CodeTally]:
    """Judge a case's right code, and its wrong code or a share of it."""
    tally = CodeTally()
    for way, text in case.right_files():
        tally.add_right(way, case, judge_text(case.style, text))
    for wrong in case.wrong_files(share):
        result = judge_text(case.style, wrong.text)
        first = next((each for each in result.results if each.verdict == "wrong"), None)
        outcome = outcome_of(wrong, result, first)
        if outcome == "other, certain" and _is_told_elsewhere(case, wrong, first):
            outcome = "same formula"
        if outcome:
            tally.add_wrong(case, wrong, outcome, result)
    return {case.group: tally}


def _is_told_elsewhere(case: CodeCase, wrong: WrongFile, first: GradientResult | None) -> bool:
    """Return whether other numbers show the same mistake: then its formula is the one of the code, and the name true."""
    assert first is not None
    for seed in _OTHER_SEEDS:
        with patch.object(variants, "SEED", seed):
            result = judge_text(CodeCase.named(case.name).style, wrong.text)
        if not any((each.name, each.mistake) == (first.name, first.mistake) for each in result.results):
            return False
    return True


def measure(names: Sequence[str], share: float = 1, processes: int = 1) -> Mapping[str, CodeTally]:
    """Judge all these cases."""
    totals = {style: CodeTally() for style in STYLES}
    if processes == 1:
        parts = [_measure_name(name, share) for name in names]
    else:
        with ProcessPoolExecutor(processes) as pool:
            parts = list(pool.map(partial(_measure_name, share=share), names, chunksize=2))
    for part in parts:
        for style, tally in part.items():
            totals[style].merge(tally)
    return totals


def _measure_name(name: str, share: float) -> dict[str, CodeTally]:
    return measure_case(CodeCase.named(name), share)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sample", action="store_true", help="only what the test suite tries")
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--only", default="", help="only cases whose name contains this")
    parser.add_argument(
        "--show", metavar="OUTCOME", help="print the cases with this outcome, such as unnamed; all if empty"
    )
    options = parser.parse_args()
    names = [name for name in (sample_cases() if options.sample else code_cases()) if options.only in name]
    totals = measure(names, processes=options.processes)
    failed = False
    for style, tally in totals.items():
        if not tally.right:
            continue
        print(tally.table(style), end="\n\n")
        for failure in tally.failures():
            failed = True
            print(f"{style}: {failure}")
        if options.show is not None:
            print(*tally.shown(options.show), sep="\n")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
