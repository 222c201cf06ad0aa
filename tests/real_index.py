"""A real index with real texts: the January 2026 release and the development cases, else the starter's."""

from __future__ import annotations

import json
import os
from functools import cached_property
from pathlib import Path
from unittest.mock import patch

import numpy as np
import numpy.typing as npt

from api.__main__ import main
from index.encoder import load_encoder
from index.store.artifact import Artifact
from suggest.candidates import CODES_BY_MEANING, Candidates, Retriever
from suggest.code_columns import CodeColumns
from suggest.expansion import Expander
from suggest.reader import Query, Reader
from suggest.thresholds import load_thresholds

RELEASE = "hcpcs/2026-01/HCPC2026_JAN_ANWEB_01122026.txt.gz"
CASES = Path(__file__).parents[1] / "eval" / "cases"
BATCH_SIZE = 50  # queries of one batch


class RealIndex:
    """The parts that answer a text.

    Attributes:
        folder: The index folder.
        artifact: The index.
        columns: The columns of its codes.
        retriever: Finds its candidates.
        allowed: bool (codes,): the codes that may be candidates; every seventh may not.
        texts: Real texts, source by source.
    """

    def __init__(self, folder: Path, data: Path | None) -> None:
        release = [] if data is None else ["--release", str(data / RELEASE)]
        with patch.dict(os.environ, HCPCS_HOME=str(folder / "home")):
            assert main(["index", "build", *release, "--out", str(folder / "index")]) == 0
        self.folder = folder / "index"
        self.artifact = Artifact.load(self.folder)
        self.encoder = load_encoder()
        self.columns = CodeColumns.from_artifact(self.artifact, load_thresholds().code_popularity)
        self.retriever = Retriever(self.artifact, self.encoder)
        self.allowed: npt.NDArray[np.bool_] = np.arange(len(self.artifact.catalogue)) % 7 != 3
        files = (
            sorted(CASES.glob("*.jsonl")) if data is None else sorted((data / "eval" / "dev").glob("*.jsonl"))
        )
        self.texts = [
            json.loads(line)["query"]
            for path in files
            for line in path.read_text(encoding="utf-8").splitlines()
        ]

    @cached_property
    def reader(self) -> Reader:
        """Reads texts against the index."""
        codes = self.artifact.catalogue.codes
        return Reader(Expander(self.artifact.lexicon, self.artifact.names, codes), self.artifact.table)

    def query_batches(self, count: int) -> list[list[Query]]:
        """Batches of about `count` queries from all sources; texts without a word are left out."""
        texts = self.texts[:: max(1, len(self.texts) // count)]
        chosen = [query for query in map(self.reader.read, texts) if query.words]
        return [chosen[start : start + BATCH_SIZE] for start in range(0, len(chosen), BATCH_SIZE)]

    def candidates(self, queries: list[Query]) -> Candidates:
        """The retriever's candidates for a batch."""
        return self.retriever.candidates(queries, self.allowed, CODES_BY_MEANING)
