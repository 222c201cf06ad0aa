"""`python -m benchmarks.table [RESULTS]`: fill the tables of `docs/` from the results in JSON.

A table stands between `<!-- NAME -->` and `<!-- /NAME -->`; what stood there is replaced.
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
    """The results of a folder, by name of the benchmark."""
    return {path.stem: msgspec.json.decode(path.read_bytes()) for path in sorted(folder.glob("*.json"))}


def tables(results: Results) -> dict[str, str]:
    """Every table by name; one whose numbers are not there says so."""
    found = {}
    for name, make in MAKERS.items():
        try:
            found[name] = make(results)
        except (KeyError, IndexError):  # that benchmark was not run, or skipped a part
            found[name] = "not measured"
    return found


def filled(text: str, made: dict[str, str]) -> str:
    """A page with its tables replaced."""
    for name, table in made.items():
        start, end = f"<!-- {name} -->", f"<!-- /{name} -->"
        before, found, rest = text.partition(start)
        if found:
            text = f"{before}{start}\n{table}\n{end}{rest.partition(end)[2]}"
    return text


def main(argv: Sequence[str]) -> int:
    """Fill the pages; small runs are refused, since their numbers mean nothing."""
    results = read_results(Path(argv[0]) if argv else RESULTS)
    small = [name for name, result in results.items() if result["small"]]
    if small or not results:
        sys.stderr.write(f"benchmarks: no full results to show (small: {', '.join(small) or 'none'})\n")
        return 1
    made = tables(results)
    for page in PAGES:
        page.write_text(filled(page.read_text(encoding="utf-8"), made), encoding="utf-8")
    return 0


def _markdown(titles: Sequence[str], rows: Iterable[Sequence[Any]]) -> str:
    lines = [titles, ["---"] * len(titles), *rows]
    return "\n".join(f"| {' | '.join(str(cell) for cell in line)} |" for line in lines)


def _targets(results: Results) -> str:
    return _markdown(["what", "aim", "reached", ""], [row(target, results) for target in TARGETS])


def _machine(results: Results) -> str:
    found = next(iter(results.values()))
    on = found["machine"]
    packages = ", ".join(f"{name} {version}" for name, version in on["packages"].items())
    revisions = sorted({result["machine"]["revision"] for result in results.values()})
    loads = [result["machine"]["load_before"][0] for result in results.values()]
    return (
        f"{on['processor']}, {on['cores']} cores, {on['memory_gb']} GB; {on['system']}; "
        f"Python {on['python']}, SQLite {on['sqlite']}, {packages}. "
        f"Release: {found['release']}. Revision {', '.join(revisions)}, "
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
    found = results["load"]
    ours, empty = (found["closed"][path] for path in (SUGGEST, EMPTY))
    rows = [
        [
            one["clients"],
            *(f"{side['rate']['median']:,.0f}" for side in (one, other)),
            _share(found["ratios"][f"rate_at_{one['clients']}"]),
            *(f"{one[at]['median']:.3g}" for at in ("p50_ms", "p99_ms")),
        ]
        for one, other in zip(ours, empty, strict=True)
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
        [f"{one['share']:.0%}", f"{one['offered']:,.0f}", f"{one['rate']:,.0f}", f"{one['p50_ms']:.3g}",
         f"{one['p99_ms']:.3g}", f"{other['p99_ms']:.3g}"]
        for one, other in zip(ours, empty, strict=True)
    ]  # fmt: skip
    return _markdown(titles, rows)


def _batch(results: Results) -> str:
    rates = results["batch"]["lines_per_second"]
    return _markdown(["batch", "lines/s"], [[CONTENDERS[name], _span(rate)] for name, rate in rates.items()])


def _build(results: Results) -> str:
    found = results["build"]
    shown = {"ours": "ours, in full", "update": "ours, 200 descriptors changed", "dense": "MiniLM + FAISS"}
    rows = [
        [name, _span(found["build_s"][key]), _span(found["peak_mb"][key]), f"{found['disk_mb'][key]:.3g}"]
        for key, name in shown.items()
    ]
    return _markdown(["build", "seconds", "peak memory, MB", "on disk, MB"], rows)


def _growth(results: Results) -> str:
    names = ("build_s", "grown_mb", "disk_mb", "answer_ms")
    rows = [
        [f"{one['codes']:,}", *(f"{one[name]['median']:.3g}" for name in names)]
        for one in results["growth"]["sizes"]
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
    found = results["workers"]
    process = found["in_process_texts_per_second"]
    rows = [
        [
            "in process, texts/s",
            *(_span(process[n]) for n in "12"),
            _share(found["ratios"]["in_process_2_to_1"]),
        ]
    ]
    for path, name in ((SUGGEST, "suggest"), (EMPTY, "empty")):
        rates = [_span(one["rate"]) for one in found["http"][path]]
        rows.append([f"`{path}`, 32 clients, answers/s", *rates, _share(found["ratios"][f"{name}_2_to_1"])])
    return _markdown(["", "1 worker", "2 workers", "2 to 1"], rows)


def _node(results: Results) -> str:
    memory, size, cold = results["memory"], results["size"], results["cold"]
    two = memory["two_workers_mb"]
    rate = next(one for one in results["load"]["closed"][SUGGEST] if one["clients"] == 32)
    rows = [
        ["answers/s of one worker at 32 clients", _span(rate["rate"])],
        ["one worker, resident, MB", f"{memory['worker_mb']['after_texts']:.0f}"],
        ["two workers, their shares (PSS) together, MB", f"{sum(one['proportional'] for one in two):.0f}"],
        ["index folder, MB", f"{size['index_mb']:.0f}"],
        ["serving install, MB", f"{size['ratios']['serving_install_mb']['median']:.0f}"],
        ["from nothing to the first answer, s", _span(cold["seconds"]["suggest"])],
    ]
    return _markdown(["one node", ""], rows)


def _points(times: dict[str, float], names: Sequence[str]) -> list[str]:
    return [f"{times[name]:.3g}" for name in names]


def _span(found: dict[str, Any]) -> str:
    median, low, high = (f"{found[name]:,.3g}" if found[name] < 1000 else f"{found[name]:,.0f}"
                         for name in ("median", "p10", "p90"))  # fmt: skip
    return median if found["n"] == 1 else f"{median} ({low} to {high})"


def _share(found: dict[str, Any]) -> str:
    return f"{found['median']:.2f} ({found['p10']:.2f} to {found['p90']:.2f})"


MAKERS: dict[str, Callable[[Results], str]] = {
    "targets": _targets,
    "machine": _machine,
    "answers": _answers,
    "http": _http,
    "closed": _closed,
    "open": _open,
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
