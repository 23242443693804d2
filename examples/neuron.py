"""One neuron by hand: inputs 1, 2, 3, weights 0.7, 0.3, -0.2 and bias 0.1 give 0.8 under relu."""

from pathlib import Path

import viz
from autograd import Value
from nn import Neuron
from viz.render import can_render

OUT = Path("out")


def main():
    neuron = Neuron(3, activation="relu", w=[0.7, 0.3, -0.2], b=0.1)
    inputs = [Value(1.0, name="x0"), Value(2.0, name="x1"), Value(3.0, name="x2")]
    y = neuron(inputs)
    y.name = "y"
    y.backward()
    print(f"relu(0.7 * 1 + 0.3 * 2 - 0.2 * 3 + 0.1) = {y.data:.1f}\n")
    print(viz.tree(y, neuron))
    if can_render():
        OUT.mkdir(exist_ok=True)
        graph = viz.draw(y, neuron, locals=True)
        graph.render(OUT / "neuron", format="svg", cleanup=True)
        print("\nWrote the graph to out/neuron.svg.")
    return y.data


if __name__ == "__main__":
    main()
