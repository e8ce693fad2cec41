"""A small identity service: gives tokens to an application, and tells a mail server about them."""

import base64
import json
import secrets
import shutil
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl

from tests.servers.certificates import Authority
from tests.servers.processes import HOST, data_folder, free_port

_DISCOVERY = "/v2.0/.well-known/openid-configuration"
_TOKEN = "/oauth2/v2.0/token"
_POLL_SECONDS = 0.02


@dataclass(frozen=True, slots=True)
class Asked:
    """A request that was made: its path, and the fields of its form."""

    path: str
    form: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer in JSON."""

    body: Mapping[str, Any]
    status: int = HTTPStatus.OK
    headers: Mapping[str, str] = field(default_factory=dict)


class TokenServer:
    """Speaks what MSAL needs for one application, in the words of Microsoft Entra ID.

    Attributes:
        client_id: Of the application.
        client_secret: Of the application; a test may change it.
        expired_secret: Another secret, which was right once.
        expires_in: Seconds that new tokens are said to live; they work until they are revoked.
        username: Whose mailbox tokens open: an application's token does not say that itself.
        usernames: The same for single tokens.
        asked: Requests so far, oldest first, those of mail servers among them.
        claims: What new tokens say about themselves, as JSON Web Tokens; None: they are opaque.
        ca_file: Proves the server.
    """

    def __init__(self, authority: Authority | None = None) -> None:
        """Make a certificate, of `authority` if there is one; nothing runs yet."""
        self._folder = data_folder("tokens")
        self._authority = authority or Authority(self._folder)
        self.ca_file = self._authority.ca_file
        self.port, self._introspection_port = free_port(), free_port()
        self._servers: list[tuple[ThreadingHTTPServer, threading.Thread]] = []
        self.reset()

    def reset(self) -> None:
        """Be as new: what tests have set or asked is forgotten, their tokens are revoked."""
        self.client_id, self.client_secret = "application", "right-secret"
        self.expired_secret = "expired-secret"
        self.expires_in = 3600
        self.username = ""
        self.usernames: dict[str, str] = {}
        self.asked: list[Asked] = []
        self.claims: dict[str, Any] | None = None
        self._tokens: dict[str, Mapping[str, Any]] = {}
        self._instead: list[Answer] = []

    @property
    def host(self) -> str:
        """Name and port of the server, for `https://<host>/<tenant>`."""
        return f"localhost:{self.port}"

    @property
    def introspection_url(self) -> str:
        """Where a mail server asks about a token, without TLS (RFC 7662)."""
        return f"http://{HOST}:{self._introspection_port}/introspect"

    def authority(self, tenant: str = "tenant") -> str:
        """The address that MSAL calls the authority."""
        return f"https://{self.host}/{tenant}"

    def start(self) -> None:
        """Start it, or start it again with the tokens it has given; nothing happens if it runs."""
        if self._servers:
            return
        tls = _Server((HOST, self.port), self._handler())
        # The handshake belongs to the thread of the connection, not to the one that accepts.
        tls.socket = self._authority.server_context().wrap_socket(
            tls.socket, server_side=True, do_handshake_on_connect=False
        )
        plain = _Server((HOST, self._introspection_port), self._handler())
        for server in (tls, plain):
            thread = threading.Thread(
                target=server.serve_forever, args=[_POLL_SECONDS], daemon=True
            )
            thread.start()
            self._servers.append((server, thread))

    def stop(self) -> None:
        """End it; its port refuses connections until it is started again."""
        for server, thread in self._servers:
            server.shutdown()
            thread.join()
            server.server_close()
        self._servers = []

    def remove(self) -> None:
        """End it and remove its certificate."""
        self.stop()
        shutil.rmtree(self._folder)

    def give(self, username: str = "") -> str:
        """A token without a question: of `username`, or of whoever `username` of the server is."""
        claims = self.claims or {}
        token = _web_token(claims) if claims else secrets.token_urlsafe()
        self._tokens[token] = claims
        if username:
            self.usernames[token] = username
        return token

    def claims_of(self, token: str) -> Mapping[str, Any] | None:
        """What a token says about itself; None if it is not good."""
        return self._tokens.get(token)

    def revoke_all(self) -> None:
        """Let no token be good that was given so far."""
        self._tokens.clear()

    def answer_next(self, *answers: Answer) -> None:
        """Give these answers to the next requests for tokens, whatever they say."""
        self._instead += answers

    def answer(self, asked: Asked) -> Answer:
        """What a request is answered."""
        self.asked.append(asked)
        if asked.path == "/introspect":
            return self._introspect(asked.form.get("token", ""))
        if asked.path.endswith(_DISCOVERY):
            return self._discover(asked.path.removesuffix(_DISCOVERY))
        if asked.path.endswith(_TOKEN):
            return self._instead.pop(0) if self._instead else self._token(asked.form)
        return Answer({"error": "not_found"}, HTTPStatus.NOT_FOUND)

    def _discover(self, tenant: str) -> Answer:
        root = f"https://{self.host}{tenant}"
        return Answer(
            {
                "issuer": f"{root}/v2.0",
                "authorization_endpoint": f"{root}/oauth2/v2.0/authorize",
                "token_endpoint": f"{root}{_TOKEN}",
                "jwks_uri": f"{root}/discovery/v2.0/keys",
            }
        )

    def _token(self, form: Mapping[str, str]) -> Answer:
        if form.get("grant_type") != "client_credentials":
            return refusal("unsupported_grant_type", 70003, "The app requested another grant", 400)
        if form.get("client_id") != self.client_id:
            return refusal("unauthorized_client", 700016, "Application was not found", 400)
        if form.get("client_secret") == self.expired_secret:
            return refusal("invalid_client", 7000222, "The client secret keys are expired")
        if form.get("client_secret") != self.client_secret:
            return refusal("invalid_client", 7000215, "Invalid client secret provided")
        return Answer(
            {"token_type": "Bearer", "expires_in": self.expires_in, "access_token": self.give()}
        )

    def _introspect(self, token: str) -> Answer:
        if token not in self._tokens:
            return Answer({"active": False})
        return Answer({"active": True, "username": self.usernames.get(token, self.username)})

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        server = self

        class Handler(BaseHTTPRequestHandler):
            timeout = 10

            def do_GET(self) -> None:
                self._say(server.answer(Asked(self.path, {})))

            def do_POST(self) -> None:
                size = int(self.headers.get("Content-Length", 0))
                form = dict(parse_qsl(self.rfile.read(size).decode("ascii")))
                self._say(server.answer(Asked(self.path, form)))

            def _say(self, answer: Answer) -> None:
                body = json.dumps(answer.body).encode()
                self.send_response(answer.status)
                sizes = {"Content-Type": "application/json", "Content-Length": str(len(body))}
                for name, value in (sizes | dict(answer.headers)).items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: object) -> None:
                """Say nothing: `asked` has it."""

        return Handler


class _Server(ThreadingHTTPServer):
    def handle_error(self, *_: object) -> None:
        """Say nothing of clients that go away or do not trust us: that is their matter."""


def _web_token(claims: Mapping[str, Any]) -> str:
    """A JSON Web Token (RFC 7519) whose signature proves nothing."""
    parts = (json.dumps(part).encode() for part in ({"alg": "none", "typ": "JWT"}, claims))
    written = (base64.urlsafe_b64encode(part).rstrip(b"=").decode() for part in parts)
    return ".".join((*written, secrets.token_urlsafe()))


def refusal(error: str, code: int, text: str, status: int = HTTPStatus.UNAUTHORIZED) -> Answer:
    """An error of OAuth (RFC 6749, section 5.2), with a code of Microsoft's."""
    description = f"AADSTS{code}: {text}"
    body = {"error": error, "error_description": description, "error_codes": [code]}
    return Answer(body, status)
