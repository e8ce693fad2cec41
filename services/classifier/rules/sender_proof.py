"""What the receiving system knows of the sender (behaviour S-1); stands in every trace."""

from services.classifier.chain import Hit, Miss, SoFar
from services.classifier.facts.facts import Facts
from services.classifier.reading.mail import Mail


def check(mail: Mail, _facts: Facts, _so_far: SoFar) -> Hit | Miss:
    """Hit when the sender is proven or refuted; effects are refused by the rules themselves."""
    said = f"{mail.proof.state}: {mail.proof.reason}"
    return Miss(said) if mail.proof.state == "unknown" else Hit(said)
