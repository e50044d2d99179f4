"""Versions from the packages' own metadata: nothing is imported, so it takes milliseconds and cannot fail."""

from __future__ import annotations

import sys
from importlib import metadata
from typing import Any

from ..protocol import Context

# What decides whether two environments give the same results, and nothing else of what is installed.
_NAMES = {
    'numpy',
    'onnx',
    'onnx-ir',
    'onnxruntime',
    'onnxruntime-gpu',
    'onnxscript',
    'onnxslim',
    'picklescan',
    'safetensors',
    'torch',
    'torch-tensorrt',
    'torchvision',
    'triton',
    'ultralytics',
}
_PREFIXES = ('tensorrt', 'nvidia-cuda-runtime', 'nvidia-cudnn')


def versions(_params: dict[str, Any], _context: Context) -> dict[str, Any]:
    """Python's version and those of the packages that matter here, by their normalised names."""
    packages: dict[str, str] = {}
    for distribution in metadata.distributions():
        try:
            name, version = distribution.metadata['Name'], distribution.version
        except Exception:  # a half-removed package has no readable metadata; it is as good as absent
            continue
        key = (name or '').lower().replace('_', '-')
        if key in _NAMES or key.startswith(_PREFIXES):
            # The first found on the path is the one that an import takes.
            packages.setdefault(key, version)
    return {'python': sys.version.split()[0], 'packages': dict(sorted(packages.items()))}
