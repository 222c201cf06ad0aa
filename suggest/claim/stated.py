"""What a text states of amounts: given, opened, wasted, and of the patient."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from typing import NamedTuple

from suggest.claim.measures import PACKS, UNITS
from suggest.claim.scan import ONE, ZERO, Item, Rate, scan

_NO_WASTE = re.compile(
    r"\b(?:no|zero|0|0 mg|none|nothing|without|w/o)(?: (?!vial|and|then)\w+){0,2}? (?:wast(?:e|ed|age"
    r"|ing)|discard(?:ed|s)?"
    r"|left ?overs?|left|remain(?:ing|der|s|ed)?|residual|cut off|thrown|tossed|unused)\b"
    r"|\bwast(?:e|ed|age):? ?=? ?(?:0|none|zero|nil)\b(?! ?\.)"
    r"|\ball(?: \w+)?(?: was| were)? (?:given|used|infused|injected|administered|pushed|applied"
    r"|instilled|delivered|it)\b"
    r"|\ball of (?:it|them|the \w+|both)\b|\bjz\b"
    r"|\b(?:entire|whole|full|complete)(?: (?:\w+|\d+)){0,3}? (?:vial|syringe|dose(?= (?:was )?(?:given"
    r"|used|infused|injected|administered|applied))|bag|contents?|amount|ampule|amp|patch|cartridge|pen"
    r"|sdv|pfs)"
    r"(?:e?s)?\b"
    r"|\b(?:fully|completely|entirely) (?:used|given|infused|administered|injected|applied)\b"
    r"|\bused (?:it )?up\b"
)
_WASTE = re.compile(
    r"wast(?:ed?|age|ing)|discard(?:ed|s|ing)?|toss(?:ed)?|trash(?:ed)?|dump(?:ed)?|unused|leftovers?"
)
_WASTE_PAIRS = {("left", "over"), ("thrown", "out"), ("threw", "out"), ("thrown", "away"), ("threw", "away"),
                ("down", "the"), ("not", "used")}  # fmt: skip
_OF_WASTE = (
    *("wast", "discard", "toss", "trash", "dump", "unused", "left", "thr", "down", "not", "remain", "rest"),
    *("balance", "resid", "excess"),
)
"""A text without one of these says nothing of waste."""
_OF_NO_WASTE = (
    *("wast", "discard", "left", "remain", "resid", "cut", "thrown", "toss", "unused", "all", "jz", "entire"),
    *("whole", "full", "complete", "used"),
)
"""A text without one of these does not say that nothing was wasted."""
_REST = frozenset(("remainder", "rest", "balance", "leftover", "residual", "remaining", "excess"))
_OPENED = frozenset(
    [
        "opened",
        "open",
        "used",
        "of",
        "at",
        "size",
        "sized",
        "strength",
        "containing",
        "containing:",
        "holding",
        "with",
        "were",
        "was",
        "is",
        "are",
        "each",
        "use",
        "uses",
        "from",
    ]
)
_ADJECTIVES = frozenset(
    [
        "single",
        "singledose",
        "singleuse",
        "singlepatient",
        "multidose",
        "multiuse",
        "multipledose",
        "multipleuse",
        "unitdose",
        "dose",
        "use",
        "prefilled",
        "pf",
        "full",
        "whole",
        "entire",
        "fresh",
        "new",
        "opened",
        "size",
        "sized",
        "glass",
        "plastic",
        "preservative",
        "free",
        "lyophilized",
        "powder",
        "sterile",
        "premixed",
        "premix",
        "auto",
        "iv",
        "ready",
        "to",
        "vial",
        "syringe",
        "bulk",
        "pharmacy",
        "unopened",
        "complete",
        "spray",
        "cartridge",
        "needle",
        "safety",
        "ez",
    ]
)
_MULTIDOSE = frozenset(("multidose", "multiuse", "multipledose", "multipleuse", "bulk"))
_MULTIDOSE_VIAL = re.compile(r"\bmdvs?\b")
_OF_PATIENT = {"bsa": "body", "wt": "weight", "weight": "weight", "weighs": "weight"}
_BEFORE_NUMBER = {"miles": "miles", "mileage": "miles", "mi": "miles", "hours": "hours", "hrs": "hours",
                  "minutes": "minutes", "mins": "minutes"}  # fmt: skip
"""Units that also stand before their number: "mileage 212"."""
_TWO_OF = frozenset(
    (
        "way",
        "leg",
        "direction",
        "buttock",
        "glute",
        "gluteal",
        "knee",
        "eye",
        "side",
        "hip",
        "shoulder",
        "arm",
    )
    + ("thigh", "deltoid", "foot", "hand", "elbow", "wrist", "ankle", "ear")
)
"""Of what there are two: an amount "each" of it is given twice."""
_DISPENSED = frozenset(("#", "qty", "quantity", "disp", "dispense", "dispensed"))
_JOINERS = frozenset(("+", "and", "&", "plus"))
_GIVEN = frozenset(
    [
        "given",
        "administered",
        "infused",
        "injected",
        "pushed",
        "applied",
        "received",
        "instilled",
        "delivered",
        "used",
        "gave",
        "took",
    ]
)
_DILUENT = frozenset(["in", "into", "with", "w", "diluted", "reconstituted"])
_CARRIERS = frozenset(["dextrose", "sodium", "saline", "nacl", "ns"])
_GAVE = frozenset(["gave", "given", "administered", "received", "injected", "infused", "used", "applied"])
_BEFORE_TOTAL = frozenset(("=", "->", "equals", "total", "totaling", "totalling", "totals"))


class Container(NamedTuple):
    """Things that were opened.

    Attributes:
        many: How many.
        amount: What one holds, with its dimension; None when the text does not say.
        thing: What they are, singular.
        sure: Whether the amount is one container's and cannot be the dose.
        listed: Whether the text counts them.
    """

    many: Fraction
    amount: Item | None
    thing: str
    sure: bool = True
    listed: bool = True


class Dose(NamedTuple):
    """A plain amount that a text states.

    Attributes:
        item: As scanned.
        times: How often it was given.
        total: Whether the text marks it as a result ("= 410 mg") or as given.
        joined: Whether it is added to the dose before it ("6 mg then 12 mg").
        diluent: Whether it is what a drug was put into ("in 1 L").
        at: Position among the items.
    """

    item: Item
    times: Fraction
    total: bool
    joined: bool
    diluent: bool
    at: int


class Stated(NamedTuple):
    """What a text states.

    Attributes:
        items: Its pieces.
        doses: Plain amounts, not of containers and not wasted.
        rates: Amounts per something: per kg, per mL, per day.
        containers: What was opened.
        wasted: Amounts that the text says were thrown away.
        waste: "none" or "some" when the text speaks of waste, else "".
        multidose: Whether the container is for several patients.
        used: Positions of the items that containers and waste took.
        repeats: How often what a rate states was given: "2.5 mg/3 mL x 3".
    """

    items: Sequence[Item]
    doses: tuple[Dose, ...]
    rates: tuple[Item, ...]
    containers: tuple[Container, ...]
    wasted: tuple[Item, ...]
    waste: str
    multidose: bool
    used: frozenset[int]
    repeats: Mapping[Item, Fraction]


def stated(text: str) -> Stated:
    """Read the amounts of a text."""
    return _Reading(text).result()


class _Reading:
    """One text while it is read; `used` are the items that have found their place."""

    def __init__(self, text: str) -> None:
        self.items = scan(text)
        self.used: set[int] = set()
        self.rates: list[Item] = []
        self.repeats: dict[Item, Fraction] = {}
        self.containers: list[Container] = []
        self.wasted: list[Item] = []
        lower = text.lower()
        self.lower = lower
        self.none = _any_in(_OF_NO_WASTE, lower) and _NO_WASTE.search(lower) is not None
        words = {item.text for item in self.items if item.kind == "word"}
        self.multidose = not words.isdisjoint(_MULTIDOSE) or (
            "mdv" in lower and _MULTIDOSE_VIAL.search(lower) is not None
        )

    def result(self) -> Stated:
        """Everything that was read, containers first, then waste, then what is left."""
        self._patient()
        for at, item in enumerate(self.items):
            if item.kind == "thing" and at not in self.used:
                self._container(at)
        self.containers = _merged(self.containers)
        some = self._waste()
        doses = tuple(self._doses())
        waste = "none" if self.none and not self.wasted else "some" if some else ""
        return Stated(
            self.items, doses, tuple(self.rates), tuple(self.containers), tuple(self.wasted), waste,
            self.multidose, frozenset(self.used), self.repeats,
        )  # fmt: skip

    def _item(self, at: int) -> Item:
        return self.items[at] if 0 <= at < len(self.items) else Item("", "")

    def _patient(self) -> None:
        """Give numbers behind "BSA" and "wt", and those that a rate is multiplied by, their unit."""
        for at, item in enumerate(self.items):
            if item.text in _BEFORE_NUMBER:
                self._number_behind(at)
            name = _OF_PATIENT.get(item.text)
            if name:
                to = at + 1
                while self._item(to).text in ("of", "is", "=", ":"):
                    to += 1
                self._give_unit(to, name)
            elif item.text == "auc":
                self.used.add(at + 1)
            elif (
                item.per
                and item.per[0][0] in ("body", "weight")
                and self._item(at + 1).text in ("x", "@", "at")
            ):
                self._give_unit(at + 2, item.per[0][0])

    def _number_behind(self, at: int) -> None:
        """Give the number of "mileage 212" or "hours: 17.5" its unit."""
        to = at + 1 + (self._item(at + 1).text in (":", "="))
        item, word = self._item(to), _BEFORE_NUMBER[self.items[at].text]
        if item.kind == "number" and self._item(to + 1).kind not in ("word", "amount", "thing"):
            dimension, factor = UNITS[word]
            self.items[to] = Item("amount", f"{item.text} {word}", item.value * factor, dimension)

    def _give_unit(self, at: int, dimension: str) -> None:
        item = self._item(at)
        if item.kind == "number":
            unit = "m2" if dimension == "body" else "kg"
            self.items[at] = Item("amount", f"{item.text} {unit}", item.value, dimension)

    # -- what was opened

    def _container(self, at: int) -> None:
        """The container at a position with its count and what it holds, left of it or right of it."""
        left = at - 1
        while left >= 0 and (
            self.items[left].text in _ADJECTIVES or self.items[left].text in ("(", ")", "-")
        ):
            left -= 1
            if at - left > 6:
                break
        item = self._item(left)
        if left in self.used:
            item = Item("", "")
        is_dose = (self._item(left - 2).text, self._item(left - 1).text) in (("dose", "="), ("dose", ":"))
        if is_dose and item.kind == "amount":
            self._held_right(at, None)
        elif (
            item.kind == "amount"
            and self._item(left - 1).text == "/"
            and self._item(left - 2).kind == "amount"
        ):
            self._held_right(at, None)  # both substances of a kit: 600 mg/900 mg
        elif item.kind == "amount" and item.dimension not in ("time", "weight", "body", "distance"):
            self._held_left(at, left)
        elif item.kind == "number" and self._item(left - 1).text not in ("bsa", "wt"):
            self._held_right(at, left)
        else:
            self._held_right(at, None)

    def _held_left(self, at: int, left: int) -> None:
        """`5 x 100 mg vials`, `1 x 500 mg + 3 x 100 mg vials`, `a 400 and a 100 mg vial`."""
        thing = self.items[at].text
        unit = self.items[left]
        after = self._count_after(at)
        position = left
        while True:
            item = self.items[position]
            content = _with_unit_of(item, unit) if item.kind == "number" else item
            count, begin = self._count_before(position)
            if begin < position and self.items[begin].kind == "word" and position == left:
                count = ONE
            times = count * after if position == left and begin == position else count
            if position == left and times == ONE:
                times = self._schedule_after(at)
            self._add(Container(times, self._content(content, thing), thing))
            self.used.update(range(begin, position + 1))
            previous = begin - 1
            if self._item(previous).text not in _JOINERS and not (
                self._item(previous).text == "," and self._is_counted(previous - 1)
            ):
                break
            previous -= 1
            other = self._item(previous)
            if (
                previous in self.used
                or other.per
                or not (
                    other.kind == "number" or (other.kind == "amount" and other.dimension == unit.dimension)
                )
            ):
                break
            position, after = previous, ONE

    def _is_counted(self, at: int) -> bool:
        """Whether an amount stands behind its count: one of a list with commas."""
        count, begin = self._count_before(at)
        return self._item(at).kind == "amount" and begin < at

    def _count_before(self, at: int) -> tuple[Fraction, int]:
        """How many of the amount at a position ("5 x 100 mg", "two 100 mg"), and where that begins."""
        before = self._item(at - 1)
        if before.text == "x" and self._item(at - 2).kind == "number":
            return self.items[at - 2].value, at - 2
        if before.kind == "number" and at - 1 not in self.used and before.value.denominator == 1:
            return before.value, at - 1
        if before.text in ("a", "an"):
            return ONE, at - 1
        return ONE, at

    def _count_after(self, at: int) -> Fraction:
        """How many of the container at a position when the count follows: `vials x 5`, `vial #2`."""
        to = at + 1
        while self._item(to).text in ("(", "opened", "used", "each"):
            to += 1
        if self._item(to).text == "," and self._item(to + 1).text == "#":
            to += 1
        if self._item(to).text in ("x", "#") and self._item(to + 1).kind == "number":
            self.used.update((to, to + 1))
            return self.items[to + 1].value
        return ONE

    def _held_right(self, at: int, number_at: int | None) -> None:
        """`2 vials of 100 mg each`, `6 vials (1 g/vial)`, `vials 160 + 100 mg`, `box of 12`."""
        thing = self.items[at].text
        count = ONE
        if number_at is not None:
            count = self.items[number_at].value
            self.used.add(number_at)
            if self._item(at + 1).text == "x" and self._is_content(at + 2, thing):
                to = at + 2  # 5 vials x 100 mg, 3 bags x 20
                held = self._item(to)
                if held.kind == "number":
                    held = held._replace(kind="amount", dimension="piece")
                self._add(Container(count, held, thing))
                self.used.add(to)
                return
        elif self._count_after(at) != ONE:
            count = self._count_after(at)
        count *= self._days_after(at)
        to = at + 1
        marked = thing in PACKS and self._item(to).kind == "number" and self._ends_at(to + 1)
        while self._item(to).text in _OPENED or self._item(to).text in ("(", "@", ":", "="):
            marked = marked or self._item(to).text in ("of", "@", "(", "at", "containing", "each", "size")
            to += 1
        item = self._item(to)
        listed = number_at is not None or count != ONE
        if (
            item.kind == "number"
            and item.value.denominator == 1
            and marked
            and number_at is None
            and not self._list_follows(to)
        ):
            self._add(Container(count, item._replace(kind="amount", dimension="piece"), thing, listed=listed))
            self.used.add(to)
        elif (
            item.kind == "number"
            and marked
            and number_at is not None
            and self._item(to + 1).text not in _JOINERS
        ):
            self._add(Container(count, item._replace(kind="amount", dimension="piece"), thing))
            self.used.add(to)
        elif number_at is None and (item.kind == "amount" or self._list_follows(to)) and to not in self.used:
            self._held_list(to, thing)
        elif (
            item.kind == "amount" and to not in self.used and _holdable(item) and not self._is_new(to, marked)
        ):
            own = {dimension for dimension, _ in item.per} & {"each", thing}
            self.used.add(to)
            content = self._content(item._replace(per=_without(item.per, thing)), thing)
            self._add(Container(count, content, thing, sure=marked or bool(own) or count == 1))
        else:
            self._add(Container(count, None, thing, listed=listed))

    def _ends_at(self, at: int) -> bool:
        return self._item(at).text in ("", ",", ";", ".", ")")

    def _is_content(self, at: int, thing: str) -> bool:
        """Whether what follows "5 vials x" is what one of them holds."""
        item = self._item(at)
        if item.kind == "amount":
            return _holdable(item) and not item.per
        last = self._item(at + 1).kind not in ("amount", "thing", "number", "word") or at + 1 >= len(
            self.items
        )
        return item.kind == "number" and item.value.denominator == 1 and thing in PACKS and last

    def _days_after(self, at: int) -> Fraction:
        """The days of `6 cans/day x 30 days`, the doses of `1 cap tid x 5 days`; 1 where none are stated."""
        daily = (self._item(at + 1).text, self._item(at + 2).text) in (
            ("/", "day"),
            ("per", "day"),
            ("a", "day"),
        )
        if not daily and self._item(at + 1).kind != "times-a-day":
            return ONE
        days = [item.value for item in self.items[at:] if item.dimension == "time" and item.value % 1440 == 0]
        a_day = self._item(at + 1).value if not daily else ONE
        return days[0] / 1440 * a_day if len(days) == 1 and a_day else ONE

    def _schedule_after(self, at: int) -> Fraction:
        """How many doses a schedule behind a position gives: 3 of `tid x 1 day`; 1 without one."""
        often, to = self._item(at + 1), at + 2
        if often.kind != "times-a-day" or not often.value:
            return ONE
        to += self._item(to).text in ("x", "for")
        days = self._item(to)
        whole = days.dimension == "time" and not days.per and days.value % 1440 == 0
        return often.value * days.value / 1440 if whole else ONE

    def _is_new(self, to: int, marked: bool) -> bool:
        """Whether an amount behind a container begins something new: it is the count of other containers."""
        return not marked and self._item(to + 1).kind == "thing"

    def _list_follows(self, to: int) -> bool:
        return self._item(to).kind in ("number", "amount") and (
            self._item(to + 1).text in _JOINERS
            or self._item(to + 1).text in ("x", ",")
            and self._item(to + 2).kind in ("number", "amount")
            and self._item(to + 3).kind != "thing"
        )

    def _held_list(self, to: int, thing: str) -> None:
        """`vials opened 500 mg x1, 100 mg x5`, `vials 400 + 120 + 120`, `vial 500 mg`."""
        found: list[tuple[int, Item, Fraction]] = []
        while self._item(to).kind in ("number", "amount") and to not in self.used:
            count = ONE
            if (
                self._item(to).kind == "number"
                and self._item(to + 1).text == "x"
                and self._item(to + 2).kind == "amount"
            ):
                count, to = self.items[to].value, to + 2
            item, at = self.items[to], to
            if item.kind == "amount" and not _holdable(item):
                break
            if self._item(to + 1).text in ("x", "(") and self._item(to + 2).kind == "number":
                count, to = self.items[to + 2].value, to + 2
                to += self._item(to + 1).text == ")"
            if count == ONE and item.kind == "amount" and at == to:
                count = self._times(at, item._replace(per=()))
            found.append((at, item, count))
            self.used.update(range(at, to + 1))
            if self._item(to + 1).text not in _JOINERS and self._item(to + 1).text != ",":
                break
            more = self._item(to + 3).text in ("x", "(") or self._item(to + 2).kind == "number"
            if self._item(to + 1).text == "," and (not more or self._item(to + 3).kind == "thing"):
                break
            to += 2
        unit = next((item for _, item, _ in reversed(found) if item.kind == "amount"), None)
        for _, item, count in found:
            content = item if item.kind == "amount" else _with_unit_of(item, unit)
            content = content._replace(per=_without(content.per, thing))
            self._add(Container(count, self._content(content, thing), thing))

    def _content(self, item: Item, thing: str) -> Item | None:
        """What one container holds; of "30 mg/mL" in a syringe the 30 mg, in a vial only with its mL."""
        if not item.per:
            return item
        dimension, size = item.per[0]
        if dimension != "volume":
            return None if dimension in ("weight", "body", "time") else item._replace(per=())
        self.rates.append(item)
        if size != 1 or thing in ("syringe", "autoinjector", "cartridge", "pen", "ampule"):
            return item._replace(per=())
        return None

    def _add(self, container: Container) -> None:
        self.containers.append(container)

    # -- what was thrown away

    def _waste(self) -> bool:
        """Take the amounts beside words of waste; True if the text says that something was wasted."""
        some = False
        if not _any_in(_OF_WASTE, self.lower):
            return False
        for at, item in enumerate(self.items):
            pair = (item.text, self._item(at + 1).text)
            if item.kind != "word" or not (
                _WASTE.fullmatch(item.text) or pair in _WASTE_PAIRS or item.text in _REST
            ):
                continue
            if item.text in _REST and not self._verb_near(at):
                continue
            some = some or not self.none
            found = self._beside(at)
            if found is not None:
                some = some or self.items[found].value > 0
                self.wasted.append(self.items[found])
                self.used.add(found)
        return some

    def _verb_near(self, at: int) -> bool:
        return any(
            _WASTE.fullmatch(self._item(at + step).text)
            or (self._item(at + step).text, self._item(at + step + 1).text) in _WASTE_PAIRS
            for step in (1, 2, 3, 4)
        )

    def _beside(self, at: int) -> int | None:
        """Position of the amount that a word of waste stands beside, in the same clause."""
        rest = self.items[at].text in _REST
        for step in (1, -1):
            to = at + step
            for _ in range(4):
                item = self._item(to)
                if item.kind in ("amount", "number"):
                    if to in self.used or item.per or item.dimension in ("time", "weight", "body"):
                        break
                    if step == -1 and rest and self.items[at].text not in ("leftover", "remaining", "excess"):
                        break
                    if step == 1 and self._item(to + 1).kind == "thing" and item.kind == "number":
                        break
                    if step == 1 and self._item(to + 1).text in _GIVEN:
                        break
                    return to
                if item.kind != "word" and item.text not in (":", "=", "-", "("):
                    break
                if (
                    item.text
                    in (
                        "from",
                        "gave",
                        "given",
                        "used",
                        "applied",
                        "and",
                        "rest",
                        "remainder",
                        "balance",
                        "opened",
                    )
                    and step == -1
                    and item.text != "and"
                ):
                    break
                if item.text in _GIVEN:
                    break
                to += step
        return None

    # -- what was given

    def _doses(self) -> Iterator[Dose]:
        last: Dose | None = None
        for at, item in enumerate(self.items):
            if item.kind != "amount" or at in self.used:
                continue
            if item.per and item.per != (("each", ONE),):
                if not self._is_of_diluent(at):
                    self.rates.append(item)
                    self.repeats[item] = self._times(at, item)
                continue
            last = Dose(
                item._replace(per=()),
                self._times(at, item),
                self._is_total(at),
                self._joined_to(at, last),
                self._is_diluent(at),
                at,
            )
            yield last

    def _is_of_diluent(self, at: int) -> bool:
        """Whether a percentage is that of what the drug is in: "in 5% dextrose", "0.9% sodium chloride"."""
        if not self.items[at].text.endswith("%"):
            return False
        return self._item(at - 1).text in ("in", "-") or self._item(at + 1).text in _CARRIERS

    def _is_total(self, at: int) -> bool:
        before = self._item(at - 1).text, self._item(at - 2).text
        if before[0] in _BEFORE_TOTAL or before in ((("of"), "total"), (":", "total"), ("to", "rounded")):
            return True
        to = at + 1
        while self._item(to).text in ("was", "were", "iv", "im", "sc", "sq", "subq", "total", "dose"):
            if self._item(to).text == "total":
                return True
            to += 1
        return self._item(to).text in _GIVEN or before[0] in _GAVE

    def _joined_to(self, at: int, last: Dose | None) -> bool:
        """Whether words such as "then" or "+" join an amount to the one before it."""
        if last is None:
            return False
        between = self.items[last.at + 1 : at]
        return any(
            item.text in ("+", "and", "then", "plus", "&", "followed") for item in between
        ) and not any(item.text in (";", ".") for item in between)

    def _is_diluent(self, at: int) -> bool:
        if self.items[at].dimension != "volume":
            return False
        before = [self._item(at - step).text for step in (1, 2, 3)]
        return before[0] in _DILUENT or (
            before[1] in _DILUENT and before[0] in ("ns", "d5w", "lr", "sw", "a", "with", "to")
        )

    def _times(self, at: int, item: Item) -> Fraction:
        """How often a dose was given: `x 2`, `x 3 doses`, `bid x 7 days`, `each knee`."""
        times = ONE
        if self._item(at - 1).text == "x" and self._item(at - 2).kind == "number" and at - 2 not in self.used:
            times *= self.items[at - 2].value
        elif item.per == (("each", ONE),):
            times *= self._number_of_sites(at)
        to, a_day = at + 1, ONE
        while to - at < 5 and (
            (self._item(to).kind in ("word", "times-a-day") and self._item(to).text not in _JOINERS)
            or self._item(to).text == ")"
        ):
            if self._item(to).kind == "times-a-day" and self._item(to).value:
                a_day = self._item(to).value
            to += 1
        by = self._item(to + 1)
        if self._item(to).text == "x":
            if by.kind == "number" and self._item(to + 2).text != "x":
                times *= by.value
                self.used.add(to + 1)
            elif _is_days(by) and (item.dimension != "time" or item.value < 1440):
                times *= by.value / 1440 * a_day
                self.used.update({to + 1} if item.dimension == "time" and not item.per else ())
        elif (
            _is_days(self._item(to)) and self._item(to - 1).kind == "times-a-day" and item.dimension != "time"
        ):
            times *= self._item(to).value / 1440 * a_day
        elif times == ONE and (counted := self._doses_after(at)):
            times = counted
        elif to == at + 1 and self._dispensed(to) is not None:
            times *= self._dispensed(to) or ONE
        return times

    def _doses_after(self, at: int) -> Fraction:
        """The number of doses that a text states apart from one: `400 mg q12h, 2 doses`; 0 for none."""
        for to in range(at + 1, len(self.items) - 1):
            item, before = self.items[to], self._item(to - 1).text
            if item.kind == "amount" and item.dimension != "time":
                return ZERO
            if item.kind == "number" and self._item(to + 1).text == "doses":
                divided = before in ("in", "of", "over", "x", "/", "divided", "into")
                return ZERO if divided or item.value.denominator != 1 else item.value
        return ZERO

    def _dispensed(self, at: int) -> Fraction | None:
        """How many pieces of an amount are given out: `1 mg #30`, `1 mg, qty 30`; None without a count."""
        at += self._item(at).text == "," and self._item(at + 1).text in _DISPENSED
        count = self._item(at + 1 + (self._item(at + 1).text in (":", "#")))
        marked = self._item(at).text in _DISPENSED and count.kind == "number" and count.value.denominator == 1
        is_turn = "of" in (self._item(at + 2).text, self._item(at + 3).text)  # "#2 of 3"
        return count.value if marked and not is_turn and count.value > 0 else None

    def _number_of_sites(self, at: int) -> Fraction:
        """How many a dose "each" is for: the number before it, or two sides."""
        if self._item(at + 1).text in _TWO_OF:
            return Fraction(2)
        for before in reversed(self.items[:at]):
            if before.kind == "number" and before.value.denominator == 1:
                return before.value
        paired = {item.text for item in self.items} & {
            "both",
            "bilateral",
            "bilat",
            "knee",
            "eye",
            "side",
            "hip",
            "shoulder",
        }
        return Fraction(2) if paired else ONE


def _any_in(signs: tuple[str, ...], text: str) -> bool:
    for sign in signs:  # noqa: SIM110 - a loop is faster than a generator
        if sign in text:
            return True
    return False


def _merged(containers: list[Container]) -> list[Container]:
    """Containers that a text names twice put together.

    In "750 mg SDV, whole vial" there is one vial, in "500 mg tablets, 120 tabs" 120 tablets.
    """
    sized = [one for one in containers if one.amount is not None]
    if not sized:
        return containers
    bare = [one for one in containers if one.amount is None and one.listed]
    if len(sized) == 1 and sized[0].many == 1 and bare and all(one.thing == sized[0].thing for one in bare):
        return [sized[0]._replace(many=bare[-1].many)]
    return sized + bare


def _is_days(item: Item) -> bool:
    return item.dimension == "time" and not item.per and item.value >= 1440 and item.value % 1440 == 0


def _holdable(item: Item) -> bool:
    return item.dimension not in ("time", "weight", "body", "distance", "piece")


def _without(per: Rate, thing: str) -> Rate:
    return tuple(one for one in per if one[0] not in ("each", thing))


def _with_unit_of(number: Item, unit: Item | None) -> Item:
    """A number with the unit of another amount of its list; without a unit if there is none."""
    if unit is None:
        return Item("amount", number.text, number.value, "")
    name = unit.text.split(" ")[-1]
    factor = UNITS[name][1] if name in UNITS else ONE
    return Item("amount", f"{number.text} {name}", number.value * factor, unit.dimension)
