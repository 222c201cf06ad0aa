"""Errors, each with a message of one sentence that a user can act on."""


class HcpcsError(Exception):
    """Base of every error that is caused by the input or the machine, not by a fault in this code.

    The message is one sentence and safe to show: it never contains free text that a user typed.
    """


class ReleaseFormatError(HcpcsError):
    """A release file, or a row of it, does not have the form that CMS publishes."""


class DownloadError(HcpcsError):
    """A release could not be downloaded; the message says how to give a file instead."""


class ArtifactError(HcpcsError):
    """An index folder is missing, damaged, or of another version."""


class OtherVersionError(ArtifactError):
    """An index folder is whole, but of another version of hcpcs."""


class EncoderError(HcpcsError):
    """An encoder's weights are missing or are not the ones expected."""


class QueryError(HcpcsError):
    """A question that cannot be answered as asked: an impossible k, date or filter."""
