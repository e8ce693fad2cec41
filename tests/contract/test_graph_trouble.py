"""The calendar client over the double of Microsoft Graph, when things go wrong."""

import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from services.calsync.calendars.graph import wire
from services.calsync.calendars.graph.access import GraphAccess, graph_url
from services.calsync.calendars.graph.opening import GraphSide, open_graph
from services.calsync.calendars.port import (
    CursorLostError,
    ItemContent,
    ItemGoneError,
    ItemRefusedError,
    MailboxRefusedError,
    NewItem,
    Participant,
)
from shared.errors import (
    AwayError,
    ConfigurationError,
    CredentialsRefusedError,
    CRMServiceError,
    TransientError,
)
from tests.calendar_of_graph import PRAGUE, WINDOW, at, of_graph, plain, tokens_of, user_of
from tests.servers.certificates import Authority
from tests.servers.graph import faults
from tests.servers.graph.events import daily, meeting
from tests.servers.graph.faults import Fault
from tests.servers.graph.mailbox import GraphMailbox
from tests.servers.graph.messages import Reply
from tests.servers.graph.server import GraphServer
from tests.servers.processes import free_port, wait_until
from tests.servers.token_server import Answer

LUNCH = NewItem(ItemContent("Lunch", "", at(5, 4, 10), at(5, 4, 11)), "17", "t-1")


@pytest.fixture
def jan(graph: GraphServer) -> GraphMailbox:
    """A mailbox."""
    return graph.company.add("jan@firma.cz")


@pytest.fixture
def user(jan: GraphMailbox) -> Participant:
    """Its user."""
    return user_of(jan)


@pytest.fixture
def client(graph: GraphServer, tmp_path: Path) -> Iterator[GraphSide]:
    """The client."""
    with of_graph(graph, tmp_path) as opened:
        yield opened


def _an_event(jan: GraphMailbox, subject: str = "a") -> None:
    jan.create(meeting(subject, "2026-05-04T12:00:00", "2026-05-04T13:00:00"))


# Cursors


@pytest.mark.parametrize("code", ["SyncStateNotFound", "syncStateNotFound", "resyncRequired"])
def test_a_lost_cursor_is_told(
    graph: GraphServer, jan: GraphMailbox, user: Participant, client: GraphSide, code: str
) -> None:
    """K-7: at the start of a round, with any of the service's words, with or without a place."""
    delta = graph.company.delta
    delta.lost_code, delta.lost_location = code, code.startswith("S")
    _an_event(jan)
    cursor = client.calendar.changes(user, WINDOW, None).cursor
    delta.lose_tokens()

    with pytest.raises(CursorLostError):
        client.calendar.changes(user, WINDOW, cursor)

    assert client.calendar.changes(user, WINDOW, None).complete


def test_a_round_that_is_lost_in_the_middle_tells_nothing(
    graph: GraphServer, jan: GraphMailbox, user: Participant, client: GraphSide
) -> None:
    """K-2: what the pages before have told does not count."""
    for number in range(401):
        _an_event(jan, f"{number}")
    graph.company.delta.lose_at_page = 2

    with pytest.raises(CursorLostError):
        client.calendar.changes(user, WINDOW, None)

    assert len(client.calendar.changes(user, WINDOW, None).items) == 401


def test_a_cursor_of_another_mailbox_or_none_at_all_is_lost(
    graph: GraphServer, user: Participant, client: GraphSide
) -> None:
    """K-7: 400 InvalidDeltaToken is a lost cursor, and so is a text that is none."""
    eva = user_of(graph.company.add("eva@firma.cz"))
    cursor = client.calendar.changes(eva, WINDOW, None).cursor
    of_another = cursor.replace(eva.mailbox, user.mailbox)

    for wrong in (of_another, "nonsense", "[]", '{"link": 1}'):
        with pytest.raises(CursorLostError):
            client.calendar.changes(user, WINDOW, wrong)


