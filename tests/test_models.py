import copy
import hashlib
import json
from functools import partial
from pathlib import Path

import pytest
import torch
import torchattacks
from safetensors.torch import save
from torch import nn

from safetylab import data, models
from safetylab.evaluation import accuracy


def seeded(seed: int) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def size(model: nn.Module) -> int:
    return sum(parameter.numel() for parameter in model.parameters())


def test_cnn_is_the_stated_network():
    model = models.cnn()
    assert size(model) == 166_406
    assert [type(layer).__name__ for layer in model] == [
        *("Conv2d", "ReLU", "Conv2d", "ReLU", "Flatten", "Linear", "ReLU", "Linear")
    ]
    assert model(torch.rand(3, 1, 28, 28)).shape == (3, 10)
    assert (model[0].kernel_size, model[0].stride, model[0].padding) == ((4, 4), (2, 2), (1, 1))


def test_linear_is_affine():
    model = models.linear(features=12, classes=3)
    x = torch.rand(5, 1, 3, 4)
    assert torch.allclose(model(x), x.reshape(5, 12) @ model[1].weight.T + model[1].bias)
    assert size(models.linear()) == 7850


def test_mlp_is_linear_layers_with_relus_between():
    model = models.mlp(6, 5, 4, 3, dtype=torch.float64)
    x = torch.rand(2, 1, 2, 3, dtype=torch.float64)
    hidden = x.flatten(1)
    for layer in (1, 3):
        hidden = (hidden @ model[layer].weight.T + model[layer].bias).clamp(min=0)
    assert torch.allclose(model(x), hidden @ model[5].weight.T + model[5].bias)
    assert size(models.mlp(784, 10)) == size(models.linear())
    with pytest.raises(ValueError, match="give the inputs and the outputs"):
        models.mlp(5)


def test_smooth_cnn_has_a_second_derivative():
    model = models.smooth_cnn()
    x = torch.rand(3, 1, 28, 28, dtype=torch.float64, requires_grad=True)
    assert model(x).shape == (3, 10)
    (first,) = torch.autograd.grad(model(x).sum(), x, create_graph=True)
    (second,) = torch.autograd.grad((first**2).sum(), x)
    assert second.abs().max() > 0


@pytest.mark.parametrize("make", [models.cnn, models.linear, models.smooth_cnn,
                                  partial(models.mlp, 8, 4, 2)])  # fmt: skip
def test_weights_come_from_the_generator_alone(make):
    before = torch.get_rng_state()
    first, again, default = (
        make(generator=seeded(7)),
        make(generator=seeded(7)),
        make(),
    )
    assert torch.equal(before, torch.get_rng_state())
    torch.manual_seed(99)
    for a, b, c, d in zip(
        first.parameters(), again.parameters(), default.parameters(), make().parameters(),
        strict=True,
    ):  # fmt: skip
        assert torch.equal(a, b)
        assert not torch.equal(a, c)
        assert torch.equal(c, d)


def test_weights_have_torchs_usual_distribution():
    """Same bound and spread as the layers that torch initialises itself."""
    ours, torchs = models.cnn(seeded(1)), nn.Sequential(*map(_remade, models.cnn()))
    for a, b in zip(ours.parameters(), torchs.parameters(), strict=True):
        if a.numel() > 500:
            assert a.std().item() == pytest.approx(b.std().item(), rel=0.1)
            assert a.abs().max().item() == pytest.approx(b.abs().max().item(), rel=0.02)
        assert torch.isfinite(a).all()
        assert a.requires_grad


def _remade(layer: nn.Module) -> nn.Module:
    fresh = copy.deepcopy(layer)
    if hasattr(fresh, "reset_parameters"):
        fresh.reset_parameters()
    return fresh


@pytest.mark.parametrize("name", ["mnist_cnn", "mnist_cnn_robust"])
def test_pretrained_models_are_good(name):
    model = models.pretrained(name)
    assert not model.training
    assert 100_000 <= size(model) <= 170_000
    assert accuracy(model, data.batches(*data.mnist(), 1000)) >= 0.985


