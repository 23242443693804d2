"""What the training cases of all engines share."""

import itertools

import cases


def compared(make, batches, dropout=0.0):
    """(check, run) for `make(dropout)`, which gives a step(x, y) -> loss from the start that all engines share.

    Each engine draws dropout from a generator of its own, so losses are compared without it, after some steps.
    """

    def check():
        step = make(0.0)
        for x, y in batches[: cases.CHECKED_STEPS]:
            loss = step(x, y)
        return loss.item()

    step = make(dropout)
    given = itertools.cycle(batches)
    return check, lambda: step(*next(given))


EPOCHS = 50
CHECKED_EPOCHS = 3


def compared_fit(fit):
    """(check, run) for `fit(epochs, dropout, shuffle)`, which gives the last epoch's losses and accuracies."""
    return lambda: sum(fit(CHECKED_EPOCHS, 0.0, False)), lambda: fit(EPOCHS, cases.DROPOUT, True)


def compared_epochs(make):
    """(check, run) for `make()`, which gives a function that trains for an epoch and says the mean loss."""
    return make(), make()
