"""The way into a mailbox: server, login, and whether the configured folders are there."""

from collections.abc import Callable, Sequence
from contextlib import suppress

from services.fetcher.sources.imap.login import Client, by_password, by_token, not_connected
from services.fetcher.sources.imap.message_info import as_named
from services.fetcher.sources.imap.session import ImapSession
from services.fetcher.sources.imap.trouble import NotConnectedError, RefusedError, Server
from services.fetcher.sources.login import tls_context
from shared.contracts.said import said
from shared.errors import (
    ConfigProblem,
    ConfigurationError,
    CredentialsRefusedError,
    CRMServiceError,
    ExitCode,
    TransientError,
)
from shared.oauth.tokens import TokenSource
from shared.settings.box import Box
from shared.settings.near_miss import nearest, quoted

IMAPS_PORT = 993
_MOST_NAMES = 10


class FolderError(TransientError):
    """A configured folder cannot be used; the others can."""

    exit_code = ExitCode.CONFIGURATION_WRONG


class Connector:
    """Makes sessions for a box.

    Attributes:
        server: The server, for sentences.
    """

    def __init__(self, box: Box, tokens: TokenSource | None) -> None:
        """Take the box.

        Raises:
            ConfigurationError: There is no `imapUrl`, or `caFile` holds no certificates.
        """
        if box.imap_url is None:
            raise ConfigurationError([ConfigProblem(f"box {box.name}", said("imapUrl is missing"))])
        self._box = box
        self._tokens = tokens
        self._context = tls_context(box)
        self.server = Server(box.name, box.imap_url.host, box.imap_url.port or IMAPS_PORT)

    def session(self) -> ImapSession:
        """Return a session that is logged in, with a mailbox behind it.

        A token that is refused, or accepted without a mailbox behind it, may have expired: a new
        one is tried, once (F-56).

        Raises:
            TransientError: The server is unreachable, or a folder to move to is missing.
            CredentialsRefusedError: It refused the login, or the mailbox.
        """
        try:
            return self._enter(self._login())
        except CredentialsRefusedError:
            if self._tokens is None:
                raise
            self._tokens.renew()
        return self._enter(self._login())

    def missing(self, folders: Sequence[str], listed: Sequence[str]) -> FolderError:
        """Return the error that `folders` are not there."""
        names = ", ".join(map(quoted, folders))
        meant = [near for each in folders if (near := nearest(each, listed))]
        hint = (
            said("the nearest is {names}", names=", ".join(map(quoted, meant)))
            if meant
            else said(
                "there are {names}", names=", ".join(map(quoted, sorted(listed)[:_MOST_NAMES]))
            )
        )
        return FolderError(
            said(
                "{server} has no folder {names}; {hint}", server=self.server, names=names, hint=hint
            )
        )

    def missing_for_rules(self, names: Sequence[str], listed: Sequence[str]) -> FolderError:
        """Return the trouble with folders that rules move mail to: it stays until they are made."""
        return FolderError(
            said(
                "{missing}; a rule of rulesFile moves mail there",
                missing=self.missing(names, listed),
            )
        )

    def _login(self) -> Callable[[Client], None]:
        """Return how to log in; a token is got before anything is connected."""
        user, password = self._box.pop3_name, self._box.pop3_password
        if self._tokens is not None:
            token = self._tokens.token()
            return lambda client: by_token(client, self.server, user, token)
        if password is None:
            raise CredentialsRefusedError(
                said("{server}: pop3Password is missing", server=self.server)
            )
        return lambda client: by_password(client, self.server, user, password)

    def _enter(self, log_in: Callable[[Client], None]) -> ImapSession:
        session: ImapSession | None = None
        try:
            session = ImapSession(self.server, self._context, log_in)
            listed = session.folders()
            with suppress(RefusedError):
                session.open(self._box.imap_folders[0])
            self._check_target(session, listed)
        except CRMServiceError as error:
            if session:
                session.close()
            if isinstance(error, NotConnectedError):
                raise not_connected(self.server) from None
            raise
        return session

    def _check_target(self, session: ImapSession, listed: Sequence[str]) -> None:
        """Mail is not read where it could not be moved afterwards (I-8)."""
        target = self._box.disposition.folder
        if target is None:
            return
        if as_named(target) in map(as_named, self._box.imap_folders):
            raise FolderError(
                said(
                    "{server}: disposition moves mail to {target}, which is read itself; take it "
                    "out of imapFolders, or move elsewhere",
                    server=self.server,
                    target=quoted(target),
                )
            )
        if target not in listed and not session.has_folder(target):
            raise self.missing([target], listed)
