"""Write keras_settings.json: what each of Keras's classes is made with, and the defaults, for the tests of `nn.files`.

Run it in an environment of its own, which has keras and not this project:

    pip install keras==3.15.1 jax
    KERAS_BACKEND=jax python tests/nn/reference/make_settings.py          # writes keras_settings.json
    KERAS_BACKEND=torch python tests/nn/reference/make_settings.py FOLDER   # check what keras_settings.py wrote there

{"metrics.AUC": {"num_thresholds": 200, ...}}: with it a setting which Keras would refuse is noticed without Keras. A
default that JSON cannot hold stands as its text; functions, such as activations, are {}. "names.metrics" and
"names.losses" are what may stand in place of an object.
"""

import inspect
import json
import os
import sys
import warnings
from pathlib import Path

os.environ.setdefault("KERAS_BACKEND", "jax")

import keras
import numpy as np

HERE = Path(__file__).parent
ROOMS = [keras.layers, keras.initializers, keras.regularizers, keras.losses, keras.metrics, keras.optimizers,
         keras.optimizers.schedules, keras.activations]  # fmt: skip


def taken_by(cls):
    """What a class is made with, and what it hands on to its bases."""
    found = {}
    for base in cls.__mro__:
        if "__init__" in vars(base):
            parameters = list(inspect.signature(base.__init__).parameters.values())[1:]
            named = [p for p in parameters if p.kind not in (p.VAR_KEYWORD, p.VAR_POSITIONAL)]
            found = {p.name: plain(p.default) for p in named} | found
            if not any(p.kind is p.VAR_KEYWORD for p in parameters):
                break
    return dict(sorted(found.items()))


def plain(value):
    if value is inspect.Parameter.empty:
        return "no default"
    if isinstance(value, list | tuple):
        return [plain(part) for part in value]
    return value if value is None or isinstance(value, bool | int | float | str) else str(value)


def settings():
    found = {}
    for room in ROOMS:
        for name, thing in vars(room).items():
            kind = f"{room.__name__.removeprefix('keras.')}.{name}"
            if inspect.isclass(thing):
                found[kind] = taken_by(thing)
            elif inspect.isfunction(thing):
                found[kind] = {}
    for room in (keras.metrics, keras.losses):
        names = sys.modules[f"keras.src.{room.__name__.removeprefix('keras.')}"].ALL_OBJECTS_DICT
        found[f"names.{room.__name__.removeprefix('keras.')}"] = sorted(names)
    found["names.metrics"] += ["acc", "ce", "crossentropy"]  # which `compile` knows
    return found


def check(folder):
    """Load every model that this library wrote, and train those that were compiled for a step."""
    paths = sorted(Path(folder).glob("*.keras"))
    wrong = [f"WRONG {path.stem} {said}" for path in paths if (said := went_wrong(path))]
    print(*wrong, f"{len(paths)} models, {len(wrong)} wrong", sep="\n")


def went_wrong(path):
    try:
        model = keras.saving.load_model(path)
        x, y = np.ones((2, *model.input_shape[1:])), np.ones((2, *model.output_shape[1:]))
        model.predict(x, verbose=0)
        if getattr(model, "optimizer", None):
            model.train_on_batch(x, y[:, :1] if "sparse" in str(model.get_compile_config()).lower() else y)
    except Exception as error:
        return f"{type(error).__name__} {str(error)[:500]}"
    return None


if __name__ == "__main__":
    if len(sys.argv) > 1:
        warnings.simplefilter("error")
        warnings.filterwarnings("ignore", category=DeprecationWarning)  # of the backend
        warnings.filterwarnings("ignore", "Skipping variable loading for optimizer")  # which has made no step
        check(sys.argv[1])
    else:
        text = ",\n".join(f"{json.dumps(kind)}: {json.dumps(taken)}" for kind, taken in sorted(settings().items()))
        (HERE / "keras_settings.json").write_text(f"{{\n{text}\n}}\n")
