"""The starter catalogue: common codes in our own words, for a first try without a download."""

from __future__ import annotations

import csv
import hashlib
import io
from pathlib import Path

from index.errors import ReleaseFormatError
from index.records import Record, Release
from index.shipped import files_of, read_shipped

FOLDER = Path(__file__).parent / "starter"
NAME = "starter"
NOTICE = "starter catalogue, own wording, not the official code set"


def read_starter(folder: Path = FOLDER) -> Release:
    """The starter catalogue as a release without dates; `per` ends the long description, as in CMS's.

    Raises:
        ReleaseFormatError: If a row does not have three columns.
        ArtifactError: If a file was changed; see `index.shipped`.
    """
    digest = hashlib.sha256()
    records = []
    for path in files_of(folder, ".tsv"):
        data = read_shipped(path)
        digest.update(data)
        text = io.StringIO(data.decode(), newline="")
        for line, row in enumerate(csv.reader(text, delimiter="\t", quoting=csv.QUOTE_NONE), 1):
            if line == 1:
                continue
            if len(row) != 3:
                raise ReleaseFormatError(f"{path.name}:{line}: expected code, description, per")
            records.append(_record(*row))
    if not records:
        raise ReleaseFormatError(f"{folder} holds no starter catalogue")
    records.sort(key=lambda record: record.code)
    return Release(NAME, NAME, digest.hexdigest(), tuple(records), notice=NOTICE)


def _record(code: str, description: str, per: str) -> Record:
    noc = any(
        words in description.lower() for words in ("not otherwise classified", "not otherwise specified")
    )
    return Record(code, f"{description}, per {per}" if per else description, "", is_noc=noc)
