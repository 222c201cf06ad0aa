"""Answers to repeated questions, kept so that no text can be read from what is kept."""

from __future__ import annotations

import hashlib
import os
from collections import OrderedDict
from datetime import date

from index.loops import exclusive_or

SECRET_BYTES = 32
HALF = 32  # bytes of a digest that are kept beside the answer; the others encipher it


class AnswerCache:
    """Encoded answers of the last questions, in this process only.

    Each answer is found by a keyed digest of its question and enciphered with a stream made from another half
    of that digest. The digest's first half is all that is kept beside it, so an answer, which repeats the
    question, opens only to someone who asks the same question again.

    Not for use from several threads at once; the event loop is one.
    """

    def __init__(self, answers: int) -> None:
        self._secret = os.urandom(SECRET_BYTES)
        self._kept: OrderedDict[bytes, bytes] = OrderedDict()
        self._most = answers

    def __len__(self) -> int:
        return len(self._kept)

    def digest(self, question: bytes, today: date) -> bytes:
        """What an answer is kept under.

        Args:
            question: The request body as it came.
            today: Part of the question, as it is the default date of service.
        """
        salt = today.toordinal().to_bytes(16, "big")
        return hashlib.blake2b(question, key=self._secret, salt=salt).digest()

    def get(self, digest: bytes) -> bytes | None:
        """The answer to a question that was asked today already, or None."""
        place = digest[:HALF]
        kept = self._kept.get(place)
        if kept is None:
            return None
        self._kept.move_to_end(place)
        return _enciphered(kept, digest[HALF:])

    def put(self, digest: bytes, answer: bytes) -> None:
        """Keep an answer; the one that was not asked for longest gives way."""
        self._kept[digest[:HALF]] = _enciphered(answer, digest[HALF:])
        if len(self._kept) > self._most:
            self._kept.popitem(last=False)


def _enciphered(text: bytes, seed: bytes) -> bytes:
    """Exclusive-or with a stream from the seed; the same again brings the text back."""
    return exclusive_or(text, hashlib.shake_128(seed).digest(len(text)))
