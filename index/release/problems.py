"""What was wrong with a file, gathered while it is read."""

from __future__ import annotations

from index.errors import ReleaseFormatError
from index.records import Problem


def shown_name(name: str) -> str:
    """A file name from inside an archive, safe to print."""
    return "".join(letter if letter.isprintable() else "?" for letter in name[:200])


class FirstProblem(ReleaseFormatError):
    """Ends a strict reading at a row that a lenient one would leave out."""


class Problems:
    """Gathers the rows left out or repaired; in strict mode the first one ends the reading.

    Attributes:
        path: The file as the user named it; for a member of a zip, `file.zip!member`.
        found: Problems so far, in the order met.
    """

    def __init__(self, path: str, *, strict: bool = False) -> None:
        self.path = path
        self.strict = strict
        self.found: list[Problem] = []

    def add(self, line: int, message: str) -> None:
        """Note a problem.

        Args:
            line: 1-based line or row of the file; 0 when the whole file is meant.
            message: What was wrong and what became of the row. Never a cell's free text.

        Raises:
            FirstProblem: If reading is strict.
        """
        problem = Problem(self.path, line, message)
        if self.strict:
            raise FirstProblem(str(problem))
        self.found.append(problem)

    def fail(self, message: str, line: int = 0) -> ReleaseFormatError:
        """An error to raise that names the file, and the line if one is given."""
        return ReleaseFormatError(str(Problem(self.path, line, message)))

    def within(self, member: str) -> Problems:
        """A collector for one member of this file, keeping its problems apart until `take`."""
        return Problems(f"{self.path}!{shown_name(member)}", strict=self.strict)

    def take(self, other: Problems) -> None:
        """Add another collector's problems to these."""
        self.found.extend(other.found)
