"""Reading the messages of one folder into batches; what cannot be read holds up no other."""

import hashlib
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime

from services.fetcher.contents import Contents
from services.fetcher.seen import Seen
from services.fetcher.sources.imap.folder_scan import FolderScan
from services.fetcher.sources.imap.message_info import (
    MessageInfo,
    Opened,
    TakenNote,
    identity_of,
    is_old,
    name_of,
    parts_of,
)
from services.fetcher.sources.imap.session import ImapSession
from services.fetcher.sources.imap.text import (
    EndlessMessageError,
    GoneError,
    collected,
    whole_bodies,
    whole_slices,
)
from services.fetcher.sources.imap.trouble import RefusedError
from services.fetcher.sources.port import LARGE_BYTES, LeftInSourceError, SourceMail, batched
from services.fetcher.sources.suspects import Suspects
from services.fetcher.taken import TakenMails
from shared.contracts.said import said
from shared.log import Logger
from shared.settings.box import Box

_TWICE = 2
"""After two breaks a message is read in the other way, once, and after five, and so on."""

_log = Logger()


class Reading:
    """Makes batches; knows what the latest one consists of.

    Attributes:
        batch: The messages of the latest batch, by identity.
    """

    def __init__(
        self,
        box: Box,
        seen: Seen,
        clock: Callable[[], datetime],
        look: FolderScan,
        suspects: Suspects,
    ) -> None:
        """Take the box, its memory, the time, and what looks into folders."""
        self._box = box
        self._seen = seen
        self._clock = clock
        self._look = look
        self._suspects = suspects
        self._contents = Contents(seen.memory)
        self._taken = TakenMails(box.name, seen.memory)
        self._digests: dict[str, str] = {}
        self.batch: dict[str, MessageInfo] = {}

    def batches(self, session: ImapSession, opened: Opened) -> Iterator[list[SourceMail]]:
        """Yield what waits in a folder.

        Raises:
            TransientError: The connection broke, the server cannot serve us, or the folder waits
                for `startFrom`.
        """
        folder = opened.folder
        since = self._seen.opened_at(folder)
        together, alone = self._look.for_new(session, opened)
        self._tell_new_uids(opened)
        infos = self._look.facts(session, opened, together)
        for group in batched(infos, lambda info: info.size):
            yield from self._mails(session, opened, group, since)
        for uid in alone:
            for facts in self._look.facts(session, opened, [uid]):
                yield from self._mails(session, opened, [facts], since)
        self._look.end(opened)

    def slices(self, session: ImapSession, mail: SourceMail, facts: MessageInfo) -> Iterator[bytes]:
        """Yield the bytes of a large message.

        Raises:
            TransientError: The connection broke, or the message has gone.
            LeftInSourceError: It came otherwise than announced, or was taken under another name.
        """
        folder, validity, uid = parts_of(mail.identity)
        name, digest = name_of(validity, uid), hashlib.sha256()
        try:
            with self._suspects.blamed(folder, [name]):
                for piece in whole_slices(session, facts):
                    digest.update(piece)
                    yield piece
        except GoneError:
            raise
        except (LeftInSourceError, RefusedError) as error:
            self._suspects.hold(folder, name, str(error))
            raise LeftInSourceError(error.sentence) from None
        except EndlessMessageError as error:
            self._look.keep(mail.identity, facts, str(error))
            raise
        self._suspects.clear(folder, [name])
        self._digests[mail.identity] = digest.hexdigest()
        if self._was_taken(folder, validity, facts, digest.hexdigest()):
            raise LeftInSourceError(
                said("{identity} was taken under another name", identity=mail.identity)
            )

    def remember_contents(self, mails: Sequence[SourceMail]) -> None:
        """Remember mails that were taken and stay where they are."""
        known: dict[str, list[tuple[str, str]]] = {}
        for mail in mails:
            folder, validity, uid = parts_of(mail.identity)
            sha256 = self._digests.get(mail.identity)
            if mail.raw is not None:
                sha256 = hashlib.sha256(mail.raw).hexdigest()
            if sha256:
                known.setdefault(folder, []).append((sha256, name_of(validity, uid)))
        for folder, named in known.items():
            self._contents.remember(folder, named)

    def _mails(
        self,
        session: ImapSession,
        opened: Opened,
        group: Sequence[MessageInfo],
        since: datetime | None,
    ) -> Iterator[list[SourceMail]]:
        """Yield a batch: small messages as a whole, large ones to be read by slices; or nothing."""
        names = {facts.uid: name_of(opened.uid_validity, facts.uid) for facts in group}
        with self._suspects.blamed(opened.folder, list(names.values())):
            raws, held, sliced = self._read(session, opened.folder, group, names)
        for uid, reason in held.items():
            self._suspects.hold(opened.folder, names[uid], reason)
        self._suspects.clear(opened.folder, {names[uid] for uid in raws})
        fresh = [
            facts
            for facts in group
            if facts.uid in sliced
            or (facts.uid in raws and not self._is_renamed(opened, facts, raws[facts.uid]))
        ]
        self._digests.clear()
        self.batch = {identity_of(opened, facts.uid): facts for facts in fresh}
        if fresh:
            yield [
                SourceMail(
                    identity,
                    facts.arrived or self._clock(),
                    None if facts.uid in sliced else raws[facts.uid],
                    old=self._box.archive and is_old(facts, since),
                    folder=opened.folder,
                )
                for identity, facts in self.batch.items()
            ]

    def _read(
        self, session: ImapSession, folder: str, group: Sequence[MessageInfo], names: dict[int, str]
    ) -> tuple[dict[int, bytes], dict[int, str], set[int]]:
        """Return the texts of small messages, why others stay, and which are to be read by slices.

        A message that broke connections is tried both ways: a server may tell of 500 bytes and
        send 60 MB, or send all for a slice.
        """
        large = {facts.uid for facts in group if facts.size > LARGE_BYTES}
        if len(group) == 1 and self._suspects.breaks(folder, names[group[0].uid]) % 3 == _TWICE:
            (facts,) = group
            if facts.uid not in large:
                return self._collected(session, facts)
            large.clear()
        small = [facts for facts in group if facts.uid not in large]
        return *whole_bodies(session, small), large

    def _collected(
        self, session: ImapSession, facts: MessageInfo
    ) -> tuple[dict[int, bytes], dict[int, str], set[int]]:
        try:
            raw = collected(session, facts, LARGE_BYTES)
        except GoneError:
            return {}, {}, set()
        except (LeftInSourceError, RefusedError) as error:
            return {}, {facts.uid: str(error)}, set()
        return ({}, {}, {facts.uid}) if raw is None else ({facts.uid: raw}, {}, set())

    def _is_renamed(self, opened: Opened, facts: MessageInfo, raw: bytes) -> bool:
        sha256 = hashlib.sha256(raw).hexdigest()
        return self._was_taken(opened.folder, opened.uid_validity, facts, sha256)

    def _was_taken(self, folder: str, validity: int, facts: MessageInfo, sha256: str) -> bool:
        """Return whether a message was taken before, under a name that no message has any more."""
        before = self._contents.name_of(folder, sha256)
        if before is None:
            return False
        old, _, uid = before.partition("/")
        if old == str(validity) and int(uid) in self._look.there:
            return False
        self._seen.remember(folder, [str(TakenNote(validity, facts.uid, facts.digest))])
        name = name_of(validity, facts.uid)
        self._contents.remember(folder, [(sha256, name)])
        self._taken.rename(folder, before, name)
        return True

    def _tell_new_uids(self, opened: Opened) -> None:
        """Tell of a server whose UIDs are new each time, so that all is read each time (F-51)."""
        changes, before = self._contents.changes(opened.folder, opened.uid_validity)
        if changes == before:
            return
        tell = _log.warning if changes > 1 else _log.info
        tell(
            "the server has given all messages new UIDs: they are read again and compared",
            box=self._box.name,
            folder=opened.folder,
            times=changes,
        )
