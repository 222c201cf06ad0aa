"""Building: beside the old index, checked, then moved to its place; known texts are not embedded again."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import msgspec
import numpy as np
import pytest

from index.build import Sources, assemble, embed, write_index
from index.encoder import Vectors
from index.errors import ArtifactError, EncoderError
from index.records import Record, Release, Wording
from index.store.artifact import Artifact
from index.store.manifest import read_manifest
from index.text.lexicon import Entry
from index.text.names import Name
from tests.index_fakes import SMALL, LetterEncoder, build_small


class BrokenEncoder(LetterEncoder):
    """Fails at the first text."""

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Raise."""
        raise EncoderError("the encoder fell over")


def build(release: Release, encoder: LetterEncoder, out: Path, cache: Path | None = None) -> None:
    """An index folder of a release."""
    write_index(assemble(Sources(release), encoder, cache=cache), out)


def reworded() -> tuple[Record, ...]:
    """The small release with one descriptor changed."""
    first, *others = SMALL.records
    return (msgspec.structs.replace(first, long_description="Invented bandage for a small cat"), *others)


def test_an_index_holds_lexicon_names_and_starter_texts(tmp_path: Path) -> None:
    """The manifest counts everything that can match."""
    crosswalk = tmp_path / "crosswalk.csv"
    crosswalk.write_text("invented")
    sources = Sources(
        SMALL,
        lexicon=[Entry("stick", ("crutch",), "lay", ("E0002",), (), ("dynamite",))],
        starter=[Record("E0003", "Springy crutch")],
        names=[Name("Barkaid", "A0001", "ASP crosswalk")],
        brands=[crosswalk],
    )
    manifest = write_index(assemble(sources, LetterEncoder()), tmp_path / "index")

    artifact = Artifact.load(tmp_path / "index")
    assert (manifest.counts["lexicon"], manifest.counts["names"], manifest.counts["texts"]) == (1, 1, 10)
    assert [text.source for text in artifact.texts[-2:]] == ["starter wording", "lexicon"]
    assert (artifact.lexicon[0].term, artifact.lexicon[0].excludes) == ("stick", ("dynamite",))
    assert artifact.names[0].term == "Barkaid"
    assert list(manifest.brands) == ["crosswalk.csv"]


def test_cpt_codes_leave_the_vectors_of_level_ii_as_they_are(tmp_path: Path) -> None:
    """Scale, search and weights of Level II are the same; further texts of a code are texts of it."""
    cpt = tuple(Record(f"{code}", "zz" * code) for code in range(10000, 10030))
    both = msgspec.structs.replace(SMALL, records=(*cpt, *SMALL.records))
    wordings = [Wording("10000", "consumer", "Dog wash")]
    plain = assemble(Sources(SMALL), LetterEncoder())
    write_index(
        assemble(Sources(both, wordings=wordings, cpt={"LONGULT.txt": "0"}), LetterEncoder()), tmp_path / "x"
    )

    artifact = Artifact.load(tmp_path / "x")

    assert (artifact.manifest.counts["cpt"], artifact.manifest.cpt) == (30, {"LONGULT.txt": "0"})
    assert artifact.manifest.scale == plain.manifest.scale
    query = LetterEncoder().encode(["spring crutch"])
    cosines, rows = artifact.vectors.search(query, 4, np.arange(34) >= 30)
    alone_cosines, alone_rows = plain.vectors.search(query, 4)
    assert (rows - 30).tolist() == alone_rows.tolist()
    assert cosines.tolist() == alone_cosines.tolist()
    assert [(text.row, text.text) for text in artifact.texts if text.source == "consumer descriptor"] == [
        (0, "Dog wash")
    ]


def test_nothing_is_left_beside_the_index(tmp_path: Path) -> None:
    """Neither after a first build nor after one that replaces it."""
    build_small(tmp_path / "index")
    build_small(tmp_path / "index")

    assert [path.name for path in tmp_path.iterdir()] == ["index"]


def test_a_failing_build_leaves_the_old_index(tmp_path: Path) -> None:
    """The index in use stays usable."""
    build_small(tmp_path / "index")
    before = read_manifest(tmp_path / "index")

    with pytest.raises(EncoderError, match="fell over"):
        build(SMALL, BrokenEncoder(), tmp_path / "index")

    assert Artifact.load(tmp_path / "index").manifest == before
    assert [path.name for path in tmp_path.iterdir()] == ["index"]


