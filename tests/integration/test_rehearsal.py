"""`check --rehearse`: every kind of statement is tried, faults are named, and nothing stays."""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, inspect, make_url, text

from services.answers.check import run_checks
from services.answers.checked import Check, worst
from services.assembly.run import Tally, run_once
from shared.errors import ExitCode
from shared.netgenium.database.engine import open_database, write_transaction
from shared.netgenium.database.rehearsal import rehearsed
from shared.settings.box_file import load_boxes
from shared.settings.environment import Environment
from tests.builders import raw_mail
from tests.databases import a_company
from tests.deployment import Deployment
from tests.servers.ports import DatabaseServer

STEPS = (
    "look-up of addresses, numbers and threads",
    "lock",
    "mail without a record",
    "activities with lists and files",
    "task with its activity",
    "mail to be sent",
    "comment on a task",
    "company and contact",
    "contact of a rule",
    "task of a rule",
    "task of a rule, changed",
    "task of a problem",
    "task of a problem, changed",
    "marks of a contact",
    "marks of a relationship",
    "forbidden address",
    "soft bounces",
    "invitation, REQUEST 0",
    "invitation, REQUEST 1",
    "invitation, REPLY 1",
    "invitation, CANCEL 2",
    "duplicate",
    "replay",
    "undo",
)


@pytest.fixture(params=["sqlite", "postgresql", "firebird"])
def kind(request: pytest.FixtureRequest) -> str:
    """The database's name."""
    return str(request.param)


@pytest.fixture
def deployment(kind: str, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Deployment]:
    """An ERP with a company and one processed mail."""
    if kind == "sqlite":
        deployed = Deployment(tmp_path, "")
        _process_one(deployed)
        yield deployed
        return
    server: DatabaseServer = request.getfixturevalue(kind)
    with server.database(prepare=a_company) as url:
        deployed = Deployment(tmp_path, "", url)
        _process_one(deployed)
        yield deployed


def _process_one(deployment: Deployment) -> None:
    raw = raw_mail(sender="petr@acme.example", to="jan.novak@firma.cz", subject="Contract:123")
    deployment.drop("a.eml", raw)
    erp = deployment.erp()
    tally = Tally(lambda _: None)
    run_once(load_boxes([deployment.config]).boxes, erp, deployment.data, tally)
    erp.engine.dispose()
    assert tally.verdicts == {"PROCESSED": 1}


def _checked(deployment: Deployment, **more: str) -> list[Check]:
    environment = Environment.from_environ({**deployment.environment, **more})
    return list(run_checks([deployment.config], environment, rehearsal=True))


def _tried(checks: Sequence[Check]) -> dict[str, Check]:
    begin = "rehearsal: "
    return {one.name.removeprefix(begin): one for one in checks if one.name.startswith(begin)}


def _failed(checks: Sequence[Check]) -> dict[str, Check]:
    return {name: one for name, one in _tried(checks).items() if one.status == "fail"}


def _engine(deployment: Deployment) -> Engine:
    return deployment.erp().engine


def _rows(deployment: Deployment) -> Mapping[str, list[Any]]:
    """Every row of every table."""
    engine = _engine(deployment)
    with engine.connect() as connection:
        rows = {
            name: sorted(map(repr, connection.execute(text(f"SELECT * FROM {name}"))))  # noqa: S608 - a table's name
            for name in inspect(connection).get_table_names()
        }
    engine.dispose()
    return rows


def _files(folder: Path) -> set[Path]:
    databases = {"netgenium.db", "netgenium.db-wal", "netgenium.db-shm"}
    return {path for path in folder.rglob("*") if path.name not in databases}


def _change(deployment: Deployment, *statements: str) -> None:
    engine = _engine(deployment)
    for statement in statements:
        with write_transaction(engine) as connection:
            connection.execute(text(statement))
    engine.dispose()


# sqlalchemy-firebird leaves cursors to the garbage collector when it reflects tables.
_CURSORS = pytest.mark.filterwarnings("ignore:Cursor 'Cursor' disposed:ResourceWarning")


@_CURSORS
def test_a_rehearsal_tries_everything_and_leaves_everything_as_it_was(
    deployment: Deployment,
) -> None:
    """O-1, NG-2: each step is done and undone; no row and no file is another one afterwards."""
    rows, files = _rows(deployment), _files(deployment.folder)

    checks = _checked(deployment)

    assert {name: one.detail for name, one in _tried(checks).items()} == dict.fromkeys(
        STEPS, "done and undone"
    )
    assert worst(checks) == ExitCode.DONE
    assert _rows(deployment) == rows
    assert any(rows["crm_journal"])
    assert _files(deployment.folder) == files


