from shared.contracts.commands import MarkForbidden
from tests.builders import EVA, PETR, a_mail, decide, hits, raw_mail

REPORT = 'Content-Type: multipart/report; report-type=feedback-report; boundary="b"\n'


def _complaint(kind: str, recipient: str) -> bytes:
    body = (
        "--b\nContent-Type: text/plain\n\nA complaint.\n"
        f"--b\nContent-Type: message/feedback-report\n\nFeedback-Type: {kind}\n"
        f"User-Agent: x/1\nVersion: 1\nOriginal-Rcpt-To: <{recipient}>\n"
        f"--b\nContent-Type: message/rfc822\n\nFrom: {EVA}\nTo: {recipient}\n\nHi\n--b--\n"
    )
    return raw_mail(body, sender="fbl@isp.example", subject="Complaint", more=REPORT)


def test_an_abuse_report_opts_the_original_recipient_out() -> None:
    """R-3: ARF of the type abuse."""
    decided = decide(a_mail(_complaint("abuse", PETR)))

    (mark,) = (one for one in decided.commands if isinstance(one, MarkForbidden))
    assert (mark.address, mark.mark) == (PETR, "do_not_send")
    assert decided.words == ("PROCESSED",)


def test_other_feedback_is_no_complaint() -> None:
    """R-3: authentication failures and other types."""
    assert "R-3" not in hits(decide(a_mail(_complaint("auth-failure", PETR))))


def test_a_complaint_about_our_own_address_marks_nobody() -> None:
    """R-3, H-19: a forged report cannot mark a user."""
    decided = decide(a_mail(_complaint("abuse", EVA)))

    assert not any(isinstance(one, MarkForbidden) for one in decided.commands)
