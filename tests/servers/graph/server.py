"""The double as a server: HTTPS on a port of this machine, with tokens and a private authority."""

import json
import shutil
import socket
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from email.utils import format_datetime
from functools import partial
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from tests.servers.certificates import Authority
from tests.servers.graph import batch, routes
from tests.servers.graph.company import Company
from tests.servers.graph.messages import Call, Json, RefusalError, Reply
from tests.servers.processes import HOST, data_folder, free_port
from tests.servers.token_server import TokenServer

RIGHTS = ("Calendars.ReadWrite", "User.Read.All")
_VERSION = "/v1.0"
_POLL_SECONDS = 0.02
_NO_LINGER = struct.pack("ii", 1, 0)


class GraphServer:
    """Microsoft Graph for one company, and the identity service that gives tokens for it.

    Attributes:
        company: What it is about: mailboxes, faults, what was asked.
        tokens: The identity service; `tokens.claims` has the rights in its tokens.
        ca_file: Proves both.
        in_flight: Requests that are in the service now.
        peak: The most requests that were in the service at one time.
    """

    def __init__(self) -> None:
        """Make certificates; nothing runs yet."""
        self._folder = data_folder("graph")
        self._authority = Authority(self._folder)
        self.ca_file = self._authority.ca_file
        self.port = free_port()
        self.tokens = TokenServer(self._authority)
        self._lock = threading.RLock()
        self._counting = threading.Lock()
        self.in_flight = 0
        self._server: _Server | None = None
        self._thread: threading.Thread | None = None
        self.reset()

    def reset(self) -> None:
        """Be as new: an empty company, no faults, tokens with the rights needed."""
        self.company = Company()
        self.peak = 0
        self.tokens.reset()
        self.tokens.claims = {"roles": list(RIGHTS), "aud": "https://graph.microsoft.com"}

    @property
    def url(self) -> str:
        """Return the address for `graphUrl`."""
        return f"https://localhost:{self.port}{_VERSION}"

    def start(self) -> None:
        """Start it; nothing happens if it runs."""
        self.tokens.start()
        if self._server is not None:
            return
        self._server = server = _Server((HOST, self.port), _handler(self))
        server.socket = self._authority.server_context().wrap_socket(
            server.socket, server_side=True, do_handshake_on_connect=False
        )
        self._thread = threading.Thread(
            target=server.serve_forever, args=[_POLL_SECONDS], daemon=True
        )
        self._thread.start()

    def stop(self) -> None:
        """End it; its ports refuse connections until it is started again."""
        self.company.faults.clear()
        self.tokens.stop()
        if self._server is not None and self._thread is not None:
            self._server.shutdown()
            self._thread.join()
            self._server.server_close()
        self._server = self._thread = None

    def remove(self) -> None:
        """End it and remove its certificates."""
        self.stop()
        self.tokens.remove()
        shutil.rmtree(self._folder, ignore_errors=True)

    def answer(self, call: Call) -> Reply | None:
        """Return what a request is answered; None: its connection is cut.

        One that was held up beyond a `reset` belongs to the company that it was for.
        """
        company = self.company
        with self._entered() as in_time:
            reply = self._admitted(company, call) if in_time else _too_many().reply
        company.calls.append(replace(call, status=reply.status if reply else 0))
        return reply

    def _admitted(self, company: Company, call: Call) -> Reply | None:
        try:
            self._check_token(call)
        except RefusalError as refusal:
            return refusal.reply
        return self._carried_out(company, call)

    def _carried_out(self, company: Company, call: Call) -> Reply | None:
        fault = company.faults.take(call)
        if fault is None:
            return self._done(company, call)
        if fault.gate is not None:
            fault.gate.wait()
            return fault.reply or self._done(company, call)
        if fault.when == "after":
            self._done(company, call)
        return fault.reply

    def _done(self, company: Company, call: Call) -> Reply:
        if call.where == "/$batch":
            return batch.answer(call, partial(self._one_of_batch, company))
        root = company.link_root or self.url
        with self._lock:
            return routes.answer(root, company, call)

    def _one_of_batch(self, company: Company, call: Call) -> Reply:
        reply = self._carried_out(company, call) or Reply(HTTPStatus.BAD_GATEWAY)
        company.calls.append(replace(call, status=reply.status))
        return reply

    @contextmanager
    def _entered(self) -> Iterator[bool]:
        with self._counting:
            self.in_flight += 1
            self.peak = max(self.peak, self.in_flight)
            in_time = self.in_flight <= self.company.most_in_flight
        try:
            yield in_time
        finally:
            with self._counting:
                self.in_flight -= 1

    def _check_token(self, call: Call) -> None:
        kind, _, token = call.headers.get("authorization", "").partition(" ")
        claims = self.tokens.claims_of(token) if kind == "Bearer" else None
        if claims is None:
            message = "Lifetime validation failed, the token is expired."
            raise RefusalError(HTTPStatus.UNAUTHORIZED, "InvalidAuthenticationToken", message)
        right = RIGHTS[0] if len(call.path) > 2 else RIGHTS[1]
        if call.where != "/$batch" and right not in claims.get("roles", ()):
            code = "ErrorAccessDenied" if right == RIGHTS[0] else "Authorization_RequestDenied"
            raise RefusalError(HTTPStatus.FORBIDDEN, code, "Access is denied.")


def _too_many() -> RefusalError:
    message = "Application is over its MailboxConcurrency limit."
    headers = {"Retry-After": "1"}
    return RefusalError(
        HTTPStatus.TOO_MANY_REQUESTS, "ApplicationThrottled", message, headers=headers
    )


def _handler(graph: GraphServer) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        timeout = 60

        def handle_method(self) -> None:
            """Answer one request, or cut the connection."""
            reply = graph.answer(self._call())
            if reply is None:
                # With a reset, as a broken network does it, not with an orderly end.
                self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _NO_LINGER)
                self.close_connection = True
                return
            self._say(reply)

        do_GET = do_POST = do_PATCH = do_DELETE = handle_method  # noqa: N815 - names of the base

        def _call(self) -> Call:
            sent = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            target = self.path.removeprefix(_VERSION)
            return batch.split(self.command, target, dict(self.headers.items()), _json(sent))

        def _say(self, reply: Reply) -> None:
            body = reply.raw
            if body is None:
                body = b"" if reply.body is None else json.dumps(reply.body).encode()
            self.send_response(reply.status)
            own = {"Content-Type": "application/json", "Content-Length": str(len(body))}
            for name, value in (own | dict(reply.headers)).items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        def date_time_string(self, timestamp: float | None = None) -> str:  # noqa: ARG002 - the base's
            """Return the service's time, which tests may set wrong."""
            return format_datetime(graph.company.now(), usegmt=True)

        def log_message(self, *_: object) -> None:
            """Say nothing: `company.calls` has it."""

    return Handler


def _json(sent: bytes) -> Json:
    try:
        found = json.loads(sent) if sent else {}
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


class _Server(ThreadingHTTPServer):
    def handle_error(self, *_: object) -> None:
        """Say nothing of clients that go away or do not trust us: that is their matter."""