# Who may not be asked


def test_a_404_is_a_proof_only_with_an_items_code(
    graph: GraphServer, jan: GraphMailbox, user: Participant, client: GraphSide
) -> None:
    """K-7: a 404 of the mailbox, of the account or of a proxy proves nothing about an event."""
    _an_event(jan)
    item = client.calendar.changes(user, WINDOW, None).items[0]

    with pytest.raises(ItemGoneError):
        client.calendar.get(user, item.id[:-5] + "ZZZZ=")
    graph.company.faults.add(faults.html(404))
    with pytest.raises(TransientError) as unclear:
        client.calendar.get(user, item.id)
    jan.account.mailbox = "unlicensed"
    with pytest.raises(MailboxRefusedError, match="licence") as unlicensed:
        client.calendar.get(user, item.id)
    graph.company.accounts.remove(jan.account)
    with pytest.raises(MailboxRefusedError) as gone:
        client.calendar.get(user, item.id)

    assert not isinstance(unclear.value, AwayError)
    assert (unlicensed.value.gone, gone.value.gone) == (False, True)


def test_a_closed_mailbox_concerns_one_user_and_missing_rights_all(
    graph: GraphServer, jan: GraphMailbox, user: Participant, client: GraphSide
) -> None:
    """K-1: a policy against the app is told of one user, a missing consent of all."""
    jan.account.mailbox = "forbidden"
    with pytest.raises(MailboxRefusedError, match="policy"):
        client.calendar.changes(user, WINDOW, None)

    graph.tokens.claims = {"roles": ["User.Read.All"]}
    graph.tokens.revoke_all()
    with pytest.raises(CredentialsRefusedError, match=r"Calendars\.ReadWrite"):
        client.calendar.changes(user, WINDOW, None)
    graph.tokens.claims = {"roles": ["Calendars.ReadWrite"]}
    graph.tokens.revoke_all()
    with pytest.raises(CredentialsRefusedError, match=r"User\.Read\.All"):
        client.directory.accounts(["jan@firma.cz"])


# Tokens


def test_a_refused_token_is_renewed_once(
    graph: GraphServer, user: Participant, client: GraphSide
) -> None:
    """F-56: with a fresh token the request is repeated; a second refusal concerns all users."""
    cursor = client.calendar.changes(user, WINDOW, None).cursor
    graph.tokens.revoke_all()
    client.calendar.changes(user, WINDOW, cursor)
    assert [call.status for call in graph.company.calls] == [200, 401, 200]

    graph.company.faults.add(faults.status(401, "InvalidAuthenticationToken"), times=9)
    with pytest.raises(CredentialsRefusedError):
        client.calendar.changes(user, WINDOW, cursor)
    assert [call.status for call in graph.company.calls][3:] == [401, 401]


def test_the_token_servers_word_is_kept(
    graph: GraphServer, user: Participant, client: GraphSide
) -> None:
    """K-1: it asks to wait, or refuses the app: nothing is asked of Graph then."""
    graph.tokens.answer_next(Answer({}, 429, {"Retry-After": "77"}))
    with pytest.raises(TransientError) as waiting:
        client.calendar.changes(user, WINDOW, None)
    graph.tokens.client_secret = "another"
    with pytest.raises(CredentialsRefusedError, match="7000215"):
        client.calendar.changes(user, WINDOW, None)

    assert waiting.value.retry_after_seconds == 77
    assert graph.company.calls == []


