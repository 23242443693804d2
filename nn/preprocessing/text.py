"""Texts as numbers: words are counted, numbered by how often they come, and looked up."""

from __future__ import annotations

import hashlib
import math
from collections import Counter

import numpy as np

FILTERS = '!"#$%&()*+,-./:;<=>?@[\\]^_`{|}~\t\n'


def text_to_word_sequence(input_text, filters=FILTERS, lower=True, split=" ") -> list[str]:
    """The words of a text, without the characters in `filters`.

    >>> text_to_word_sequence("The cat, the dog!")
    ['the', 'cat', 'the', 'dog']
    """
    if not isinstance(input_text, str):
        raise TypeError(f"wanted a text, got {type(input_text).__name__} {input_text!r:.40}")
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
    """

    def __init__(self, num_words=None, filters=FILTERS, lower=True, split=" ", char_level=False, oov_token=None):
        if num_words is not None and (not isinstance(num_words, int) or num_words < 1):
            raise ValueError(f"num_words is a whole number, 1 or more; got {num_words!r}")
        self.num_words = num_words
        self.filters = filters
        self.lower = lower
        self.split = split
        self.char_level = char_level
        self.oov_token = oov_token
        self.word_counts: dict[str, int] = {}
        self.word_docs: dict[str, int] = {}
        self.word_index: dict[str, int] = {}
        self.index_word: dict[int, str] = {}
        self.document_count = 0

    def fit_on_texts(self, texts) -> None:
        """Count the words of some texts, and number them anew; may be called again with more."""
        counts, docs = Counter(self.word_counts), Counter(self.word_docs)
        for text in _texts(texts):
            words = self._words(text)
            counts.update(words)
            docs.update(set(words))
            self.document_count += 1
        self.word_counts, self.word_docs = dict(counts), dict(docs)
        ranked = sorted(counts, key=counts.__getitem__, reverse=True)  # a stable sort: ties in order of appearance
        if self.oov_token is not None:
            ranked = [self.oov_token, *(word for word in ranked if word != self.oov_token)]
        self.word_index = {word: i for i, word in enumerate(ranked, 1)}
        self.index_word = {i: word for word, i in self.word_index.items()}

    def texts_to_sequences(self, texts) -> list[list[int]]:
        """Each text as the list of its words' numbers."""
        if not self.word_index:
            raise ValueError("the Tokenizer knows no words yet; call fit_on_texts first")
        return [self._numbers(text) for text in _texts(texts)]

    def sequences_to_texts(self, sequences) -> list[str]:
        """The words again, with spaces between; what has no word is left out, or becomes the oov_token."""
        known = [[self.index_word.get(int(i), self.oov_token) for i in sequence] for sequence in sequences]
        return [" ".join(word for word in words if word is not None) for words in known]

    def texts_to_matrix(self, texts, mode="binary") -> np.ndarray:
        """A row for each text with a column for each word: its presence, count, frequency or tf-idf."""
        return self.sequences_to_matrix(self.texts_to_sequences(texts), mode)

    def sequences_to_matrix(self, sequences, mode="binary") -> np.ndarray:
        """The same from numbers."""
        if mode not in ("binary", "count", "freq", "tfidf"):
            raise ValueError(f"mode is 'binary', 'count', 'freq' or 'tfidf'; got {mode!r}")
        width = self.num_words or len(self.word_index) + 1
        table = np.zeros((len(sequences), width))
        for row, sequence in zip(table, sequences, strict=True):
            for number, count in Counter(n for n in sequence if 0 <= n < width).items():
                if mode == "tfidf":
                    seen = self.word_docs.get(self.index_word.get(number), 0)
                    row[number] = (1 + math.log(count)) * math.log(1 + self.document_count / (1 + seen))
                else:
                    row[number] = {"binary": 1, "count": count, "freq": count / len(sequence)}[mode]
        return table

    def _words(self, text):
        if isinstance(text, list | tuple):
            return [word.lower() if self.lower else word for word in text]
        if self.char_level:
            text = text.lower() if self.lower else text
            return [c for c in text if c not in self.filters]
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


def hashing_trick(text, n, hash_function=None, filters=FILTERS, lower=True, split=" ") -> list[int]:
    """Each word as a number from 1 to n - 1 without a vocabulary, by a hash that is the same in every process."""
    if not isinstance(n, int) or n < 2:
        raise ValueError(f"n is a whole number, 2 or more; got {n!r}")
    hashed = hash_function or (lambda word: int.from_bytes(hashlib.md5(word.encode()).digest()[:8], "big"))
    return [hashed(word) % (n - 1) + 1 for word in text_to_word_sequence(text, filters, lower, split)]


def one_hot(input_text, n, filters=FILTERS, lower=True, split=" ") -> list[int]:
    """Keras's name for `hashing_trick`: despite it, a list of numbers."""
    return hashing_trick(input_text, n, filters=filters, lower=lower, split=split)


def _texts(texts):
    if isinstance(texts, str):
        raise TypeError(f"wanted a list of texts, got one text {texts!r:.40}; write [text]")
    for text in texts:
        if not isinstance(text, str | list | tuple):
            raise TypeError(f"wanted texts, got {type(text).__name__} {text!r:.40}; drop or fill missing ones first")
        yield text
