"""Opposites that tell sibling codes apart: age, route, contrast, border, fit and the like, as bits."""

from __future__ import annotations

from index.text.phrases import longest_phrases
from index.text.words import lengths_by_first, words

ATTRIBUTES: dict[str, dict[str, str]] = {
    "fit": {
        "custom": (
            "custom; custom fabricated; custom molded; cust; cust fab; molded to patient; cus fab; custm"
        ),
        "ready made": (
            "prefabricated; prefab; pre fab; prfab; ots; off the shelf; pre ots; non custom; pre cst; pre"
        ),
    },
    "age": {
        "adult": "adult; adlt; adu",
        "child": "pediatric; child; children; ped; peds; pedi; infant; neonatal; neonate; youth; newborn",
    },
    "contrast": {
        "without then with": (
            "without contrast followed by with contrast; without followed by with; w wo; w wo con;wo w;"
            " wo w cont; w o fol w con; w o w cont; w and wo; w or w o con; w or w o fol w con;"
            " w o followed by w;with without contrast; with and without contrast;"
            " w o contrast followed by with contrast; with and without;w w o; w o w; w con w o"
        ),
        "without": (
            "without contrast; w o contrast; wo contrast; w o cont; wo cont; w o con; wo con; wo; w o dye"
        ),
        "with": "with contrast; w contrast; w cont; w con; with dye",
    },
    "route": {
        "injected": (
            "injection; inj; injectable; infusion; iv; im; sc; subq; intravenous; intramuscular; vial; vl;"
            "subcutaneous; syringe; syr; syrg; solr; sosy; ij; ijsol; amp; injec; inject; injectio; soaj"
        ),
        "oral": (
            "oral; po; tab; tabs; tablet; tablets; cap; caps; capsule; capsules; elixir; chew; orally; tbdp"
        ),
        "inhaled": "inhalation; inh; neb; nebu; nebulizer; mdi; puff; inhaled; inhaler",
        "on skin or eye": "topical; cream; ointment; oint; ophthalmic; ophth; drops; transdermal; soct",
        "implanted": "implant; implantable; impl; implanted; pellet; insert; implt",
    },
    "power": {
        "powered": "electric; powered; power; motorized; elec",
        "by hand": "manual; hand operated",
    },
    "border": {
        "with": (
            "with any size adhesive border; with adhesive border; w b; w bdr; w border; with border;"
            " bordered;adhesive border; w brdr; w adhesive border"
        ),
        "without": (
            "without adhesive border; w o b; w o bdr; w o border; without border; no border; non bordered;"
            "w o brdr; non adhesive"
        ),
    },
    "sterile": {
        "no": "non sterile; nonsterile; unsterile; non ster",
        "yes": "sterile; ster",
    },
    "order": {
        "first": "initial; init; first; 1st; initl",
        "further": (
            "subsequent; subsq; each additional; addl; ea addl; add on; follow up; followup; each addtl;"
            " ea add"
        ),
    },
    "sex": {
        "male": "male; men; mens",
        "female": "female; women; womens; ladies; woman",
    },
    "sides": {
        "one": "unilateral; unilat; uni; monaural",
        "both": "bilateral; bilat; bil; binaural; pair; pr; binaur",
    },
    "use": {
        "once": "disposable; disp; single use",
        "again": "reusable; non disposable; nondisposable; washable; nondispos; reuse",
    },
    "material": {
        "latex": "latex",
        "silicone": "silicone; sil; all silicone",
    },
    "joint level": {
        "above knee": "above knee; ak; aka; transfemoral",
        "below knee": "below knee; bk; bka; transtibial",
        "above elbow": "above elbow; ae",
        "below elbow": "below elbow; be",
        "hip": "hip; hip disarticulation",
        "symes": "symes; syme",
    },
    "renal": {
        "dialysis": "esrd; for esrd on dialysis; dialysis; esrd use",
        "not": "non esrd; non esrd use; not esrd",
    },
    "coat": {
        "coated": "coated; drug eluting; des; covered; cov; coated covered; d e",
        "bare": (
            "non coated; non coated non covered; non coa non cov; non coa; uncoated; bare; bare metal;"
            " non cor"
        ),
    },
    "delivery": {
        "with": "with delivery system; w del; w del sys; w del sy; with del",
        "without": "without delivery system; w o del; wo del; without del",
    },
    "preserved": {
        "no": "preservative free; pf; prs free; p f; presfree",
    },
    "strength form": {
        "unit dose": "unit dose; unit; ud; unit dose form",
        "concentrated": "concentrated; concentrated form; conc; con",
    },
    "people": {
        "group": "group; grp",
        "alone": "individual; indiv; ind; one on one; 1 1",
    },
    "place": {
        "home": "home; hh; in home; home health; hhc; hhcp",
        "hospice": "hospice",
    },
    "depot": {
        "depot": "depot; long acting; extended release; xr; er; lai; la; depot form",
        "plain": "non depot; non depot form; immediate release",
    },
    "lipid": {
        "yes": "liposomal; liposome; lipid complex; lipid; lipo; liposom",
    },
    "chambers": {
        "one": "single; sngl; sgl; one; single chamber; sc pm",
        "two": "dual; double; doub; dbl; two; two way; 2 way; dual chamber; 2way",
        "three": "triple; three; three way; 3 way; multiple; multi; 3way",
        "four": "four; quad",
    },
    "duty": {
        "heavy": "heavy duty; hd; hvy; hvy duty; extra heavy duty; bariatric",
        "light": "lightweight; light weight; ltwt",
    },
    "part": {
        "whole": "complete; device; system; kit; unit complete",
        "part": (
            "replacement; repl; rep; addition; addition to; accessory; accessories; component; repair;"
            " replace;replacement only; add"
        ),
    },
    "blood": {
        "leukocyte reduced": (
            "leukocytes reduced; leukoreduced; leuko red; leukoredu; leukored; lr; leuko reduced;"
            " leuk reduced"
        ),
        "irradiated": "irradiated; irrad; irr; irradi",
    },
}
"""Name of the opposition -> value -> phrases, parted by `;`. A text may hold several values of one."""

