"""What a lens of a VisionPrescription is called, and the numbers of its powers."""

from __future__ import annotations

from typing import Any

from api.cds.resources import Json, dicts, string


def contact_text(lens: Json) -> str:
    """What a contact lens is called, for the suggester; empty for a spectacle lens."""
    words = lens_words(lens)
    if not is_contact(lens, words):
        return ""
    parts = ["contact lens", words.replace("contact lens", "").replace("contact", "").strip()]
    parts += ["toric"] if power(lens.get("cylinder")) and "toric" not in words else []
    parts += ["bifocal"] if lens.get("add") and "bifocal" not in words else []
    return " ".join(filter(None, parts))


def is_contact(lens: Json, words: str) -> bool:
    """Whether a lens is a contact lens, by its words or because it has the power of one."""
    return "contact" in words or power(lens.get("power")) is not None


def lens_words(lens: Json) -> str:
    """What product, brand and notes say, lower case."""
    product = lens.get("product")
    concept = product if isinstance(product, dict) else {}
    parts = [string(concept.get("text")), string(lens.get("brand"))]
    parts += [
        string(coding.get("display")) or string(coding.get("code")) for coding in dicts(concept.get("coding"))
    ]
    parts += [string(note.get("text")) for note in dicts(lens.get("note"))]
    return " ".join(parts).lower()


def power(value: Any) -> float | None:
    """A power in dioptres without its sign; None if it is no number."""
    if isinstance(value, bool):
        return None
    try:
        return abs(float(value))
    except (TypeError, ValueError, OverflowError):
        return None
