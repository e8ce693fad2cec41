"""The rights of `grants` as statements of one database, for its administrator to run (NG-8)."""

from collections.abc import Callable, Iterator, Mapping
from typing import Literal, get_args

from shared.netgenium.schema.grants import ROLES, Grant, Role, granted, used_tables
from shared.netgenium.schema.mapping_model import InTable, NetGeniumMapping

GrantDialect = Literal["postgresql", "firebird", "mssql"]
DIALECTS: tuple[GrantDialect, ...] = get_args(GrantDialect)

_HEADS: Mapping[GrantDialect, str] = {
    "postgresql": "Run by the owner of the tables, in the schema that holds them.",
    "firebird": "Run by the owner of the tables, once: CREATE ROLE fails where the role exists.",
    "mssql": "Run by a member of db_owner.",
}


def grants_sql(dialect: GrantDialect, mapping: NetGeniumMapping) -> str:
    """Write all statements, each ended by a semicolon and a line end; they may run again."""
    lines = [
        "-- What each role of CRMService may do. Written by: crmservice grants",
        f"-- {_HEADS[dialect]}",
        "-- Nobody here makes or drops tables: crmservice init-db runs as their owner.",
    ]
    return "\n".join([*lines, *statements(dialect, mapping)]) + "\n"


def statements(dialect: GrantDialect, mapping: NetGeniumMapping) -> Iterator[str]:
    """Yield each statement with its semicolon: roles, privileges on tables, generators of ids."""
    for role in ROLES:
        yield _ROLE[dialect](role)
    grants = list(granted(mapping))
    if dialect != "firebird":
        # Rights of before to a whole table, or to columns that the mapping no longer names.
        read = {(grant.table, grant.role): None for grant in grants if _reads_columns(grant)}
        for table, role in read:
            on, who = _quoted(dialect, table), _to(dialect, role)
            yield f"REVOKE SELECT ON {on} FROM {who};"  # noqa: S608 - a grant, and quoted names
    for grant in grants:
        yield from _on_table(dialect, grant)
    yield from _on_generators(dialect, mapping)


def _on_table(dialect: GrantDialect, grant: Grant) -> Iterator[str]:
    table, to = _quoted(dialect, grant.table), _to(dialect, grant.role)
    if grant.privilege == "SELECT" and dialect == "mssql":
        # Without it, defaults of columns are hidden from `check`.
        yield f"GRANT VIEW DEFINITION ON {table} TO {to};"
    # Firebird knows no right to read a column.
    named = () if _reads_columns(grant) and dialect == "firebird" else grant.columns
    columns = ", ".join(_quoted(dialect, column) for column in named)
    privilege = f"{grant.privilege} ({columns})" if columns else grant.privilege
    yield f"GRANT {privilege} ON {table} TO {to};"


def _reads_columns(grant: Grant) -> bool:
    return grant.privilege == "SELECT" and bool(grant.columns)


def _on_generators(dialect: GrantDialect, mapping: NetGeniumMapping) -> Iterator[str]:
    """Yield rights to ids for whoever adds rows; PostgreSQL's serial keys are sequences."""
    kind, _, name = mapping.ids.strategy.partition(":")
    if kind == "generator":
        yield from (_GENERATOR[dialect](_quoted(dialect, name), role) for role in _ADDING)
    elif kind == "identity" and dialect == "postgresql":
        keys = {entity.table: entity.id for entity in mapping.entities.values()}
        for role in _ADDING:
            for table in sorted(used_tables(mapping, role, "INSERT")):
                key = keys.get(table) or _link_key(mapping, table)
                if key:
                    yield _serial(_quoted(dialect, table), key, role)


def _link_key(mapping: NetGeniumMapping, table: str) -> str | None:
    """Return the key of a table of several values, if the mapping has it."""
    places = (many for entity in mapping.entities.values() for many in entity.many.values())
    links = (many for many in places if isinstance(many, InTable))
    return next((link.id for link in links if link.table == table), None)


def _serial(table: str, key: str, role: Role) -> str:
    # A key that is no serial has no sequence, and NULL grants nothing.
    sequence = f"pg_get_serial_sequence('{table}', '{key}')"
    grant = f"EXECUTE 'GRANT USAGE ON SEQUENCE ' || sequence || ' TO \"{role}\"'"
    return (
        f"DO $$ DECLARE sequence text := {sequence}; "
        f"BEGIN IF sequence IS NOT NULL THEN {grant}; END IF; END $$;"
    )


def _quoted(dialect: GrantDialect, name: str) -> str:
    """Return `name` as the tables of SQLAlchemy mean it: in lower case, the database's own case."""
    if dialect == "mssql":
        return f"[{name}]"
    return f'"{name.upper()}"' if dialect == "firebird" and name == name.lower() else f'"{name}"'


def _to(dialect: GrantDialect, role: str) -> str:
    # Without the word, Firebird takes a user and a role of one name for the user.
    return f"ROLE {_quoted(dialect, role)}" if dialect == "firebird" else _quoted(dialect, role)


def _postgresql_role(role: str) -> str:
    found = f"SELECT FROM pg_roles WHERE rolname = '{role}'"
    return f'DO $$ BEGIN IF NOT EXISTS ({found}) THEN CREATE ROLE "{role}"; END IF; END $$;'


def _firebird_role(role: str) -> str:
    return f"CREATE ROLE {_quoted('firebird', role)};"


def _mssql_role(role: str) -> str:
    return f"IF DATABASE_PRINCIPAL_ID('{role}') IS NULL CREATE ROLE [{role}];"


_ROLE: Mapping[GrantDialect, Callable[[str], str]] = {
    "postgresql": _postgresql_role,
    "firebird": _firebird_role,
    "mssql": _mssql_role,
}
_GENERATOR: Mapping[GrantDialect, Callable[[str, Role], str]] = {
    "postgresql": lambda name, role: f'GRANT USAGE ON SEQUENCE {name} TO "{role}";',
    "firebird": lambda name, role: f'GRANT USAGE ON GENERATOR {name} TO ROLE "{role.upper()}";',
    "mssql": lambda name, role: f"GRANT UPDATE ON {name} TO [{role}];",
}
_ADDING: tuple[Role, ...] = ("crm_writer", "crm_calsync")
"""The roles that add records."""
