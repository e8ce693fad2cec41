"""The feeds of several boxes: one box's trouble is not another's."""

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from services.answers.standstill import standstill
from services.answers.status import places_of
from services.assembly.feeds import Feeds, local_sink, run_feeds
from services.assembly.paths import Use, require_paths
from services.fetcher.box_states import BoxStates
from services.fetcher.seen import seen_file
from services.fetcher.standing import FeedState
from shared import metrics
from shared.broker.local import Collector
from shared.broker.port import Receipt
from shared.contracts.box_state import BoxState
from shared.contracts.messages import FetchedMail
from shared.errors import ConfigurationError
from shared.health.state import Health
from shared.settings.box import Box
from shared.settings.environment import Environment
from shared.settings.value_types import ServerAddress
from tests.builders import a_box
from tests.servers.certificates import Authority
from tests.servers.processes import wait_until
from tests.servers.scripted import Message, ScriptedImap

MAIL = b"Subject: one\r\n\r\nHello.\r\n"


class ATaker:
    """A next stage that takes everything."""

    def __init__(self) -> None:
        self.taken: list[FetchedMail] = []

    def publish(self, batch: Sequence[FetchedMail]) -> None:
        self.taken += batch

    def flush(self) -> Receipt:
        return Receipt()


@pytest.fixture
def server(tmp_path: Path) -> Iterator[ScriptedImap]:
    """An IMAP server with one mail, proved by `ca.pem`."""
    server = ScriptedImap(tls=Authority(tmp_path).server_context("localhost"))
    server.inbox.messages[3] = Message(MAIL)
    yield server
    server.stop()


def an_imap_box(server: ScriptedImap, tmp_path: Path, name: str = "good", **settings: Any) -> Box:
    """A box of the server."""
    given: dict[str, Any] = {
        "name": name,
        "email": f"{name}@firma.cz",
        "imap_url": ServerAddress(host="localhost", port=server.port),
        "pop3_password": SecretStr("pw"),
        "ca_file": tmp_path / "ca.pem",
    }
    return a_box(**given | settings)


def without_certificates(server: ScriptedImap, tmp_path: Path) -> Box:
    """A caFile on a share that is not mounted."""
    return an_imap_box(server, tmp_path, "bad", ca_file=tmp_path / "share" / "ca.pem")


def without_app(server: ScriptedImap, tmp_path: Path) -> Box:
    """No MicrosoftOAuth.json."""
    root = str(tmp_path / "share")
    return an_imap_box(server, tmp_path, "bad", pop3_oauth=True, root_path=root)


def without_directory(_: ScriptedImap, tmp_path: Path) -> Box:
    """An emlDir on a share that is not mounted."""
    return a_box(name="bad", email="bad@firma.cz", eml_dir=tmp_path / "share" / "eml")


def without_memory(server: ScriptedImap, tmp_path: Path) -> Box:
    """A memory that cannot be opened at all."""
    box = an_imap_box(server, tmp_path, "bad")
    seen_file(tmp_path / "data", box).mkdir(parents=True)
    return box


BAD: list[Callable[[ScriptedImap, Path], Box]] = [
    without_certificates,
    without_app,
    without_directory,
    without_memory,
]


def in_a_folder(folder: Path) -> Environment:
    """An environment whose data folder is there."""
    (folder / "data").mkdir()
    return Environment.from_environ({"CRMSERVICE_DATA": str(folder / "data")})


@contextmanager
def reading(
    boxes: Sequence[Box],
    data: Path,
    taker: ATaker,
    send: Callable[[Sequence[BoxState]], None] = lambda _: None,
) -> Iterator[Health]:
    """The feeds of `boxes`, running."""
    health, stopped = Health(), threading.Event()
    states = BoxStates(send)
    feeds = Feeds(data, local_sink(data, lambda _: taker, Collector()), states).of(boxes)
    thread = threading.Thread(target=run_feeds, args=[feeds, states, health, stopped])
    thread.start()
    try:
        yield health
    finally:
        stopped.set()
        thread.join(30)
        assert not thread.is_alive()


@pytest.mark.parametrize("bad", BAD)
def test_what_one_box_misses_is_its_own_trouble(
    server: ScriptedImap, tmp_path: Path, bad: Callable[[ScriptedImap, Path], Box]
) -> None:
    """I-1, F-74: the other box is read; `/ready` names the one that waits, and why."""
    boxes = [bad(server, tmp_path), an_imap_box(server, tmp_path)]
    taker = ATaker()

    with reading(boxes, tmp_path / "data", taker) as health:
        wait_until(lambda: health.parts().get("box good") is None and bool(taker.taken), "mail")
        name = "box bad emlDir" if boxes[0].eml_dir else "box bad"
        wait_until(lambda: health.parts().get(name) not in (None, "not tried yet"), "the reason")

        assert not health.ready
        assert health.alive

    assert [fetched.raw for fetched in taker.taken] == [MAIL]


