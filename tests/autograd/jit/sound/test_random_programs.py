"""Random programs under jit against Python: what is around them changes between the calls.

Each call gives Python's bits (and types), or the first call is refused. Nothing is compared on the way
(`check=False`): it is what tracing and guards see by themselves that is tried here.
"""

import warnings

import numpy as np
import pytest
from amount import so_many
from random_programs import program

from autograd import jit
from autograd.errors import RecordingError
from autograd.jit.equality import alike, difference

COUNT = so_many(400, 30_000)
PARTS = 20
X = [np.array([0.5, -1.0, 2.0]), np.array([1.0, 0.25, -0.75])]


def outcome(function, *args):
    try:
        return function(*args)
    except RecordingError:
        raise
    except Exception as error:
        return f"{type(error).__name__}"


def mistake(seed):
    """What a program under jit gave that Python does not, with its text; None if it is right, or refused at once."""
    p = program(seed)
    mine, plain = {"__name__": "mine"}, {"__name__": "plain"}
    text = str(p)
    code = compile(text, f"<program {seed}>", "exec")
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        for space in (mine, plain):
            exec(code, space)
        recorded = jit(mine["run"], check=False)
        for call, change in enumerate(["", *p.changes]):
            before = outcome(exec, change, plain), outcome(exec, change, mine)
            if before[0] is not None:
                break  # a change that does not go with one before
            x = X[call % 2]
            wanted = outcome(plain["run"], x)
            try:
                found = outcome(recorded, x)
            except RecordingError as error:
                if call == 0 or change:
                    return None  # refused as soon as it could be
                return f"{text}\ncall {call} was refused, the first one was not: {error}"
            wrong = difference("the result", found, wanted, alike)
            if wrong:
                return f"{text}\ncall {call}: {wrong}"
    return None


@pytest.mark.parametrize("part", range(PARTS))
def test_every_call_gives_what_python_gives_or_the_first_is_refused(part):
    for seed in range(part * COUNT // PARTS, (part + 1) * COUNT // PARTS):
        found = mistake(seed)
        assert found is None, f"seed {seed}\n{found}"


def test_most_programs_are_not_refused():
    """Else the test above would say nothing."""
    ran = 0
    for seed in range(200):
        p = program(seed)
        space = {"__name__": "mine"}
        exec(str(p), space)
        try:
            with np.errstate(all="ignore"):
                outcome(jit(space["run"], check=False), X[0])
            ran += 1
        except RecordingError:
            pass
    assert ran > 100, ran
