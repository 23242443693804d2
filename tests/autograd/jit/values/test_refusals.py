"""What programs of Values refuse, with what to write instead."""

import threading

import numpy as np
import pytest
from value_programs import Recorded

from autograd import Value, detect_anomaly, gradients, value_and_grad
from autograd.errors import RecordingError
from autograd.jit.program.number import Number
from autograd.jit.values.tape import ValueTape

pytestmark = pytest.mark.usefixtures("way")


def refused(function, match, *args):
    with pytest.raises(RecordingError, match=match):
        Recorded(function)(*args or (Value(1.0),))
    assert type(Value(1.0).data) is float  # the plain slots are back


def test_if_on_a_value():
    refused(lambda x: x if x > 0 else -x, "np.where")


def test_bool_of_a_value():
    refused(bool, "np.where")


def test_max_of_values():
    refused(lambda x: max(x, x * 2), "max")


def test_float_of_a_value():
    refused(lambda x: float(x.data), "np.exp")


def test_float_of_the_value_itself():
    with pytest.raises(TypeError, match=r"v\.data"):
        Recorded(float)(Value(1.0))


def test_a_loop_over_a_number():
    refused(lambda n: list(range(n)), "static", 3)


def test_printing_a_number():
    refused(lambda x: f"{x.data:.2f}", "print it outside")


def test_second_derivatives():
    refused(lambda x: (x * x).backward(create_graph=True), "second derivatives")
    refused(value_and_grad(lambda v: v * v), "second derivatives")
    refused(lambda x: gradients(x * x, x, create_graph=True), "second derivatives")


def test_backward_into_a_graph_from_outside():
    w = Value(2.0)
    h = w * w
    refused(lambda x: (h * x).backward(), "before the call")
    refused(lambda x: h.backward(), "before the call")


def test_a_value_computed_by_another_thread_meanwhile():
    def f(x):
        found = []
        thread = threading.Thread(target=lambda: found.append(Value(2.0) * 3))
        thread.start()
        thread.join()
        return x * found[0]

    refused(f, "in the function itself")


def test_anomalies_inside():
    def f(x):
        with detect_anomaly():
            return x * x

    refused(f, "without jit")


def test_numbers_of_another_recording():
    kept = []
    with ValueTape() as tape:
        kept.append(Value(1.0) * Value(2.0))
        kept.append(kept[0].data)
    stranger = Number(2.0, None, ("elsewhere",))
    refused(lambda x: x * stranger, "another recording")
    with pytest.raises(RecordingError, match="after it returned"):
        Value(stranger)
    assert tape.used


def test_arrays_among_values():
    refused(lambda x: setattr(x, "data", np.ones(3)), "one real number")


def test_an_integer_too_large():
    refused(lambda x, n: x * (n * 3), "2\\*\\*53", Value(1.0), 2**53)


def test_programs_that_do_not_fit_say_so():
    program = Recorded(lambda x, y: x * y)
    x = Value(2.0)
    program(x, Value(3.0))
    assert program.program.misfit([x, x]) is not None
    with pytest.raises(RecordingError, match="record the function again"):
        program.program.replay([x, x])
    y = program(x, x)
    y.backward()
    assert x.grad == 4.0


def test_a_gradient_that_was_none_is_guarded():
    def f(x):
        if x.grad is None:
            return x * 2
        return x * x.grad

    program = Recorded(f)
    x = Value(3.0)
    assert program(x).data == 6.0
    x.grad = 5.0
    assert program(x).data == 15.0
    x.grad = 7.0
    assert program(x).data == 21.0


def test_an_argument_that_is_also_captured():
    w = Value(2.0)
    program = Recorded(lambda x: x * w)
    program(Value(1.0))
    y = program(w)
    y.backward()
    assert (y.data, w.grad) == (4.0, 4.0)


def test_backward_inside_on_an_argument_that_is_a_result():
    program = Recorded(lambda x: (x * 2).backward())
    program(Value(1.0))
    with pytest.raises(RecordingError, match="before the call"):
        program(Value(1.0) * 2)


def test_a_recording_within_a_recording():
    inner = Recorded(lambda x: x * x)
    inner(Value(1.0))
    refused(lambda x: inner(x) * x, "call its function there")
    assert Recorded(lambda x: Recorded(lambda: 4.0)() * x)(Value(2.0)).data == 8.0


def test_an_error_while_recording_restores_the_slots():
    with pytest.raises(ValueError, match="mine"):
        Recorded(lambda x: (_ for _ in ()).throw(ValueError("mine")))(Value(1.0))
    assert type(Value(1.0).data) is float
    assert Value.__dict__["data"].__class__.__name__ == "member_descriptor"
