"""The networks of images in PyTorch, channels first, as its tutorials write them."""

import cases
import torch
from torch import nn

from engines.torch_training import adam, cross_entropy, tensors
from engines.training import compared_epochs


def first(kernel):
    """A kernel with its filters and channels in front."""
    return torch.from_numpy(kernel.transpose(3, 2, 0, 1).copy())


def lenet():
    model = nn.Sequential(
        nn.Conv2d(1, 32, 3), nn.ReLU(), nn.MaxPool2d(2), nn.Conv2d(32, 64, 3), nn.ReLU(), nn.MaxPool2d(2),
        nn.Flatten(), nn.Linear(1600, 128), nn.ReLU(), nn.Linear(128, 10),
    )  # fmt: skip
    weights = cases.lenet_weights()
    weights[4] = weights[4].reshape(5, 5, 64, 128).transpose(2, 0, 1, 3).reshape(1600, 128)  # channels are first here
    with torch.no_grad():
        for p, w in zip(model.parameters(), weights, strict=True):
            p.copy_(first(w) if w.ndim == 4 else torch.from_numpy(w.T.copy()))
    return model


def lenet_fit(fused):
    batches = tensors((x.transpose(0, 3, 1, 2).copy(), y) for x, y in cases.lenet())

    def make():
        model = lenet()
        optimizer = adam(model, fused)

        def epoch():
            total = 0.0
            for x, y in batches:
                loss = cross_entropy(model(x), y)
                optimizer.zero_grad()
                loss.backward()
                optimizer.step()
                total += loss.item()
            return total / len(batches)

        return epoch

    return compared_epochs(make)


class Padded(nn.Module):
    """Zeros, or what is less than all, at the end more than at the start, as TensorFlow and Keras pad."""

    def __init__(self, before, after, value):
        super().__init__()
        self.around, self.value = (before, after, before, after), value

    def forward(self, x):
        return nn.functional.pad(x, self.around, value=self.value)


class Block(nn.Module):
    def __init__(self, body, short):
        super().__init__()
        self.body, self.short = body, short

    def forward(self, x):
        return torch.relu_(self.body(x) + self.short(x))


def resnet50():
    weights = iter(cases.resnet50_weights())

    def conv_bn(channels, filters, size, stride=1, padding=None):
        conv = nn.Conv2d(channels, filters, size, stride, size // 2 if padding is None else padding, bias=False)
        conv.weight = nn.Parameter(first(next(weights)))
        return [conv, nn.BatchNorm2d(filters, eps=1e-5)]

    def relu():
        return nn.ReLU(inplace=True)

    layers = [Padded(2, 3, 0.0), *conv_bn(3, 64, 7, 2, 0), relu(), Padded(0, 1, -torch.inf), nn.MaxPool2d(3, 2)]
    channels = 64
    for filters, blocks, stride in cases.RESNET50:
        for k in range(blocks):
            short = nn.Identity() if k else nn.Sequential(*conv_bn(channels, 4 * filters, 1, stride))
            body = [*conv_bn(channels, filters, 1, 1 if k else stride), relu(), *conv_bn(filters, filters, 3), relu()]
            layers.append(Block(nn.Sequential(*body, *conv_bn(filters, 4 * filters, 1)), short))
            channels = 4 * filters
    head = nn.Linear(channels, 1000)
    with torch.no_grad():
        head.weight.copy_(torch.from_numpy(next(weights).T.copy()))
        head.bias.zero_()
    return nn.Sequential(*layers, nn.AdaptiveAvgPool2d(1), nn.Flatten(), head, nn.Softmax(1)).eval()


def resnet50_predict():
    model, x = resnet50(), torch.from_numpy(cases.resnet50_image().transpose(0, 3, 1, 2).copy())

    def run():
        with torch.inference_mode():
            return model(x)

    return lambda: cases.fingerprint(run().numpy()), run


def image_cases(fused=None):
    found = {"lenet_fit": lambda: lenet_fit(fused)}
    return found if fused else {**found, "resnet50_predict": resnet50_predict}
