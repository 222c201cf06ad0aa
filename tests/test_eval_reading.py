"""Measures of reading: changed texts, routes, refusals, calibration against a perfect model, two runs."""

from __future__ import annotations

import json
from pathlib import Path
from random import Random
from types import SimpleNamespace

import numpy as np
import pytest

from eval.errors import CaseFileError, RunFolderError
from eval.measures.shares import share
from eval.reading import __main__ as command
from eval.reading import (
    before_after,
    calibration,
    changes,
    coverage,
    enumerations,
    refusals,
    robustness,
    route,
)
from eval.reading.replies import field_by_text, read_all
from eval.run import new_manifest, write_json
from tests.eval_fakes import BOOK, DAY, FixedSystem, case, result


class Wordwise:
    """Answers by the first word that it knows, as typed; anything else is refused."""

    def __init__(self, codes, looks_like=None):
        self.codes, self.looks_like = codes, looks_like

    def suggest(self, texts, k, date_of_service):
        """One answer a text."""
        return [self._answer(text) for text in texts]

    def _answer(self, text):
        code = next((self.codes[word] for word in text.split() if word in self.codes), None)
        found = () if code is None else (SimpleNamespace(code=code, confidence=0.8),)
        return SimpleNamespace(suggestions=found, no_good_match=code is None, looks_like=self.looks_like)


def test_a_share_has_the_wilson_interval():
    """The worked values of Newcombe 1998, table I, method 3."""
    assert (round(share(81, 263).low, 4), round(share(81, 263).high, 4)) == (0.2553, 0.3662)
    assert (round(share(0, 20).low, 4), round(share(0, 20).high, 4)) == (0.0, 0.1611)
    assert str(share(1, 4)) == "25.0% [4.6%, 69.9%]" and str(share(0, 0)) == "-"


@pytest.mark.parametrize(
    ("text", "changed"),
    [
        ("folding walker, wheels", "wheels, folding walker"),
        ("insulin pump", "pump insulin"),
        ("ondansetron inj 4 mg", "4 mg ondansetron inj"),
        ("walker", "walker"),
    ],
)
def test_the_order_changes_and_a_unit_stays_with_its_number(text, changed):
    """Halves at a comma are swapped, else the last word comes first."""
    assert changes.order(text, Random(0)) == changed


@pytest.mark.parametrize(
    ("text", "changed"),
    [
        ("cane", "canes"),
        ("CRUTCHES", "CRUTCH"),
        ("battery", "batteries"),
        ("BATTERIES", "BATTERY"),
        ("walkers", "walker"),
        ("box", "box"),
        ("with oral cushion", "with oral cushions"),
        ("Abcdefgy", "Abcdefgy"),
    ],
)
def test_one_word_changes_its_number(text, changed):
    """Only words that can be nouns; a name in -y stays."""
    assert changes.plural(text, Random(0)) == changed


def test_a_typo_is_one_letter_of_a_long_word_and_never_the_first():
    """Of 400 misspelt words each differs by one edit after the first letter."""
    misspelt = {changes.typo("Left wheelchair", Random(seed)) for seed in range(400)}

    assert all(text.startswith("Left w") and text != "Left wheelchair" for text in misspelt)
    assert {len(text) for text in misspelt} == {14, 15, 16}
    assert {"Left wheelcahir", "Left wheelchai", "Left wheelchhair", "Left wheelchait"} <= misspelt
    assert changes.typo("cane 4pt 12345 a-wheel", Random(0)) == "cane 4pt 12345 a-wheel"


def test_filler_words_leave_the_text_whole():
    """The words stand before or behind it."""
    texts = {changes.filler("cane", Random(seed)) for seed in range(100)}
    assert {"please cane", "cane please", "pt needs cane", "cane x1"} <= texts
    assert all("cane" in text.split() for text in texts)


def test_texts_are_drawn_evenly_over_the_sets():
    """Small sets give all they have, and the same seed gives the same texts."""
    pairs = [(case(f"a{i}", ["E0100"], set="large"), None) for i in range(20)]
    pairs += [(case(f"b{i}", ["E0100"], set="small"), None) for i in range(2)]

    drawn = robustness.draw_evenly(pairs, 8, seed=1)

    assert sorted(pair[0].set for pair in drawn) == ["large"] * 6 + ["small"] * 2
    assert drawn == robustness.draw_evenly(pairs, 8, seed=1) != robustness.draw_evenly(pairs, 8, seed=2)


