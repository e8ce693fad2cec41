"""What `check` says of an ERP that works, but not as well as it could: mapping, indexes, data."""

from collections.abc import Iterator, Sequence

from services.answers.odd_data import Oddity, odd_data
from services.assembly.composition import Erp
from services.mailer.comments import NEEDED
from shared.contracts.said import said
from shared.netgenium.database.engine import database_errors
from shared.netgenium.queries.people import read_users
from shared.netgenium.schema.indexes import missing_indexes
from shared.settings.box import Box

_MAP_COMMENTS = said("map it, as docs/conversations.md says, or leave conversations out")


def oddities(erp: Erp, boxes: Sequence[Box] = ()) -> Iterator[Oddity]:
    """Yield everything that a person should look at; of `boxes` whether their groups have users.

    Raises:
        TransientError: The database is unreachable.
        PermanentError: A table or column of the mapping is not there.
    """
    yield from _scope_without_team(erp)
    yield from _indexes(erp)
    yield from odd_data(erp)
    yield from _conversations(erp, boxes)
    for box in boxes:
        yield from _groups(erp, box)


def _scope_without_team(erp: Erp) -> Iterator[Oddity]:
    """Tell where the scope word `p-` leaves an activity to its responsible and the team (T-5)."""
    if not erp.tables.has("contract", "team"):
        detail = said(
            "contract.team is not mapped: nobody can say who sees a mail with the word p-"
        )
        remedy = said(
            "map the contract's team; if the ERP has none, only the responsible person sees it"
        )
        yield Oddity(said("mapping"), detail, remedy)


def _conversations(erp: Erp, boxes: Sequence[Box]) -> Iterator[Oddity]:
    """Name what boxes with conversations do only where the ERP has a place for it (E-1, E-2)."""
    names = ", ".join(box.name for box in boxes if box.conversations)
    if not names:
        return
    missing = [f"{entity}.{field}" for entity, field in NEEDED if not erp.tables.has(entity, field)]
    if not erp.tables.has("task_comment"):
        detail = said(
            "task_comment is not mapped, and {names} has conversations: answers are kept as "
            "activities alone, and no comment is mailed",
            names=names,
        )
        yield Oddity(said("mapping"), detail, _MAP_COMMENTS)
    elif missing:
        detail = said(
            "{missing} is not mapped, and {names} has conversations: no comment is mailed",
            missing=", ".join(missing),
            names=names,
        )
        yield Oddity(said("mapping"), detail, _MAP_COMMENTS)


def _indexes(erp: Erp) -> Iterator[Oddity]:
    missing = missing_indexes(erp.engine, erp.tables)
    if missing is None:
        detail = said("{name} is not asked which indexes it has", name=erp.engine.dialect.name)
        remedy = said("compare with what crmservice indexes prints")
        yield Oddity(said("indexes"), detail, remedy)
    for one in missing or ():
        detail = said(
            "{column}: no index that look-ups can use; with many rows mail gets slow",
            column=one.column,
        )
        yield Oddity(
            said("indexes"),
            detail,
            said("let the database's administrator run: {sql}", sql=one.sql),
        )


def _groups(erp: Erp, box: Box) -> Iterator[Oddity]:
    """Yield members of `mailGroup` who are no users: nobody gets their mail (R-c)."""
    members = {member for group in box.mail_groups for member in group.members}
    if not members:
        return
    with database_errors(erp.engine), erp.engine.connect() as connection:
        users = read_users(connection, erp.tables, members, {})
    for one in sorted(members - users.keys()):
        detail = said("{one} in a mailGroup of {name} is no active user", one=one, name=box.name)
        yield Oddity(
            said("groups"), detail, said("correct mailGroup, or the address of the user in the ERP")
        )
