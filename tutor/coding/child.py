"""The process in which a learner's file runs. It imports nothing of the tutor and knows no right value.

It reads a job from the file named by its first argument and writes one JSON object a line to the file named by its
second. `sandbox.run_file` starts it, in a folder of its own.
"""

from __future__ import annotations

import contextlib
import importlib.util
import json
import os
import sys
import threading
from functools import cache
from pathlib import Path
from typing import Any

#: Entries of an array that are sent to the judge.
_MAX_ENTRIES = 200_000


def load_sibling(name: str) -> Any:
    """Return a module that lies beside this file, which has no package around it here."""
    spec = importlib.util.spec_from_file_location(name, Path(__file__).with_name(f"{name}.py"))
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


class Channel:
    """The way to the judge. What is sent is kept even if the process ends at the next line."""

    def __init__(self, path: str) -> None:
        self._descriptor = os.open(path, os.O_WRONLY | os.O_APPEND)
        self._dumps, self._write = json.dumps, os.write

    def send(self, **message: Any) -> None:
        data = (self._dumps(message) + "\n").encode("utf-8", "backslashreplace")
        while data:
            data = data[self._write(self._descriptor, data) :]


class Tools:
    """The parts of NumPy and PyTorch that are used here, safe from what a file does to the modules."""

    def __init__(self, library: str = "numpy") -> None:
        np = importlib.import_module("numpy")
        self.asarray, self.array, self.array_equal = np.asarray, np.array, np.array_equal
        self.ndarray, self.generic = np.ndarray, np.generic
        torch = importlib.import_module("torch") if library == "torch" else None
        self.torch = torch
        if torch is not None:
            self.tensor, self.as_float64, self.as_whole = torch.tensor, torch.float64, torch.long
            self.gradients, self.is_tensor = torch.autograd.grad, torch.is_tensor

    def is_array(self, value: Any) -> bool:
        """Return whether a value is an array of the library in which the file is written."""
        return isinstance(value, self.ndarray) or (self.torch is not None and self.is_tensor(value))


class _ForTrials:
    """The parts of this module that the one with the other trials uses, because it can't import this one."""

    def __init__(self) -> None:
        self.describe_error, self.encode, self.decode = _describe_error, _encode, _decode


@cache
def _load_trials() -> Any:
    """Return the module with the trials of other things than arrays and layers."""
    return load_sibling("child_trials")


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
    except BaseException:
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
    """Return the shapes of the arrays and numbers among some variables, and of what `self` keeps."""
    own = values.get("self")
    attributes = getattr(own, "__dict__", None)
    named = {**values, **{f"self.{name}": value for name, value in (attributes or {}).items()}}
    shapes: dict[str, list[int]] = {}
    for name, value in named.items():
        shape = () if isinstance(value, (int, float)) else getattr(value, "shape", None)
        if isinstance(shape, tuple) and all(isinstance(size, int) for size in shape):
            shapes[name] = list(shape)
    return shapes


def _encode(value: Any, tools: Tools) -> dict[str, Any]:
    """Return a value as data for the judge, which looks at it with its own NumPy. It may be any object."""
    try:
        return _encode_any(value, tools)
    except BaseException:
        return {"other": type(value).__name__}


def _encode_any(value: Any, tools: Tools) -> dict[str, Any]:
    if value is Ellipsis:
        return {"missing": True}
    if value is None:
        return {"other": "None"}
    is_coarse = False
    if callable(getattr(value, "detach", None)):
        tensor = value.detach().cpu()
        is_coarse = str(tensor.dtype) in ("torch.float32", "torch.float16", "torch.bfloat16")
        value = tools.array(tensor.double().tolist()).reshape(tuple(tensor.shape))
    elif not isinstance(value, (int, float, tools.ndarray, tools.generic, list, tuple)):
        return {"other": type(value).__name__}
    try:
        array = tools.asarray(value)
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
        "coarse": is_coarse or (array.dtype.kind == "f" and array.dtype.itemsize < 8),
    }


def _values_so_far(error: BaseException, job: dict[str, Any], np: Tools) -> dict[str, Any]:
    """Return the gradients that the function had computed when it stopped."""
    trace = error.__traceback__
    while trace is not None:
        code = trace.tb_frame.f_code
        if code.co_filename == job["path"] and code.co_name == job["function"]:
            values = trace.tb_frame.f_locals
            return {name: _encode(values[name], np) for name in job.get("names", ()) if name in values}
        trace = trace.tb_next
    return {}


