"""What `check` looks at for the calendar; nothing is written (behaviour O-1, K-1)."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from services.assembly.calendar import access_of, activity_types, calendar_box, open_graph_side
from services.assembly.composition import Erp
from services.calsync.calendars.graph.rights import NEEDED, rights_in
from services.calsync.participants import ErpUser, Participants, match_participants, pilots
from shared.contracts.said import NOTHING_SAID, Said, said
from shared.errors import CredentialsRefusedError
from shared.netgenium.database.engine import database_errors
from shared.netgenium.queries.people import read_active_users
from shared.oauth.app_file import app_file, read_app
from shared.oauth.tokens import client_credentials
from shared.settings.box import Box
from shared.settings.calendar_keys import calendar_keys_of

_WANTED_FIELDS = ("all_day", "location", "private", "series", "due_date")


@dataclass(frozen=True, slots=True)
class CalendarFinding:
    """One thing that was looked at.

    Attributes:
        remedy: What to do about it; empty: it is good.
    """

    detail: Said
    remedy: Said = NOTHING_SAID


def look_at_calendar(boxes: Sequence[Box], erp: Erp) -> Iterator[CalendarFinding]:
    """Yield what is found of settings, token, rights, mapping, activity type and users.

    Raises:
        ConfigurationError: Something that the calendar cannot do without is wrong.
        CredentialsRefusedError: The app was refused, or lacks a right.
        TransientError: The database or Graph is unreachable.
    """
    with open_graph_side(boxes, erp) as graph:
        of_events, _ = activity_types(erp, calendar_keys_of(boxes).calendar_activity_type)
        yield CalendarFinding(said("activities are made with the type {name}", name=of_events.name))
        missing = [one for one in _WANTED_FIELDS if not erp.tables.has("activity", one)]
        if missing:
            yield CalendarFinding(
                said(
                    "activity.{names}: not mapped, so not kept in step",
                    names=", activity.".join(missing),
                ),
                said("map what the ERP has"),
            )
        yield from _rights(boxes)
        users = _users(erp)
        chosen = pilots(users, frozenset(calendar_keys_of(boxes).calendar_user))
        accounts = graph.directory.accounts(one for user in users for one in user.addresses)
        yield from _people(match_participants(chosen, accounts, everybody=users))


def _rights(boxes: Sequence[Box]) -> Iterator[CalendarFinding]:
    box = calendar_box(boxes)
    expires = read_app(app_file(box)).expires
    token = client_credentials(box, access_of(boxes).scope).token().get_secret_value()
    rights = rights_in(token)
    if rights is None:
        yield CalendarFinding(said("the token does not say what rights it has"))
        return
    if missing := sorted(NEEDED - rights):
        raise CredentialsRefusedError(
            said(
                "the app lacks {names}; grant the application permissions in Microsoft Entra, "
                "and an administrator's consent",
                names=", ".join(missing),
            )
        )
    yield CalendarFinding(said("the token has the rights {names}", names=", ".join(sorted(NEEDED))))
    if more := sorted(rights - NEEDED):
        yield CalendarFinding(
            said("the app has more rights than the calendar needs: {names}", names=", ".join(more)),
            said("take them away unless something else needs them"),
        )
    if expires:
        days = (expires - datetime.now(UTC).astimezone(box.time_zone).date()).days
        yield CalendarFinding(said("the app's secret is good for {days} more day(s)", days=days))


def _users(erp: Erp) -> list[ErpUser]:
    with database_errors(erp.engine), erp.engine.connect() as connection:
        found = read_active_users(connection, erp.tables)
    return [ErpUser(user_id, tuple(addresses)) for user_id, addresses in found.items()]


def _people(found: Participants) -> Iterator[CalendarFinding]:
    yield CalendarFinding(said("{number} user(s) take part", number=len(found.taking_part)))
    for one in found.refused:
        yield CalendarFinding(
            said("{address} takes no part: {reason}", address=one.address, reason=one.reason),
            said("correct the addresses in the ERP or at Microsoft"),
        )
