"""The link to a contact that a rule has just asked for (behaviour C-4). Pure."""

from dataclasses import replace

from services.classifier.chain import SoFar
from shared.contracts.rule_commands import CreateContact
from shared.domain.linking import Linked


def with_new_contact(linked: Linked, so_far: SoFar) -> Linked:
    """Link whom the address book does not have yet to the contact that a rule makes of him."""
    made = next((one for one in so_far.commands if isinstance(one, CreateContact)), None)
    if made is None or linked.contact or linked.ambiguous:
        return linked
    company = linked.relationship or made.relationship
    return replace(linked, relationship=company, contact_of=made.address)
