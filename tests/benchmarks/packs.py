"""Time of `check` for large packs: `python tests/benchmarks/packs.py [SIZE...]`.

An exercise has 8 operations and new numbers. `check` runs its own numbers and five new sets forward and backward,
compares the gradients with difference quotients, and compares every mistake at every blank with the right value and
with the other mistakes. Sizes from 250 to 4,000 show whether the time grows linearly.
"""

from __future__ import annotations

import random
import sys
import tempfile
import time
from pathlib import Path

from tutor.packs.checks.runner import check_packs

SIZES = (250, 500, 1000, 2000, 4000)
OPERATIONS = 8
#: The promised seconds on two cores, by size.
PROMISE = {2000: 5.0}


def exercise(rng: random.Random) -> str:
    """Return the text of an exercise over four inputs that uses every step."""
    steps, unused, known = [], ["a", "b", "c", "d"], ["a", "b", "c", "d"]
    for position in range(OPERATIONS):
        rng.shuffle(unused)
        operand, sign = unused.pop(), rng.choice("+**-")
        if len(unused) >= OPERATIONS - position or (unused and rng.random() < 0.4):
            formula = f"{operand} {sign} {unused.pop()}"
        elif rng.random() < 0.5:
            formula = f"{operand} {sign} {rng.choice([name for name in known if name != operand])}"
        else:
            formula = rng.choice([f"1 / {operand}", f"{operand} ^ 2"])
        unused.append(f"t{position}")
        known.append(f"t{position}")
        steps.append(f"t{position} = {formula}")
    vary = "".join(f"{name} = {{ from = 2, to = 12 }}\n" for name in "abcd")
    return f'graph = "{"; ".join(steps)}"\nstart = 3\n[inputs]\na = 3\nb = 5\nc = 7\nd = 11\n[vary]\n{vary}'


def write_pack(folder: Path, size: int) -> None:
    rng = random.Random(size)
    (folder / "pack.toml").write_text('format = 1\nid = "large"\ntitle = "Large"\nlanguages = ["en"]\n')
    for number in range(size):
        (folder / f"{number:05}-e{number}.toml").write_text(exercise(rng))


def main() -> None:
    for size in [int(word) for word in sys.argv[1:]] or SIZES:
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            write_pack(folder, size)
            start = time.perf_counter()
            findings = check_packs([folder])
            seconds = time.perf_counter() - start
        errors = [str(finding) for finding in findings if finding.is_error]
        promise = f"   promised: {PROMISE[size]:g} s" if size in PROMISE else ""
        print(f"{size:>5} exercises: {seconds:6.2f} s, {seconds / size * 1000:5.2f} ms each{promise}")
        print(
            f"      errors: {len(errors)}, warnings and notes: {len(findings) - len(errors)}",
            *errors[:3],
            sep="\n      ",
        )


if __name__ == "__main__":
    main()
