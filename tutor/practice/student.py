"""The student id that an instructor gives, from which numbers follow that are the same on every computer."""

from __future__ import annotations

import os
from contextlib import suppress

from tutor.atomic_files import read_regular_file, write_atomically
from tutor.i18n import N_, Message, describe_os_error, message
from tutor.packs.sanitize import clean_id
from tutor.paths import data_folder

#: A student id has so many characters at most.
MAX_STUDENT = 100
#: The name of the file with the id in a data folder.
STUDENT_FILE = "student"
#: JupyterHub's name for the learner who has logged in there.
HUB_USER = "JUPYTERHUB_USER"

#: The ids given in this run.
_given: list[str] = []

_NO_ID = N_("A student id has 1 to {n} characters. Type it as your instructor wrote it.")
_NOT_KEPT = N_("The student id can't be saved: {reason}. Type it again next time.")


class InvalidStudentError(ValueError):
    """A student id that can't be used."""

    def __init__(self) -> None:
        self.message = message(_NO_ID, n=MAX_STUDENT)
        super().__init__(str(self.message))


def parse_student(text: str) -> str:
    """Return a student id as rosters have it. Raise InvalidStudentError."""
    id = clean_id(text)
    if not 0 < len(id) <= MAX_STUDENT:
        raise InvalidStudentError
    return id


def student_id() -> str:
    """Return the learner's name at the JupyterHub, or else the student id that was given last; empty if none was."""
    with suppress(InvalidStudentError):
        if name := os.environ.get(HUB_USER):
            return parse_student(name)
    if _given:
        return _given[-1]
    with suppress(OSError, UnicodeDecodeError, InvalidStudentError):
        return parse_student(read_regular_file(data_folder() / STUDENT_FILE).decode("utf-8"))
    return ""


def keep_student(id: str) -> Message | None:
    """Keep a student id for exams that are opened from the list; return why it could not be kept."""
    if id == student_id():
        return None
    # It holds for this run, whether it can be kept or not.
    _given.append(id)
    try:
        data_folder().mkdir(mode=0o700, parents=True, exist_ok=True)
        write_atomically(f"{id}\n", data_folder() / STUDENT_FILE)
    except OSError as error:
        return message(_NOT_KEPT, reason=describe_os_error(error))
    return None
