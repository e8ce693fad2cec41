"""A POP3 server that does as a test says: refuses, hangs up, hangs, lies.

Where nothing is said it behaves: mails are deleted at QUIT, and only then (RFC 1939).
"""

import socket
import ssl
import threading
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from typing import BinaryIO

from tests.servers.processes import HOST

HANG_UP = "hang up"
SILENCE = "silence"

Answer = bytes | str
"""The bytes of an answer, or HANG_UP, or SILENCE."""


@dataclass
class ScriptedPop3:
    """One box behind one port; sessions one after the other.

    Attributes:
        mails: Content by UIDL, CRLF lines.
        answers: What is said instead of the proper answer, by command line or its first word; a
            list is used up, one answer a time.
        sizes: What LIST says of a mail instead of the truth, by UIDL.
        texts: What is said to RETR instead of the mail, by UIDL.
        stls: TLS for STLS; None where it is not offered.
        tls: TLS from the first byte.
        heard: All command lines, over all sessions.
        sessions: How many connections were made.
    """

    mails: dict[str, bytes] = field(default_factory=dict)
    answers: dict[str, Answer | list[Answer]] = field(default_factory=dict)
    sizes: dict[str, int] = field(default_factory=dict)
    texts: dict[str, Answer] = field(default_factory=dict)
    stls: ssl.SSLContext | None = None
    tls: ssl.SSLContext | None = None
    heard: list[str] = field(default_factory=list)
    sessions: int = 0

    def __post_init__(self) -> None:
        """Begin to listen."""
        self._listener = socket.create_server((HOST, 0))
        self.port: int = self._listener.getsockname()[1]
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """End the server."""
        self._ended.set()
        with suppress(OSError):
            # Closing alone does not wake who waits in accept.
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._thread.join(10)

    def _serve(self) -> None:
        while not self._ended.is_set():
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            self.sessions += 1
            with suppress(OSError):
                _Session(self, connection).run(self._ended)


class _Session:
    def __init__(self, server: ScriptedPop3, connection: socket.socket) -> None:
        self._server = server
        self._names = list(server.mails)
        self._marked: set[str] = set()
        self._connection = connection

    def run(self, ended: threading.Event) -> None:
        try:
            if self._server.tls:
                self._connection = self._server.tls.wrap_socket(self._connection, server_side=True)
            if self._say("greeting", lambda: b"+OK ready\r\n", ended):
                self._talk(ended)
        finally:
            self._connection.close()

    def _talk(self, ended: threading.Event) -> None:
        going_on = True
        while going_on:
            with self._connection.makefile("rb") as file:
                going_on = self._answer_lines(file, ended)
            if going_on and self._server.stls:
                self._connection = self._server.stls.wrap_socket(self._connection, server_side=True)

    def _answer_lines(self, file: BinaryIO, ended: threading.Event) -> bool:
        """Whether TLS is to begin; else the session is over."""
        for line in file:
            command = line.decode("utf-8", "replace").strip()
            self._server.heard.append(command)
            if not self._say(command, partial(self._proper, command), ended) or command == "QUIT":
                return False
            if command == "STLS" and self._server.stls:
                return True
        return False

    def _say(self, command: str, proper: Callable[[], bytes], ended: threading.Event) -> bool:
        answer = self._scripted(command)
        if answer == HANG_UP:
            return False
        if answer == SILENCE:
            ended.wait(10)
            return False
        self._connection.sendall(answer if isinstance(answer, bytes) else proper())
        return not (isinstance(answer, bytes) and answer.endswith(b"<EOF>"))

    def _scripted(self, command: str) -> Answer | None:
        word, _, number = command.partition(" ")
        if word == "RETR" and (text := self._server.texts.get(self._names[int(number) - 1])):
            return text
        for key in (command, command.partition(" ")[0]):
            found = self._server.answers.get(key)
            if isinstance(found, list):
                if found:
                    return found.pop(0)
            elif found is not None:
                return found
        return None

    def _proper(self, command: str) -> bytes:
        word, _, rest = command.partition(" ")
        if word == "STLS":
            return b"+OK\r\n" if self._server.stls else b"-ERR unknown\r\n"
        if word == "STAT":
            return b"+OK %d 1\r\n" % len(self._names)
        if word == "LIST":
            sizes = self._server.sizes
            mails = self._server.mails
            return _many(f"{sizes.get(name, len(mails[name]))}" for name in self._names)
        if word == "UIDL":
            return _many(self._names)
        if word in ("RETR", "TOP"):
            mail = self._server.mails[self._names[int(rest.split()[0]) - 1]]
            return _stuffed(mail if word == "RETR" else mail.partition(b"\r\n\r\n")[0] + b"\r\n")
        if word == "DELE":
            self._marked.add(self._names[int(rest) - 1])
        if word == "QUIT":
            for name in self._marked:
                self._server.mails.pop(name, None)
        return b"+OK\r\n"


def _many(values: Iterable[str]) -> bytes:
    lines = (f"{number} {value}\r\n" for number, value in enumerate(values, start=1))
    return b"+OK\r\n" + "".join(lines).encode() + b".\r\n"


def _stuffed(mail: bytes) -> bytes:
    """A mail as it is sent: a dot before each that begins a line (RFC 1939, section 3)."""
    stuffed = (b"." + mail if mail.startswith(b".") else mail).replace(b"\r\n.", b"\r\n..")
    return b"+OK\r\n" + stuffed + (b"" if stuffed.endswith(b"\r\n") else b"\r\n") + b".\r\n"
