"""Data for training, as people have it: arrays, lists, data frames, or anything that gives batches."""

from __future__ import annotations

import itertools
import math
import numbers
import warnings

import numpy as np

from nn.errors import ModelWarning
from nn.settings import whole
from nn.training.arrays import as_inputs, as_numbers, by_class, count_of, weights_of


class Arrays:
    """Inputs, targets and weights in memory, cut into batches.

    With `steps`, an epoch is that many batches: the next one goes on where it ended, and round when all were seen.
    Without a batch size they are then so large that one epoch sees all samples.
    """

    def __init__(self, x, y, weight, batch_size, steps=None):
        self.x = x  # an array, or a list of them for a model of several inputs
        self.y = y
        self.weight = weight
        self.count = count_of(x)
        size = batch_size or (math.ceil(self.count / steps) if steps else 32)
        self.batch_size = min(size, max(self.count, 1))
        self.limit = steps
        exact = batch_size or self.count < (steps or 0)
        self.most = steps if exact else None  # to evaluate; what was cut into so many may be one less
        self.steps = steps or math.ceil(self.count / self.batch_size)
        self.going = iter(())

    def epoch(self, rng=None):
        """The batches of one epoch, in an order drawn from `rng`, or as they lie."""
        if self.limit is None:
            yield from self._all(rng)
            return
        for _ in range(self.limit):
            batch = next(self.going, None)
            if batch is None:
                self.going = self._all(rng)
                batch = next(self.going)
            yield batch

    def once(self):
        """The batches as they lie, from the first, and none twice: to evaluate, and to predict."""
        return within(self._all(), self.most)

    def _all(self, rng=None):
        order = None if rng is None else rng.permutation(self.count)
        for start in range(0, self.count, self.batch_size):
            at = slice(start, start + self.batch_size)
            if order is not None:
                at = order[at]
            yield take(self.x, at), take(self.y, at), take(self.weight, at)

    def first(self):
        """The first batch, as it lies."""
        return next(self._all(), None)


class Stream:
    """Batches from an iterable or a generator: (x, y) or (x, y, sample weights).

    What can be iterated again starts anew with each epoch; with `steps`, an epoch takes that many batches and the next
    one goes on where it ended. A generator can only go on.
    """

    def __init__(self, model, source, steps):
        self.model = model
        self.source = source
        self.again = not hasattr(source, "__next__")
        self.limit = steps
        self.steps = steps if steps is not None else _length(source)
        self.iterator = None
        self.peeked = None

    def epoch(self, rng=None):
        if self.again and self.limit is None and self.peeked is None:
            self.iterator = None
        given = 0
        while self.limit is None or given < self.limit:
            batch = self._next()
            if batch is None and self.again and self.limit is not None and given:
                batch = self._next()  # longer epochs than the data: go round
            if batch is None:
                if not given or self.limit is not None:
                    raise ValueError(self._used_up(given))
                return
            given += 1
            yield batch

    def once(self):
        """The batches from the first (a generator goes on where it is), and none twice: to evaluate, and to predict."""
        if self.again and self.peeked is None:
            self.iterator = None
        first = self._next()
        if first is None:
            raise ValueError(self._used_up(0))
        return within(itertools.chain([first], iter(self._next, None)), self.limit)

    def _used_up(self, given):
        return (
            f"the data gave {given} batches for an epoch{f' of {self.limit}' if self.limit else ''}: a generator is "
            "used up once it ends. Give steps_per_epoch=, or something that can be iterated again"
        )

    def _next(self):
        if self.peeked is not None:
            batch, self.peeked = self.peeked, None
            return batch
        if self.iterator is None:
            self.iterator = iter(self.source)
        batch = next(self.iterator, None)
        if batch is None:
            self.iterator = None if self.again else self.iterator
            return None
        return self._checked(batch)

    def _checked(self, batch):
        if isinstance(batch, np.ndarray | dict):  # inputs alone, to predict from
            batch = (batch,)
        if not isinstance(batch, tuple | list) or len(batch) not in (1, 2, 3):
            raise ValueError(
                f"the data gave {type(batch).__name__} {batch!r:.60} for a batch; wanted (x, y) or (x, y, "
                "sample_weight)"
            )
        x, y, weight = (*batch, None, None)[:3]
        x = as_inputs(self.model, x)
        y = None if y is None else as_numbers(y, "y")
        check_counts(x, y)
        return x, y, weights_of(count_of(x), weight)

    def first(self):
        """The first batch, which the next epoch will give too."""
        if self.peeked is None:
            self.peeked = self._next()
        return self.peeked


