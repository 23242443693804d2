"""Small sets of real data, through scikit-learn (extra `datasets`)."""

from __future__ import annotations


class Samples(tuple):
    """(X, y), with all that scikit-learn knows of the data: `.data`, `.target`, `.feature_names`, `.target_names`."""

    def __new__(cls, bunch):
        self = super().__new__(cls, (bunch["data"], bunch["target"]))
        self.bunch = bunch
        return self

    def __getattr__(self, name):
        if name == "bunch" or name not in self.bunch:
            raise AttributeError(f"the data has no {name!r}; it has {', '.join(vars(self).get('bunch', ()))}")
        return self.bunch[name]

    def __getnewargs__(self):
        return (self.bunch,)


def _loader(name):
    def load(*, return_X_y=True, **settings):
        try:
            from sklearn import datasets
        except ImportError as error:
            raise ImportError(f"load_{name} needs scikit-learn: pip install 'glassgrad[datasets]'") from error
        bunch = getattr(datasets, f"load_{name}")(**settings)
        return Samples(bunch) if return_X_y else bunch

    load.__name__ = load.__qualname__ = f"load_{name}"
    load.__module__ = __name__
    load.__doc__ = (
        f"The {name.replace('_', ' ')} data of scikit-learn as (X, y), with its names (`.feature_names`, ...);\n\n"
        "    return_X_y=False gives scikit-learn's own description of it all."
    )
    return load


load_iris = _loader("iris")
load_digits = _loader("digits")
load_wine = _loader("wine")
load_breast_cancer = _loader("breast_cancer")
load_diabetes = _loader("diabetes")
