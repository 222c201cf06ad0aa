"""Cached answers to repeated questions."""

from __future__ import annotations

import hashlib
import os
from collections import OrderedDict
from datetime import date
from typing import NamedTuple

SECRET_BYTES = 32


class CachedAnswer(NamedTuple):
    """An encoded answer and the number of its codes."""

    body: bytes
    codes: int


class AnswerCache:
    """The encoded answers to the last questions, in the memory of this process only.

    An answer is found by a keyed digest of its question, with a secret that each process makes anew. Answers
    themselves, which repeat the question, are held in clear: the operating system keeps other processes from
    reading them, as it does for all patient text in memory.

    Not thread-safe: call it from the event loop only.
    """

    def __init__(self, max_answers: int) -> None:
        self._secret = os.urandom(SECRET_BYTES)
        self._answers: OrderedDict[bytes, CachedAnswer] = OrderedDict()
        self._max_answers = max_answers

    def __len__(self) -> int:
        return len(self._answers)

    def digest(self, question: bytes, today: date) -> bytes:
        """The key of an answer.

        Args:
            question: The request body as received.
            today: The default date of service, on which the answer depends too.
        """
        salt = today.toordinal().to_bytes(16, "big")
        return hashlib.blake2b(question, key=self._secret, salt=salt).digest()

    def get(self, digest: bytes) -> CachedAnswer | None:
        """The cached answer, or None; it becomes the most recently used one."""
        answer = self._answers.get(digest)
        if answer is not None:
            self._answers.move_to_end(digest)
        return answer

    def put(self, digest: bytes, answer: CachedAnswer) -> None:
        """Store an answer; if there are too many, drop the least recently used one."""
        self._answers[digest] = answer
        if len(self._answers) > self._max_answers:
            self._answers.popitem(last=False)
