"""Models by the names that their libraries know them under; timm and ultralytics are tried by `npm run zoo`."""

import pytest
import torch
from conftest import failing, run, saved, source

torchvision = pytest.importorskip('torchvision', reason='torchvision belongs to the pinned PyTorch')


def test_a_torchvision_model_by_name(worker, tmp_path):
    torch.manual_seed(0)
    module = torchvision.models.squeezenet1_1(weights=None, num_classes=5)
    model = source(saved(tmp_path, module), 'state-dict', 'torchvision:squeezenet1_1', modelArgs={'num_classes': 5}, project=None)
    answer = worker.call('load', source=model)
    assert answer['modelClass'] == 'torchvision:squeezenet1_1'
    assert answer['forward'] == [{'name': 'x', 'required': True}]
    x = torch.randn(1, 3, 32, 32)
    made, _ = run(worker, model, {'x': x}, tmp_path)
    with torch.no_grad():
        assert torch.equal(made['output'], module.eval()(x))


def test_a_detector_fetches_no_backbone(worker, tmp_path):
    module = torchvision.models.detection.ssdlite320_mobilenet_v3_large(weights=None, weights_backbone=None)
    answer = worker.call(
        'load', source=source(saved(tmp_path, module), 'state-dict', 'torchvision:ssdlite320_mobilenet_v3_large', project=None)
    )
    assert answer['parameters'] == sum(parameter.numel() for parameter in module.parameters())


def test_an_unknown_name_gets_the_near_ones(worker, tmp_path):
    path = saved(tmp_path, torch.nn.Linear(2, 2))
    with failing('LOAD_CLASS_MISSING') as error:
        worker.call('load', source=source(path, 'state-dict', 'torchvision:resnet51', project=None))
    assert 'resnet50' in error['evidence']['classes']
    assert 'resnet50' in error['remedy']


def test_a_library_that_is_not_installed(worker, tmp_path):
    path = saved(tmp_path, torch.nn.Linear(2, 2))
    with failing('LOAD_CLASS_MISSING') as error:
        worker.call('load', source=source(path, 'state-dict', 'ultralytics:yolov8n-seg.yaml', project=None))
    assert error['evidence']['module'] == 'ultralytics'
