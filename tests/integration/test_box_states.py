"""How boxes stand, from the fetcher to the database: by way of RabbitMQ, and within one process."""

import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr
from sqlalchemy import Engine, select

from services.assembly.run import Tally, run_once
from services.assembly.state_recorder import box_state_recorder
from services.assembly.state_sender import sending_states
from shared.broker.message import BrokerMessage
from shared.broker.rabbitmq.address import BrokerAddress
from shared.broker.rabbitmq.admin import administration
from shared.broker.sender import Sender
from shared.broker.topology import WRITER_BOXES, boxes_queue
from shared.contracts.box_state import BoxState
from shared.errors import TransientError
from shared.netgenium.own.tables import box_table
from shared.settings.value_types import ServerAddress
from tests.builders import a_box, raw_mail
from tests.installation import an_installation
from tests.servers.processes import free_port, wait_until
from tests.servers.rabbitmq import RabbitMQ

NOON = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)


def rows(engine: Engine) -> dict[str, Any]:
    """What the database knows, by source."""
    with engine.connect() as connection:
        return {row.source: row for row in connection.execute(select(box_table))}


def test_states_reach_the_database_by_way_of_the_broker(rabbitmq: RabbitMQ, tmp_path: Path) -> None:
    """O-4: what is none of ours harms nothing, and the broker being empty afterwards is the end."""
    engine, stopped = an_installation(tmp_path).erp.engine, threading.Event()
    state = BoxState(box="crm", source="mailbox", state="reading", waiting=3, told_at=NOON)
    with rabbitmq.vhost() as url:
        address = BrokerAddress(SecretStr(url))
        sender = Sender(address, [boxes_queue()])
        sender.send([(WRITER_BOXES, BrokerMessage("", "application/json", b"nonsense"))])
        sender.flush()
        sender.close()
        with sending_states(address) as send:
            send([state])
        thread = threading.Thread(target=box_state_recorder(engine).run, args=[address, stopped])
        thread.start()
        try:
            wait_until(lambda: bool(rows(engine)), "a row")
            wait_until(lambda: _waiting(address) == 0, "an empty queue")
        finally:
            stopped.set()
            thread.join(30)

    found = rows(engine)["mailbox"]
    assert (found.box, found.state, found.waiting, found.told_at) == ("crm", "reading", 3, NOON)


def _waiting(address: BrokerAddress) -> int:
    with administration(address) as admin:
        state = admin.state(WRITER_BOXES)
    return state.messages if state else 0


def test_a_run_tells_of_each_source_what_it_left(tmp_path: Path) -> None:
    """O-4: the directory is a source as the mailbox is; why a mailbox was not read is told, too."""
    installation = an_installation(tmp_path)
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "a.eml").write_bytes(raw_mail())
    nobody = ServerAddress(host="localhost", port=free_port())
    box = a_box(
        eml_dir=tmp_path / "in",
        eml_settle_seconds=0,
        imap_url=nobody,
        pop3_password=SecretStr("pw"),
        root_path=str(tmp_path),
    )

    with pytest.raises(TransientError, match="localhost"):
        run_once([box], installation.erp, installation.data, Tally(lambda _: None))

    told = rows(installation.erp.engine)
    assert (told["emlDir"].state, told["emlDir"].why, told["emlDir"].waiting) == (
        "resting",
        "run --once reads it",
        0,
    )
    assert datetime.now(UTC) - told["emlDir"].last_read_at < timedelta(minutes=10)
    assert (told["mailbox"].state, told["mailbox"].last_read_at) == ("unreachable", None)
    assert f"localhost:{nobody.port}" in told["mailbox"].why
