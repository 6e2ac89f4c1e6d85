"""The process in which a learner's file runs. It imports nothing of the tutor and knows no right value.

It reads a job from the file named by its first argument and writes one JSON object a line to the file named by its
second. `sandbox.run_file` starts it, in a folder of its own.
"""

from __future__ import annotations

import contextlib
import json
import os
import sys
import threading
from pathlib import Path
from typing import Any

import numpy

try:
    import resource
except ImportError:  # There are no such limits on Windows.
    resource = None  # type: ignore[assignment, unused-ignore]

#: Bytes of address space, seconds of the processor, bytes of a file, and processes that may be started.
_MAX_MEMORY = 3 << 29
_MAX_SECONDS = 20
_MAX_FILE_SIZE = 64 << 20
_MAX_PROCESSES = 8
#: Entries of an array that are sent to the judge.
_MAX_ENTRIES = 200_000
_STARTS_PROCESS = ("os.fork", "os.forkpty", "os.posix_spawn", "os.spawn", "os.system", "os.exec", "subprocess.Popen")


def _limit_resources() -> None:
    if resource is None:
        return
    for kind, amount in (
        (resource.RLIMIT_AS, _MAX_MEMORY),
        (resource.RLIMIT_CPU, _MAX_SECONDS),
        (resource.RLIMIT_FSIZE, _MAX_FILE_SIZE),
        (resource.RLIMIT_CORE, 0),
    ):
        with contextlib.suppress(OSError, ValueError):
            resource.setrlimit(kind, (amount, resource.getrlimit(kind)[1]))


def _limit_processes() -> None:
    """Refuse to start more than a few processes. Those that are started inherit the count."""
    started = [0]

    def watch(event: str, _arguments: Any) -> None:
        if event in _STARTS_PROCESS:
            started[0] += 1
            if started[0] > _MAX_PROCESSES:
                raise RuntimeError("too many processes")

    sys.addaudithook(watch)


class Channel:
    """The way to the judge. What is sent is kept even if the process ends at the next line."""

    def __init__(self, path: str) -> None:
        self._descriptor = os.open(path, os.O_WRONLY | os.O_APPEND)
        self._dumps, self._write = json.dumps, os.write

    def send(self, **message: Any) -> None:
        data = (self._dumps(message) + "\n").encode("utf-8", "backslashreplace")
        while data:
            data = data[self._write(self._descriptor, data) :]


class _Tools:
    """What of NumPy is used here, kept apart from what a file does to the module."""

    def __init__(self, np: Any) -> None:
        self.asarray, self.array, self.array_equal = np.asarray, np.array, np.array_equal
        self.ndarray, self.generic = np.ndarray, np.generic


def _describe_error(error: BaseException, path: str) -> dict[str, Any]:
    """Return an exception as data: its kind, its text, and the last line of the learner's file that it went through."""
    line = getattr(error, "lineno", None) if isinstance(error, SyntaxError) else None
    shapes: dict[str, list[int]] = {}
    trace = error.__traceback__
    while trace is not None:
        if trace.tb_frame.f_code.co_filename == path:
            line, shapes = trace.tb_lineno, _shapes_of(trace.tb_frame.f_locals)
        trace = trace.tb_next
    try:
        text = str(error)
    except Exception:
        text = ""
    return {
        "kind": type(error).__name__,
        "bases": [base.__name__ for base in type(error).__mro__],
        "text": text[:2000],
        "line": line,
        "name": name if isinstance(name := getattr(error, "name", None), str) else None,
        "shapes": shapes,
    }


def _shapes_of(values: dict[str, Any]) -> dict[str, list[int]]:
    """Return the shapes of the arrays and numbers among some variables."""
    shapes: dict[str, list[int]] = {}
    for name, value in values.items():
        shape = () if isinstance(value, (int, float)) else getattr(value, "shape", None)
        if isinstance(shape, tuple) and all(isinstance(size, int) for size in shape):
            shapes[name] = list(shape)
    return shapes


