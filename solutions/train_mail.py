"""Train the mail filters of Lab 16 and attack one: `python solutions/train_mail.py` (a minute).

Then, with the first checksum in place, `python solutions/train_mail.py attack` (a few seconds).

Writes `filters.safetensors` and `attacks.npz` to `data/mail_words/`; their checksums go into
`safetylab/mail.py`. Two runs on one kind of machine give the same bytes; on another processor the
last digits may differ, which is why the files are committed and learners never make them.

- `linear`: one weight per word.
- `plain0` to `plain4`: small transformers, seeds 0 to 4, trained on whole mails.
- `erased0` to `erased4`: the same seeds and steps, but at each step every second ham (drawn anew)
  loses 0 to 20 words at its end; spam stays whole.

For all transformers 30 % of the words, drawn anew at each step, become `<other>`: it lessens
overfitting. Epochs, this share, the scale of the first word vectors and "every second" are the best
of eight settings on the validation mails (certified detection at 2 % false alarms, three seeds).
"""

import hashlib
import sys

import numpy as np
import torch
import torch.nn.functional as F
from safetensors.torch import save
from torch import Tensor, nn

from safetylab import data, mail

SEEDS = range(5)
EPOCHS, BATCH, HIDDEN = 10, 64, 0.3


def shortened(
    sequences: list[mail.Words], spam: list[bool], g: torch.Generator
) -> list[mail.Words]:
    """Half of the ham without 0 to 20 words at its end (at least one stays); spam as it is."""
    lost = torch.randint(0, 21, (len(sequences),), generator=g)
    lost = (lost * (torch.rand(len(sequences), generator=g) < 0.5)).tolist()
    return [
        tokens if bad else tokens[: max(1, len(tokens) - n)]
        for tokens, bad, n in zip(sequences, spam, lost, strict=True)
    ]


def hidden(ids: Tensor, share: float, g: torch.Generator) -> Tensor:
    """A share of the words replaced by `<other>`."""
    return torch.where((torch.rand(ids.shape, generator=g) < share) & (ids > 0), 1, ids)


def train(
    net: nn.Module, part: mail.Mails, g: torch.Generator, erase: bool, lr: float, share: float
) -> None:
    """Adam on the logistic loss, in batches of 64."""
    spam = torch.from_numpy(part.spam)
    optimizer = torch.optim.Adam(net.parameters(), lr)
    for _ in range(EPOCHS):
        order = torch.randperm(len(spam), generator=g)
        for batch in order.split(BATCH):
            chosen = [part.tokens[i] for i in batch.tolist()]
            if erase:
                chosen = shortened(chosen, spam[batch].tolist(), g)
            ids = hidden(mail.padded(chosen), share, g)
            loss = F.binary_cross_entropy_with_logits(net(ids), spam[batch].float())
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()


def trained(seed: int, erase: bool, part: mail.Mails) -> dict[str, Tensor]:
    """A small transformer of this seed: its weights."""
    g = torch.Generator().manual_seed(seed)
    net = mail.SmallTransformer(g)
    train(net, part, g, erase, 3e-3, HIDDEN)
    return net.state_dict()


def swaps(net: mail.SmallTransformer, ids: Tensor, k: int) -> Tensor:
    """For each place of ids (length,) the k words that lower the score most, to first order."""
    vectors = net.embedding[ids][None].requires_grad_(True)
    (gradient,) = torch.autograd.grad(net.from_vectors(vectors, (ids > 0)[None]).sum(), vectors)
    change = gradient[0] @ net.embedding.T
    change[:, :2] = torch.inf  # neither padding nor <other>
    return change.topk(k, largest=False).indices


def gcg(
    net: mail.SmallTransformer, spam: mail.Words, g: torch.Generator, length: int = 10
) -> tuple[int, ...]:
    """Words for the end of a mail: 20 rounds of a gradient and 15 single swaps, the best kept."""
    words = torch.randint(2, 1000, (length,), generator=g)
    head = torch.tensor(spam)
    for _ in range(20):
        near = swaps(net, torch.cat([head, words]), 16)[len(spam) :]
        trials = words.repeat(16, 1)
        place = torch.randint(0, length, (15,), generator=g)
        trials[torch.arange(1, 16), place] = near[place, torch.randint(0, 16, (15,), generator=g)]
        with torch.no_grad():
            score = net(torch.cat([head.repeat(16, 1), trials], 1))
        words = trials[score.argmin()]
        if score.min() <= 0:
            break
    return tuple(words.tolist())


def attack() -> None:
    """Attack all test spam that plain0 stops (score above 0), and write the words."""
    net, test = mail.net("plain0"), mail.mails("test")
    assert isinstance(net, mail.SmallTransformer)
    caught = np.flatnonzero(test.spam & (mail.scores(net, test.tokens) > 0))
    g = torch.Generator().manual_seed(0)
    words = [gcg(net, test.tokens[i], g) for i in caught]
    path = data.data_folder() / "mail_words" / "attacks.npz"
    np.savez_compressed(path, mail=caught.astype(np.int16), words=np.array(words, np.int16))
    print("attacks", hashlib.sha256(path.read_bytes()).hexdigest())


def main() -> None:
    """Train all and write one file, in half precision."""
    part = mail.mails("train")
    linear = mail.WordWeights()
    train(linear, part, torch.Generator().manual_seed(0), False, 1e-2, 0.0)
    found = {"linear": linear.state_dict()}
    for seed in SEEDS:
        for kind in ("plain", "erased"):
            found[f"{kind}{seed}"] = trained(seed, kind == "erased", part)
    flat = {
        f"{name}.{key}": value.detach().half().contiguous()
        for name, state in found.items()
        for key, value in state.items()
    }
    content = save(flat)
    (data.data_folder() / "mail_words" / "filters.safetensors").write_bytes(content)
    print("filters", hashlib.sha256(content).hexdigest())


if __name__ == "__main__":
    torch.set_num_threads(1)
    if sys.argv[1:] != ["attack"]:
        main()
    else:  # after the checksum of the filters stands in `safetylab/mail.py`
        attack()
