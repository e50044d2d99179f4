"""A model whose safetensors lie in several files with an index beside them."""

import json

import nets
import torch
from conftest import failing, run, source
from enginesmith_worker.tensors import write_tensors


def sharded(folder, module):
    weights = module.state_dict()
    names = ['model-00001-of-00002.safetensors', 'model-00002-of-00002.safetensors']
    where = {name: names[index % 2] for index, name in enumerate(weights)}
    for shard in names:
        write_tensors(str(folder / shard), {name: tensor for name, tensor in weights.items() if where[name] == shard})
    index = folder / 'model.safetensors.index.json'
    index.write_text(json.dumps({'metadata': {'total_size': 60}, 'weight_map': where}))
    return index, names


def test_all_files_make_one_model(worker, tmp_path):
    module = nets.Affine()
    index, _ = sharded(tmp_path, module)
    model = source(index, 'safetensors', 'nets:Affine')
    assert worker.call('load', source=model)['parameters'] == 15
    made, _ = run(worker, model, {'x': torch.ones(2, 4)}, tmp_path)
    assert torch.equal(made['output'], module(torch.ones(2, 4)).detach())


def test_a_missing_file_and_one_of_another_version_are_told(worker, tmp_path):
    index, names = sharded(tmp_path, nets.Affine())
    write_tensors(str(tmp_path / names[0]), {'other': torch.ones(1)})
    with failing('FILE_TRUNCATED') as error:
        worker.call('load', source=source(index, 'safetensors', 'nets:Affine'))
    assert error['evidence']['missing']
    (tmp_path / names[1]).unlink()
    with failing('FILE_NOT_FOUND'):
        worker.call('load', source=source(index, 'safetensors', 'nets:Affine'))


def test_a_name_that_leads_elsewhere_is_not_followed(worker, tmp_path):
    index = tmp_path / 'a' / 'model.safetensors.index.json'
    index.parent.mkdir()
    write_tensors(str(tmp_path / 'x.safetensors'), nets.Affine().state_dict())
    index.write_text(json.dumps({'weight_map': {'linear.weight': '../x.safetensors', 'linear.bias': '../x.safetensors'}}))
    with failing('FILE_NOT_FOUND'):
        worker.call('load', source=source(index, 'safetensors', 'nets:Affine'))
