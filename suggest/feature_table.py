"""The specification of the ranker's input: every number that it and the confidence models read.

`FEATURES` has one row a column of `suggest.features.NAMES`, in order. `SCORE_FEATURES` has the columns that
the confidence models read beside those marked `confidence`. `docs/ranker.md` is made from both
(`python -m suggest.feature_table`), and the tests hold the compiled code against both.
"""

from __future__ import annotations

import sys
from math import inf, log1p

import msgspec

from index.text.attribute_phrases import THEMES
from index.text.attributes import GROUPS as OPPOSITIONS
from index.text.attributes import THEME_OF

MAX_CANDIDATES = 620
"""Candidates of one text: at most 100 by meaning, 8 by words, and 8 for each of at most 64 known terms."""

MAX_COSINE = 1.07
"""A cosine of unit vectors, with what rounding to int8 may add: half a step of 1/127 in 256 components."""

MAX_GAP = 2 * MAX_COSINE

GROUP_MEANINGS = {
    "vectors": "How close the text is to the texts of the code, by their vectors.",
    "words": (
        "Which words of the text the code's texts hold, and the other way round. A typed word matches a "
        "stem with a weight from 0 to 1: 1 for its own stem, less for a stem that it begins or whose "
        "consonants it is. A stem weighs its inverse document frequency (idf). A typed word weighs the "
        "largest product of its match and the stem's idf; 4 when it matches no stem of the index."
    ),
    "terms": "Known terms in the text (lexicon entries, downloaded names) that point to codes.",
    "quantities": "Amounts in the text against amounts and ranges in the code's descriptors.",
    "attributes": (
        "Attributes that the text states (adult, oral, with contrast ...) against those of the code. "
        "Attributes that exclude each other form one opposition; each opposition counts in at most one of "
        "the first four. The evidence of a theme is the sum over its oppositions: 1 for each that agrees, -1 "
        "for each that clashes, -1/4 for each that only the text states, -1/8 for each that only the code "
        "states."
    ),
    "code": "The code by itself.",
    "query": "The text by itself: the same number for all its candidates.",
    "confidence": "The ranker's scores, as the confidence models read them beside columns of the ranker.",
}
"""Each group of numbers, in the order of the page, and what its numbers have in common."""


class Feature(msgspec.Struct, frozen=True):
    """One number that a model reads.

    Attributes:
        name: Name of the column.
        group: A key of `GROUP_MEANINGS`.
        meaning: One sentence.
        low: Least value; may be minus infinity.
        high: Largest value; may be infinity. Both hold up to the rounding of float32.
        source: Fields of the candidates, the query and the index that it is worked out from.
        confidence: Whether the confidence models read it too.
    """

    name: str
    group: str
    meaning: str
    low: float
    high: float
    source: str
    confidence: bool = False


_COSINES = "Candidates.cosines"
_FAMILY = "Candidates.cosines, CodeColumns.family"
_TYPED = "Query.words, TermIndex.matches, idf, indptr, tokens"
_MEANT = "Query.words, Query.hits, TermIndex.matches, meant, idf, indptr, tokens"
_OPPOSITIONS_OF = {theme: THEME_OF.count(i) for i, theme in enumerate(THEMES)}
_HELD = "Query.words, Query.hits, TermIndex.matches, meant, idf, indptr, tokens, fields"
_ROLES = f"{_HELD}, roles"
_HITS = "Query.hits (Meaning.rows)"
_AMOUNTS = "Query.quantities, Profiles.dimensions, amounts"
_RANGES = "Query.quantities, Profiles.dimensions, amounts, range_dimensions, range_low, range_high"
_ATTRIBUTES = "Query.attributes, Profiles.attributes, index.text.attributes"
_SECTIONS = "CodeColumns.sections"

