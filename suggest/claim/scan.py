"""From the characters of a text to numbers, units, things and words, in order: what claims are read from.

The normal form of `index.text.words` drops commas, brackets and `#`, which tell a dose from what was opened;
so the text is scanned as typed. Units and their factors are `suggest.claim.measures`.
"""

from __future__ import annotations

import re
from fractions import Fraction
from functools import lru_cache
from typing import NamedTuple

from index.text.units import NUMBER_WORDS
from suggest.claim.measures import CONTAINERS, PACKS, UNITS

Rate = tuple[tuple[str, Fraction], ...]
"""What an amount is "per": dimension or thing, and how many of its base unit."""


class Item(NamedTuple):
    """A piece of a text.

    Attributes:
        kind: "number", "amount", "thing", "word", "sign" or "times-a-day".
        text: As it stands in the text, lower case; of a thing its singular.
        value: Of a number; of an amount in its base unit; how many times a day; else 0.
        dimension: Of an amount, else "".
        per: What an amount is per; () for a plain one.
    """

    kind: str
    text: str
    value: Fraction = Fraction(0)
    dimension: str = ""
    per: Rate = ()


_PHRASES: tuple[tuple[tuple[str, ...], str, str], ...] = (
    ((",",), r"(?<=\d),(?=\d{3}(?!\d))", ""),
    (
        ("/", "-", "0", "1", "2", "3", "4", "5", "6", "7", "8", "9"),
        r"\b(\d{1,2}/\d{1,2}/(?:\d\d){1,2}|\d{4}-\d\d-\d\d|\d{4,5}-\d{3,4}-\d{1,2}|[a-v]\d{4})\b(?!\.\d)",
        " ",
    ),
    (
        ("sq", "^2", "²"),
        r"\b(?:sq(?:uare|\.)? ?(?:cms?|cen[a-z]{0,3}meters?)|cms?(?: sq|\^2|²))(?![a-z])\.?",
        "cm2",
    ),
    (
        ("sq", "^2", "²"),
        r"\b(?:sq(?:uare|\.)? ?(?:in|inch|inches)|in(?: sq|\^2|²))(?![a-z])\.?",
        "in2",
    ),
    (("sq", "^2", "²"), r"\b(?:sq(?:uare|\.)? ?(?:m|meters?)|m(?:\^2|²))(?![a-z])", "m2"),
    (("fl",), r"\bfl(?:uid|\.)? ?(?:oz|ounces?)\b", "floz"),
    (
        ("mi", "yd", "yard"),
        r"\b(?:linear|loaded|statute|ground|air|round trip) (?=yards?\b|yd|miles?\b|mi\b)",
        "",
    ),
    (("unit",), r"\b(?:usp|international|plaque forming|anti-xa|allergy) (?=units?\b)", ""),
    (("i.", "i u", "pfu"), r"\bi\. ?u\.?(?![a-z])|\bpfu\b", "iu"),
    (("single", "multi", "unit"), r"\b(single|multi(?:ple)?|unit)[- ](dose|use|patient)\b", r"\1\2"),
    (("filled",), r"\bpre-?filled\b", "prefilled"),
    (("half",), r"\bhalf[ -](?:an? )?(?:hour|hr)\b", "30 minutes"),
    (("half",), r"\b(?:an? |per )?hour and a half\b", "90 minutes"),
    (("an hour",), r"\ban hour\b", "1 hour"),
    (("-",), r"(?<=[\d ])(mg|mcg|ml|gm?|units?|iu|meq)-(?=[\d.])", r"\1 - "),
    (("full",), r"\bfull[ -]day\b", "1 day"),
    (("half",), r"\bhalf[ -](?:a )?day\b", "720 minutes"),
    (("→", "⇒", "=>"), r"[→⇒]|=>", "->"),
    (("×", "✕", "*"), r"[×✕*]", "x"),
    (("^", "e1", "e+"), r"\b\d+(?:\.\d+)? ?(?:x ?10 ?\^ ?\d+|e\+?1\d)\b", "manycells"),
    (("tube",), r"\b(?:g|j|ng|gj|peg)[- ]tube\b", "feedingtube"),
    (("neb",), r"\bneb(?:ulizer)? (?=vials?\b|ampul|respul)", ""),
    (('"', "”"), r"(?<=\d) ?[\"”]", " in "),
    (
        ("0h", "1h", "2h", "3h", "4h", "5h", "6h", "7h", "8h", "9h", " h ", "hr", "hour"),
        r"\b(\d+) ?h(?:rs?|ours?)?\.? ?(?:and )?(\d+) ?m\b",
        r"\1 h \2 min",
    ),
    (("½",), r"½", " 1/2"),
    (("¼",), r"¼", " 1/4"),
    (("¾",), r"¾", " 3/4"),
    (("thousand",), r"\bthousand\b", "k"),
    (("dozen",), r"\b(?:a )?dozen\b", "12"),
)
_REWRITES = [(signs, re.compile(pattern), to) for signs, pattern, to in _PHRASES]
"""Signs without which a rewriting changes nothing, what it looks for, and what it writes."""

