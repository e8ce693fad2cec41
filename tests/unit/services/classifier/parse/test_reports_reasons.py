import pytest

from services.classifier.parse.failure_reasons import REASON_CHARACTERS, judge
from tests.report_builders import a_recipient, a_report, only


@pytest.mark.parametrize("status", ["5.1.1", "5.1.2", "5.1.3", "5.1.6", "5.1.10", "5.4.4"])
def test_an_exact_status_puts_it_down_to_the_address(status: str) -> None:
    """B-3: unknown user, domain or host."""
    verdict = judge("failed", status, "")
    assert verdict.permanent
    assert verdict.of_address


@pytest.mark.parametrize(
    "status", ["5.1.7", "5.1.8", "5.2.2", "5.2.3", "5.3.0", "5.3.4", "5.7.1", "5.7.26", "5.6.0"]
)
def test_other_statuses_are_soft(status: str) -> None:
    """B-3: our own address, a full mailbox, systems, sizes and policies mark nobody."""
    verdict = judge("failed", status, "smtp; 550 refused for reasons of the server")
    assert verdict.permanent
    assert not verdict.of_address


@pytest.mark.parametrize(
    "said",
    [
        "smtp; 550 User unknown",
        "smtp; 550 <jan@acme.example>: Recipient address rejected: User unknown in local table",
        "smtp; 550 No such user here",
        "smtp; 550 Requested action not taken: mailbox unavailable",
        "smtp; 550-5.1.1 The email account that you tried to reach does not exist.",
        "x-unix; user jan@acme.example does not exist",
        "X-Postfix; Host or domain name not found. Name service error for name=acme.example",
        "smtp; 550 Unrouteable address",
        "smtp; 554 delivery error: This user doesn't have a yahoo.com account",
        "smtp; 550 5.4.1 Recipient address rejected: Access denied",
        "smtp; 550 unknown recipient",
        "smtp; 551 user has moved to jan@beta.example",
        "smtp; 550 Adresát neexistuje",
        "smtp; 550 Schránka nebyla nalezena",
        "smtp; 550 Empfänger unbekannt",
        "smtp; 550 Adresse existiert nicht",
        "smtp; 550 Destinataire inconnu",
        "smtp; 550 El usuario no existe",
    ],
)
def test_words_decide_where_the_status_is_vague(said: str) -> None:
    """B-3: 5.0.0 and no status say nothing, the other server's words do."""
    assert judge("failed", "5.0.0", said).of_address
    assert judge("", "", said).of_address


@pytest.mark.parametrize(
    "said",
    [
        "smtp; 552 Mailbox is full",
        "smtp; 552 user is over quota",
        "smtp; 552 5.2.2 jan@acme.example: quota exceeded",
        "smtp; 550 Schránka příjemce je plná",
        "smtp; 552 Das Postfach ist voll",
        "smtp; 550 Message rejected as spam",
        "smtp; 550 your address 192.0.2.1 is on a blacklist, user unknown",
        "smtp; 554 Relaying denied",
        "smtp; 552 message size exceeds fixed maximum message size",
        "smtp; 550 SPF check failed",
        "smtp; 550 Sender address rejected: domain not found",
        "X-Postfix; connection timed out",
        "smtp; 550 not authorized to send to this group",
    ],
)
def test_a_full_mailbox_and_a_policy_are_soft_whatever_the_status(said: str) -> None:
    """B-3: they win over a vague status."""
    assert not judge("failed", "5.0.0", said).of_address
    assert not judge("failed", "5.5.0", said).of_address


def test_a_full_mailbox_wins_over_an_exact_status() -> None:
    """B-3: a mailbox that is full exists."""
    assert not judge("failed", "5.1.1", "smtp; 550 mailbox is full").of_address


@pytest.mark.parametrize(("action", "status"), [("delayed", "5.1.1"), ("", "4.4.1")])
def test_what_is_still_tried_is_not_permanent(action: str, status: str) -> None:
    """B-3: a delay and a status of class 4 are temporary."""
    verdict = judge(action, status, "smtp; 450 user unknown")
    assert not verdict.permanent
    assert not verdict.of_address


def test_given_up_after_temporary_trouble_is_permanent_but_soft() -> None:
    """B-3: `failed` with 4.4.7 was given up; the address may be well."""
    verdict = judge("failed", "4.4.7", "smtp; delivery expired")
    assert verdict.permanent
    assert not verdict.of_address


@pytest.mark.parametrize(("code", "permanent"), [("450", False), ("550", True)])
def test_a_reply_code_stands_in_for_the_status(code: str, *, permanent: bool) -> None:
    """B-3: without action and status."""
    assert judge("", "", f"host mx.acme.example said: {code} no").permanent is permanent


def test_without_status_and_reason_it_is_the_address() -> None:
    """B-3: no status and no reason found: permanent, and the address marks."""
    verdict = judge("", "", "")
    assert verdict.status is None
    assert verdict.permanent
    assert verdict.of_address


def test_the_exact_status_inside_the_diagnostic_is_taken() -> None:
    """B-3: `5.0.0` outside, `5.1.1` inside; a host's address is no status."""
    failure = only(
        a_report(
            a_recipient("Action: failed", "Status: 5.0.0", "Diagnostic-Code: smtp; 550 5.1.1 no")
        )
    )
    assert (failure.status, failure.of_address) == ("5.1.1", True)
    assert judge("failed", "", "smtp; host 5.10.20.30 said 550 no").status is None


def test_the_text_beside_the_report_tells_what_the_report_leaves_out() -> None:
    """B-3: a vague status without a diagnostic."""
    vague = a_recipient("Action: failed", "Status: 5.0.0")
    assert only(a_report(vague, said="The recipient was not found.\n")).of_address
    assert not only(a_report(vague, said="The mailbox is full.\n")).of_address


def test_a_reason_is_shortened_for_people() -> None:
    """B-2: one line of a bounded length."""
    fields = ("Action: failed", "Diagnostic-Code: smtp; 550 no", " such user " + "x" * 5000)
    reason = only(a_report(a_recipient(*fields))).reason
    assert reason.startswith("smtp; 550 no such user x")
    assert len(reason) == REASON_CHARACTERS
