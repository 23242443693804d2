"""Texts as numbers: words are counted, numbered by how often they come, and looked up."""

from __future__ import annotations

import hashlib
import math
from collections import Counter

import numpy as np

from nn.settings import whole, whole_or_none

FILTERS = '!"#$%&()*+,-./:;<=>?@[\\]^_`{|}~\t\n'


def text_to_word_sequence(input_text, filters=FILTERS, lower=True, split=" ") -> list[str]:
    """The words of a text, without the characters in `filters`.

    >>> text_to_word_sequence("The cat, the dog!")
    ['the', 'cat', 'the', 'dog']
    """
    if not isinstance(input_text, str):
        raise TypeError(f"wanted a text, got {type(input_text).__name__} {input_text!r:.40}")
    if not isinstance(split, str) or not split:
        raise ValueError(f"split is the text between words, such as ' '; got {split!r}")
    text = input_text.lower() if lower else input_text
    text = text.translate(str.maketrans(dict.fromkeys(filters, split)))
    return [word for word in text.split(split) if word]


class Tokenizer:
    """Numbers words from 1, the most frequent first; 0 is kept for padding.

    >>> tokenizer = Tokenizer(oov_token="<OOV>")
    >>> tokenizer.fit_on_texts(["the cat sat", "the dog sat down"])
    >>> tokenizer.word_index
    {'<OOV>': 1, 'the': 2, 'sat': 3, 'cat': 4, 'dog': 5, 'down': 6}
    >>> tokenizer.texts_to_sequences(["the bird sat"])
    [[2, 1, 3]]

    With `num_words` only numbers below it are given; rarer words are left out, or become the `oov_token`.
    With `char_level` every character counts, and none is filtered. A text may also be a list of words, which are
    taken as they are but for `lower`; `analyzer` is a function of your own from a text to its words.
    """

    def __init__(
        self, num_words=None, filters=FILTERS, lower=True, split=" ", char_level=False, oov_token=None, analyzer=None
    ):
        self.num_words = whole_or_none("num_words", num_words)
        self.filters = filters
        self.lower = lower
        self.split = split
        self.char_level = char_level
        self.oov_token = oov_token
        self.analyzer = analyzer
        self.word_counts: dict[str, int] = {}
        self.word_docs: dict[str, int] = {}
        self.word_index: dict[str, int] = {}
        self.index_word: dict[int, str] = {}
        self.index_docs: dict[int, int] = {}
        self.document_count = 0

    def fit_on_texts(self, texts) -> None:
        """Count the words of some texts, and number them anew; may be called again with more."""
        counts, docs, count = Counter(self.word_counts), Counter(self.word_docs), self.document_count
        for text in _texts(texts):
            words = self._words(text)
            counts.update(words)
            docs.update(set(words))
            count += 1
        self.word_counts, self.word_docs, self.document_count = dict(counts), dict(docs), count
        ranked = sorted(counts, key=counts.__getitem__, reverse=True)  # a stable sort: ties in order of appearance
        if self.oov_token is not None:
            ranked = [self.oov_token, *(word for word in ranked if word != self.oov_token)]
        self.word_index = {word: i for i, word in enumerate(ranked, 1)}
        self.index_word = {i: word for word, i in self.word_index.items()}
        self.index_docs = {self.word_index[word]: n for word, n in docs.items()}

    def texts_to_sequences(self, texts) -> list[list[int]]:
        """Each text as the list of its words' numbers."""
        self._fitted()
        return [self._numbers(text) for text in _texts(texts)]

    def sequences_to_texts(self, sequences) -> list[str]:
        """The words again, with spaces between; what has no word is left out, or becomes the oov_token."""
        self._fitted()
        top = self.num_words or math.inf
        found = []
        for sequence in sequences:
            numbers = [int(i) for i in sequence]
            known = (self.oov_token if i >= top else self.index_word.get(i, self.oov_token) for i in numbers)
            found.append(" ".join(word for word in known if word is not None))
        return found

    def texts_to_matrix(self, texts, mode="binary") -> np.ndarray:
        """A row for each text with a column for each word: its presence, count, frequency or tf-idf."""
        return self.sequences_to_matrix(self.texts_to_sequences(texts), mode)

    def sequences_to_matrix(self, sequences, mode="binary") -> np.ndarray:
        """The same from numbers."""
        if mode not in ("binary", "count", "freq", "tfidf"):
            raise ValueError(f"mode is 'binary', 'count', 'freq' or 'tfidf'; got {mode!r}")
        if self.num_words is None or mode == "tfidf":
            self._fitted()
        width = self.num_words or len(self.word_index) + 1
        sequences = list(sequences)
        table = np.zeros((len(sequences), width))
        for row, sequence in zip(table, sequences, strict=True):
            for number, count in Counter(int(i) for i in sequence).items():
                if not 0 <= number < width:
                    continue
                if mode == "tfidf":
                    seen = self.index_docs.get(number, 0)
                    row[number] = (1 + math.log(count)) * math.log(1 + self.document_count / (1 + seen))
                else:
                    row[number] = {"binary": 1, "count": count, "freq": count / len(sequence)}[mode]
        return table

    def _fitted(self):
        if not self.document_count:
            raise ValueError("the Tokenizer knows no words yet; call fit_on_texts first")

    def _words(self, text):
        if self.analyzer is not None:
            return list(self.analyzer(text))
        if isinstance(text, list | tuple):
            wrong = next((word for word in text if not isinstance(word, str)), None)
            if wrong is not None:
                raise TypeError(f"a text given as a list has words; got {type(wrong).__name__} {wrong!r:.40}")
            return [word.lower() if self.lower else word for word in text]
        if self.char_level:
            return list(text.lower() if self.lower else text)
        return text_to_word_sequence(text, self.filters, self.lower, self.split)

    def _numbers(self, text):
        unknown = self.word_index.get(self.oov_token) if self.oov_token is not None else None
        top = self.num_words or math.inf
        found = []
        for word in self._words(text):
            number = self.word_index.get(word)
            if number is None or number >= top:
                number = unknown
            if number is not None:
                found.append(number)
        return found


