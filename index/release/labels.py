"""Labels for the coded values of a release, such as coverage `C` or pricing `36`.

Meanings are from CMS's record layout (`HCPC2026_recordlayout.txt`, as of 2025-11-12, a work of the U.S.
Government), shortened in our own words. A value that the layout does not list is shown without a label.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from index.records import Record

SECTIONS: Mapping[str, str] = {
    "A": "Transport, medical and surgical supplies, radiopharmaceuticals",
    "B": "Enteral and parenteral nutrition",
    "C": "Hospital outpatient items and services",
    "E": "Durable medical equipment",
    "G": "Procedures and professional services (temporary), quality measures",
    "H": "Behavioral health and substance use services (state Medicaid)",
    "J": "Drugs not taken by mouth, chemotherapy",
    "K": "Durable medical equipment (temporary, for the Medicare contractors)",
    "L": "Orthotics and prosthetics",
    "M": "Medical services, episode and quality measures",
    "P": "Pathology, laboratory and blood products",
    "Q": "Drugs, biosimilars, skin substitutes and other (temporary)",
    "R": "Portable diagnostic radiology",
    "S": "Private payer codes (temporary, not payable by Medicare)",
    "T": "State Medicaid agency services",
    "U": "Laboratory tests named for an emergency (coronavirus)",
    "V": "Vision, hearing and speech-language services",
    "CPT": "Level I (CPT), from your own licensed file",
}
"""Contents of each section; the layout has none, so these are drawn from the codes themselves."""

COVERAGE: Mapping[str, str] = {
    "C": "left to the Medicare contractor's judgment",
    "D": "special coverage instructions apply",
    "I": "not payable by Medicare",
    "M": "not covered by Medicare",
    "S": "not covered by Medicare, by statute",
}

ACTIONS: Mapping[str, str] = {
    "A": "added",
    "B": "administrative data and long descriptor changed",
    "C": "long descriptor changed",
    "D": "discontinued",
    "F": "administrative data changed",
    "N": "no change",
    "P": "payment data changed",
    "R": "reactivated",
    "S": "short descriptor changed",
    "T": "BETOS or type of service changed",
}

PRICING: Mapping[str, str] = {
    "00": "not separately priced under Part B",
    "11": "physician fee schedule: national relative value units",
    "12": "physician fee schedule: national anesthesia base units",
    "13": "physician fee schedule: priced by the contractor",
    "21": "laboratory fee schedule: national limit",
    "22": "laboratory fee schedule: priced by the contractor",
    "31": "equipment: frequently serviced",
    "32": "equipment: inexpensive or routinely purchased",
    "33": "equipment: oxygen",
    "34": "equipment supplies",
    "35": "surgical dressings",
    "36": "equipment: capped rental",
    "37": "ostomy, tracheostomy and urological supplies",
    "38": "orthotics, prosthetics, prosthetic devices and vision",
    "39": "parenteral and enteral nutrition",
    "40": "lymphedema compression items",
    "45": "customized equipment",
    "46": "equipment: priced by the contractor",
    "51": "drugs",
    "52": "reasonable charge",
    "53": "set by statute",
    "54": "vaccinations",
    "55": "splints and casts",
    "56": "lens implanted in a physician's office",
    "57": "other, priced by the contractor",
    "99": "no value established",
}

MULTIPLE_PRICING: Mapping[str, str] = {
    "9": "not applicable: not priced separately",
    "A": "one method only",
    "B": "professional part by relative value units, the rest by the contractor",
    "C": "interpretation by the physician fee schedule, test by the laboratory one",
    "D": "physician or clinical psychologist fee schedule (until 1997)",
    "E": "physician, psychologist or social worker fee schedule (until 1997)",
    "F": "as E, the physician's part priced by the contractor (until 1997)",
    "G": "reasonable charge with blood products on the claim, else laboratory fee schedule",
}

ASC_GROUPS: Mapping[str, str] = {"YY": "approved for ambulatory surgical centers"}

OPPS_INDICATORS: Mapping[str, str] = {
    "1": "covered in an ambulatory surgical center",
    "2": "bundled, no separate payment",
    "3": "excluded from the surgical center list",
    "4": "invalid code, 90 days of grace",
    "6": "paid separately in a surgical center",
    "7": "restricted coverage in a surgical center",
    "9": "surgical center payment not applicable",
}

TYPES_OF_SERVICE: Mapping[str, str] = {
    "0": "whole blood",
    "1": "medical care",
    "2": "surgery",
    "3": "consultation",
    "4": "diagnostic radiology",
    "5": "diagnostic laboratory",
    "6": "therapeutic radiology",
    "7": "anesthesia",
    "8": "assistant at surgery",
    "9": "other medical items or services",
    "A": "used durable medical equipment",
    "B": "high risk screening mammography (until 1998)",
    "C": "low risk screening mammography (until 1998)",
    "D": "ambulance",
    "E": "enteral or parenteral nutrition",
    "F": "ambulatory surgical center facility",
    "G": "immunosuppressive drugs",
    "H": "hospice (until 1995)",
    "I": "equipment bought by installments (until 1995)",
    "J": "diabetic shoes",
    "K": "hearing items and services",
    "L": "kidney failure (ESRD) supplies",
    "M": "monthly payment for dialysis",
    "N": "kidney donor",
    "P": "lump sum purchase of equipment, prosthetics or orthotics",
    "Q": "vision items or services",
    "R": "rental of equipment",
    "S": "surgical dressings or other supplies",
    "T": "outpatient mental health limitation",
    "U": "occupational therapy",
    "V": "pneumococcal or influenza vaccine",
    "W": "physical therapy",
    "Y": "second opinion on surgery (until 1997)",
    "Z": "third opinion on surgery (until 1997)",
}

LAB_CERTIFICATIONS: Mapping[str, str] = {
    "010": "histocompatibility",
    "100": "microbiology",
    "110": "bacteriology",
    "115": "mycobacteriology",
    "120": "mycology",
    "130": "parasitology",
    "140": "virology",
    "150": "other microbiology",
    "200": "diagnostic immunology",
    "210": "syphilis serology",
    "220": "general immunology",
    "300": "chemistry",
    "310": "routine chemistry",
    "320": "urinalysis",
    "330": "endocrinology",
    "340": "toxicology",
    "350": "other chemistry",
    "400": "hematology",
    "500": "immunohematology",
    "510": "blood group and Rh type",
    "520": "antibody detection for transfusion",
    "530": "antibody detection, not for transfusion",
    "540": "antibody identification",
    "550": "compatibility testing",
    "560": "other immunohematology",
    "600": "pathology",
    "610": "histopathology",
    "620": "oral pathology",
    "630": "cytology",
    "800": "radiobioassay",
    "900": "clinical cytogenetics",
}

BETOS: Mapping[str, str] = {
    "D1A": "medical and surgical supplies",
    "D1B": "hospital beds",
    "D1C": "oxygen and supplies",
    "D1D": "wheelchairs",
    "D1E": "other durable medical equipment",
    "D1F": "prosthetics and orthotics",
    "D1G": "drugs given through equipment",
    "I1A": "imaging, chest",
    "I1B": "imaging, musculoskeletal",
    "I1C": "imaging, breast",
    "I1D": "imaging, digestive tract with contrast",
    "I1E": "imaging, nuclear medicine",
    "I1F": "imaging, other",
    "I2A": "CT, head and neck",
    "I2B": "CT, other",
    "I2C": "MRI, head and neck",
    "I2D": "MRI, other",
    "I3A": "ultrasound, eye",
    "I3B": "ultrasound, abdomen and pelvis",
    "I3C": "ultrasound, heart",
    "I3D": "ultrasound, carotid arteries",
    "I3E": "ultrasound, prostate",
    "I3F": "ultrasound, other",
    "I4A": "imaging procedure, heart with catheterization",
    "I4B": "imaging procedure, other",
    "M1A": "office visit, new patient",
    "M1B": "office visit, known patient",
    "M2A": "hospital visit, first",
    "M2B": "hospital visit, later",
    "M2C": "hospital visit, critical care",
    "M3": "emergency room visit",
    "M4A": "home visit",
    "M4B": "nursing home visit",
    "M5A": "specialist, pathology",
    "M5B": "specialist, psychiatry",
    "M5C": "specialist, eyes",
    "M5D": "specialist, other",
    "M6": "consultation",
    "O1A": "ambulance",
    "O1B": "chiropractic",
    "O1C": "enteral and parenteral nutrition",
    "O1D": "chemotherapy",
    "O1E": "other drugs",
    "O1F": "hearing and speech services",
    "O1G": "immunizations",
    "O1L": "lymphedema compression items",
    "P0": "anesthesia",
    "P1A": "major procedure, breast",
    "P1B": "major procedure, colon removal",
    "P1C": "major procedure, gallbladder removal",
    "P1D": "major procedure, prostate resection",
    "P1E": "major procedure, womb removal",
    "P1F": "major procedure, disc exploration or removal",
    "P1G": "major procedure, other",
    "P2A": "heart and vessels, bypass",
    "P2B": "heart and vessels, aneurysm repair",
    "P2C": "heart and vessels, artery clearing",
    "P2D": "heart and vessels, coronary angioplasty",
    "P2E": "heart and vessels, pacemaker",
    "P2F": "heart and vessels, other",
    "P3A": "orthopedic, hip fracture repair",
    "P3B": "orthopedic, hip replacement",
    "P3C": "orthopedic, knee replacement",
    "P3D": "orthopedic, other",
    "P4A": "eye, corneal transplant",
    "P4B": "eye, cataract and lens",
    "P4C": "eye, retinal detachment",
    "P4D": "eye, retinal lesions",
    "P4E": "eye, other",
    "P5A": "ambulatory procedure, skin",
    "P5B": "ambulatory procedure, musculoskeletal",
    "P5C": "ambulatory procedure, groin hernia",
    "P5D": "ambulatory procedure, stone breaking",
    "P5E": "ambulatory procedure, other",
    "P6A": "minor procedure, skin",
    "P6B": "minor procedure, musculoskeletal",
    "P6C": "minor procedure, other (on the Medicare fee schedule)",
    "P6D": "minor procedure, other (not on the Medicare fee schedule)",
    "P7A": "oncology, radiation",
    "P7B": "oncology, other",
    "P8A": "endoscopy, joint",
    "P8B": "endoscopy, upper digestive tract",
    "P8C": "endoscopy, lower colon",
    "P8D": "endoscopy, colon",
    "P8E": "endoscopy, bladder",
    "P8F": "endoscopy, airways",
    "P8G": "endoscopy, gallbladder removal",
    "P8H": "endoscopy, larynx",
    "P8I": "endoscopy, other",
    "P9A": "dialysis (on the Medicare fee schedule)",
    "P9B": "dialysis (not on the Medicare fee schedule)",
    "T1A": "laboratory, routine blood draw",
    "T1B": "laboratory, automated profiles",
    "T1C": "laboratory, urinalysis",
    "T1D": "laboratory, blood counts",
    "T1E": "laboratory, glucose",
    "T1F": "laboratory, bacterial cultures",
    "T1G": "laboratory, other (on the Medicare fee schedule)",
    "T1H": "laboratory, other (not on the Medicare fee schedule)",
    "T2A": "test, electrocardiogram",
    "T2B": "test, cardiovascular stress",
    "T2C": "test, heart monitoring",
    "T2D": "test, other",
    "Y1": "other (on the Medicare fee schedule)",
    "Y2": "other (not on the Medicare fee schedule)",
    "Z1": "local codes",
    "Z2": "undefined",
}


def explain(record: Record, note: str = "") -> tuple[tuple[str, str], ...]:
    """Every filled field of a record as a pair of label and text, in reading order.

    A field with several values gives one pair each. An anesthesia base of 0, which CMS writes for every
    Level II code, is left out.

    Args:
        record: The record.
        note: Text of the processing note that it cites; empty where the index holds none.
    """
    return tuple(_pairs(record, note))


def _pairs(record: Record, note: str) -> Iterator[tuple[str, str]]:
    yield "Code", record.code
    yield "Section", _labelled(record.section, SECTIONS)
    yield "Description", record.long_description
    if record.short_description:
        yield "Short description", record.short_description
    yield from _dates(record)
    if record.is_noc:
        yield "Not otherwise classified", "yes: use only when no specific code fits"
    yield from _payment(record)
    yield from _references(record)
    if record.processing_note:
        yield "Processing note", f"{record.processing_note}: {note}" if note else record.processing_note


def _dates(record: Record) -> Iterator[tuple[str, str]]:
    if record.effective_from:
        yield "In effect from", record.effective_from.isoformat()
    if record.effective_to:
        yield "Last day of use", record.effective_to.isoformat()
    if record.action:
        yield "Last change", _labelled(record.action, ACTIONS)
    if record.action_date:
        yield "Last change in effect", record.action_date.isoformat()


def _payment(record: Record) -> Iterator[tuple[str, str]]:
    if record.coverage:
        yield "Medicare coverage", _labelled(record.coverage, COVERAGE)
    for value in record.pricing:
        yield "Pricing", _labelled(value, PRICING)
    if record.multiple_pricing:
        yield "Multiple pricing", _labelled(record.multiple_pricing, MULTIPLE_PRICING)
    if record.betos:
        yield "BETOS", _labelled(record.betos, BETOS)
    for value in record.types_of_service:
        yield "Type of service", _labelled(value, TYPES_OF_SERVICE)
    if record.asc_group:
        yield "Surgical center", _labelled(record.asc_group, ASC_GROUPS)
    if record.asc_date:
        yield "Surgical center from", record.asc_date.isoformat()
    if record.opps:
        yield "Outpatient payment group", record.opps
    if record.opps_indicator:
        yield "Outpatient payment", _labelled(record.opps_indicator, OPPS_INDICATORS)
    if record.opps_date:
        yield "Outpatient payment from", record.opps_date.isoformat()
    if record.anesthesia_units.strip("0"):
        yield "Anesthesia base units", record.anesthesia_units


def _references(record: Record) -> Iterator[tuple[str, str]]:
    label = "Use instead" if record.successors else "See also"
    for code in record.cross_references:
        yield label, code
    if record.statute:
        yield "Statute", record.statute
    for value in record.lab_certifications:
        yield "Laboratory certification", _labelled(value, LAB_CERTIFICATIONS)
    for section in record.coverage_manual:
        yield "Coverage manual section", section
    for section in record.carriers_manual:
        yield "Carriers manual section", section


def _labelled(value: str, labels: Mapping[str, str]) -> str:
    return f"{value}: {labels[value]}" if value in labels else value