@pytest.mark.parametrize("strategy", ["max_plus_one", "generator:gen_rehearsal"])
def test_every_strategy_is_rehearsed(deployment: Deployment, kind: str, strategy: str) -> None:
    """NG-4, NG-6: ids by lock and by generator, and files in a folder, which are not written."""
    if strategy.startswith("generator"):
        if kind == "sqlite":
            strategy = "max_plus_one"
        else:
            _change(deployment, "CREATE SEQUENCE gen_rehearsal START WITH 1000")
    mapping = deployment.folder / "mapping.toml"
    words = Path("shared/netgenium/schema/reference.toml").read_text("utf-8")
    words = words.replace('strategy = "identity"', f'strategy = "{strategy}"')
    mapping.write_text(words.replace('strategy = "table"', 'strategy = "directory"'), "utf-8")
    files = _files(deployment.folder)

    checks = _checked(deployment, NETGENIUM_MAPPING=str(mapping))

    assert f'"{strategy}"' in mapping.read_text("utf-8")
    assert _failed(checks) == {}
    assert set(_tried(checks)) == set(STEPS)
    assert _files(deployment.folder) == files


def _needs_a_value(deployment: Deployment, kind: str) -> None:
    if kind != "sqlite":
        _change(
            deployment,
            "DELETE FROM ng_aktivita0",
            "ALTER TABLE ng_aktivita0 ADD muss integer DEFAULT 1 NOT NULL",
            "ALTER TABLE ng_aktivita0 ALTER COLUMN muss DROP DEFAULT",
        )
        return
    engine = _engine(deployment)
    with engine.connect() as connection:
        made = connection.scalar(text("SELECT sql FROM sqlite_master WHERE name = 'ng_aktivita0'"))
    engine.dispose()
    better = str(made).replace("PRIMARY KEY", "muss integer NOT NULL, PRIMARY KEY")
    _change(deployment, "DROP TABLE ng_aktivita0", better)


def _lacks_a_column(deployment: Deployment, kind: str) -> None:
    rename = "ALTER COLUMN" if kind == "firebird" else "RENAME COLUMN"
    _change(deployment, f"ALTER TABLE ng_pozvanka0 {rename} ng_uid TO ng_uidx")


@_CURSORS
@pytest.mark.parametrize(
    ("break_it", "where", "steps"),
    [
        (_needs_a_value, "muss", {"activities with lists and files", "task with its activity"}),
        (_lacks_a_column, "ng_uid", {"invitation, REQUEST 0", "invitation, REQUEST 1"}),
    ],
)
def test_a_statement_that_would_fail_is_named(
    deployment: Deployment,
    kind: str,
    break_it: Callable[[Deployment, str], None],
    where: str,
    steps: set[str],
) -> None:
    """O-1, NG-2: the column and the refused statement; the other steps are tried all the same."""
    break_it(deployment, kind)

    checks = _checked(deployment)

    failed = _failed(checks)
    assert failed.keys() >= steps
    assert set(_tried(checks)) == set(STEPS)
    for step in steps:
        assert where in failed[step].detail.lower() + failed[step].remedy.lower()
        assert "refused was: " in failed[step].remedy
        assert "žluťoučký" not in failed[step].detail + failed[step].remedy
    assert _tried(checks)["soft bounces"].status == "ok"
    assert worst(checks) == ExitCode.CONFIGURATION_WRONG


@pytest.mark.parametrize("kind", ["postgresql"], indirect=True)
def test_a_column_that_is_too_short_is_named(deployment: Deployment) -> None:
    """O-1, NG-7: the schema's check names the column, the rehearsal what would fail by it."""
    _change(
        deployment,
        "DELETE FROM ng_aktivita0",
        "ALTER TABLE ng_aktivita0 ALTER COLUMN ng_predmet TYPE varchar(5)",
    )

    checks = _checked(deployment)

    (told,) = [one for one in checks if one.name == "database"]
    assert "ng_aktivita0.ng_predmet: holds only 5" in told.detail
    assert "INSERT INTO ng_aktivita0" in _failed(checks)["activities with lists and files"].remedy


