"""The bundled sample: its files agree with each other, with the known answers, and with the training that it claims."""

import json
import os

import numpy
import onnx
import pytest
import torch
from conftest import SAMPLES, run, since, source
from drawings import draw
from onnx.reference import ReferenceEvaluator
from shapes import CLASSES, ShapesNet

FORMATS = {
    'shapes.pt': ('state-dict', 'shapes:ShapesNet'),
    'shapes-scripted.pt': ('torchscript', None),
    'shapes.pt2': ('exported-program', None),
}


def sample(name):
    return os.path.join(SAMPLES, name)


def inputs_and_answers():
    return numpy.load(sample('inputs.npz'))['image'], numpy.load(sample('expected.npz'))['output']


READ_HERE = [
    'shapes.pt',
    'shapes-scripted.pt',
    pytest.param('shapes.pt2', marks=since('2.9', 'the archive that the sample was written in')),
]


@pytest.mark.parametrize('name', READ_HERE)
def test_every_format_gives_the_shipped_answers(worker, tmp_path, name):
    image, expected = inputs_and_answers()
    format, model = FORMATS[name]
    made, _ = run(worker, source(sample(name), format, model, project=SAMPLES), {'image': torch.from_numpy(image)}, tmp_path)
    assert list(made) == ['output']
    numpy.testing.assert_allclose(made['output'].numpy(), expected, rtol=1e-3, atol=1e-4)


def test_the_onnx_file_gives_them_too_for_any_batch():
    image, expected = inputs_and_answers()
    onnx.checker.check_model(sample('shapes.onnx'), full_check=True)
    evaluator = ReferenceEvaluator(sample('shapes.onnx'))
    for batch in (1, 12):
        (made,) = evaluator.run(['output'], {'image': image[:batch]})
        numpy.testing.assert_allclose(made, expected[:batch], rtol=1e-3, atol=1e-3)


def test_the_answers_are_what_was_drawn():
    image, expected = inputs_and_answers()
    with open(sample('labels.json'), encoding='utf-8') as file:
        known = json.load(file)
    assert image.dtype == expected.dtype == numpy.float32
    assert image.shape == (12, 1, 32, 32)
    assert known['classes'] == list(CLASSES)
    assert [CLASSES[index] for index in expected.argmax(1)] == known['labels']
    assert numpy.array_equal(draw(12, seed=3)[0].numpy(), image) or torch.__version__ < '2.11'


def test_the_network_is_trained():
    """On drawings of a seed that no script ever used; chance is 17 %."""
    model = ShapesNet()
    model.load_state_dict(torch.load(sample('shapes.pt'), weights_only=True))
    images, labels = draw(600, seed=12345)
    with torch.no_grad():
        right = (model.eval()(images).argmax(1) == labels).float().mean().item()
    assert right > 0.97
    assert 20_000 < sum(parameter.numel() for parameter in model.parameters()) < 100_000


def test_the_files_are_small_and_name_no_machine():
    for name in os.listdir(SAMPLES):
        path = sample(name)
        if os.path.isfile(path):
            assert os.path.getsize(path) < 300_000
            with open(path, 'rb') as file:
                data = file.read()
            assert not any(place in data for place in (b'site-packages', b'/home/', b'/root/', b'/tmp/', b'\\Users\\'))


@since('2.9', 'the archive that the sample was written in')
def test_the_exported_program_has_a_dynamic_batch(worker):
    answer = worker.call('load', source=source(sample('shapes.pt2'), 'exported-program'))
    (image,) = answer['signature']['inputs']
    assert image['name'] == 'image'
    assert isinstance(image['shape'][0], str)
    assert image['shape'][1:] == [1, 32, 32]
    assert answer['parameters'] == 48158