_TOKEN = re.compile(
    r"(?P<plain>(?!(?:every|bid|tid|qid|qd|daily|two|three|four|five|six|twice|thrice)\b)[a-zµμ]{2,}+(?![0-9'²-]))"
    r"|(?P<name>[a-z]+-\d+[a-z]*\b|\d+-(?!ml|mg|mcg|unit|hour|min|day|gram|iu|u\b|g\b|in\b|cc|x\b|cm"
    r"|mi)[a-z]{2,}\b"
    r"|\b(?!x\d|q\d|cm2|in2|m2)[a-z]+\d[a-z0-9]*)"
    r"|(?P<range>(?<![\w.])(?:\d*\.)?\d+ ?(?:-|to) ?(?:\d*\.)?\d+(?=[ -]?[a-z%])|(?<=\s)[-]\d*\.?\d+)"
    r"|(?P<freq>\bq ?\d+ ?(?:h(?:rs?|ours?)?|d(?:ays?)?|w(?:ee)?ks?|w|mo(?:nths?)?|min)\b"
    r"|\bevery (?:\d+|other) (?:hours?|hrs?|days?|weeks?|wks?|months?)\b|\b(?:bid|tid|qid|qd|daily"
    r"|b\.i\.d|t\.i\.d|q\.i\.d)\b\.?"
    r"|\b(?:\d+ ?(?:x|times)|(?:two|three|four|five|six) times|twice|thrice) ?(?:/ ?|per |a |each )?"
    r"(?:day|daily)\b)"
    r"|(?P<ratio>\b1:\d{3,}k?\b|\b1:\d{1,3}k\b)"
    r"|(?P<number>(?<![a-wyz])(?:(?:\d+ )?\b(?:1/2|[12]/3|[1-3]/4|[1-7]/8|\d/16)(?![\d./])"
    r"|\d+\.\d+|\d+|\.\d+))"
    r"|(?P<times>x(?![a-z]))|(?P<word>[a-zµμ]+(?:'[a-z]+)?[2²]?)|(?P<sign>->|[/+=;:,()#@&.%-])"
)
_CLOCK = re.compile(
    r"\b(\d{1,2}):([0-5]\d) ?([ap]m)?\.? ?(?:to|-|–|until|till) ?(\d{1,2}):([0-5]\d) ?([ap]m)?\b"
)
_NUMBER_WORDS = NUMBER_WORDS | {
    "thirteen": "13", "fourteen": "14", "fifteen": "15", "sixteen": "16", "eighteen": "18", "twenty": "20",
    "thirty": "30", "forty": "40", "fifty": "50", "sixty": "60", "ninety": "90", "hundred": "100",
    "twice": "2", "thrice": "3",
}  # fmt: skip
_SCALES = {"million": 10**6, "mil": 10**6, "billion": 10**9, "k": 1000, "m": 10**6}
_PER_DAY = {"bid": 2, "tid": 3, "qid": 4, "qd": 1, "daily": 1, "b.i.d": 2, "t.i.d": 3, "q.i.d": 4}
_TIMES = {"day": ("time", Fraction(1440)), "dose": ("dose", Fraction(1)), "visit": ("visit", Fraction(1))}
_PIECES = frozenset(
    [
        "actuation",
        "actuations",
        "spray",
        "sprays",
        "puff",
        "inhalation",
        "gram",
        "gm",
        "g",
        "drop",
        "application",
    ]
)
SITES = frozenset(
    ["site", "eye", "knee", "side", "leg", "shoulder", "hip", "foot", "arm", "lumen", "injection"]
)
_SUBSTANCES = frozenset(("mass", "units", "equivalents", "moles", "activity"))
_MAX_SIDE = 40  # of a dressing, in inches, as in "8x10"
_COUNTED = frozenset(("pair", "pairs", "pr", "doses", "days", "%", "="))
_SIZE = re.compile(r"mm|cm|in|inch|inches|yd|yds|yard|yards|ft|feet")
MAX_CACHED = 1 << 12  # numbers as they are typed
ONE, ZERO = Fraction(1), Fraction(0)