@pytest.mark.parametrize("where", ["delta", "next", "list"])
def test_a_link_to_another_host_is_not_followed(
    graph: GraphServer, jan: GraphMailbox, user: Participant, client: GraphSide, where: str
) -> None:
    """H-31: neither token nor question goes there, whichever link it is."""
    for number in range(250):
        _an_event(jan, f"{number}")
    cursor = client.calendar.changes(user, WINDOW, None).cursor
    away = cursor.replace(graph.url, "https://evil.example/v1.0")
    before = len(graph.company.calls)
    graph.company.link_root = "https://localhost.evil.example/v1.0"

    ask: dict[str, Callable[[], object]] = {
        "delta": lambda: client.calendar.changes(user, WINDOW, away),
        "next": lambda: client.calendar.changes(user, WINDOW, None),
        "list": lambda: client.calendar.between(user, at(1, 1, 0), at(12, 1, 0)),
    }

    with pytest.raises(TransientError, match="leads away"):
        ask[where]()

    assert len(graph.company.calls) - before == (0 if where == "delta" else 1)


def test_pages_in_a_circle_have_an_end(
    graph: GraphServer, user: Participant, client: GraphSide
) -> None:
    """H-31: a link that was followed before is not followed again."""
    link = f"{graph.url}/users/{user.mailbox}/calendarView/delta?$skiptoken=x"
    circle = Fault(Reply(body={"value": [], "@odata.nextLink": link}))
    graph.company.faults.add(circle, times=99)

    with pytest.raises(TransientError):
        client.calendar.changes(user, WINDOW, None)

    assert len(graph.company.calls) == 2


# Waiting


@pytest.mark.parametrize(
    ("wait", "seconds"),
    [
        (1.0, (1, 1)),
        (300.0, (300, 300)),
        (timedelta(minutes=10), (500, 600)),
        (None, None),
    ],
)
def test_the_time_to_wait_is_told_and_nothing_is_repeated(
    graph: GraphServer,
    user: Participant,
    client: GraphSide,
    wait: float | timedelta | None,
    seconds: tuple[int, int] | None,
) -> None:
    """K-2: seconds or a date, short or long; who asked again would only make it worse."""
    then = datetime.now(UTC) + wait if isinstance(wait, timedelta) else wait
    for status in (429, 503):
        graph.company.faults.add(faults.throttled(then, status))

        with pytest.raises(TransientError) as asked:
            client.calendar.changes(user, WINDOW, None)

        told = asked.value.retry_after_seconds
        assert told is None if seconds is None else seconds[0] <= (told or 0) <= seconds[1]
    assert len(graph.company.calls) == 2


@pytest.mark.parametrize("fault", [faults.status(s) for s in (500, 502, 504)], ids=str)
def test_a_server_in_trouble_passes(
    graph: GraphServer, user: Participant, client: GraphSide, fault: Fault
) -> None:
    """K-7: an error of the server proves nothing."""
    graph.company.faults.add(fault)

    with pytest.raises(TransientError) as trouble:
        client.calendar.get(user, "x")

    assert not isinstance(trouble.value, AwayError | CursorLostError)


@pytest.mark.parametrize(
    "fault", [faults.html, faults.torn, lambda: Fault(Reply(raw=b'{"value": [{"id": 5}]}'))]
)
def test_what_is_no_answer_of_graph_is_not_believed(
    graph: GraphServer, user: Participant, client: GraphSide, fault: Callable[[], Fault]
) -> None:
    """K-7: pages for people, torn JSON and other shapes come to nothing, and say what to check."""
    graph.company.faults.add(fault())

    with pytest.raises(TransientError, match="graphUrl"):
        client.calendar.changes(user, WINDOW, None)


# Lost answers


def test_a_lost_reading_is_repeated_once(
    graph: GraphServer, user: Participant, client: GraphSide
) -> None:
    """K-2: a connection that the server had closed costs nothing; a second loss is told."""
    graph.company.faults.add(faults.reset())
    client.calendar.changes(user, WINDOW, None)
    assert [call.status for call in graph.company.calls] == [0, 200]

    graph.company.faults.add(faults.reset(), times=2)
    with pytest.raises(TransientError, match="did not answer"):
        client.calendar.changes(user, WINDOW, None)