def test_a_new_build_replaces_the_old_one_whole(tmp_path: Path) -> None:
    """No file of the old index stays."""
    build_small(tmp_path / "index")
    (tmp_path / "index" / "stale.txt").write_text("old")

    build_small(tmp_path / "index", msgspec.structs.replace(SMALL, name="2026-04"))

    assert Artifact.load(tmp_path / "index").manifest.release == "2026-04"
    assert not (tmp_path / "index" / "stale.txt").exists()


def test_a_place_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    """There is a file at the place of the folder."""
    (tmp_path / "file").write_text("mine")

    with pytest.raises(ArtifactError, match=r"index cannot be written"):
        build_small(tmp_path / "file" / "index")


def test_a_second_build_embeds_nothing(tmp_path: Path) -> None:
    """Vectors are cached by encoder and text."""
    first, second = LetterEncoder(), LetterEncoder()
    build(SMALL, first, tmp_path / "a", cache=tmp_path / "cache")
    build(SMALL, second, tmp_path / "b", cache=tmp_path / "cache")

    assert len(first.seen) == 8
    assert second.seen == []
    assert read_manifest(tmp_path / "a").files == read_manifest(tmp_path / "b").files


def test_an_update_embeds_only_what_changed(tmp_path: Path) -> None:
    """And the index is the one that a build without a cache makes."""
    changed, encoder = msgspec.structs.replace(SMALL, records=reworded()), LetterEncoder()
    build(SMALL, LetterEncoder(), tmp_path / "a", cache=tmp_path / "cache")
    build(changed, encoder, tmp_path / "a", cache=tmp_path / "cache")
    build(changed, LetterEncoder(), tmp_path / "b")

    assert encoder.seen == ["invented bandage for a small cat"]
    assert read_manifest(tmp_path / "a").files == read_manifest(tmp_path / "b").files


def test_another_encoder_shares_no_vectors(tmp_path: Path) -> None:
    """The cache has the digest of the weights in its key."""
    other = LetterEncoder(sha256="2" * 64)
    build(SMALL, LetterEncoder(), tmp_path / "a", cache=tmp_path / "cache")
    build(SMALL, other, tmp_path / "a", cache=tmp_path / "cache")

    assert len(other.seen) == 8


def test_other_code_shares_no_vectors_and_no_profiles(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Values from another version of the code are computed again."""
    again = LetterEncoder()
    build(SMALL, LetterEncoder(), tmp_path / "a", cache=tmp_path / "cache")
    for module in ("index.build", "index.store.profiles"):
        monkeypatch.setattr(f"{module}.source_digest", lambda *names: "f" * 64)
    build(SMALL, again, tmp_path / "a", cache=tmp_path / "cache")

    assert len(again.seen) == 8
    assert sorted(path.name for path in (tmp_path / "cache").iterdir() if "f" * 16 in path.name) == [
        "profiles-ffffffffffffffff.db",
        "vectors-1111111111111111-ffffffffffffffff.db",
    ]


def test_damaged_caches_are_computed_again(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """The index is the one that a build without a cache makes, and the user is told."""
    build(SMALL, LetterEncoder(), tmp_path / "a", cache=tmp_path / "cache")
    paths = sorted((tmp_path / "cache").iterdir())
    for path in paths:
        path.write_bytes(path.read_bytes().replace(b"rutch", b"ratch").replace(b"A0001", b"A0002"))
    build(SMALL, LetterEncoder(), tmp_path / "b", cache=tmp_path / "cache")

    assert read_manifest(tmp_path / "a").files == read_manifest(tmp_path / "b").files
    assert [str(path) in caplog.text for path in paths] == [True, True]


def test_embedding_keeps_order_and_tells_progress(tmp_path: Path) -> None:
    """Repeated texts get equal rows, each embedded once."""
    encoder, told = LetterEncoder(), []
    rows = embed(encoder, ["cat", "dog", "cat"], tmp_path, lambda done, total: told.append((done, total)))

    np.testing.assert_array_equal(rows, LetterEncoder().encode(["cat", "dog", "cat"]))
    assert encoder.seen == ["cat", "dog"]
    assert told == [(2, 2)]
