"""The bundled sample: a small convolutional network that names a drawn shape."""

import torch
from torch import nn

CLASSES = ('circle', 'square', 'triangle', 'cross', 'star', 'ring')


def _block(inputs: int, outputs: int) -> nn.Sequential:
    return nn.Sequential(nn.Conv2d(inputs, outputs, 3, padding=1, bias=False), nn.BatchNorm2d(outputs), nn.ReLU(), nn.MaxPool2d(2))


class ShapesNet(nn.Module):
    """Grey images ``image`` [N, 1, 32, 32] in 0..1 to logits [N, 6], one for each of CLASSES."""

    def __init__(self, width: int = 16):
        super().__init__()
        self.features = nn.Sequential(_block(1, width), _block(width, 2 * width), _block(2 * width, 4 * width))
        self.head = nn.Sequential(nn.Flatten(), nn.Linear(4 * width * 4 * 4, 24), nn.ReLU(), nn.Linear(24, len(CLASSES)))

    def forward(self, image: torch.Tensor) -> torch.Tensor:
        """Logits; the largest names the shape."""
        return self.head(self.features(image))
