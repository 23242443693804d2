"""The networks of images, in our layers."""

import cases
import numpy as np

import autograd
import nn
from autograd import functional
from engines.glassgrad_training import adam
from engines.training import compared_epochs
from nn import layers as L


def lenet():
    model = nn.Sequential([
        nn.Input(shape=(28, 28, 1)),
        L.Conv2D(32, 3, activation="relu"), L.MaxPooling2D(2),
        L.Conv2D(64, 3, activation="relu"), L.MaxPooling2D(2),
        L.Flatten(), L.Dense(128, activation="relu"), L.Dense(10),
    ])  # fmt: skip
    model.set_weights(cases.lenet_weights())
    return model


def lenet_fit():
    x, y = (np.concatenate(parts) for parts in zip(*cases.lenet(), strict=True))

    def make():
        model = lenet()
        model.compile(adam(), loss=nn.losses.SparseCategoricalCrossentropy(from_logits=True))
        return lambda: model.fit(x, y, batch_size=32, shuffle=False, verbose=0).history["loss"][-1]

    return compared_epochs(make)


def conv_gradients():
    x, kernel, dy = cases.conv_gradients()

    @autograd.jit
    def f(x, kernel):
        y, pull = autograd.vjp(functional.conv, x, kernel)
        return y, *pull(dy)

    return lambda: sum(float(part.sum(dtype=float)) for part in f(x, kernel)), lambda: f(x, kernel)


def resnet50():
    weights = iter(cases.resnet50_weights())

    def conv_bn(x, filters, size, stride=1):
        conv = L.Conv2D(filters, size, strides=stride, padding="same", use_bias=False)
        y = L.BatchNormalization(epsilon=1e-5)(conv(x))
        conv.set_weights([next(weights)])
        return y

    x = shown = nn.Input(shape=(224, 224, 3))
    x = L.Activation("relu")(conv_bn(x, 64, 7, 2))
    x = L.MaxPooling2D(3, 2, padding="same")(x)
    for filters, blocks, stride in cases.RESNET50:
        for k in range(blocks):
            short = x if k else conv_bn(x, 4 * filters, 1, stride)
            y = L.Activation("relu")(conv_bn(x, filters, 1, 1 if k else stride))
            y = L.Activation("relu")(conv_bn(y, filters, 3))
            x = L.Activation("relu")(L.Add()([conv_bn(y, 4 * filters, 1), short]))
    head = L.Dense(1000, activation="softmax")
    y = head(L.Flatten()(L.AveragePooling2D(7)(x)))
    head.set_weights([next(weights), np.zeros(1000, np.float32)])
    return nn.Model(shown, y)


def resnet50_predict():
    model, x = resnet50(), cases.resnet50_image()
    return lambda: cases.fingerprint(model.predict(x, verbose=0)), lambda: model.predict(x, verbose=0)


def image_cases():
    return {"lenet_fit": lenet_fit, "conv_gradients": conv_gradients, "resnet50_predict": resnet50_predict}
