"""Sixty days of practice by simulated learners: `python tests/simulated/practice_report.py [--learners N] [--sample]`.

Prints the figures with their limits, what learners are told and whether it is true, the reviews of every rule, and how
well each skill model predicts the next answer; exits with 1 if a figure is beyond its limit. `--write FOLDER` keeps the
exports, and `--exports FOLDER` compares the models on exports, of real learners too: one file for each.
"""

from __future__ import annotations

import argparse
import sys
from concurrent.futures import ProcessPoolExecutor
from functools import cache, partial
from pathlib import Path
from statistics import mean

sys.path.insert(0, str(Path(__file__).parents[2]))

from typing import TYPE_CHECKING

from tests.simulated.practice.figures import TermFigures, quantile, truth_by_state, weekly_due
from tests.simulated.practice.learner import POPULATION, Traits
from tests.simulated.practice.limits import beyond_limits, figures_with_limits
from tests.simulated.practice.prediction import Rules, compare_models
from tests.simulated.practice.term import DAYS, Curriculum, Term, built_in, memory_folder, simulate
from tutor.practice.export import read_export

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from tests.simulated.practice.prediction import Score


def simulate_population(
    learners: int, days: int = DAYS, packs: tuple[str, ...] = (), processes: int = 1, folder: Path | None = None
) -> list[Term]:
    """Simulate so many learners of each kind; keep their exports in a folder, if there is one."""
    cases = [(traits, seed) for seed in range(learners) for traits in POPULATION]
    run = partial(_simulate_one, days=days, packs=packs, folder=folder)
    if processes == 1:
        return [run(case) for case in cases]
    with ProcessPoolExecutor(processes) as pool:
        return list(pool.map(run, cases))


def _simulate_one(case: tuple[Traits, int], days: int, packs: tuple[str, ...], folder: Path | None) -> Term:
    with memory_folder() as temporary:
        return simulate(_curriculum(packs), *case, temporary, days, export_to=folder)


@cache
def _curriculum(packs: tuple[str, ...]) -> Curriculum:
    return built_in(*packs)


def report(terms: Sequence[Term]) -> Iterator[str]:
    """Yield the lines of the report."""
    figures = [TermFigures(term) for term in terms]
    scores = compare_models([term.events for term in terms], figures[0].rules)
    answers = sum(event.kind == "answer" for term in terms for event in term.events)
    yield f"{len(terms)} learners, {len(terms[0].days)} days, {answers:,} answers"
    yield ""
    yield from map(str, figures_with_limits(figures, scores))
    yield from _truth(figures)
    yield from _kinds(figures)
    yield from _rules(figures)
    yield ""
    yield "due in the morning, by week: mean (most)"
    yield "  " + "  ".join(f"{average:.1f} ({most})" for average, most in weekly_due(figures))
    yield ""
    yield from _scores(scores)


def _scores(scores: Mapping[str, Score]) -> Iterator[str]:
    yield f"{'skill model':22} {'log-loss':>9} {'AUC':>6}   held out: {next(iter(scores.values())).answers:,} answers"
    for name, score in scores.items():
        yield f"{name:22} {score.log_loss:9.4f} {score.auc:6.3f}"


def _truth(figures: Sequence[TermFigures]) -> Iterator[str]:
    for title, earlier in (("told", False), ("told by the earlier model", True)):
        yield ""
        yield f"{title:26} {'evenings':>9} {'know it':>8} {'a day later':>12} {'know it well':>13}"
        for state, truth in truth_by_state(figures, earlier).items():
            yield (
                f"  {state:24} {truth.times:9,} {truth.knows:8.1%} {truth.knows_tomorrow:12.1%} {truth.well_known:13.1%}"
            )


def _kinds(figures: Sequence[TermFigures]) -> Iterator[str]:
    yield ""
    yield f"{'learner':11} {'solved':>6} {'rules':>5} {'solid':>5} {'days':>9} {'min a day':>9} {'review':>6} {'due':>9} {'wait':>4}"
    for traits in POPULATION:
        own = [each for each in figures if each.term.traits == traits]
        if not own:
            continue
        days = [one.days for each in own for one in each.mastered.values()]
        work = [day for each in own for day in each.days_at_work]
        due = [len(day.due) for each in own for day in each.term.days]
        yield (
            f"{traits.name:11} {mean(each.solved for each in own):6.0f} {mean(len(each.practised) for each in own):5.0f}"
            f" {mean(each.solid_at_the_end for each in own):5.0f}"
            f" {quantile(days, 0.5):3.0f} ({quantile(days, 0.9):3.0f}) {mean(day.minutes for day in work):9.1f}"
            f" {mean(day.review_minutes for day in work):6.1f} {mean(due):4.1f} ({max(due):2}) {max(each.longest_wait for each in own):4}"
        )


def _rules(figures: Sequence[TermFigures]) -> Iterator[str]:
    yield ""
    yield f"{'rule':33} {'learners':>8} {'reviews':>7} {'a day':>6} {'solid':>6} {'days':>5} {'minutes':>7} {'solid true':>10}"
    rules = sorted({rule for each in figures for rule in each.practised})
    told = [one for each in figures for one in each.told()]
    for rule in rules:
        having = [each for each in figures if rule in each.practised]
        reviews = sum(each.reviews.get(rule, 0) for each in having)
        days = sum(each.days_since(rule) for each in having)
        mastered = [each.mastered[rule] for each in having if rule in each.mastered]
        true = [one.knows for one in told if one.rule == rule and one.state == "solid"]
        yield (
            f"{rule:33} {len(having):8} {reviews / len(having):7.1f} {reviews / max(days, 1):6.3f}"
            f" {len(mastered) / len(having):6.0%} {quantile([one.days for one in mastered], 0.5):5.0f}"
            f" {quantile([one.minutes for one in mastered], 0.5):7.1f} {f'{mean(true):.0%}' if true else '–':>10}"
        )
    longer = sorted({name for each in figures for name in each.long_reviews})
    yield f"exercises longer than a session that were reviewed: {', '.join(longer) or 'none'}"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--learners", type=int, default=4, help="learners of each kind")
    parser.add_argument("--days", type=int, default=DAYS)
    parser.add_argument("--pack", action="append", default=[], help="only this pack; may be given again")
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--write", metavar="FOLDER", type=Path, help="keep the exports")
    parser.add_argument("--exports", metavar="FOLDER", type=Path, help="only compare the models, on these exports")
    options = parser.parse_args()
    if options.exports:
        exports = [[one.event for one in read_export(path)] for path in sorted(options.exports.glob("*.jsonl"))]
        curriculum = built_in()
        print(*_scores(compare_models(exports, Rules(curriculum.catalog, curriculum.index))), sep="\n")
        return 0
    terms = simulate_population(
        options.learners, options.days, tuple(options.pack), options.processes, folder=options.write
    )
    print(*report(terms), sep="\n")
    figures = [TermFigures(term) for term in terms]
    return 1 if beyond_limits(figures, compare_models([term.events for term in terms], figures[0].rules)) else 0


if __name__ == "__main__":
    sys.exit(main())
