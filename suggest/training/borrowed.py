"""Names of drugs and devices that have a code, for texts about them that have none: tests, removals."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from index.records import Record
from index.text.lexicon import Entry

MAX_WORDS = 3
_PLAIN = re.compile(r"[a-z][a-z0-9 -]{2,}")  # a sign could be one of a grammar
_DRUG_CODE = re.compile(r"J\d{4}|Q51\d\d|Q5\d{3}")
_DEVICE_CODE = re.compile(r"C[12]\d{3}|E\d{4}|L[5-8]\d{3}|K0\d{3}|A4[2-7]\d\d|A7\d{3}")
_FORM = re.compile(r"(?:injection|inj|infusion|unclassified|prescription)\b.*|.*\b(?:not otherwise|nos)\b.*")


def borrowed_names(records: Iterable[Record], lexicon: Sequence[Entry]) -> dict[str, list[str]]:
    """Names by kind: "drug" and "device", each ascending.

    Args:
        records: Of the release: the substance of an injection, the first clause of a device's descriptor.
        lexicon: Trade names and lay words of the same codes.
    """
    names: dict[str, set[str]] = {"drug": set(), "device": set()}
    for record in records:
        clauses = [clause.strip().lower() for clause in record.long_description.split(",")]
        if _DRUG_CODE.fullmatch(record.code) and clauses[0] == "injection" and len(clauses) > 1:
            names["drug"].add(clauses[1])
        elif _DEVICE_CODE.fullmatch(record.code):
            names["device"].add(clauses[0])
    for entry in lexicon:
        for pattern, kind in ((_DRUG_CODE, "drug"), (_DEVICE_CODE, "device")):
            if entry.kind != "noise" and entry.codes and all(map(pattern.fullmatch, entry.codes)):
                names[kind].add(entry.term)
    return {kind: sorted(filter(_is_plain, own)) for kind, own in names.items()}


def _is_plain(name: str) -> bool:
    return bool(_PLAIN.fullmatch(name)) and name.count(" ") < MAX_WORDS and not _FORM.fullmatch(name)