_IGNORED = ("sq in", "sq cm", "sq inch", "per unit", "units", "pre op", "unit dose drug")
_OFFSETS = [sum(len(values) for values in list(ATTRIBUTES.values())[:i]) for i in range(len(ATTRIBUTES))]
BITS = sum(len(values) for values in ATTRIBUTES.values())
"""How many bits `attributes` uses; they fit an unsigned 64-bit integer."""

GROUPS = tuple(
    sum(1 << (offset + i) for i in range(len(values)))
    for offset, values in zip(_OFFSETS, ATTRIBUTES.values(), strict=True)
)
"""Bits of each opposition, in the order of `ATTRIBUTES`."""


def _phrases() -> dict[str, int]:
    found = {" ".join(words(phrase)): 0 for phrase in _IGNORED}
    for offset, values in zip(_OFFSETS, ATTRIBUTES.values(), strict=True):
        for i, phrases in enumerate(values.values()):
            for phrase in phrases.split(";"):
                key = " ".join(words(phrase))
                found[key] = found.get(key, 0) | 1 << (offset + i)
    return found


_PHRASES = _phrases()
_LENGTHS = lengths_by_first([phrase.split(" ") for phrase in _PHRASES])


def attributes(found: list[str]) -> int:
    """Bits of the values that a text states; the longest phrase counts and uses up its words.

    Args:
        found: The text's words in order, as `index.text.words.words` cuts them.
    """
    bits = 0
    for _, _, phrase in longest_phrases(found, _LENGTHS, _PHRASES):
        bits |= _PHRASES[phrase]
    return bits


def named(bits: int) -> list[str]:
    """The values that bits stand for, in words: "age: child"."""
    values = [f"{group}: {value}" for group, some in ATTRIBUTES.items() for value in some]
    return [name for i, name in enumerate(values) if bits >> i & 1]
