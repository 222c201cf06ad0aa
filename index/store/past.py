"""The past in an index folder: every wording that a code has had, as one more row.

Answers for a day on which the newest release is not yet in force come from these rows; a mask leaves one for
each code, that with the wording of the day. The rows of today stay by themselves, so that an index with a
history answers for today as one without. Texts and vectors that both have are stored once.

| file | holds |
| --- | --- |
| `history.json` | the history of every code |
| `past-texts.safetensors` | for each text of the past its row, and the text of today that it equals |
| `past-texts.jsonl`, `past-vectors.safetensors` | the other texts and their vectors |
| `past-codes.faiss`, `past-lexical.safetensors`, `past-vocabulary.txt`, `past-profiles.safetensors`,
  `past-words.safetensors`, `past-words.txt` | as the files of the same names without `past-` |
"""

from __future__ import annotations

import shutil
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import NamedTuple

import msgspec
import numpy as np
import numpy.typing as npt
from safetensors.numpy import save_file

from index.arrays import Vectors
from index.errors import ArtifactError
from index.history.spans import CodeHistory, History
from index.records import Modifier, Record, Status
from index.store.catalogue import HISTORY, Catalogue, read_jsonl, write_jsonl
from index.store.contents import Contents
from index.store.forward import ForwardIndex
from index.store.named_arrays import read_arrays
from index.store.parts import CodeParts, TextParts
from index.store.profiles import Profiles
from index.store.terms import TermIndex
from index.store.text_vectors import TextVectors, means
from index.store.texts import LONG, MAX_EMBEDDED_CHARACTERS, SHORT, Text, texts_of
from index.store.vectors import VectorIndex
from index.successors import Proposal
from index.text.lexicon import Entry
from index.text.words import normalise

PREFIX = "past-"
TEXTS = "texts.jsonl"
SHARED_TEXTS = "texts.safetensors"
NEVER = (
    1 << 62
)  # rows from which the past is scanned coarsely: every row is compared, since few pass the mask


class PastCatalogue(Catalogue):
    """Every wording of every code, ascending by code and then by time.

    Attributes:
        history: What the rows come from.
        newest: For each code the row of its newest wording.
    """

    def __init__(
        self, history: History, modifiers: Sequence[Modifier], proposals: Mapping[str, Proposal]
    ) -> None:
        rows = [(each, position) for each in history.codes for position in range(len(each.wordings))]
        super().__init__(
            [_worded(each, position) for each, position in rows],
            modifiers,
            release=history.releases[-1],
            proposals=proposals,
        )
        self.history = history
        self.newest = {code: row for row, code in enumerate(self.codes)}
        self._histories = [each for each, _ in rows]
        self._starts = [_start(each, position) for each, position in rows]

    def row_on(self, code: str, on: date) -> int | None:
        """Row of a code with its wording on a day; that of the first wording before there was one."""
        start, stop = bisect_left(self.codes, code), bisect_right(self.codes, code)
        if start == stop:
            return None
        begun = [row for row in range(start, stop) if self._starts[row] <= on]
        return begun[-1] if begun else start

    def status(self, row: int, on: date) -> Status:
        """Status of a row's code on a day."""
        return self._histories[row].status(on)

    def rows_on(self, on: date) -> npt.NDArray[np.int64]:
        """For each row the row of its code with the wording of a day: int64 (rows,)."""
        found = {code: self.row_on(code, on) for code in self.newest}
        return np.array([found[code] for code in self.codes], np.int64)


def _worded(each: CodeHistory, position: int) -> Record:
    wording = each.wordings[position]
    return msgspec.structs.replace(
        each.record, long_description=wording.long_description, short_description=wording.short_description
    )


def _start(each: CodeHistory, position: int) -> date:
    """The day from which a row is that of its code; the first wording of a code holds from its first day."""
    span = each.wordings[position].since if position else each.came
    return span.latest if span is not None and span.latest is not None else date.min


