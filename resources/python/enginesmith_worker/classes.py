"""Imports the user's class: ``module:Class`` from the project folder or the environment, and builds it."""

from __future__ import annotations

import importlib
import inspect
import os
import sys
from typing import Any

from .architectures import NAME_CLASS, find_architecture
from .errors import WorkerError, first_line, user_frame

_PROJECT: list[str] = []
_SET_ARGUMENTS = [{'kind': 'set-option', 'label': 'Set the arguments', 'path': 'load.modelArgs'}]


def use_project(folder: str | None) -> None:
    """Put the project folder first on the import path, and forget modules that came from it or from an earlier one.

    Forgetting lets an edited class file take effect in a warm worker.
    """
    for old in _PROJECT:
        while old in sys.path:
            sys.path.remove(old)
        _forget_modules(old)
    _PROJECT.clear()
    if not folder:
        return
    path = os.path.abspath(folder)
    if not os.path.isdir(path):
        raise WorkerError(
            'FILE_NOT_FOUND',
            f'The project folder does not exist: {path}',
            'Choose the folder that holds the Python files of the model.',
            {'path': path},
            [{'kind': 'choose-folder', 'label': 'Choose the project folder'}],
        )
    _PROJECT.append(path)
    sys.path.insert(0, path)
    importlib.invalidate_caches()


def project_files(folder: str | None) -> list[tuple[str, int, int]]:
    """Every imported file under the project folder with its time and size: what a warm model depends on."""
    if not folder:
        return []
    stamps = []
    for file in sorted(_files_under(os.path.abspath(folder)).values()):
        try:
            info = os.stat(file)
        except OSError:
            continue
        stamps.append((file, info.st_mtime_ns, info.st_size))
    return stamps


def _files_under(folder: str) -> dict[str, str]:
    inside = os.path.join(folder, '')
    found = {}
    for name, module in list(sys.modules.items()):
        file = getattr(module, '__file__', None)
        # An environment that lies inside the project is not the project.
        if isinstance(file, str) and os.path.abspath(file).startswith(inside) and 'site-packages' not in file:
            found[name] = os.path.abspath(file)
    return found


def _forget_modules(folder: str) -> None:
    inside = os.path.join(folder, '')
    # A package without a file of its own (no __init__.py) stands on its parent, and goes with it.
    bare = [
        name
        for name, module in list(sys.modules.items())
        if getattr(module, '__file__', None) is None and any(path.startswith(inside) for path in _places(module))
    ]
    for name in [*_files_under(folder), *bare]:
        if not name.startswith(__package__):
            del sys.modules[name]


def _places(module: Any) -> list[str]:
    try:
        return [os.path.abspath(path) for path in getattr(module, '__path__', ())]
    except (KeyError, TypeError):  # its parent is gone already, or it is no package
        return []


def import_module(name: str, project: str | None, wanted: str) -> Any:
    """Import one module; ``wanted`` is the class it is imported for, said in the error."""
    try:
        return importlib.import_module(name)
    except ModuleNotFoundError as error:
        missing = error.name or name
        own = missing == name or name.startswith(missing + '.')
        message = (
            f'The class {wanted} cannot be imported: there is no module named {missing}.'
            if own
            else f'The module {name} of the class {wanted} needs {missing}, which is not installed in this Python.'
        )
        raise WorkerError(
            'LOAD_CLASS_MISSING',
            message,
            'Choose the project folder that holds the module, or a Python environment that has it installed; '
            'or save the state_dict and name the class.',
            {'module': missing, 'class': wanted, 'python': sys.executable, 'project': project},
            [
                {'kind': 'choose-folder', 'label': 'Choose the project folder'},
                {'kind': 'choose-python', 'label': 'Choose another Python'},
            ],
        ) from error
    except WorkerError:
        raise
    except Exception as error:
        where = user_frame(error)
        at = f' ({where["file"]}, line {where["line"]})' if where else ''
        if isinstance(error, SyntaxError):
            at = f' ({error.filename}, line {error.lineno})'
        raise WorkerError(
            'LOAD_FAILED',
            f'The module {name} fails when it is imported{at}: {type(error).__name__}: {first_line(error)}',
            'Correct the module, and put what a script does under `if __name__ == "__main__":`.',
            {'module': name, 'frame': where},
        ) from error


def find_class(spec: str, project: str | None) -> Any:
    """The object that ``module:Class`` names: a class, a function that makes a model, or a library's model by name."""
    module_name, _, attribute = spec.partition(':')
    found = import_module(module_name, project, spec)
    if not hasattr(found, attribute.partition('.')[0]):
        made = find_architecture(module_name, attribute)
        if made is not None:
            return made
    for part in attribute.split('.'):
        try:
            found = getattr(found, part)
        except AttributeError as error:
            classes = sorted(name for name, value in vars(found).items() if inspect.isclass(value))
            raise WorkerError(
                'LOAD_CLASS_MISSING',
                f'The module {module_name} has no class {attribute}.',
                f'It has: {", ".join(classes[:20]) or "no classes"}. Name one of them as module:Class.',
                {
                    'module': module_name,
                    'class': attribute,
                    'classes': classes[:50],
                    'file': getattr(found, '__file__', None),
                },
                NAME_CLASS,
            ) from error
    if not callable(found):
        raise WorkerError(
            'LOAD_CLASS_MISSING',
            f'{spec} is a {type(found).__name__}, not a class.',
            'Name the nn.Module class, or a function that returns one.',
            {'module': module_name, 'class': attribute},
            NAME_CLASS,
        )
    return found


def build(spec: str, model_args: Any, project: str | None) -> Any:
    """An instance of ``module:Class`` with positional (list) or keyword (dict) arguments."""
    from .torch_import import import_torch

    torch = import_torch()
    cls = find_class(spec, project)
    args = list(model_args) if isinstance(model_args, list) else []
    kwargs = dict(model_args) if isinstance(model_args, dict) else {}
    try:
        signature = inspect.signature(cls)
        shown = f'{spec.partition(":")[2]}{signature}'
        signature.bind(*args, **kwargs)
    except ValueError:  # a class made in C has no signature to look at
        shown = spec
    except TypeError as error:
        raise WorkerError(
            'MODEL_ARGS_INVALID',
            f'{spec} cannot be made with these arguments: {first_line(error)}.',
            f'Its signature is {shown}. Give an array for positional arguments or an object for keywords.',
            {'signature': shown, 'args': args, 'kwargs': kwargs},
            _SET_ARGUMENTS,
        ) from error
    try:
        model = cls(*args, **kwargs)
    except Exception as error:
        raise WorkerError(
            'MODEL_ARGS_INVALID',
            f'{spec} fails while it is made: {type(error).__name__}: {first_line(error)}',
            f'Its signature is {shown}. Check the arguments against the training script.',
            {'signature': shown, 'args': args, 'kwargs': kwargs, 'frame': user_frame(error)},
            _SET_ARGUMENTS,
        ) from error
    if not isinstance(model, torch.nn.Module):
        raise WorkerError(
            'LOAD_CLASS_MISSING',
            f'{spec} makes a {type(model).__name__}, not a torch.nn.Module.',
            'Name the nn.Module class, or a function that returns one.',
            {'class': spec, 'made': type(model).__name__},
            NAME_CLASS,
        )
    return model
