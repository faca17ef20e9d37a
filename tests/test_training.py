import pytest
import torch
from torch import nn
from torch.nn.functional import cross_entropy

from safetylab.data import Images
from safetylab.models import linear
from safetylab.training import fit


def seeded(seed: int) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def two_squares(n: int = 300) -> Images:
    """Half of the images are bright on the left, half on the right, with noise."""
    y = torch.arange(n) % 2
    x = 0.3 * torch.rand(n, 1, 4, 4, generator=seeded(0))
    x[y == 0, :, :, :2] += 0.5
    x[y == 1, :, :, 2:] += 0.5
    return Images(x, y)


def with_dropout() -> nn.Sequential:
    return nn.Sequential(nn.Flatten(), nn.Dropout(0.5), *linear(16, 2)[1:])


def test_it_learns_and_says_so():
    model, images = linear(16, 2), two_squares()
    history = fit(model, images, epochs=20, generator=seeded(1), lr=0.05, progress=False)
    assert len(history) == 20
    assert history[-1] < 0.2 * history[0]
    assert (model(images.x).argmax(1) == images.y).all()
    assert not any(module.training for module in model.modules())
    assert all(parameter.grad is None for parameter in model.parameters())


@pytest.mark.parametrize("make", [lambda: linear(16, 2), with_dropout])
def test_only_the_generator_decides(make):
    results = []
    for seed, world in ((1, 5), (1, 6), (2, 5)):
        torch.manual_seed(world)
        before = torch.get_rng_state()
        model = make()
        history = fit(model, two_squares(), epochs=2, generator=seeded(seed), progress=False)
        assert torch.equal(before, torch.get_rng_state())
        results.append((history, model[-1].weight.detach()))
    (first, a), (same, b), (other, c) = results
    assert first == same
    assert torch.equal(a, b)
    assert first != other
    assert not torch.equal(a, c)


def test_the_global_state_survives_an_error():
    before = torch.get_rng_state()

    def broken(logits, y):
        torch.rand(1)
        raise ArithmeticError

    with pytest.raises(ArithmeticError):
        fit(linear(16, 2), two_squares(), epochs=1, generator=seeded(0), loss=broken)
    assert torch.equal(before, torch.get_rng_state())


def test_each_epoch_visits_each_example_once_in_a_new_order_in_train_mode():
    visits: list[int] = []

    class Counting(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.weight = nn.Parameter(torch.zeros(2))

        def forward(self, x):
            assert self.training
            visits.extend(x.flatten().int().tolist())
            return self.weight.expand(len(x), 2)

    images = Images(torch.arange(10.0).reshape(10, 1, 1, 1), torch.zeros(10, dtype=torch.int64))
    fit(Counting().eval(), images, epochs=2, generator=seeded(0), batch_size=4, progress=False)
    assert sorted(visits[:10]) == sorted(visits[10:]) == list(range(10))
    assert visits[:10] != visits[10:]
    assert visits[:10] != list(range(10))


def test_the_history_is_the_mean_over_examples_not_over_batches():
    """With steps of size zero the model stays, so the mean has to be that of the whole set."""
    model, images = linear(16, 2), two_squares(10)
    history = fit(model, images, epochs=1, generator=seeded(0), lr=0.0, batch_size=7)
    assert history[0] == pytest.approx(cross_entropy(model(images.x), images.y).item(), rel=1e-5)


def test_it_is_torchs_adam_on_the_given_loss():
    """Full batches: the steps have to be Adam's, on the loss of the caller."""
    images = two_squares()

    def squared(logits, y):
        return (logits**2).mean()

    ours, theirs = linear(16, 2), linear(16, 2)
    fit(ours, images, epochs=3, generator=seeded(0), lr=0.01, batch_size=300, weight_decay=0.1,
        loss=squared, progress=False)  # fmt: skip
    optimiser = torch.optim.Adam(theirs.parameters(), lr=0.01, weight_decay=0.1)
    for _ in range(3):
        optimiser.zero_grad()
        squared(theirs(images.x), images.y).backward()
        optimiser.step()
    for a, b in zip(ours.parameters(), theirs.parameters(), strict=True):
        assert torch.allclose(a, b, atol=1e-5)


@pytest.mark.parametrize("way", ["argument", "grading"])
def test_the_bar_can_be_silenced(way, capfd, monkeypatch):
    if way == "grading":
        monkeypatch.setenv("NBGRADER_EXECUTION", "autograde")
    fit(linear(16, 2), two_squares(), epochs=1, generator=seeded(0), progress=way == "grading")
    assert capfd.readouterr() == ("", "")


def test_the_bar_shows_the_loss(capfd, monkeypatch):
    monkeypatch.delenv("NBGRADER_EXECUTION", raising=False)
    fit(linear(16, 2), two_squares(), epochs=1, generator=seeded(0))
    assert "loss=0." in capfd.readouterr().err
