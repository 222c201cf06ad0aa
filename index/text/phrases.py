"""Known phrases in a text."""

from __future__ import annotations

from collections.abc import Container, Mapping, Sequence


def longest_phrases(
    words: Sequence[str], lengths: Mapping[str, tuple[int, ...]], phrases: Container[str]
) -> list[tuple[int, int, str]]:
    """The longest known phrases in a text, left to right, without overlap.

    Args:
        words: The text's words in order.
        lengths: See `index.text.words.lengths_by_first`: for each word that begins a phrase, how many words
            such phrases have, the largest number first.
        phrases: Words joined by blanks.

    Returns:
        For each phrase the position of its first word, the position behind its last one, and the phrase.
    """
    matches = []
    end = 0  # of the last phrase
    for start, word in enumerate(words):
        if start < end or word not in lengths:
            continue
        for length in lengths[word]:
            phrase = word if length == 1 else " ".join(words[start : start + length])
            if start + length <= len(words) and phrase in phrases:
                end = start + length
                matches.append((start, end, phrase))
                break
    return matches
