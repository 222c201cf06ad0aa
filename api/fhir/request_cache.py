"""Resources that a client sends once and names afterwards by `cache-id`.

They are kept in the memory of one process, for the caller that sent them, and only as long as there is room:
a client must be ready to send them again.
"""

from __future__ import annotations

from collections import OrderedDict
from threading import Lock
from typing import Any

import msgspec

from api.fhir.parameters import Inputs, Resource

MAX_BYTES = 16 * 1024 * 1024  # of all resources together
MAX_IDS = 64
MAX_ID_CHARACTERS = 100


class RequestCache:
    """Resources by caller and `cache-id`; the one used longest ago is dropped first."""

    def __init__(self) -> None:
        self._kept: OrderedDict[tuple[str, str], tuple[int, tuple[Resource, ...]]] = OrderedDict()
        self._bytes = 0
        self._lock = Lock()

    def resources(self, caller: str, name: str, brought: list[Resource]) -> tuple[Resource, ...]:
        """What was brought before under a name; what is brought now is added to it."""
        key = (caller, name)
        with self._lock:
            size, known = self._kept.pop(key, (0, ()))
            self._bytes -= size
            added = (*known, *(each for each in brought if each not in known))
            size = len(msgspec.json.encode(added))
            if size <= MAX_BYTES // 4:
                self._kept[key] = (size, added)
                self._bytes += size
            while self._bytes > MAX_BYTES or len(self._kept) > MAX_IDS:
                _, (freed, _) = self._kept.popitem(last=False)
                self._bytes -= freed
        return known


CACHE = RequestCache()


def kept_resources(inputs: Inputs) -> tuple[Resource, ...]:
    """What the request's caller brought before under the request's `cache-id`; empty without one."""
    name: Any = inputs.text("cache-id")
    if not name or len(name) > MAX_ID_CHARACTERS:
        return ()
    return CACHE.resources(inputs.caller, name, inputs.resources("tx-resource"))
