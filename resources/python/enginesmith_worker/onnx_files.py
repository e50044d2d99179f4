"""ONNX models as files: large ones with their weights beside them."""

from __future__ import annotations

import os
from typing import Any

_EXTERNAL_OVER = 1_500_000_000


def save_onnx(model: Any, path: str) -> list[str]:
    """Writes the model, making its folder; returns the files, the ONNX file first."""
    import onnx

    folder, name = os.path.split(os.path.abspath(path))
    os.makedirs(folder, exist_ok=True)
    large = model.ByteSize() > _EXTERNAL_OVER
    onnx.save(model, path, save_as_external_data=large, location=f'{name}.data' if large else None)
    return [path, *([f'{path}.data'] if large else [])]
