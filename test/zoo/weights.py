"""Random weights for the models of models.json: ``python weights.py OUT``; nothing is fetched.

Statistics of batch norms are settled on random images first: with those of a new model the values of a deep one die
out or blow up, and a comparison would compare nothing. A last layer that a library begins with zeros is drawn, too.
"""

import json
import os
import sys

import torch

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, '..', '..', 'resources', 'python'))
from enginesmith_worker.classes import build  # noqa: E402

out = sys.argv[1]
with open(os.path.join(HERE, 'models.json'), encoding='utf-8') as file:
    ENTRIES = json.load(file)
for entry in ENTRIES:
    path = os.path.join(out, entry['model'].replace(':', '.') + '.pt')
    if os.path.exists(path):
        continue
    torch.manual_seed(0)
    model = build(entry['model'], None, None)
    for module in model.modules():
        if isinstance(module, torch.nn.modules.batchnorm._BatchNorm):
            module.momentum = None
        if isinstance(module, torch.nn.Linear) and not module.weight.any():
            torch.nn.init.normal_(module.weight, std=0.02)
    model.train()
    with torch.no_grad():
        for _ in range(2):
            model(torch.rand(4, 3, entry['size'], entry['size']) * 2 - 1)
    torch.save(model.state_dict(), path)
    print(entry['model'], flush=True)
