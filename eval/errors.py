"""Errors of evaluation; each message is one sentence that says what to do."""

from index.errors import HcpcsError


class CaseFileError(HcpcsError):
    """A file of labelled cases cannot be read."""


class MeasuredSystemError(HcpcsError):
    """A system named by `--system` is unknown, cannot be reached, or gives no valid answer."""


class RunFolderError(HcpcsError):
    """A run folder is missing, damaged, unfinished, or or over other cases than its counterpart."""


class GateFileError(HcpcsError):
    """A gate file names a measure, a set or a slice that the run does not have."""


class MissingExtraError(HcpcsError):
    """A package of the `eval` extra is not installed."""


class SubmissionError(HcpcsError):
    """A submission to the benchmark breaks a rule, or a card cannot be read."""
