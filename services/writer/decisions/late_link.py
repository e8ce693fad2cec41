"""Whom an activity is linked to later, when the address book knows more (behaviour A-2). Pure."""

from collections.abc import Container
from uuid import UUID, uuid5

from shared.contracts.commands import LinkActivity
from shared.domain.directory import Directory
from shared.domain.linking import Linked, link_incoming, link_outgoing
from shared.netgenium.queries.unlinked import Unlinked


def late_link(
    activity: Unlinked, directory: Directory, own_domains: Container[str], cause: UUID
) -> LinkActivity | None:
    """Return the link that the activity would get today; None if it stays as it is.

    A company that the activity is linked to stays: only its own contact may be added.

    Args:
        activity: Without a contact.
        directory: Users and the address book as they are now.
        own_domains: Nobody in these is a customer.
        cause: Id of what makes the link.
    """
    linked = _linked(activity, directory, own_domains)
    company = linked.relationship.id if linked.relationship else None
    if not linked.linked:
        return None
    if activity.relationship is not None and (
        linked.contact is None or activity.relationship != company
    ):
        return None
    return LinkActivity(
        command_id=uuid5(cause, f"link\0{activity.activity_id}"),
        activity=activity.activity_id,
        contact=linked.contact,
        relationship=linked.relationship,
        had_relationship=activity.relationship,
    )


def _linked(activity: Unlinked, directory: Directory, own_domains: Container[str]) -> Linked:
    if activity.direction == "incoming":
        return link_incoming(activity.sender, directory)
    return link_outgoing(activity.recipients, directory, own_domains, other_contacts=0)
