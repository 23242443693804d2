"""Random graphs, for the tests of pictures."""

from hypothesis import strategies as st

from autograd import Value


@st.composite
def graphs(draw):
    """A random graph of Values: a list of variables, and an output that went backward."""
    values = [Value(draw(st.floats(-2, 2)), name=f"x{i}") for i in range(draw(st.integers(1, 3)))]
    pool = list(values)
    for _ in range(draw(st.integers(1, 12))):
        a, b = draw(st.sampled_from(pool)), draw(st.sampled_from(pool))
        how = draw(st.sampled_from(["add", "multiply", "tanh", "relu", "constant", "subtract"]))
        pool.append({"add": lambda a=a, b=b: a + b, "multiply": lambda a=a, b=b: a * b, "tanh": lambda a=a: a.tanh(),
                     "relu": lambda a=a: a.relu(), "constant": lambda a=a: a * 0.5 + 1,
                     "subtract": lambda a=a, b=b: a - b}[how]())  # fmt: skip
    pool[-1].backward()
    return values, pool[-1]
