"""Handwritten digits with softmax and sparse_categorical_crossentropy: 64 inputs, and 784 as in MNIST.

The data is scikit-learn's (pip install 'glassgrad[datasets]'): 8 x 8 pixels, also enlarged to 28 x 28. Files in the
format of MNIST are read by nn.datasets.load_idx.
"""

from nn.datasets import load_digits
from nn.layers import Dense
from nn.models import Sequential
from nn.preprocessing import image, train_test_split


def train(images, labels, hidden, epochs):
    X = images.reshape(len(images), -1) / 16.0
    X_train, X_test, y_train, y_test = train_test_split(X, labels, test_size=0.2, random_state=0)
    layers = [Dense(units, activation="relu") for units in hidden]
    layers[0].input_shape = (X.shape[1],)
    model = Sequential([*layers, Dense(10, activation="softmax")], seed=0)
    model.compile(optimizer="adam", loss="sparse_categorical_crossentropy", metrics=["accuracy"])
    model.fit(X_train, y_train, epochs=epochs, batch_size=32, validation_split=0.2, verbose=0)
    accuracy = model.evaluate(X_test, y_test, verbose=0)[1]
    print(f"{X.shape[1]} inputs, {model.count_params():,} parameters: test accuracy {accuracy:.3f}")
    return accuracy


def main():
    X, labels = load_digits(return_X_y=True)
    images = X.reshape(-1, 8, 8, 1)
    small = train(images, labels, [64, 32], epochs=20)
    large = train(image.resize(images, (28, 28)), labels, [128, 64], epochs=10)
    return min(small, large)


if __name__ == "__main__":
    main()
