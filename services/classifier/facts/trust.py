"""Whether a mail may have privileged effects (behaviour S-1). Pure."""

from services.classifier.facts.facts import Facts
from services.classifier.reading.mail import Mail
from services.classifier.reading.proof import State, state_said
from shared.contracts.said import Said, said
from shared.domain.addresses import domain_of


def not_believed(mail: Mail, facts: Facts) -> bool:
    """Whether the sender is refuted, so that nothing is done in his name as if he were himself."""
    # A list of ours that rewrites From writes its own address there, and no user's.
    rewritten = mail.proof.rewritten and facts.sender_user(mail) is not None
    refuted = rewritten or mail.proof.state == "refuted"
    return refuted and facts.context.box.sender_proof != "off"


def distrusted(mail: Mail, facts: Facts) -> Said | None:
    """Return why opt-outs, problems, new tasks and changed invitations are refused; else None.

    The setting `senderProof` decides whether an unknown sender is enough.
    """
    wanted = facts.context.box.sender_proof
    state: State = "refuted" if mail.proof.rewritten else mail.proof.state
    if wanted == "off" or state == "proven" or (state == "unknown" and wanted == "refuted"):
        return None
    return said(
        "the sender is {state} ({why}; senderProof={setting})",
        state=state_said(state),
        why=mail.proof.reason,
        setting=wanted,
    )


def is_of_the_erp(mail: Mail, facts: Facts) -> bool:
    """Whether the sender may send what NET Genium sends by itself (S-10): ours, or an erpSender."""
    if mail.sender is None or mail.proof.rewritten or not_believed(mail, facts):
        return False
    box = facts.context.box
    return domain_of(mail.sender) in box.own_domains or mail.sender in box.erp_sender