def test_the_robust_model_is_the_robust_one():
    """By an attack of another library."""
    images = data.sample(data.mnist(), 500, seeded(0))
    kept = {}
    for name in ("mnist_cnn", "mnist_cnn_robust"):
        model = models.pretrained(name)
        moved = torchattacks.FGSM(model, eps=0.1)(images.x, images.y)
        kept[name] = accuracy(model, [(moved, images.y)])
    assert kept["mnist_cnn_robust"] > kept["mnist_cnn"] + 0.1


@pytest.fixture
def weights(tmp_path, monkeypatch) -> Path:
    """A folder with one published file: a network drawn with seed 5."""
    folder = tmp_path / "weights"
    folder.mkdir()
    content = save(models.cnn(seeded(5)).state_dict())
    (folder / "mnist_cnn.safetensors").write_bytes(content)
    checksums = {"mnist_cnn.safetensors": hashlib.sha256(content).hexdigest()}
    (folder / "checksums.json").write_text(json.dumps(checksums))
    monkeypatch.setenv("SAFETYLAB_DATA", str(tmp_path))
    return folder


def test_pretrained_reads_the_published_file(weights):
    model = models.pretrained("mnist_cnn")
    for found, wanted in zip(model.parameters(), models.cnn(seeded(5)).parameters(), strict=True):
        assert torch.equal(found, wanted)
    assert not any(module.training for module in model.modules())


def test_an_unknown_model_lists_those_that_exist(weights):
    with pytest.raises(ValueError, match=r"no trained model 'resnet'; there are: mnist_cnn$"):
        models.pretrained("resnet")


def test_changed_weights_are_refused(weights):
    file = weights / "mnist_cnn.safetensors"
    changed = bytearray(file.read_bytes())
    changed[-1] ^= 1
    file.write_bytes(changed)
    with pytest.raises(ValueError, match=r"mnist_cnn\.safetensors is damaged or was changed"):
        models.pretrained("mnist_cnn")


@pytest.mark.parametrize("name", ["mnist_cnn.safetensors", "checksums.json"])
def test_missing_weights_say_what_to_do(weights, name):
    (weights / name).unlink()
    with pytest.raises(FileNotFoundError, match=f"{name} is missing. Set the environment"):
        models.pretrained("mnist_cnn")


def test_scaled_multiplies_logits():
    model = models.cnn()
    x = torch.rand(4, 1, 28, 28)
    assert torch.equal(models.Scaled(model, 100.0)(x), 100 * model(x))


def test_noisy_draws_from_its_generator():
    model, x = nn.Flatten(), torch.full((200, 1, 10, 10), 0.5)
    before = torch.get_rng_state()
    noisy = models.Noisy(model, 0.2, seeded(3))
    first, second = noisy(x), noisy(x)
    assert torch.equal(first, models.Noisy(model, 0.2, seeded(3))(x))
    assert not torch.equal(first, second)
    assert torch.equal(before, torch.get_rng_state())
    assert float(first.mean()) == pytest.approx(0.5, abs=0.01)
    assert float(first.std()) == pytest.approx(0.2, abs=0.01)
    assert torch.equal(models.Noisy(model, 0.0, seeded(3))(x), model(x))


@pytest.mark.parametrize("levels", [2, 3, 256])
def test_quantised_rounds_to_the_stated_levels(levels):
    grey = torch.linspace(0, 1, 10_001).reshape(1, -1)
    seen = models.Quantised(nn.Identity(), levels)(grey)
    assert seen.unique().numel() == levels
    assert (seen - grey).abs().max() <= 0.5 / (levels - 1) + 1e-6
    assert (seen.min(), seen.max()) == (0, 1)


def test_quantised_has_no_gradient():
    x = torch.rand(2, 1, 28, 28, requires_grad=True)
    models.Quantised(models.cnn(), 4)(x).sum().backward()
    assert x.grad is not None
    assert not x.grad.any()
    with pytest.raises(ValueError, match="levels is 1"):
        models.Quantised(models.cnn(), 1)


@pytest.mark.parametrize(
    "wrap",
    [
        lambda model: models.Scaled(model, 2.0),
        lambda model: models.Noisy(model, 0.1, seeded(0)),
        lambda model: models.Quantised(model, 4),
    ],
)
@pytest.mark.parametrize("training", [True, False])
def test_wrappers_keep_the_mode_and_share_the_model(wrap, training):
    model = models.cnn().train(training)
    wrapped = wrap(model)
    assert {module.training for module in wrapped.modules()} == {training}
    assert wrapped.model is model
