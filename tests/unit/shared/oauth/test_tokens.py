import json
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, nullcontext
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
import requests
from pydantic import SecretStr

from shared.contracts.said import said
from shared.errors import ConfigurationError, CredentialsRefusedError, TransientError
from shared.oauth import msal_client
from shared.oauth.app_file import AccessToken, read_app
from shared.oauth.http import retry_after, session_of
from shared.oauth.tokens import ClientCredentials, client_credentials, mail_scope
from tests.builders import a_box

SECRET = "s3cret-of-the-app"
WEB = {
    "client_id": "app",
    "tenant_id": "11111111-2222-3333-4444-555555555555",
    "auth_uri": "https://login.example/organizations/oauth2/v2.0/authorize",
    "token_uri": "https://login.example:8443/organizations/oauth2/v2.0/token",
    "client_secret": SECRET,
}
ABOUT = {
    "issuer": "https://login.example:8443/t/v2.0",
    "authorization_endpoint": "https://login.example:8443/t/authorize",
    "token_endpoint": "https://login.example:8443/t/token",
}
GIVEN = {"token_type": "Bearer", "expires_in": 3599, "access_token": "a-token"}

Answer = tuple[int, object, Mapping[str, str]]
Write = Callable[[object], Path]


class Response:
    """What requests gives."""

    def __init__(self, answer: Answer) -> None:
        self.status_code, self._body, self.headers = answer

    def iter_content(self, _: int) -> list[bytes]:
        written = self._body if isinstance(self._body, str) else json.dumps(self._body)
        return [written.encode()]


class Session:
    """A session whose answers are given; what was asked is kept."""

    def __init__(self) -> None:
        self.about: Answer | Exception = (200, ABOUT, {})
        self.given: Answer | Exception = (200, GIVEN, {})
        self.asked: list[tuple[str, str, Any]] = []

    def request(self, method: str, url: str, **more: Any) -> AbstractContextManager[Response]:
        self.asked.append((method, url, more))
        answer = self.about if method == "GET" else self.given
        if isinstance(answer, Exception):
            raise answer
        return nullcontext(Response(answer))


@pytest.fixture
def session(monkeypatch: pytest.MonkeyPatch) -> Session:
    """The session that the token server is asked by."""
    made = Session()
    monkeypatch.setattr(msal_client, "session_of", lambda _: nullcontext(made))
    return made


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Writes the app's file."""
    file = tmp_path / "Config" / "MicrosoftOAuth.json"
    file.parent.mkdir()

    def one(content: object) -> Path:
        file.write_text(content if isinstance(content, str) else json.dumps(content), "utf-8")
        return file

    return one


@pytest.fixture
def tokens(write: Write, tmp_path: Path) -> ClientCredentials:
    """The tokens of an app in good order."""
    write({"web": WEB})
    return client_credentials(a_box(root_path=str(tmp_path)))


def test_the_tenant_of_the_file_is_asked(session: Session, tokens: ClientCredentials) -> None:
    """I-2: `organizations` of the token address gives way to the file's tenant."""
    assert tokens.token().get_secret_value() == "a-token"

    (_, about, _), (method, url, more) = session.asked
    assert about == (
        f"https://login.example:8443/{WEB['tenant_id']}/v2.0/.well-known/openid-configuration"
    )
    assert (method, url) == ("POST", ABOUT["token_endpoint"])
    asked = more["data"]
    assert (asked["grant_type"], asked["client_id"]) == ("client_credentials", "app")
    assert (asked["client_secret"], asked["scope"]) == (
        SECRET,
        "https://outlook.office365.com/.default",
    )
    assert more["timeout"]
    assert more["allow_redirects"] is False


def test_the_scope_may_be_another(write: Write, session: Session, tmp_path: Path) -> None:
    """I-2: calendars are asked for with another scope than mail."""
    write({"web": WEB})
    client_credentials(a_box(root_path=str(tmp_path)), "https://graph.example/.default").token()

    assert session.asked[-1][2]["data"]["scope"] == "https://graph.example/.default"


