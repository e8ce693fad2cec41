from services.classifier.facts.facts import BoxContext
from services.classifier.outcome.content import mail_content
from services.classifier.policy import POLICY
from shared.domain.vocabulary import build_vocabulary
from tests.builders import PETR, RECEIVED, a_box, a_mail, raw_mail

ATTACHED = '--x\n\nHello\n--x\nContent-Type: application/pdf; name="Original.eml"\n\n%PDF\n--x--\n'
MULTIPART = 'MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary="x"\n'


def _house(**settings: object) -> BoxContext:
    box = a_box(**settings)
    return BoxContext(box, build_vocabulary({}), POLICY, keeps_html=True)


def test_the_content_is_what_the_mail_says() -> None:
    """A-3: subject, text, date, sender, recipients and Message-ID."""
    mail = a_mail("Hello\n", subject="Offer", cc="x@y.example", more="Message-ID: <1@x>\n")

    content = mail_content(mail, _house(), "key")

    assert (content.subject, content.text.strip()) == ("Offer", "Hello")
    assert (content.sender, content.cc, content.message_id) == (PETR, ("x@y.example",), "<1@x>")
    assert content.sent_at.isoformat() == "2026-11-02T08:12:00+00:00"


def test_a_mail_without_a_valid_date_has_the_date_it_was_received() -> None:
    """H-10: an absurd date falls back to when the mail was received."""
    assert mail_content(a_mail(date="31 Feb 99999"), _house(), "key").sent_at == RECEIVED


def test_html_is_sanitised_where_the_erp_keeps_it() -> None:
    """A-3, H-14: scripts and handlers never reach the ERP."""
    html = '<p onclick="x()">Hi <script>alert(1)</script><b>you</b></p>'
    mail = a_mail(html, more="Content-Type: text/html; charset=utf-8\n")

    content = mail_content(mail, _house(), "key")

    assert content.html is not None
    assert "<b>you</b>" in content.html
    assert "script" not in content.html
    assert "onclick" not in content.html


def test_the_original_is_kept_for_the_senders_asked_for() -> None:
    """A-4: saveOriginalsFrom adds the whole mail as Original.eml; a file of that name makes way."""
    raw = raw_mail(ATTACHED, more=MULTIPART)

    content = mail_content(a_mail(raw), _house(save_originals_from=(PETR,)), "key")

    names = [part.name for part in content.attachments]
    assert names == ["Original (2).eml", "Original.eml"]
    assert (content.attachments[1].start, content.attachments[1].end) == (0, len(raw))


def test_the_original_is_not_kept_for_others() -> None:
    """A-4: near miss - another sender's mail has its own files only."""
    content = mail_content(
        a_mail(raw_mail(ATTACHED, more=MULTIPART)), _house(save_originals_from=("a@b.cz",)), "key"
    )

    assert [part.name for part in content.attachments] == ["Original.eml"]
