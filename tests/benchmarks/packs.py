"""How long `check` takes for a large pack: 2,000 exercises of 8 operations, each with 5 sampled variants.

    python tests/benchmarks/packs.py [SIZE...]

Every exercise is read and opened; its own numbers and five fresh sets go forward and backward, are held against
difference quotients, and every mistake at every blank is told from the right value and from the others. Sizes from 250
to 4,000 show whether time grows with the size and no faster.
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
#: What the promise is for, in seconds on two cores.
PROMISE = {2000: 5.0}


def exercise(rng: random.Random) -> str:
    """The text of an exercise over four inputs, in which every step is used."""
    steps, loose, known = [], ["a", "b", "c", "d"], ["a", "b", "c", "d"]
    for position in range(OPERATIONS):
        rng.shuffle(loose)
        one, sign = loose.pop(), rng.choice("+**-")
        if len(loose) >= OPERATIONS - position or (loose and rng.random() < 0.4):
            formula = f"{one} {sign} {loose.pop()}"
        elif rng.random() < 0.5:
            formula = f"{one} {sign} {rng.choice([name for name in known if name != one])}"
        else:
            formula = rng.choice([f"1 / {one}", f"{one} ^ 2"])
        loose.append(f"t{position}")
        known.append(f"t{position}")
        steps.append(f"t{position} = {formula}")
    vary = "".join(f"{name} = {{ from = 2, to = 12 }}\n" for name in "abcd")
    return f'graph = "{"; ".join(steps)}"\nstart = 3\n[inputs]\na = 3\nb = 5\nc = 7\nd = 11\n[vary]\n{vary}'


def write(folder: Path, size: int) -> None:
    rng = random.Random(size)
    (folder / "pack.toml").write_text('format = 1\nid = "large"\ntitle = "Large"\nlanguages = ["en"]\n')
    for number in range(size):
        (folder / f"{number:05}-e{number}.toml").write_text(exercise(rng))


def main() -> None:
    for size in [int(word) for word in sys.argv[1:]] or SIZES:
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            write(folder, size)
            began = time.perf_counter()
            findings = check_packs([folder])
            seconds = time.perf_counter() - began
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
