"""Sample inputs that only Python reads: images, and tensors of torch.save."""

import io
import math

import numpy
import pytest
import torch
from conftest import failing
from enginesmith_worker.tensors import read_tensors
from PIL import Image

PLAIN = {'input': 'x', 'size': [2, 2], 'resize': 'stretch', 'layout': 'NCHW', 'color': 'RGB', 'scale': 1 / 255, 'mean': [0], 'std': [1]}


def picture(folder, name='a.png', size=(2, 2), colour=(255, 128, 0), mode='RGB', **more):
    path = folder / name
    Image.new(mode, size, colour).save(path, **more)
    return str(path)


def read(worker, files, folder, batch=1, dtype='float32', thumbnails=0, **more):
    sets = math.ceil(len(files) / (batch or 1))
    outs = [str(folder / f'set-{index}.safetensors') for index in range(sets)]
    told = worker.call('read_images', files=files, preprocess={**PLAIN, **more}, dtype=dtype, batch=batch, outs=outs, thumbnails=thumbnails)
    return [read_tensors(out)['x'] for out in outs], told


def test_pixels_become_what_the_formula_says(worker, tmp_path):
    mean, std = [0.485, 0.456, 0.406], [0.229, 0.224, 0.225]
    [x], told = read(worker, [picture(tmp_path)], tmp_path, mean=mean, std=std)
    assert x.shape == (1, 3, 2, 2) and x.dtype == torch.float32
    wanted = [(value / 255 - m) / s for value, m, s in zip((255, 128, 0), mean, std)]
    numpy.testing.assert_allclose(x[0, :, 0, 0].numpy(), wanted, rtol=1e-6)
    for row, value, channel in zip(told['statistics'], wanted, 'RGB'):
        assert row['channel'] == channel
        assert row['min'] == pytest.approx(value) and row['max'] == pytest.approx(value) and row['mean'] == pytest.approx(value)
        assert row['std'] == pytest.approx(0, abs=1e-6)


@pytest.mark.parametrize(
    ('more', 'shape', 'values'),
    [
        ({'color': 'BGR', 'scale': 1}, (1, 3, 2, 2), [0, 128, 255]),
        ({'layout': 'NHWC', 'scale': 1}, (1, 2, 2, 3), [255, 128, 0]),
        ({'color': 'gray', 'scale': 1}, (1, 1, 2, 2), [151]),
        ({'batch': None, 'scale': 1}, (3, 2, 2), [255, 128, 0]),
    ],
)
def test_layout_and_colour(worker, tmp_path, more, shape, values):
    [x], _ = read(worker, [picture(tmp_path)], tmp_path, **more)
    assert x.shape == shape
    flat = x.numpy().reshape(shape[-3:])
    assert (flat[0, 0] if more.get('layout') == 'NHWC' else flat[:, 0, 0]).tolist() == values


@pytest.mark.parametrize(('resize', 'edge', 'middle'), [('stretch', 255, 255), ('letterbox', 114, 255), ('crop', 255, 255)])
def test_ways_of_resizing(worker, tmp_path, resize, edge, middle):
    path = picture(tmp_path, size=(8, 4), colour=(255, 255, 255))
    [x], _ = read(worker, [path], tmp_path, size=[4, 4], resize=resize, scale=1)
    assert x[0, 0, 0, 2] == edge and x[0, 0, 2, 2] == middle


def test_crop_keeps_the_middle(worker, tmp_path):
    image = Image.new('RGB', (12, 4))
    image.paste((200, 0, 0), (4, 0, 8, 4))
    image.save(tmp_path / 'wide.png')
    [x], _ = read(worker, [str(tmp_path / 'wide.png')], tmp_path, size=[4, 4], resize='crop', scale=1)
    assert (x[0, 0] == 200).all()


def test_a_folder_is_dealt_out_in_batches_and_the_last_one_is_filled(worker, tmp_path):
    files = [picture(tmp_path, f'{grey}.png', colour=(grey, grey, grey)) for grey in (10, 20, 30)]
    sets, told = read(worker, files, tmp_path, batch=2, scale=1, thumbnails=2)
    assert [x[:, 0, 0, 0].tolist() for x in sets] == [[10, 20], [30, 10]]
    row = told['statistics'][0]
    assert (row['min'], row['max'], row['mean']) == (10, 30, 20) and row['std'] == pytest.approx((200 / 3) ** 0.5)
    assert [one['file'] for one in told['thumbnails']] == ['10.png', '20.png']
    import base64

    assert Image.open(io.BytesIO(base64.b64decode(told['thumbnails'][0]['png']))).size == (2, 2)
    [x], _ = read(worker, files[:1], tmp_path, batch=3, scale=1)
    assert x[:, 0, 0, 0].tolist() == [10, 10, 10]