def _encode(value: Any, np: Any) -> dict[str, Any]:
    """Return a value as data for the judge, which looks at it with its own NumPy."""
    if value is Ellipsis:
        return {"missing": True}
    if value is None:
        return {"other": "None"}
    if not isinstance(value, (int, float, np.ndarray, np.generic, list, tuple)):
        tensor = getattr(value, "detach", None)
        if callable(tensor):
            value = np.asarray(value.detach().cpu())
        else:
            return {"other": type(value).__name__}
    try:
        array = np.asarray(value)
    except ValueError:
        return {"other": "ragged"}
    if array.dtype == object and array.size and any(cell is Ellipsis for cell in array.ravel()):
        return {"missing": True}
    if array.dtype.kind not in "fiub":
        return {"other": str(array.dtype)}
    if array.size > _MAX_ENTRIES:
        return {"other": "too large"}
    return {
        "shape": list(array.shape),
        "entries": [float(cell) for cell in array.astype(float).ravel()],
        "coarse": array.dtype.kind == "f" and array.dtype.itemsize < 8,
    }


def _values_so_far(error: BaseException, job: dict[str, Any], np: Any) -> dict[str, Any]:
    """Return the gradients that the function had computed when it stopped."""
    trace = error.__traceback__
    while trace is not None:
        code = trace.tb_frame.f_code
        if code.co_filename == job["path"] and code.co_name == job["function"]:
            values = trace.tb_frame.f_locals
            return {name: _encode(values[name], np) for name in job.get("names", ()) if name in values}
        trace = trace.tb_next
    return {}


def _decode(data: dict[str, Any], np: Any) -> Any:
    array = np.array(data["entries"], dtype=float).reshape(data["shape"])
    if data.get("whole"):
        array = array.astype(int)
    return array if data["shape"] else (int(array) if data.get("whole") else float(array))


def _load(path: str, channel: Channel) -> dict[str, Any] | None:
    """Run the learner's file and return its names; None if that fails."""
    source = Path(path).read_text(encoding="utf-8-sig")
    namespace: dict[str, Any] = {"__name__": "learner", "__file__": path}
    try:
        exec(compile(source, path, "exec", dont_inherit=True), namespace)  # noqa: S102 - the learner's own file
    except BaseException as error:  # SystemExit and KeyboardInterrupt are answers, too.
        channel.send(event="error", at="file", error=_describe_error(error, path))
        return None
    return namespace


def _use_function(job: dict[str, Any], namespace: dict[str, Any], channel: Channel, np: Any) -> None:
    """Call a function once for each set of arguments, and send what it returns."""
    function = namespace.get(job["function"])
    if not callable(function):
        channel.send(event="no entry")
        return
    for number, call in enumerate(job["calls"]):
        arguments = [_decode(argument, np) for argument in call]
        before = _copies(arguments, np)
        try:
            result = function(*arguments)
        except BaseException as error:
            values = _values_so_far(error, job, np)
            channel.send(event="result", at=number, values=values, changed=[], partial=True)
            channel.send(event="error", at=number, error=_describe_error(error, job["path"]))
            return
        changed = _changed(before, arguments, np)
        if isinstance(result, dict):
            values = {str(name): _encode(value, np) for name, value in result.items()}
            channel.send(event="result", at=number, values=values, changed=changed)
        else:
            channel.send(event="result", at=number, kind=type(result).__name__, changed=changed)


