"""The guard around other people's parsers of mail content: whatever they raise becomes a defect.

One of the two modules with a broad `except`: a mail must never stop the mails behind it.
"""

from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")


def guarded(what: str, work: Callable[[], T], otherwise: T, defects: list[str]) -> T:
    """Return what `work` gives, or `otherwise`, with a defect that names `what`.

    Parsers in Rust panic with something that is no `Exception`; whoever ends the process may.
    """
    try:
        return work()
    except (KeyboardInterrupt, SystemExit):
        raise
    except BaseException as error:  # noqa: BLE001 - hostile content makes parsers raise anything
        defects.append(f"{what} cannot be read: {type(error).__name__}")
        return otherwise
