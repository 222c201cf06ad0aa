"""The index folder: the loaded data equal the saved data, and every damage is reported."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import msgspec
import numpy as np
import pytest
from safetensors.numpy import save_file

from index.build import Sources, assemble
from index.errors import ArtifactError
from index.store.artifact import Artifact
from index.store.contents import digests, verify
from index.store.manifest import FORMAT, MANIFEST, read_manifest
from index.store.profiles import PROFILES, Profiles
from index.store.text_vectors import TEXT_VECTORS, means
from index.store.texts import TEMPLATE
from index.store.vectors import VECTORS
from index.text.attributes import GROUPS, VALUES
from index.text.quantities import DIMENSIONS
from index.text.words import NORMAL_FORM, normalise
from tests.index_fakes import SMALL, LetterEncoder, build_small, contents_of, reseal


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """An index folder of the small release."""
    build_small(tmp_path / "index")
    return tmp_path / "index"


def test_what_was_built_is_what_is_loaded(folder: Path) -> None:
    """Records, modifiers and texts come back as they were."""
    artifact = Artifact.load(folder)

    assert artifact.catalogue.records == SMALL.records
    assert artifact.catalogue.modifiers == SMALL.modifiers
    assert len(artifact.texts) == artifact.manifest.counts["texts"] == 8
    assert artifact.rows.tolist() == [text.row for text in artifact.texts]
    assert artifact.manifest == verify(folder)


def test_search_agrees_with_exact_multiplication(folder: Path) -> None:
    """The index returns the rows and cosines of an exact product, except for int8 rounding."""
    artifact = Artifact.load(folder)
    encoder = LetterEncoder()
    texts = encoder.encode([normalise(text.text) for text in artifact.texts])
    vectors = means(texts, artifact.texts, len(artifact.catalogue))
    queries = encoder.encode(["kennel for a dog", "spring crutch", "bandage"])

    cosines, rows = artifact.vectors.search(queries, k=3)

    exact = queries @ vectors.T
    np.testing.assert_allclose(cosines, -np.sort(-exact, axis=1)[:, :3], atol=0.02)
    np.testing.assert_allclose(np.take_along_axis(exact, rows, axis=1), cosines, atol=0.02)


def test_the_vector_of_text_i_is_row_i(folder: Path) -> None:
    """But for rounding."""
    artifact = Artifact.load(folder)
    vectors = LetterEncoder().encode([normalise(text.text) for text in artifact.texts])

    held = (artifact.text_vectors.codes.astype(np.float32) - 128) / artifact.manifest.scale
    np.testing.assert_allclose(held, vectors, atol=0.51 / artifact.manifest.scale)


def test_words_and_profiles_come_back_as_they_were(folder: Path) -> None:
    """Ranking reads the values that the build computed."""
    built, loaded = assemble(Sources(SMALL), LetterEncoder()), Artifact.load(folder)

    assert loaded.table.vocabulary == built.table.vocabulary
    np.testing.assert_array_equal(loaded.table.tokens, built.table.tokens)
    for name, array in built.profiles._asdict().items():
        np.testing.assert_array_equal(getattr(loaded.profiles, name), array)
    np.testing.assert_array_equal(loaded.lexical.scores("crutch"), built.lexical.scores("crutch"))


def _flip(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(bytes(data))


def every_file() -> list[str]:
    """Names of the files of an index folder, for tests that damage each one."""
    return [
        "lexical.safetensors",
        "lexicon.jsonl",
        "modifiers.jsonl",
        "names.jsonl",
        "profiles.safetensors",
        "records.jsonl",
        "texts.jsonl",
        TEXT_VECTORS,
        VECTORS,
        "vocabulary.txt",
        "words.safetensors",
        "words.txt",
    ]


def test_every_file_is_known_to_these_tests(folder: Path) -> None:
    """So that a file added to the layout is damaged in the tests below as well."""
    assert set(read_manifest(folder).files) == set(every_file())


@pytest.mark.parametrize("name", every_file())
def test_a_missing_file_is_named(folder: Path, name: str) -> None:
    """Nothing is loaded from an incomplete folder."""
    (folder / name).unlink()

    with pytest.raises(ArtifactError, match=f"{name} is missing; build the index again"):
        Artifact.load(folder)


@pytest.mark.parametrize(
    "name", [name for name in every_file() if name not in ("lexicon.jsonl", "names.jsonl")]
)
def test_a_changed_byte_is_named(folder: Path, name: str) -> None:
    """A change of one bit is enough."""
    _flip(folder / name)

    with pytest.raises(ArtifactError, match=f"{name} is damaged: its checksum differs"):
        Artifact.load(folder)


def test_a_file_that_grew_is_named(folder: Path) -> None:
    """Empty files have no byte to flip."""
    (folder / "names.jsonl").write_bytes(b"\n")

    with pytest.raises(ArtifactError, match=r"names\.jsonl is damaged"):
        Artifact.load(folder)


def test_a_file_that_the_manifest_does_not_know_is_named(folder: Path) -> None:
    """A folder with other files is not the folder that was built."""
    (folder / "notes.txt").write_text("mine")

    with pytest.raises(ArtifactError, match=r"notes\.txt is not in the manifest"):
        Artifact.load(folder)


def _no_manifest(folder: Path) -> None:
    (folder / MANIFEST).unlink()


def _half_manifest(folder: Path) -> None:
    path = folder / MANIFEST
    path.write_bytes(path.read_bytes()[:100])


def _unknown_field(folder: Path) -> None:
    path = folder / MANIFEST
    path.write_bytes(path.read_bytes().replace(b'"format"', b'"former"', 1))


def _older_format(folder: Path) -> None:
    """Another version with other fields is reported as such and not as damage."""
    (folder / MANIFEST).write_bytes(b'{"format": 1, "release": "2026-01", "words": 5}')


@pytest.mark.parametrize(
    ("damage", "message"),
    [
        (_no_manifest, "is not an index folder: it holds no manifest.json"),
        (_half_manifest, "manifest.json is damaged: its content differs from the checksum at its end; build"),
        (_unknown_field, "manifest.json is damaged: its content differs from the checksum at its end; build"),
        (_older_format, f"has format 1, this version of hcpcs reads {FORMAT}; build the index again"),
        (
            lambda folder: reseal(folder, format=FORMAT + 1),
            f"has format {FORMAT + 1}, this version of hcpcs reads {FORMAT}; build the index again",
        ),
        (
            lambda folder: reseal(folder, template="texts-0"),
            f"another template of texts: texts-0, this version of hcpcs needs {TEMPLATE}; build",
        ),
        (
            lambda folder: reseal(folder, normal_form=NORMAL_FORM + 1),
            f"another normal form of texts: {NORMAL_FORM + 1}, this version of hcpcs needs 1; build the",
        ),
    ],
)
def test_a_manifest_that_does_not_fit_is_refused(
    folder: Path, damage: Callable[[Path], None], message: str
) -> None:
    """Missing, cut, of another program or of another version."""
    damage(folder)

    with pytest.raises(ArtifactError, match=message):
        Artifact.load(folder)


def test_a_folder_of_the_last_format_says_what_to_do(folder: Path) -> None:
    """The manifest of format 7 did not hold its own digest."""
    manifest = msgspec.to_builtins(read_manifest(folder))
    del manifest["sha256"]
    manifest["format"] = 7
    (folder / MANIFEST).write_bytes(msgspec.json.encode(manifest))

    with pytest.raises(ArtifactError, match="has format 7, this version .* reads 8; build the index again"):
        Artifact.load(folder)


def test_changed_sources_do_not_make_a_folder_stale(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Format, normal form and names decide; a digest of source is for caches, not for users' folders."""
    for module in ("index.digest", "index.build", "index.store.profiles"):
        monkeypatch.setattr(f"{module}.source_digest", lambda *names: pytest.fail("a source was compared"))

    assert Artifact.load(folder).manifest == read_manifest(folder)


