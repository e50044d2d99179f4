"""Draws the sample's images: shapes of random place, size, turn and brightness, blurred edges, noise. Seeded."""

import math

import torch
from shapes import CLASSES

SIDE = 32


def draw(count: int, seed: int) -> tuple[torch.Tensor, torch.Tensor]:
    """``count`` images [count, 1, 32, 32] float32 in 0..1, and their labels [count] int64, classes in turn."""
    random = torch.Generator().manual_seed(seed)

    def uniform(low: float, high: float) -> torch.Tensor:
        return low + (high - low) * torch.rand(count, 1, 1, generator=random)

    labels = torch.arange(count) % len(CLASSES)
    size, turn = uniform(7.5, 12.0), uniform(0.0, 2 * math.pi)
    centre_x, centre_y = uniform(-3.5, 3.5), uniform(-3.5, 3.5)
    light, dark = uniform(0.6, 1.0), uniform(0.0, 0.25)
    line = torch.arange(SIDE, dtype=torch.float32) - (SIDE - 1) / 2
    y, x = torch.meshgrid(line, line, indexing='ij')
    x, y = x - centre_x, y - centre_y
    u = (x * turn.cos() + y * turn.sin()) / size
    v = (y * turn.cos() - x * turn.sin()) / size
    distance = torch.stack([shape(u, v) for shape in _SHAPES])[labels, torch.arange(count)]
    inside = torch.sigmoid(-distance * size * 2.5)
    image = dark + (light - dark) * inside + 0.05 * torch.randn(count, SIDE, SIDE, generator=random)
    return image.clamp(0, 1).unsqueeze(1), labels


def _circle(u: torch.Tensor, v: torch.Tensor) -> torch.Tensor:
    return torch.hypot(u, v) - 0.9


def _square(u: torch.Tensor, v: torch.Tensor) -> torch.Tensor:
    return torch.maximum(u.abs(), v.abs()) - 0.75


def _triangle(u: torch.Tensor, v: torch.Tensor) -> torch.Tensor:
    sides = [u * math.cos(angle) + v * math.sin(angle) for angle in (math.pi / 2, math.pi * 7 / 6, math.pi * 11 / 6)]
    return torch.stack(sides).amax(0) - 0.5


def _cross(u: torch.Tensor, v: torch.Tensor) -> torch.Tensor:
    across = torch.maximum(u.abs() - 0.95, v.abs() - 0.28)
    return torch.minimum(across, torch.maximum(v.abs() - 0.95, u.abs() - 0.28))


def _star(u: torch.Tensor, v: torch.Tensor) -> torch.Tensor:
    return torch.hypot(u, v) - (0.68 + 0.32 * torch.cos(5 * torch.atan2(v, u)))


def _ring(u: torch.Tensor, v: torch.Tensor) -> torch.Tensor:
    return (torch.hypot(u, v) - 0.7).abs() - 0.2


_SHAPES = (_circle, _square, _triangle, _cross, _star, _ring)
