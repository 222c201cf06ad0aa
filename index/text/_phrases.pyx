# cython: language_level=3, boundscheck=False, wraparound=False, initializedcheck=False, cdivision=True
"""The search for known phrases; `index.text.phrases` is the public side."""


def longest_phrases(list words, dict lengths, phrases):
    """The longest known phrases in a text, left to right, without overlap.

    Args:
        words: The text's words in order.
        lengths: See `index.text.words.lengths_by_first`: for each word that begins a phrase, how many words
            such phrases have, the largest number first.
        phrases: Words joined by blanks.

    Returns:
        For each phrase the position of its first word, the position behind its last one, and the phrase.
    """
    cdef Py_ssize_t start = 0, n = len(words), length
    cdef list matches = []
    while start < n:
        possible = lengths.get(words[start])
        if possible is not None:
            for length in <tuple> possible:
                if start + length > n:
                    continue
                phrase = words[start] if length == 1 else " ".join(words[start : start + length])
                if phrase in phrases:
                    matches.append((start, start + length, phrase))
                    start += length - 1
                    break
        start += 1
    return matches
