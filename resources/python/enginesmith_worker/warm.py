"""Keeps the last model, so that run and export after load do not load again."""

from __future__ import annotations

import json
import os
import zipfile
from typing import Any

from .classes import project_files, use_project
from .errors import WorkerError
from .loaders import load_model
from .loaders.unpickle import cut_off
from .model import Model
from .protocol import Context

_kept: tuple[str, list[tuple[str, int, int]], Model] | None = None


def warm_model(params: dict[str, Any], context: Context) -> Model:
    """The model of ``params['source']``; the kept one where the values, the file and the project's code are unchanged."""
    global _kept
    source = complete(params.get('source'))
    path = source['path']
    info = os.stat(path)
    if os.path.isdir(path):
        raise IsADirectoryError(21, 'Is a directory', path)
    if info.st_size == 0:
        raise WorkerError('FILE_EMPTY', f'{os.path.basename(path)} is empty.', 'Get the file again.', {'path': path})
    with open(path, 'rb') as file:
        head = file.read(4)  # a file that may not be read says so here, in one way for all formats
    if head == b'PK\x03\x04' and not _is_whole(path):
        # torch takes an archive without its end for another format, and complains about that one.
        raise cut_off(path, 'the archive has no end')
    key = json.dumps([source, info.st_mtime_ns, info.st_size], sort_keys=True)
    if _kept is not None and _kept[0] == key and _kept[1] == project_files(source['project']):
        return _kept[2]
    _kept = None  # before loading: two large models may not fit
    use_project(source['project'])
    context.progress('load')
    model = load_model(source, context)
    _kept = (key, project_files(source['project']), model)
    return model


def untouched_model(params: dict[str, Any], context: Context) -> Model:
    """The same, loaded anew where the code of an ordinary module has run: what is exported must not carry marks of a call."""
    model = warm_model(params, context)
    if not model.called or model.program is not None or model.scripted:
        return model
    forget_model()
    return warm_model(params, context)


def forget_model() -> None:
    """Let go of the kept model: something changed it, or its memory is needed."""
    global _kept
    _kept = None


def _is_whole(path: str) -> bool:
    """True for an archive whose own end is there: a cut-off one may end in an archive that was a member of it."""
    try:
        with zipfile.ZipFile(path) as archive:
            return min((info.header_offset for info in archive.infolist()), default=0) == 0
    except (zipfile.BadZipFile, EOFError, ValueError, NotImplementedError):
        return False


def complete(source: Any) -> dict[str, Any]:
    """A model source with every field; trust is never guessed."""
    if not isinstance(source, dict) or not isinstance(source.get('path'), str):
        raise WorkerError('WORKER_PROTOCOL', 'The request names no model file.', 'Report this with the log of this run.')
    defaults = {
        'format': 'unknown',
        'model': None,
        'modelArgs': None,
        'project': None,
        'allowGlobals': [],
        'trusted': False,
    }
    complete = {**defaults, 'keyPrefix': None, 'imports': [], **source}
    # Trust is never guessed: only the boolean itself counts.
    complete['trusted'] = complete['trusted'] is True
    return complete
