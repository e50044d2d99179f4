"""One file a format: ``load(source, context)`` gives a :class:`~enginesmith_worker.model.Model`."""

from __future__ import annotations

from typing import Any

from ..errors import WorkerError
from ..model import Model
from ..operators import import_libraries
from ..protocol import Context


def load_model(source: dict[str, Any], context: Context) -> Model:
    """Load by the format that the caller found in the file's content."""
    from . import checkpoint, exported_program, pickled_module, safetensors, state_dict, torchscript

    table = {
        'state-dict': state_dict.load,
        'checkpoint': checkpoint.load,
        'pickled-module': pickled_module.load,
        'torchscript': torchscript.load,
        'exported-program': exported_program.load,
        'safetensors': safetensors.load,
    }
    loader = table.get(source['format'])
    if loader is None:
        raise WorkerError(
            'FILE_UNKNOWN_FORMAT',
            f'A file of the format {source["format"]} is not a PyTorch model.',
            f'PyTorch models come as: {", ".join(table)}.',
            {'format': source['format']},
        )
    import_libraries(source)
    return loader(source, context)
