"""How large an image is."""

from __future__ import annotations

from typing import Any

from ..images import open_image
from ..protocol import Context


def image_size(params: dict[str, Any], context: Context) -> dict[str, Any]:
    """Height and width as the image is shown."""
    context.progress('images')
    image = open_image(params['path'])
    return {'height': image.height, 'width': image.width}
