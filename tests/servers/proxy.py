"""A TCP proxy that stands between a client and a server, and fails when a test wants it to."""

import select
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress

from tests.servers.processes import HOST

Seen = Callable[[bytes], bool]

_CHUNK = 65536
_STEP_SECONDS = 0.05


class Proxy:
    """Passes bytes on to `port` until it is told to cut or to pause.

    Every connection has a thread of its own. `close` ends all of them.
    """

    def __init__(self, port: int) -> None:
        """Listen on a free `port` of our own; the server's is the one given."""
        self._server = port
        self._listener = socket.create_server((HOST, 0))
        self.port: int = self._listener.getsockname()[1]
        self._open: set[socket.socket] = set()
        self._flowing = threading.Event()
        self._flowing.set()
        self._closed = threading.Event()
        self._cut_at: Seen | None = None
        self._after: Seen | None = None
        self._threads = [threading.Thread(target=self._accept, daemon=True)]
        self._threads[0].start()

    def lead_to(self, port: int) -> None:
        """Lead new connections to another server; those that are open stay where they are."""
        self._server = port

    def cut(self) -> None:
        """Cut every connection now; new ones are taken."""
        for one in tuple(self._open):
            with suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)

    def cut_before(self, seen: Seen) -> None:
        """Cut the connection whose client sends what `seen` knows, before the server gets it."""
        self._cut_at = seen

    def cut_after(self, seen: Seen) -> None:
        """Cut the connection whose client sends what `seen` knows, once the server has answered."""
        self._after = seen

    def pause(self) -> None:
        """Let nothing through; connections stay open."""
        self._flowing.clear()

    def resume(self) -> None:
        """Let everything through again."""
        self._flowing.set()

    def close(self) -> None:
        """Cut everything and take no more."""
        self._closed.set()
        self._flowing.set()
        for thread in self._threads:
            thread.join()
        self._listener.close()

    def _accept(self) -> None:
        while not self._closed.is_set():
            if not select.select([self._listener], [], [], _STEP_SECONDS)[0]:
                continue
            with suppress(OSError):
                client, _ = self._listener.accept()
                thread = threading.Thread(target=self._serve, args=[client], daemon=True)
                self._threads.append(thread)
                thread.start()

    def _serve(self, client: socket.socket) -> None:
        with closing(client), suppress(OSError):
            with socket.create_connection((HOST, self._server)) as server:
                for one in (client, server):
                    one.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                self._open |= {client, server}
                self._pass_on(client, server)
            self._open -= {client, server}

    def _pass_on(self, client: socket.socket, server: socket.socket) -> None:
        other, doomed = {client: server, server: client}, False
        while not self._closed.is_set():
            for source in select.select([client, server], [], [], _STEP_SECONDS)[0]:
                data = source.recv(_CHUNK)
                self._flowing.wait()
                if not data or (doomed and source is server):
                    return
                if source is client:
                    if self._met("_cut_at", data):
                        return
                    doomed = doomed or self._met("_after", data)
                other[source].sendall(data)

    def _met(self, name: str, data: bytes) -> bool:
        """Whether the condition holds; it holds once."""
        seen: Seen | None = getattr(self, name)
        if seen is None or not seen(data):
            return False
        setattr(self, name, None)
        return True


def at_commit(server: str) -> Seen:
    """What a COMMIT looks like on the wire: words, or Firebird's operation 30 and a handle."""
    if server == "firebird":
        return lambda data: data[-8:-4] == b"\0\0\0\x1e"
    return lambda data: b"COMMIT\0" in data


@contextmanager
def proxied(port: int) -> Iterator[Proxy]:
    """A proxy to `port` for the length of the block."""
    proxy = Proxy(port)
    try:
        yield proxy
    finally:
        proxy.close()
