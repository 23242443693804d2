"""Every layer, as tests go over them."""

from nn import layers as L

# name -> (a layer, the shape of one sample)
LAYERS = {
    "Dense": (lambda **o: L.Dense(3, activation="tanh", **o), (4,)),
    "Dense, no bias": (lambda **o: L.Dense(2, use_bias=False, **o), (3,)),
    "Dense on sequences": (lambda **o: L.Dense(2, **o), (3, 2)),
    "Dense, softmax": (lambda **o: L.Dense(3, activation="softmax", **o), (2,)),
    "Activation": (lambda **o: L.Activation("gelu", **o), (4,)),
    "Dropout": (lambda **o: L.Dropout(0.4, **o), (5,)),
    "Dropout, shared": (lambda **o: L.Dropout(0.4, noise_shape=(None, 1, 3), **o), (2, 3)),
    "GaussianNoise": (lambda **o: L.GaussianNoise(0.3, **o), (3,)),
    "GaussianDropout": (lambda **o: L.GaussianDropout(0.3, **o), (3,)),
    "Flatten": (L.Flatten, (2, 3)),
    "Reshape": (lambda **o: L.Reshape((3, -1), **o), (2, 6)),
    "Permute": (lambda **o: L.Permute((2, 1), **o), (2, 3)),
    "RepeatVector": (lambda **o: L.RepeatVector(3, **o), (2,)),
    "Lambda": (lambda **o: L.Lambda(lambda x: x * x, **o), (3,)),
    "BatchNormalization": (L.BatchNormalization, (3,)),
    "BatchNormalization of images": (L.BatchNormalization, (2, 2, 3)),
    "BatchNormalization, first axis": (lambda **o: L.BatchNormalization(axis=1, **o), (2, 3)),
    "LayerNormalization": (L.LayerNormalization, (4,)),
    "LayerNormalization, two axes": (lambda **o: L.LayerNormalization(axis=(1, 2), **o), (2, 3)),
    "Normalization": (lambda **o: L.Normalization(mean=[1.0, 2.0], variance=[4.0, 0.5], **o), (2,)),
    "Rescaling": (lambda **o: L.Rescaling(1 / 255, offset=-0.5, **o), (2, 2)),
    "ReLU": (lambda **o: L.ReLU(max_value=1.5, negative_slope=0.1, **o), (4,)),
    "LeakyReLU": (L.LeakyReLU, (4,)),
    "ELU": (L.ELU, (4,)),
    "PReLU": (lambda **o: L.PReLU(alpha_initializer="random_normal", **o), (3,)),
    "Softmax": (L.Softmax, (4,)),
    "Softmax, other axis": (lambda **o: L.Softmax(axis=1, **o), (2, 3)),
}
MERGING = ["Add", "Subtract", "Multiply", "Maximum", "Minimum", "Average", "Concatenate"]
