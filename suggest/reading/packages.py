"""Drug texts in the form of a package directory or of an order system: what is packing, and what is the drug.

A directory writes `Name: 25 Vial In 1 Carton (NDC) / 2 Ml In 1 Vial`: the drug, the outer package, and what
each inner one holds. An order system ends with route and form: `NAME 4 MG/2ML IJ SOLN`.
"""

from __future__ import annotations

import re

import msgspec

_INJECTED = re.compile(r"vial|amp(?:oule|ule|ul)|syringe", re.IGNORECASE)
"""Containers that say a route of a drug whose form is not said."""

_COAT = re.compile(r"\b(?:(?:film|gelatin|sugar) coated|liquid filled|coated)\b")
"""What a form is made of, which names no drug and resembles other things."""

_TITLE = re.compile(r"(?:drug |product |proprietary )?name\s*:\s*", re.IGNORECASE)
_CONTAINERS = re.compile(
    r"(?:amp(?:oule|ule|ul)|applicator|bag|blister|bottle|box|can(?:ister)?|carton|cartridge|case|container|cup"
    r"|cylinder|device|dispenser|drum|jar|jug|kit|pack(?:age|et)?|pouch|sachet|sleeve|strip|syringe|tank|tray|tube"
    r"|vial|wrapper)(?:s|es)?",
    re.IGNORECASE,
)
UNITS = frozenset(("ml", "l", "g", "gm", "mg", "mcg", "kg", "oz", "cc", "unt", "iu", "meq", "mci", "mmol"))
"""Measures of what a container holds; anything else is counted in pieces."""

_INJECTED_FORMS = "soln|solr|sosy|soaj|soct|sopn|susr|susp|susy|emul|conc|prsy|srer"
_STEP = re.compile(
    r"(?P<amount>\d*\.?\d+)\s+(?P<held>[a-z][a-z,()\- ]*?)\s+in\s+\d+\s+(?P<container>[a-z]+)",
    re.IGNORECASE,
)
_PACKING = re.compile(
    rf"\b(?:single|multi(?:ple)?)[- ](?:dose|use)\b|\bin\s+1\s+(?:{_CONTAINERS.pattern})\b"
    rf"|\b\d+\s+(?:{_CONTAINERS.pattern})\b|\b(?:glass|plastic)\b(?=\s*,|\s+in\b)|\([\d\s-]*\)",
    re.IGNORECASE,
)
"""What is left of packing between the steps, with the package's number."""

_ROUTE_AND_FORM = re.compile(rf"\b(ij|iv|im|sc|sq)\s+(?:{_INJECTED_FORMS})\b", re.IGNORECASE)
_FORM_ALONE = re.compile(r"\b(?:solr|sosy|soaj|soct|sopn|susr|susy|srer|prsy)\b", re.IGNORECASE)
_FORM_SIGNS = ("soln", "solr", "sosy", "soa", "soct", "sopn", "sus", "emul", "conc", "prsy", "srer")
"""What any injected form begins with."""


class Package(msgspec.Struct, frozen=True):
    """A package of a drug.

    Attributes:
        name: The drug, as typed; empty where the text does not say it.
        amount: How much or how many the innermost container holds.
        unit: Unit of the amount, such as "ml"; empty where pieces are counted.
        forms: Dose forms that the containers hold, such as "tablet", each once.
    """

    name: str
    amount: float
    unit: str
    forms: tuple[str, ...]


def package(text: str) -> Package | None:
    """The package that a text describes in the words of a package directory, or None.

    Args:
        text: As typed, with or without its package numbers.
    """
    if " 1 " not in text or " in 1 " not in text.lower():
        return None
    steps = list(_STEP.finditer(text))
    if not any(_CONTAINERS.fullmatch(step["container"]) for step in steps):
        return None
    forms = dict.fromkeys(_form(step["held"]) for step in steps)
    inner = steps[-1]
    held = inner["held"].lower().strip()
    return Package(
        name=_name(text[: steps[0].start()]) or _name(text[inner.end() :]),
        amount=float(inner["amount"]),
        unit=held if held in UNITS else "",
        forms=tuple(form for form in forms if form),
    )


def without_packing(text: str) -> str:
    """A text without the words of its packing: drug, inner amount and forms; else the text itself."""
    found = package(text)
    if found is not None and (found.name or found.forms):
        amount = f"{found.amount:g} {found.unit}" if found.unit else ""
        return " ".join(filter(None, [found.name, amount, *(found.forms or [_injected(text)])]))
    lowered = text.lower()
    if any([sign in lowered for sign in _FORM_SIGNS]):
        shorter = _FORM_ALONE.sub(" ", _ROUTE_AND_FORM.sub(r"\1", text))
        return shorter if shorter != text else text
    return text


def _name(beside: str) -> str:
    """The drug in what stands before or behind the steps of a package."""
    return _PACKING.sub(" ", _TITLE.sub("", beside)).strip(" :;,-/")


def _injected(text: str) -> str:
    """The word of a container that says a route; of a syringe the route, since syringes are supplies too."""
    container = _INJECTED.search(text)
    if container is None:
        return ""
    return "injection" if container[0].lower() == "syringe" else container[0]


def _form(held: str) -> str:
    """What a container holds, if that is a dose form and neither another container nor a unit."""
    words = _COAT.sub(" ", held.lower().replace(",", " ").replace("(", " ").replace(")", " ")).split()
    if not words or words[0] in UNITS or _CONTAINERS.fullmatch(words[0]):
        return ""
    return " ".join(words)
