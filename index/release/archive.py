"""Reading zip archives within bounds."""

from __future__ import annotations

import io
import zipfile

from index.release.problems import Problems
from index.release.source import MAX_BYTES

ZIP_MAGIC = (b"PK\x03\x04", b"PK\x05\x06")
_MAX_MEMBERS = 1000
_TOP_BYTES = 100_000
MAX_UNPACKED = 4 * MAX_BYTES
"""Most bytes unpacked while one file is read, zips in zips and members tried in vain counted."""


class Budget:
    """What may still be unpacked while one file is read, in bytes."""

    def __init__(self) -> None:
        self.left = MAX_UNPACKED


class Archive:
    """An open zip whose stated size was checked.

    Attributes:
        members: Its files, without folders and files of the operating system.
        is_workbook: Whether it is an .xlsx, which is a zip too.
    """

    def __init__(self, data: bytes, problems: Problems, budget: Budget) -> None:
        """Open a zip.

        Args:
            data: The whole zip.
            problems: Names the file in errors.
            budget: Shared by all zips in one file.

        Raises:
            ReleaseFormatError: If it is damaged, or states more files or bytes than any release has.
        """
        self._problems = problems
        self._budget = budget
        try:
            self._zip = zipfile.ZipFile(io.BytesIO(data))
            infos = self._zip.infolist()
        except Exception:  # a damaged directory raises errors of many kinds
            raise problems.fail("is a damaged or cut zip file; fetch it again") from None
        if len(infos) > _MAX_MEMBERS or sum(info.file_size for info in infos) > MAX_BYTES:
            limit = f"{_MAX_MEMBERS} files or {MAX_BYTES // 2**20} MB"
            raise problems.fail(f"unpacks to more than {limit}, which no release does")
        # A damaged zip can have a member without a name, for which `is_dir` fails.
        files = [info for info in infos if info.filename and not info.is_dir()]
        self.members = [info for info in files if "__MACOSX" not in info.filename]
        self.is_workbook = any(member.filename == "xl/workbook.xml" for member in self.members)

    def read(self, member: zipfile.ZipInfo) -> bytes:
        """Unpack a member, never more than the size that was checked.

        Raises:
            ReleaseFormatError: If it is encrypted, damaged, or packed in an unknown way.
        """
        return self._read(member, member.file_size + 1)

    def read_top(self, member: zipfile.ZipInfo) -> bytes:
        """The first bytes of a member, enough to recognise its form; raises as `read` does."""
        return self._read(member, _TOP_BYTES)

    def _read(self, member: zipfile.ZipInfo, max_bytes: int) -> bytes:
        try:
            with self._zip.open(member) as file:
                data = file.read(max_bytes)
        except RuntimeError:
            raise self._problems.within(member.filename).fail("is encrypted") from None
        except Exception:  # zlib, lzma, struct and zipfile each raise their own
            raise self._problems.within(member.filename).fail("is damaged; fetch the zip again") from None
        self._budget.left -= len(data)
        if self._budget.left < 0:
            raise self._problems.fail(
                f"unpacks to more than {MAX_UNPACKED // 2**20} MB in all, as no release does"
            )
        return data
