"""Reading a small file that a person wrote, without trusting its size or kind."""

import stat
from pathlib import Path

from shared.contracts.said import Said, said


class UnreadableError(Exception):
    """The file cannot be taken; the text says why, `remedy` what to do."""

    def __init__(self, what: Said, remedy: Said) -> None:
        """Take both sentences."""
        super().__init__(what)
        self.what = what
        self.remedy = remedy


class MissingError(UnreadableError):
    """There is no such file, where it could be seen if there were."""


def read_small_file(path: Path, limit_bytes: int) -> bytes:
    """Return the bytes of a regular file of at most `limit_bytes`.

    Raises:
        MissingError: It is missing.
        UnreadableError: It is no file, too large, or may not be read.
    """
    try:
        if not stat.S_ISREG(path.stat().st_mode):
            raise UnreadableError(said("this is not a file"), said("Name the file itself."))
        with path.open("rb") as file:
            raw = file.read(limit_bytes + 1)
    except FileNotFoundError:
        raise MissingError(said("there is no such file"), said("Check the path.")) from None
    except PermissionError:
        raise UnreadableError(
            said("the file may not be read"), said("Give this user the right.")
        ) from None
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "the path cannot be a file's"
        raise UnreadableError(
            said("the file cannot be read: {reason}", reason=reason), said("Check the path.")
        ) from None
    if len(raw) > limit_bytes:
        raise UnreadableError(
            said("the file is larger than {limit_bytes} bytes", limit_bytes=limit_bytes),
            said("Name another file."),
        )
    return raw
