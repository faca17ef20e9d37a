import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from safetylab import data
from safetylab.data import Images
from safetylab.evaluation import is_wrong
from safetylab.models import pretrained


@pytest.fixture(scope="module")
def train():
    return data.mnist("train")


@pytest.fixture(scope="module")
def test():
    return data.mnist()


def test_shapes_types_and_range(train, test):
    for images, n in ((train, 60_000), (test, 10_000)):
        assert images.x.shape == (n, 1, 28, 28)
        assert images.x.dtype == torch.float32
        assert (images.x.min(), images.x.max()) == (0, 1)
        assert images.y.shape == (n,)
        assert images.y.dtype == torch.int64


def test_published_statistics_and_order(train, test):
    assert float(train.x.double().mean()) == pytest.approx(0.1307, abs=5e-5)
    assert float(train.x.double().std()) == pytest.approx(0.3081, abs=5e-5)
    assert test.y[:10].tolist() == [7, 2, 1, 0, 4, 1, 4, 9, 5, 9]
    assert train.y[:10].tolist() == [5, 0, 4, 1, 9, 2, 1, 3, 1, 4]


def test_the_datasheet_states_the_counts_of_the_file(train, test):
    text = (data.data_folder() / "mnist" / "DATASHEET.md").read_text(encoding="utf-8")
    for name, images in (("train", train), ("test", test)):
        counts = images.y.bincount().tolist()
        row = " | ".join(f"{count:,}" for count in [*counts, sum(counts)])
        assert f"| {name} | {row} |" in text
    assert data.MNIST_SHA256 in text


def test_the_first_half_of_the_test_set_is_harder(train, test):
    """The datasheet says so, against the makers' page; here by the nearest class mean."""
    means = torch.stack([train.x[train.y == digit].mean(0) for digit in range(10)]).flatten(1)
    wrong = torch.cdist(test.x.flatten(1), means).argmin(1) != test.y
    assert wrong[:5000].sum() > 1.2 * wrong[5000:].sum()


def test_works_from_any_folder(tmp_path):
    code = "from safetylab.data import mnist; print(len(mnist().y))"
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", code],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout == "10000\n"
    assert done.stderr == ""


def test_two_calls_share_no_memory(test):
    again = data.mnist()
    again.x.zero_()
    assert test.x.max() == 1


def test_an_unknown_split_is_refused():
    with pytest.raises(ValueError, match=r"'validation': choose \"train\" or \"test\""):
        data.mnist("validation")


@pytest.fixture
def copied(tmp_path, monkeypatch) -> Path:
    target = tmp_path / "mnist" / "mnist.npz"
    target.parent.mkdir()
    shutil.copyfile(data.data_folder() / "mnist" / "mnist.npz", target)
    monkeypatch.setenv("SAFETYLAB_DATA", str(tmp_path))
    return target


def test_the_environment_chooses_the_folder(copied, test):
    assert data.data_folder() == copied.parents[1]
    assert torch.equal(data.mnist().x, test.x)


def test_an_empty_choice_is_no_choice(monkeypatch):
    monkeypatch.setenv("SAFETYLAB_DATA", "")
    assert (data.data_folder() / "mnist" / "mnist.npz").is_file()


def test_one_flipped_bit_is_refused(copied):
    content = bytearray(copied.read_bytes())
    content[len(content) // 2] ^= 1
    copied.write_bytes(content)
    with pytest.raises(ValueError, match="damaged or was changed") as caught:
        data.mnist()
    assert str(copied) in str(caught.value)
    assert data.MNIST_SHA256 in str(caught.value)
    assert "restore" in str(caught.value)


def test_a_missing_file_says_what_to_do(copied):
    copied.unlink()
    with pytest.raises(FileNotFoundError, match="Set the environment variable SAFETYLAB_DATA"):
        data.mnist()


def test_every_published_weights_file_matches_its_checksum():
    path = data.data_folder() / "weights" / "checksums.json"
    checksums = json.loads(path.read_text(encoding="utf-8"))
    assert set(checksums) == {file.name for file in path.parent.glob("*.safetensors")}
    for name, sha256 in checksums.items():
        data.read_verified(f"weights/{name}", sha256)


def test_adversarial_digits_fool_the_model_they_were_made_for(test):
    clean, attacked = data.adversarial_digits()
    for x in (clean.x, attacked):
        assert x.shape == (6, 1, 28, 28)
        assert x.dtype == torch.float32
        assert torch.equal((x * 255).round() / 255, x)
        assert 0 <= x.min() <= x.max() <= 1
    assert len(set(clean.y.tolist())) == 6
    assert ((attacked - clean.x).abs() * 255).max() < 25.5
    assert all((test.x == image).flatten(1).all(1).any() for image in clean.x)
    model = pretrained("mnist_cnn")
    assert not is_wrong(model, *clean).any()
    assert is_wrong(model, attacked, clean.y).all()


@given(n=st.integers(0, 40), size=st.integers(1, 50))
def test_batches_partition_the_data(n, size):
    x, y = torch.arange(n * 4).reshape(n, 4), torch.arange(n)
    pieces = list(data.batches(x, y, size))
    assert [row for piece, _ in pieces for row in piece.tolist()] == x.tolist()
    assert [label for _, piece in pieces for label in piece.tolist()] == y.tolist()
    assert all(len(piece) == size for piece, _ in pieces[:-1])
    assert all(0 < len(piece) == len(labels) <= size for piece, labels in pieces)


def test_batches_are_views():
    x, y = torch.zeros(5, 2), torch.zeros(5)
    for piece, labels in data.batches(x, y, 2):
        piece += 1
        labels += 1
    assert x.min() == 1
    assert y.min() == 1


def test_batches_refuse_at_once():
    with pytest.raises(ValueError, match="x has 3 examples and y has 2"):
        data.batches(torch.zeros(3), torch.zeros(2))
    with pytest.raises(ValueError, match="size is 0"):
        data.batches(torch.zeros(3), torch.zeros(3), 0)


@given(n=st.integers(0, 30), seed=st.integers(0, 2**32))
def test_sample_draws_different_pairs(n, seed):
    images = Images(torch.arange(30.0).reshape(30, 1, 1, 1), torch.arange(30))
    drawn = data.sample(images, n, torch.Generator().manual_seed(seed))
    assert drawn.x.flatten().tolist() == drawn.y.tolist()
    assert len(set(drawn.y.tolist())) == n


def test_sample_is_random_seeded_and_leaves_the_global_state():
    images = Images(torch.zeros(1000, 1), torch.arange(1000))
    before = torch.get_rng_state()
    a, b, c = (data.sample(images, 50, torch.Generator().manual_seed(s)).y for s in (1, 1, 2))
    assert torch.equal(a, b)
    assert not torch.equal(a, c)
    assert a.max() > 500
    assert torch.equal(before, torch.get_rng_state())
    with pytest.raises(ValueError, match="1001 different examples out of 1000"):
        data.sample(images, 1001, torch.Generator())
