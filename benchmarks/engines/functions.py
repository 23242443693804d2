"""The functions to derive, written once for all that are called as NumPy is."""

import cases


def all_cases(np, gradient, hessian):
    """The cases in terms of `gradient(f, x)` and `hessian(f, x)`, each of which gives a function that works it out."""

    def rosenbrock(x):
        return np.sum(100.0 * (x[1:] - x[:-1] ** 2) ** 2 + (1.0 - x[:-1]) ** 2)

    def logistic_grad():
        x, labels, weights = cases.logistic()
        return checked(gradient(lambda w: np.mean(np.logaddexp(0.0, -labels * np.dot(x, w))), weights))

    return {
        "rosenbrock_grad": lambda: checked(gradient(rosenbrock, cases.rosenbrock())),
        "rosenbrock_hessian": lambda: checked(hessian(rosenbrock, cases.rosenbrock())),
        "logistic_grad": logistic_grad,
    }


def eager_cases(np, gradient, hessian):
    """Those of them that are also measured without recording."""
    made = all_cases(np, gradient, hessian)
    return {"logistic_eager": made["logistic_grad"], "hessian_eager": made["rosenbrock_hessian"]}


def checked(run):
    """(check, run), compared by the sum of squares: a gradient's plain sum may be near 0."""
    return lambda: float((run() ** 2).sum()), run
