"""Answers about a task, and those who only seem to be (E-1, E-1a)."""

import pytest
from pydantic import SecretStr

from shared.domain.own_mail import OwnMail
from shared.domain.tickets import REPLY_ABOVE, ticket
from tests.builders import BOB, BOX, EVA, JAN, PETR, STRANGER, activities, reasons
from tests.conversations import (
    ANSWERED,
    SUPPORT,
    TAG,
    TASK,
    a_talking_box,
    comments,
    mails,
    talked,
    talking_facts,
)

FORGED = ticket("55", OwnMail(SecretStr("guessed")))
AUTOMATIC = "Auto-Submitted: auto-replied\n"
REFUTED = "Authentication-Results: mx.firma.cz; dmarc=fail header.from={}\n"
MARKER = REPLY_ABOVE["cs"]
FILE = (
    "Content-Type: multipart/mixed; boundary=b\n",
    (
        "--b\nContent-Type: text/plain\n\n\n--b\nContent-Type: image/png; name=pump.png\n"
        "Content-Disposition: attachment; filename=pump.png\n\nx\n--b--\n"
    ),
)


def test_an_answer_with_the_tag_is_filed_whoever_sends_it() -> None:
    """E-1: comment, activity of the solver, and a mail to the support; the chain stops."""
    decided = talked("It runs.\n", subject=f"Re: {TAG} Pump", sender=STRANGER, to=BOX)

    assert decided.words == ("FILED",)
    (comment,) = comments(decided)
    assert (comment.task, comment.author, comment.text) == (TASK, None, "It runs.")
    (activity,) = activities(decided)
    assert (activity.task, activity.responsible.email) == (TASK, EVA)
    assert activity.direction == "incoming"
    (mail,) = mails(decided)
    assert (mail.recipient, mail.template, mail.task) == (SUPPORT, "filed", TASK)
    assert mail.attach_original
    assert reasons(decided, "R-15") == []


def test_an_employees_mail_is_filed_and_not_forwarded() -> None:
    """E-1: his comment bears his name; the direction is that of R-14."""
    decided = talked(subject=f"{TAG} Pump", sender=JAN, to=PETR)

    (comment,) = comments(decided)
    assert comment.author is not None
    assert comment.author.email == JAN
    assert mails(decided) == []
    assert [one.direction for one in activities(decided)] == ["outgoing"]


def test_whoever_only_says_to_be_an_employee_is_none() -> None:
    """E-1, S-3: the tag files his mail, but nobody's name is on the comment."""
    box = a_talking_box(authserv_id=("mx.firma.cz",))
    more = "Received: from x (x [203.0.113.9]) by mx.firma.cz; Mon, 02 Nov 2026 09:12:00 +0100\n"
    more = REFUTED.format("firma.cz") + more
    decided = talked(subject=TAG, sender=JAN, to=EVA, more=more, facts=talking_facts(box))

    assert decided.words == ("FILED",)
    assert [one.author for one in comments(decided)] == [None]
    assert [one.recipient for one in mails(decided)] == [SUPPORT]


@pytest.mark.parametrize(
    ("recipients", "responsible"), [((JAN,), EVA), ((JAN, EVA), EVA), ((BOX,), EVA)]
)
def test_one_user_gets_the_activity(recipients: tuple[str, ...], responsible: str) -> None:
    """E-1: a solver who gets the mail, else the first solver; other recipients get none."""
    decided = talked(subject=TAG, to=", ".join(recipients))

    assert [one.responsible.email for one in activities(decided)] == [responsible]


def test_without_a_solver_a_recipient_gets_it_and_without_both_nobody() -> None:
    """E-1: the comment is there all the same."""
    facts = talking_facts(tasks={})

    assert [one.responsible.email for one in activities(talked(subject=TAG, facts=facts))] == [JAN]
    nobody = talked(subject=TAG, to=BOX, facts=facts)
    assert nobody.words == ("FILED", "DELETED")
    assert len(comments(nobody)) == 1


@pytest.mark.parametrize(
    ("sender", "filed"), [(PETR, True), ("new@acme.example", True), (JAN, True), (BOB, False)]
)
def test_a_bare_number_counts_for_those_who_belong(sender: str, *, filed: bool) -> None:
    """E-1: the contact, the company, users; a stranger's mail is as one without a number."""
    decided = talked(subject="Re: [#55] Pump", sender=sender, to=EVA)

    assert ("FILED" in decided.words) is filed
    assert bool(comments(decided)) is filed
    if not filed:
        assert "has no tag, and the sender does not belong" in reasons(decided, "E-1")[1]


