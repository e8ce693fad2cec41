"""A proposal as the text of a mapping file, with how sure each line is as its comment."""

import json
from collections.abc import Iterator, Sequence

from services.operator.setup.discovery.proposal import Missing, Proposal, ProposedRecord
from shared.netgenium.schema.mapping import load_mapping
from shared.netgenium.schema.mapping_model import AnyColumn, AnyMany, InColumns, SizedColumn


def as_toml(proposal: Proposal) -> str:
    """Return the file's text; `load_mapping` takes it if the proposal is complete."""
    lines = [*_head(proposal), *_sections(proposal)]
    for name, record in proposal.records.items():
        lines += ["", *_record(name, record)]
    for one in proposal.missing:
        lines += ["", *_missing_record(one, proposal.partly.get(one.name))]
    return "\n".join(lines) + "\n"


def _head(proposal: Proposal) -> Iterator[str]:
    yield "# A mapping proposed by crmservice discover. The comments say how sure each line is."
    yield "# Look at every line, above all at what is similar or a guess, then name the file in"
    yield "# NETGENIUM_MAPPING and run crmservice check."
    if proposal.lacking:
        yield "# NOT COMPLETE: lines that begin with '# NEEDED' must be filled in."


def _sections(proposal: Proposal) -> Iterator[str]:
    reference = load_mapping(None)
    strategy, why = proposal.ids
    checked, unchecked = ('"True"', '"False"') if proposal.box == "text" else ("1", "0")
    yield from ("schema_version = 1", "", "[ids]", f"strategy = {_text(strategy)}  # {why}")
    yield from ("", "[check_box]  # by the type of their columns")
    yield from (f"checked = {checked}", f"unchecked = {unchecked}")
    yield from ("", "[time]", f"zone = {_text(reference.time.zone)}  # not to be seen: check it")
    found = "table" if proposal.with_content else "directory"
    yield from ("", "[attachments]", f"strategy = {_text(found)}  # by the columns of attachments")
    yield f"folder = {_text(reference.attachments.folder)}"
    yield from ("", "[choices]  # the reference's words: check which the ERP stores")
    for field, words in reference.choices.items():
        pairs = ", ".join(f"{key} = {_text(word)}" for key, word in words.items())
        yield f"{_text(field)} = {{ {pairs} }}"
    yield '# "task.status" = { new = "" }  # may be left out: the status of tasks that mails open'


def _record(name: str, record: ProposedRecord) -> Iterator[str]:
    yield f"[{name}]"
    yield f"table = {_text(record.table)}  # {record.sure}"
    if record.id != "id":
        yield f"id = {_text(record.id)}  # the primary key"
    for field, found in record.fields.items():
        yield f"columns.{field} = {_column(found.column)}  # {found.sure}"
    for field, several in record.many.items():
        yield f"many.{field} = {_many(several.place)}  # {several.match.sure}"
    yield from _missing("columns", record.missing)
    yield from _missing("many", record.missing_many)


def _missing(part: str, missing: Sequence[Missing]) -> Iterator[str]:
    for one in missing:
        needed = "not found, may be left out" if one.optional else "NEEDED, not found"
        yield f'# {needed}: {part}.{one.name} = ""{_near(one)}'


def _missing_record(missing: Missing, partly: ProposedRecord | None) -> Iterator[str]:
    if partly:
        lacking = [one.name for one in (*partly.missing, *partly.missing_many) if not one.optional]
        yield f"# [{missing.name}] left out: {partly.table} lacks {', '.join(lacking)}"
    elif missing.optional:
        yield f"# [{missing.name}] left out: no table found{_near(missing)}"
    else:
        yield f"# NEEDED, not found: [{missing.name}]{_near(missing)}"


def _near(missing: Missing) -> str:
    return f"  # nearest: {', '.join(missing.near)}" if missing.near else ""


def _many(place: AnyMany) -> str:
    if isinstance(place, InColumns):
        return f"{{ columns = [{', '.join(map(_column, place.columns))}] }}"
    key = f", id = {_text(place.id)}" if place.id else ""
    where = f"table = {_text(place.table)}, owner = {_text(place.owner)}"
    return f"{{ {where}, value = {_column(place.value)}{key} }}"


def _column(column: AnyColumn) -> str:
    if isinstance(column, SizedColumn):
        return f"{{ name = {_text(column.name)}, length = {column.length} }}"
    return _text(column)


def _text(value: str) -> str:
    return json.dumps(value, ensure_ascii=False)