def test_sixteen_bits_and_rotation_by_exif(worker, tmp_path):
    deep = tmp_path / 'deep.png'
    Image.fromarray(numpy.full((2, 2), 65535 // 2, numpy.uint16)).save(deep)
    [x], _ = read(worker, [str(deep)], tmp_path, scale=1)
    assert (x == 127).all()
    exif = Image.Exif()
    exif[0x0112] = 6
    turned = picture(tmp_path, 'turned.jpg', size=(8, 4), exif=exif)
    assert worker.call('image_size', path=turned) == {'height': 8, 'width': 4}


def test_integers_are_rounded_and_must_fit(worker, tmp_path):
    [x], _ = read(worker, [picture(tmp_path)], tmp_path, dtype='uint8', scale=1)
    assert x.dtype == torch.uint8 and x[0, :, 0, 0].tolist() == [255, 128, 0]
    with failing('INPUTS_INVALID') as error:
        read(worker, [picture(tmp_path)], tmp_path, dtype='uint8', scale=1, mean=[128])
    assert error['evidence']['low'] == -128


def test_what_is_no_image_is_named(worker, tmp_path):
    broken = tmp_path / 'broken.png'
    picture(tmp_path, 'whole.png', size=(64, 64))
    broken.write_bytes((tmp_path / 'whole.png').read_bytes()[:60])
    with failing('INPUTS_INVALID') as error:
        read(worker, [str(broken)], tmp_path)
    assert 'broken.png' in error['message']
    with failing('INPUTS_INVALID') as error:
        read(worker, [picture(tmp_path)], tmp_path, mean=[0, 0])
    assert error['evidence']['channels'] == 3
    with failing('INPUTS_INVALID') as error:
        read(worker, [picture(tmp_path)], tmp_path, size=[100_000, 100_000])
    assert error['evidence']['height'] == 100_000
    # 40,000 x 40,000 in a few kilobytes.
    bomb = tmp_path / 'bomb.png'
    Image.new('1', (40_000, 40_000)).save(bomb)
    with failing('INPUTS_INVALID') as error:
        worker.call('image_size', path=str(bomb))
    assert 'decompression bomb' in error['message']


@pytest.mark.parametrize(
    ('saved', 'names'),
    [
        (torch.ones(2, 3), ['arr_0']),
        ([torch.ones(2), torch.zeros(3)], ['arr_0', 'arr_1']),
        ({'ids': torch.arange(4), 'mask': torch.ones(4, dtype=torch.bool)}, ['ids', 'mask']),
        (torch.ones(4, 6).t()[::2], ['arr_0']),
    ],
)
@pytest.mark.parametrize('zipped', [True, False])
def test_tensors_of_torch_save(worker, tmp_path, saved, names, zipped):
    path, out = tmp_path / 'in.pt', tmp_path / 'out.safetensors'
    torch.save(saved, path, _use_new_zipfile_serialization=zipped)
    assert worker.call('read_tensors', path=str(path), out=str(out)) == {'names': names}
    values = [saved] if torch.is_tensor(saved) else saved if isinstance(saved, list) else list(saved.values())
    for value, read_back in zip(values, read_tensors(str(out)).values()):
        assert torch.equal(value, read_back)


class Hostile:
    def __init__(self, canary):
        self.canary = canary

    def __reduce__(self):
        return open, (self.canary, 'w')


@pytest.mark.parametrize('saved', [{'x': {'y': torch.ones(1)}}, 'text', {}, torch.nn.Linear(2, 2), torch.eye(3).to_sparse()])
def test_other_things_are_no_inputs(worker, tmp_path, saved):
    path = tmp_path / 'in.pt'
    torch.save(saved, path)
    with failing('INPUTS_INVALID') as error:
        worker.call('read_tensors', path=str(path), out=str(tmp_path / 'out.safetensors'))
    assert 'torch.save' in error['remedy']


def test_a_hostile_file_of_inputs_runs_nothing(worker, tmp_path):
    canary = tmp_path / 'canary'
    torch.save({'x': Hostile(str(canary))}, tmp_path / 'in.pt')
    with failing('INPUTS_INVALID'):
        worker.call('read_tensors', path=str(tmp_path / 'in.pt'), out=str(tmp_path / 'out.safetensors'))
    assert not canary.exists()
