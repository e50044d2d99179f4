"""Images become sets of inputs; what came out of them is told."""

from __future__ import annotations

import base64
import io
import os
from typing import Any

from ..dtypes import torch_dtype
from ..errors import WorkerError
from ..images import Statistics, channels, open_image, resize, to_array
from ..protocol import Context
from ..tensors import write_tensors
from ..torch_import import import_torch

_THUMBNAIL = 96
# As many as Pillow takes for a photograph; in double precision and three channels that is 2 GiB.
_PIXELS = 89_478_485


def read_images(params: dict[str, Any], context: Context) -> dict[str, Any]:
    """Statistics a channel, and small pictures of what the model sees; one file a set where files are asked for."""
    preprocess, files, outs = params['preprocess'], params['files'], params['outs']
    _check(preprocess)
    statistics = Statistics(preprocess['color'])
    thumbnails: list[dict[str, str]] = []
    batch = params['batch'] or 1
    first: list[Any] = []
    gathered: list[Any] = []
    for index, path in enumerate(files):
        context.check()
        context.progress('images', index / len(files))
        image = resize(open_image(path), preprocess['size'], preprocess['resize'])
        if index < params['thumbnails']:
            thumbnails.append({'file': os.path.basename(path), 'png': _thumbnail(image, preprocess['color'])})
        array = to_array(image, preprocess)
        statistics.add(array)
        if not outs:
            continue
        gathered.append(array)
        if len(first) < batch:
            first.append(array)
        if len(gathered) == batch:
            _write(gathered, params, outs[index // batch])
            gathered = []
    if gathered:
        short = batch - len(gathered)
        _write(gathered + [first[place % len(first)] for place in range(short)], params, outs[-1])
    return {'statistics': statistics.rows(), 'thumbnails': thumbnails}


def _check(preprocess: dict[str, Any]) -> None:
    count = len(channels(preprocess['color']))
    height, width = preprocess['size']
    if height * width > _PIXELS:
        raise WorkerError(
            'INPUTS_INVALID',
            f'Images are to be {height} x {width}, more pixels than are read into memory here ({_PIXELS}).',
            'Give a smaller size for images.',
            {'height': height, 'width': width, 'most': _PIXELS},
        )
    for name in ('mean', 'std'):
        if len(preprocess[name]) not in (1, count):
            raise WorkerError(
                'INPUTS_INVALID',
                f'{len(preprocess[name])} values are given for the {name} of an image of {count} channels.',
                'Give one value, or one for each channel.',
                {'field': name, 'values': preprocess[name], 'channels': count},
            )


def _thumbnail(image: Any, color: str) -> str:
    small = image.convert('L') if color == 'gray' else image.copy()
    small.thumbnail((_THUMBNAIL, _THUMBNAIL))
    stream = io.BytesIO()
    small.save(stream, 'PNG')
    return base64.b64encode(stream.getvalue()).decode('ascii')


def _write(arrays: list[Any], params: dict[str, Any], out: str) -> None:
    import numpy

    torch = import_torch()
    preprocess = params['preprocess']
    stacked = numpy.stack(arrays)
    if preprocess['layout'] == 'NCHW':
        stacked = stacked.transpose(0, 3, 1, 2)
    if params['batch'] is None:
        stacked = stacked[0]
    dtype = torch_dtype(params['dtype'])
    if not dtype.is_floating_point:
        stacked = stacked.round()
        limits = torch.iinfo(dtype) if dtype is not torch.bool else None
        low, high = (0, 1) if limits is None else (limits.min, limits.max)
        if stacked.min() < low or stacked.max() > high:
            raise WorkerError(
                'INPUTS_INVALID',
                f'The preprocessed values run from {stacked.min():g} to {stacked.max():g}, which {params["dtype"]} cannot hold.',
                'Set scale, mean and standard deviation so that the values fit the type of the input.',
                {'dtype': params['dtype'], 'low': float(stacked.min()), 'high': float(stacked.max())},
            )
    write_tensors(out, {preprocess['input']: torch.from_numpy(numpy.ascontiguousarray(stacked)).to(dtype)})
