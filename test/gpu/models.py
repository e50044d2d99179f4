"""Makes the models that the GPU checks use, from a seed, into the folder given; those that are there stay.

Each is an exported program (`NAME.pt2`); some are ONNX files and state_dicts too. Random weights from seed 0: nothing is fetched.
"""

import copy
import pathlib
import sys
import warnings

import torch
from torch import nn

warnings.filterwarnings('ignore')
FOLDER = pathlib.Path(sys.argv[1])
BATCH = torch.export.Dim('batch', min=1, max=16)


class Small(nn.Module):
    """Three convolutions and a classifier: images (N, 3, 32, 32) to logits (N, 10)."""

    def __init__(self):
        super().__init__()
        self.body = nn.Sequential(
            nn.Conv2d(3, 16, 3, padding=1),
            nn.ReLU(),
            nn.Conv2d(16, 32, 3, stride=2, padding=1),
            nn.ReLU(),
            nn.Conv2d(32, 64, 3, stride=2, padding=1),
            nn.ReLU(),
            nn.AdaptiveAvgPool2d(1),
            nn.Flatten(),
            nn.Linear(64, 10),
        )

    def forward(self, x):
        return self.body(x)


class Gru(nn.Module):
    """Two GRU layers over (N, 32, 40) and a linear head: (N, 32, 12)."""

    def __init__(self):
        super().__init__()
        self.rnn = nn.GRU(40, 96, 2, batch_first=True)
        self.head = nn.Linear(96, 12)

    def forward(self, x):
        return self.head(self.rnn(x)[0])


class Encoder(nn.Module):
    """A Transformer encoder over int64 ids (N, length) of a vocabulary of 1000: (N, length, 128)."""

    def __init__(self):
        super().__init__()
        self.embed = nn.Embedding(1000, 128)
        layer = nn.TransformerEncoderLayer(128, 4, 256, batch_first=True, dropout=0.0)
        self.encoder = nn.TransformerEncoder(layer, 3, enable_nested_tensor=False)
        self.norm = nn.LayerNorm(128)

    def forward(self, ids):
        return self.norm(self.encoder(self.embed(ids)))


class Wide(nn.Module):
    """Four linear layers with 266 MiB of weights over (N, 512): (N, 64). What streaming weights is for, in small."""

    def __init__(self):
        super().__init__()
        self.body = nn.Sequential(
            nn.Linear(512, 8192), nn.GELU(), nn.Linear(8192, 4096), nn.GELU(), nn.Linear(4096, 7680), nn.GELU(), nn.Linear(7680, 64)
        )
        # As wide signals as images have: with PyTorch's own small weights the biases alone would be left at the end.
        for layer in self.body:
            if isinstance(layer, nn.Linear):
                nn.init.kaiming_normal_(layer.weight)

    def forward(self, x):
        return self.body(x)


def program(name, make, example, dynamic):
    path = FOLDER / f'{name}.pt2'
    if path.exists():
        return
    torch.manual_seed(0)
    model = make().eval()
    with torch.no_grad():
        torch.export.save(torch.export.export(model, example, dynamic_shapes=dynamic), path)
    torch.save(model.state_dict(), FOLDER / f'{name}.weights.pt')
    print(f'{name}.pt2', file=sys.stderr)


def onnx(name, make, example, dynamic, seed=0):
    path = FOLDER / f'{name}.onnx'
    if path.exists():
        return
    torch.manual_seed(seed)
    model = copy.deepcopy(make().eval())
    torch.onnx.export(
        model,
        example,
        str(path),
        input_names=['x'],
        output_names=['y'],
        dynamo=False,
        opset_version=18,
        dynamic_axes={'x': {0: 'batch'}, 'y': {0: 'batch'}} if dynamic else None,
    )
    print(f'{name}.onnx', file=sys.stderr)


def safetensors(name):
    """The weights of an ONNX file under the names that they have in it."""
    path = FOLDER / f'{name}.safetensors'
    if path.exists():
        return
    import numpy
    import onnx as onnx_package
    from safetensors.numpy import save_file

    arrays = {each.name: onnx_package.numpy_helper.to_array(each) for each in onnx_package.load(FOLDER / f'{name}.onnx').graph.initializer}
    save_file({key: numpy.ascontiguousarray(value) for key, value in arrays.items() if value.dtype == numpy.float32}, path)
    print(f'{name}.safetensors', file=sys.stderr)


def resnet50():
    import torchvision

    return torchvision.models.resnet50(weights=None)


class Heads(nn.Module):
    """A detector without its non-maximum suppression: images (N, 3, 320, 320) to class scores, boxes and centerness of every place."""

    def __init__(self, detector):
        super().__init__()
        self.backbone, self.head = detector.backbone, detector.head

    def forward(self, x):
        found = self.head(list(self.backbone(x).values()))
        return found['cls_logits'], found['bbox_regression'], found['bbox_ctrness']


def detector():
    import torchvision

    # FCOS with random weights answers with values that vary by 20 to 40 times the tolerance of TF32, and roundings stay small;
    # the sixty layers of SSDLite make a rounding five hundred times as large, which says nothing about an engine.
    return Heads(torchvision.models.detection.fcos_resnet50_fpn(weights=None, weights_backbone=None))


def vit():
    import timm

    return timm.create_model('vit_tiny_patch16_224', pretrained=False)


def main():
    FOLDER.mkdir(parents=True, exist_ok=True)
    image = torch.rand(4, 3, 224, 224)
    program('small', Small, (torch.rand(4, 3, 32, 32),), ({0: BATCH},))
    program('resnet50', resnet50, (image,), ({0: BATCH},))
    program('detector', detector, (torch.rand(2, 3, 320, 320),), ({0: BATCH},))
    program('vit', vit, (image,), ({0: BATCH},))
    program('gru', Gru, (torch.rand(4, 32, 40),), ({0: BATCH},))
    program('encoder', Encoder, (torch.randint(0, 1000, (4, 24)),), ({0: BATCH, 1: torch.export.Dim('length', min=2, max=128)},))
    program('wide', Wide, (torch.rand(4, 512),), ({0: BATCH},))
    onnx('small', Small, (torch.rand(4, 3, 32, 32),), True)
    onnx('resnet50', resnet50, (torch.rand(8, 3, 224, 224),), False)
    # A second checkpoint of the same network, for a refit: as ONNX, as the weights of that file, and as PyTorch saves it.
    onnx('resnet50-second', resnet50, (torch.rand(8, 3, 224, 224),), False, seed=1)
    safetensors('resnet50-second')
    second = FOLDER / 'resnet50-second.weights.pt'
    if not second.exists():
        torch.manual_seed(1)
        torch.save(resnet50().state_dict(), second)


main()
