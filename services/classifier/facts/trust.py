"""Whether a mail may have privileged effects (behaviour S-1). Pure."""

from services.classifier.facts.facts import Facts
from services.classifier.reading.mail import Mail
from services.classifier.reading.proof import state_said
from shared.contracts.said import Said, said


def distrusted(mail: Mail, facts: Facts) -> Said | None:
    """Why opt-outs, problems, new tasks and changed invitations are refused; None if they are not.

    The setting `senderProof` decides whether an unknown sender is enough.
    """
    wanted = facts.context.box.sender_proof
    proof = mail.proof
    if wanted == "off" or proof.state == "proven":
        return None
    if proof.state == "unknown" and wanted == "refuted":
        return None
    return said(
        "the sender is {state} ({why}; senderProof={setting})",
        state=state_said(proof.state),
        why=proof.reason,
        setting=wanted,
    )
