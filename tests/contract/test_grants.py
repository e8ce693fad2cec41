"""The rights of the database roles, on real servers: what is granted works, all else is refused."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import uuid4

import pytest
from sqlalchemy import (
    Engine,
    Executable,
    Table,
    cast,
    create_engine,
    delete,
    false,
    insert,
    null,
    select,
    text,
    update,
)
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError

from services.answers.odd_data import odd_data
from services.assembly.composition import Erp
from services.assembly.proofs import may_read, may_write
from services.operator.setup.grants_sql import GrantDialect, statements
from services.writer.relink import Relink
from services.writer.undo import undo_cause
from shared.contracts.cause import Cause
from shared.errors import AwayError, PermanentError, TransientError
from shared.netgenium.database.engine import open_database, write_transaction
from shared.netgenium.database.ids import insert_rows
from shared.netgenium.own.schema_state import VERSION_TABLE
from shared.netgenium.own.tables import OWN, effect_table, journal_table
from shared.netgenium.queries.unlinked import Wanted
from shared.netgenium.schema.grants import ROLES, Privilege, Role, granted
from shared.netgenium.schema.indexes import missing_indexes
from shared.netgenium.schema.inspection import inspect_schema
from shared.netgenium.schema.tables import ManyTable
from tests.databases import ERP, all_tables

MAPPING = ERP.mapping
TABLES = {**ERP.metadata.tables, **OWN.tables}
PASSWORD = "service"
REFUSALS = ("permission", "must be owner", "no privilege")
Right = tuple[str, str, str]
"""Privilege, table, and column of a SELECT or UPDATE."""


@dataclass(frozen=True, slots=True)
class Granted:
    """A database whose roles have their rights; `connect` logs in with one role."""

    kind: GrantDialect
    owner: Engine
    connect: Callable[[Role], Engine]


@pytest.fixture(params=["postgresql", "firebird"])
def granted_database(request: pytest.FixtureRequest) -> Iterator[Granted]:
    """The reference schema with the statements of `crmservice grants`."""
    kind: GrantDialect = request.param
    engines: list[Engine] = []
    with request.getfixturevalue(kind).database(prepare=all_tables) as url:
        owner = open_database(url)
        engines.append(owner)
        for statement in (*statements(kind, MAPPING), *_logins(kind)):
            with owner.begin() as connection:
                connection.exec_driver_sql(statement.rstrip(";"))

        def connect(role: Role) -> Engine:
            login = make_url(url).set(username=f"{role}_login", password=PASSWORD)
            named = {"role": role.upper()} if kind == "firebird" else {}
            engines.append(create_engine(login, connect_args=named))
            return engines[-1]

        yield Granted(kind, owner, connect)
        for engine in engines:
            engine.dispose()


def _logins(kind: GrantDialect) -> Iterator[str]:
    """A user for each role; users belong to the server and may be there from another test."""
    for role in ROLES:
        if kind == "firebird":
            yield f"CREATE OR ALTER USER {role}_login PASSWORD '{PASSWORD}'"
            yield f"GRANT {role} TO USER {role}_login"
        else:
            missing = f"NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '{role}_login')"
            make = f"CREATE ROLE {role}_login LOGIN IN ROLE {role}"
            yield f"DO $$ BEGIN IF {missing} THEN {make}; END IF; END $$"


def _tries(table: Table) -> Iterator[tuple[Right, Executable]]:
    """Statements that touch no row: rights are asked for before any row is looked at."""
    first = next(iter(table.columns))
    nothing = select(cast(null(), first.type)).select_from(text(VERSION_TABLE)).where(false())
    yield ("INSERT", table.name, ""), insert(table).from_select([first], nothing)
    yield ("DELETE", table.name, ""), delete(table).where(false())
    for column in table.columns:
        yield ("SELECT", table.name, column.name), select(column).where(false())
        change = update(table).values({column: null()}).where(false())
        yield ("UPDATE", table.name, column.name), change


def _wanted(role: Role, kind: GrantDialect) -> set[Right]:
    """What is granted; Firebird knows no right to read a column, so there it is the whole table."""
    rights: set[Right] = set()
    for grant in granted(MAPPING):
        if grant.role != role or grant.table not in TABLES:
            continue
        columns: tuple[str, ...] = ("",)
        if grant.privilege in {"SELECT", "UPDATE"}:
            whole = tuple(c.name for c in TABLES[grant.table].columns)
            reads_all = grant.privilege == "SELECT" and kind == "firebird"
            columns = whole if reads_all else grant.columns or whole
        rights |= {(grant.privilege, grant.table, column) for column in columns}
    return rights


def _refused(engine: Engine, statement: Executable) -> bool:
    """Whether the rights forbid it; any other error is the test's own."""
    try:
        with engine.begin() as connection:
            connection.execute(statement).close()
    except DBAPIError as error:
        if not any(word in str(error.orig).lower() for word in REFUSALS):
            raise
        return True
    return False


@pytest.mark.parametrize("role", ROLES)
def test_a_role_may_do_what_it_is_granted_and_nothing_else(
    granted_database: Granted, role: Role
) -> None:
    """NG-8: every privilege on every table and column is tried."""
    engine = granted_database.connect(role)
    allowed = {
        right
        for table in TABLES.values()
        for right, statement in _tries(table)
        if not _refused(engine, statement)
    }
    assert allowed == _wanted(role, granted_database.kind)


