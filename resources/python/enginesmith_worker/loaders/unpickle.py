"""The one place that unpickles, always with ``weights_only=True`` unless the user trusted this very file."""

from __future__ import annotations

import contextlib
import os
import pickle
import re
import sys
import tarfile
from collections.abc import Iterator
from typing import Any

from ..classes import find_class, import_module
from ..errors import WorkerError, first_line, plain
from ..pickles import allowed_by_torch, is_dangerous, list_pickles, modern
from ..protocol import Context
from ..torch_import import import_torch

_CUT_OFF = re.compile('central directory|failed locating file|truncated|unexpected EOF|file in archive|Ran out of input|index out of range')


def unpickle(source: dict[str, Any], context: Context, mmap: bool = False) -> Any:
    """The object in a ``torch.save`` file, on the CPU; raises the errors of loading with their remedies.

    With ``mmap`` (zip files only) the tensors stay in the file until they are read.
    """
    torch = import_torch()
    path = source['path']
    _refuse_old_tar(path, torch)
    with _main_alias(source):
        try:
            with _allowed(source, torch):
                return torch.load(path, map_location='cpu', weights_only=True, **({'mmap': True} if mmap else {}))
        except pickle.UnpicklingError as error:
            refused = _refused(path, source, error)
            if not source['trusted']:
                raise _unsafe(path, *refused, error) from error
            context.log('warning', f'full unpickling of {os.path.basename(path)}, as this user trusted it once')
        except Exception as error:
            raise explain(error, source) from error
        try:
            return torch.load(path, map_location='cpu', weights_only=False)
        except Exception as error:
            raise explain(error, source) from error


@contextlib.contextmanager
def weights_only(trusted: bool) -> Iterator[None]:
    """Inside, ``torch.load`` never unpickles fully, whatever torch's own code asks for; a trusted file may."""
    torch = import_torch()
    original = torch.load

    def load(*args: Any, **kwargs: Any) -> Any:
        kwargs['weights_only'] = True
        return original(*args, **kwargs)

    if trusted:
        yield
        return
    torch.load = load
    try:
        yield
    finally:
        torch.load = original


def explain(error: Exception, source: dict[str, Any]) -> Exception:
    """The worker error for what ``torch.load`` raised; other errors are given back as they are."""
    path, text = source['path'], first_line(error)
    missing = _missing_class(error)
    if missing is not None:
        module, name = missing
        return class_missing(module, name, source)
    if isinstance(error, EOFError) or _CUT_OFF.search(str(error)):
        return cut_off(path, text)
    if isinstance(error, (WorkerError, OSError, MemoryError)):
        return error
    return WorkerError(
        'LOAD_FAILED',
        f'PyTorch cannot read {os.path.basename(path)}: {type(error).__name__}: {text}',
        'Check that the file opens in the environment that made it, and choose that environment here.',
        {'path': path, 'reason': text, 'torch': str(import_torch().__version__)},
        [{'kind': 'choose-python', 'label': 'Choose another Python'}],
    )


def cut_off(path: str, reason: str) -> WorkerError:
    """``FILE_TRUNCATED``: the file ends before what it promises."""
    return WorkerError(
        'FILE_TRUNCATED',
        f'{os.path.basename(path)} ends too early or is damaged: {reason}',
        'Get the file again; an interrupted download or copy leaves such a file.',
        {'path': path, 'reason': reason},
    )


def class_missing(module: str, name: str, source: dict[str, Any]) -> WorkerError:
    """``LOAD_CLASS_MISSING`` naming the module that the pickle asks for."""
    in_script = module == '__main__'
    where = 'the script that saved the file' if in_script else f'the module {module}'
    return WorkerError(
        'LOAD_CLASS_MISSING',
        f'The model was saved whole, and its class {name or "(unknown)"} from {where} cannot be imported here.',
        'Name that class as module:Class and choose the project folder that holds it.'
        if in_script
        else f'Choose the project folder or the Python environment that has the module {module}; '
        'or save the state_dict and name the class.',
        {'module': module, 'class': name, 'python': sys.executable, 'project': source['project']},
        [
            {'kind': 'choose-folder', 'label': 'Choose the project folder'},
            {'kind': 'choose-python', 'label': 'Choose another Python'},
        ],
    )


def _missing_class(error: Exception) -> Any:
    if isinstance(error, ModuleNotFoundError):
        return error.name or '', ''
    found = re.search(r"Can't get attribute '([^']+)' on <module '([^']+)'", str(error))
    if found is None or not isinstance(error, AttributeError):
        return None
    # Run by -m, this process's own __main__ shows its full name.
    return '__main__' if found.group(2).endswith('.__main__') else found.group(2), found.group(1)


def _refuse_old_tar(path: str, torch: Any) -> None:
    # torch before 2.6 unpickles the tar format of 2017 fully even under weights_only=True (CVE-2025-32434).
    if tuple(int(part) for part in torch.__version__.split('.')[:2]) < (2, 6) and _is_old_tar(path):
        raise WorkerError(
            'LOAD_DANGEROUS_PICKLE',
            'The file is in the tar format of PyTorch 0.1, which this PyTorch cannot read without running what is in it.',
            'Choose an environment with PyTorch 2.6 or newer, or save the file again.',
            {'path': path},
            [{'kind': 'choose-python', 'label': 'Choose another Python'}],
        )