class Past(NamedTuple):
    """The rows of the past.

    Attributes:
        codes: One row a wording.
        texts: What can match.
        origin: int32 (texts,): the text of today that each one equals; -1 for none.
    """

    codes: CodeParts
    texts: TextParts
    origin: npt.NDArray[np.int32]

    def save(self, folder: Path) -> None:
        """Write the files into an index folder."""
        aside = folder / ".past"
        aside.mkdir()
        catalogue = self.codes.catalogue
        assert isinstance(catalogue, PastCatalogue)
        (folder / HISTORY).write_bytes(msgspec.json.encode(catalogue.history))
        own = np.flatnonzero(self.origin < 0)
        rows = np.array([text.row for text in self.texts.texts], np.int32)
        save_file({"rows": rows, "origin": self.origin}, aside / SHARED_TEXTS)
        write_jsonl(aside / TEXTS, [self.texts.texts[i] for i in own])
        TextVectors(np.ascontiguousarray(self.texts.vectors.codes[own]), self.texts.vectors.scale).save(aside)
        for part in (self.codes.vectors, self.codes.terms, self.codes.profiles, self.texts.words):
            part.save(aside)
        for path in sorted(aside.iterdir()):
            path.rename(folder / f"{PREFIX}{path.name}")
        shutil.rmtree(aside)

    @classmethod
    def load(cls, contents: Contents, now: Catalogue, texts: TextParts) -> Past | None:
        """Read what `save` wrote; None from a folder without a history.

        Args:
            contents: The folder.
            now: The catalogue of the newest release.
            texts: Its texts, which the past shares.

        Raises:
            ArtifactError: If a file cannot be read or does not fit the others.
        """
        if now.history is None:
            return None
        files = {name.removeprefix(PREFIX): data for name, data in contents.files.items() if PREFIX in name}
        inner = Contents(contents.folder, contents.manifest, files)
        scale = contents.manifest.scale
        codes = CodeParts(
            PastCatalogue(now.history, now.modifiers, now.proposals),
            VectorIndex.load(inner, scale),
            TermIndex.load(inner),
            Profiles.load(inner),
        )
        codes.check()
        arrays = read_arrays(inner, SHARED_TEXTS, ("rows", "origin"))
        rows, origin = arrays["rows"], arrays["origin"]
        own = iter(read_jsonl(inner, TEXTS, Text))
        try:
            held = tuple(
                Text(row, texts.texts[at].source, texts.texts[at].text) if at >= 0 else next(own)
                for row, at in zip(rows.tolist(), origin.tolist(), strict=True)
            )
            vectors = texts.vectors.codes[origin]
            vectors[origin < 0] = TextVectors.load(inner, scale).codes
        except (StopIteration, IndexError, ValueError, RuntimeError) as error:
            raise ArtifactError(
                f"the past of {contents.folder} does not fit its texts; build the index again"
            ) from error
        parts = TextParts(held, TextVectors(vectors, scale), ForwardIndex.load(inner))
        parts.check()
        return cls(codes, parts, origin)


class Today(NamedTuple):
    """What the past shares with the newest release.

    Attributes:
        catalogue: Its codes.
        texts: What can match.
        forms: The normalised form of each text.
        vectors: float32 (texts, dim): the vector of each.
        scale: Factor of the quantisation.
    """

    catalogue: Catalogue
    texts: Sequence[Text]
    forms: Sequence[str]
    vectors: Vectors
    scale: float


def assemble_past(
    history: History,
    today: Today,
    *,
    starter: Sequence[Record],
    lexicon: Sequence[Entry],
    embed: Callable[[Sequence[str]], Vectors],
    cache: Path | None,
) -> Past:
    """Make the rows of the past.

    Args:
        history: Of several releases.
        today: The newest of them, indexed.
        starter: Records in the project's own words, as further texts.
        lexicon: How people write.
        embed: Gives the vectors of normalised texts; asked only for those that today's texts lack.
        cache: Folder with the profiles of earlier builds, or None.
    """
    catalogue = PastCatalogue(history, today.catalogue.modifiers, today.catalogue.proposals)
    texts, forms = _texts(catalogue, today, starter, lexicon)
    known = {form: position for position, form in reversed(list(enumerate(today.forms)))}
    alike = {(text.source, text.text): position for position, text in enumerate(today.texts)}
    origin = np.array([alike.get((text.source, text.text), -1) for text in texts], np.int32)
    vector_of = [known.get(form, -1) for form in forms]
    new = [i for i, at in enumerate(vector_of) if at < 0]
    vectors = today.vectors[np.array(vector_of, np.int64)]
    limit = np.float32(127.0 / today.scale)
    vectors[new] = np.clip(embed([forms[i] for i in new]), -limit, limit)
    words = ForwardIndex.from_forms(forms)
    code_vectors = np.clip(means(vectors, texts, len(catalogue)), -limit, limit)
    codes = CodeParts(
        catalogue,
        VectorIndex.from_vectors(code_vectors, today.scale, coarse_from=NEVER),
        TermIndex.from_texts(texts, words, len(catalogue)),
        Profiles.from_records(catalogue.records, cache),
    )
    return Past(codes, TextParts(tuple(texts), TextVectors.from_vectors(vectors, today.scale), words), origin)


def _texts(
    catalogue: PastCatalogue, today: Today, starter: Sequence[Record], lexicon: Sequence[Entry]
) -> tuple[list[Text], list[str]]:
    """All texts of all rows, and their forms.

    A row has the descriptors of its own wording, and every other text of its code.
    """
    found: dict[tuple[int, str], Text] = {}

    def add(text: Text, form: str) -> None:
        if form:
            found.setdefault((text.row, form), text)

    rows_of: dict[str, list[int]] = {}
    for row, record in enumerate(catalogue.records):
        rows_of.setdefault(record.code, []).append(row)
        for source, words in ((LONG, record.long_description), (SHORT, record.short_description)):
            add(Text(row, source, words), normalise(words[:MAX_EMBEDDED_CHARACTERS]))
    gone = [catalogue.records[row] for code, row in catalogue.newest.items() if code not in today.catalogue]
    others, forms = texts_of(gone, starter, lexicon)
    for text, form in zip(others, forms, strict=True):
        if text.source not in (LONG, SHORT):
            for row in rows_of[gone[text.row].code]:
                add(Text(row, text.source, text.text), form)
    for text, form in zip(today.texts, today.forms, strict=True):
        if text.source not in (LONG, SHORT):
            for row in rows_of.get(today.catalogue.codes[text.row], ()):
                add(Text(row, text.source, text.text), form)
    return list(found.values()), [form for _, form in found]
