"""What was tried with the mails of one source, where no broker counts (embedded mode).

A file in the data folder: which mails are in hand, and what befell those that did not get through.
It is written before mails are handled, so that a mail that kills the process (no memory, a crash
in a library, SIGKILL) is known to the next one. It is not flushed: the process dies, not the
machine.
"""

import json
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from shared.contracts.said import Said, said
from shared.errors import TransientError
from shared.log import Logger
from shared.owner import give, make_folder_of_owner

_log = Logger()


class Trouble(BaseModel):
    """What befell a mail.

    Attributes:
        deaths: How often the process ended with it in hand.
        tries: How often it met an error that may pass.
        reason: The last one.
        at: When, seconds since the epoch.
    """

    model_config = ConfigDict(extra="ignore", frozen=True)

    deaths: int = 0
    tries: int = 0
    reason: str = ""
    at: float = 0.0


class _Note(BaseModel):
    model_config = ConfigDict(extra="ignore")

    in_hand: list[UUID] = Field(default_factory=list)
    troubles: dict[UUID, Trouble] = Field(default_factory=dict)


class Tries:
    """The tries of one source's mails. Only who holds the source's lease may use it."""

    def __init__(self, file: Path) -> None:
        """Take the file; it is there only while there is something to remember."""
        self._file = file
        self._note: _Note | None = None

    def of(self, mail_id: UUID) -> Trouble:
        """Return what befell a mail.

        Raises:
            TransientError: The data folder cannot be read or written.
        """
        return self._known().troubles.get(mail_id, Trouble())

    @contextmanager
    def in_hand(self, mail_ids: Sequence[UUID]) -> Iterator[None]:
        """Note mails while the block handles them; if the process dies in it, that is remembered.

        Raises:
            TransientError: The data folder cannot be written.
        """
        self._known().in_hand = list(mail_ids)
        self._keep()
        try:
            yield
        finally:
            self._known().in_hand = []
            self._keep()

    def failed(self, mail_id: UUID, reason: str, now: float) -> int:
        """Count an error that may pass, and return how often; kept at the end of the block."""
        before = self.of(mail_id)
        trouble = before.model_copy(update={"tries": before.tries + 1, "reason": reason, "at": now})
        self._known().troubles[mail_id] = trouble
        return trouble.tries

    def forget(self, mail_ids: Iterable[UUID]) -> None:
        """Forget these mails: nothing more is to be known. Kept at the end of the block."""
        for mail_id in mail_ids:
            self._known().troubles.pop(mail_id, None)

    def _known(self) -> _Note:
        if self._note is None:
            self._note = self._taken_over()
        return self._note

    def _taken_over(self) -> _Note:
        """Return what an earlier process left: it died with everything that was in its hand."""
        try:
            note = _Note.model_validate_json(self._file.read_bytes())
        except FileNotFoundError:
            return _Note()
        except ValidationError:
            _log.warning("note of tries cannot be understood; counted anew", file=str(self._file))
            return _Note()
        except OSError as error:
            raise self._refused(said("read"), error) from error
        for mail_id in note.in_hand:
            before = note.troubles.get(mail_id, Trouble())
            note.troubles[mail_id] = before.model_copy(update={"deaths": before.deaths + 1})
        if note.in_hand:
            _log.warning("the last run ended with mails in hand", mails=len(note.in_hand))
        note.in_hand = []
        return note

    def _keep(self) -> None:
        note = self._known()
        try:
            if note.in_hand or note.troubles:
                make_folder_of_owner(self._file.parent)
                half = self._file.with_suffix(".part")
                half.write_text(json.dumps(note.model_dump(mode="json")), "utf-8")
                give(half, self._file.parent)
                half.replace(self._file)
            else:
                self._file.unlink(missing_ok=True)
        except OSError as error:
            raise self._refused(said("write"), error) from error

    def _refused(self, action: Said, error: OSError) -> TransientError:
        return TransientError(
            said(
                "Cannot {action} {file}: {reason}; check free space and who may write there",
                action=action,
                file=self._file,
                reason=error.strerror,
            )
        )