def hashing_trick(text, n, hash_function=None, filters=FILTERS, lower=True, split=" ", analyzer=None) -> list[int]:
    """Each word as a number from 1 to n - 1 without a vocabulary, by its MD5, which is the same in every process.

    >>> hashing_trick("the cat, the dog", 100)
    [51, 3, 51, 33]
    """
    n = whole("n", n, 2)
    hashed = _md5 if hash_function in (None, "md5") else hash_function
    if not callable(hashed):
        raise ValueError(f"hash_function is a function of a word, or 'md5'; got {hash_function!r}")
    words = analyzer(text) if analyzer is not None else text_to_word_sequence(text, filters, lower, split)
    return [hashed(word) % (n - 1) + 1 for word in words]


def one_hot(input_text, n, filters=FILTERS, lower=True, split=" ", analyzer=None) -> list[int]:
    """Keras's name for `hashing_trick`: despite it, a list of numbers."""
    return hashing_trick(input_text, n, None, filters, lower, split, analyzer)


def _md5(word):
    return int(hashlib.md5(word.encode("utf-8", "surrogatepass"), usedforsecurity=False).hexdigest(), 16)


def _texts(texts):
    if isinstance(texts, str):
        raise TypeError(f"wanted a list of texts, got one text {texts!r:.40}; write [text]")
    if not hasattr(texts, "__iter__"):
        raise TypeError(f"wanted a list of texts, got {type(texts).__name__} {texts!r:.40}")
    for text in texts:
        if not isinstance(text, str | list | tuple):
            raise TypeError(f"wanted texts, got {type(text).__name__} {text!r:.40}; drop or fill missing ones first")
        yield text
