"""Three kinds of iris from four measurements. Needs scikit-learn for the data: pip install 'glassgrad[datasets]'."""

import numpy as np

from nn.datasets import load_iris
from nn.layers import Dense
from nn.metrics import confusion_matrix
from nn.models import Sequential
from nn.preprocessing import StandardScaler, train_test_split
from nn.utils import to_categorical


def main():
    X, y = load_iris(return_X_y=True)
    X_train, X_test, y_train, y_test = train_test_split(X, y, test_size=0.2, random_state=0, stratify=y)
    scaler = StandardScaler()
    X_train, X_test = scaler.fit_transform(X_train), scaler.transform(X_test)
    model = Sequential([Dense(16, activation="relu", input_shape=(4,)), Dense(3, activation="softmax")], seed=0)
    model.compile(optimizer="adam", loss="categorical_crossentropy", metrics=["accuracy"])
    model.fit(X_train, to_categorical(y_train), epochs=100, batch_size=16, verbose=0)
    _, accuracy = model.evaluate(X_test, to_categorical(y_test), verbose=0)
    print(f"Test accuracy {accuracy:.3f}")
    answers = np.argmax(model.predict(X_test, verbose=0), axis=1)
    print("Confusion matrix (rows: what it is, columns: what the model says):")
    print(confusion_matrix(y_test, answers).astype(int))
    return accuracy


if __name__ == "__main__":
    main()
