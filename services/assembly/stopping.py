"""How a service hears that it is to stop, whatever its threads are doing."""

import signal
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from services.assembly.signals import hear


@contextmanager
def set_by_signals(stopped: threading.Event) -> Iterator[None]:
    """SIGTERM and SIGINT set `stopped`, while the block runs and afterwards.

    Python calls its handlers in the main thread, once that goes on with Python's own instructions.
    That may be long from now: it waits for the others, and the system may hand the signal to any
    of them; and Firebird's library has waits go on after a signal. So a thread of its own reads
    the byte that Python writes as soon as the signal comes.
    """
    hear(stopped.set)
    reader, writer = socket.socketpair()
    writer.setblocking(False)
    before = signal.set_wakeup_fd(writer.fileno(), warn_on_full_buffer=False)
    thread = threading.Thread(target=_wait, args=(reader, stopped), name="signals", daemon=True)
    thread.start()
    try:
        yield
    finally:
        signal.set_wakeup_fd(before)
        writer.close()
        thread.join()
        reader.close()


def _wait(reader: socket.socket, stopped: threading.Event) -> None:
    # Nothing but the end of the stream comes where the block ends by itself.
    if reader.recv(1):
        stopped.set()
