"""YOLOv8n from its description, saved whole as ultralytics saves a checkpoint: ``python yolo.py save OUT``.

``python yolo.py wts FILE OUT`` writes what gen_wts.py of TensorRTX writes of it. Nothing is fetched. Statistics of batch
norms are settled on random images first, so that a comparison compares more than the biases of the head.
"""

import struct
import sys

import torch


def save(out):
    from ultralytics import YOLO

    torch.manual_seed(0)
    yolo = YOLO('yolov8n.yaml')
    for module in yolo.model.modules():
        if isinstance(module, torch.nn.BatchNorm2d):
            module.momentum = None
    yolo.model.train()
    with torch.no_grad():
        for _ in range(2):
            yolo.model(torch.rand(4, 3, 320, 320) * 2 - 1)
    yolo.model.eval()
    yolo.save(out)


def wts(file, out):
    """gen_wts.py's lines, with the loading that it does."""
    model = torch.load(file, map_location='cpu', weights_only=False)['model'].float()
    with open(out, 'w') as f:
        f.write(f'{len(model.state_dict().keys())}\n')
        for key, value in model.state_dict().items():
            flat = value.reshape(-1).cpu().numpy()
            f.write(f'{key} {len(flat)} ')
            for element in flat:
                f.write(' ')
                f.write(struct.pack('>f', float(element)).hex())
            f.write('\n')


if __name__ == '__main__':
    {'save': save, 'wts': wts}[sys.argv[1]](*sys.argv[2:])