def _decode(data: dict[str, Any], tools: Tools) -> Any:
    is_whole = bool(data.get("whole"))
    array = tools.array(data["entries"], dtype=float).reshape(data["shape"])
    if tools.torch is not None and (data["shape"] or not is_whole):
        return tools.tensor(array.tolist(), dtype=tools.as_whole if is_whole else tools.as_float64)
    if is_whole:
        array = array.astype(int)
    return array if data["shape"] else (int(array) if is_whole else float(array))


def _load(path: str, channel: Channel) -> dict[str, Any] | None:
    """Run the learner's file and return its names; None if that fails."""
    source = Path(path).read_bytes()
    namespace: dict[str, Any] = {"__name__": "learner", "__file__": path}
    try:
        exec(compile(source, path, "exec", dont_inherit=True), namespace)  # noqa: S102 - the learner's own file
    except BaseException as error:  # SystemExit and KeyboardInterrupt are answers, too.
        channel.send(event="error", at="file", error=_describe_error(error, path))
        return None
    return namespace


def _use_function(job: dict[str, Any], namespace: dict[str, Any], channel: Channel, np: Tools) -> None:
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
            values = {name: _encode(result[name], np) for name in job["names"] if name in result}
            channel.send(event="result", at=number, values=values, changed=changed)
        else:
            channel.send(event="result", at=number, kind=type(result).__name__, changed=changed)


def _use_class(job: dict[str, Any], namespace: dict[str, Any], channel: Channel, np: Tools) -> None:
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
    if "train" in job:
        _load_trials().train(job, kind, channel, np, _ForTrials())


def _use_gradient_check(job: dict[str, Any], namespace: dict[str, Any], channel: Channel, np: Tools) -> None:
    _load_trials().use_gradient_check(job, namespace, channel, np, _ForTrials())


def _use_autograd(job: dict[str, Any], namespace: dict[str, Any], channel: Channel, _np: Tools) -> None:
    _load_trials().use_autograd(job, namespace, channel, _ForTrials())


def _copies(arguments: list[Any], tools: Tools) -> list[Any]:
    return [_as_array(argument) if tools.is_array(argument) else None for argument in arguments]


def _as_array(value: Any) -> Any:
    return value.copy() if hasattr(value, "copy") else value.clone()


def _changed(before: list[Any], after: list[Any], tools: Tools) -> list[int]:
    """Return the positions of the arrays that were changed in place."""
    return [
        position
        for position, (old, new) in enumerate(zip(before, after, strict=True))
        if old is not None and _encode(old, tools) != _encode(new, tools)
    ]


def _compare(job: dict[str, Any], channel: Channel, tools: Tools) -> None:
    """Let PyTorch find the gradients of forward passes that the tutor has written, and send them."""
    for number, call in enumerate(job.get("compared", ())):
        names: dict[str, Any] = {"__name__": "forward pass"}
        exec(compile(call["source"], "<forward pass>", "exec", dont_inherit=True), names)  # noqa: S102 - not a learner's
        inputs = dict(zip(call["names"], (_decode(each, tools) for each in call["inputs"]), strict=True))
        leaves = [inputs[name].requires_grad_() for name in call["asked"]]
        output = names["forward"](*inputs.values())
        start = _decode(call["start"], tools).expand_as(output)
        found = tools.gradients(output, leaves, start)
        values = {name: _encode(grad, tools) for name, grad in zip(call["asked"], found, strict=True)}
        channel.send(event="compared", at=number, values=values)


#: How a file is used, by a key of the job.
_USES = {"class": _use_class, "autograd": _use_autograd, "check": _use_gradient_check}


def run_job(job: dict[str, Any], channel: Channel) -> None:
    """Run the learner's file and the calls of a job, and send what they give."""
    # The file may replace functions of NumPy, for itself.
    tools = Tools(job.get("library", "numpy"))
    _compare(job, channel, tools)
    namespace = _load(job["path"], channel)
    if namespace is not None:
        use = next((use for key, use in _USES.items() if key in job), _use_function)
        use(job, namespace, channel, tools)
        channel.send(event="done", threads=threading.active_count() > 1)


def main() -> None:
    job_path, results_path = sys.argv[1:3]
    channel = Channel(results_path)
    job = json.loads(Path(job_path).read_text(encoding="utf-8"))
    # Libraries are found where the tutor finds them, also in a folder of the user.
    sys.path += [path for path in job["search"] if path not in sys.path]
    library = job.get("library", "numpy")
    Tools(library)
    # Later nothing of the tutor can be read.
    _load_trials()
    limits = load_sibling("child_limits")
    limits.limit_resources(library)
    sys.addaudithook(limits.Guard(job["guarded"]))
    run_job(job, channel)
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(Exception):
            stream.flush()
    # Threads that were left running end here.
    os._exit(0)


if __name__ == "__main__":
    main()