@pytest.mark.parametrize(
    "fault", [faults.lost_answer, lambda: faults.answered_after(504), faults.reset]
)
def test_a_write_is_never_repeated_here(
    graph: GraphServer,
    jan: GraphMailbox,
    user: Participant,
    client: GraphSide,
    fault: Callable[[], Fault],
) -> None:
    """K-2: whether it happened is found out by tag, not by doing it twice."""
    graph.company.faults.add(fault(), method="POST")

    with pytest.raises(TransientError):
        client.calendar.create(user, LUNCH)

    found = client.calendar.tagged(user, "17")
    assert len([call for call in graph.company.calls if call.method == "POST"]) == 1
    assert len(found) == len(list(jan.living()))


def test_a_repeated_deletion_is_done(
    graph: GraphServer, jan: GraphMailbox, user: Participant, client: GraphSide
) -> None:
    """K-7: 404 and 403 ErrorCannotDeleteObject say that it was deleted before."""
    _an_event(jan)
    item = client.calendar.changes(user, WINDOW, None).items[0]
    graph.company.faults.add(faults.status(403, "ErrorNoPermission"), method="DELETE")
    with pytest.raises(ItemRefusedError):
        client.calendar.delete(user, item.id, item.version)

    client.calendar.delete(user, item.id, item.version)
    client.calendar.delete(user, item.id, item.version)
    graph.company.faults.add(faults.status(403, "ErrorCannotDeleteObject"), method="DELETE")
    client.calendar.delete(user, item.id, None)

    assert list(jan.living()) == []


def test_a_page_of_a_proxy_is_no_deletion(
    graph: GraphServer, jan: GraphMailbox, user: Participant, client: GraphSide
) -> None:
    """K-7: success is Graph's to tell."""
    _an_event(jan)
    item = client.calendar.changes(user, WINDOW, None).items[0]
    graph.company.faults.add(faults.html(), method="DELETE")

    with pytest.raises(TransientError, match="graphUrl"):
        client.calendar.delete(user, item.id, item.version)


def test_a_series_that_is_gone_meanwhile_is_called_removed(
    graph: GraphServer, jan: GraphMailbox, user: Participant, client: GraphSide
) -> None:
    """K-3: occurrences whose master is asked for in vain are not told."""
    jan.create(meeting("s", "2025-12-30T09:00:00", "2025-12-30T10:00:00", recurrence=daily(5)))
    graph.company.faults.add(faults.status(404, "ErrorItemNotFound"), path="/events/")

    found = client.calendar.changes(user, WINDOW, None)

    assert found.items == ()
    assert len(found.removed) == 1


# Reaching it


def test_an_unreachable_service_concerns_everybody(
    graph: GraphServer, tmp_path: Path, user: Participant
) -> None:
    """K-1: nothing listens: everybody waits."""
    url = f"https://localhost:{free_port()}/v1.0"

    with of_graph(graph, tmp_path, url=url) as client, pytest.raises(AwayError, match="reached"):
        client.calendar.changes(user, WINDOW, None)


def test_a_certificate_that_proves_nothing_is_refused(
    graph: GraphServer, tmp_path: Path, user: Participant
) -> None:
    """H-31: the token is not sent to whom no authority vouches for, and the message says so."""
    stranger = Authority(tmp_path).ca_file

    with (
        of_graph(graph, tmp_path, ca_file=stranger) as client,
        pytest.raises(AwayError, match=r"TLS.*caFile"),
    ):
        client.calendar.changes(user, WINDOW, None)

    assert graph.company.calls == []


def test_the_systems_authorities_may_be_named_by_the_environment(
    graph: GraphServer, tmp_path: Path, user: Participant, monkeypatch: pytest.MonkeyPatch
) -> None:
    """K-1: SSL_CERT_FILE is heard, for Graph and for the token server, where caFile is empty."""
    monkeypatch.setenv("SSL_CERT_FILE", str(graph.ca_file))
    access = GraphAccess(graph.url, None, 4, PRAGUE)

    with open_graph(access, tokens_of(graph, tmp_path, None), plain) as client:
        assert client.calendar.changes(user, WINDOW, None).complete


