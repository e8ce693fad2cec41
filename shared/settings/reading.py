"""Reading a small file that a person wrote, without trusting its size or kind."""

import stat
from pathlib import Path


class UnreadableError(Exception):
    """The file cannot be taken; the text says why, `remedy` what to do."""

    def __init__(self, what: str, remedy: str) -> None:
        """Take both sentences."""
        super().__init__(what)
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
            raise UnreadableError("this is not a file", "Name the file itself.")
        with path.open("rb") as file:
            raw = file.read(limit_bytes + 1)
    except FileNotFoundError:
        raise MissingError("there is no such file", "Check the path.") from None
    except PermissionError:
        raise UnreadableError("the file may not be read", "Give this user the right.") from None
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "the path cannot be a file's"
        raise UnreadableError(f"the file cannot be read: {reason}", "Check the path.") from None
    if len(raw) > limit_bytes:
        raise UnreadableError(f"the file is larger than {limit_bytes} bytes", "Name another file.")
    return raw
