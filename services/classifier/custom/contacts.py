"""The action `create_contact` (behaviours C-2, C-4). Pure."""

from services.classifier.chain import command_id
from services.classifier.custom.action_models import CreateContactAction
from services.classifier.custom.step import ActionStep, Doing, note, noted
from services.classifier.facts.facts import Facts
from services.classifier.facts.trust import not_believed
from services.classifier.parse.bounced_addresses import is_daemon
from services.classifier.reading.mail import Mail
from shared.contracts.line import one_line
from shared.contracts.references import RelationshipRef
from shared.contracts.rule_commands import CreateContact
from shared.contracts.said import Said, said
from shared.domain.addresses import domain_of

_LONGEST_NAME = 100


def create_contact(action: CreateContactAction, doing: Doing) -> ActionStep:
    """Make a contact of the sender, if the address book does not have him."""
    mail, facts = doing.mail, doing.facts
    if why := _refused(mail, facts):
        return noted(said("no contact: {why}", why=why))
    address = mail.sender or ""
    if any(isinstance(one, CreateContact) for one in doing.commands):
        return ActionStep()
    company = _company(address, action.relationship, facts)
    if company is None:
        reason = said("no contact: no company has the sender's domain, and the rule names none")
        return noted(reason)
    first, last = names_of(mail.parsed.senders[0].name, address)
    command = CreateContact(
        command_id=command_id(mail, "C-2", f"contact {address}"),
        address=address,
        first_name=first,
        last_name=last,
        relationship=company,
    )
    reason = said("{address} becomes a contact of {company}", address=address, company=company.name)
    return ActionStep(commands=(command,), notes=(note(reason, done=True),))


def names_of(shown: str, address: str) -> tuple[str, str]:
    """Return first and last name out of a display name; without one the address stands for it."""
    words = [one_line(word) for word in shown.replace('"', " ").split()]
    name = " ".join(words).strip("' ,")
    if not name or "@" in name:
        return "", address.partition("@")[0][:_LONGEST_NAME]
    last, comma, first = name.partition(",")
    if not comma:
        first, _, last = name.rpartition(" ")
    return first.strip()[:_LONGEST_NAME], last.strip()[:_LONGEST_NAME]


def _refused(mail: Mail, facts: Facts) -> Said | None:
    if mail.sender is None:
        return mail.sender_problem
    if not_believed(mail, facts):
        return said("the sender is not believed")
    if facts.is_ours(mail.sender):
        return said("{sender} is one of us", sender=mail.sender)
    if mail.bounce or is_daemon(mail.sender):
        return said("a mail system has sent the mail")
    if mail.sender in facts.directory.address_book:
        return said("{sender} is in the address book", sender=mail.sender)
    return None


def _company(address: str, configured: str | None, facts: Facts) -> RelationshipRef | None:
    """Return the one company with the sender's domain, else the configured one."""
    owners = facts.directory.relationships_by_domain.get(domain_of(address), ())
    if len(owners) == 1:
        return owners[0]
    return facts.directory.named.companies.get(configured) if configured else None
