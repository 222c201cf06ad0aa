"""`python -m benchmarks.table [RESULTS]`: write the tables of `docs/` from the results in JSON.

A table is between `<!-- NAME -->` and `<!-- /NAME -->`; the text between these marks is replaced.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

import msgspec

from benchmarks.__main__ import RESULTS
from benchmarks.server import EMPTY, SUGGEST
from benchmarks.setting import ROOT
from benchmarks.targets import TARGETS, row

PAGES = (ROOT / "docs" / "performance.md", ROOT / "docs" / "scaling.md")
Results = dict[str, dict[str, Any]]
CONTENDERS = {
    "ours": "our whole answer",
    "ours_in_processes": "our whole answer, a process for each core",
    "minilm_faiss": "sentence-transformers MiniLM + FAISS",
    "fts5": "SQLite FTS5",
    "empty_route": "empty JSON route, over HTTP",
}
ASKED = {
    "new": "a new text",
    "typed": "each key of a phrase, typed first",
    "repeated": "a text asked before",
    "typed_again": "each key of a phrase, typed again",
    "empty_route": "the empty route",
}


def read_results(folder: Path) -> Results:
    """Read the results of a folder, by name of the benchmark."""
    return {path.stem: msgspec.json.decode(path.read_bytes()) for path in sorted(folder.glob("*.json"))}


def tables(results: Results) -> dict[str, str]:
    """Make every table by name; a table without results is the text `not measured`."""
    texts = {}
    for name, make in MAKERS.items():
        try:
            texts[name] = make(results)
        except (KeyError, IndexError):  # the benchmark was not run, or skipped a part
            texts[name] = "not measured"
    return texts


def filled(text: str, tables_by_name: dict[str, str]) -> str:
    """Replace the tables of a page."""
    for name, table in tables_by_name.items():
        start, end = f"<!-- {name} -->", f"<!-- /{name} -->"
        before, mark, rest = text.partition(start)
        if mark:
            text = f"{before}{start}\n{table}\n{end}{rest.partition(end)[2]}"
    return text


def main(argv: Sequence[str]) -> int:
    """Write the tables of the pages; results of small runs are refused, since their numbers mean nothing."""
    results = read_results(Path(argv[0]) if argv else RESULTS)
    small = [name for name, result in results.items() if result["small"]]
    if small or not results:
        sys.stderr.write(f"benchmarks: no full results to show (small: {', '.join(small) or 'none'})\n")
        return 1
    tables_by_name = tables(results)
    for page in PAGES:
        page.write_text(filled(page.read_text(encoding="utf-8"), tables_by_name), encoding="utf-8")
    return 0


def _markdown(titles: Sequence[str], rows: Iterable[Sequence[Any]]) -> str:
    lines = [titles, ["---"] * len(titles), *rows]
    return "\n".join(f"| {' | '.join(str(cell) for cell in line)} |" for line in lines)


def _targets(results: Results) -> str:
    return _markdown(["what", "aim", "reached", ""], [row(target, results) for target in TARGETS])


def _machine(results: Results) -> str:
    measured = next(iter(results.values()))
    on = measured["machine"]
    packages = ", ".join(f"{name} {version}" for name, version in on["packages"].items())
    revisions = sorted({result["machine"]["revision"] for result in results.values()})
    loads = [result["machine"]["load_before"][0] for result in results.values()]
    return (
        f"{on['processor']}, {on['cores']} cores, {on['memory_gb']} GB; {on['system']}; "
        f"Python {on['python']}, SQLite {on['sqlite']}, {packages}. "
        f"Release: {measured['release']}. Revision {', '.join(revisions)}, "
        f"{on['at'][:10]}; load average before each benchmark {min(loads)} to {max(loads)}."
    )


def _answers(results: Results) -> str:
    times = results["answer"]["milliseconds"]
    rows = [
        [shown, *_points(times[name], ("p10", "p50", "p90", "p99"))]
        for name, shown in CONTENDERS.items()
        if name in times
    ]
    return _markdown(["one text, ms", "p10", "median", "p90", "p99"], rows)


def _http(results: Results) -> str:
    times = results["http"]["milliseconds"]
    rows = [[shown, *_points(times[name], ("p10", "p50", "p90", "p99"))] for name, shown in ASKED.items()]
    return _markdown(["one client, ms", "p10", "median", "p90", "p99"], rows)


def _closed(results: Results) -> str:
    measured = results["load"]
    ours, empty = (measured["closed"][path] for path in (SUGGEST, EMPTY))
    rows = [
        [
            entry["clients"],
            *(f"{side['rate']['median']:,.0f}" for side in (entry, other)),
            _share(measured["ratios"][f"rate_at_{entry['clients']}"]),
            *(f"{entry[at]['median']:.3g}" for at in ("p50_ms", "p99_ms")),
        ]
        for entry, other in zip(ours, empty, strict=True)
    ]
    return _markdown(["clients", "answers/s", "empty route/s", "share", "median, ms", "p99, ms"], rows)


def _open(results: Results) -> str:
    titles = [
        "share of 32 clients' rate",
        "offered/s",
        "answered/s",
        "median, ms",
        "p99, ms",
        "empty route p99, ms",
    ]
    ours, empty = (results["load"]["open"][path] for path in (SUGGEST, EMPTY))
    rows = [
        [f"{entry['share']:.0%}", f"{entry['offered']:,.0f}", f"{entry['rate']:,.0f}",
         f"{entry['p50_ms']:.3g}", f"{entry['p99_ms']:.3g}", f"{other['p99_ms']:.3g}"]
        for entry, other in zip(ours, empty, strict=True)
    ]  # fmt: skip
    return _markdown(titles, rows)


def _overload(results: Results) -> str:
    titles = [
        "of the capacity", "offered/s", "sent/s", "accepted/s", "refused",
        "until refused, p95, ms",
        "accepted, median, ms", "accepted, p99, ms", "health, p99, ms", "memory, MB",
    ]  # fmt: skip
    return _markdown(titles, [_overload_row(row) for row in results["overload"]["rows"]])


def _overload_row(row: dict[str, Any]) -> list[str]:
    refusal = row["refusal_ms"].get("p95")
    return [
        f"{row['factor']:g} x", f"{row['offered']:,.0f}", f"{row['sent']:,.0f}", f"{row['accepted']:,.0f}",
        f"{row['refused_share']:.0%}", f"{refusal:.3g}" if refusal is not None else "",
        f"{row['accepted_ms']['p50']:.3g}", f"{row['accepted_ms']['p99']:.3g}",
        f"{row['health_ms']['p99']:.3g}",
        f"{row['memory_mb']:.0f}",
    ]  # fmt: skip


def _batch(results: Results) -> str:
    rates = results["batch"]["lines_per_second"]
    return _markdown(["batch", "lines/s"], [[CONTENDERS[name], _span(rate)] for name, rate in rates.items()])


def _build(results: Results) -> str:
    measured = results["build"]
    shown = {"ours": "ours, in full", "update": "ours, 200 descriptors changed", "dense": "MiniLM + FAISS"}
    rows = [
        [
            name,
            _span(measured["build_s"][key]),
            _span(measured["peak_mb"][key]),
            f"{measured['disk_mb'][key]:.3g}",
        ]
        for key, name in shown.items()
    ]
    return _markdown(["build", "seconds", "peak memory, MB", "on disk, MB"], rows)


def _growth(results: Results) -> str:
    names = ("build_s", "grown_mb", "disk_mb", "answer_ms")
    rows = [
        [f"{entry['codes']:,}", *(f"{entry[name]['median']:.3g}" for name in names)]
        for entry in results["growth"]["sizes"]
    ]
    return _markdown(["codes", "build, s", "memory of the build, MB", "on disk, MB", "one answer, ms"], rows)


def _cold(results: Results) -> str:
    seconds = results["cold"]["seconds"]
    shown = {
        "python_pass": "`python -c pass`",
        "code": "`hcpcs code CODE`",
        "suggest": "`hcpcs suggest TEXT`",
        "minilm_faiss": "MiniLM + FAISS, vectors from a file",
    }
    return _markdown(
        ["cold process", "seconds"], [[name, _span(seconds[key])] for key, name in shown.items()]
    )


def _profile(results: Results) -> str:
    shares = list(results["profile"]["functions"].items())[:10]
    rows = [[f"`{name}`", f"{share:.0%}"] for name, share in shares]
    return _markdown(["function, with the library calls it makes", "share"], rows)


def _workers(results: Results) -> str:
    measured = results["workers"]
    process = measured["in_process_texts_per_second"]
    rows = [
        [
            "in process, texts/s",
            *(_span(process[n]) for n in "12"),
            _share(measured["ratios"]["in_process_2_to_1"]),
        ]
    ]
    for path, name in ((SUGGEST, "suggest"), (EMPTY, "empty")):
        rates = [_span(entry["rate"]) for entry in measured["http"][path]]
        rows.append(
            [f"`{path}`, 32 clients, answers/s", *rates, _share(measured["ratios"][f"{name}_2_to_1"])]
        )
    return _markdown(["", "1 worker", "2 workers", "2 to 1"], rows)


def _node(results: Results) -> str:
    memory, size, cold = results["memory"], results["size"], results["cold"]
    two = memory["two_workers_mb"]
    rate = next(entry for entry in results["load"]["closed"][SUGGEST] if entry["clients"] == 32)
    rows = [
        ["answers/s of one worker at 32 clients", _span(rate["rate"])],
        ["one worker, resident, MB", f"{memory['worker_mb']['after_texts']:.0f}"],
        [
            "two workers, their shares (PSS) together, MB",
            f"{sum(entry['proportional'] for entry in two):.0f}",
        ],
        ["index folder, MB", f"{size['index_mb']:.0f}"],
        ["serving install, MB", f"{size['ratios']['serving_install_mb']['median']:.0f}"],
        ["from nothing to the first answer, s", _span(cold["seconds"]["suggest"])],
    ]
    return _markdown(["one node", ""], rows)


def _points(times: dict[str, float], names: Sequence[str]) -> list[str]:
    return [f"{times[name]:.3g}" for name in names]


def _span(measured: dict[str, Any]) -> str:
    median, low, high = (f"{measured[name]:,.3g}" if measured[name] < 1000 else f"{measured[name]:,.0f}"
                         for name in ("median", "p10", "p90"))  # fmt: skip
    return median if measured["n"] == 1 else f"{median} ({low} to {high})"


def _share(measured: dict[str, Any]) -> str:
    return f"{measured['median']:.2f} ({measured['p10']:.2f} to {measured['p90']:.2f})"


MAKERS: dict[str, Callable[[Results], str]] = {
    "targets": _targets,
    "machine": _machine,
    "answers": _answers,
    "http": _http,
    "closed": _closed,
    "open": _open,
    "overload": _overload,
    "batch": _batch,
    "build": _build,
    "growth": _growth,
    "cold": _cold,
    "profile": _profile,
    "workers": _workers,
    "node": _node,
}

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
