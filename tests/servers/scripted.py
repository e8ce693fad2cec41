"""An IMAP server that does as a test says: refuses, hangs up, hangs, lies.

Where nothing is said it behaves like a small IMAP4rev1 server (RFC 9051's older brother, RFC 3501)
that knows what a mailbox source asks for.
"""

import re
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from typing import BinaryIO

from tests.servers.processes import HOST

HANG_UP = "hang up"
SILENCE = "silence"

Answer = str | bytes | Callable[["Talk"], object]
"""HANG_UP, SILENCE, text with `{tag}` in it, bytes as they are, or something to be called."""

ARRIVED = "21-Nov-2026 10:00:00 +0100"


@dataclass
class Message:
    """A message; `size` is what the server says of it instead of the truth."""

    raw: bytes
    arrived: str = ARRIVED
    flags: set[str] = field(default_factory=set)
    size: int | None = None


@dataclass
class Folder:
    """Messages by UID."""

    messages: dict[int, Message] = field(default_factory=dict)
    validity: int = 7
    read_only: bool = False

    @property
    def next_uid(self) -> int:
        """The UID of the next message."""
        return max(self.messages, default=0) + 1


@dataclass
class ScriptedImap:
    """One mailbox behind one port.

    Attributes:
        folders: By name.
        answers: What is said instead of the proper answer, by the command's name (`UID FETCH`) or
            by a beginning of the command; a list is used up, one answer a time.
        capabilities: What is offered beside IMAP4rev1.
        tls: TLS from the first byte.
        starttls: TLS for STARTTLS; None where it is not offered.
        greeting: The first line.
        heard: All commands, over all sessions, without tags.
        sessions: How many connections were made.
    """

    folders: dict[str, Folder] = field(default_factory=lambda: {"INBOX": Folder()})
    answers: dict[str, Answer | list[Answer]] = field(default_factory=dict)
    capabilities: str = "IDLE MOVE UIDPLUS AUTH=PLAIN AUTH=XOAUTH2"
    tls: ssl.SSLContext | None = None
    starttls: ssl.SSLContext | None = None
    greeting: str = "* OK ready"
    heard: list[str] = field(default_factory=list)
    sessions: int = 0

    def __post_init__(self) -> None:
        """Begin to listen."""
        self.ended = threading.Event()
        self._listener = socket.create_server((HOST, 0))
        self.port: int = self._listener.getsockname()[1]
        self._threads = [threading.Thread(target=self._serve, daemon=True)]
        self._connections: list[socket.socket] = []
        self._threads[0].start()

    @property
    def inbox(self) -> Folder:
        """The folder that every mailbox has."""
        return self.folders["INBOX"]

    def commands(self, name: str) -> list[str]:
        """What was heard that begins so."""
        return [each for each in self.heard if each.startswith(name)]

    def hang_up(self) -> None:
        """Cut all connections."""
        for connection in self._connections:
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)

    def stop(self) -> None:
        """End the server."""
        self.ended.set()
        with suppress(OSError):
            # Closing alone does not wake who waits in accept.
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self.hang_up()
        for thread in self._threads:
            thread.join(10)

    def answer(self, command: str) -> Answer | None:
        """What the test wants to be said to a command."""
        fitting = (key for key in self.answers if command.startswith(key))
        key = max(fitting, key=len, default=None)
        if key is None:
            return None
        found = self.answers[key]
        if not isinstance(found, list):
            return found
        return found.pop(0) if found else None

    def _serve(self) -> None:
        while not self.ended.is_set():
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self.sessions += 1
            thread = threading.Thread(target=self._talk, args=[connection], daemon=True)
            self._threads.append(thread)
            thread.start()

    def _talk(self, plain: socket.socket) -> None:
        connection = plain
        try:
            if self.tls:
                connection = self.tls.wrap_socket(plain, server_side=True)
            self._connections.append(connection)
            Talk(self, connection).run()
        except OSError:
            pass
        finally:
            connection.close()


