import pytest

from shared.settings.reporter import reporter
from shared.settings.values import NotAllowedError


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("Bounces@Relay.example", "bounces@relay.example"),
        ("bounces+*@relay.example", "bounces+*@relay.example"),
        ("relay.example", "*@relay.example"),
        ("*.relay.example", "*@*.relay.example"),
        ("*@*.relay.example", "*@*.relay.example"),
    ],
)
def test_a_reporter_is_an_address_or_a_domain(written: str, read: str) -> None:
    """S-7: `bounceReporter` with and without `*`."""
    assert reporter(written) == read


@pytest.mark.parametrize(
    "written", ["*", "*@*", "*.*", "*@*.", "", "x@", "@", "a b@c.example", "*.cz*", "cz"]
)
def test_nobody_is_named_by_a_pattern_that_fits_everybody(written: str) -> None:
    """S-7, O-6: a reporter without a domain is an operator's mistake, not a wish."""
    with pytest.raises(NotAllowedError):
        reporter(written)
