"""Who may make, change and move the task of a problem by mail (behaviour S-8). Pure."""

from services.classifier.facts.facts import Facts
from services.classifier.facts.trust import distrusted
from services.classifier.reading.mail import Mail
from shared.contracts.references import RecordRef
from shared.contracts.said import Said, said
from shared.domain.addresses import domain_of
from shared.domain.problem_tasks import customer_may_not


def is_by_customer(mail: Mail, facts: Facts) -> bool:
    """Return whether the sender is neither of an own domain nor a `problemSender`."""
    box, sender = facts.context.box, mail.sender or ""
    named = sender in box.problem_sender or "*" in box.problem_sender
    return not named and domain_of(sender) not in box.own_domains


def not_believed_about(mail: Mail, contract: RecordRef | None, facts: Facts) -> Said | None:
    """Return why the mail makes or changes no task; None if it may.

    Args:
        mail: With a problem.
        contract: That it names, if there is one.
        facts: What is known.
    """
    if why := distrusted(mail, facts):
        return said("S-1: {why}", why=why)
    if not is_by_customer(mail, facts):
        return None
    sender = mail.sender or ""
    owners = facts.directory.owners_of("contract", contract) if contract else frozenset()
    if owners.isdisjoint(facts.directory.companies_of((sender,))):
        return said(
            "S-8: {sender} is no problemSender, nor of a company whose contract this is",
            sender=sender,
        )
    problem_id = mail.problem.problem_id if mail.problem else None
    task = facts.earlier.problem_tasks.get(problem_id or "")
    if task is None:
        return None
    return customer_may_not(task, sender, contract.id if contract else None)
