"""The one error class of the worker, and how any other exception becomes one at the boundary."""

from __future__ import annotations

import errno
import os
import re
import traceback
from typing import Any

_ANSI = re.compile(r'\x1b\[[0-?]*[ -/]*[@-~]')
_MAX_TEXT = 4000


def uncoloured(text: object) -> str:
    """Text without terminal colours, whole."""
    return _ANSI.sub('', str(text))


def plain(text: object) -> str:
    """Text without terminal colours, shortened to what a person reads."""
    clean = uncoloured(text).strip()
    return clean if len(clean) <= _MAX_TEXT else clean[:_MAX_TEXT] + ' …'


def first_line(text: object) -> str:
    """The first line that says something."""
    return next((line.strip() for line in plain(text).splitlines() if line.strip()), '')


class WorkerError(Exception):
    """A fault with a stable code (one of contract/finding.ts), a plain message and what to do about it."""

    def __init__(
        self,
        code: str,
        message: str,
        remedy: str,
        evidence: dict[str, Any] | None = None,
        actions: list[dict[str, Any]] | None = None,
    ):
        super().__init__(message)
        self.code = code
        self.message = message
        self.remedy = remedy
        self.evidence = evidence or {}
        self.actions = actions or []


class Cancelled(BaseException):
    """The client asked to stop. Not an Exception, so that no library swallows it."""


def finding(
    code: str,
    severity: str,
    message: str,
    remedy: str,
    evidence: dict[str, Any] | None = None,
    actions: list[dict[str, Any]] | None = None,
) -> dict[str, Any]:
    """A finding as contract/finding.ts has it."""
    made: dict[str, Any] = {
        'code': code,
        'severity': severity,
        'message': message,
        'remedy': remedy,
        'evidence': evidence or {},
    }
    if actions:
        made['actions'] = actions
    return made


def user_frame(error: BaseException) -> dict[str, Any] | None:
    """File and line of the innermost frame that is neither ours nor a library's: where the user would look."""
    own = os.path.dirname(os.path.abspath(__file__))
    found = None
    for frame in traceback.extract_tb(error.__traceback__):
        path = os.path.abspath(frame.filename)
        library = 'site-packages' in path or 'dist-packages' in path or path.startswith((own, os.path.dirname(os.__file__)))
        if not library and os.path.isfile(path):
            found = {'file': path, 'line': frame.lineno or 0, 'code': frame.line or ''}
    return found


def _from_os_error(error: OSError) -> WorkerError | None:
    path = os.fsdecode(error.filename) if isinstance(error.filename, (str, bytes)) else ''
    shown = f': {path}' if path else ''
    evidence = {'path': path, 'errno': errno.errorcode.get(error.errno or 0, '')}
    if error.errno == errno.ENOSPC:
        return WorkerError('DISK_FULL', f'The disk is full{shown}.', 'Free some space and run it again.', evidence)
    if isinstance(error, FileNotFoundError):
        return WorkerError(
            'FILE_NOT_FOUND',
            f'There is no such file{shown}.',
            'Check the path; the file may have been moved or deleted.',
            evidence,
        )
    if isinstance(error, IsADirectoryError):
        return WorkerError('FILE_IS_DIRECTORY', f'This is a folder, not a file{shown}.', 'Choose the model file inside it.', evidence)
    if isinstance(error, PermissionError):
        return WorkerError(
            'FILE_UNREADABLE',
            f'This user may not open the file{shown}.',
            'Give this user the right to read and write there, or copy the file.',
            evidence,
        )
    if error.errno == errno.EROFS:
        return WorkerError('OUT_NOT_WRITABLE', f'The folder cannot be written{shown}.', 'Choose another output folder.', evidence)
    if error.errno == errno.ENAMETOOLONG:
        return WorkerError(
            'PATH_TOO_LONG',
            f'The name is longer than this file system allows{shown}.',
            'Use a shorter name or folder.',
            evidence,
        )
    return None


def as_worker_error(error: BaseException) -> WorkerError:
    """Map whatever was raised; a bug becomes ``INTERNAL`` and keeps its message."""
    if isinstance(error, WorkerError):
        return error
    if isinstance(error, Cancelled):
        return WorkerError('CANCELLED', 'Cancelled before it was finished.', 'Run it again; finished stages are reused.')
    if isinstance(error, OSError):
        mapped = _from_os_error(error)
        if mapped is not None:
            return mapped
    if isinstance(error, MemoryError) or "can't allocate memory" in str(error):
        return WorkerError(
            'LOAD_FAILED',
            f'There is not enough memory for this model: {first_line(error) or "allocation failed"}.',
            'Close other programs, use smaller sample inputs, or use a machine with more memory.',
        )
    if isinstance(error, SystemExit):
        return WorkerError(
            'LOAD_FAILED',
            f"The model's own code called exit({error.code!r}).",
            'Put what the script does at import under `if __name__ == "__main__":`.',
            {'frame': user_frame(error)},
        )
    return WorkerError(
        'INTERNAL',
        f'The worker failed in an unexpected way: {type(error).__name__}: {first_line(error)}',
        'Run it again; if it repeats, report it with the log of this run.',
    )


def traceback_of(error: BaseException) -> str | None:
    """The traceback as text, for the log; None where a cancel or a known fault has no cause worth showing."""
    if isinstance(error, Cancelled) or (isinstance(error, WorkerError) and error.__cause__ is None):
        return None
    shown = error.__cause__ if isinstance(error, WorkerError) and error.__cause__ is not None else error
    text = ''.join(traceback.format_exception(type(shown), shown, shown.__traceback__))
    return uncoloured(text)[-20000:]
