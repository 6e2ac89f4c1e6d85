"""Random command lines of `solve`: each ends with 0, 1 or 2, says what is wrong in few lines, and is quick.

`python -m tests.fuzz.solve_lines 20000 7` tries that many lines, drawn from that seed, and prints the memory.
"""

from __future__ import annotations

import io
import random
import resource
import sys
import time
import traceback
from contextlib import redirect_stderr, redirect_stdout

from tests.fuzz.texts import TextGenerator
from tests.support.random_programs import exact_inputs, random_matrix_program, random_scalar_program
from tests.support.timing import baseline_seconds
from tutor.algebra.printing import format_value
from tutor.cli import run

FORMATS = ("--json", "--numpy", "--torch", "--latex", "--no-draw", "--draw", "--check=1e-4")
#: The limit for a refused line, relative to the baseline of `tests.support.timing`: about 50 ms and the drawing of a
#: caret under a long line.
LIMIT_FACTOR = 40
#: A refusal is a sentence, the line with a caret, and perhaps a usage line.
MAX_ERROR_LINES = 8


def random_line(rng: random.Random, texts: TextGenerator) -> list[str]:
    """Return the arguments of `solve`: a formula with values, more or less damaged."""
    if rng.random() < 0.5:
        program = (random_scalar_program if rng.random() < 0.5 else random_matrix_program)(rng, 4)
        inputs = {name: format_value(value).replace("−", "-") for name, value in exact_inputs(program).items()}
        formula = program.text
    else:
        formula = texts.text("graph")
        inputs = {name: texts.text("value") for name in rng.sample("xyabXW", rng.randint(0, 4))}
    arguments = [formula, *(f"{name}={value}" for name, value in inputs.items())]
    if rng.random() < 0.5:
        arguments.append(rng.choice(FORMATS))
    for option, kind in (("--start", "value"), ("--wrt", "number"), ("--node", "definition"), ("--symbols", "number")):
        if rng.random() < 0.08:
            arguments += [option, rng.choice((texts.text(kind), "x", "dL/dz"))]
    if rng.random() < 0.2:
        arguments += [rng.choice(("--hessian", "--gradient")), rng.choice(("x", "y", "x,y", texts.text("number")))]
    if rng.random() < 0.1:
        arguments.insert(rng.randrange(len(arguments) + 1), texts.text(rng.choice(("graph", "value"))))
    return [argument.replace("\0", "") for argument in arguments]


def find_failures(count: int, seed: int) -> list[str]:
    """Run `count` random lines. Return those that raised an exception, ended oddly or took too long to be refused."""
    rng, texts = random.Random(seed), TextGenerator(seed)
    failures = []
    for _ in range(count):
        line = random_line(rng, texts)
        try:
            seconds, code, errors = _run(line)
            if code not in (0, 1, 2) or (code and not errors.strip()):
                failures.append(f"{line!r}\nexit code {code}, {errors!r}")
            elif code and len(errors.splitlines()) > MAX_ERROR_LINES + " ".join(line).count("\n"):
                failures.append(f"{line!r}\n{errors}")
            elif code and min(seconds, _run(line)[0]) > LIMIT_FACTOR * baseline_seconds():
                failures.append(f"{line!r}\n{seconds * 1000:.0f} ms")
        except Exception:
            failures.append(f"{line!r}\n{traceback.format_exc(limit=-4)}")
    return failures


def _run(line: list[str]) -> tuple[float, int | str | None, str]:
    """Return the processor seconds, the exit code and what a line prints on standard error."""
    out, errors = (io.TextIOWrapper(io.BytesIO(), encoding="utf-8", write_through=True) for _ in range(2))
    start = time.thread_time()
    with redirect_stdout(out), redirect_stderr(errors):
        try:
            code: int | str | None = run(["solve", *line])
        except SystemExit as exit_:
            code = exit_.code
    seconds = time.thread_time() - start
    errors.seek(0)
    return seconds, code, errors.read()


def main() -> None:
    count, seed = map(int, sys.argv[1:3])
    for first in range(0, count, 1000):
        print(*find_failures(min(1000, count - first), seed + first), sep="\n")
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
        print(f"{first + 1000} lines, {peak} MiB at most", flush=True)


if __name__ == "__main__":
    main()
