"""The corpus of hostile files, straight at the worker: what would happen if nothing before it had refused them."""

import contextlib
import sys
from pathlib import Path

import pytest
from client import Failure
from conftest import source

sys.path.insert(0, str(Path(__file__).parent.parent / 'fixtures' / 'hostile'))

import make_hostile

# Refused before any worker is asked: following them to their ends only takes time here.
SLOW = {'many-values', 'zip-bomb', 'deep-nesting', 'endless-digits', 'billion-laughs', 'huge-memo-index'}


@pytest.fixture(scope='module')
def corpus(tmp_path_factory):
    folder = tmp_path_factory.mktemp('corpus')
    made = make_hostile.write(folder / 'files', str(folder / 'canary'))
    return [file for file in made if file['name'] not in SLOW], folder


@pytest.mark.filterwarnings('ignore:Duplicate name')
@pytest.mark.parametrize('format', ['state-dict', 'pickled-module', 'torchscript', 'exported-program'])
def test_no_file_runs_whatever_it_is_taken_for(worker, corpus, format):
    files, folder = corpus
    for file in files:
        with pytest.raises(Failure):
            worker.call('load', source=source(file['path'], format, 'nets:Affine'))
        assert not list(folder.glob('canary*')), file['name']


def test_no_file_runs_where_all_its_names_are_allowed(worker, corpus):
    files, folder = corpus
    for file in files:
        names = worker.call('scan', path=file['path'])['globals']
        for names_allowed in (names, [name for name in names if name.startswith('torch')]):
            # A tame pickle beside a hostile one may well be read.
            with contextlib.suppress(Failure):
                worker.call('look', source=source(file['path'], 'pickled-module', allowGlobals=names_allowed))
        assert not list(folder.glob('canary*')), file['name']


def test_the_scan_says_so_of_nearly_all(worker, corpus):
    files, _ = corpus
    # Not a pickle as far as this scan can see: an archive of other archives, the tar of 2017, a protocol that is none.
    other = {'zip-in-zip', 'zip-in-zip-in-zip', 'tar-of-2017', 'unknown-protocol'}
    verdicts = {file['name']: worker.call('scan', path=file['path'])['verdict'] for file in files}
    tame = {name for name, verdict in verdicts.items() if verdict not in ('dangerous', 'scan-failed')}
    assert tame <= other, tame