def _other_profiles(folder: Path, metadata: dict[str, str] | None = None, **changes: np.ndarray) -> None:
    """Write other profiles, and a manifest that agrees with them."""
    held = Profiles.load(contents_of(folder))._asdict()
    names = {"names": msgspec.json.encode({"attributes": VALUES, "dimensions": DIMENSIONS}).decode()}
    save_file({**held, **changes}, folder / PROFILES, names if metadata is None else metadata)
    reseal(folder, files=digests(folder))


def test_attributes_of_other_names_are_refused(folder: Path) -> None:
    """A bit with an earlier meaning must not be read with its new meaning."""
    others = (*VALUES[:5], "invented: yes", *VALUES[5:])
    names = msgspec.json.encode({"attributes": others, "dimensions": DIMENSIONS}).decode()
    _other_profiles(folder, {"names": names})

    with pytest.raises(
        ArtifactError,
        match=r"profiles\.safetensors was made with other attributes: number 5 is 'invented: yes' there and "
        rf"'{VALUES[5]}' in this version of hcpcs; build the index again",
    ):
        Artifact.load(folder)


def test_dimensions_of_other_names_are_refused(folder: Path) -> None:
    """One that the folder lacks is a difference too."""
    names = msgspec.json.encode({"attributes": VALUES, "dimensions": DIMENSIONS[:-1]}).decode()
    _other_profiles(folder, {"names": names})

    last = len(DIMENSIONS) - 1
    expected = f"other dimensions: number {last} is 'nothing' there and '{DIMENSIONS[last]}' in this"
    with pytest.raises(ArtifactError, match=expected):
        Artifact.load(folder)


