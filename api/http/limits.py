"""How much one request may ask for; every bound is refused with a clear error, never cut silently."""

from __future__ import annotations

BODY_BYTES = 64 * 1024
BATCH_BODY_BYTES = 1024 * 1024
TEXT_CHARACTERS = 2_000
BATCH_ITEMS = 200
MAX_K = 100
DEFAULT_K = 10

CACHED_ANSWERS = 2_000  # a process; some 3 KB each

BROWSE_DEFAULT = 50
BROWSE_MAX = 500

NLM_DEFAULT = 7  # the public API's own numbers, from its documentation
NLM_MAX = 500

CDS_SUGGESTIONS = 3
CDS_BUDGET_S = 0.4  # the specification asks for 500 ms at the client
