import pytest

from tests.builders import a_mail, decide, hits


@pytest.mark.parametrize("sender", ["license@netgenium.com", "Error <ERROR@NetGenium.com>"])
def test_the_vendors_addresses_are_not_processed(sender: str) -> None:
    """R-8: mail from license@ or error@netgenium.com stops with NET Genium."""
    assert decide(a_mail(sender=sender)).words == ("NET Genium", "DELETED")


@pytest.mark.parametrize(
    "sender", ["info@netgenium.com", "license@netgenium.com.example", "xlicense@netgenium.com"]
)
def test_other_addresses_are_processed(sender: str) -> None:
    """R-8: near miss - only the two addresses count."""
    assert "R-8" not in hits(decide(a_mail(sender=sender)))
