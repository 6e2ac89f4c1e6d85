"""A learner whose knowledge of every skill is known to us: it is learnt, forgotten, and sometimes wrong.

The parts are those of the literature. As in Bayesian Knowledge Tracing (Corbett & Anderson, "Knowledge Tracing:
Modeling the Acquisition of Procedural Knowledge", 1995) a skill is known or not, known before with some probability,
learnt with another at each opportunity, and an answer may be a slip or a guess. What is known is forgotten as in
half-life regression (Settles & Meeder, "A Trainable Spaced Repetition Model for Language Learning", 2016): it is
recalled with probability 2^(−days/half-life), and a success lengthens the half-life, more so after a longer time
(Cepeda et al., "Distributed Practice in Verbal Recall Tasks", 2006). What is not known may be known wrongly: a
misconception is a named mistake of the catalogue, which a message that names it removes with some probability.

This is on purpose not the model of the scheduler, so that its predictions are not right by construction.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import exp
from typing import TYPE_CHECKING

from tests.simulated.practice.replies import Replies
from tests.simulated.practice.skills import EASY, HARD, first_word, true_skill

if TYPE_CHECKING:
    from random import Random

    from tests.simulated.practice.clock import Clock
    from tutor.grading.problem import Blank
    from tutor.grading.verdict import Verdict
    from tutor.practice.worksheet import Worksheet

#: No skill is remembered for longer than this, in days.
_LONGEST_HALF_LIFE = 400.0
#: The half-life of what was known before.
_OLD_HALF_LIFE = 60.0
#: A success at this recall or below lengthens the half-life by the whole growth.
_SPACED_RECALL = 0.8
#: After so many wrong answers at a blank the learner takes a hint before each further one, and at last looks it up.
_ATTEMPTS_WITHOUT_HINT, _MAX_ATTEMPTS = 2, 6
_SECONDS_TO_READ, _SECONDS_TO_READ_AGAIN, _SECONDS_FOR_A_MESSAGE = 45.0, 15.0, 10.0


@dataclass(frozen=True)
class Traits:
    """What distinguishes one kind of learner from another; probabilities unless said otherwise.

    `learning` is that of learning from a wrong answer's message, `heed` that of giving up a misconception when a
    message names it. `half_life` is in days after a skill was learnt, `growth` what a spaced success adds to it, as a
    share. A blank takes `seconds`, a day of practice `minutes`, and `attendance` is the share of days with practice.
    """

    name: str
    known_before: float = 0.15
    learning: float = 0.35
    slip: float = 0.06
    guess: float = 0.08
    misconception: float = 0.5
    heed: float = 0.6
    half_life: float = 6.0
    growth: float = 1.5
    seconds: float = 35.0
    minutes: float = 20.0
    attendance: float = 0.85


#: The kinds of learners that are simulated.
POPULATION = (
    Traits("typical"),
    Traits("quick", known_before=0.4, learning=0.6, slip=0.03, heed=0.8, half_life=12, seconds=20),
    Traits("forgetful", half_life=2.5, growth=1.0),
    Traits("careless", slip=0.18, guess=0.15, seconds=18),
    Traits("stubborn", misconception=0.85, heed=0.25, learning=0.2),
    Traits("weekends", attendance=0.35, minutes=40),
)


@dataclass
class Knowledge:
    """The knowledge of one skill: whether it is understood, its half-life in days, and when it was used last."""

    understood: bool
    half_life: float
    seen: float
    misconception: str = ""
    learnt: bool = False

    def recall(self, now: float) -> float:
        """Return the probability of knowing the skill at a time, in days."""
        return 2 ** (-max(now - self.seen, 0) / self.half_life) if self.understood else 0.0

    def strengthen(self, now: float, growth: float) -> None:
        """Lengthen the half-life after a success; hardly, if it was used a moment ago."""
        spacing = min((1 - self.recall(now)) / (1 - _SPACED_RECALL), 1)
        self.half_life = min(self.half_life * (1 + growth * spacing), _LONGEST_HALF_LIFE)
        self.seen = now

    def learn(self, now: float) -> None:
        """Understand the skill, for the first time or again. What was forgotten is remembered for less long."""
        if self.learnt:
            self.half_life = max(self.half_life / 2, 1.0)
        self.understood = self.learnt = True
        self.misconception, self.seen = "", now


class Learner:
    """A simulated learner at real worksheets."""

    def __init__(self, traits: Traits, rng: Random, clock: Clock) -> None:
        self.traits = traits
        self.knowledge: dict[str, Knowledge] = {}
        self._rng = rng
        self._clock = clock
        self._opened: set[str] = set()

    def recall(self, skill: str, days_ahead: float = 0) -> float:
        """Return the probability of knowing a skill now or some days later, without more practice."""
        known = self.knowledge.get(skill)
        return self._known_before(skill) if known is None else known.recall(self._clock.days + days_ahead)

    def fill(self, worksheet: Worksheet) -> None:
        """Fill every blank, with wrong answers and hints on the way."""
        exercise = worksheet.variant.exercise
        name = f"{exercise.pack}/{exercise.id}"
        self._clock.spend(_SECONDS_TO_READ_AGAIN if name in self._opened else _SECONDS_TO_READ)
        self._opened.add(name)
        while (id := worksheet.next_open_blank()) is not None:
            self._fill_blank(worksheet, worksheet.problem.place(id), name)

    def _fill_blank(self, worksheet: Worksheet, blank: Blank, exercise: str) -> None:
        replies = Replies(worksheet.problem, blank, self._rng)
        knowledge = self._knowledge_of(true_skill(exercise, worksheet.problem, blank), replies)
        knows = self._recalls(knowledge)
        for attempt in range(_MAX_ATTEMPTS):
            self._clock.spend(self._thinking_time(blank, knows))
            text = self._answer(replies, knowledge, knows)
            verdict = worksheet.answer(blank.id, text) if text is not None else None
            if worksheet.entry(blank.id).settled:
                self._after_success(knowledge, knows)
                return
            self._clock.spend(_SECONDS_FOR_A_MESSAGE)
            knows = knows or self._heeds(worksheet, blank, knowledge, verdict)
            if attempt + 1 >= _ATTEMPTS_WITHOUT_HINT and worksheet.help_refusal is None:
                worksheet.next_hint(blank.id)
                knows = knows or self._learns(knowledge, 1.5 * self.traits.learning)
        worksheet.reveal(blank.id)
        self._learns(knowledge, self.traits.learning)

    def _knowledge_of(self, skill: str, replies: Replies) -> Knowledge:
        if skill not in self.knowledge:
            ease = exp(self._rng.gauss(0, 0.4)) * (0.7 if first_word(skill) in HARD else 1)
            known = self._rng.random() < self._known_before(skill)
            half_life = _OLD_HALF_LIFE if known else self.traits.half_life * ease
            self.knowledge[skill] = found = Knowledge(known, half_life, self._clock.days, learnt=known)
            if not known and self._rng.random() < self.traits.misconception:
                found.misconception = replies.choose_misconception()
        return self.knowledge[skill]

    def _known_before(self, skill: str) -> float:
        word = first_word(skill)
        factor = 3.0 if word in EASY else 0.3 if word in HARD else 1.0
        return min(self.traits.known_before * factor, 0.9)

    def _recalls(self, knowledge: Knowledge) -> bool:
        if knowledge.understood and self._rng.random() >= knowledge.recall(self._clock.days):
            knowledge.understood = False
        return knowledge.understood

    def _answer(self, replies: Replies, knowledge: Knowledge, knows: bool) -> str | None:
        if knows:
            return replies.right() if self._rng.random() >= self.traits.slip else replies.slip()
        if knowledge.misconception:
            return replies.of_mistake(knowledge.misconception)
        return replies.right() if self._rng.random() < replies.chance(self.traits.guess) else replies.lost()

    def _after_success(self, knowledge: Knowledge, knows: bool) -> None:
        if knows:
            knowledge.strengthen(self._clock.days, self.traits.growth)
        elif not knowledge.misconception:
            self._learns(knowledge, self.traits.learning / 2)

    def _heeds(self, worksheet: Worksheet, blank: Blank, knowledge: Knowledge, verdict: Verdict | None) -> bool:
        """React to a message; return whether the skill is understood now."""
        if not knowledge.misconception:
            return self._learns(knowledge, self.traits.learning)
        named = verdict is not None and knowledge.misconception in (
            verdict.mistake,
            *(suspicion.mistake for suspicion in verdict.suspicions),
        )
        if worksheet.asks(blank.id) and verdict is not None:
            worksheet.reply(blank.id, verdict.suspicions[0].mistake == knowledge.misconception)
        if self._rng.random() >= self.traits.heed * (1 if named else 0.4):
            return False
        knowledge.misconception = ""
        return self._learns(knowledge, 2 * self.traits.learning)

    def _learns(self, knowledge: Knowledge, probability: float) -> bool:
        if self._rng.random() < probability:
            knowledge.learn(self._clock.days)
        return knowledge.understood

    def _thinking_time(self, blank: Blank, knows: bool) -> float:
        rows, columns = blank.shape or (1, 1)
        effort = (1 + 0.15 * (rows * columns - 1)) * (1 if knows else 1.6)
        return self.traits.seconds * effort * exp(self._rng.gauss(0, 0.3))
