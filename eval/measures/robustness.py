"""What changes of a text that do not change its meaning do to the first answer."""

from __future__ import annotations

import msgspec

from eval.measures.shares import Share


class Robustness(msgspec.Struct, frozen=True):
    """One kind of change, over texts that were answered right and that it changes.

    Attributes:
        kind: The change, such as `one typo`.
        changed: Share whose first code is another one.
        wrong: Share whose first code is not acceptable any more.
        refused: Share that is refused now.
    """

    kind: str
    changed: Share
    wrong: Share
    refused: Share
