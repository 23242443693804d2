"""Words as numbers."""

import os
import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nn.preprocessing import sequence, text

WORDS = st.lists(st.text("abcd ,!", max_size=12), min_size=1, max_size=5)


@given(WORDS)
def test_tokenizer_there_and_back(texts):
    tokenizer = text.Tokenizer(oov_token="?")
    tokenizer.fit_on_texts(texts)
    numbers = tokenizer.texts_to_sequences(texts)
    assert [s.split() for s in tokenizer.sequences_to_texts(numbers)] == [text.text_to_word_sequence(t) for t in texts]
    table = tokenizer.texts_to_matrix(texts, "count")
    assert table.sum(axis=1).tolist() == [len(sequence) for sequence in numbers]


def test_tokenizer_as_a_tutorial_uses_it():
    sentences = ["I love my dog", "I love my cat", "You love my dog!"]
    tokenizer = text.Tokenizer(num_words=100, oov_token="<OOV>")
    tokenizer.fit_on_texts(sentences)
    assert tokenizer.word_index == {"<OOV>": 1, "love": 2, "my": 3, "i": 4, "dog": 5, "cat": 6, "you": 7}
    assert tokenizer.texts_to_sequences(["i really love my dog"]) == [[4, 1, 2, 3, 5]]
    padded = sequence.pad_sequences(tokenizer.texts_to_sequences(sentences), maxlen=5, padding="post")
    assert padded.tolist() == [[4, 2, 3, 5, 0], [4, 2, 3, 6, 0], [7, 2, 3, 5, 0]]
    few = text.Tokenizer(num_words=3)
    few.fit_on_texts(sentences)
    assert few.texts_to_sequences(["i love my dog"]) == [[1, 2]]
    letters = text.Tokenizer(char_level=True)
    letters.fit_on_texts(["Oh, no!"])
    assert letters.word_index == {"o": 1, "h": 2, ",": 3, " ": 4, "n": 5, "!": 6}
    assert few.sequences_to_texts([[1, 2, 3, 0, 99]]) == ["love my"]
    assert few.texts_to_matrix(["love love my"], "freq").tolist() == [[0, 2 / 3, 1 / 3]]
    assert few.texts_to_matrix(["love love my"], "binary").tolist() == [[0, 1, 1]]


def test_tables_of_words_as_keras_makes_them():
    texts = ["the cat sat", "the dog sat on the cat"]
    tokenizer = text.Tokenizer()
    tokenizer.fit_on_texts(text for text in texts)
    assert tokenizer.word_index == {"the": 1, "cat": 2, "sat": 3, "dog": 4, "on": 5}
    assert tokenizer.index_docs == {1: 2, 2: 2, 3: 2, 4: 1, 5: 1}
    assert np.allclose(
        tokenizer.texts_to_matrix(texts, "tfidf"),
        [
            [0, 0.5108256237659906, 0.5108256237659906, 0.5108256237659906, 0, 0],
            [0, 0.8649029646371624, 0.5108256237659906, 0.5108256237659906, 0.6931471805599453, 0.6931471805599453],
        ],
    )
    assert tokenizer.texts_to_matrix(["", "cat"], "freq").tolist() == [[0] * 6, [0, 0, 1, 0, 0, 0]]
    assert tokenizer.sequences_to_matrix([[0, 5, 6]], "tfidf")[0, 0] == pytest.approx(np.log(3))  # in no text
    small = text.Tokenizer(num_words=3)
    assert small.sequences_to_matrix([[0, 2, 2, 3]], "count").tolist() == [[1, 0, 2]]
    assert text.Tokenizer(num_words=1).sequences_to_matrix([[0]]).tolist() == [[1]]
    before = dict(tokenizer.word_counts)
    with pytest.raises(TypeError):
        tokenizer.fit_on_texts(["more", 3])
    assert (tokenizer.word_counts, tokenizer.document_count) == (before, 2)  # nothing half learnt


def test_words_of_your_own():
    tokenizer = text.Tokenizer()
    tokenizer.fit_on_texts([["New York", "rain"], ("RAIN",)])
    assert tokenizer.word_index == {"rain": 1, "new york": 2}
    pairs = text.Tokenizer(analyzer=lambda t: [t[i : i + 2] for i in range(0, len(t), 2)])
    pairs.fit_on_texts(["ababcd"])
    assert pairs.word_counts == {"ab": 2, "cd": 1}
    assert text.text_to_word_sequence("a--b,c", filters=",", split="--") == ["a", "b", "c"]


def test_hashes_are_the_same_in_every_process():
    assert text.hashing_trick("The cat, the dog.", 100) == [51, 3, 51, 33]  # as Keras's, by MD5
    assert text.one_hot("The cat, the dog.", 100) == [51, 3, 51, 33]
    assert text.hashing_trick("aa b", 9, len) == [3, 2]
    assert text.hashing_trick("aa b", 2) == [1, 1]
    assert text.hashing_trick("\udc80", 9)  # half of a character, as damaged texts have
    program = (
        "from nn.preprocessing.text import one_hot; import sys; sys.stdout.write(str(one_hot('un été à 人', 1000)))"
    )
    found = {
        subprocess.run(
            [sys.executable, "-c", program], capture_output=True, check=True, env={**os.environ, "PYTHONHASHSEED": seed}
        ).stdout
        for seed in "12"
    }
    assert found == {str(text.one_hot("un été à 人", 1000)).encode()}
