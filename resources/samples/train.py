"""Trains the sample and writes every file of it: ``python train.py [folder]``; about half a minute on one core.

The same torch gives the same weights: one thread, one seed. The files hold no path and no time of the machine.
"""

import io
import json
import os
import sys
import zipfile

import numpy
import torch
from drawings import draw
from shapes import CLASSES, ShapesNet
from torch.nn import functional

EPOCHS, BATCH, TRAINING, HELD_OUT = 6, 64, 6000, 1800
SAMPLE = 12


def train() -> ShapesNet:
    """A trained network in eval mode."""
    torch.set_num_threads(1)
    torch.manual_seed(7)
    model = ShapesNet()
    images, labels = draw(TRAINING, seed=1)
    optimizer = torch.optim.AdamW(model.parameters(), lr=3e-3)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, 6e-3, total_steps=EPOCHS * (TRAINING // BATCH))
    for epoch in range(EPOCHS):
        order = torch.randperm(TRAINING)
        total = 0.0
        for start in range(0, TRAINING - BATCH + 1, BATCH):
            chosen = order[start : start + BATCH]
            loss = functional.cross_entropy(model(images[chosen]), labels[chosen])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            schedule.step()
            total += loss.item()
        print(f'epoch {epoch + 1}/{EPOCHS}: loss {total / (TRAINING // BATCH):.4f}')
    return model.eval()


def accuracy(model: ShapesNet) -> float:
    """Share of held-out images that the network names right."""
    images, labels = draw(HELD_OUT, seed=2)
    with torch.no_grad():
        return (model(images).argmax(1) == labels).float().mean().item()


def save(model: ShapesNet, folder: str) -> None:
    """The weights, the same model in three other formats, the inputs and their right answers."""
    image, labels = draw(SAMPLE, seed=3)
    with torch.no_grad():
        output = model(image)
    if (output.argmax(1) != labels).any():
        raise SystemExit('the network names a sample image wrong: train longer')
    torch.save(model.state_dict(), os.path.join(folder, 'shapes.pt'))
    numpy.savez(os.path.join(folder, 'inputs.npz'), image=image.numpy())
    numpy.savez(os.path.join(folder, 'expected.npz'), output=output.numpy())
    with open(os.path.join(folder, 'labels.json'), 'w', encoding='utf-8') as file:
        json.dump({'classes': CLASSES, 'labels': [CLASSES[label] for label in labels.tolist()]}, file, indent=2)
        file.write('\n')
    scripted = io.BytesIO()
    torch.jit.save(torch.jit.script(model), scripted)
    _without_paths(scripted, os.path.join(folder, 'shapes-scripted.pt'))
    program = torch.export.export(model, (image,), dynamic_shapes={'image': {0: torch.export.Dim('N')}})
    for node in program.graph.nodes:
        node.meta.pop('stack_trace', None)
    torch.export.save(program, os.path.join(folder, 'shapes.pt2'))
    _save_onnx(model, image, os.path.join(folder, 'shapes.onnx'))


def _without_paths(archive: io.BytesIO, target: str) -> None:
    """TorchScript without its debug files, which hold the paths of this machine's sources, and without the hash over them."""
    with zipfile.ZipFile(archive) as source, zipfile.ZipFile(target, 'w', zipfile.ZIP_STORED) as result:
        for info in source.infolist():
            if not info.filename.endswith(('.debug_pkl', '/serialization_id')):
                name = 'shapes/' + info.filename.partition('/')[2]
                result.writestr(zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0)), source.read(info))


def _save_onnx(model: ShapesNet, image: torch.Tensor, target: str) -> None:
    import onnx

    shapes = {'image': {0: torch.export.Dim('N')}}
    names = {'input_names': ['image'], 'output_names': ['output']}
    written = torch.onnx.export(model, (image,), dynamo=True, dynamic_shapes=shapes, external_data=False, **names)
    proto = written.model_proto
    for item in [proto.graph, *proto.graph.node, *proto.graph.input, *proto.graph.output, *proto.graph.value_info]:
        item.ClearField('metadata_props')
    onnx.save(proto, target)


if __name__ == '__main__':
    if os.environ.get('PYTHONHASHSEED') != '0':
        # TorchScript writes constants in the order of a set of strings.
        os.environ['PYTHONHASHSEED'] = '0'
        os.execv(sys.executable, [sys.executable, *sys.argv])
    trained = train()
    reached = accuracy(trained)
    print(f'{sum(p.numel() for p in trained.parameters())} parameters, {reached:.2%} of {HELD_OUT} held-out images right')
    if reached < 0.97:
        raise SystemExit('too low')
    save(trained, sys.argv[1] if len(sys.argv) > 1 else os.path.dirname(os.path.abspath(__file__)))