def test_a_change_that_costs_the_answer_is_counted():
    """A system that knows one word only as typed: upper case costs the answer, filler words do not."""
    cases = [case("1", ["E0100"], "canes"), case("2", ["E0130"], "canes"), case("3", [], "canes")]

    rows = robustness.measure_robustness(Wordwise({"canes": "E0100", "cane": "E0130"}), cases, DAY)
    by_kind = {row.kind: row for row in rows}

    assert by_kind["upper case"].refused.value == by_kind["upper case"].changed.value == 1
    assert by_kind["upper case"].examples[0].changed == "CANES"
    assert by_kind["plural or singular"].wrong == share(1, 1)
    assert by_kind["plural or singular"].refused == by_kind["filler words"].changed == share(0, 1)
    assert by_kind["lower case"].changed.n == by_kind["order of words"].changed.n == 0
    assert robustness.robustness_rows(rows)[1][:3] == ["upper case", "1", "100.0% [20.7%, 100.0%]"]


def test_the_route_of_a_descriptor():
    """What it says comes before what its code suggests."""
    drug = BOOK.get("J0100")
    told = lambda code, text: route.route_of(type(drug)(code, text, text))  # noqa: E731
    assert route.route_of(drug) == "injectable" and told("J9000", "Examplamycin, 1 mg") == "injectable"
    assert told("J8499", "Examplamycin, oral, 1 mg") == told("Q0160", "A substitute for an IV drug") == "oral"
    assert told("J2000", "Examplamycin, for topical use") == told("E0100", "Cane") == ""


def test_the_commonest_injectables_are_counted_in_line_files_and_crosswalks(tmp_path):
    """One code a drug name; codes of no drug and of another section do not count."""
    (tmp_path / "lines.jsonl").write_text(
        "".join(
            json.dumps({"query": "x", "codes": [code]}) + "\n"
            for code in ["J0101", "J0101", "J0100", "J9999", "E0100"]
        )
    )
    (tmp_path / "walk.csv").write_text(
        'title\nCODE,Short,Labeler,NDC2,Drug Name\nJ0500,"a, b",c,1,Oth\nJ0500,a,c,2,Oth\nJ0500,a,c,3,Zed\n'
    )
    files = [tmp_path / "lines.jsonl", tmp_path / "walk.csv"]

    counts = route.count_codes(files)

    assert counts == {"J0500": 3, "J0101": 2, "J0100": 1, "J9999": 1, "E0100": 1}
    assert route.common_injectables(counts, BOOK, DAY) == ["J0500", "J0101", "J0102"][:2]
    assert route.names_in(files) == {"J0500": "Oth"}
    assert route.with_names(["J0101", "J1111"], BOOK) == [("J0101", "examplamycin")]


def test_a_first_code_of_the_other_route_is_counted():
    """`IV` sends one of two drugs astray; a sibling of the same drug is right."""
    system = Wordwise({"otherol": "J0500", "examplamycin": "J0100"})
    names = [("J0500", "otherol"), ("J0101", "examplamycin")]

    (measured,) = route.measure_forms(system, BOOK, names, ["{} PO"], "injectable", DAY)
    (other,) = route.measure_forms(system, BOOK, names, ["{} IV"], "oral", DAY)

    assert (
        measured.wrong_route == share(2, 2)
        and other.wrong_route == share(0, 2)
        and other.right == share(2, 2)
    )
    assert measured.form == "... PO" and measured.wrong[0] == ("otherol PO", "J0500", 0.8)


def test_refusals_are_counted_by_label_and_small_sets_together():
    """Texts without a code by set and by what they look like."""
    system = Wordwise({"cane": "E0100"}, SimpleNamespace(system="cpt"))
    cases = [case("1", [], "cane"), case("2", [], "visit"), case("3", [], "filling"), case("6", [], "thing")]
    cases += [case("4", ["E0100"], "cane", set="one"), case("5", ["E0100"], "stick", set="two")]

    no_code, coded = refusals.measure_refusals(
        system, cases, {"visit": "cpt", "filling": "cdt", "thing": "vague"}, DAY
    )

    assert [row.group for row in no_code] == ["made", "made: cdt", "made: cpt", "made: vague"]
    assert (no_code[0].refused, no_code[0].above_50) == (share(3, 4), share(1, 4))
    assert (no_code[0].above_90, no_code[0].looks_like) == (share(0, 4), share(1, 3))
    assert [(row.group, row.refused, row.refused_right) for row in coded] == [
        (refusals.POOL, share(1, 2), share(0, 2))
    ]


def test_a_perfect_model_shows_what_its_size_lets_it_show():
    """One case of .5 is always half a case off; many are off by the mean deviation of a binomial."""
    assert calibration.perfect_ece(np.array([0.5])) == 0.5
    assert calibration.perfect_ece(np.full(400, 0.5)) == pytest.approx(
        0.5 * (2 / np.pi / 400) ** 0.5, rel=0.1
    )
    assert calibration.perfect_ece(np.array([0.0, 1.0])) == 0.0