def scan(text: str) -> list[Item]:
    """The pieces of a text in order; amounts with their units, rates and areas put together."""
    return _joined(_tokens(text))


def _tokens(text: str) -> list[Item]:
    lower = text.lower()
    for signs, pattern, to in _REWRITES:
        for sign in signs:
            if sign in lower:
                lower = pattern.sub(to, lower)
                break
    if ":" in lower:
        lower = _CLOCK.sub(_minutes_between, lower)
    found: list[Item] = []
    for match in _TOKEN.finditer(lower):
        kind, typed = match.lastgroup, match[0]
        if kind == "number":
            found.append(Item("number", typed, _fraction(typed)))
        elif kind == "plain" or kind == "word":
            if typed in _NUMBER_WORDS and not _in_name(lower, match.start()):
                found.append(Item("number", typed, Fraction(_NUMBER_WORDS[typed])))
            else:
                found.append(Item("word", typed))
        elif kind == "freq":
            found.append(Item("times-a-day", typed, _times_a_day(typed)))
        elif kind == "ratio":
            of = Fraction(typed[2:].rstrip("k")) * (1000 if typed.endswith("k") else 1)
            found.append(Item("amount", typed, Fraction(10**6) / of / 1000, "mass", (("volume", ONE),)))
        elif kind == "times":
            found.append(Item("sign", "x"))
        elif kind == "name":
            found.append(_name(typed))
        else:
            found.append(Item("word" if kind == "range" else "sign", typed))
    return found


def _in_name(text: str, at: int) -> bool:
    """Whether a word at a position is the end of a name such as "synvisc-one"."""
    return at > 1 and text[at - 1] == "-" and text[at - 2].isalpha()


def _minutes_between(match: re.Match[str]) -> str:
    """The minutes from one clock time to another: "10:00 to 10:45"; of "11:30-1:00" over noon."""
    begin, end = (
        int(match[hour]) % 12 * 60 + int(match[minute]) + (720 if match[half] == "pm" else 0)
        if match[half]
        else int(match[hour]) * 60 + int(match[minute])
        for hour, minute, half in ((1, 2, 3), (4, 5, 6))
    )
    if match[6] and not match[3] and begin < 720 <= end and end - begin > 720:
        begin += 720
    if end <= begin:
        end += 720 if end + 720 > begin else 1440
    return f"{end - begin} minutes"


@lru_cache(MAX_CACHED)
def _fraction(typed: str) -> Fraction:
    if "/" not in typed:
        return Fraction(typed)
    whole, _, part = typed.rpartition(" ")
    return Fraction(part) + (int(whole) if whole else 0)


def _times_a_day(typed: str) -> Fraction:
    """How often a day: 4 for "q6h"; 0 where it is less than once a day or unknown."""
    plain = typed.rstrip(".")
    if plain in _PER_DAY:
        return Fraction(_PER_DAY[plain])
    if plain.endswith(("day", "daily")) and not plain.startswith(("q", "every")):
        first = re.match(r"\d+|[a-z]+", plain)
        return Fraction(_NUMBER_WORDS.get(first[0], first[0])) if first else ZERO
    digits = "".join(filter(str.isdigit, plain))
    hourly = digits and re.search(r"\d ?h", plain)
    return Fraction(24, int(digits)) if hourly and int(digits) else Fraction(0)


