import pytest

from tests.builders import JAN, PETR, a_mail, decide, hits, raw_mail, reasons


@pytest.mark.parametrize(
    ("sender", "told"),
    [
        (None, "0 From fields"),
        ("nobody", "0 addresses"),
        ("a@b@c", "not a valid e-mail address"),
        (f"{PETR}, {JAN}", "2 addresses"),
        ("", "0 addresses"),
    ],
)
def test_a_sender_that_is_not_one_valid_address_is_spam(sender: str | None, told: str) -> None:
    """R-7: without exactly one valid sender address the mail is SPAM."""
    decided = decide(a_mail(sender=sender))

    assert decided.words == ("SPAM", "DELETED")
    assert any(told in reason for reason in reasons(decided, "R-7"))


@pytest.mark.parametrize(
    "before", ["X-Hop: 1\n" * 1500, "X-Hop: 1\n" * 150_000, f"X-Long: {'x' * 3_000_000}\n"]
)
def test_a_sender_behind_a_flood_of_fields_is_found(before: str) -> None:
    """R-b, H-3: a thousand fields, or a megabyte of them, before From make no customer spam."""
    decided = decide(a_mail(more=before))

    assert decided.words == ("PROCESSED",)


def test_a_second_sender_behind_a_flood_of_fields_is_seen() -> None:
    """R-7, H-3: and none hides another From behind them."""
    decided = decide(a_mail(more=f"From: {JAN}\n" + "X-Hop: 1\n" * 150_000))

    assert decided.words == ("SPAM", "DELETED")


def test_two_from_fields_are_spam() -> None:
    """R-7: two From fields could spoof an employee, so there is no sender."""
    decided = decide(a_mail(raw_mail(more=f"From: {JAN}\n")))

    assert decided.words == ("SPAM", "DELETED")


def test_a_display_name_never_counts_as_sender() -> None:
    """R-7: `boss@firma.cz <evil@x.example>` is from evil@x.example."""
    assert a_mail(sender=f"{JAN} <evil@x.example>").sender == "evil@x.example"


def test_a_mail_to_oneself_is_spam() -> None:
    """R-7: a sole recipient equal to the sender is SPAM, whatever the case of letters."""
    assert decide(a_mail(sender=JAN.upper(), to=JAN)).words == ("SPAM", "DELETED")


def test_a_mail_to_oneself_and_another_is_not_spam() -> None:
    """R-7: near miss - there is a second recipient."""
    assert "R-7" not in hits(decide(a_mail(sender=JAN, to=f"{JAN}, {PETR}")))
