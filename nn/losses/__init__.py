"""Losses: as classes with settings, as functions, and by name, all as in Keras."""

from nn.losses.base import Loss, as_function, get
from nn.losses.classification import (
    BinaryCrossentropy,
    BinaryFocalCrossentropy,
    CategoricalCrossentropy,
    CategoricalHinge,
    Hinge,
    KLDivergence,
    SparseCategoricalCrossentropy,
    SquaredHinge,
)
from nn.losses.regression import (
    CosineSimilarity,
    Huber,
    LogCosh,
    MeanAbsoluteError,
    MeanAbsolutePercentageError,
    MeanSquaredError,
    MeanSquaredLogarithmicError,
    Poisson,
)

mse = MSE = mean_squared_error = as_function(MeanSquaredError, "mean_squared_error")
mae = MAE = mean_absolute_error = as_function(MeanAbsoluteError, "mean_absolute_error")
mape = MAPE = mean_absolute_percentage_error = as_function(
    MeanAbsolutePercentageError, "mean_absolute_percentage_error"
)
msle = MSLE = mean_squared_logarithmic_error = as_function(
    MeanSquaredLogarithmicError, "mean_squared_logarithmic_error"
)
huber = huber_loss = as_function(Huber, "huber")
log_cosh = logcosh = as_function(LogCosh, "log_cosh")
poisson = as_function(Poisson, "poisson")
cosine_similarity = as_function(CosineSimilarity, "cosine_similarity")
bce = BCE = binary_crossentropy = as_function(BinaryCrossentropy, "binary_crossentropy")
binary_focal_crossentropy = as_function(BinaryFocalCrossentropy, "binary_focal_crossentropy")
categorical_crossentropy = as_function(CategoricalCrossentropy, "categorical_crossentropy")
sparse_categorical_crossentropy = as_function(SparseCategoricalCrossentropy, "sparse_categorical_crossentropy")
kl_divergence = kld = KLD = kullback_leibler_divergence = as_function(KLDivergence, "kl_divergence")
hinge = as_function(Hinge, "hinge")
squared_hinge = as_function(SquaredHinge, "squared_hinge")
categorical_hinge = as_function(CategoricalHinge, "categorical_hinge")

__all__ = [
    "BCE",
    "KLD",
    "MAE",
    "MAPE",
    "MSE",
    "MSLE",
    "BinaryCrossentropy",
    "BinaryFocalCrossentropy",
    "CategoricalCrossentropy",
    "CategoricalHinge",
    "CosineSimilarity",
    "Hinge",
    "Huber",
    "KLDivergence",
    "LogCosh",
    "Loss",
    "MeanAbsoluteError",
    "MeanAbsolutePercentageError",
    "MeanSquaredError",
    "MeanSquaredLogarithmicError",
    "Poisson",
    "SparseCategoricalCrossentropy",
    "SquaredHinge",
    "bce",
    "binary_crossentropy",
    "binary_focal_crossentropy",
    "categorical_crossentropy",
    "categorical_hinge",
    "cosine_similarity",
    "get",
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
    "sparse_categorical_crossentropy",
    "squared_hinge",
]
