"""What can go wrong, said in one sentence that a user can act on."""


class HcpcsError(Exception):
    """Base of every error that is the input's or the machine's fault, never ours.

    The message is one sentence, safe to show: it never repeats free text that a user typed.
    """


class ReleaseFormatError(HcpcsError):
    """A release file, or a row of one, is not in the form that CMS publishes."""


class DownloadError(HcpcsError):
    """A release could not be fetched; the message says how to give a file instead."""


class ArtifactError(HcpcsError):
    """An index folder is missing, damaged, or made by another version."""


class EncoderError(HcpcsError):
    """An encoder's weights are missing or are not the ones expected."""


class QueryError(HcpcsError):
    """A question that cannot be answered as asked: an impossible k, date or filter."""