def _is_old_tar(path: str) -> bool:
    try:
        with tarfile.open(path, 'r:') as archive:
            return 'pickle' in archive.getnames()
    except (tarfile.TarError, EOFError, ValueError):
        return False


def _refused(path: str, source: dict[str, Any], error: Exception) -> tuple[list[str], list[str]]:
    """Names that stand in the way, and those of them that can run commands or code."""
    listings = list_pickles(path)
    known = allowed_by_torch() | {modern(name) for name in source['allowGlobals']}
    names = sorted({modern(name) for listing in listings for name in listing.globals} - known)
    dangerous = {modern(name) for listing in listings for name in listing.dangerous}
    cut_off_at = next((listing.error for listing in listings if listing.error is not None), None)
    if cut_off_at is not None and not names:
        raise explain(EOFError(cut_off_at), source) from error
    return names, [name for name in names if name in dangerous]


def _unsafe(path: str, refused: list[str], dangerous: list[str], error: Exception) -> WorkerError:
    reason = _reason(error)
    evidence = {'path': path, 'globals': refused, 'dangerous': dangerous, 'reason': reason}
    if dangerous:
        return WorkerError(
            'LOAD_UNSAFE_GLOBALS',
            f'The file names functions that run commands or code when it is opened: {", ".join(dangerous)}. Nothing was run.',
            'Do not open it. Ask its author for a state_dict or a .safetensors file.',
            evidence,
        )
    if not refused:
        return WorkerError(
            'LOAD_UNSAFE_GLOBALS',
            f'PyTorch refuses to read this file safely, whatever names are allowed: {reason} Nothing was run.',
            'If you know where the file comes from, trust it once; else ask for a state_dict or a .safetensors file.',
            evidence,
        )
    shown = ', '.join(refused[:20])
    return WorkerError(
        'LOAD_UNSAFE_GLOBALS',
        f'The file names {len(refused)} classes or functions that a file of weights does not need: {shown}. Nothing was run.',
        'If you know where the file comes from, allow these names for this file, or trust the file once; '
        'else ask for a state_dict or a .safetensors file.',
        evidence,
    )


def _reason(error: Exception) -> str:
    """The sentence in torch's long advice that says what was refused."""
    _, _, told = plain(error).partition('WeightsUnpickler error:')
    return first_line(told) or first_line(error)


@contextlib.contextmanager
def _allowed(source: dict[str, Any], torch: Any) -> Iterator[None]:
    known = allowed_by_torch() if source['allowGlobals'] else set()
    names = [modern(name) for name in source['allowGlobals'] if name and modern(name) not in known]
    if not names:
        yield
        return
    dangerous = [name for name in names if is_dangerous(name)]
    if dangerous:
        raise WorkerError(
            'LOAD_DANGEROUS_PICKLE',
            f'These names can run commands or code and are never allowed one by one: {", ".join(dangerous)}.',
            'Ask the author for a state_dict or a .safetensors file.',
            {'dangerous': dangerous},
        )
    in_file = {modern(name) for listing in list_pickles(source['path']) for name in listing.globals}
    objects = [(_resolve(name, source), name) for name in names if name in in_file]
    serialization = torch.serialization
    if hasattr(serialization, 'safe_globals'):
        # Pairs say under which name the pickle knows the object; torch 2.5 takes the bare objects only.
        pairs = tuple(int(part) for part in torch.__version__.split('.')[:2]) >= (2, 6)
        with serialization.safe_globals([pair if pairs else pair[0] for pair in objects]):
            yield
        return
    before = list(serialization.get_safe_globals())  # torch 2.4 gives its own list, which the next line extends
    serialization.add_safe_globals([pair[0] for pair in objects])
    # torch 2.4 goes by an object's own name: one that the pickle knows under another (__main__) goes by that meanwhile.
    renamed = [(thing, thing.__module__) for thing, name in objects if _other_module(thing, name)]
    for thing, name in objects:
        if _other_module(thing, name):
            thing.__module__ = name.rpartition('.')[0]
    try:
        yield
    finally:
        for thing, module in renamed:
            thing.__module__ = module
        serialization.clear_safe_globals()
        serialization.add_safe_globals(before)


def _other_module(thing: Any, name: str) -> bool:
    return isinstance(thing, type) and name.rpartition('.')[2] == thing.__name__ and name.rpartition('.')[0] != thing.__module__


def _resolve(name: str, source: dict[str, Any]) -> Any:
    """The object of a global that the user allowed; its module is imported for that."""
    module_name, _, attribute = name.rpartition('.')
    try:
        return getattr(import_module(module_name, source['project'], name), attribute)
    except AttributeError as error:
        raise class_missing(module_name, attribute, source) from error


@contextlib.contextmanager
def _main_alias(source: dict[str, Any]) -> Iterator[None]:
    """A class that was defined in the saving script is ``__main__.Name`` in the pickle: let ``model`` stand in for it."""
    spec = source['model']
    if not spec or source['format'] != 'pickled-module':
        yield
        return
    cls = find_class(spec, source['project'])
    main, name = sys.modules['__main__'], spec.rpartition(':')[2].rpartition('.')[2]
    absent = object()
    before = getattr(main, name, absent)
    setattr(main, name, cls)
    try:
        yield
    finally:
        if before is absent:
            delattr(main, name)
        else:
            setattr(main, name, before)
