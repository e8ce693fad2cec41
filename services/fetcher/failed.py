"""Mail of a mailbox that could not be processed, where no broker keeps dead letters.

The mail itself lies in the backup; here is a note a mail, `<data>/failed/<mail id>.json`. (A file
of `emlDir` moves to `failed/` beside it instead, behaviour I-7.)
"""

import json
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from uuid import UUID

from pydantic import ValidationError

from shared.contracts.messages import MailFetched
from shared.contracts.said import Said, said
from shared.durable import flush_folder, make_folder, unfinished, write_flushed
from shared.errors import PermanentError, TransientError
from shared.owner import give


@dataclass(frozen=True, slots=True)
class FailedMailNote:
    """A mail that was set aside.

    Attributes:
        message: As it was published.
        reason: Why.
        died_at: When, UTC, ISO 8601.
        released: How often an operator released it.
    """

    message: MailFetched
    reason: str
    died_at: str
    released: int = 0


class FailedMail:
    """The notes below one data folder."""

    def __init__(self, data: Path, told: Callable[[FailedMailNote], None] = lambda _: None) -> None:
        """Take the data folder; nothing is made before there is a note. `told` hears of each."""
        self._folder = data / "failed"
        self._told = told

    def note(self, failure: FailedMailNote) -> None:
        """Write a note; it is durable when this returns, so the mail may leave its box.

        Raises:
            TransientError: The disk refused.
        """
        content = asdict(failure) | {"message": failure.message.model_dump(mode="json")}
        path = self._path(failure.message.mail_id)
        text = json.dumps(content, ensure_ascii=False).encode()
        try:
            make_folder(self._folder, self._folder.parent, 0o700)
            with unfinished(path.with_suffix(".part")) as half:
                write_flushed(half, [text], 0o600, self._own)
                half.replace(path)
            flush_folder(self._folder)
        except OSError as error:
            raise self._refused(said("write"), error) from error
        self._told(failure)

    def all(self) -> Iterator[FailedMailNote]:
        """Yield every note, oldest first.

        Raises:
            TransientError: The folder cannot be read.
            PermanentError: A note is none of ours.
        """
        try:
            paths = sorted(self._folder.glob("*.json"), key=lambda path: path.stat().st_mtime_ns)
            texts = [(path, path.read_text("utf-8")) for path in paths]
        except OSError as error:
            raise self._refused(said("read"), error) from error
        for path, text in texts:
            yield _read(path, text)

    def of(self, mail_id: UUID) -> FailedMailNote | None:
        """Return the note of a mail; None if there is none.

        Raises:
            TransientError: It cannot be read.
            PermanentError: It is none of ours.
        """
        path = self._path(mail_id)
        try:
            return _read(path, path.read_text("utf-8"))
        except FileNotFoundError:
            return None
        except OSError as error:
            raise self._refused(said("read"), error) from error

    def count(self) -> int:
        """Return how many notes there are.

        Raises:
            TransientError: The folder cannot be read.
        """
        try:
            return sum(1 for _ in self._folder.glob("*.json"))
        except OSError as error:
            raise self._refused(said("read"), error) from error

    def forget(self, mail_id: UUID) -> None:
        """Remove a note; nothing happens if there is none.

        Raises:
            TransientError: The disk refused.
        """
        try:
            self._path(mail_id).unlink(missing_ok=True)
        except OSError as error:
            raise self._refused(said("remove a note in"), error) from error

    def _own(self, descriptor: int) -> None:
        give(descriptor, self._folder)

    def _path(self, mail_id: UUID) -> Path:
        return self._folder / f"{mail_id}.json"

    def _refused(self, action: Said, error: OSError) -> TransientError:
        return TransientError(
            said(
                "Cannot {action} {folder}: {reason}; check free space and who may write there",
                action=action,
                folder=self._folder,
                reason=error.strerror,
            )
        )


def _read(path: Path, text: str) -> FailedMailNote:
    try:
        found = json.loads(text)
        message = MailFetched.read(found["message"])
        released = int(found.get("released", 0))
        return FailedMailNote(message, found["reason"], found["died_at"], released)
    except (ValueError, KeyError, TypeError, AttributeError, ValidationError):
        raise PermanentError(said("{path} is no note of ours; move it away", path=path)) from None