# fmt: off
FEATURES = (
    # vectors
    Feature("cosine", "vectors",
            "Largest of `cosine_long`, `cosine_short` and `cosine_other`.",
            -MAX_COSINE, MAX_COSINE, _COSINES, confidence=True),
    Feature("cosine_long", "vectors",
            "Cosine of the text, with what its known terms stand for, and the code's long description; -1 if "
            "there is none.",
            -MAX_COSINE, MAX_COSINE, _COSINES),
    Feature("cosine_short", "vectors",
            "The same with the short description; `cosine_long` if there is none.",
            -MAX_COSINE, MAX_COSINE, _COSINES),
    Feature("cosine_other", "vectors",
            "The same with the closest other text of the code (starter wording, lexicon term); -1 if there "
            "is none.",
            -MAX_COSINE, MAX_COSINE, _COSINES),
    Feature("cosine_plain", "vectors",
            "Cosine of the text as typed, without what its terms stand for, and the closer of the long and "
            "the short description; -1 if there is none.",
            -MAX_COSINE, MAX_COSINE, _COSINES, confidence=True),
    Feature("cosine_gap", "vectors",
            "`cosine` minus the largest `cosine` of all candidates.",
            -MAX_GAP, 0, _COSINES, confidence=True),
    Feature("cosine_plain_gap", "vectors",
            "`cosine_plain` minus the largest `cosine_plain` of all candidates.",
            -MAX_GAP, 0, _COSINES),
    Feature("cosine_rank", "vectors",
            "ln(1 + candidates with a larger `cosine`); of equal ones the earlier row comes first.",
            0, log1p(MAX_CANDIDATES - 1), _COSINES),
    Feature("sibling_gap", "vectors",
            "`cosine` minus the largest `cosine` of the other candidates of the same family (first four "
            "characters of the code); 1 if there is none above -1.",
            -MAX_GAP, MAX_GAP, _FAMILY, confidence=True),
    # words
    Feature("bm25", "words",
            "BM25 score of the code's stems for the text with what its known terms stand for.",
            0, inf, "Candidates.bm25"),
    Feature("bm25_gap", "words",
            "`bm25` divided by the largest `bm25` of all candidates; 0 if no candidate has any.",
            0, 1, "Candidates.bm25", confidence=True),
    Feature("query_share", "words",
            "Share of the typed words, by weight, that the code holds; a word of a known term counts at "
            "least as much as the mean match of the words that the term stands for.",
            0, 1, _MEANT, confidence=True),
    Feature("query_share_plain", "words",
            "Share of the typed words, by weight, that the code holds as typed.",
            0, 1, _TYPED, confidence=True),
    Feature("query_share_gap", "words",
            "`query_share` minus the largest `query_share` of all candidates.",
            -1, 0, _MEANT, confidence=True),
    Feature("rarest_missing", "words",
            "Weight of the heaviest typed word whose match, counted as in `query_share`, is below 0.5; 0 if "
            "there is none.",
            0, inf, _MEANT, confidence=True),
    Feature("short_share", "words",
            "Share of the stems of the short description, by idf, that typed words or meanings of known "
            "terms match.",
            0, 1, _HELD, confidence=True),
    Feature("long_share", "words",
            "The same for the stems of the long description.",
            0, 1, _HELD, confidence=True),
    Feature("any_share", "words",
            "The same for the stems of all texts of the code.",
            0, 1, _HELD),
    Feature("first_word", "words",
            "How well the code holds the first typed word, counted as in `query_share`.",
            0, 1, _MEANT),
    Feature("numbers", "words",
            "Sum of how well the code holds each typed word that begins with a digit, as typed.",
            0, 64, _TYPED),
    Feature("name_missing", "words",
            "`rarest_missing` without numbers and words of a route, a form or a unit.",
            0, inf, _HELD),
    Feature("denied_by_code", "words",
            "Largest product of match and idf over stems that the code denies (\"without X\", \"non-X\", "
            "\"substitute for X\") and the text states; 0 if there are none.",
            0, inf, _ROLES, confidence=True),
    Feature("denied_by_text", "words",
            "The same over stems that the text denies and the code states.",
            0, inf, _ROLES, confidence=True),
    Feature("denied_by_both", "words",
            "The same over stems that both deny.",
            0, inf, _ROLES),
    Feature("denial_gap", "words",
            "`denied_by_both` minus `denied_by_code` minus `denied_by_text`, minus the largest such sum of "
            "all candidates.",
            -inf, 0, _ROLES),
    Feature("head_share", "words",
            "Share of the stems of the code's heads, by idf, that typed words or meanings match. The head of "
            "a description is what stands before \"for\", \"with\", \"each\" or the like: what the thing is.",
            0, 1, _ROLES),
    Feature("head_in_head", "words",
            "Share of the words of the text's head, by weight, that the code's heads hold.",
            0, 1, _ROLES),
    Feature("tail_in_head", "words",
            "Share of the words behind the text's head, by weight, that the code's heads hold: the text says "
            "\"battery for X\", the code is X.",
            0, 1, _ROLES),
    Feature("only_in_tail", "words",
            "Share of the typed words, by weight, that the code holds and its heads do not: the text says X, "
            "the code is \"battery for X\".",
            0, 1, _ROLES),
    # terms
    Feature("term_place", "terms",
            "1 divided by the best place of the code among the codes of one of the terms, counted from 1; 0 "
            "if no term points to it.",
            0, 1, _HITS, confidence=True),
    Feature("term_words", "terms",
            "Words of the longest term that points to the code.",
            0, 8, "Query.hits"),
    Feature("term_alone", "terms",
            "1 divided by the fewest codes that a term which points to this code points to; 0 if no term "
            "does.",
            0, 1, _HITS, confidence=True),
    Feature("term_count", "terms",
            "How many terms in the text point to the code.",
            0, 64, _HITS),
    Feature("name_place", "terms",
            "`term_alone` over the terms that a downloaded list of names holds.",
            0, 1, "Query.hits (Meaning.rows, listed)", confidence=True),
    Feature("term_whole", "terms",
            "Largest share of the typed words that one term which points to the code consists of.",
            0, 1, "Query.hits, Query.words", confidence=True),
    Feature("term_elsewhere", "terms",
            "1 if a term points to another candidate and none to this one, else 0.",
            0, 1, _HITS, confidence=True),
    # quantities
    Feature("quantity_known", "quantities",
            "1 if the code has an amount, plus 2 if the text has one.",
            0, 3, _AMOUNTS),
    Feature("quantity_same_kind", "quantities",
            "1 if an amount of the text and one of the code have the same dimension (mass, volume ...), else "
            "0.",
            0, 1, _AMOUNTS),
    Feature("quantity_equal", "quantities",
            "How many amounts of the text differ by less than 0.1 % from an amount of the code.",
            0, inf, _AMOUNTS, confidence=True),
    Feature("quantity_multiple", "quantities",
            "1 if an amount of the text is a whole multiple (1, 2, 3 ...; within 0.001) of one of the code, "
            "else 0.",
            0, 1, _AMOUNTS),
    Feature("quantity_ratio", "quantities",
            "Least |ln(amount of the text / amount of the code)| over amounts of the same dimension; 9 if "
            "there are none, and never more.",
            0, 9, _AMOUNTS),
    Feature("quantity_times", "quantities",
            "ln of the smallest whole multiple that an amount of the text is of one of the code (0 if they "
            "are equal); -1 if there is none.",
            -1, inf, _AMOUNTS),
    Feature("quantity_fit", "quantities",
            "Sum over the amounts of the text of whose dimension the code has an amount or a range: 1 if "
            "equal to one or inside the range, else 0.5 if a whole multiple and not outside, else -1.",
            -inf, inf, _RANGES, confidence=True),
    Feature("quantity_gap", "quantities",
            "`quantity_fit` minus the largest `quantity_fit` of the other candidates at most eight places "
            "away in the list of all codes whose long description begins with the same word, but for "
            "numbers, injection and infusion; 0 if there is none.",
            -inf, inf, _RANGES + ", kin"),
    Feature("range_inside", "quantities",
            "How many amounts of the text are inside the code's range of their dimension, an end included.",
            0, inf, _RANGES),
    Feature("range_outside", "quantities",
            "How many amounts of the text are outside the code's range of their dimension. The ranker takes "
            "`SIZE_PENALTY` from the score where `quantity_gap` is at most -2 too.",
            0, inf, _RANGES),
    Feature("range_distance", "quantities",
            "Largest |ln(amount / nearer end of the range)| of the amounts outside; 0 if there is none, and "
            "never more than 9.",
            0, 9, _RANGES),
    # attributes
    Feature("attributes_agree", "attributes",
            "Oppositions of which text and code state an attribute in common.",
            0, len(OPPOSITIONS), _ATTRIBUTES),
    Feature("attributes_clash", "attributes",
            "Oppositions of which text and code state attributes, but none in common.",
            0, len(OPPOSITIONS), _ATTRIBUTES, confidence=True),
    Feature("attributes_extra", "attributes",
            "Oppositions of which only the code states an attribute.",
            0, len(OPPOSITIONS), _ATTRIBUTES),
    Feature("attributes_missing", "attributes",
            "Oppositions of which only the text states an attribute.",
            0, len(OPPOSITIONS), _ATTRIBUTES),
    Feature("attributes_gap", "attributes",
            "`attributes_agree` minus `attributes_clash`, minus the largest such difference of all "
            "candidates.",
            -2 * len(OPPOSITIONS), 0, _ATTRIBUTES),
    Feature("attributes_sibling_gap", "attributes",
            "The same minus the largest of the other candidates of the same family; 0 if there are none.",
            -2 * len(OPPOSITIONS), 2 * len(OPPOSITIONS), f"{_ATTRIBUTES}, CodeColumns.family"),
    Feature("route_agree", "attributes",
            "1 if text and code state a route (injected, oral ...) in common and `route_clash` is 0, else 0.",
            0, 1, _ATTRIBUTES),
    Feature("route_clash", "attributes",
            "1 if text and code state routes or ways of injection (IV, IM ...), but none in common, else 0.",
            0, 1, _ATTRIBUTES, confidence=True),
    Feature("beaten", "attributes",
            "1 if the routes clash and another candidate whose route agrees has a `name_missing` no larger "
            "or is a catch-all; or if a descriptor states the word that the text denies first, and another "
            "candidate whose descriptor begins with the same word denies less of the text and holds words, "
            "attributes and sizes of it no worse; else 0. The ranker takes `BEATEN_PENALTY` from the score.",
            0, 1, f"{_ATTRIBUTES}, name_missing, denied_by_text, Profiles.generic, Profiles.kin"),
    Feature("route_theme", "attributes",
            "Evidence of the theme route: way of injection, dose form, depot.",
            -_OPPOSITIONS_OF["route"], _OPPOSITIONS_OF["route"], _ATTRIBUTES),
    Feature("fit_theme", "attributes",
            "Evidence of the theme fit: fit, stiffness, mounting.",
            -_OPPOSITIONS_OF["fit"], _OPPOSITIONS_OF["fit"], _ATTRIBUTES),
    Feature("part_theme", "attributes",
            "Evidence of the theme part: part or whole.",
            -_OPPOSITIONS_OF["part"], _OPPOSITIONS_OF["part"], _ATTRIBUTES),
    Feature("count_theme", "attributes",
            "Evidence of the theme count: chambers, pieces, layers, sides.",
            -_OPPOSITIONS_OF["count"], _OPPOSITIONS_OF["count"], _ATTRIBUTES),
    Feature("level_theme", "attributes",
            "Evidence of the theme level: joint level, level, ambulance, urgency, duty, power.",
            -_OPPOSITIONS_OF["level"], _OPPOSITIONS_OF["level"], _ATTRIBUTES),
    Feature("site_theme", "attributes",
            "Evidence of the theme site: arm, leg, trunk, left or right.",
            -_OPPOSITIONS_OF["site"], _OPPOSITIONS_OF["site"], _ATTRIBUTES),
    Feature("purpose_theme", "attributes",
            "Evidence of the theme purpose: purpose, order, people, time, worker, place.",
            -_OPPOSITIONS_OF["purpose"], _OPPOSITIONS_OF["purpose"], _ATTRIBUTES),
    # code
    Feature("generic", "code",
            "1 if the code is for what is not otherwise classified, else 0.",
            0, 1, "Profiles.generic", confidence=True),
    Feature("maker", "code",
            '1 if the code is for the product of one manufacturer ("not therapeutically equivalent"), '
            'else 0.',
            0, 1, "Profiles.maker"),
    Feature("code_popularity", "code",
            "ln(1 + training price lists that hold the code).",
            0, inf, "CodeColumns.code_popularity", confidence=True),
    Feature("starter", "code",
            "1 if the starter catalogue holds the code, else 0.",
            0, 1, "CodeColumns.starter", confidence=True),
    Feature("length", "code",
            "ln(1 + different stems in the code's texts).",
            0, inf, "CodeColumns.length"),
    Feature("section_drug", "code",
            "1 if the code begins with J, Q2, Q5, Q9, S0, A9 or C9 (mostly drugs), else 0.",
            0, 1, _SECTIONS),
    Feature("section_device", "code",
            "1 if the code begins with C (outpatient devices and drugs), else 0.",
            0, 1, _SECTIONS),
    Feature("section_brace", "code",
            "1 if the code begins with L (orthotics, prosthetics), else 0.",
            0, 1, _SECTIONS),
    Feature("section_service", "code",
            "1 if the code begins with G, H, S or T (mostly services), else 0.",
            0, 1, _SECTIONS),
    Feature("neighbours_near", "code",
            "Other candidates of the same family (first four characters of the code).",
            0, MAX_CANDIDATES - 1, "Candidates.rows, CodeColumns.family"),
    # query
    Feature("query_words", "query",
            "Typed words, the first 64 of them.",
            0, 64, "Query.words", confidence=True),
    Feature("query_known", "query",
            "Share of the typed words that match a stem of the index.",
            0, 1, "Query.words, TermIndex.matches", confidence=True),
    Feature("query_digits", "query",
            "Typed words that begin with a digit.",
            0, 64, "Query.words", confidence=True),
    Feature("query_best_cosine", "query",
            "Largest `cosine` of all candidates.",
            -MAX_COSINE, MAX_COSINE, _COSINES, confidence=True),
    Feature("query_best_share", "query",
            "Largest `query_share` of all candidates.",
            0, 1, _MEANT, confidence=True),
    Feature("mended", "query",
            "How much spelling corrections changed: share of the changed letters of each corrected word, "
            "twice that if it became a name, added up.",
            0, 128, "Query.mended", confidence=True),
)
"""What the ranker reads of one candidate, in the order of its columns."""

