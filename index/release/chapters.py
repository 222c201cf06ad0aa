"""Chapters of Level II: runs of codes about one thing, for browsing.

CMS's file has no headings, so these are our own words, drawn from the codes themselves. A chapter begins at
its code and ends before the next one; every code of a section is in exactly one.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Sequence

import msgspec

from index.records import Record
from index.release.labels import SECTIONS

_CHAPTERS = """
A0000 Ambulance and other transport
A2000 Skin substitutes and wound matrices
A4200 Syringes, needles, injection, infusion and diabetic supplies
A4261 Contraceptives, breast pump parts, catheters and ports
A4310 Urinary catheters and incontinence supplies
A4361 Ostomy supplies
A4450 Tapes, stockings and various supplies
A4601 Batteries, breathing supplies and equipment parts
A4641 Imaging agents, tissue markers and surgical supplies
A4650 Dialysis supplies
A4927 Gloves, thermometers and home monitoring
A5051 Ostomy pouches and appliances
A5102 Urinary drainage and leg bags
A5500 Shoes and inserts for diabetics
A6000 Dressings and bandages
A6501 Compression garments
A7000 Supplies for suction, nebulizers and CPAP
A7501 Tracheostomy supplies
A8000 Helmets
A9150 Administrative, comfort and investigational items
A9500 Radiopharmaceuticals and contrast agents
A9900 Equipment supplies of no other code
B4000 Feeding supplies and formulas
B5000 Parenteral nutrition solutions
B9000 Feeding pumps
C1000 Devices for the outpatient setting
C2600 Devices and brachytherapy sources
C5000 Skin substitute application
C7500 Combined procedures and services
C8900 Imaging with contrast and various services
C9000 New drugs and biologicals
C9350 Grafts, meshes and implants
C9399 Unclassified drugs and newer injections
C9500 Procedures and services
E0100 Canes, crutches and walkers
E0160 Commodes, bath and toilet aids
E0181 Mattresses and pressure support
E0200 Heat, cold and light
E0240 Bath and toilet safety
E0250 Hospital beds
E0300 Pediatric beds, bed rails, urinals and bedpans
E0424 Oxygen and equipment for it
E0445 Oximeters, ventilators and respiratory devices
E0550 Humidifiers, nebulizers, suction and CPAP
E0602 Breast pumps and heart monitors
E0617 Defibrillators, patient lifts and standing frames
E0650 Compression pumps and light therapy
E0720 Stimulators
E0776 Infusion pumps and poles
E0830 Traction and orthopedic frames
E0935 Passive motion machines, trapezes and slings
E0950 Wheelchair accessories
E1031 Wheelchairs and transport chairs
E1220 Wheelchairs of special size, scooters and parts
E1352 Oxygen accessories and additional equipment
E1500 Dialysis equipment
E1700 Jaw and joint motion devices
E1902 Communication boards, digital therapy and suction
E2100 Glucose monitors
E2201 Manual wheelchair accessories
E2300 Power wheelchair accessories
E2402 Wound therapy and speech devices
E2601 Wheelchair cushions and backs
E3000 Speech, gait and digital therapy devices
E8000 Gait trainers
G0000 Vaccines, screening and professional services
G0500 Care management, telehealth and other services
G1000 Kidney care by the month, take-home supplies
G2000 Visits, opioid treatment and care management
G3000 Chronic pain and other care
G4000 Quality measure specialty sets
G6000 Radiation and imaging services
G8000 Quality measures
G9000 Demonstrations, models and quality measures
H0000 Behavioral health and substance use services
J0000 Drugs, most by injection, A to Z
J7030 Fluids, clotting factors and contraceptives
J7308 Drugs for skin, eye and joint
J7500 Immunosuppressants
J7601 Inhaled drugs
J8498 Oral drugs
J9000 Chemotherapy
K0001 Wheelchairs and their parts
K0455 Pumps, supplies and temporary equipment
K0800 Scooters and power wheelchairs
K0900 Custom equipment and temporary codes
L0100 Neck and spine orthoses
L0700 Halo and scoliosis orthoses
L1600 Hip orthoses
L1810 Knee orthoses
L1900 Ankle, foot and leg orthoses
L2500 Additions to leg orthoses
L3000 Foot inserts, shoes and shoe changes
L3650 Shoulder, elbow, wrist and hand orthoses
L4000 Repairs and replacements of orthoses
L4350 Ankle walkers and splints
L5000 Leg prostheses
L5610 Additions to leg prostheses
L6000 Arm prostheses
L6600 Additions to arm prostheses
L7510 Repairs and prosthetic accessories
L8000 Breast and face prostheses
L8300 Trusses
L8400 Prosthetic socks and sheaths
L8500 Voice prostheses
L8600 Implants
L8701 Powered orthoses and sensors
L9900 Orthotic and prosthetic items of no other code
M0000 Quality measure sets and medical services
M1000 Quality measures
P0000 Chemistry and screening tests
P9000 Blood and blood products
P9600 Laboratory trips and urine specimens
Q0000 Tests, drugs and supplies (temporary)
Q0477 Heart assist device parts
Q1000 New technology lenses
Q2000 Drugs and cell therapies (temporary)
Q3000 Radioelements, telehealth sites and interferon
Q4001 Casts and splints
Q4074 Skin substitutes and other drugs
Q5001 Places of hospice and home care
Q5098 Biosimilars
Q9001 Chaplain and whole health services
Q9950 Contrast agents and drugs
R0000 Portable X-ray and EKG
S0000 Drugs (private payers)
S0199 Services and visits (private payers)
S1000 Devices and monitors (private payers)
S2000 Surgery and transplants (private payers)
S3000 Tests and genetics (private payers)
S4000 Reproductive care (private payers)
S4981 Contraceptives and smoking cessation (private payers)
S5000 Drugs and home care (private payers)
S5497 Home infusion and insulin (private payers)
S8030 Procedures and supplies (private payers)
S9000 Home care, education and infusion (private payers)
T1000 Nursing, personal care and case services (Medicaid)
T2000 Transport, waiver and habilitation (Medicaid)
T4521 Diapers and incontinence garments
T5000 Supplies (Medicaid)
U0000 Laboratory tests
V2000 Glasses, frames and lenses
V2500 Contact lenses
V2600 Low vision aids, eye prostheses and lens implants
V2700 Lens additions and eye services
V5000 Hearing services and hearing aids
V5336 Speech and language services
"""
STARTS: tuple[tuple[str, str], ...] = tuple((line[:5], line[6:]) for line in _CHAPTERS.strip().splitlines())
_CODES = [start for start, _ in STARTS]


class Chapter(msgspec.Struct, frozen=True):
    """A run of codes about one thing.

    Attributes:
        first: Its first code in the release.
        last: Its last code in the release.
        words: What it is about.
        codes: How many codes it has.
    """

    first: str
    last: str
    words: str
    codes: int


class SectionChapters(msgspec.Struct, frozen=True):
    """A section with its chapters.

    Attributes:
        section: First letter of a Level II code; `CPT` for Level I.
        words: What it is about.
        codes: How many codes it has.
        chapters: In tabular order; none for `CPT`, whose headings are the AMA's.
    """

    section: str
    words: str
    codes: int
    chapters: tuple[Chapter, ...]


def chapter_of(code: str) -> str:
    """What the chapter of a Level II code is about; empty where its section has none before it."""
    place = bisect_right(_CODES, code) - 1
    return STARTS[place][1] if place >= 0 and _CODES[place][0] == code[0] else ""


def chapters(records: Iterable[Record]) -> tuple[SectionChapters, ...]:
    """The sections and chapters of some records, which are ascending by code, with their counts."""
    sections: dict[str, list[Record]] = {}
    for record in records:
        sections.setdefault(record.section, []).append(record)
    return tuple(
        SectionChapters(section, SECTIONS.get(section, ""), len(found), _chapters(section, found))
        for section, found in sections.items()
    )


def _chapters(section: str, records: Sequence[Record]) -> tuple[Chapter, ...]:
    if len(section) > 1:
        return ()
    by_words: dict[str, list[str]] = {}
    for record in records:
        by_words.setdefault(chapter_of(record.code), []).append(record.code)
    return tuple(Chapter(codes[0], codes[-1], words, len(codes)) for words, codes in by_words.items())
