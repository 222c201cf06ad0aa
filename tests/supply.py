"""Licences and known vulnerabilities of the installed and the locked packages; `make check` runs it.

What could not be audited is named: the auditor itself prints that all is well when it finds no data.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections import defaultdict
from pathlib import Path

LOCK = Path(__file__).parents[1] / "constraints.txt"
MAX_SECONDS = 300
ALLOWED = {
    *("0BSD", "BSD License", "BSD-2-Clause", "BSD-3-Clause", "BSL-1.0", "CC0-1.0", "CNRI-Python"),
    *("Apache 2.0 License", "Apache Software License", "Apache-2.0", "Apache-2.0 WITH LLVM-exception"),
    *("ISC", "ISC License (ISCL)", "MIT", "MIT License", "MIT-0", "MIT-CMU", "Zlib"),
    *("MPL-2.0", "Mozilla Public License 2.0 (MPL 2.0)"),
    "LGPL-3.0-only",  # psycopg, an extra that is imported as it is
    *("PSF-2.0", "Python Software Foundation License"),
}
"""Licences as packages name them: permissive ones, the MPL, which binds its own files only, and the LGPL of a
library that is used unchanged."""

READ_BY_HAND = {"atheris": "Apache-2.0", "fhirpy": "MIT"}
"""Licences of packages that declare none but carry a licence file."""

OF_TORCH = re.compile(r"nvidia-|cuda-")
"""Libraries of torch's build for graphics cards: not in the lock, under their maker's own licence."""


def licences(tools: Path, python: str = sys.executable) -> dict[str, list[str]]:
    """The packages of an environment by licence; a licence is one line as the package gives it."""
    done = subprocess.run(
        [tools / "pip-licenses", f"--python={python}", "--format=json", "--from=mixed"],
        capture_output=True,
        text=True,
        check=True,
    )
    found: dict[str, list[str]] = defaultdict(list)
    for row in json.loads(done.stdout):
        licence = READ_BY_HAND.get(row["Name"], row["License"].split("\n")[0])
        found[licence].append(row["Name"])
    return dict(found)


def allowed(licence: str) -> bool:
    """Whether all licences of an expression are allowed; of alternatives one is enough."""
    parts = re.split(r" AND |; ", licence.removeprefix("DFSG approved; ").replace("(", "").replace(")", ""))
    known = {name.replace("(", "").replace(")", "") for name in ALLOWED}
    return all(any(choice in known for choice in part.split(" OR ")) for part in parts)


def refused(found: dict[str, list[str]]) -> list[str]:
    """One line for each package whose licence is not allowed."""
    return [
        f"{name}: {licence}"
        for licence, names in found.items()
        if not allowed(licence)
        for name in names
        if not OF_TORCH.match(name)
    ]


def audit(tools: Path, lock: Path = LOCK, *options: str) -> tuple[list[str], list[str]]:
    """The known vulnerabilities of the locked packages, one line each, and the packages not audited.

    Without the auditor, without network or after five minutes no package is audited.
    """
    command = [tools / "pip-audit", "-r", lock, "--no-deps", "--disable-pip", "--format=json"]
    try:
        done = subprocess.run(
            [*command, "--progress-spinner=off", *options],
            capture_output=True,
            text=True,
            check=False,
            timeout=MAX_SECONDS,
        )
        packages = json.loads(done.stdout)["dependencies"]
    except (OSError, ValueError, subprocess.TimeoutExpired):
        return [], re.findall(r"^([^#=\s]+)==", lock.read_text(encoding="utf-8"), re.MULTILINE)
    known = [
        f"{package['name']} {package['version']}: {found['id']}, mended in "
        + (" ".join(found["fix_versions"]) or "?")
        for package in packages
        for found in package.get("vulns", ())
    ]
    return known, [package["name"] for package in packages if "skip_reason" in package]


def main(tools: Path, *options: str) -> int:
    """Print what was found; 1 if a licence is not allowed or a vulnerability is known."""
    if not (tools / "pip-licenses").exists():
        print("NOT checked: licences; the tools could not be installed")
        wrong = []
    else:
        found = licences(tools)
        for licence, names in sorted(found.items(), key=lambda item: -len(item[1])):
            print(f"{len(names):>4} {licence}: {' '.join(names)}")
        wrong = refused(found)
    known, skipped = audit(tools, LOCK, *options)
    locked = LOCK.read_text(encoding="utf-8").count("==")
    if skipped:
        print(f"NOT audited for known vulnerabilities: {len(skipped)} of {locked}: {' '.join(skipped)}")
    print(f"audited for known vulnerabilities: {locked - len(skipped)} of {locked}")
    for line in wrong:
        print(f"licence not allowed: {line}", file=sys.stderr)
    for line in known:
        print(f"known vulnerability: {line}", file=sys.stderr)
    return 1 if wrong or known else 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), *sys.argv[2:]))
