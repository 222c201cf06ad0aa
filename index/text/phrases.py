"""Known phrases in a text."""

from __future__ import annotations

from index.text._phrases import longest_phrases

__all__ = ["longest_phrases"]
