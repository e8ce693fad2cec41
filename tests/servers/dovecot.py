"""A private Dovecot: mailboxes by IMAP and POP3."""

import os
import shutil
import signal
import subprocess
import time
from base64 import b64encode
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

from imapclient import imap_utf7

from tests.servers.certificates import Authority
from tests.servers.dovecot_settings import OWNER, DovecotPorts, DovecotSettings
from tests.servers.processes import ServerProcess, data_folder, free_port, listens, program

_PLACES = ("/usr/sbin", "/usr/local/sbin")


@dataclass(frozen=True, slots=True)
class MailBoxAccount:
    """Who owns a mailbox, as a client says it."""

    name: str
    password: str


class Dovecot:
    """A server with its own users and mail; `kill` and `start` again keep both.

    IMAP listens on `imap_port` (with STARTTLS) and `imaps_port`, POP3 on `pop3_port` (with STLS)
    and `pop3s_port`; `ca_file` proves the server, which is called `localhost`.
    """

    name = "dovecot"

    def __init__(self, introspection_url: str = "", without: Collection[str] = ()) -> None:
        """Make the data folder; nothing runs yet.

        Args:
            introspection_url: Whom it asks about tokens, see `TokenServer`; without it XOAUTH2 and
                OAUTHBEARER are offered and always refused.
            without: Capabilities of IMAP that it does not tell of, such as IDLE.
        """
        self.imap_port, self.imaps_port = free_port(), free_port()
        self.pop3_port, self.pop3s_port = free_port(), free_port()
        self._folder = data_folder("dovecot")
        self._delivered = 0
        self._program = program("dovecot", *_PLACES)
        self._write(introspection_url, without)
        self._process = ServerProcess(
            [self._program, "-F", "-c", str(self._folder / "conf")],
            self._folder / "log",
            lambda: listens(self.imap_port) and listens(self.pop3_port),
            # Those who serve the connections outlive their master.
            whole_group=True,
        )

    def start(self) -> None:
        """Start it, or start it again; nothing happens if it runs."""
        self._process.start()

    def kill(self) -> None:
        """End it in mid-work: every connection is cut, nothing is tidied up."""
        self._process.end(signal.SIGKILL)

    def remove(self) -> None:
        """End it and remove its data."""
        self.kill()
        shutil.rmtree(self._folder)

    def add_box(self, name: str, password: str) -> MailBoxAccount:
        """A new empty mailbox; if it is there, only the password changes, within a second."""
        # A file for each: one that is known is looked at again only after a second.
        user = self._folder / "users" / name
        secret = b64encode(password.encode()).decode()
        user.write_text(f"{name}:{{PLAIN.b64}}{secret}::::::\n", "utf-8")
        user.chmod(0o644)
        self._make(self._maildir(name, "INBOX"))
        return MailBoxAccount(name, password)

    def deliver(self, box: MailBoxAccount, raw: bytes, folder: str = "INBOX") -> None:
        """Put a mail into a folder, which is made if it is not there; whoever waits is told."""
        maildir = self._maildir(box.name, folder)
        self._make(maildir)
        self._delivered += 1
        # Mails are numbered in the order of these names.
        name = f"{int(time.time())}.M{self._delivered:06}P1.tests"
        path = maildir / "tmp" / name
        path.write_bytes(raw)
        self._give(path)
        path.rename(maildir / "new" / name)

    def lose(self, box: MailBoxAccount) -> None:
        """Remove a mail of INBOX, as a person does who reads it elsewhere."""
        maildir = self._maildir(box.name, "INBOX")
        min(path for place in ("new", "cur") for path in (maildir / place).glob("*")).unlink()

    def lock_away(self, box: MailBoxAccount, raw: bytes, *, sized: bool) -> None:
        """Put a mail into INBOX whose file the server may not read.

        Args:
            box: Whose.
            raw: The mail, in CRLF lines.
            sized: Whether the file's name tells its size, so that the server only stumbles over
                the text.
        """
        self.deliver(box, raw)
        path = max((self._maildir(box.name, "INBOX") / "new").iterdir())
        path.chmod(0)
        if sized:
            path.rename(path.with_name(f"{path.name},S={len(raw)},W={len(raw)}"))

    def limit(self, box: MailBoxAccount, rights: str) -> None:
        """Give the owner of INBOX no rights but these, as `lrwsip` (RFC 4314)."""
        file = self._maildir(box.name, "INBOX") / "dovecot-acl"
        file.write_text(f"owner {rights}\n", "utf-8")
        self._give(file)

    def messages(self, box: MailBoxAccount, folder: str = "INBOX") -> int:
        """How many mails lie in a folder; none if it is not there."""
        maildir = self._maildir(box.name, folder)
        return sum(1 for place in ("new", "cur") for _ in (maildir / place).glob("*"))

    def flags(self, box: MailBoxAccount) -> set[str]:
        """The flags of mails in INBOX, as `S` for those that were read."""
        maildir = self._maildir(box.name, "INBOX")
        names = [file.name for place in ("new", "cur") for file in (maildir / place).iterdir()]
        return {name.partition(":2,")[2] for name in names}

    def _maildir(self, name: str, folder: str) -> Path:
        box = self._folder / "mail" / name
        return box if folder == "INBOX" else box / f".{imap_utf7.encode(folder).decode()}"

    def _make(self, maildir: Path) -> None:
        if maildir.exists():
            return
        for place in (maildir, *(maildir / name for name in ("cur", "new", "tmp"))):
            place.mkdir()
            self._give(place)

    def _give(self, path: Path) -> None:
        """Give what root has made to the user whom the mail belongs to."""
        if os.getuid() == 0:
            shutil.chown(path, OWNER, OWNER)

    def _write(self, introspection_url: str, without: Collection[str]) -> None:
        folder, authority = self._folder, Authority(self._folder)
        # It has users of its own for most of its work.
        folder.chmod(0o755)
        (folder / "mail").mkdir()
        self._give(folder / "mail")
        (folder / "users").mkdir()
        self.ca_file = authority.ca_file
        chain, key = authority.issue()
        settings = DovecotSettings(
            folder=folder,
            chain=chain,
            key=key,
            ports=DovecotPorts(self.imap_port, self.imaps_port, self.pop3_port, self.pop3s_port),
            introspection_url=introspection_url,
            without=frozenset(without),
        )
        (folder / "tokens.conf").write_text(settings.tokens(), "utf-8")
        (folder / "conf").write_text(settings.text(self._version()), "utf-8")

    def _version(self) -> str:
        """Return the release of the installed server, such as `2.4.1`."""
        told = subprocess.run([self._program, "--version"], check=True, capture_output=True)
        return told.stdout.decode().split()[0]
