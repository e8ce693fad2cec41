"""The whole pipeline on real PostgreSQL and Firebird servers."""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, Engine, event, make_url, text

from services.assembly.paths import LEGACY_LOG
from shared.errors import TransientError
from shared.netgenium.database.engine import open_database, write_transaction
from tests.builders import raw_mail
from tests.databases import all_tables
from tests.installation import Installation, an_installation
from tests.log_writers import write_one_log_together
from tests.servers.ports import DatabaseServer
from tests.servers.proxy import Proxy, at_commit, proxied

HIGHEST_NUMBER = 55
"""Of the tasks that are there before."""

JAN, EVA, PETR = "jan.novak@firma.cz", "eva.mala@firma.cz", "petr@acme.example"
WITH_FILE = (
    b"From: petr@acme.example\nTo: jan.novak@firma.cz, eva.mala@firma.cz\nSubject: Drawing\n"
    b"Date: Mon, 02 Nov 2026 09:12:00 +0100\nMIME-Version: 1.0\n"
    b'Content-Type: multipart/mixed; boundary="x"\n\n'
    b"--x\nContent-Type: text/plain\n\nSee Contract:123\n"
    b'--x\nContent-Type: application/pdf; name="drawing.pdf"\n'
    b"Content-Transfer-Encoding: base64\n\nJVBERi0xLjQK\n--x--\n"
)
MAILS = {
    "a.eml": WITH_FILE,
    "b.eml": raw_mail(subject="New task: Seals", sender=JAN, to=EVA),
    "c.eml": raw_mail(subject="New task: Pump", sender=JAN, to=EVA),
    "d.eml": raw_mail(subject="Žluťoučký 😀 kůň", sender=PETR, to=JAN),
    "e.eml": raw_mail(sender=JAN, to=JAN),
}


@pytest.fixture(params=["postgresql", "firebird"])
def server(request: pytest.FixtureRequest) -> DatabaseServer:
    """A running server."""
    found: DatabaseServer = request.getfixturevalue(request.param)
    found.start()
    return found


@pytest.fixture
def url(server: DatabaseServer) -> Iterator[str]:
    """A database with the reference schema and our own tables."""
    with server.database(prepare=all_tables) as url:
        yield url


def _drop_all(installation: Installation, prefix: str = "") -> None:
    for name, raw in MAILS.items():
        installation.drop(prefix + name, raw)


def _run_to_the_end(installation: Installation) -> int:
    """Run until nothing waits, as a service does; gives how often it had to pause."""
    for pauses in range(20):
        try:
            installation.run()
        except TransientError:
            installation.erp.engine.dispose()
        else:
            return pauses
    return pytest.fail("it pauses again and again")


def _once(
    installation: Installation,
    journal_rows: int = len(MAILS),
    writers: Sequence[Installation] = (),
) -> None:
    """Every mail has had its effect, and only once; `writers` have written their logs together."""
    rows = installation.list("activities")
    assert sorted(row["subject"] for row in rows if row["mail_id"]) == [
        "Drawing",
        "Drawing",
        "New task: Pump",
        "New task: Seals",
        "Žluťoučký 😀 kůň",
    ]
    made = [row for row in installation.list("tasks") if row["mail_id"]]
    assert sorted(row["subject"] for row in made) == ["Pump", "Seals"]
    numbers = {int(row["number"]) for row in made}
    # What a failed group has reserved is not given again.
    assert len(numbers) == 2
    assert min(numbers) > HIGHEST_NUMBER
    journal = installation.list("journal")
    assert len(journal) == len({row["mail_id"] for row in journal}) == journal_rows
    assert list(installation.eml.iterdir()) == []
    logs = [log for one in writers or [installation] for log in one.data.glob(LEGACY_LOG)]
    lines = [line for log in logs for line in log.read_text("utf-8").splitlines()]
    words = [word for row in journal for word in row["verdict"]]
    assert sorted(line.split(" ", 3)[3] for line in lines) == sorted(words)


def test_mails_become_the_right_records(tmp_path: Path, url: str) -> None:
    """A-3, A-4, N-1: content, links, scope, files and numbers are as on SQLite."""
    installation = an_installation(tmp_path, database_url=url)
    _drop_all(installation)

    installation.run()

    _once(installation)
    first, second = (row for row in installation.list("activities") if row["subject"] == "Drawing")
    assert (first["responsible"], second["responsible"]) == (JAN, EVA)
    assert (first["relationship"], first["contract"]) == ("ACME s.r.o.", "123")
    assert (first["scope"], second["scope"]) == (["Board", "Sales"], ["Board"])
    assert first["attachments"] == second["attachments"] == ["drawing.pdf"]
    assert first["date"] == "2026-11-02T08:12:00Z"
    table = installation.erp.tables.table("attachment")
    with installation.erp.engine.connect() as connection:
        assert [row.content for row in connection.execute(table.select())] == [b"%PDF-1.4\n"] * 2