class Talk:
    """One session.

    Attributes:
        server: The server.
        folder: Name of the selected folder.
        tag: Of the command at hand.
    """

    def __init__(self, server: ScriptedImap, connection: socket.socket) -> None:
        """Take the connection."""
        self.server = server
        self.folder = ""
        self.tag = ""
        self._connection = connection
        self._file: BinaryIO = connection.makefile("rb")

    def run(self) -> None:
        """Talk until the client leaves."""
        try:
            self.say(self.server.greeting)
            while not self.server.ended.is_set() and (line := self.line()):
                self.tag, _, command = line.partition(" ")
                self.server.heard.append(command)
                if not self._react(command):
                    return
        finally:
            self._file.close()
            self._connection.close()

    def line(self) -> str:
        """What the client says next; nothing when it has gone."""
        return self._file.readline().decode("utf-8", "replace").rstrip("\r\n")

    def send(self, data: bytes) -> None:
        """Send bytes as they are."""
        self._connection.sendall(data)

    def say(self, *lines: str) -> None:
        """Send lines; `{tag}` becomes the tag of the command."""
        for line in lines:
            self.send(line.replace("{tag}", self.tag).encode() + b"\r\n")

    def properly(self, command: str | None = None) -> None:
        """Answer as a good server does."""
        words = (command or self.server.heard[-1]).split(" ")
        if words[0] == "UID":
            self._uid(words[1], words[2:])
        else:
            method = getattr(self, f"do_{words[0].lower()}", None)
            if method is None:
                self.say("{tag} BAD unknown command")
            else:
                method(" ".join(words[1:]))

    def _react(self, command: str) -> bool:
        match self.server.answer(command):
            case None:
                self.properly(command)
            case "hang up":
                return False
            case "silence":
                self.server.ended.wait()
                return False
            case bytes() as data:
                self.send(data)
            case str() as text:
                self.say(*text.split("\n"))
            case call:
                call(self)
        return command != "LOGOUT"

    @property
    def _messages(self) -> dict[int, Message]:
        return self.server.folders[self.folder].messages

    def do_capability(self, _: str) -> None:
        """What is offered."""
        starttls = " STARTTLS" if self.server.starttls else ""
        self.say(f"* CAPABILITY IMAP4rev1 {self.server.capabilities}{starttls}", "{tag} OK done")

    def do_starttls(self, _: str) -> None:
        """Go on in TLS."""
        self.say("{tag} OK begin")
        self.secure()

    def secure(self) -> None:
        """Go on in TLS."""
        if self.server.starttls:
            self._file.close()
            self._connection = self.server.starttls.wrap_socket(self._connection, server_side=True)
            self._file = self._connection.makefile("rb")

    def do_authenticate(self, _: str) -> None:
        """One challenge, one answer, and in."""
        self.say("+ ")
        self.server.heard.append(self.line())
        self.say("{tag} OK logged in")

    def do_login(self, _: str) -> None:
        """In."""
        self.say("{tag} OK logged in")

    def do_logout(self, _: str) -> None:
        """Farewell."""
        self.say("* BYE see you", "{tag} OK done")

    def do_noop(self, _: str) -> None:
        """Nothing."""
        self.say("{tag} OK done")

    def do_list(self, _: str) -> None:
        """All folders."""
        self.say(*(f'* LIST () "/" "{name}"' for name in self.server.folders), "{tag} OK done")

    def do_status(self, rest: str) -> None:
        """Whether a folder is there."""
        name = rest.split('"')[1]
        if folder := self.server.folders.get(name):
            self.say(f'* STATUS "{name}" (UIDVALIDITY {folder.validity})', "{tag} OK done")
        else:
            self.say("{tag} NO no such folder")

    def do_select(self, rest: str) -> None:
        """Open a folder."""
        name = rest.strip('"')
        folder = self.server.folders.get(name)
        if folder is None:
            self.say("{tag} NO no such folder")
            return
        self.folder = name
        access = "READ-ONLY" if folder.read_only else "READ-WRITE"
        self.say(
            f"* {len(folder.messages)} EXISTS",
            f"* OK [UIDVALIDITY {folder.validity}] valid",
            f"* OK [UIDNEXT {folder.next_uid}] next",
            f"{{tag}} OK [{access}] done",
        )

    do_examine = do_select

    def do_idle(self, _: str) -> None:
        """Until the client says DONE."""
        self.say("+ idling")
        self.server.heard.append(self.line())
        self.say("{tag} OK done")

    def _uid(self, name: str, words: list[str]) -> None:
        uids = self._named(words[1] if name == "SEARCH" else words[0])
        rest = words[1:]
        match name:
            case "SEARCH":
                self._search(uids, rest)
            case "FETCH":
                for uid in uids:
                    self.fetched(uid, " ".join(rest))
            case "STORE":
                for uid in uids:
                    self._messages[uid].flags.add(rest[1].strip("()"))
            case "EXPUNGE":
                for uid in uids:
                    self._expunge(uid)
            case "COPY" | "MOVE":
                self._copy(uids, " ".join(rest).strip('"'), move=name == "MOVE")
            case _:
                pass
        self.say("{tag} OK done")

    def _expunge(self, uid: int) -> None:
        if "\\Deleted" in self._messages[uid].flags:
            del self._messages[uid]

    def _copy(self, uids: list[int], folder: str, *, move: bool) -> None:
        target = self.server.folders[folder]
        for uid in uids:
            target.messages[target.next_uid] = self._messages[uid]
            if move:
                del self._messages[uid]

    def fetched(self, uid: int, items: str) -> None:
        """The answer for one message."""
        message = self._messages[uid]
        number = list(self._messages).index(uid) + 1
        size = len(message.raw) if message.size is None else message.size
        if "RFC822.SIZE" in items:
            self.say(
                f'* {number} FETCH (UID {uid} RFC822.SIZE {size} INTERNALDATE "{message.arrived}")'
            )
        elif part := re.search(r"<(\d+)\.(\d+)>", items):
            start, count = int(part[1]), int(part[2])
            self.literal(number, uid, f"BODY[]<{start}>", message.raw[start : start + count])
        else:
            self.literal(number, uid, "BODY[]", message.raw)

    def literal(self, number: int, uid: int, item: str, raw: bytes) -> None:
        """A FETCH answer with bytes in it."""
        head = f"* {number} FETCH (UID {uid} {item} {{{len(raw)}}}\r\n"
        self.send(head.encode() + raw + b")\r\n")

    def _search(self, uids: list[int], words: list[str]) -> None:
        flags = {"UNSEEN": "\\Seen", "UNDELETED": "\\Deleted"}
        without = {flags[word] for word in words if word in flags}
        found = [uid for uid in uids if not self._messages[uid].flags & without]
        self.say("* SEARCH" + "".join(f" {uid}" for uid in found))

    def _named(self, uids: str) -> list[int]:
        return [uid for uid in self._messages if any(uid in each for each in _ranges(uids))]


def _ranges(uids: str) -> Iterator[range]:
    for part in uids.split(","):
        first, _, last = part.partition(":")
        end = 2**32 if last == "*" else int(last or first)
        yield range(int(first), end + 1)