def _name(typed: str) -> Item:
    """A word with digits. `u-100` is a strength: 100 units a mL; all others are names."""
    if typed.startswith("u-") and typed[2:].isdigit():
        return Item("amount", typed, Fraction(typed[2:]), "units", (("volume", ONE),))
    return Item("word", typed)


def _joined(tokens: list[Item]) -> list[Item]:
    """Tokens with numbers and what follows them put together."""
    items: list[Item] = []
    at = 0
    while at < len(tokens):
        token = tokens[at]
        if token.kind == "number":
            item, at = _amount(tokens, at)
        elif token.kind == "word" and token.text in CONTAINERS and not _is_drug(tokens, at):
            item, at = Item("thing", CONTAINERS[token.text]), at + 1
        else:
            item, at = token, at + 1
        last = items[-1] if items else None
        if _continues(items, item):  # 3 h 10 min
            if items[-1].text == "and":
                items.pop()
            last = items.pop()
            item = Item("amount", f"{last.text} {item.text}", last.value + item.value, "time")
        items.append(item)
    return items


def _is_drug(tokens: list[Item], at: int) -> bool:
    """Whether "pen" is penicillin: "pen G", "pen VK"."""
    return tokens[at].text == "pen" and _text(tokens, at + 1) in ("g", "vk", "-")


def _continues(items: list[Item], item: Item) -> bool:
    """Whether an amount is the minutes that follow hours, or the hours that follow one or two days."""
    if item.dimension != "time" or item.per or item.value >= 1440 or not items:
        return False
    last = items[-2] if items[-1].text == "and" and len(items) > 1 else items[-1]
    if last.dimension != "time" or last.per:
        return False
    return 60 <= last.value < 1440 if item.value < 60 else last.value in (1440, 2880)


def _amount(tokens: list[Item], at: int) -> tuple[Item, int]:
    """The amount that begins with a number, and where it stops; the number itself if no unit follows."""
    area = _area(tokens, at)
    if area is not None:
        return area
    if _is_bare_size(tokens, at):
        return Item("word", f"{tokens[at].text}x{tokens[at + 2].text}"), at + 3
    value, stop = tokens[at].value, at + 1
    if _text(tokens, stop) == "%":
        return Item("amount", f"{tokens[at].text}%", value * 10, "mass", (("volume", ONE),)), stop + 1
    if _text(tokens, stop) == "-" and _text(tokens, stop + 1) in UNITS:
        stop += 1
    scale = _SCALES.get(_text(tokens, stop))
    if scale and _text(tokens, stop + 1) in UNITS:
        value, stop = value * scale, stop + 1
    unit = _text(tokens, stop)
    if unit == "cal" and value < 10:  # the strength in the name of a formula: "1.5 cal"
        return Item("word", f"{tokens[at].text} cal"), stop + 1
    if unit not in UNITS or not _is_unit(tokens, stop):
        both = _two_amounts(tokens, at)
        if both is not None:
            return both, at + 2
        per, end = _per(tokens, at + 1, "piece")
        if per and per[0][0] != "each":  # 2/day
            return Item("amount", f"{tokens[at].text}/{tokens[end - 1].text}", value, "piece", per), end
        return tokens[at], at + 1
    dimension, factor = UNITS[unit]
    text = " ".join(token.text for token in tokens[at : stop + 1])
    behind = stop + 1
    per, stop = _per(tokens, behind, dimension)
    if per and per[0][0] != "each":
        text += "/" + " ".join(token.text for token in tokens[behind + 1 : stop])
    return Item("amount", text, value * factor, dimension, per), stop


def _two_amounts(tokens: list[Item], at: int) -> Item | None:
    """The first of the amounts of a combination that share a unit: of "8/2 mg" or "3/0.375 g" the 8 mg."""
    if _text(tokens, at + 1) != "/" or at + 2 >= len(tokens) or tokens[at + 2].kind != "number":
        return None
    dimension, factor = UNITS.get(_text(tokens, at + 3), ("", ONE))
    if dimension not in ("mass", "units"):
        return None
    text = f"{tokens[at].text} {_text(tokens, at + 3)}"
    return Item("amount", text, tokens[at].value * factor, dimension)


