"""Our .wts writer against a plain gen_wts loop on the same weights, and its memory for models ten times apart; prints JSON."""

import filecmp
import json
import os
import struct
import subprocess
import sys
import time

import torch

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
sys.path.insert(0, os.path.join(ROOT, 'resources', 'python'))


class Quiet:
    """A context that nobody listens to."""

    def progress(self, *_):
        pass

    def log(self, *_):
        pass

    def check(self):
        pass


def memory(name):
    """KiB of this process."""
    with open('/proc/self/status') as file:
        return next(int(line.split()[1]) for line in file if line.startswith(name))


def ours(path, out):
    """Seconds of the writer alone, torch imported before, and this process's growth in MiB."""
    from enginesmith_worker.methods.write_weights import write_weights

    before = memory('VmRSS')
    with open('/proc/self/clear_refs', 'w') as file:
        file.write('5')  # the peak is counted from here on
    begin = time.perf_counter()
    write_weights({'source': {'path': path, 'format': 'state-dict'}, 'to': 'wts', 'out': out, 'shapes': None}, Quiet())
    return time.perf_counter() - begin, (memory('VmHWM') - before) / 1024


def plain(path, out):
    """gen_wts.py's loop."""
    state = torch.load(path, map_location='cpu', weights_only=True)
    begin = time.perf_counter()
    with open(out, 'w') as file:
        file.write(f'{len(state.keys())}\n')
        for key, value in state.items():
            flat = value.reshape(-1).cpu().numpy()
            file.write(f'{key} {len(flat)} ')
            for element in flat:
                file.write(' ')
                file.write(struct.pack('>f', float(element)).hex())
            file.write('\n')
    return time.perf_counter() - begin


def model(path, blocks):
    """Weights of ResNet-50's size for one block: 25.6 million."""
    torch.manual_seed(0)
    sizes = {
        f'{i}.{name}': shape
        for i in range(blocks)
        for name, shape in (('conv', (2048, 1024, 3, 3)), ('fc', (1000, 2048)), ('rest', (4_677_632,)))
    }
    torch.save({name: torch.randn(shape) for name, shape in sizes.items()}, path)


def write(path, out):
    """Ours in a process of its own."""
    done = subprocess.run([sys.executable, __file__, 'ours', path, out], check=True, capture_output=True, text=True)
    return json.loads(done.stdout)


if __name__ == '__main__':
    torch.set_num_threads(1)
    if sys.argv[1] == 'ours':
        print(json.dumps(ours(sys.argv[2], sys.argv[3])))
    else:
        folder, turns = sys.argv[1], int(sys.argv[2])
        small, large = os.path.join(folder, '25M.pt'), os.path.join(folder, '250M.pt')
        out, peer = os.path.join(folder, 'ours.wts'), os.path.join(folder, 'plain.wts')
        model(small, 1)
        # One after the other, turn by turn: whatever else the machine does meets both.
        pairs = [(*write(small, out), plain(small, peer)) for _ in range(turns)]
        same = filecmp.cmp(out, peer, shallow=False)
        model(large, 10)
        seconds, grown = write(large, out)
        told = {
            '25M': {'seconds': [pair[0] for pair in pairs], 'grownMiB': max(pair[1] for pair in pairs)},
            '250M': {'seconds': seconds, 'grownMiB': grown},
            'plain': {'seconds': [pair[2] for pair in pairs]},
            'identical': same,
        }
        print(json.dumps(told))
