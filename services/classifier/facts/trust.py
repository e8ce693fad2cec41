"""Whether a mail may have privileged effects (behaviour S-1). Pure."""

from services.classifier.facts.facts import Facts
from services.classifier.reading.mail import Mail


def distrusted(mail: Mail, facts: Facts) -> str | None:
    """Why opt-outs, problems, new tasks and changed invitations are refused; None if they are not.

    The setting `senderProof` decides whether an unknown sender is enough.
    """
    wanted = facts.context.box.sender_proof
    proof = mail.proof
    if wanted == "off" or proof.state == "proven":
        return None
    if proof.state == "unknown" and wanted == "refuted":
        return None
    return f"the sender is {proof.state} ({proof.reason}; senderProof={wanted})"
