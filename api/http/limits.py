"""Limits of requests: each is refused with a clear error, never applied silently.

The OpenAPI document and the tests of `docs/api.md` read them from here.
"""

from __future__ import annotations

BODY_BYTES = 64 * 1024
BATCH_BODY_BYTES = 1024 * 1024
FHIR_BODY_BYTES = 1024 * 1024  # of an operation, which may bring code systems and value sets
FHIR_VALIDATIONS = 100  # in one $batch-validate-code
TEXT_CHARACTERS = 2_000
BATCH_ITEMS = 200
MAX_K = 100
DEFAULT_K = 10

FAILED_KEY_DELAY_S = 0.25  # seconds before a wrong key is refused
FAILED_KEYS_AT_ONCE = 64  # refusals that wait in a process; more are refused at once with 429
FAILED_KEYS_PER_MINUTE = 30  # of one address, in all workers together; more are refused at once with 429

CACHED_ANSWERS = 2_000  # in each process; about 3 KB each

BROWSE_DEFAULT = 50
BROWSE_MAX = 500

NLM_DEFAULT = 7  # from the documentation of the public API, as the next
NLM_MAX = 500
NLM_NUMBER = 999_999_999  # of `maxList`, `count` and `offset`
NLM_FIELDS = 12  # in each of `df`, `sf`, `cf` and `ef`
NLM_QUERY_CHARACTERS = 1_000
NLM_CLAUSES = 32  # of `q`, with its operators in words
NLM_PATTERNS = 2  # of `q`, with a wildcard before their end
NLM_WILDCARDS = 8  # in one pattern of `q`

CDS_BODY_BYTES = 1024 * 1024  # drafts and prefetched resources of a call
CDS_SUGGESTIONS = 3
CDS_CONSIDERED = 10  # suggestions among which those of a fitting kind are looked for
CDS_MIN_CONFIDENCE = 0.05  # a less likely suggestion only adds noise
CDS_CARD_CONFIDENCE = 0.5  # of all suggestions of a card together; below it there is no card
CDS_NONE_FITS = 0.25  # probability that no code fits; above it there is no card, as a card interrupts
CDS_OTHER_SYSTEM = 0.75  # of the system that a text seems to belong to; below it no card says so
CDS_MAX_CARDS = 50  # of one answer
CDS_ORDER_CARDS = 5  # of one order: each suggestion holds a copy of it
CDS_LENSES = 8  # of one prescription
CDS_BUDGET_S = 0.4  # seconds; the specification asks for 500 ms at the client