@pytest.mark.parametrize("kind", ["postgresql", "firebird"], indirect=True)
def test_a_right_that_lacks_is_named(deployment: Deployment, kind: str) -> None:
    """O-1, NG-8: a user who may not insert tasks; everything else is tried."""
    engine = _engine(deployment)
    others = [name for name in inspect(engine).get_table_names() if name != "ng_ukol0"]
    engine.dispose()
    user = f"reader{make_url(str(deployment.database_url)).port}"
    all_rights = "SELECT, INSERT, UPDATE, DELETE"
    login = "LOGIN PASSWORD 'x'" if kind == "postgresql" else "PASSWORD 'x'"
    what = "ROLE" if kind == "postgresql" else "USER"
    usage = f"GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO {user}"
    sequences = [usage] if kind == "postgresql" else []
    _change(
        deployment,
        f"CREATE {what} {user} {login}",
        *(f"GRANT {all_rights} ON {name} TO {user}" for name in others),
        f"GRANT SELECT, UPDATE ON ng_ukol0 TO {user}",
        *sequences,
    )
    url = make_url(str(deployment.database_url)).set(username=user, password="x")

    checks = _checked(deployment, NETGENIUM_DATABASE_URL=url.render_as_string(hide_password=False))

    failed = _failed(checks)
    assert failed.keys() >= {"task with its activity", "task of a problem"}
    assert "ng_ukol0" in failed["task with its activity"].detail.lower()
    assert failed["task with its activity"].exit_code == ExitCode.CONFIGURATION_WRONG
    assert _tried(checks)["soft bounces"].status == "ok"
    if kind == "postgresql":
        _change(deployment, f"DROP OWNED BY {user}", f"DROP ROLE {user}")
    else:
        _change(deployment, f"DROP USER {user}")


@pytest.mark.parametrize("kind", ["sqlite"], indirect=True)
def test_the_command_tells_persons_and_programs(deployment: Deployment) -> None:
    """O-1, O-6: `check --rehearse`, with `--json` too; without the option nothing is tried."""
    config = ("-c", str(deployment.config))
    good = deployment.call("check", "--rehearse", "--json", *config, CRMSERVICE_LOG_LEVEL="debug")
    plain = deployment.call("check", *config)
    _change(
        deployment,
        "CREATE TRIGGER no BEFORE INSERT ON ng_ukol0 BEGIN SELECT RAISE(ABORT, 'no tasks'); END",
    )
    bad = deployment.call("check", "--rehearse", *config)

    told = json.loads(good.stdout)
    assert (good.returncode, told["ok"], good.stderr) == (0, True, "")
    names = [check["name"] for check in told["checks"]]
    assert [name for name in names if "rehearsal" in name] == [f"rehearsal: {s}" for s in STEPS]
    assert "rehearsal" not in plain.stdout
    assert bad.returncode == 78
    assert "no tasks" in " ".join(bad.stdout.split())
    assert "Traceback" not in bad.stdout + bad.stderr


def test_before_init_db_there_is_nothing_to_rehearse(tmp_path: Path) -> None:
    """O-1: an empty database is told as such, once."""
    deployment = Deployment(tmp_path, "")
    (tmp_path / "empty.db").touch()
    empty = f"sqlite:///{tmp_path / 'empty.db'}"

    checks = _checked(deployment, NETGENIUM_DATABASE_URL=empty)

    assert [one.status for one in checks if one.name == "rehearsal"] == ["skipped"]
    assert worst(checks) == ExitCode.CONFIGURATION_WRONG


@pytest.mark.parametrize("kind", ["sqlite"], indirect=True)
def test_a_rehearsal_ends_where_the_database_undoes_the_whole_transaction(
    deployment: Deployment,
) -> None:
    """O-1: SQL Server does so after some errors: what came then would stay, so nothing comes."""
    _change(
        deployment,
        "CREATE TRIGGER no BEFORE INSERT ON ng_ukol0 BEGIN SELECT RAISE(ROLLBACK, 'no tasks'); END",
    )
    rows = _rows(deployment)

    checks = _tried(_checked(deployment))

    assert list(checks) == [*STEPS[:5]]
    assert "no tasks" in checks[STEPS[4]].detail
    assert checks[STEPS[4]].status == "fail"
    assert _rows(deployment) == rows


def test_a_rehearsal_without_its_connection_writes_nothing(tmp_path: Path) -> None:
    """O-1: behind a loss nothing is tried."""
    engine = open_database(f"sqlite:///{tmp_path / 'a.db'}")
    with rehearsed(engine) as rehearsal:
        with write_transaction(rehearsal.engine) as connection:
            connection.execute(text("CREATE TABLE t (a integer)"))
        before = rehearsal.goes_on
        rehearsal.connection.invalidate()
        assert (before, rehearsal.goes_on) == (True, False)
    engine.dispose()