@pytest.mark.parametrize("strategy", ["max_plus_one", "generator:gen_crm"])
def test_ids_can_be_given_otherwise(tmp_path: Path, url: str, strategy: str) -> None:
    """NG-4: with a lock or with a generator, and files in a directory (NG-6)."""
    mapping = tmp_path / "mapping.toml"
    reference = Path("shared/netgenium/schema/reference.toml").read_text("utf-8")
    reference = reference.replace('strategy = "table"', 'strategy = "directory"')
    mapping.write_text(reference.replace('"identity"', f'"{strategy}"'), "utf-8")
    _create_generator(url)
    installation = an_installation(tmp_path / "i", mapping=mapping, database_url=url)
    _drop_all(installation)

    installation.run()

    _once(installation)
    files = list((tmp_path / "i" / "erp" / "Files" / "CRMService").rglob("crm-*.pdf"))
    assert [path.read_bytes() for path in files] == [b"%PDF-1.4\n"]


def _create_generator(url: str) -> None:
    engine = open_database(url)
    with write_transaction(engine) as connection:
        connection.execute(text("CREATE SEQUENCE gen_crm"))
    engine.dispose()


def test_two_writers_of_the_same_mails_make_everything_once(tmp_path: Path, url: str) -> None:
    """R-a, R-e, F-43: two services at once over the same box; who loses sees what the other did."""
    both = [an_installation(tmp_path / name, database_url=url) for name in "xy"]
    for installation in both:
        _drop_all(installation)

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(_run_to_the_end, both, timeout=120))

    for installation in both:
        _once(installation, writers=both)
    told = sorted(mail.again for one in both for mail in one.recorded)
    assert told == [False] * len(MAILS) + [True] * len(MAILS)


def test_two_writers_of_mails_with_one_key_make_everything_once(tmp_path: Path, url: str) -> None:
    """R-1, R-e, F-43: the same mails under other names race for their keys; one each is first."""
    both = [an_installation(tmp_path / name, database_url=url) for name in "xy"]
    for installation in both:
        _drop_all(installation, installation.folder.name)

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(_run_to_the_end, both, timeout=120))

    _once(both[0], 2 * len(MAILS), both)
    verdicts = [verdict for one in both for verdict in one.verdicts()]
    assert len(verdicts) == 2 * len(MAILS)
    assert verdicts.count("DUPLICATE KEY, DELETED") == len(MAILS)


def test_several_writers_write_one_log_without_mixing(tmp_path: Path, url: str) -> None:
    """R-d: each line stands there once and whole, whoever wrote it."""
    an_installation(tmp_path, database_url=url)

    write_one_log_together(url, tmp_path / "shared.log")


def _kill_at(server: DatabaseServer, engine: Engine, step: str) -> None:
    """Kill `server` once, when `engine` is about to run a statement that begins with `step`."""
    left = [step]

    def statement(_connection: Connection, _cursor: object, words: str, *_more: Any) -> None:
        if left and words.startswith(left[0]):
            left.clear()
            server.kill()

    def commit(_connection: Connection) -> None:
        if left == ["COMMIT"]:
            left.clear()
            server.kill()

    event.listen(engine, "before_cursor_execute", statement)
    event.listen(engine, "commit", commit)


@pytest.mark.parametrize(
    "step", ["SELECT", "INSERT INTO ng_aktivita0", "INSERT INTO crm_journal", "COMMIT"]
)
def test_a_server_that_dies_in_mid_run_costs_nothing(
    tmp_path: Path, server: DatabaseServer, url: str, step: str
) -> None:
    """F-40, F-45: the mails wait in their box; when the server is back, each has one effect."""
    installation = an_installation(tmp_path, database_url=url)
    _drop_all(installation)
    _kill_at(server, installation.erp.engine, step)

    with pytest.raises(TransientError):
        installation.run()
    assert len(list(installation.eml.iterdir())) == len(MAILS)
    with pytest.raises(TransientError, match="cannot be used now"):
        installation.run()
    server.start()
    installation.run()

    _once(installation)


def _at_the_journal(engine: Engine, act: Callable[[], None]) -> None:
    """Do something once, when the writer's own transaction is nearly at its end."""
    left = [act]

    def statement(_connection: Connection, _cursor: object, words: str, *_more: Any) -> None:
        # A listener that removes itself would change the list that is being walked through.
        if left and words.startswith("INSERT INTO crm_journal"):
            left.pop()()

    event.listen(engine, "before_cursor_execute", statement)


@pytest.mark.parametrize(
    ("when", "again"), [(Proxy.cut_before, False), (Proxy.cut_after, True)], ids=["no", "yes"]
)
def test_a_commit_of_which_nobody_knows_is_looked_up(
    tmp_path: Path,
    server: DatabaseServer,
    url: str,
    when: Callable[[Proxy, Callable[[bytes], bool]], None],
    again: bool,  # noqa: FBT001 - a parameter of the test
) -> None:
    """F-44: the same mails again find their journal rows, if the commit has come through."""
    with proxied(server.port) as proxy:
        through = make_url(url).set(port=proxy.port).render_as_string(hide_password=False)
        installation = an_installation(tmp_path, database_url=through)
        _drop_all(installation)
        _at_the_journal(installation.erp.engine, lambda: when(proxy, at_commit(server.name)))

        _run_to_the_end(installation)

        assert [mail.again for mail in installation.recorded] == [again] * len(MAILS)
        _once(installation)
        installation.erp.engine.dispose()