def test_what_the_mapping_does_not_name_is_hidden(granted_database: Granted) -> None:
    """NG-8: a column of the ERP's own, where the database has rights to columns."""
    table = ERP.table("user").name
    with granted_database.owner.begin() as connection:
        connection.execute(text(f"ALTER TABLE {table} ADD secret integer"))
    # A right to the whole table, as an older version gave it, does not survive.
    for statement in (f"GRANT SELECT ON {table} TO crm_classifier", *_again(granted_database)):
        with granted_database.owner.begin() as connection:
            connection.exec_driver_sql(statement.rstrip(";"))
    engine = granted_database.connect("crm_classifier")

    hidden = _refused(engine, text(f"SELECT secret FROM {table}"))  # noqa: S608 - a name of ours
    assert hidden == (granted_database.kind == "postgresql")
    assert not _refused(engine, select(ERP.table("user").c.id))


def _again(database: Granted) -> Iterator[str]:
    return (one for one in statements(database.kind, MAPPING) if not one.startswith("CREATE ROLE"))


@pytest.mark.parametrize("role", ROLES)
def test_no_role_may_change_the_schema(granted_database: Granted, role: Role) -> None:
    """NG-8: migrations run as the owner."""
    table = next(iter(OWN.tables))
    engine = granted_database.connect(role)
    for statement in (
        "CREATE TABLE crm_more (id integer)",
        f"DROP TABLE {table}",
        f"ALTER TABLE {table} ADD more integer",
        f"DELETE FROM {VERSION_TABLE}",  # noqa: S608 - a name of ours
    ):
        assert _refused(engine, text(statement)), statement


def test_the_writer_adds_an_activity_and_takes_no_contract(granted_database: Granted) -> None:
    """NG-4: ids are given to who may add rows; who may not is told so."""
    engine = granted_database.connect("crm_writer")
    with engine.begin() as connection:
        rows = [{"subject": "one"}, {"subject": "two"}]
        ids = insert_rows(connection, ERP.table("activity"), rows, "identity")
        subjects = connection.scalars(select(ERP.table("activity").c.subject)).all()
    assert (len(set(ids)), sorted(subjects)) == (2, ["one", "two"])
    # Firebird gives a missing right the state of a refused login.
    refused = (PermanentError, TransientError)
    with pytest.raises(refused, match="permission"), write_transaction(engine) as connection:
        insert_rows(connection, ERP.table("contract"), [{"number": "x"}], "identity")


def test_check_works_for_the_writer(granted_database: Granted) -> None:
    """NG-2: the service looks at the schema before it begins."""
    engine = granted_database.connect("crm_writer")

    assert inspect_schema(engine, ERP) == []
    assert missing_indexes(engine, ERP) == []
    assert odd_data(Erp(engine, ERP)) == []


@pytest.mark.parametrize(
    ("role", "may", "another"),
    [("crm_classifier", may_read, "crm_mailer"), ("crm_writer", may_write, "crm_calsync")],
)
def test_a_service_with_another_login_waits_and_says_so(
    granted_database: Granted,
    role: Role,
    may: Callable[[Erp], Callable[[Engine], None]],
    another: Role,
) -> None:
    """NG-8, F-40: before it takes a mail, which would be refused for good, and blamed."""
    right, wrong = (Erp(granted_database.connect(one), ERP) for one in (role, another))

    may(right)(right.engine)
    with pytest.raises(AwayError, match="crmservice grants"):
        may(wrong)(wrong.engine)


def test_the_operator_may_relink_and_undo(granted_database: Granted) -> None:
    """NG-8, A-2: nothing else of an activity may be changed."""
    with granted_database.owner.begin() as connection:
        for table, row in _a_mail_of_somebody_known():
            connection.execute(insert(table), [row])
    engine, cause = granted_database.connect("crm_operator"), uuid4()
    relink = Relink(engine, ERP, [], cause, "tester", lambda: datetime.now(UTC))

    assert [one.to for one in relink.link(Wanted())] == ["max@new.example"]
    with write_transaction(engine) as connection:
        operator = Cause("operator", cause)
        undone = undo_cause(connection, ERP, operator, "tester", datetime.now(UTC))

    assert [one.done for one in undone] == [True]


def _a_mail_of_somebody_known() -> Iterator[tuple[Table, dict[str, object]]]:
    """Its activity was made before the contact was."""
    mail_id, now = uuid4(), datetime.now(UTC)
    texts = {"subject": "", "trace": "[]", "verdict": "PROCESSED", "backup_key": "", "source": ""}
    digests = dict.fromkeys(("identification_key", "content_sha256", "body_sha256"), "0" * 64)
    times = {"received_at": now, "recorded_at": now}
    mail = {"mail_id": mail_id, "box": "crm", "sender": "max@new.example", "differs": False}
    made = {"cause_id": mail_id, "cause_kind": "mail", "kind": "create_activity"}
    activity = {"id": 1, "subject": "", "text": "", "direction": "incoming"}
    yield ERP.table("contact"), {"id": 1, "last_name": "New"}
    emails = ERP.many("contact", "emails")
    assert isinstance(emails, ManyTable)
    yield emails.table, {"id": 1, "owner": 1, "value": "max@new.example"}
    yield ERP.table("activity"), activity
    yield journal_table, {**mail, **texts, **digests, **times}
    yield effect_table, {**made, "command_id": uuid4(), "entity": "activity", "record_id": 1}


def test_every_privilege_is_tried() -> None:
    """NG-8: the statements above are of all kinds."""
    tried: set[str] = {right[0] for right, _ in _tries(ERP.table("task"))}
    known: set[Privilege] = {"SELECT", "INSERT", "UPDATE", "DELETE"}
    assert tried == known
