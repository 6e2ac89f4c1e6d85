"""What simulated terms show: how true the mastery is that learners are told, and what practice costs them."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass
from functools import cached_property
from itertools import groupby
from statistics import mean
from typing import TYPE_CHECKING, NamedTuple

from tests.simulated.practice.prediction import Earlier, Rules
from tutor.practice.event import parse_day
from tutor.practice.mastery import RULE_EVENT_KINDS

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import date

    from tests.simulated.practice.term import DayOfPractice, Term

#: A rule that was due on so many days of practice should have been reviewed.
DUE_FOR_LONG = 3
#: No session should be longer.
SESSION_MINUTES = 10
#: A skill is well known if it is recalled with this probability.
WELL_KNOWN = 0.9


class Told(NamedTuple):
    """What a learner was told about a rule in the evening, and how well its skills are known then and a day later."""

    rule: str
    state: str
    knows: float
    knows_tomorrow: float


@dataclass(frozen=True)
class Mastered:
    """The way to the first *solid* of a rule: days since its first practice, and minutes spent at its blanks."""

    days: int
    minutes: float


@dataclass(frozen=True)
class TermFigures:
    """The figures of one learner's term."""

    term: Term

    def told(self, earlier: bool = False) -> Iterator[Told]:
        """Yield what the program told about each practised rule each evening, or would have told earlier."""
        catalog = self.term.catalog
        skills = catalog.earlier_skills if earlier else catalog.skills
        states = self._earlier_states() if earlier else [day.told for day in self.term.days]
        for day, told in zip(self.term.days, states, strict=True):
            for rule, state in told.items():
                recalls = [day.recall[skill] for skill in skills.get(rule, ())]
                if recalls:
                    yield Told(rule, state, mean(now for now, _ in recalls), mean(later for _, later in recalls))

    @cached_property
    def rules(self) -> Rules:
        """The rules of the events."""
        return Rules(self.term.catalog, self.term.index)

    @cached_property
    def practised(self) -> Mapping[str, date]:
        """The day of the first practice of each rule."""
        found: dict[str, date] = {}
        for day in self.term.days:
            for rule in day.told:
                found.setdefault(rule, day.day)
        return found

    @cached_property
    def practice_days(self) -> Mapping[str, list[date]]:
        """The days on which each rule was practised."""
        days: dict[str, list[date]] = defaultdict(list)
        for event in self.term.events:
            day = parse_day(event.at)
            for rule in self.rules.present(event) if event.kind in RULE_EVENT_KINDS else ():
                if day is not None and day not in days[rule][-1:]:
                    days[rule].append(day)
        return days

    @cached_property
    def mastered(self) -> Mapping[str, Mastered]:
        """The rules that became solid."""
        found: dict[str, Mastered] = {}
        for day in self.term.days:
            for rule, state in day.told.items():
                if state == "solid" and rule not in found:
                    seconds = sum(
                        event.duration
                        for event in self.term.events
                        if rule in self.rules.present(event) and event.at[:10] <= day.day.isoformat()
                    )
                    found[rule] = Mastered((day.day - self.practised[rule]).days, seconds / 60)
        return found

    @cached_property
    def reviews(self) -> Mapping[str, int]:
        """On how many days each rule was asked for in a review."""
        return Counter(rule for rule, _ in self._reviewed)

    @cached_property
    def _reviewed(self) -> set[tuple[str, str]]:
        """The rules asked for in reviews, each with the day."""
        tries = {event.worksheet for event in self.term.events if event.kind == "review"}
        return {
            (rule, event.at[:10])
            for event in self.term.events
            if event.worksheet in tries and event.kind == "answer"
            for rule in self.rules.present(event)
        }

    @cached_property
    def long_reviews(self) -> Mapping[str, int]:
        """How often each exercise that is longer than a session was reviewed, whole or in part."""
        begun = Counter((event.pack, event.exercise) for event in self.term.events if event.kind == "review")
        index = self.term.index
        return {"/".join(name): count for name, count in begun.items() if index[name].minutes > SESSION_MINUTES}

    @cached_property
    def never_reviewed(self) -> list[str]:
        """The rules that were due on several days of practice and were never asked for in a review."""
        due = Counter(rule for day in self.days_at_work for rule in day.due)
        return [rule for rule, days in due.items() if days >= DUE_FOR_LONG and not self.reviews.get(rule)]

    @cached_property
    def longest_wait(self) -> int:
        """The most days of practice in a row on which a rule was due and not asked for in the review."""
        waiting: Counter[str] = Counter()
        longest = 0
        for day in self.days_at_work:
            left = [rule for rule in day.due if (rule, day.day.isoformat()) not in self._reviewed]
            waiting = Counter({rule: waiting[rule] + 1 for rule in left})
            longest = max(longest, *waiting.values(), 0)
        return longest

    @property
    def solid_at_the_end(self) -> int:
        """The number of rules that are solid in the last evening."""
        return sum(state == "solid" for state in self.term.days[-1].told.values())

    @property
    def solved(self) -> int:
        """The number of exercises that were solved."""
        return len({(event.pack, event.exercise) for event in self.term.events if event.kind == "solved"})

    def days_since(self, rule: str) -> int:
        """Return the days from the first practice of a rule to the end."""
        return (self.term.days[-1].day - self.practised[rule]).days

    @property
    def days_at_work(self) -> list[DayOfPractice]:
        return [day for day in self.term.days if day.minutes]

    def _earlier_states(self) -> list[Mapping[str, str]]:
        """Return what the earlier model would have told each evening, from the export."""
        model, found = Earlier(self.rules), []
        by_day = {day: list(events) for day, events in groupby(self.term.events, lambda event: event.at[:10])}
        for day in self.term.days:
            for event in by_day.get(day.day.isoformat(), ()):
                if event.kind in RULE_EVENT_KINDS:
                    model.apply(event)
            found.append(model.states())
        return found


@dataclass(frozen=True)
class Truth:
    """How true a word about a rule is: how often it was told, and the share of those told who know the rule."""

    times: int
    knows: float
    knows_tomorrow: float
    well_known: float


def truth_by_state(terms: Sequence[TermFigures], earlier: bool = False) -> Mapping[str, Truth]:
    """Return how true each word about mastery is, over all rules and evenings."""
    told: dict[str, list[Told]] = defaultdict(list)
    for term in terms:
        for each in term.told(earlier):
            told[each.state].append(each)
    return {
        state: Truth(
            len(cases),
            mean(each.knows for each in cases),
            mean(each.knows_tomorrow for each in cases),
            mean(each.knows >= WELL_KNOWN for each in cases),
        )
        for state, cases in sorted(told.items())
    }


def weekly_due(terms: Sequence[TermFigures]) -> list[tuple[float, int]]:
    """Return the mean and the largest number of due rules in the morning, week by week."""
    weeks: dict[int, list[int]] = defaultdict(list)
    for term in terms:
        for number, day in enumerate(term.term.days):
            weeks[number // 7].append(len(day.due))
    return [(mean(counts), max(counts)) for _, counts in sorted(weeks.items())]


def quantile(values: Sequence[float], share: float) -> float:
    """Return the value below which a share of the values lies; 0 without values."""
    return sorted(values)[min(int(share * len(values)), len(values) - 1)] if values else 0.0
