"""Archives and exercise files made to do harm."""

from __future__ import annotations

import stat
import struct
import zipfile
from io import BytesIO
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

PACK_ENTRY = ("pack.toml", b"format = 1\nid = 'evil'")
EXERCISE_ENTRY = ("01-ex.toml", b"graph = 'z = a * b'")


def make_archive(*entries: tuple[str | zipfile.ZipInfo, bytes], compression: int = zipfile.ZIP_DEFLATED) -> bytes:
    """Return the bytes of a zip archive with these entries."""
    raw = BytesIO()
    with zipfile.ZipFile(raw, "w", compression) as file:
        for name, content in entries:
            info = zipfile.ZipInfo(name) if isinstance(name, str) else name
            file.writestr(info, content, compression)
    return raw.getvalue()


def symlink_entry(name: str, target: str) -> tuple[zipfile.ZipInfo, bytes]:
    info = zipfile.ZipInfo(name)
    info.create_system = 3
    info.external_attr = (stat.S_IFLNK | 0o777) << 16
    return info, target.encode()


def _replace_bytes(raw: bytes, old: bytes, new: bytes) -> bytes:
    assert len(old) == len(new)
    assert old in raw
    return raw.replace(old, new)


def _archive_with_false_sizes() -> bytes:
    """Return an archive of a 40 MiB text whose header claims 100 bytes."""
    raw = bytearray(make_archive(PACK_ENTRY, ("01-ex.toml", b"#" * (40 << 20))))
    central = raw.index(b"PK\x01\x02", raw.index(b"PK\x01\x02") + 4)
    struct.pack_into("<I", raw, central + 24, 100)
    return bytes(raw)


def _encrypted_archive() -> bytes:
    raw = bytearray(make_archive(PACK_ENTRY, EXERCISE_ENTRY))
    for signature, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        at = -1
        while (at := raw.find(signature, at + 1)) >= 0:
            raw[at + offset] |= 1
    return bytes(raw)


#: By name: a function that makes the archive, and the message that refuses it.
HOSTILE_ARCHIVES: dict[str, tuple[Callable[[], bytes], str]] = {
    "up": (
        lambda: make_archive(PACK_ENTRY, ("../../evil.toml", b"x")),
        "“../../evil.toml” points outside the archive. Create the archive again from the pack's folder.",
    ),
    "up inside": (
        lambda: make_archive(PACK_ENTRY, ("a/../../evil.toml", b"x")),
        "“a/../../evil.toml” points outside the archive. Create the archive again from the pack's folder.",
    ),
    "absolute": (
        lambda: make_archive(PACK_ENTRY, ("/etc/evil.toml", b"x")),
        "“/etc/evil.toml” points outside the archive. Create the archive again from the pack's folder.",
    ),
    "drive": (
        lambda: make_archive(PACK_ENTRY, ("C:/evil.toml", b"x")),
        "“C:/evil.toml” points outside the archive. Create the archive again from the pack's folder.",
    ),
    "backslash": (
        lambda: make_archive(PACK_ENTRY, ("..\\evil.toml", b"x")),
        "“..\\evil.toml” points outside the archive. Create the archive again from the pack's folder.",
    ),
    "zero byte": (
        lambda: _replace_bytes(make_archive(PACK_ENTRY, ("evilX.toml", b"x")), b"evilX.toml", b"evil\0.toml"),
        "“evil\\x00.toml” points outside the archive. Create the archive again from the pack's folder.",
    ),
    "link": (
        lambda: make_archive(PACK_ENTRY, symlink_entry("01-ex.toml", "/etc/passwd")),
        "“01-ex.toml” is a link. Replace it by a copy of the file.",
    ),
    "linked folder": (
        lambda: make_archive(PACK_ENTRY, symlink_entry("sub", "/etc")),
        "“sub” is a link. Replace it by a copy of the file.",
    ),
    "twice": (
        lambda: make_archive(PACK_ENTRY, EXERCISE_ENTRY, ("01-EX.toml", b"x")),
        "“01-EX.toml” is in this archive twice. Create the archive again.",
    ),
    "bomb": (
        lambda: make_archive(PACK_ENTRY, ("01-ex.toml", b"#" * (200 << 20))),
        "“01-ex.toml” is larger than 1 MiB. Split it into several exercises.",
    ),
    "many bombs": (
        lambda: make_archive(PACK_ENTRY, *((f"{n:03}.toml", b"#" * (1 << 20)) for n in range(60))),
        "The texts in this archive are larger than 32 MiB in total. Split it into several packs.",
    ),
    "many files": (
        lambda: make_archive(PACK_ENTRY, *((f"{n}", b"") for n in range(10_001))),
        "There are more than 10000 files in this archive. Remove those that don't belong to an exercise.",
    ),
    "large": (
        lambda: b"x" * ((8 << 20) + 1),
        "This archive is larger than 8 MiB. A pack contains only texts; remove everything else.",
    ),
    "deep": (
        lambda: make_archive(PACK_ENTRY, ("a/" * 8 + "x.toml", b"")),
        "“a/a/a/a/a/a/a/a/x.toml” is nested more than 8 folders deep. A pack is a single folder.",
    ),
    "lying sizes": (_archive_with_false_sizes, "This is not a zip archive, or it is damaged. Create it again."),
    "locked": (_encrypted_archive, "“pack.toml” is protected by a password. Create the archive without one."),
    "odd": (
        lambda: make_archive(PACK_ENTRY, EXERCISE_ENTRY, compression=zipfile.ZIP_LZMA),
        "“pack.toml” is compressed in an unusual way. Create an ordinary zip archive.",
    ),
    "torn": (
        lambda: make_archive(PACK_ENTRY, EXERCISE_ENTRY)[:-30],
        "This is not a zip archive, or it is damaged. Create it again.",
    ),
    "no zip": (lambda: b"nothing", "This is not a zip archive, or it is damaged. Create it again."),
    "empty": (
        lambda: make_archive(),
        "There is no pack.toml in this archive. Create the archive from a pack's folder.",
    ),
    "two packs": (
        lambda: make_archive(("a/pack.toml", b"format = 1"), ("b/pack.toml", b"format = 1")),
        "There is more than one pack in this archive. Create one archive for each.",
    ),
}


