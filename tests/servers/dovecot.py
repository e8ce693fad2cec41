"""A private Dovecot: mailboxes by IMAP and POP3."""

import os
import shutil
import signal
import time
from base64 import b64encode
from collections.abc import Collection
from dataclasses import dataclass
from grp import getgrgid
from pathlib import Path
from pwd import getpwuid

from imapclient import imap_utf7

from tests.servers.certificates import Authority
from tests.servers.processes import HOST, ServerProcess, data_folder, free_port, listens, program

PACKAGES = "dovecot-imapd dovecot-pop3d"
_PLACES = ("/usr/sbin", "/usr/local/sbin")
_OWNER = "mail"
_CAPABILITIES = (
    "IMAP4rev1 SASL-IR LOGIN-REFERRALS ID ENABLE IDLE SORT THREAD=REFERENCES MULTIAPPEND UNSELECT "
    "CHILDREN NAMESPACE UIDPLUS LIST-EXTENDED CONDSTORE QRESYNC ESEARCH ESORT SEARCHRES WITHIN "
    "CONTEXT=SEARCH LIST-STATUS BINARY MOVE LITERAL+ SPECIAL-USE"
)
_CONFIGURATION = """
base_dir = {folder}/run
state_dir = {folder}/state
log_path = {folder}/log
protocols = imap pop3
listen = {host}
ssl = yes
ssl_cert = <{chain}
ssl_key = <{key}
mail_location = maildir:{folder}/mail/%u
mail_fsync = never
mail_max_userip_connections = 1000
first_valid_uid = 1
{imap_capability}
auth_mechanisms = plain login xoauth2 oauthbearer
auth_failure_delay = 0
auth_username_format = %u
{passdb_of_tokens}
passdb {{
  driver = passwd-file
  mechanisms = plain login
  args = scheme=PLAIN username_format=%u {folder}/users/%u
}}
userdb {{
  driver = static
  args = uid={uid} gid={gid} home={folder}/mail/%u allow_all_users=yes
}}
mail_plugins = acl
plugin {{
  acl = vfile
}}
service anvil {{
  chroot =
  # Else everybody waits longer and longer after somebody's wrong password.
  unix_listener anvil-auth-penalty {{
    mode = 0
  }}
}}
service stats {{
  chroot =
}}
service imap {{
  process_limit = 200
}}
service pop3 {{
  process_limit = 200
}}
service imap-login {{
  chroot =
  process_limit = 200
  inet_listener imap {{
    port = {imap_port}
  }}
  inet_listener imaps {{
    port = {imaps_port}
    ssl = yes
  }}
}}
service pop3-login {{
  chroot =
  process_limit = 200
  inet_listener pop3 {{
    port = {pop3_port}
  }}
  inet_listener pop3s {{
    port = {pop3s_port}
    ssl = yes
  }}
}}
"""
_PASSDB_OF_TOKENS = """passdb {{
  driver = oauth2
  mechanisms = xoauth2 oauthbearer
  args = {folder}/tokens.conf
}}"""
_TOKENS = """introspection_mode = post
introspection_url = {url}
username_attribute = username
active_attribute = active
active_value = true
"""


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
        self._write(introspection_url, without)
        self._process = ServerProcess(
            [
                program("dovecot", *_PLACES, packages=PACKAGES),
                "-F",
                "-c",
                str(self._folder / "conf"),
            ],
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
            shutil.chown(path, _OWNER, _OWNER)

    def _write(self, introspection_url: str, without: Collection[str]) -> None:
        folder, authority = self._folder, Authority(self._folder)
        # It has users of its own for most of its work.
        folder.chmod(0o755)
        (folder / "mail").mkdir()
        self._give(folder / "mail")
        (folder / "users").mkdir()
        self.ca_file = authority.ca_file
        chain, key = authority.issue()
        told = " ".join(word for word in _CAPABILITIES.split() if word not in without)
        passdb = _PASSDB_OF_TOKENS.format(folder=folder) if introspection_url else ""
        (folder / "tokens.conf").write_text(_TOKENS.format(url=introspection_url), "utf-8")
        configuration = _CONFIGURATION.format(
            folder=folder,
            host=HOST,
            chain=chain,
            key=key,
            imap_capability=f"imap_capability = {told}" if without else "",
            passdb_of_tokens=passdb,
            imap_port=self.imap_port,
            imaps_port=self.imaps_port,
            pop3_port=self.pop3_port,
            pop3s_port=self.pop3s_port,
            uid=_OWNER if os.getuid() == 0 else os.getuid(),
            gid=_OWNER if os.getuid() == 0 else os.getgid(),
        )
        (folder / "conf").write_text(configuration + _users_of_processes(), "utf-8")


def _users_of_processes() -> str:
    """Settings for a server that is not root, and cannot become anybody."""
    if os.getuid() == 0:
        return ""
    user, group = getpwuid(os.getuid()).pw_name, getgrgid(os.getgid()).gr_name
    return (
        f"default_login_user = {user}\n"
        f"default_internal_user = {user}\n"
        f"default_internal_group = {group}\n"
    )