def test_how_a_source_stands_is_known_to_other_processes(
    server: ScriptedImap, tmp_path: Path
) -> None:
    """O-4: `status` in another process says why a box is not read, and that its reader ended."""
    boxes = [without_certificates(server, tmp_path), an_imap_box(server, tmp_path)]
    data = tmp_path / "data"

    def doing() -> list[FeedState | None]:
        return [place.doing for place in places_of(boxes, data)]

    assert doing() == [None, None]
    with reading(boxes, data, ATaker()):
        expected = [FeedState.NEEDS_YOU, FeedState.READING]
        wait_until(lambda: doing() == expected, "both to be told")
        (bad,) = standstill(places_of(boxes, data), [], [], 0, datetime.now(UTC))

    assert "caFile" in bad.why
    assert doing() == [FeedState.STOPPED] * 2


def test_metrics_status_and_database_hear_the_same_word(
    server: ScriptedImap, tmp_path: Path
) -> None:
    """O-3, O-4: a source has one state, wherever it is asked for, also when its reader ends."""
    box, data = an_imap_box(server, tmp_path), tmp_path / "data"
    sent: list[BoxState] = []

    def everywhere() -> list[object]:
        labels = {"box": box.name, "source": "imap"}
        return [
            [
                state
                for state in FeedState
                if metrics.REGISTRY.get_sample_value(
                    "crmservice_box_state", labels | {"state": state}
                )
            ],
            [place.doing for place in places_of([box], data)],
            [state.state for state in sent[-1:]],
        ]

    with reading([box], data, ATaker(), sent.extend):
        wait_until(lambda: everywhere() == [[FeedState.READING]] * 3, "its word everywhere")

    assert everywhere() == [[FeedState.STOPPED]] * 3


def test_a_process_that_stands_by_leaves_the_word_to_the_reader(
    server: ScriptedImap, tmp_path: Path
) -> None:
    """O-4, F-75: neither `status` nor the database hears of it, from its begin to its end."""
    box, data = an_imap_box(server, tmp_path), tmp_path / "data"
    sent: list[BoxState] = []

    def doing() -> list[FeedState | None]:
        return [place.doing for place in places_of([box], data)]

    with reading([box], data, ATaker()):
        wait_until(lambda: doing() == [FeedState.READING], "the first one to read")
        with reading([box], data, ATaker(), sent.extend) as second:
            wait_until(lambda: second.standing_by() == ["box good"], "the second one to stand by")
            assert doing() == [FeedState.READING]
        assert doing() == [FeedState.READING]

    assert sent == []


def test_what_is_mounted_late_is_read_then(server: ScriptedImap, tmp_path: Path) -> None:
    """F-74: no restart and nobody is needed."""
    bad = without_directory(server, tmp_path)
    assert bad.eml_dir
    taker = ATaker()

    boxes = [an_imap_box(server, tmp_path), bad.model_copy(update={"eml_settle_seconds": 0.0})]
    with reading(boxes, tmp_path / "data", taker) as health:
        wait_until(lambda: "emlDir" in (health.parts().get("box bad emlDir") or ""), "the reason")
        bad.eml_dir.mkdir(parents=True)
        (bad.eml_dir / "1.eml").write_bytes(MAIL)

        wait_until(lambda: len(taker.taken) == 2 and health.ready, "both mails")


@pytest.mark.parametrize("bad", BAD[:3])
def test_if_no_box_can_be_read_nothing_begins(
    server: ScriptedImap, tmp_path: Path, bad: Callable[[ScriptedImap, Path], Box]
) -> None:
    """O-6: then it is the configuration: all problems are told at once."""
    second = a_box(name="second", email="second@firma.cz", eml_dir=tmp_path / "nowhere")

    with pytest.raises(ConfigurationError) as raised:
        require_paths([bad(server, tmp_path), second], in_a_folder(tmp_path), Use.FETCH)

    assert len(raised.value.problems) == 2


def test_a_box_with_one_good_source_can_be_read(server: ScriptedImap, tmp_path: Path) -> None:
    """O-6: a mailbox whose certificates are missing, beside a directory that is there."""
    (tmp_path / "eml").mkdir()
    box = without_certificates(server, tmp_path).model_copy(update={"eml_dir": tmp_path / "eml"})

    require_paths([box], in_a_folder(tmp_path), Use.FETCH)


def test_mail_that_is_held_is_counted(server: ScriptedImap, tmp_path: Path) -> None:
    """O-3: the metric of the box says how many messages could not be read."""
    server.inbox.messages[3].raw = b""
    server.inbox.messages[3].size = 14_300

    counted = b'crmservice_box_held_mails{box="good"} 1.0'

    with reading([an_imap_box(server, tmp_path)], tmp_path / "data", ATaker()):
        wait_until(lambda: counted in metrics.exposition({}), "the metric")
