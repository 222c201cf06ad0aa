"""What can go wrong while measuring, said in one sentence that a user can act on."""

from index.errors import HcpcsError


class CaseFileError(HcpcsError):
    """A file of labelled cases cannot be read as asked."""


class MeasuredSystemError(HcpcsError):
    """A system named by `--system` is unknown, cannot be reached, or answered with something else."""


class RunFolderError(HcpcsError):
    """A run folder is missing, damaged, unfinished, or does not fit the one it is compared with."""


class GateFileError(HcpcsError):
    """A gate file names a measure, a set or a slice that the run does not have."""