@pytest.mark.parametrize(
    ("server", "mail"),
    [
        ("login.microsoftonline.com", "outlook.office365.com"),
        ("login.microsoftonline.us", "outlook.office365.us"),
        ("login.partner.microsoftonline.cn", "partner.outlook.cn"),
        ("localhost", "outlook.office365.com"),
    ],
)
def test_national_clouds_have_a_mail_of_their_own(server: str, mail: str) -> None:
    """I-2: the token is for the mail of the token server's cloud."""
    assert mail_scope(server) == f"https://{mail}/.default"


@pytest.mark.parametrize("name", ["client_id", "tenant_id", "token_uri", "client_secret"])
@pytest.mark.parametrize("value", [None, " ", 5])
def test_a_missing_field_is_named(write: Write, name: str, value: object) -> None:
    """I-2: a file without tenant_id, as one for users may be, is a clear error."""
    fields = {key: each for key, each in WEB.items() if key != name}
    file = write({"web": fields if value is None else fields | {name: value}})

    with pytest.raises(ConfigurationError) as caught:
        read_app(file)

    assert [each.what for each in caught.value.problems] == [f"{name} is missing or empty"]
    assert SECRET not in str(caught.value)


def test_all_that_is_missing_is_named_at_once(write: Write) -> None:
    """I-2: one run shows everything."""
    with pytest.raises(ConfigurationError) as caught:
        read_app(write({"web": {}}))

    assert len(caught.value.problems) == 4


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        ("{", "not JSON"),
        ("[" * 60_000, "not JSON"),
        ("[]", "no object web"),
        ('{"web": 1}', "no object web"),
        ("x" * 70_000, "larger than"),
    ],
)
def test_a_file_that_is_none_is_told(write: Write, content: str, complaint: str) -> None:
    """I-2: whatever stands in the file, the error names it."""
    with pytest.raises(ConfigurationError, match=complaint):
        read_app(write(content))


@pytest.mark.parametrize(
    ("written", "expires"),
    [({}, None), ({"client_secret_expires": "2027-05-31"}, date(2027, 5, 31))],
)
def test_the_file_may_say_when_its_secret_expires(
    write: Write, written: dict[str, str], expires: date | None
) -> None:
    """O-3: no server tells it; whoever makes the secret knows it."""
    assert read_app(write({"web": WEB | written})).expires == expires


def test_a_last_day_that_is_none_is_told(write: Write) -> None:
    """O-6: before anything is asked."""
    with pytest.raises(ConfigurationError, match="client_secret_expires is not a date"):
        read_app(write({"web": WEB | {"client_secret_expires": "31.5.2027"}}))


def test_a_file_that_is_not_there_is_told_before_anything_is_asked(
    session: Session, tmp_path: Path
) -> None:
    """I-2: OAuth without its file is an error of the configuration."""
    with pytest.raises(ConfigurationError, match=r"MicrosoftOAuth\.json: there is no such file"):
        client_credentials(a_box(root_path=str(tmp_path)))

    assert session.asked == []


def test_a_byte_order_mark_and_blanks_are_taken(write: Write) -> None:
    """I-2: the file is written by hand, on Windows."""
    padded = {key: f" {value} " for key, value in WEB.items()}

    app = read_app(write("\ufeff" + json.dumps({"web": padded})))

    assert app.authority == f"https://login.example:8443/{WEB['tenant_id']}"
    assert app.client_secret.get_secret_value() == SECRET
    assert SECRET not in repr(app)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("token_uri", "http://login.example/t/token"),
        ("token_uri", "https://"),
        ("token_uri", "https://user:word@login.example/t"),
        ("token_uri", "https://login.example:port/t"),
        ("token_uri", "https://[::1/t"),
        ("tenant_id", "organizations"),
        ("tenant_id", "Common"),
        ("tenant_id", "a/b"),
        ("tenant_id", ".."),
    ],
)
def test_an_address_or_tenant_that_cannot_work_is_refused(
    write: Write, name: str, value: str
) -> None:
    """I-2: a secret goes to one tenant, by https."""
    with pytest.raises(ConfigurationError, match=name):
        read_app(write({"web": WEB | {name: value}}))


