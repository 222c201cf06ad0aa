"""Our own suggester as a measured system."""

from __future__ import annotations

import hashlib
from datetime import date
from typing import Any

import msgspec

from eval.case_results import SystemAnswer
from eval.cases.cases import Case


class OurSystem:
    """The suggester on one index, with the confidence and refusal that it states."""

    def __init__(self, suggester: Any, name: str = "default") -> None:
        self.name = name
        self._suggester = suggester
        manifest = msgspec.to_builtins(suggester.manifest)
        digest = hashlib.sha256(msgspec.json.encode(manifest, order="sorted")).hexdigest()
        self.identity: dict[str, Any] = {
            "index_manifest_sha256": digest,
            "index_manifest": manifest,
            "model": suggester.model,  # digests of the weights of encoder and ranker
        }

    def rank(self, case: Case, k: int, on: date) -> SystemAnswer:
        """Ask for one text at a time, so that the measured time is that of one answer."""
        (answer,) = self._suggester.suggest([case.query], k=k, date_of_service=case.date or on)
        codes = tuple(suggestion.code for suggestion in answer.suggestions)
        return SystemAnswer(
            codes=codes,
            confidence=float(answer.suggestions[0].confidence) if codes else None,
            no_good_match=bool(answer.no_good_match),
            error=answer.error,
        )
