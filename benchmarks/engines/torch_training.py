"""Training steps in PyTorch, written as its tutorials write them."""

import cases
import torch
from torch import nn

from engines.training import compared, compared_fit

bce, cross_entropy = nn.functional.binary_cross_entropy_with_logits, nn.functional.cross_entropy


def network(start, dropout=None):
    layers = []
    for w, b in zip(start[::2], start[1::2], strict=True):
        dense = nn.Linear(*w.shape)
        with torch.no_grad():
            dense.weight.copy_(torch.from_numpy(w.T))
            dense.bias.copy_(torch.from_numpy(b))
        layers += [dense, nn.ReLU(), *([] if dropout is None else [nn.Dropout(dropout)])]
    while not isinstance(layers[-1], nn.Linear):
        layers.pop()
    return nn.Sequential(*layers)


def adam(model, fused):
    c = cases.ADAM
    return torch.optim.Adam(
        model.parameters(), lr=c["rate"], betas=(c["beta_1"], c["beta_2"]), eps=c["epsilon"], fused=fused
    )


def trainer(start, loss_of, dropout, fused):
    model = network(start, dropout)
    optimizer = adam(model, fused)

    def step(x, y):
        loss = loss_of(model(x), y)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        return loss

    return step


def tensors(batches):
    return [(torch.from_numpy(x), torch.from_numpy(y)) for x, y in batches]


def moons_step(fused):
    batches, start = cases.moons_step()
    return compared(lambda dropout: trainer(start, bce, dropout, fused), tensors(batches), cases.DROPOUT)


def mlp_step(batch, fused):
    batches, start = cases.mlp_step(batch)
    return compared(lambda dropout: trainer(start, cross_entropy, None, fused), tensors(batches))


def moons_fit(fused):
    x, y = (torch.from_numpy(a) for a in cases.two_moons())
    y = y[:, None]

    def fit(epochs, dropout, shuffle):
        model = network(cases.network(2, 64, 32, 1), dropout)
        optimizer = adam(model, fused)
        for _ in range(epochs):
            model.train()
            totals = [0.0] * 4
            order = torch.randperm(1280) if shuffle else torch.arange(1280)
            for at in order.split(32):
                xb, yb = x[at], y[at]
                z = model(xb)
                loss = bce(z, yb)
                optimizer.zero_grad()
                loss.backward()
                optimizer.step()
                totals[0] += loss.item() * len(xb)
                totals[1] += ((z > 0) == yb).sum().item()
            model.eval()
            with torch.no_grad():
                for xb, yb in zip(x[1280:].split(32), y[1280:].split(32), strict=True):
                    z = model(xb)
                    totals[2] += bce(z, yb).item() * len(xb)
                    totals[3] += ((z > 0) == yb).sum().item()
        return [total / n for total, n in zip(totals, (1280, 1280, 320, 320), strict=True)]

    return compared_fit(fit)


def training_cases(fused=None):
    return {
        "moons_step": lambda: moons_step(fused),
        "moons_step_eager": lambda: moons_step(fused),
        "mlp_32": lambda: mlp_step(32, fused),
        "mlp_256": lambda: mlp_step(256, fused),
        "moons_fit": lambda: moons_fit(fused),
    }
