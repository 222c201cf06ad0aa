"""Problems of a file, collected while it is read."""

from __future__ import annotations

from index.errors import ReleaseFormatError
from index.records import Problem

MAX_PROBLEMS = 100_000  # a file of Level I and II codes has some 10,000


def shown_name(name: str) -> str:
    """A file name from inside an archive, safe to print."""
    return "".join(letter if letter.isprintable() else "?" for letter in name[:200])


class FirstProblem(ReleaseFormatError):
    """Ends strict reading at a row that is left out otherwise."""


class Problems:
    """Collects the rows left out or repaired; in strict mode the first one ends the reading.

    Attributes:
        path: The file as the user named it; for a member of a zip, `file.zip!member`.
        entries: Problems so far, in file order.
    """

    def __init__(self, path: str, *, strict: bool = False) -> None:
        self.path = path
        self.strict = strict
        self.entries: list[Problem] = []

    def add(self, line: int, message: str) -> None:
        """Add a problem.

        Args:
            line: 1-based line or row of the file; 0 for the whole file.
            message: What is wrong and what was done with the row; never the free text of a cell.

        Raises:
            FirstProblem: If reading is strict.
            ReleaseFormatError: If there are more than `MAX_PROBLEMS`.
        """
        problem = Problem(self.path, line, message)
        if self.strict:
            raise FirstProblem(str(problem))
        if len(self.entries) >= MAX_PROBLEMS:
            raise self.fail(f"has more than {MAX_PROBLEMS:,} rows that cannot be read", line)
        self.entries.append(problem)

    def fail(self, message: str, line: int = 0) -> ReleaseFormatError:
        """An error for the caller to raise; it names the file, and the line if one is given."""
        return ReleaseFormatError(str(Problem(self.path, line, message)))

    def within(self, member: str) -> Problems:
        """A collector for one member of this file; its problems stay apart until `take`."""
        return Problems(f"{self.path}!{shown_name(member)}", strict=self.strict)

    def take(self, other: Problems) -> None:
        """Add another collector's problems to these."""
        self.entries.extend(other.entries)
