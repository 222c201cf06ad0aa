"""The reason for a suggestion, in one plain line and in parts; compiled from `why.pyx`."""

from index.store.artifact import Artifact
from suggest.answer import Why
from suggest.reader import Query

def why_code(code: str) -> Why:
    """The reason for a code that stands in the text."""

class Reasons:
    """Gives the reasons for the candidates of one query."""

    def __init__(self, query: Query, artifact: Artifact) -> None:
        """Take what was typed and what it was read as."""

    def whys(self, rows: list[int], closest: list[int]) -> list[Why]:
        """The reason for each candidate.

        Args:
            rows: Their catalogue rows.
            closest: The text of each closest to the query, a position in `Artifact.texts`; -1 for a code
                without one.
        """
