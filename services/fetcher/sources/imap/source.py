"""The `imap` source: the folders of a mailbox (behaviours I-2, I-3, I-6, I-8, I-10, I-11).

A message is known by folder, UIDVALIDITY and UID. Before one is deleted or moved, its size and
time are asked for again and compared with those it was fetched with; only then, and only it, it
goes (F-51, F-52). What was taken is remembered first: if anything breaks off afterwards, the next
round deletes what is still there, without fetching it again.

Known limits: a message that another program replaces under the same UID, with the same size and
time, is taken for the same.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from uuid import UUID

from services.fetcher.seen import Seen
from services.fetcher.sources.first_look import WaitsForStartError, first_look
from services.fetcher.sources.imap.connector import Connector, FolderError
from services.fetcher.sources.imap.disposal import Disposal
from services.fetcher.sources.imap.folder_scan import FolderScan
from services.fetcher.sources.imap.message_info import (
    MessageInfo,
    Opened,
    TakenNote,
    as_named,
    name_of,
    parts_of,
)
from services.fetcher.sources.imap.reading import Reading
from services.fetcher.sources.imap.session import ImapSession
from services.fetcher.sources.imap.trouble import RefusedError
from services.fetcher.sources.imap.watch import Watch
from services.fetcher.sources.port import Alarm, LeftInSourceError, SourceMail
from services.fetcher.sources.suspects import Suspects
from services.fetcher.taken import TakenMail, TakenMails
from shared.contracts.origin import MailOrigin
from shared.contracts.said import Said, said, said_many, with_commas, with_semicolons
from shared.errors import CRMServiceError, TransientError
from shared.oauth.tokens import TokenSource
from shared.settings.box import Box


class Imap:
    """One mailbox.

    Attributes:
        kind: `imap`.
    """

    kind = MailOrigin.IMAP

    def __init__(
        self, box: Box, seen: Seen, clock: Callable[[], datetime], tokens: TokenSource | None
    ) -> None:
        """Take what the source works with; nothing is connected yet.

        Args:
            box: Names server, login, folders and disposition.
            seen: What was taken before.
            clock: Returns the time, aware.
            tokens: Where the box logs in by OAuth.
        """
        self._box = box
        self._seen = seen
        self._clock = clock
        self._entry = Connector(box, tokens)
        suspects = Suspects(box.name, seen.memory, clock)
        self._disposal = Disposal(box, seen, clock)
        self._taken = TakenMails(box.name, seen.memory)
        self._look = FolderScan(box, seen, clock, self._disposal, suspects)
        self._reading = Reading(box, seen, clock, self._look, suspects)
        self._watch = Watch(box.name, box.poll_seconds)
        self._folders = [as_named(folder) for folder in box.imap_folders]
        self._next: dict[str, int] = {}
        self._session: ImapSession | None = None

    def batches(self) -> Iterator[Sequence[SourceMail]]:
        """Yield what waits, folder by folder.

        Raises:
            TransientError: The server is away; or a folder is missing or waits for `startFrom`, or
                the server disposes of nothing now, and all else was read.
            CredentialsRefusedError: It refused the login.
        """
        troubles: list[TransientError] = []
        self._disposal.begin_round()
        with self._closed_on_error():
            session = self._ready()
            for folder in self._folders:
                try:
                    yield from self._of_folder(session, folder)
                except (WaitsForStartError, FolderError) as error:
                    troubles.append(error)
            if self._disposal.trouble:
                troubles.append(self._disposal.trouble)
            if missing := sorted(self._disposal.missing):
                troubles.append(self._entry.missing_for_rules(missing, session.folders()))
            if len(troubles) == 1:
                raise troubles[0]
            if troubles:
                raise TransientError(with_semicolons([one.sentence for one in troubles]))

    def slices(self, mail: SourceMail) -> Iterator[bytes]:
        """Yield the bytes of a large message.

        Raises:
            TransientError: The connection broke, or the message has gone.
            LeftInSourceError: What came is not the mail: it stays, and the others go on.
        """
        facts = self._reading.batch.get(mail.identity)
        session = self._session
        if facts is None or session is None or not _is_open(session, mail.identity):
            raise TransientError(
                said("{server}: the folder of a large mail was left", server=self._entry.server)
            )
        with self._closed_on_error():
            yield from self._reading.slices(session, mail, facts)

    def acknowledge(self, mails: Sequence[SourceMail]) -> None:
        """Remember, then dispose of those that are still what they were.

        Raises:
            TransientError: The connection broke: the next round disposes of them.
        """
        taken = self._remember(mails)
        session = self._session
        if session and session.opened:
            with self._closed_on_error():
                notes = taken.get(session.opened.folder, [])
                _, allowed = self._disposal.of_taken(session, notes)
            if not (allowed and self._disposal.removes):
                self._reading.remember_contents(mails)

    def take(self, mails: Sequence[tuple[UUID, SourceMail]]) -> None:
        """Remember them; they go once they are recorded.

        Raises:
            TransientError: The memory cannot be used: they are given again.
        """
        found = [(mail_id, *parts_of(mail.identity)) for mail_id, mail in mails]
        # Before anything else is remembered of them: else they would go at the next look.
        self._taken.note(
            TakenMail(mail_id, folder, name_of(validity, uid))
            for mail_id, folder, validity, uid in found
        )
        self._remember([mail for _, mail in mails])
        self._reading.remember_contents([mail for _, mail in mails])

    def settle(self) -> None:
        """Do with recorded mail of the selected folder what rules want done with it (C-2).

        Raises:
            TransientError: The connection broke: the next round does it.
        """
        session = self._session
        if session and session.opened and not session.closed:
            with self._closed_on_error():
                self._look.carry_out(session, session.opened)

    def wait(self, seconds: float, alarm: Alarm) -> None:
        """Wait until the first folder announces mail (IDLE), or it is time to look (I-3, F-58).

        Raises:
            TransientError: The server asks to wait longer (F-57).
        """
        try:
            self._watch.wait(self._session, self._has_news, seconds, alarm)
        finally:
            if self._session and self._session.closed:
                self._session = None

    def close(self) -> None:
        """Log out."""
        session, self._session = self._session, None
        if session:
            session.close()

    def probe(self) -> Said:
        """Log in and look into the folders: a sentence for a person.

        Raises:
            TransientError: The server is unreachable.
            FolderError: Folders are missing: all of them are named.
            WaitsForStartError: A first look would find a full folder (I-11).
            CredentialsRefusedError: It refused the login.
        """
        with self._closed_on_error():
            session = self._ready()
            count = len(session.folders())
            opened = list(self._looked_into(session))
        polls = said("new mail is polled for")
        return said(
            "{server} accepted the login; of {count} folders, {looks}; {waits}",
            server=self._entry.server,
            count=count,
            looks=with_commas([_looks(each) for each in opened]),
            waits=said("new mail is announced") if session.can("IDLE") else polls,
        )

    def _ready(self) -> ImapSession:
        """Return the session at hand if it is still good, or a new one."""
        if self._session and not self._session.closed:
            try:
                self._session.look_alive()
            except TransientError as error:
                self.close()
                if error.retry_after_seconds:
                    raise
            else:
                return self._session
        self._session = self._entry.session()
        return self._session

    def _open(self, session: ImapSession, folder: str) -> Opened:
        try:
            return session.open(folder)
        except RefusedError:
            listed = session.folders()
            if folder in listed:
                raise
            raise self._entry.missing([folder], listed) from None

    def _looked_into(self, session: ImapSession) -> Iterator[Opened]:
        missing = []
        for folder in self._folders:
            try:
                opened = self._open(session, folder)
            except FolderError:
                missing.append(folder)
                continue
            if self._seen.opened_at(folder) is None:
                unread = self._box.scan_type == "unread"
                found = len(session.uids("UNSEEN")) if unread else opened.messages
                first_look(found, self._box, folder)
            yield opened
        if missing:
            raise self._entry.missing(missing, session.folders())

    def _remember(self, mails: Sequence[SourceMail]) -> dict[str, list[TakenNote]]:
        """Remember what was taken, and return it by folder."""
        taken: dict[str, list[TakenNote]] = {}
        for mail in mails:
            folder, validity, uid = parts_of(mail.identity)
            facts = self._reading.batch.get(mail.identity, MessageInfo(uid, 0, None))
            taken.setdefault(folder, []).append(TakenNote(validity, uid, facts.digest))
        for folder, notes in taken.items():
            self._seen.remember(folder, map(str, notes))
            self._seen.note_taken(folder, len(notes))
        return taken

    def _of_folder(self, session: ImapSession, folder: str) -> Iterator[list[SourceMail]]:
        opened = self._open(session, folder)
        self._next[folder] = opened.uid_next
        yield from self._reading.batches(session, opened)

    def _has_news(self, session: ImapSession) -> bool:
        """Return whether the first folder has new messages since it was read; it is selected."""
        folder = self._folders[0]
        if session.opened is None or session.opened.folder != folder:
            return self._open(session, folder).uid_next != self._next.get(folder)
        return False

    @contextmanager
    def _closed_on_error(self) -> Iterator[None]:
        try:
            yield
        except LeftInSourceError:
            raise
        except CRMServiceError:
            self.close()
            raise


def _is_open(session: ImapSession, identity: str) -> bool:
    folder, validity, _ = parts_of(identity)
    opened = session.opened
    return bool(opened and (opened.folder, opened.uid_validity) == (folder, validity))


def _looks(opened: Opened) -> Said:
    """Return what a person may want to know of a folder."""
    holds = said_many(
        "{folder} holds {n} message",
        "{folder} holds {n} messages",
        opened.messages,
        folder=opened.folder,
    )
    return said("{holds} (read-only)", holds=holds) if opened.read_only else holds
