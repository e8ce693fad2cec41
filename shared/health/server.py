"""`/healthz`, `/ready` and `/metrics` over HTTP, for the container's health check and Prometheus.

Nothing here changes anything, and nothing tells an address, a subject or a secret; still it is
meant for the inner network: by default it listens on the loopback interface alone.
"""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from shared import metrics
from shared.contracts.said import said
from shared.errors import ConfigProblem, ConfigurationError
from shared.health.state import Health

_JSON = "application/json"
_REQUEST_SECONDS = 10.0


@contextmanager
def serving(health: Health, host: str, port: int | None) -> Iterator[None]:
    """Answer on `host`:`port` for the length of the block; no port: nothing is served.

    Raises:
        ConfigurationError: The port is taken or may not be used.
    """
    if port is None:
        yield
        return
    try:
        server = ThreadingHTTPServer((host, port), _handler(health))
    except OSError as error:
        what = said(
            "cannot listen on {host}:{port}: {reason}", host=host, port=port, reason=error.strerror
        )
        remedy = said("set METRICS_PORT to a free port")
        raise ConfigurationError([ConfigProblem("METRICS_PORT", what, remedy)]) from None
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, name="health", daemon=True)
    thread.start()
    try:
        yield
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def _handler(health: Health) -> type[BaseHTTPRequestHandler]:
    class Answers(BaseHTTPRequestHandler):
        """Three pages."""

        timeout = _REQUEST_SECONDS
        server_version = "crmservice"
        sys_version = ""

        def do_GET(self) -> None:
            parts = health.parts()
            match self.path:
                case "/healthz":
                    self._json(health.alive, {"alive": health.alive})
                case "/ready":
                    ready, standing_by = health.ready, health.standing_by()
                    found = {"ready": ready, "parts": parts, "standing_by": standing_by}
                    self._json(ready, found)
                case "/metrics":
                    self._send(HTTPStatus.OK, metrics.CONTENT_TYPE, metrics.exposition(parts))
                case _:
                    self._send(HTTPStatus.NOT_FOUND, "text/plain", b"/healthz /ready /metrics\n")

        def _json(self, good: bool, content: object) -> None:  # noqa: FBT001 - the answer's status
            status = HTTPStatus.OK if good else HTTPStatus.SERVICE_UNAVAILABLE
            self._send(status, _JSON, json.dumps(content).encode() + b"\n")

        def _send(self, status: HTTPStatus, kind: str, body: bytes) -> None:
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *_: object) -> None:  # noqa: A002 - the name that http.server has
            """Log nothing: requests are not logged."""

    return Answers
