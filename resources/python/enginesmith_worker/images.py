"""Images to arrays: decoding, resizing, and the arithmetic between pixels and a model's input."""

from __future__ import annotations

import os
import warnings
from dataclasses import dataclass, field
from typing import Any

from .errors import WorkerError, first_line

# What core/inputs/images.ts takes for an image; other decoders of Pillow stay closed.
_FORMATS = ('JPEG', 'PNG', 'BMP', 'GIF', 'TIFF', 'WEBP')
_GREY = 114
_CHANNELS = {'RGB': ('R', 'G', 'B'), 'BGR': ('B', 'G', 'R'), 'gray': ('gray',)}


def channels(color: str) -> tuple[str, ...]:
    """The names of the channels in their order."""
    return _CHANNELS[color]


def pillow() -> Any:
    """Pillow's Image; raises ``PACKAGE_MISSING`` where it is not installed."""
    try:
        from PIL import Image
    except ImportError as error:
        raise WorkerError(
            'PACKAGE_MISSING',
            'Pillow is not installed in this Python, so no image can be read.',
            'Run the set-up again: it installs Pillow into the managed environment.',
            {'package': 'pillow'},
        ) from error
    return Image


def open_image(path: str) -> Any:
    """The first frame, turned as its EXIF data say, in RGB; raises ``INPUTS_INVALID`` where it cannot be decoded."""
    Image = pillow()
    from PIL import ImageOps

    try:
        with warnings.catch_warnings():
            # An image of more pixels than a photograph has is a mistake or an attack.
            warnings.simplefilter('error', Image.DecompressionBombWarning)
            with Image.open(path, formats=_FORMATS) as image:
                turned = ImageOps.exif_transpose(image)
                return _eight_bits(turned).convert('RGB')
    except FileNotFoundError:
        raise
    except Exception as error:
        raise WorkerError(
            'INPUTS_INVALID',
            f'{os.path.basename(path)} cannot be read as an image: {first_line(error)}',
            'Take the file out of the folder, or save the image again as PNG or JPEG.',
            {'path': path, 'reason': first_line(error)},
        ) from error


def _eight_bits(image: Any) -> Any:
    """Sixteen bits a pixel scaled to eight: Pillow's own conversion cuts them off at 255."""
    if not image.mode.startswith('I'):
        return image
    import numpy

    Image = pillow()
    return Image.fromarray((numpy.asarray(image).astype('float64') / 257).round().clip(0, 255).astype('uint8'))


def resize(image: Any, size: list[int], mode: str) -> Any:
    """Bilinear, each pixel an average of those it covers, to height and width."""
    Image = pillow()
    height, width = size
    if (image.height, image.width) == (height, width):
        return image
    if mode == 'stretch':
        return image.resize((width, height), Image.Resampling.BILINEAR)
    ratios = height / image.height, width / image.width
    ratio = min(ratios) if mode == 'letterbox' else max(ratios)
    inner = max(1, round(image.width * ratio)), max(1, round(image.height * ratio))
    scaled = image.resize(inner, Image.Resampling.BILINEAR)
    # Pasted at the middle: padding where it is smaller, cutting where it is larger.
    canvas = Image.new('RGB', (width, height), (_GREY, _GREY, _GREY))
    canvas.paste(scaled, ((width - inner[0]) // 2, (height - inner[1]) // 2))
    return canvas


def to_array(image: Any, preprocess: dict[str, Any]) -> Any:
    """``(pixel * scale - mean) / std`` in double precision, channels last, in the order of the colour."""
    import numpy

    color = preprocess['color']
    pixels = numpy.asarray(image.convert('L') if color == 'gray' else image, dtype=numpy.float64)
    pixels = pixels[:, :, None] if color == 'gray' else pixels
    if color == 'BGR':
        pixels = pixels[:, :, ::-1]
    return (pixels * preprocess['scale'] - numpy.asarray(preprocess['mean'])) / numpy.asarray(preprocess['std'])


@dataclass
class Statistics:
    """Smallest, largest, mean and deviation of each channel, over all images."""

    color: str
    count: int = 0
    total: Any = 0.0
    squares: Any = 0.0
    least: Any = field(default=float('inf'))
    most: Any = field(default=float('-inf'))

    def add(self, array: Any) -> None:
        """Take in an image with channels last."""
        import numpy

        flat = array.reshape(-1, array.shape[-1])
        self.count += flat.shape[0]
        self.total = self.total + flat.sum(axis=0)
        self.squares = self.squares + (flat * flat).sum(axis=0)
        self.least = numpy.minimum(self.least, flat.min(axis=0))
        self.most = numpy.maximum(self.most, flat.max(axis=0))

    def rows(self) -> list[dict[str, Any]]:
        """As contract/preprocess.ts has them."""
        rows = []
        for index, channel in enumerate(channels(self.color)):
            mean = float(self.total[index]) / self.count
            variance = max(0.0, float(self.squares[index]) / self.count - mean * mean)
            row = {'min': float(self.least[index]), 'max': float(self.most[index]), 'mean': mean, 'std': variance**0.5}
            rows.append({'channel': channel, **row})
        return rows
