"""Metrics as functions of (y_true, y_pred): the value over these samples, in `compile` that over all batches."""

from nn.losses import (
    BCE,
    KLD,
    MAE,
    MAPE,
    MSE,
    MSLE,
    bce,
    binary_crossentropy,
    binary_focal_crossentropy,
    categorical_crossentropy,
    categorical_hinge,
    hinge,
    huber,
    huber_loss,
    kl_divergence,
    kld,
    kullback_leibler_divergence,
    log_cosh,
    logcosh,
    mae,
    mape,
    mean_absolute_error,
    mean_absolute_percentage_error,
    mean_squared_error,
    mean_squared_logarithmic_error,
    mse,
    msle,
    poisson,
    sparse_categorical_crossentropy,
    squared_hinge,
)
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

__all__ = [
    "BCE",
    "KLD",
    "MAE",
    "MAPE",
    "MSE",
    "MSLE",
    "bce",
    "binary_accuracy",
    "binary_crossentropy",
    "binary_focal_crossentropy",
    "categorical_accuracy",
    "categorical_crossentropy",
    "categorical_hinge",
    "cosine_similarity",
    "hinge",
    "huber",
    "huber_loss",
    "kl_divergence",
    "kld",
    "kullback_leibler_divergence",
    "log_cosh",
    "logcosh",
    "mae",
    "mape",
    "mean_absolute_error",
    "mean_absolute_percentage_error",
    "mean_squared_error",
    "mean_squared_logarithmic_error",
    "mse",
    "msle",
    "poisson",
    "sparse_categorical_accuracy",
    "sparse_categorical_crossentropy",
    "sparse_top_k_categorical_accuracy",
    "squared_hinge",
    "top_k_categorical_accuracy",
]