def test_calibration_is_measured_for_large_sets():
    """A set that says .9 and is always right is .1 off."""
    results = [result(str(i), ["E0100"], ["E0100"], 0.9) for i in range(100)]
    results.append(result("z", ["E0100"], ["E0100"], 0.9, set="small"))

    rows = calibration.measure_calibration(results)

    assert [(row.group, row.n) for row in rows] == [
        ("all cases", 101),
        ("all with a code", 101),
        ("made", 100),
    ]
    assert rows[2].ece == pytest.approx(0.1) and rows[2].excess == pytest.approx(0.1 - rows[2].perfect)


def test_the_threshold_is_chosen_on_other_sources():
    """Source b, which is wrong above .5, cannot lower its own threshold; it raises that of a."""
    results = [result(f"a{i}", ["E0100"], ["E0100"], 0.5, source="a") for i in range(60)]
    results += [result(f"b{i}", ["E0100"], ["E0130"], 0.7, source="b") for i in range(40)]

    (by_set, by_kind) = calibration.measure_answered(results)

    assert (by_set.group, by_set.n, by_set.sources) == ("made", 100, 2) and by_kind.group == "kind "
    assert (by_set.answered, by_set.right) == (pytest.approx(0.4), 0.0)


def test_whole_sources_are_drawn():
    """Two sources, one right and one wrong: the interval is 0 to 1 whatever the number of cases."""
    values = np.repeat([[[1.0], [0.0]]], 50, axis=1).reshape(1, 100, 1)
    clusters = np.repeat([0, 1], 50)

    means = before_after.clustered_means(values, clusters, samples=200, seed=0)

    assert means.shape == (200, 1, 1) and set(means.ravel()) == {0.0, 0.5, 1.0}


def test_two_runs_are_compared_by_set():
    """One set of two sources, one of a single source, one without codes, and the mean of the named sets."""
    before = [result("1", ["E0100"], ["E0130", "E0100"], source="a"), result("2", ["E0100"], [], source="b")]
    before += [result("3", ["E0100"], [], set="one"), result("4", [], ["E0100"], set="none")]
    after = [result("1", ["E0100"], ["E0100"], source="a"), result("2", ["E0100"], [], source="b")]
    after += [result("3", ["E0100"], ["E0100"], set="one"), result("4", [], [], None, True, set="none")]

    rows = before_after.change_by_set(list(zip(before, after, strict=True)), mean_of=["made", "one"])

    assert [(row.set, row.clusters, row.by_source) for row in rows] == [
        ("made", 2, True), ("one", 1, False), ("none", 1, False), (before_after.MEAN, 2, True),
    ]  # fmt: skip
    assert rows[0].measures["top-1"].difference == (0.5, 0.0, 1.0)
    assert rows[0].measures["top-10"].before[0] == 0.5
    assert list(rows[2].measures) == ["refused"] and rows[2].measures["refused"].after[0] == 1.0
    assert rows[3].measures["top-1"].after[0] == 0.75
    assert before_after.before_after_rows(rows)[4][2:4] == ["1*", "top-1"]


def _write_run(folder, results):
    folder.mkdir()
    cases = [one.case for one in results]
    write_json(folder / "manifest.json", new_manifest(FixedSystem({}), cases, "2026-01", DAY, 10, 0, 10))
    (folder / "cases.jsonl").write_text("".join(json.dumps(_plain(one)) + "\n" for one in results))


def _plain(one):
    return {name: getattr(one, name) for name in one.__struct_fields__}


def test_runs_over_different_cases_are_refused(tmp_path, capsys):
    """The command says so and exits with 2; with the same cases it writes table and values."""
    _write_run(tmp_path / "a", [result("1", ["E0100"], ["E0100"])])
    _write_run(tmp_path / "b", [result("1", ["E0130"], ["E0100"])])
    with pytest.raises(RunFolderError, match="measured different cases"):
        before_after.read_pairs(tmp_path / "a", tmp_path / "b")
    out = ["--out", str(tmp_path / "out")]
    assert command.main(["before-after", str(tmp_path / "a"), str(tmp_path / "b"), *out]) == 2
    assert "different cases" in capsys.readouterr().err

    assert command.main(["before-after", str(tmp_path / "a"), str(tmp_path / "a"), *out]) == 0
    assert capsys.readouterr().out.startswith("before-after\n\ncase set")
    assert (tmp_path / "out" / "before-after.csv").read_text().startswith("case set,n,sources")
    assert json.loads((tmp_path / "out" / "before-after.json").read_text())[0]["set"] == "made"


