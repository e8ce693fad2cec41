import pytest

from tests.builders import a_mail, decide, hits, reasons


@pytest.mark.parametrize(
    ("subject", "told"),
    [
        ("Re: Offer", "a reply"),
        ("ODP: Nabídka", "a reply"),
        ("AW:x", "a reply"),
        ("Fwd: Offer", "forwarded"),
        ("Přeposláno: Nabídka", "forwarded"),
    ],
)
def test_a_prefix_is_noted_and_the_mail_goes_on(subject: str, told: str) -> None:
    """R-11: replies and forwarded mail are noted in the trace and processed like any other."""
    decided = decide(a_mail(subject=subject))

    assert told in reasons(decided, "R-11")[0]
    assert decided.words == ("PROCESSED",)


@pytest.mark.parametrize("subject", ["Report: x", "Offer Re: x", "Re"])
def test_other_subjects_have_no_prefix(subject: str) -> None:
    """R-11: near miss - the prefix stands at the start, with its colon."""
    assert "R-11" not in hits(decide(a_mail(subject=subject)))