def test_proxies_of_the_environment_are_not_used(
    graph: GraphServer, tmp_path: Path, user: Participant, monkeypatch: pytest.MonkeyPatch
) -> None:
    """H-31: the token goes straight to the configured host."""
    for name in ("HTTPS_PROXY", "ALL_PROXY"):
        monkeypatch.setenv(name, f"http://127.0.0.1:{free_port()}")

    with of_graph(graph, tmp_path) as client:
        assert client.calendar.changes(user, WINDOW, None).complete


def test_a_server_that_keeps_silent_is_given_up(
    graph: GraphServer, tmp_path: Path, user: Participant, monkeypatch: pytest.MonkeyPatch
) -> None:
    """K-7: a write that was not answered in time may have happened."""
    monkeypatch.setattr(wire, "REQUEST_SECONDS", 0.5)
    graph.company.faults.add(faults.held(threading.Event()), method="POST")

    with (
        of_graph(graph, tmp_path) as client,
        pytest.raises(TransientError, match="did not answer"),
    ):
        client.calendar.create(user, LUNCH)


@pytest.mark.parametrize("content", ["", "nonsense"])
def test_a_ca_file_that_is_none_is_told(graph: GraphServer, tmp_path: Path, content: str) -> None:
    """K-1: before anything is asked."""
    wrong = tmp_path / "ca.pem"
    wrong.write_text(content)

    with (
        pytest.raises(ConfigurationError, match="caFile"),
        of_graph(graph, tmp_path, ca_file=wrong),
    ):
        pass


def test_what_is_not_installed_is_told() -> None:
    """K-1: everything else works without Microsoft's client; the calendar says how to get it."""
    without = (
        "import sys; sys.modules['msgraph'] = None\n"
        "from services.calsync.calendars.graph import opening\n"
        "try: opening.open_graph(None, None, None).__enter__()\n"
        "except Exception as error: print(type(error).__name__, error)"
    )

    told = subprocess.run(
        [sys.executable, "-c", without], capture_output=True, text=True, timeout=60, check=True
    )

    assert told.stdout.startswith("ConfigurationError calendar: ")
    assert "-r requirements/calendar.txt" in told.stdout


def test_no_more_requests_are_in_flight_than_allowed(
    graph: GraphServer, tmp_path: Path, user: Participant
) -> None:
    """K-1: however many threads ask for however many users, it is so many for the application."""
    gate = threading.Event()
    graph.company.faults.add(faults.held(gate), times=3)
    errors: list[CRMServiceError] = []

    def ask(client: GraphSide) -> None:
        try:
            client.calendar.changes(user, WINDOW, None)
        except CRMServiceError as error:
            errors.append(error)

    with of_graph(graph, tmp_path, concurrency=3) as client:
        threads = [threading.Thread(target=ask, args=[client]) for _ in range(12)]
        for thread in threads:
            thread.start()
        waiting = client.calendar._wire._places  # type: ignore[attr-defined]
        wait_until(lambda: len(waiting._waiters or ()) == 9, "nine requests that wait")
        wait_until(lambda: graph.in_flight == 3, "three requests in flight")
        gate.set()
        for thread in threads:
            thread.join()

    assert (errors, graph.peak) == ([], 3)
    assert len(graph.company.calls) == 12


@pytest.mark.parametrize(
    "url", ["http://graph.microsoft.com", "https://a:b@host/v1.0", "graph", "https://h:x"]
)
def test_an_address_that_cannot_be_used_is_told(url: str) -> None:
    """H-31: the token goes over TLS alone, to a host that is what it seems to be."""
    with pytest.raises(ConfigurationError, match="graphUrl"):
        graph_url(url)