def test_further_fields_of_a_case_are_read_by_text(tmp_path):
    """`wrong` and `looks_like` are no fields of a case; a set can be split by kind."""
    path = tmp_path / "some.jsonl"
    path.write_text('{"query": " a ", "codes": ["E0100"], "kind": "k", "wrong": ["E0130"]}\n')
    assert field_by_text([path], "wrong") == {"a": ["E0130"]}
    assert [case.set for case in read_all([path], ["some"])] == ["some: k"]


def test_items_are_compared_with_those_of_the_writer():
    """By writer: found at all, the same ones but for signs, things that are met, and texts that are cut."""
    listed = [
        enumerations.Listed("walker, commode.", ("walker", "commode."), "a"),
        enumerations.Listed("walker and seat", ("walker", "seat"), "a"),
        enumerations.Listed("walker, folding", (), "a"),
        enumerations.Listed("gloves, tape and gauze", ("gloves", "tape", "gauze"), "b"),
    ]
    items = {
        listed[0].text: ["Walker", "commode"],
        listed[2].text: ["walker", "folding"],
        listed[3].text: ["gloves, tape", "gauze"],
    }

    class Lister:
        def suggest(self, texts, date_of_service):
            found = [[SimpleNamespace(text=item) for item in items.get(text, ())] for text in texts]
            return [SimpleNamespace(items=own) for own in found]

    measured = enumerations.measure_enumerations(Lister(), listed, DAY)

    assert measured == [
        enumerations.Enumerations("a", share(1, 2), share(1, 2), share(2, 4), share(1, 1)),
        enumerations.Enumerations("b", share(1, 1), share(0, 1), share(3, 3), share(0, 0)),
    ]
    assert enumerations.enumeration_rows(measured)[1][:2] == ["a", "2"]


@pytest.mark.parametrize(
    "line",
    ['{"text": "walker", "items": ["walker"]}', '{"text": "a, b", "items": ["a", "c"]}', "[]", "{"],
)
def test_a_line_that_lists_nothing_is_refused_with_its_place(line, tmp_path):
    """One item, an item that is not in the text, and what is no such line."""
    path = tmp_path / "listed.jsonl"
    path.write_text('{"text": "a, b", "items": ["a", "b"]}\n' + line)
    with pytest.raises(CaseFileError, match=r"listed\.jsonl:2: "):
        enumerations.read_listed(path)


def test_the_shipped_enumerations_can_be_read():
    """Two writers, who wrote texts of several things and of one."""
    listed = enumerations.read_listed(
        Path(__file__).parents[1] / "eval" / "cases" / "written" / "enumerations.jsonl"
    )
    assert len(listed) == 650
    assert {(one.source, bool(one.items)) for one in listed} == {
        (writer, several) for writer in ("hand-m", "hand-n") for several in (True, False)
    }


def test_the_commands_answer_from_a_real_index(real_index, tmp_path, capsys):
    """Robustness, route and refusals on the shipped starter cases."""
    (tmp_path / "cases.jsonl").write_text(
        '{"query": "folding walker", "codes": ["E0143", "E0135"], "wrong": ["E0100"]}\n'
        '{"query": "good morning", "codes": [], "looks_like": "not-medical"}\n'
    )
    for name, first in (("robustness", "change "), ("route", "form "), ("refusals", "no code ")):
        arguments = [name, str(tmp_path / "cases.jsonl"), "--index", str(real_index.folder)]
        assert command.main([*arguments, "--on", "2026-01-15", "--out", str(tmp_path / "out")]) == 0
        assert f"\n{first}" in capsys.readouterr().out
    assert json.loads((tmp_path / "out" / "route.json").read_text())[0]["form"] == "cases"
    (tmp_path / "listed.jsonl").write_text('{"text": "walker, commode", "items": ["walker", "commode"]}\n')
    arguments = ["enumerations", str(tmp_path / "listed.jsonl"), "--index", str(real_index.folder)]
    assert command.main([*arguments, "--on", "2026-01-15", "--out", str(tmp_path / "out")]) == 0
    assert json.loads((tmp_path / "out" / "enumerations.json").read_text())[0]["exact"]["hits"] == 1


def test_intervals_over_sources_hold_where_those_over_lines_do_not():
    """120 simulated sets of 24 unequal sources: drawing lines holds the true share far too rarely."""
    held = {}
    for whole in (True, False):
        run = coverage.sources(coverage.SIZES, 0.85, whole)
        held[whole] = coverage._covered("share", "sources", run, 120, 0).held.value
    assert held[True] > 0.90 and held[False] < 0.86