def test_an_ipv6_address_keeps_its_brackets(write: Write) -> None:
    """I-2: a token server may be named by its address."""
    app = read_app(write({"web": WEB | {"token_uri": "https://[::1]:8443/t/token"}}))

    assert app.authority == f"https://[::1]:8443/{WEB['tenant_id']}"


@pytest.mark.parametrize(
    ("code", "remedy"),
    [
        ("7000215", "copy the secret's value"),
        ("7000222", "has expired"),
        ("700016", "knows no such app"),
        ("65001", "consent"),
        ("1234567", "check client_id, tenant_id and client_secret"),
    ],
)
def test_a_refused_app_is_told_with_a_remedy(
    session: Session, tokens: ClientCredentials, code: str, remedy: str
) -> None:
    """F-61: the code of Microsoft and words of ours; never theirs, which may hold the secret."""
    description = f"AADSTS{code}: Invalid client secret {SECRET} provided. Trace ID: 1"
    session.given = (401, {"error": "invalid_client", "error_description": description}, {})

    with pytest.raises(CredentialsRefusedError, match=rf"AADSTS{code}, invalid_client.*{remedy}"):
        tokens.token()


def test_no_error_repeats_the_secret(session: Session, tokens: ClientCredentials) -> None:
    """F-61: neither its text nor what it was caused by."""
    description = f"AADSTS7000215: {SECRET}"
    session.given = (401, {"error": "invalid_client", "error_description": description}, {})

    with pytest.raises(CredentialsRefusedError) as caught:
        tokens.token()

    assert SECRET not in f"{caught.value!r} {caught.value.__cause__!r}"
    assert SECRET not in f"{tokens!r}"


def test_a_tenant_that_does_not_exist_is_told(session: Session, tokens: ClientCredentials) -> None:
    """F-61: the first question is refused already."""
    description = "AADSTS90002: Tenant not found."
    session.about = (400, {"error": "invalid_tenant", "error_description": description}, {})

    with pytest.raises(CredentialsRefusedError, match="there is no such tenant"):
        tokens.token()


@pytest.mark.parametrize(
    ("answer", "seconds"),
    [
        ((429, {}, {"Retry-After": "17"}), 17),
        ((503, "busy", {"Retry-After": "99999"}), 3600),
        ((500, "", {}), None),
        ((400, {"error": "temporarily_unavailable"}, {}), None),
        ((400, {"error": "x", "error_description": "AADSTS90033: transient"}, {}), None),
    ],
)
@pytest.mark.parametrize("which", ["about", "given"])
def test_a_busy_server_is_waited_for(
    session: Session, tokens: ClientCredentials, which: str, answer: Answer, seconds: float | None
) -> None:
    """F-57: for as long as it asks."""
    setattr(session, which, answer)

    with pytest.raises(TransientError, match="asks to wait") as caught:
        tokens.token()

    assert caught.value.retry_after_seconds == seconds


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (requests.exceptions.SSLError(SECRET), "TLS with login.example failed, nothing was sent"),
        (requests.exceptions.ConnectTimeout(SECRET), "cannot be reached"),
        (requests.exceptions.ConnectionError(SECRET), "cannot be reached"),
        (OSError("invalid path"), "caFile cannot be read"),
    ],
)
@pytest.mark.parametrize("which", ["about", "given"])
def test_a_server_that_is_away_is_waited_for(
    session: Session, tokens: ClientCredentials, which: str, error: Exception, words: str
) -> None:
    """F-60: network and certificate; no text of the library is repeated."""
    setattr(session, which, error)

    with pytest.raises(TransientError, match=words) as caught:
        tokens.token()

    assert SECRET not in str(caught.value)


@pytest.mark.parametrize(
    ("which", "answer"),
    [
        ("about", (200, "<html>", {})),
        ("about", (200, [], {})),
        ("about", (200, {}, {})),
        ("about", (404, "<html>", {})),
        ("about", (302, "", {"Location": "https://elsewhere.example"})),
        ("about", (200, ABOUT | {"token_endpoint": "http://login.example/t"}, {})),
        ("about", (200, ABOUT | {"token_endpoint": "https://evil.example:8443/t/token"}, {})),
        ("given", (200, "<html>", {})),
        ("given", (200, [], {})),
        ("given", (200, {"access_token": "x"}, {})),
        ("given", (200, GIVEN | {"expires_in": "soon"}, {})),
        ("given", (307, "", {"Location": "https://elsewhere.example"})),
        ("given", (400, {"error": "Not a word"}, {})),
    ],
)
def test_what_is_no_token_server_is_told(
    session: Session, tokens: ClientCredentials, which: str, answer: Answer
) -> None:
    """F-60: a proxy's page, a redirect, an address without TLS: nothing of it is followed."""
    setattr(session, which, answer)

    with pytest.raises(TransientError, match="does not answer as a token server does"):
        tokens.token()

    assert len(session.asked) == (1 if which == "about" else 2)