def _is_unit(tokens: list[Item], at: int) -> bool:
    """Whether a word behind a number is its unit: not the "in" of "1 in 5", not the "pt" of a patient."""
    text = tokens[at].text
    if text == "in":
        return not (at + 1 < len(tokens) and tokens[at + 1].kind == "number") and _text(tokens, at + 1) != "a"
    return True


def _per(tokens: list[Item], at: int, dimension: str) -> tuple[Rate, int]:
    """What an amount is per, with where that stops: "/kg/min", "per 5 ml", "/vial", "each"."""
    per: Rate = ()
    while _text(tokens, at) in ("/", "per"):
        number, unit_at = ONE, at + 1
        if unit_at < len(tokens) and tokens[unit_at].kind == "number":
            number, unit_at = tokens[unit_at].value, unit_at + 1
        unit = _text(tokens, unit_at) if number else ""
        if unit in ("each", "ea"):
            unit = "each"
        if unit in _TIMES:
            one = (_TIMES[unit][0], _TIMES[unit][1] * number)
        elif unit in CONTAINERS:
            one = (CONTAINERS[unit], number)
        elif unit in UNITS and number and _divides(UNITS[unit][0], dimension):
            one = (UNITS[unit][0], UNITS[unit][1] * number)
        elif unit_at == at + 1 and (
            unit in SITES or (tokens[at].text == "/" and _is_other_thing(tokens, unit_at))
        ):
            one = (unit, ONE)
        else:
            break
        per, at = (*per, one), unit_at + 1
    if not per and _text(tokens, at) in ("each", "ea", "apiece"):
        return (("each", ONE),), at + 1
    return per, at


def _divides(one: str, other: str) -> bool:
    """Whether an amount of one dimension can be per one of another: mg per mL, not mg per unit."""
    return one != other and not {one, other} <= _SUBSTANCES


def _is_other_thing(tokens: list[Item], at: int) -> bool:
    """Whether a word behind "/" is what an amount is per: "50 mcg/actuation", "5 mg/gram"."""
    return _text(tokens, at) in _PIECES


def _area(tokens: list[Item], at: int) -> tuple[Item, int] | None:
    """The area of "4 x 4 cm" or "2 in x 5 yd", and where it stops; None without a unit of length."""
    first, stop = "", at + 1
    if _SIZE.fullmatch(_text(tokens, stop)):
        first, stop = tokens[stop].text, stop + 1
    if _text(tokens, stop) not in ("x", "by") or stop + 1 >= len(tokens) or tokens[stop + 1].kind != "number":
        return None
    other, stop = tokens[stop + 1], stop + 2
    second = ""
    if _SIZE.fullmatch(_text(tokens, stop)) and _is_unit(tokens, stop):
        second, stop = tokens[stop].text, stop + 1
    elif first == "" and _text(tokens, stop) == "cm2":
        second, stop = "cm", stop + 1
    if not (first or second) or (_text(tokens, stop) == "x" and not first):
        return None
    first, second = first or second, second or first
    sides = tokens[at].value * UNITS[first][1], other.value * UNITS[second][1]
    per, stop = _per(tokens, stop, "area")
    text = f"{tokens[at].text} {first} x {other.text} {second}"
    return Item("amount", text, sides[0] * sides[1] / 100, "area", per), stop


def _is_bare_size(tokens: list[Item], at: int) -> bool:
    """Whether a number begins a size without a unit, such as the "8x10" of a dressing."""
    if _text(tokens, at + 1) != "x" or at + 2 >= len(tokens) or tokens[at + 2].kind != "number":
        return False
    behind = _text(tokens, at + 3)
    pack = CONTAINERS.get(behind, "")
    if behind in UNITS or (pack and pack not in PACKS) or behind in _SCALES or behind in _COUNTED:
        return False
    return max(tokens[at].value, tokens[at + 2].value) <= _MAX_SIDE


def _text(tokens: list[Item], at: int) -> str:
    return tokens[at].text if 0 <= at < len(tokens) else ""
