"""Data preparation: numbers, categories, texts, sequences and images made ready for a model."""

from nn.preprocessing import image, sequence, text
from nn.preprocessing.categories import LabelEncoder, OneHotEncoder, OrdinalEncoder
from nn.preprocessing.scaling import MinMaxScaler, StandardScaler
from nn.preprocessing.splitting import batches, train_test_split

__all__ = [
    "LabelEncoder",
    "MinMaxScaler",
    "OneHotEncoder",
    "OrdinalEncoder",
    "StandardScaler",
    "batches",
    "image",
    "sequence",
    "text",
    "train_test_split",
]