def within(batches, limit):
    """At most so many batches; a warning where there are fewer."""
    given = 0
    for batch in itertools.islice(batches, limit):
        given += 1
        yield batch
    if limit is not None and given < limit:
        warnings.warn(f"the data has {given} batches, fewer than the {limit} asked for", ModelWarning, stacklevel=4)


def as_data(model, x, y=None, sample_weight=None, batch_size=None, steps=None, class_weight=None, said="steps"):
    """What the user gave as `x` and `y`, as Arrays or a Stream."""
    if isinstance(x, Arrays | Stream):
        return x
    steps = None if steps is None else whole(said, steps)
    if _is_stream(x):
        if y is not None or sample_weight is not None or class_weight is not None:
            raise ValueError(
                "data that comes in batches brings its targets and weights along: give (x, y) or (x, y, sample_weight)"
            )
        if batch_size is not None:
            raise ValueError("data that comes in batches has its own batch size; leave batch_size out")
        return Stream(model, x, steps)
    if x is None:
        raise ValueError("no data: give x and y as arrays, or batches (x, y) as x")
    batch_size = None if batch_size is None else whole("batch_size", batch_size)
    x = as_inputs(model, x)
    y = None if y is None else as_numbers(y, "y")
    check_counts(x, y)
    if not count_of(x):
        raise ValueError("the data is empty: x has no samples")
    return Arrays(x, y, weights_of(count_of(x), sample_weight), batch_size, steps)


def check_counts(x, y) -> None:
    """As many samples in each input, and in the targets."""
    parts = x if isinstance(x, list) else [x]
    if not all(part.ndim for part in parts):
        raise ValueError("x is a single number; wanted an array of samples, such as [[x]] for one of them")
    counts = [len(part) for part in parts]
    if len(set(counts)) > 1:
        raise ValueError(f"the inputs have {counts} samples; wanted as many in each")
    if y is not None and (not y.ndim or len(y) != counts[0]):
        raise ValueError(f"x has {counts[0]} samples and y has {len(y) if y.ndim else 'none'}; wanted as many")


def validation_of(model, given, batch_size, steps):
    """What a user gave as `validation_data`: (x, y), (x, y, weights), or batches of these."""
    parts = given if isinstance(given, tuple | list) else (given,)
    if not 1 <= len(parts) <= 3:
        raise ValueError(f"validation_data is (x, y) or (x, y, sample_weight); got {len(parts)} parts")
    x, y, weight = (*parts, None, None)[:3]
    return as_data(model, x, y, weight, None if y is None else batch_size, steps, said="validation_steps")


def split(data: Arrays, share, batch_size, validation_batch_size, validation_steps) -> tuple[Arrays, Arrays]:
    """The first samples for training and the last `share` of them for validation."""
    if not isinstance(data, Arrays):
        raise ValueError("validation_split needs arrays; for data in batches give validation_data")
    if not isinstance(share, numbers.Real) or not 0 < share < 1:
        raise ValueError(f"validation_split is a share between 0 and 1; got {share!r:.60}")
    at = int(data.count * (1 - share))
    if not 0 < at < data.count:
        raise ValueError(f"validation_split={share} of {data.count} samples leaves one side empty")
    if validation_steps is not None:
        whole("validation_steps", validation_steps)
    kinds = (
        (slice(0, at), batch_size, data.limit),
        (slice(at, None), validation_batch_size or batch_size, validation_steps),
    )
    return tuple(
        Arrays(take(data.x, part), take(data.y, part), take(data.weight, part), size, steps)
        for part, size, steps in kinds
    )


def weigh_classes(model, data, class_weight) -> None:
    """Multiply the weights of training data by those of the classes."""
    if class_weight is not None:
        data.weight = by_class(data.weight, data.y, class_weight, "sparse" in getattr(model.loss, "name", ""))


def take(array, at):
    if array is None:
        return None
    return [part[at] for part in array] if isinstance(array, list) else array[at]


def _is_stream(x):
    return hasattr(x, "__next__") or (
        hasattr(x, "__iter__") and not isinstance(x, np.ndarray | list | tuple | dict) and not hasattr(x, "__array__")
    )


def _length(source):
    try:
        return len(source)
    except TypeError:
        return None
