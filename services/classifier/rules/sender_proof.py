"""What the receiving system knows of the sender (behaviour S-1); part of every trace."""

from services.classifier.chain import Hit, Miss, SoFar
from services.classifier.facts.facts import Facts
from services.classifier.reading.mail import Mail
from services.classifier.reading.proof import state_said
from shared.contracts.said import said


def check(mail: Mail, _facts: Facts, _so_far: SoFar) -> Hit | Miss:
    """Hit when the sender is proven or refuted; effects are refused by the rules themselves."""
    proof = mail.proof
    reason = said("{state}: {why}", state=state_said(proof.state), why=proof.reason)
    return Miss(reason) if proof.state == "unknown" else Hit(reason)
