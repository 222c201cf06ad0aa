"""Do Level II answers change when a licence holder adds CPT, and what does a filter by level cost?

`python -m benchmarks.levels RELEASE CASES...` builds an index of the release with and without a made-up
Level I file, answers the labelled cases with both, and prints a table. The made-up codes have invented
descriptors: texts of procedures from the project's own grammars (`suggest/training/no_code`), so that they
compete with Level II as real ones would.
"""

from __future__ import annotations

import argparse
import random
import time
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory

import msgspec

from api.building import BuildOptions, build_index
from index.home import Home
from suggest.answer import Answer, Filters
from suggest.suggester import Suggester
from suggest.training.no_code import no_code_lines

CODES = 11_000
SEED = 20260101
ON = date(2026, 1, 15)
WARM_UP = 200


class Case(msgspec.Struct, frozen=True):
    """A labelled text."""

    query: str
    codes: tuple[str, ...]


def made_up_codes(count: int = CODES) -> dict[str, str]:
    """Codes of five digits with invented descriptors, ascending; half of them of two parts."""
    draw = random.Random(SEED)
    drawn = [line.text.lower() for line in no_code_lines(SEED, 3 * count) if line.looks_like == "cpt"]
    first, second = drawn[:count], drawn[-count:]
    codes = sorted(draw.sample(range(100, 99_900), len(first)))
    return {
        f"{code:05}": f"{text.capitalize()}; {other}" if code % 2 else text.capitalize()
        for code, text, other in zip(codes, first, second, strict=True)
    }


def write_delivery(folder: Path, texts: Mapping[str, str]) -> None:
    """Write `LONGULT.txt`, `SHORTU.txt` and `ConsumerDescriptor.txt` of the codes in the AMA's layouts."""
    notice = ["Invented codes and texts", ""]
    long = [f"{code}\t{text}" for code, text in texts.items()]
    short = [f"{code} {text[:28].upper():28}" for code, text in texts.items()]
    consumer = [
        f"{1_000_000 + i}\t{code}\t{texts[code].split(';')[0]} procedure" for i, code in enumerate(texts)
    ]
    for name, lines in (
        ("LONGULT.txt", [*notice, *long]),
        ("SHORTU.txt", [*notice, *short]),
        ("ConsumerDescriptor.txt", ["Concept Id\tCPT Code\tConsumer Friendly Descriptor", *consumer]),
    ):
        (folder / name).write_bytes("".join(f"{line}\r\n" for line in lines).encode("cp1252"))


def answers(folder: Path, cases: Sequence[Case], level: int | None) -> tuple[list[Answer], float]:
    """Answers of an index to every case, and microseconds for each."""
    suggester, filters = Suggester.load(folder), Filters(level=level)
    texts = [case.query for case in cases]
    suggester.suggest(texts[:WARM_UP], 10, ON, filters)
    start = time.perf_counter()
    found = suggester.suggest(texts, 10, ON, filters)
    return found, (time.perf_counter() - start) / len(texts) * 1e6


def _codes(answer: Answer) -> list[str]:
    return [one.code for one in answer.suggestions]


def row(
    name: str, cases: Sequence[Case], before: Sequence[Answer], after: Sequence[Answer], cost: float
) -> str:
    """A line of the table: accuracy, and what differs from the answers without CPT."""
    with_codes = [(case, answer) for case, answer in zip(cases, after, strict=True) if case.codes]

    def top(k: int) -> float:
        right = [any(one.code in case.codes for one in found.suggestions[:k]) for case, found in with_codes]
        return sum(right) / len(right)

    pairs = [(_codes(x), _codes(y)) for x, y in zip(before, after, strict=True)]
    same = [x == y for x, y in pairs]
    first = [x[:1] == y[:1] for x, y in pairs]
    moved = [
        abs(x.suggestions[0].confidence - y.suggestions[0].confidence)
        for x, y, equal in zip(before, after, first, strict=True)
        if equal and x.suggestions
    ]
    return (
        f"{name:28} top-1 {top(1):.4f}  top-10 {top(10):.4f}  same ten {sum(same)}/{len(same)}  same first"
        f" {sum(first)}  confidence moved by {sum(moved) / len(moved):.4f} (at most {max(moved):.3f}) "
        f" {cost:.0f} us"
    )


def main() -> None:
    """Build both indexes and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("release")
    parser.add_argument("cases", nargs="+", type=Path, help="files of cases, one JSON object a line")
    arguments = parser.parse_args()
    decoder = msgspec.json.Decoder(Case)
    cases = [case for path in arguments.cases for case in decoder.decode_lines(path.read_bytes())]
    with TemporaryDirectory() as name:
        work = Path(name)
        delivery = work / "delivery"
        delivery.mkdir()
        write_delivery(delivery, made_up_codes())
        home = Home(work / "home")
        for out, cpt in (("plain", None), ("both", delivery)):
            options = BuildOptions(release=arguments.release, cpt=cpt, out=work / "home" / out)
            build_index(home, options, on=ON)
        plain, cost = answers(work / "home" / "plain", cases, None)
        print(row("Level II alone", cases, plain, plain, cost))
        for title, level in (("with CPT, level 2", 2), ("with CPT, no filter", None)):
            found, cost = answers(work / "home" / "both", cases, level)
            print(row(title, cases, plain, found, cost))


if __name__ == "__main__":
    main()