def test_profiles_without_names_are_refused(folder: Path) -> None:
    """The meaning of their bits is unknown."""
    _other_profiles(folder, {})

    with pytest.raises(ArtifactError, match=r"made with other attributes: number 0 is 'nothing' there"):
        Artifact.load(folder)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        (
            {"amounts": np.zeros((4, 3), np.float32)},
            r"amounts: expected float32 \(4, 4\), found float32 \(4, 3\)",
        ),
        (
            {"amounts": np.zeros((4, 4), np.float64)},
            r"amounts: expected float32 \(4, 4\), found float64 \(4, 4\)",
        ),
        ({"maker": np.zeros(5, bool)}, r"maker: expected bool \(4,\), found bool \(5,\)"),
        (
            {"attributes": np.zeros((4, 1), np.uint64)},
            rf"attributes: expected uint8 \(4, {len(GROUPS)}\), found uint64 \(4, 1\)",
        ),
        ({"fees": np.zeros(4, np.float32)}, r"fees: expected no such array, found float32 \(4,\)"),
    ],
)
def test_profiles_of_another_form_are_refused(
    folder: Path, changes: dict[str, np.ndarray], message: str
) -> None:
    """Shape, dtype and the set of arrays; the sentence names the first that differs."""
    _other_profiles(folder, **changes)

    with pytest.raises(
        ArtifactError, match=rf"profiles\.safetensors, array {message}; build the index again"
    ):
        Artifact.load(folder)


def test_profiles_of_other_codes_are_refused(folder: Path) -> None:
    """As many rows as there are codes."""
    _other_profiles(
        folder, **{name: array[:3] for name, array in Profiles.load(contents_of(folder))._asdict().items()}
    )

    with pytest.raises(
        ArtifactError,
        match=r"numbers of codes \(records of 4, .* profiles of 3\); build the",
    ):
        Artifact.load(folder)


def test_profiles_that_are_no_such_file_are_refused(folder: Path) -> None:
    """Neither a traceback nor a default value."""
    (folder / PROFILES).write_bytes(b"nonsense")
    reseal(folder, files=digests(folder))

    with pytest.raises(ArtifactError, match=r"profiles\.safetensors cannot be read .*build the index again"):
        Artifact.load(folder)


def test_a_folder_that_is_not_there_is_refused(tmp_path: Path) -> None:
    """The message names the folder."""
    with pytest.raises(ArtifactError, match=r"nowhere is not an index folder"):
        Artifact.load(tmp_path / "nowhere")


def test_nothing_in_the_folder_is_a_pickle(folder: Path) -> None:
    """Arrays are read by numpy with pickle switched off."""
    names = read_manifest(folder).files

    assert not [name for name in names if name.endswith((".pkl", ".pickle", ".joblib"))]
    for name in names:
        if name.endswith(".npy"):
            np.load(folder / name, allow_pickle=False)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (b'"scale": ', b'"scale": 4'),
        (b'"scale": ', b'"scale": -'),
        (b'"release": "2026-01"', b'"release": "2026-04"'),
        (b'"notice": ""', b'"notice": "x"'),
        (b'"format": 8', b'"format": 7'),
        (b"{", b" {"),
        (b'"small.csv"', b'"small\xff.csv"'),
    ],
)
def test_no_word_of_the_manifest_can_be_changed(folder: Path, before: bytes, after: bytes) -> None:
    """It holds its own digest: a scale, a release or a notice of somebody else's is refused."""
    path = folder / MANIFEST
    changed = path.read_bytes().replace(before, after, 1)
    assert changed != path.read_bytes()
    path.write_bytes(changed)

    with pytest.raises(ArtifactError, match=r"manifest\.json is damaged: its content differs from the chec"):
        Artifact.load(folder)


def test_every_bit_of_the_manifest_counts(folder: Path) -> None:
    """Whatever it makes of the file: other values, other spaces, bytes that are no UTF-8."""
    path = folder / MANIFEST
    whole = path.read_bytes()
    for at in range(len(whole)):
        path.write_bytes(whole[:at] + bytes([whole[at] ^ 1 << at % 8]) + whole[at + 1 :])
        with pytest.raises(ArtifactError, match=r"manifest\.json is damaged"):
            read_manifest(folder)
