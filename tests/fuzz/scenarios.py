"""Random runs of the program: where it starts, and a list of steps that can be shortened and written down."""

from __future__ import annotations

import json
import random
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

#: A kind and its arguments, all of JSON.
Step = tuple[str, ...]

SIZES = ((1, 1), (2, 60), (200, 1), (30, 8), (59, 16), (60, 15), (60, 16), (80, 24), (80, 24), (120, 40), (200, 60))
EXERCISES = (
    "basics/left-to-right",
    "basics/two-roads",
    "basics/reciprocal-in-symbols",
    "basics/what-to-keep",
    "basics/sigmoid-in-python",
    "basics/sigmoid-in-parts",
    "neuron/ten-sigmas",
    "matrices/sigma-xw",
    "sequences/lstm-cell",
    "sequences/attention-head",
)
#: How a run starts: on the list, at the first start, in an exercise, in a solved one, after weeks of practice, in an
#: exam, in the playground, or at a file or a pack that is being edited.
STARTS = ("list", "first", "exercise", "exercise", "solved", "history", "exam", "playground", "file", "pack")
#: What an author or a disk may do to the files that are watched, and what may happen to the store and the settings.
FILE_EVENTS = ("good", "other", "faulty", "empty", "binary", "delete", "folder", "pack.toml", "new", "settings", "keys")
STORE_EVENTS = ("lock", "unlock", "unlock", "delete", "garbage", "truncate", "fill", "heal", "read-only", "move")

SPECIAL_KEYS = (
    *("enter", "enter", "enter", "escape", "escape", "tab", "shift+tab", "up", "down", "left", "right", "home", "end"),
    *("pageup", "pagedown", "backspace", "delete", "space", "ctrl+p", "ctrl+p", "ctrl+z", "ctrl+s", "ctrl+f", "ctrl+a"),
    *("ctrl+home", "ctrl+end", "ctrl+left", "ctrl+right", "ctrl+k", "ctrl+u", "ctrl+w", "ctrl+l", "ctrl+o"),
    *(f"f{number}" for number in range(1, 13)),
)
CHARACTERS = "0123456789abcdexyzLzγσ가ㅎ界é?/.,-+*()[]{};:=_^'\"\\|<>~`@#$%& "
TEXTS = (
    *("3", "-2", "0.5", "2/3", "12", "x*y", "dL/dz", "1e400", "9^9^9 dL/dz", "[[1, 2], [3, 4]]", "z = a*b", "a=1 b=2"),
    *("two roads", "sigm", "settings", "한국어", "english", "ascii", "first steps", "progress", "review", "소프트맥스"),
    *("L = (w*x + b - y)^2", "w=2 x=3 b=4 y=3", "u = x*y; z = u + x", "((((", "exp(exp(exp(9)))", "ones(9, 9)"),
)
PASTES = (*TEXTS, "x" * 5_000, "1\n2\n3", "\x00\x07\t", "[bold]a[/]", "가" * 300, "3 + " * 2_000, "é́́" * 50, "")


@dataclass(frozen=True)
class Scenario:
    """A start and the steps that follow it."""

    seed: int
    start: str
    exercise: str
    size: tuple[int, int]
    language: str
    ascii: bool
    steps: tuple[Step, ...]

    def with_steps(self, steps: Sequence[Step]) -> Scenario:
        """Return the same start with other steps."""
        return replace(self, steps=tuple(steps))

    def to_json(self) -> str:
        """Return the scenario as text, to be run again with `--replay`."""
        return json.dumps(asdict(self), ensure_ascii=False)

    @staticmethod
    def from_json(text: str) -> Scenario:
        fields = json.loads(text)
        fields["steps"] = tuple(map(tuple, fields["steps"]))
        fields["size"] = tuple(fields["size"])
        return Scenario(**fields)


def make_scenario(seed: int, num_steps: int) -> Scenario:
    """Return the scenario of a seed."""
    rng = random.Random(seed)
    return Scenario(
        seed=seed,
        start=rng.choice(STARTS),
        exercise=rng.choice(EXERCISES),
        size=rng.choice(SIZES),
        language=rng.choice(("en", "ko")),
        ascii=rng.random() < 0.2,
        steps=tuple(_step(rng) for _ in range(num_steps)),
    )


def _step(rng: random.Random) -> Step:
    kinds = list(_STEPS)
    (kind,) = rng.choices(kinds, [_STEPS[kind][0] for kind in kinds])
    return (kind, *_STEPS[kind][1](rng))


def _key(rng: random.Random) -> str:
    return rng.choice(SPECIAL_KEYS) if rng.random() < 0.7 else rng.choice(CHARACTERS)


def _burst(rng: random.Random) -> Step:
    if rng.random() < 0.3:
        return (_key(rng),) * rng.randint(2, 20)
    return tuple(_key(rng) for _ in range(rng.randint(2, 12)))


def _place(rng: random.Random) -> tuple[str, str]:
    """Return a place in the window, as shares of its width and height."""
    return f"{rng.random():.3f}", f"{rng.random():.3f}"


def _raw_bytes(rng: random.Random) -> str:
    data = bytes(rng.randrange(256) for _ in range(rng.randint(1, 12)))
    # An unfinished paste would take all keys that follow, as it should.
    return data.replace(b"\x11", b"").replace(b"\x03", b"").hex()


#: The steps with their weights.
_STEPS: dict[str, tuple[float, Callable[[random.Random], Step]]] = {
    "key": (40, lambda rng: (_key(rng),)),
    "burst": (14, _burst),
    "text": (12, lambda rng: (rng.choice(TEXTS), rng.choice(("", "enter")))),
    "paste": (5, lambda rng: (rng.choice(PASTES),)),
    "click": (8, lambda rng: (*_place(rng), str(rng.choice((1, 1, 2, 3))))),
    "scroll": (3, lambda rng: (*_place(rng), rng.choice(("up", "down")))),
    "resize": (6, lambda rng: tuple(map(str, rng.choice(SIZES)))),
    "file": (5, lambda rng: (rng.choice(FILE_EVENTS),)),
    "store": (4, lambda rng: (rng.choice(STORE_EVENTS),)),
    "wait": (2, lambda rng: (str(rng.choice((0.05, 0.3))),)),
    "raw": (2, lambda rng: (_raw_bytes(rng),)),
    "redraw": (2, lambda rng: (rng.choice(("ascii", "all", "en", "ko")),)),
    "stop": (0.5, lambda rng: (rng.choice(("TSTP", "STOP")),)),
    "quit": (0.3, lambda rng: ()),
}
