"""Texts to ask: short lines as in charge masters and order lists."""

from __future__ import annotations

import random
from collections.abc import Sequence

import msgspec

from benchmarks.setting import SEED, SHARED

PHRASE = "standard wheelchair with elevating leg rests"

OWN = (
    "wheelchair lightweight folding", "whlchr std fxd arms", "walker front wheels adj",
    "rollator 4 wheel w seat", "crutches underarm alum pr", "cane quad sm base",
    "commode chair bedside", "hosp bed semi elec w mattress", "oxygen concentrator home",
    "portable o2 cylinder", "cpap device", "bipap without backup rate",
    "cpap mask nasal replacement cushion", "tubing for cpap", "nebulizer compressor",
    "neb kit disposable", "glucose test strips 50ct", "lancets box 100", "blood sugar meter",
    "insulin pump external", "continuous glucose monitor sensor", "enteral formula 100 cal",
    "feeding tube nasogastric", "g-tube kit", "foley cath tray 16fr",
    "intermittent urinary catheter coude", "leg bag urinary", "ostomy pouch drainable",
    "wound vac dressing set", "gauze pad 4x4 sterile", "hydrocolloid dressing 16 sq in",
    "compression stocking 30-40", "knee brace hinged otc", "ankle foot orthosis custom plastic",
    "lumbar support brace", "wrist splint prefab", "below knee prosthesis socket",
    "breast prosthesis silicone", "cochlear implant processor battery", "hearing aid bte monaural",
    "ondansetron inj 4mg", "zofran iv 4 mg", "ketorolac 30mg/ml vial", "ceftriaxone 1 gm inj",
    "vancomycin 500 mg iv", "dexamethasone 4mg/ml", "methylprednisolone 125 mg",
    "epoetin alfa non esrd 1000 u", "pegfilgrastim 6mg syringe", "iron sucrose 20mg/ml",
    "heparin flush 10 u/ml", "rituximab 100mg vial", "bevacizumab 10mg", "trastuzumab infusion",
    "pembrolizumab 100 mg/4 ml", "botulinum toxin type a", "hyaluronate knee injection",
    "medroxyprogesterone depo 150", "testosterone cyp 200mg", "b12 shot", "flu vaccine admin",
    "normal saline 1000ml", "d5w 500 ml", "lactated ringers 1 l", "contrast low osmolar 300 mg/ml",
    "gadolinium contrast per ml", "tc99m sestamibi dose", "fdg pet dose",
    "pacemaker dual chamber rate resp", "stent coronary drug eluting", "guide wire hydrophilic",
    "introducer sheath 6fr", "bone screw titanium", "mesh hernia implant", "ambulance bls emergency",
    "als mileage", "wheelchair van trip", "telehealth facility fee", "mammogram screening digital",
    "prostate screening exam", "diabetes self mgmt training grp", "smoking cessation visit",
    "home health aide 15 min", "skilled nurse visit hospice", "physical therapy in home",
    "speech generating device", "eyeglass frames", "contact lens scleral", "surgical boot",
    "diabetic shoe insert custom", "heat lamp", "tens unit 4 lead", "infusion pump ambulatory",
    "suction machine home", "patient lift hydraulic sling", "trapeze bar free standing",
    "pressure pad alternating w pump", "blood pressure cuff", "cast supplies fiberglass short arm",
    "therapeutic shoes",
)  # fmt: skip


class _Line(msgspec.Struct):
    query: str


def texts() -> tuple[str, ...]:
    """Return our own lines and, where the labelled development sets exist, their texts (not their codes)."""
    decode = msgspec.json.Decoder(_Line).decode
    paths = sorted((SHARED / "eval" / "dev").glob("*.jsonl"))
    lines = [decode(line).query for path in paths for line in path.read_bytes().splitlines() if line.strip()]
    return tuple(dict.fromkeys(text for text in (*OWN, *lines) if text.strip()))


def distinct(n: int, seed: int = SEED, base: Sequence[str] = ()) -> list[str]:
    """Make `n` texts of which no two are equal, so that no text is answered from a cache.

    These are the lines in random order; after the last one, the same lines with their words in another order,
    which take about the same time to answer.
    """
    generator = random.Random(seed)
    lines = list(base or texts())
    unique: dict[str, None] = {}
    while len(unique) < n:
        generator.shuffle(lines)
        before = len(unique)
        for line in lines:
            unique.setdefault(line if before == 0 else " ".join(_shuffled(line, generator)))
        if len(unique) == before:  # all orders of words are used: add a number
            lines = [f"{line} {before}" for line in lines]
    return list(unique)[:n]


def keystrokes(phrase: str = PHRASE) -> list[str]:
    """Return the text of the field after each key, from the second key on."""
    return [phrase[:end] for end in range(2, len(phrase) + 1)]


def _shuffled(line: str, generator: random.Random) -> list[str]:
    words = line.split()
    generator.shuffle(words)
    return words