@pytest.mark.parametrize("sender", [JAN, PETR])
@pytest.mark.parametrize("subject", ["Re: [#55] Pump", f"Re: {TAG} Pump"])
def test_a_bare_number_counts_for_whom_the_box_believes(sender: str, subject: str) -> None:
    """E-1, S-2: with senderProof=unproven nobody may say so himself; the tag is its own proof."""
    facts = talking_facts(a_talking_box(sender_proof="unproven"))
    decided = talked(subject=subject, sender=sender, to=EVA, facts=facts)

    assert (decided.words == ("FILED",)) == (TAG in subject)
    assert bool(comments(decided)) == (TAG in subject)


@pytest.mark.parametrize("subject", [f"Re: {FORGED}", "[#55-aaaaaa] x", "Task:55", "#55", "[55]"])
def test_a_forged_tag_or_a_token_never_files(subject: str) -> None:
    """E-1: a wrong tag is as no number, even of the task's own contact, and is noted."""
    decided = talked(subject=subject, sender=PETR)

    assert decided.words == ("PROCESSED",)
    assert comments(decided) == []
    assert any("is not ours" in one for one in reasons(decided, "E-1")) is ("-" in subject)


@pytest.mark.parametrize("body", [f"see {TAG}\n", f"Hello\n\n> Subject: {TAG}\n"])
def test_the_tag_of_another_task_in_a_text_files_nothing(body: str) -> None:
    """E-1: what is quoted proves nothing."""
    assert "FILED" not in talked(body, subject="Pump").words


def test_an_answer_whose_subject_was_changed_is_found() -> None:
    """E-1a: by the Message-ID of a mail of ours, which is keyed as well."""
    answer = talked(subject="Something else", more=f"In-Reply-To: {ANSWERED}\n", sender=STRANGER)
    foreign = talked(subject="Something else", more="In-Reply-To: <5.5@firma.cz>\n")

    assert answer.words == ("FILED",)
    assert "it answers a mail of ours about task 55" in reasons(answer, "E-1")
    assert foreign.words == ("PROCESSED",)


@pytest.mark.parametrize(
    ("body", "text"),
    [
        (f"It runs.\n\n> {MARKER}\n> You wrote\n", "It runs."),
        (f"It runs.\n\nOn Mon, 2 Nov 2026, Firma wrote:\n> {MARKER}\n> old\n", "It runs."),
        (f"Above\n{MARKER}\nbelow the marker\n", "Above"),
        (
            "It runs.\n\nOn Mon, 2 Nov 2026 at 09:12, Firma <crm@firma.cz> wrote:\n> old\n",
            "It runs.",
        ),
    ],
)
def test_a_comment_is_what_stands_above(body: str, text: str) -> None:
    """E-1: above the marker, or without one above the quote."""
    assert [one.text for one in comments(talked(body, subject=TAG))] == [text]


def test_without_words_of_his_own_the_attachments_are_named() -> None:
    """E-1: and with neither there is no comment; the activity has the mail whole."""
    more, body = FILE

    assert [one.text for one in comments(talked(body, subject=TAG, more=more))] == ["pump.png"]
    assert comments(talked(f"{MARKER}\nold\n", subject=TAG)) == []


@pytest.mark.parametrize(
    "more", [AUTOMATIC, "Return-Path: <>\n", "X-Autoreply: yes\n", "Precedence: auto_reply\n"]
)
def test_what_a_program_answers_is_kept_and_told_to_nobody(more: str) -> None:
    """E-1, M-3: an absence note to our answer is neither a comment nor forwarded."""
    decided = talked("I am away.\n", subject=f"Automatic reply: {TAG}", more=more)

    assert decided.words == ("FILED",)
    assert len(activities(decided)) == 1
    assert comments(decided) == []
    assert mails(decided) == []


def test_mail_that_the_support_sends_does_not_go_back_to_it() -> None:
    """E-1, M-3: two who forward to each other would never end."""
    decided = talked(subject=TAG, sender=SUPPORT)

    assert decided.words == ("FILED",)
    assert mails(decided) == []


def test_without_conversations_a_tag_is_only_a_subject() -> None:
    """E-1: off by default; no line of the trace tells of it."""
    decided = talked(subject=TAG, facts=talking_facts(a_talking_box(conversations=False)))

    assert decided.words == ("PROCESSED",)
    assert reasons(decided, "E-1") == []


def test_own_mail_that_comes_back_is_no_answer() -> None:
    """E-1, R-0: our signature goes before the tag in the subject."""
    decided = talked(subject=TAG, more=f"Message-ID: {ANSWERED}\n")

    assert decided.words == ("LOOP", "DELETED")
