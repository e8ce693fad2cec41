"""docs/netgenium.md is true: its tables are those of the program."""

import re
import tomllib
from pathlib import Path

from sqlalchemy import make_url

from services.operator.setup.company_entries import ENTRIES, Company
from shared.netgenium.database import servers
from shared.netgenium.own.schema_state import VERSION_TABLE
from shared.netgenium.own.tables import OWN
from shared.netgenium.schema.catalogue import CATALOGUE
from shared.netgenium.schema.mapping import load_mapping
from shared.netgenium.schema.mapping_model import (
    InColumns,
    MappedEntity,
    NetGeniumMapping,
    column_name,
)

PAGE_FILE = Path(__file__).parents[4] / "docs" / "netgenium.md"
PAGE = PAGE_FILE.read_text("utf-8")


def _section(title: str) -> str:
    """The part of the page below the heading `title`."""
    return re.split(r"^## ", PAGE.split(f"\n## {title}\n")[1], flags=re.MULTILINE)[0]


def _rows(title: str) -> list[list[str]]:
    """The cells of the section's tables, without headings and back-ticks."""
    lines = [line for line in _section(title).splitlines() if line.startswith("|")]
    tables = [[cell.strip().replace("`", "") for cell in line[1:-1].split("|")] for line in lines]
    return [
        row
        for row, following in zip(tables, [*tables[1:], [""]], strict=True)
        if not row[-1].startswith("---") and not following[-1].startswith("---")
    ]


def test_every_record_and_field_is_in_the_table_and_back() -> None:
    """NG-1: the page lists the whole catalogue, what is needed, and the reference names."""
    mapping, wanted = load_mapping(None), []
    for name, entity in CATALOGUE.items():
        mapped = mapping.entities[name]
        wanted.append((name, "", not entity.optional, mapped.table))
        for field, kind in entity.fields.items():
            wanted.append((name, field, not kind.optional, column_name(mapped.columns[field])))
        for field, many in entity.many.items():
            wanted.append((name, field, not many.optional, _place(mapped, field)))
    rows = _rows("All records and fields")
    assert [(row[0], row[1], row[3] == "yes", row[4]) for row in rows] == wanted


def _place(mapped: MappedEntity, field: str) -> str:
    many = mapped.many[field]
    if isinstance(many, InColumns):
        return ", ".join(column_name(column) for column in many.columns)
    return many.table


def test_the_kinds_in_the_table_are_those_of_the_catalogue() -> None:
    """NG-7: with the length of every text and the values of every choice."""
    for name, field, kind, *_ in _rows("All records and fields"):
        known = CATALOGUE[name].fields.get(field)
        if known is None:
            several = CATALOGUE[name].many.get(field)
            assert kind == (f"several {several.of}s" if several else "record")
        elif known.kind == "text":
            assert kind == f"text, {known.length}"
        elif known.kind == "choice":
            assert kind == f"choice: {', '.join(known.values)}"
        else:
            assert kind == known.kind.replace("_", " ")


def test_every_key_of_a_company_file_is_in_the_table_and_back() -> None:
    """NG-1: the format on the page is the one that is read."""
    wanted = [("", key) for key in Company.model_fields if key not in ENTRIES]
    for name, entry in ENTRIES.items():
        wanted += [(name, key) for key in entry.model_fields]
    rows = [(row[0], row[1]) for row in _rows("Company files")]
    assert sorted(rows) == sorted(wanted)
    needed = {(row[0], row[1]) for row in _rows("Company files") if row[2].startswith("needed")}
    assert needed == {
        (name, key)
        for name, entry in ENTRIES.items()
        for key, field in entry.model_fields.items()
        if field.is_required()
    }


def test_the_own_tables_are_in_the_table_and_back() -> None:
    """NG-8: nothing of ours lies in the database that the page does not name."""
    assert {row[0] for row in _rows("Own tables")} == {*OWN.tables, VERSION_TABLE}


def test_the_examples_are_valid() -> None:
    """NG-1: the page's mapping gives a mapping once the other records are added; so its company."""
    mapping, company = (
        tomllib.loads(block.partition("```")[0]) for block in PAGE.split("```toml\n")[1:]
    )
    sections = {key: mapping.pop(key) for key in NetGeniumMapping.model_fields if key in mapping}
    assert mapping.keys() == {"relationship"}
    read = NetGeniumMapping.model_validate({**sections, "entities": mapping})
    relationship = read.entities["relationship"]
    assert isinstance(relationship.many["emails"], InColumns)
    assert set(relationship.columns) <= set(CATALOGUE["relationship"].fields)
    assert Company.model_validate(company).users[0].login == "hana"


def test_the_times_on_the_page_are_those_of_the_program() -> None:
    """F-42: how long each server is waited for."""
    rows = {row[0]: row[1:] for row in _rows("Database servers") if len(row) == 5}
    connecting, lock = f"{servers.CONNECT_SECONDS} s", f"{servers.LOCK_SECONDS} s"
    third = servers.LOCK_SECONDS // 3
    statement = f"{servers.STATEMENT_SECONDS} s"
    assert rows == {
        "connecting": ["", connecting, connecting, connecting],
        "waiting for a lock": [lock, f"{third} to {2 * third - 1} s", lock, lock],
        "one statement": ["", "no limit", statement, statement],
        "doing nothing in a transaction": ["", *["no limit"] * 2, f"{servers.IDLE_SECONDS} s"],
    }


def test_the_addresses_on_the_page_are_understood() -> None:
    """F-40: every example opens, and its extra is one that the project has."""
    rows = [row for row in _rows("Database servers") if "://" in row[1]]
    assert len(rows) == 5
    extras = tomllib.loads((PAGE_FILE.parents[1] / "pyproject.toml").read_text("utf-8"))["project"]
    for _, url, packages in rows:
        assert make_url(url).get_dialect() is not None
        named = re.findall(r"crmservice\[(\w+)\]", packages)
        assert set(named) <= set(extras["optional-dependencies"])
        assert bool(named) != url.startswith("sqlite")
