"""Invented hospital price files in CMS's layouts."""

from __future__ import annotations

import json
from typing import Any

HOSPITAL_2 = (
    "hospital_name,last_updated_on,version,hospital_location,hospital_address,license_number|CA,affirmation,\n"
    'Nowhere Hospital,2025-01-01,2.2.0,Nowhere,"1 No Street, Nowhere",1,true,\n'
)
HOSPITAL_3 = (
    "hospital_name,last_updated_on,version,location_name,hospital_address,license_number|CA,type_2_npi,"
    "attestation,attester_name,\n"
    'Nowhere Hospital,2026-01-01,3.0.0,Nowhere|Elsewhere,"1 No Street\nNowhere",1,0000000001,TRUE,Nobody,\n'
)
TALL = (
    "description,code|1,code|1|type,code|2,code|2|type,modifiers,setting,drug_unit_of_measurement,"
    "drug_type_of_measurement,standard_charge|gross,payer_name,plan_name,standard_charge|negotiated_dollar\n"
)
TALL_ROWS = (
    "ZORBLAX KIT 4MM,1234,CDM,E0143,HCPCS,,outpatient,,,10,First,HMO,9\n"
    "ZORBLAX KIT 4MM,1234,CDM,E0143,HCPCS,,outpatient,,,10,Second,PPO,8\n"
    "QUIBBER INJ 1ML,J1450-JW,CPT,25021-0184-82,NDC,JW,both,1,ML,75,First,HMO,35\n"
    "SOME VISIT,99202,HCPCS,,,,outpatient,,,75,First,HMO,35\n"
    "TABLET,10135-0729-62,NDC,,,,both,1,UN,2,First,HMO,1\n"
    "LOCAL THING,E0143,LOCAL,,,,both,,,2,First,HMO,1\n"
    "CLEANING,D1110,CDT,,,,both,,,2,First,HMO,1\n"
    "ROOM,,,,,,inpatient,,,2,First,HMO,1\n"
)
WIDE = (
    "description,code | 1,code | 1 | type,setting,standard_charge|gross,"
    "standard_charge|First|HMO|negotiated_dollar,estimated_amount|First|HMO,standard_charge|First|HMO|methodology,standard_charge|min\n"
)
WIDE_ROWS = (
    "ZORBLAX KIT 4MM,E0143,HCPCS,outpatient,10,9,,fee schedule,9\n"
    '"QUIBBER ""INJ"" 1ML",J1450,hcpcs,outpatient,75,35,,fee schedule,35\n'
    "ROOM,762,RC,inpatient,2,1\n"
)
FOUND = [("ZORBLAX KIT 4MM", ("E0143",)), ("QUIBBER INJ 1ML", ("J1450",))]


def price_tree(version: str, items: list[dict[str, Any]]) -> bytes:
    """A JSON file of a version; in the third the version stands behind the items."""
    hospital = {"hospital_name": "Nowhere Hospital", "version": version, "last_updated_on": "2026-01-01"}
    information = {"standard_charge_information": items, "modifier_information": []}
    return json.dumps(hospital | information if version < "3" else information | hospital).encode()


def item(text: str, *codes: tuple[str, str]) -> dict[str, Any]:
    """One item, with a payer."""
    return {
        "description": text,
        "code_information": [{"code": code, "type": type_} for code, type_ in codes],
        "drug_information": {"unit": 1.5, "type": "ML"},
        "standard_charges": [{"gross_charge": 1.25, "setting": "both", "payers_information": []}],
    }


ITEMS = [
    item("ZORBLAX KIT 4MM", ("1234", "CDM"), ("E0143", "HCPCS")),
    item("QUIBBER INJ 1ML", ("25021-0184-82", "NDC"), ("J1450", "HCPCS")),
    item("SOME VISIT", ("99202", "CPT")),
    item("ROOM", ("762", "RC")),
]
