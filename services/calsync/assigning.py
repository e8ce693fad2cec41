"""What an activity made from an event belongs to (K-2c): tokens, people from outside, type, scope.

Decided when the activity is made, and again when subject, text or people change; a field that a
person has changed in the ERP since is left alone. Events whose organiser is no user are read as
mail of outsiders: they assign, but choose no type and widen no scope.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from hashlib import sha256
from typing import Any, Self

from sqlalchemy import Connection

from services.calsync.calendars.erp_rows import ErpRecords
from services.calsync.calendars.port import CalendarItem, Participant
from services.calsync.link import CalendarLink
from services.calsync.writing import AssignedFields
from shared.contracts.references import ActivityTypeRef
from shared.contracts.said import said
from shared.domain.assignment import DEFAULT_TYPE, Assignment, assign
from shared.domain.directory import Directory
from shared.domain.folding import fold_line
from shared.domain.linking import Linked, link_outgoing
from shared.domain.scope import ScopeChoice, scope_for
from shared.domain.tokens import Token, find_tokens
from shared.domain.vocabulary import Vocabulary
from shared.errors import ConfigProblem, ConfigurationError
from shared.netgenium.queries.address_book import read_address_book
from shared.netgenium.queries.people import read_activity_types, read_roles, read_users
from shared.netgenium.queries.records import read_records
from shared.netgenium.schema.tables import ErpTables

USUAL_TYPES = ("Schůzka", "Meeting", "Událost")
"""Types of activities that are meetings, in the order in which they are tried."""

_DECIDED = ("contact", "relationship", "contract", "order", "task", "opportunity", "type")
_LISTS = ("scope", "other_contacts")


def calendar_type(types: Mapping[str, ActivityTypeRef], wanted: str | None) -> ActivityTypeRef:
    """Return the type of activities made from events.

    Args:
        types: All activity types by folded name.
        wanted: The name in the settings, if any.

    Raises:
        ConfigurationError: There is no such type.
    """
    names = (wanted,) if wanted else USUAL_TYPES
    found = next((types[name] for name in map(fold_line, names) if name in types), None)
    if found is not None:
        return found
    what = said("the ERP has no activity type {names}", names=" or ".join(names))
    raise ConfigurationError(
        [ConfigProblem("calendarActivityType", what, said("name one that exists"))]
    )


@dataclass(frozen=True, slots=True)
class Assigner:
    """Reads what an event's words and people mean in the ERP.

    Attributes:
        type: Of activities made from events.
        known: What was read of people in this round, by their addresses.
    """

    erp: ErpTables
    vocabulary: Vocabulary
    own_domains: frozenset[str]
    type: ActivityTypeRef
    known: dict[frozenset[str], Directory] = field(default_factory=dict)

    def for_round(self) -> Self:
        """Return one that reads everything anew, and each group of people once."""
        return replace(self, known={})

    def for_new(
        self, connection: Connection, user: Participant, event: CalendarItem
    ) -> AssignedFields:
        """Return the fields of a new activity."""
        tokens = self._tokens(event)
        directory = self._directory(connection, user, event, tokens)
        decided = self._decide(user, event, tokens, directory)
        record, lists = decided
        memory = json.dumps({"record": record, "lists": lists, "of": _digest(event)})
        direction = "outgoing" if event.own else "incoming"
        return AssignedFields({**record, "direction": direction}, lists, memory)

    def again(
        self, connection: Connection, user: Participant, event: CalendarItem, link: CalendarLink
    ) -> AssignedFields | None:
        """Return what has to be set since the event was changed; None if nothing has."""
        if link.assigned is None or link.activity_id is None:
            return None
        before: Mapping[str, Any] = json.loads(link.assigned)
        if before["of"] == _digest(event):
            return None
        new = self.for_new(connection, user, event)
        now = ErpRecords(connection, self.erp, "activity").read(link.activity_id) or {}
        record = {
            name: new.record[name]
            for name in _DECIDED
            if now.get(name) == before["record"].get(name) != new.record[name]
        }
        lists = {
            name: new.lists[name]
            for name in _LISTS
            if now.get(name) == before["lists"].get(name) != list(new.lists[name])
        }
        return AssignedFields(record, lists, new.memory)

    def _tokens(self, event: CalendarItem) -> tuple[Token, ...]:
        content = event.content
        return find_tokens(content.subject, content.text, self.vocabulary, lambda text: (text, ""))

    def _directory(
        self,
        connection: Connection,
        user: Participant,
        event: CalendarItem,
        tokens: Sequence[Token],
    ) -> Directory:
        people = frozenset({user.address, *_people(event)})
        if people not in self.known:
            self.known[people] = self._read(connection, people)
        numbers = {(token.kind, token.number) for token in tokens[:1]}
        if not numbers:
            return self.known[people]
        return replace(self.known[people], records=read_records(connection, self.erp, numbers))

    def _read(self, connection: Connection, people: frozenset[str]) -> Directory:
        roles = read_roles(connection, self.erp)
        book = read_address_book(connection, self.erp, people)
        return Directory(
            users=read_users(connection, self.erp, people, roles),
            address_book=book.by_address,
            relationships_by_domain=book.by_domain,
            records={},
            activity_types=read_activity_types(connection, self.erp),
            roles=tuple(roles.values()),
        )

    def _decide(
        self,
        user: Participant,
        event: CalendarItem,
        tokens: Sequence[Token],
        directory: Directory,
    ) -> tuple[dict[str, object], dict[str, tuple[int, ...]]]:
        assignment = assign(tokens, directory, "outgoing" if event.own else "incoming")
        linked = link_outgoing(_people(event), directory, self.own_domains, other_contacts=20)
        record: dict[str, object] = {
            "type": self._type(assignment, event).id,
            "contact": linked.contact.id if linked.contact else None,
            "relationship": linked.relationship.id if linked.relationship else None,
        }
        for kind in ("contract", "order", "task", "opportunity"):
            found = assignment.of(kind)
            record[kind] = found.id if found else None
        lists = {
            "scope": self._scope(user, event, assignment, directory),
            "other_contacts": _ids_of_others(linked),
        }
        return record, lists

    def _type(self, assignment: Assignment, event: CalendarItem) -> ActivityTypeRef:
        """Return the type after a token, which counts in the user's own events alone."""
        named = fold_line(assignment.type.name) != fold_line(DEFAULT_TYPE)
        return assignment.type if event.own and named else self.type

    def _scope(
        self,
        user: Participant,
        event: CalendarItem,
        assignment: Assignment,
        directory: Directory,
    ) -> tuple[int, ...]:
        person = directory.users.get(user.address)
        if person is None:
            return ()
        known = event.own or event.organizer in directory.users
        # An outsider may narrow the scope, and ask for none only where no record is named (S-4).
        choice = ScopeChoice(assignment.scope, own=known, may_hide=assignment.record is None)
        roles, _ = scope_for(choice, person, directory.roles)
        return tuple(role.id for role in roles)


def _people(event: CalendarItem) -> tuple[str, ...]:
    """Return organiser and attendees, in this order."""
    return tuple(dict.fromkeys(one for one in (event.organizer, *event.attendees) if one))


def _ids_of_others(linked: Linked) -> tuple[int, ...]:
    return tuple(contact.id for contact in linked.other_contacts)


def _digest(event: CalendarItem) -> str:
    said = (event.content.subject, event.content.text, *_people(event))
    return sha256("\0".join(said).encode("utf-8", "replace")).hexdigest()
