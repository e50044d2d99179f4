"""Models of torchvision, timm and ultralytics by the names that these libraries know them under, always without
pretrained weights: nothing is fetched, the weights come from the user's file.
"""

from __future__ import annotations

import difflib
import functools
import inspect
import os
from typing import Any, Callable

from .errors import WorkerError, first_line

_TASKS = {
    'detect': 'DetectionModel',
    'segment': 'SegmentationModel',
    'classify': 'ClassificationModel',
    'pose': 'PoseModel',
    'obb': 'OBBModel',
}


def find_architecture(library: str, name: str) -> Callable[..., Any] | None:
    """What makes the named model; None where the library is none of the three."""
    finder = {'torchvision': _torchvision, 'timm': _timm, 'ultralytics': _ultralytics}.get(library)
    return finder(name) if finder is not None else None


#: A button never writes a class (a finding travels in run.json): it leads to the field.
NAME_CLASS = [{'kind': 'set-option', 'label': 'Name the class', 'path': 'load.model'}]


def _unknown(library: str, name: str, known: list[str]) -> WorkerError:
    near = difflib.get_close_matches(name, known, 5, 0.5)
    return WorkerError(
        'LOAD_CLASS_MISSING',
        f'This {library} has no model named {name}.',
        f'Near it: {", ".join(near)}.' if near else f'Choose one of the {len(known)} names that this {library} knows.',
        {'module': library, 'class': name, 'classes': near},
        NAME_CLASS,
    )


def _torchvision(name: str) -> Callable[..., Any]:
    from torchvision import models  # type: ignore[import-not-found,unused-ignore]

    known = models.list_models() if hasattr(models, 'list_models') else []
    if name in known:
        builder = models.get_model_builder(name)
    else:
        builder = getattr(models, name, None)
        if not callable(builder):
            raise _unknown('torchvision', name, known)
    # A detector fetches the weights of its backbone unless told not to.
    taken = inspect.signature(builder).parameters
    off = {option: None for option in ('weights', 'weights_backbone') if option in taken}
    return functools.partial(builder, **off)


def _timm(name: str) -> Callable[..., Any]:
    import timm  # type: ignore[import-not-found,unused-ignore]

    # A tag after the point names weights (vit_tiny_patch16_224.augreg), the model is what stands before it.
    if not timm.is_model(name):
        raise _unknown('timm', name, timm.list_models())
    return functools.partial(timm.create_model, name, pretrained=False)


def _ultralytics(name: str) -> Callable[..., Any]:
    from ultralytics.nn import tasks  # type: ignore[import-not-found,unused-ignore]

    file = name if name.endswith(('.yaml', '.yml')) else f'{name}.yaml'
    try:
        described = tasks.yaml_model_load(file)
    except FileNotFoundError as error:
        raise _unknown('ultralytics', name, _ultralytics_names()) from error
    except Exception as error:
        raise WorkerError(
            'LOAD_FAILED',
            f'Ultralytics cannot read the model description {file}: {type(error).__name__}: {first_line(error)}',
            'Name one of the model descriptions that come with it, such as ultralytics:yolov8n.yaml.',
            {'module': 'ultralytics', 'class': name},
        ) from error
    stem = os.path.basename(file)
    if 'rtdetr' in stem:
        cls = tasks.RTDETRDetectionModel
    elif 'world' in stem:
        cls = tasks.WorldModel
    else:
        cls = getattr(tasks, _TASKS[tasks.guess_model_task(described)])
    # The description itself, not the name: it is given the size (n, s, …) that the name says.
    return functools.partial(cls, described, verbose=False)


def _ultralytics_names() -> list[str]:
    import ultralytics  # type: ignore[import-not-found,unused-ignore]

    root = os.path.join(os.path.dirname(ultralytics.__file__), 'cfg', 'models')
    found = sorted(name for _, _, files in os.walk(root) for name in files if name.endswith('.yaml'))
    # yolov8.yaml stands for yolov8n.yaml, yolov8s.yaml and so on.
    return [*found, *(name.replace('.yaml', 'n.yaml', 1) for name in found)]