def write_archive(folder: Path, name: str) -> Path:
    """Write a hostile archive into a folder and return its path."""
    path = folder / "evil.zip"
    path.write_bytes(HOSTILE_ARCHIVES[name][0]())
    return path


_GRAPH_LINE = 'graph = "z = a * b"\n'
_NESTING_DEPTH = 60_000

#: By name: the text of an exercise file, and whether it opens (and is harmless) or is refused with one line.
HOSTILE_FILES: dict[str, tuple[str, bool]] = {
    "markup": (_GRAPH_LINE + 'title = "[@click=app.quit]x[/] [bold red]"', True),
    "escapes": (_GRAPH_LINE + 'title = "\\u001b]0;owned\\u0007\\u001b[2J\\u009b31m"', True),
    "turned around": (_GRAPH_LINE + 'title = "\\u202egpj.exe \\u2066\\u200f"', True),
    "ten megabytes": (_GRAPH_LINE + 'title = "' + "x" * (10 << 20) + '"', False),
    "nearly a megabyte": (_GRAPH_LINE + 'note = "' + "x" * 1_000_000 + '"', True),
    "deep lists": ("graph = " + "[" * _NESTING_DEPTH + "]" * _NESTING_DEPTH, False),
    "deep tables": ("a." * _NESTING_DEPTH + "b = 1", False),
    "many tables": (_GRAPH_LINE + "".join(f"[blank.b{n}]\n" for n in range(20_000)), False),
    "100,000 nodes": ('graph = "z = ' + " + ".join(["a"] * 100_001) + '"', False),
    "10,000 steps": ('graph = "' + "; ".join(f"t{n} = a + b" for n in range(10_000)) + '"', False),
    "deep brackets": ('graph = "z = ' + "(" * 5_000 + "a" + ")" * 5_000 + ' * b"', False),
    "towers": ('graph = "z = a ^ 9 ^ 9 ^ 9 ^ 9"\n[inputs]\na = 9', False),
    "large matrix": ('graph = "f = sum(X)"\n[inputs]\nX = [' + "[1, 2, 3, 4], " * 20_000 + "]", False),
    "wide matrix": ('graph = "z = ones(100000, 100000) * a"', False),
    "endless choices": (_GRAPH_LINE + "[vary]\na = { from = 1, to = 1e30, step = 1e-30 }", True),
    "code": (_GRAPH_LINE + '[inputs]\na = \'__import__("os").system("true")\'\nb = 3', False),
    "code in a text": (_GRAPH_LINE + "text = '{a.__class__.__mro__}'", False),
    "out of its folder": (_GRAPH_LINE + "needs = ['../../etc/passwd']", False),
}
