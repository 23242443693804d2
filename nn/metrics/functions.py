"""Metrics as functions of (y_true, y_pred): the value over these samples, in `compile` that over all batches.

Those that are losses too are the functions of `nn.losses`.
"""

from nn.metrics import accuracy, regression


def _function(kind, name):
    def metric(y_true, y_pred, sample_weight=None, **settings):
        return kind(**settings)(y_true, y_pred, sample_weight=sample_weight)

    metric.__name__ = metric.__qualname__ = name
    metric.__module__ = "nn.metrics"
    line = kind.__doc__.partition("\n")[0]
    metric.__doc__ = f"{line}\n\n    The function of the class `{kind.__name__}`, whose settings it takes."
    metric.kind = kind
    return metric


binary_accuracy = _function(accuracy.BinaryAccuracy, "binary_accuracy")
categorical_accuracy = _function(accuracy.CategoricalAccuracy, "categorical_accuracy")
sparse_categorical_accuracy = _function(accuracy.SparseCategoricalAccuracy, "sparse_categorical_accuracy")
top_k_categorical_accuracy = _function(accuracy.TopKCategoricalAccuracy, "top_k_categorical_accuracy")
sparse_top_k_categorical_accuracy = _function(
    accuracy.SparseTopKCategoricalAccuracy, "sparse_top_k_categorical_accuracy"
)
cosine_similarity = _function(regression.CosineSimilarity, "cosine_similarity")