def _use_class(job: dict[str, Any], namespace: dict[str, Any], channel: Channel, np: Any) -> None:
    """Run forward and backward of objects of a class, and send what they return and keep."""
    kind = namespace.get(job["class"])
    if not callable(kind):
        channel.send(event="no entry")
        return
    made = None
    layer: Any = None
    kept: list[Any] = []
    for number, call in enumerate(job["calls"]):
        forward, backward = ([_decode(each, np) for each in call[name]] for name in ("forward", "backward"))
        values: dict[str, Any] = {}
        before: list[Any] = []
        try:
            if call["object"] != made:
                made, kept = call["object"], [_decode(each, np) for each in call["init"]]
                layer = kind(*kept)
            before = _copies([*forward, *backward, *kept], np)
            values[job["output"]] = _encode(layer.forward(*forward), np)
            result = layer.backward(*backward)
        except BaseException as error:
            channel.send(event="result", at=number, values=values, changed=[], partial=True)
            channel.send(event="error", at=number, error=_describe_error(error, job["path"]))
            return
        names = job["returned"]
        parts = (result,) if len(names) == 1 else result if isinstance(result, tuple) else ()
        values.update({name: _encode(part, np) for name, part in zip(names, parts, strict=False)})
        values.update({name: _encode(getattr(layer, name), np) for name in job["kept"] if hasattr(layer, name)})
        changed = _changed(before, [*forward, *backward, *kept], np)
        channel.send(event="result", at=number, values=values, changed=changed)


def _use_autograd(job: dict[str, Any], namespace: dict[str, Any], channel: Channel, _np: Any) -> None:
    """Compute small graphs with a class of numbers, and send the gradients of their leaves."""
    kind = namespace.get(job["autograd"])
    if not callable(kind):
        channel.send(event="no entry")
        return
    for number, program in enumerate(job["programs"]):
        try:
            leaves, output = _compute(program, kind)
            value = _as_number(getattr(output, "data", None))
            output.backward()
            grads = [_as_number(leaf.grad) for leaf in leaves]
            output.backward()
            again = [_as_number(leaf.grad) for leaf in leaves]
        except BaseException as error:
            channel.send(event="error", at=number, error=_describe_error(error, job["path"]))
            return
        channel.send(event="graph", at=number, grads=grads, again=again, value=value)
    first = last = kind(1.0)
    try:
        for _link in range(job["chain"]):
            last = last + kind(0.5)
        last.backward()
        channel.send(event="chain", grad=_as_number(first.grad))
    except RecursionError:
        channel.send(event="chain", recursion=True)
    except BaseException as error:
        channel.send(event="error", at="chain", error=_describe_error(error, job["path"]))


def _compute(program: dict[str, Any], kind: Any) -> tuple[list[Any], Any]:
    leaves = [kind(leaf) for leaf in program["leaves"]]
    values = list(leaves)
    for op, operands, power in program["steps"]:
        first = values[operands[0]]
        if op == "add":
            values.append(first + values[operands[1]])
        elif op == "mul":
            values.append(first * values[operands[1]])
        elif op == "pow":
            values.append(first**power)
        else:
            values.append(getattr(first, op)())
    return leaves, values[-1]


def _as_number(value: Any) -> float | None:
    return float(value) if isinstance(value, (int, float)) else None


def _copies(arguments: list[Any], np: Any) -> list[Any]:
    return [argument.copy() if isinstance(argument, np.ndarray) else argument for argument in arguments]


def _changed(before: list[Any], after: list[Any], np: Any) -> list[int]:
    """Return the positions of the arrays that were changed in place."""
    return [
        position
        for position, (old, new) in enumerate(zip(before, after, strict=True))
        if isinstance(old, np.ndarray) and not np.array_equal(old, new, equal_nan=True)
    ]


def run_job(job: dict[str, Any], channel: Channel) -> None:
    """Run the learner's file and the calls of a job, and send what they give."""
    # The file may replace functions of NumPy, for itself.
    tools = _Tools(numpy)
    namespace = _load(job["path"], channel)
    if namespace is not None:
        use = _use_class if "class" in job else _use_autograd if "autograd" in job else _use_function
        use(job, namespace, channel, tools)
        channel.send(event="done", threads=threading.active_count() > 1)


def main() -> None:
    job_path, results_path = sys.argv[1:3]
    channel = Channel(results_path)
    job = json.loads(Path(job_path).read_text(encoding="utf-8"))
    _limit_resources()
    _limit_processes()
    run_job(job, channel)
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(Exception):
            stream.flush()
    # Threads that were left running end here.
    os._exit(0)


if __name__ == "__main__":
    main()
