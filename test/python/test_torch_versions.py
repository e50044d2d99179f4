"""What single releases of PyTorch say or refuse; `npm run torch-versions` runs the whole suite under several."""

import nets
import pytest
import torch
from conftest import RELEASE, SAMPLES, failing, saved, source
from enginesmith_worker.tensors import write_tensors


def only(condition, why):
    return pytest.mark.skipif(not condition, reason=why)


@only(RELEASE < (2, 9), 'reads the archive of the sample')
def test_a_program_of_a_newer_torch_names_the_release_that_reads_it(worker):
    with failing('LOAD_FAILED') as error:
        worker.call('load', source=source(f'{SAMPLES}/shapes.pt2', 'exported-program'))
    assert error['evidence']['madeBy'].startswith('2.11')
    assert '2.11' in error['remedy'] and 'or newer' in error['remedy']
    assert error['actions'][0]['kind'] == 'choose-python'


def test_a_size_that_is_worked_out_survives_or_is_explained(worker, tmp_path):
    class Scaled(torch.nn.Module):
        def forward(self, x):
            return torch.nn.functional.interpolate(x, scale_factor=2)

    side = {2: torch.export.Dim('h', min=4, max=64), 3: torch.export.Dim('w', min=4, max=64)}
    program = torch.export.export(Scaled(), (torch.randn(2, 3, 8, 8),), dynamic_shapes={'x': side})
    torch.export.save(program, tmp_path / 'scaled.pt2')
    model = source(tmp_path / 'scaled.pt2', 'exported-program')
    if RELEASE < (2, 5):
        with failing('EXPORT_SYMBOLIC_SHAPE') as error:
            worker.call('load', source=model)
        assert 'IntTrueDiv' in error['evidence']['reason']
    else:
        assert worker.call('load', source=model)['signature']['inputs'][0]['shape'][:2] == [2, 3]


@only(RELEASE < (2, 5), 'the dynamo exporter takes names and dynamic sizes')
def test_the_dynamo_exporter_of_2_4_is_refused_with_the_other_one_click_away(worker, tmp_path):
    write_tensors(str(tmp_path / 'x.safetensors'), {'x': torch.ones(2, 4)})
    asked = {'exporter': 'dynamo', 'opset': None, 'out': str(tmp_path / 'a.onnx'), 'outputNames': None}
    with failing('CONVERT_FAILED') as error:
        worker.call(
            'export_onnx',
            source=source(saved(tmp_path, nets.Affine()), 'state-dict', 'nets:Affine'),
            inputs=[{'name': 'x', 'dtype': 'float32', 'shape': ['N', 4]}],
            sample=str(tmp_path / 'x.safetensors'),
            **asked,
        )
    assert '2.5' in error['remedy']
    assert error['actions'][0] == {
        'kind': 'choose-exporter',
        'label': 'Use the torchscript exporter',
        'path': 'convert.exporter',
        'value': 'torchscript',
    }


@only(RELEASE >= (2, 6), 'torch.load took everything by default')
def test_the_refusal_of_torch_itself_by_default(tmp_path):
    torch.save(nets.Affine(), tmp_path / 'whole.pt')
    with pytest.raises(Exception, match='Weights only load failed') as caught:
        torch.load(tmp_path / 'whole.pt')
    assert type(caught.value).__name__ == 'UnpicklingError'
