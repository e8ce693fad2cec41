"""Mail that was taken and stays in its box until the writer has recorded it (behaviour I-8).

The word that a mail is recorded names its mail id; the box knows it by place and identity.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from uuid import UUID

from services.fetcher.memory import Memory
from shared.contracts.mailbox_actions import MailboxActions, Told, noted_actions
from shared.log import Logger

_log = Logger()


@dataclass(frozen=True, slots=True)
class TakenMail:
    """A mail that was taken, as it was then.

    Attributes:
        mail_id: Its name everywhere.
        place: The folder, or the whole POP3 box.
        identity: Its name there.
        size: Bytes, as the server said.
        head: Digest of its header.
        sha256: Digest of the whole.
        wish: What the administrator's rules want done with it; None: the box's `disposition`.
    """

    mail_id: UUID
    place: str
    identity: str
    size: int | None = None
    head: str | None = None
    sha256: str | None = None
    wish: MailboxActions | None = None


class TakenMails:
    """Those of one box; every method may raise `TransientError`: the memory is unreachable."""

    def __init__(self, box: str, memory: Memory) -> None:
        """Take the box's label and its memory."""
        self._box = box
        self._memory = memory

    def note(self, mails: Iterable[TakenMail]) -> None:
        """Note what the next stage has; nothing else is known of it yet."""
        self._memory.change_all(
            "INSERT OR IGNORE INTO taken VALUES (?, ?, ?, ?, ?, ?, 0)",
            [
                (str(one.mail_id), one.place, one.identity, one.size, one.head, one.sha256)
                for one in mails
            ],
        )

    def record(self, told: Told) -> None:
        """Note as recorded what may go; what is not known is passed over."""
        # What is wanted first: a mail that may go without it would go elsewhere.
        self._memory.change_all(
            "INSERT OR REPLACE INTO wish SELECT mail_id, ? FROM taken WHERE mail_id = ?",
            [(wish.model_dump_json(), str(one)) for one, wish in told.items() if wish],
        )
        self._memory.change_all(
            "UPDATE taken SET recorded = 1 WHERE mail_id = ?", [(str(one),) for one in told]
        )

    def record_all(self) -> None:
        """Let whatever was taken go: the box does not wait for the writer any more."""
        if self._memory.rows("SELECT 1 FROM taken WHERE recorded = 0 LIMIT 1"):
            self._memory.change("UPDATE taken SET recorded = 1 WHERE recorded = ?", [0])

    def awaiting(self, place: str) -> frozenset[str]:
        """Return the identities in `place` that are not recorded yet, as far as is known."""
        question = "SELECT identity FROM taken WHERE place = ? AND recorded = 0"
        return frozenset(identity for (identity,) in self._memory.rows(question, [place]))

    def due(self, place: str) -> dict[str, TakenMail]:
        """Return what is recorded and still has to go, by identity."""
        question = (
            "SELECT mail_id, place, identity, size, head, sha256, wish FROM taken"
            " LEFT JOIN wish USING (mail_id) WHERE place = ? AND recorded = 1"
        )
        found = self._memory.rows(question, [place])
        return {
            identity: TakenMail(
                UUID(mail_id), place, identity, size, head, sha256, noted_actions(wish)
            )
            for mail_id, place, identity, size, head, sha256, wish in found
        }

    def rename(self, place: str, old: str, new: str) -> None:
        """Give a mail the identity that it has now."""
        self._memory.change(
            "UPDATE taken SET identity = ? WHERE place = ? AND identity = ?", [new, place, old]
        )

    def forget(self, place: str, identities: Iterable[str]) -> None:
        """Forget what has gone, or stays for good."""
        self._memory.change_all(
            "DELETE FROM taken WHERE place = ? AND identity = ?",
            [(place, identity) for identity in identities],
        )
        self._memory.change("DELETE FROM wish WHERE mail_id NOT IN (SELECT mail_id FROM taken)", ())

    def keep_only(self, place: str, there: Collection[str]) -> None:
        """Forget what is not `there` any more; tell of what somebody else took away."""
        awaited = self.awaiting(place).difference(there)
        if awaited:
            _log.info(
                "mail left its place before it was recorded: somebody moved or deleted it",
                box=self._box,
                place=place,
                mails=len(awaited),
            )
        gone = awaited.union(self.due(place).keys() - set(there))
        if gone:
            self.forget(place, gone)

    def keep_places(self, places: Collection[str]) -> None:
        """Forget what lies in a place that is not read any more: it stays there."""
        for (place,) in self._memory.rows("SELECT DISTINCT place FROM taken"):
            if place not in places:
                _log.warning(
                    "place is not read any more: mail that was taken stays in it",
                    box=self._box,
                    place=place,
                )
                self._memory.change("DELETE FROM taken WHERE place = ?", [place])