SCORE_FEATURES = (
    Feature("score", "confidence",
            "Score that the ranker gave the candidate.",
            -inf, inf, "Scored.scores", confidence=True),
    Feature("share", "confidence",
            "Softmax of the score over all candidates of the text.",
            0, 1, "Scored.scores, indptr", confidence=True),
    Feature("lead", "confidence",
            "Score minus the best score of the other candidates: at least 0 for the best candidate (9 if it "
            "is the only one), at most 0 for all others.",
            -inf, inf, "Scored.scores, indptr, order, firsts", confidence=True),
    Feature("place", "confidence",
            "Place of the candidate by score, the best at 0.",
            0, MAX_CANDIDATES - 1, "Scored.order, firsts", confidence=True),
    Feature("spread", "confidence",
            "Entropy of `share` over all candidates of the text, in nats.",
            0, log1p(MAX_CANDIDATES - 1), "Scored.scores, indptr", confidence=True),
    Feature("codable", "confidence",
            "Log odds that the text belongs to HCPCS Level II and to no other code system, by its words "
            "alone (`suggest.systems`); at most 13.82 either way.",
            -13.82, 13.82, "Scored.codable", confidence=True),
)
"""What the confidence models read of the scores, in the order of their first columns."""
# fmt: on


def markdown() -> str:
    """The page `docs/ranker.md`."""
    shared = sum(feature.confidence for feature in FEATURES)
    lines = [
        "# What the ranker reads",
        "",
        "Every number that the ranker (`suggest/weights/ranker.txt`) and the two confidence models",
        "(`confidence.txt`, `answerable.txt`) read. This page is made from the table in",
        "`suggest/feature_table.py`: `python -m suggest.feature_table > docs/ranker.md`. Ranges are",
        "inclusive; they hold up to the rounding of float32.",
        "",
        f"The ranker reads {len(FEATURES)} numbers of each candidate code. The confidence models read the",
        f"{len(SCORE_FEATURES)} of the last group and {shared} of the ranker's, which are marked with *.",
    ]
    every = (*FEATURES, *SCORE_FEATURES)
    for group, meaning in GROUP_MEANINGS.items():
        rows = [_row(feature) for feature in every if feature.group == group]
        head = ["| name | meaning | range | worked out from |", "| --- | --- | --- | --- |"]
        lines += ["", f"## {group.capitalize()}", "", meaning, "", *head, *rows]
    return "\n".join(lines) + "\n"


def _row(feature: Feature) -> str:
    mark = "*" if feature.confidence and feature.group != "confidence" else ""
    cells = (
        f"`{feature.name}`{mark}",
        feature.meaning,
        f"{_number(feature.low)} to {_number(feature.high)}",
        feature.source,
    )
    return " | ".join(["", *(cell.replace("|", r"\|") for cell in cells), ""]).strip()


def _number(value: float) -> str:
    if value in (-inf, inf):
        return "infinity" if value > 0 else "-infinity"
    return f"{value:.2f}".rstrip("0").rstrip(".")


if __name__ == "__main__":
    sys.stdout.write(markdown())