def test_a_renewed_secret_needs_no_restart(
    session: Session, tokens: ClientCredentials, write: Write
) -> None:
    """F-61: the file is read again for each new token; a broken one is waited for."""
    tokens.token()
    tokens.renew()
    write({"web": WEB | {"client_secret": "another"}})
    tokens.token()
    assert session.asked[-1][2]["data"]["client_secret"] == "another"

    tokens.renew()
    write("{")
    with pytest.raises(TransientError, match="not JSON"):
        tokens.token()


def test_a_token_is_renewed_five_minutes_early() -> None:
    """F-71: by a clock that nobody sets."""
    now = [1000.0]
    given = iter(["one", "two", "three"])
    tokens = ClientCredentials(lambda: AccessToken(SecretStr(next(given)), 3600), lambda: now[0])
    seen = []

    for moment in (1000.0, 4299.0, 4300.0, 4301.0):
        now[0] = moment
        seen.append(tokens.token().get_secret_value())
    tokens.renew()

    assert seen == ["one", "one", "two", "two"]
    assert tokens.token().get_secret_value() == "three"


def test_a_failed_renewal_does_not_leave_the_old_token() -> None:
    """F-56: what has expired is not given again."""
    now = [0.0]
    answers: Iterator[AccessToken | None] = iter([AccessToken(SecretStr("one"), 600), None])

    def ask() -> AccessToken:
        if (answer := next(answers)) is None:
            raise TransientError(said("away"))
        return answer

    tokens = ClientCredentials(ask, lambda: now[0])
    tokens.token()
    now[0] = 301.0

    with pytest.raises(TransientError):
        tokens.token()
    now[0] = 0.0
    with pytest.raises(StopIteration):
        tokens.token()


def test_threads_share_one_question() -> None:
    """F-56: several boxes' feeds at once ask for one token."""
    begun, asked = threading.Barrier(8), []

    def ask() -> AccessToken:
        asked.append(1)
        return AccessToken(SecretStr("t"), 3600)

    tokens = ClientCredentials(ask)

    def run() -> None:
        begun.wait(10)
        tokens.token()

    threads = [threading.Thread(target=run) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(10)

    assert len(asked) == 1


def test_what_stands_in_the_environment_does_not_count(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """F-60: REQUESTS_CA_BUNDLE would make another authority trusted."""
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(tmp_path / "other.pem"))
    monkeypatch.delenv("SSL_CERT_FILE", raising=False)

    with session_of(tmp_path / "ca.pem") as session, session_of(None) as public:
        assert session.verify == str(tmp_path / "ca.pem")
        assert public.verify is True
        settings = session.merge_environment_settings("https://x", {}, None, None, None)
    assert settings["verify"] == str(tmp_path / "ca.pem")


@pytest.mark.parametrize(
    ("written", "seconds"),
    [
        (None, None),
        ("30", 30),
        ("Mon, 02 Nov 2026 09:00:10 GMT", 10),
        ("Mon, 02 Nov 2026 08:00:00 GMT", 0),
        ("Tue, 03 Nov 2026 09:00:00 GMT", 3600),
        ("Mon, 02 Nov 2026 09:00:10", None),
        ("soon", None),
        ("-5", None),
        ("9" * 400, 3600),
    ],
)
def test_how_long_a_server_asks_to_wait(written: str | None, seconds: float | None) -> None:
    """F-57: Retry-After in both its forms, at most an hour."""
    assert retry_after(written, datetime(2026, 11, 2, 9, 0, tzinfo=UTC)) == seconds
