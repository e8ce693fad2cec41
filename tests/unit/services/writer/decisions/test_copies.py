"""Which of several mails with one identification key are one mail (behaviour S-9)."""

from collections.abc import Mapping, Sequence
from hashlib import sha256
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.writer.decisions.claim import Claim, Settled, marks_of, settle
from shared.contracts.commands import CreateActivity
from shared.contracts.messages import MailClassified
from tests.writing import a_classified, an_activity

KEY = "0" * 64


def _digest(text: str) -> str:
    return sha256(text.encode()).hexdigest()


def a_mail(
    name: str, message_id: str | None, text: str, body: str = "", **more: object
) -> MailClassified:
    """A mail with the one key; without `body`, its body is as different as its text."""
    given = {
        "key": KEY,
        "message_id": message_id,
        "text_sha256": _digest(text),
        "body_sha256": _digest(body or f"{name}{text}"),
    }
    return a_classified(name, an_activity(name), **(given | more))


def _one_by_one(mails: Sequence[MailClassified], group: int = 1) -> list[Settled]:
    """Settle `mails` in groups, as a writer does: claims of a group are known to the next."""
    claimed: dict[str, Claim] = {}
    settled = []
    for begin in range(0, len(mails), group):
        for one in settle(mails[begin : begin + group], claimed):
            settled.append(one)
            claimed |= dict.fromkeys(one.claims, Claim(one.mail.mail_id, marks_of(one.mail)))
    return settled


def _processed(settled: Sequence[Settled]) -> list[str]:
    return [one.mail.subject for one in settled if "DUPLICATE KEY" not in one.verdict]


REAL = a_mail("real", "<real@beta.example>", "Contract:7 please deliver")


@pytest.mark.parametrize(
    ("other", "processed"),
    [
        (a_mail("claimed in advance", "<pre@evil.example>", ""), True),
        (a_mail("without Message-ID", None, "another"), True),
        (a_mail("same text sent twice", "<2@beta.example>", "Contract:7 please deliver"), False),
        (a_mail("banner added", "<real@beta.example>", "CAUTION external"), False),
        (a_mail("Message-ID taken away", None, "Contract:7 please deliver"), False),
        (a_mail("of before, same body", None, "x", "B", text_sha256=None), False),
    ],
    ids=lambda value: value.subject if isinstance(value, MailClassified) else "",
)
@pytest.mark.parametrize("turned", [False, True])
@pytest.mark.parametrize("group", [1, 2])
def test_a_mail_with_another_text_and_message_id_is_processed(
    other: MailClassified, *, processed: bool, turned: bool, group: int
) -> None:
    """S-9: whoever was first, the other is a duplicate only with one Message-ID or one text."""
    real = REAL.model_copy(update={"body_sha256": _digest("B")})
    first, second = (real, other) if turned else (other, real)

    settled = _one_by_one([first, second], group)

    both = [first.subject, second.subject]
    assert _processed(settled) == (both if processed else both[:1])
    assert ("differs" in settled[1].flags) is processed
    assert settled[0].flags == ()


def test_what_differs_is_flagged_and_the_trace_says_why() -> None:
    """S-9: activities and journal bear the flag `differs`, and nothing else changes."""
    first = a_mail("first", "<1@x.example>", "one")

    _, second = settle([first, REAL], {})

    (activity,) = second.commands
    assert isinstance(activity, CreateActivity)
    assert (activity.flags, second.flags, second.differs) == (("differs",), ("differs",), True)
    assert second.verdict == ("PROCESSED",)
    assert str(first.mail_id) in second.trace[0].reason
    assert second.claims == marks_of(REAL).keys(KEY)


def test_what_the_classifier_has_flagged_is_not_flagged_twice() -> None:
    """S-9: the classifier foretells it with the same flag and the same line."""
    first = a_mail("first", "<1@x.example>", "one")
    flagged = REAL.model_copy(update={"flags": ("differs",)})

    _, second = settle([first, flagged], {})

    assert (second.flags, second.trace, second.differs) == (("differs",), (), True)


def test_copies_of_the_mail_that_differs_are_processed_once() -> None:
    """S-9: five colleagues forward the real mail whose key was claimed in advance: one activity."""
    forged = a_mail("forged", "<pre@evil.example>", "")
    copies = [a_mail(f"copy {n}", "<real@beta.example>", f"banner {n}") for n in range(5)]

    settled = _one_by_one([forged, *copies])

    assert _processed(settled) == ["forged", "copy 0"]


def test_a_late_user_s_activity_belongs_to_the_mail_that_is_copied() -> None:
    """S-9, R-c: each user whom only the envelope names has one activity of the real mail."""
    forged = a_mail("forged", "<pre@evil.example>", "", commands=(_by_envelope("forged"),))
    real = a_mail("real", "<r@beta.example>", "text")
    copies = [
        a_mail(f"copy {n}", "<r@beta.example>", "t", commands=(_by_envelope(f"copy {n}"),))
        for n in range(2)
    ]

    settled = settle([forged, real, *copies], {})

    assert [len(one.commands) for one in settled] == [1, 1, 1, 0]


def _by_envelope(name: str) -> CreateActivity:
    return an_activity(name).model_copy(
        update={
            "by_envelope": True,
            "responsible": an_activity(name).responsible.model_copy(update={"id": 9}),
        }
    )


def test_the_key_alone_counts_where_the_box_says_so() -> None:
    """S-9: strictManualDuplicates takes chapter 15.1 literally."""
    strict = REAL.model_copy(update={"key_alone": True})

    _, second = settle([a_mail("first", "<1@x.example>", "one"), strict], {})

    assert second.verdict == ("DUPLICATE KEY", "DELETED")


def test_a_mail_again_is_a_redelivery_however_its_key_was_claimed() -> None:
    """R-a, S-9: the same mail id keeps its verdict, the second of its key as well as the first."""
    forged = a_mail("forged", "<pre@evil.example>", "")

    again = _one_by_one([forged, REAL, REAL, forged])[2:]

    assert [(one.verdict, one.claims) for one in again] == [(("PROCESSED",), ())] * 2


def test_a_replay_of_the_mail_that_differs_makes_nothing_twice() -> None:
    """R-a, S-9: an explicit replay finds what the mail itself has made, not what the first has."""
    forged, replay = a_mail("forged", "<1@x>", ""), REAL.model_copy(update={"again": True})
    (command,) = REAL.commands

    settled = _one_by_one([forged, REAL])
    owners = {
        key: Claim(one.mail.mail_id, marks_of(one.mail)) for one in settled for key in one.claims
    }
    (again,) = settle([replay], owners, {command.command_id})

    assert (again.commands, again.claims) == ((), ())


def test_a_mail_classified_before_it_could_differ_stays_a_duplicate() -> None:
    """S-9: without its commands a mail cannot be processed; the journal says that it differs."""
    words = ("DUPLICATE KEY", "DELETED")
    late = REAL.model_copy(update={"verdict": words, "commands": ()})

    _, second = settle([a_mail("first", "<1@x>", "one"), late], {})

    assert (second.verdict, second.differs, second.claims) == (words, True, ())


@pytest.mark.parametrize(
    ("message_id", "body", "processed"),
    [
        ("<1@x>", "other", False),
        ("<2@x>", "first", False),
        ("<2@x>", "other", True),
        (None, "other", True),
    ],
)
def test_of_a_mail_of_before_message_id_and_body_are_known(
    message_id: str | None, body: str, *, processed: bool
) -> None:
    """S-9: what an earlier version has claimed has no digest of its text: none proves nothing."""
    old = a_mail("old", "<1@x>", "same", "first", text_sha256=None)

    new = a_mail("new", message_id, "same", body)

    assert (len(_processed(_one_by_one([old, new]))) == 2) is processed


def _mails(kinds: Mapping[int, tuple[bool, int]]) -> list[MailClassified]:
    """Several mails, each in copies that share either their Message-ID or their text."""
    return [
        a_mail(
            f"{mail} {copy}",
            f"<{mail}@x>" if by_id else f"<{mail}.{copy}@relay>",
            f"{mail} banner {copy}" if by_id else f"{mail}",
        )
        for mail, (by_id, copies) in kinds.items()
        for copy in range(copies)
    ]


@given(
    kinds=st.dictionaries(st.integers(0, 3), st.tuples(st.booleans(), st.integers(1, 3))),
    chance=st.randoms(use_true_random=False),
    group=st.integers(1, 4),
)
def test_in_any_order_each_mail_is_processed_once(
    kinds: Mapping[int, tuple[bool, int]], chance: Random, group: int
) -> None:
    """S-9, R-e: whatever came first, in whatever groups: one of the copies of each mail."""
    mails = _mails(kinds)
    chance.shuffle(mails)

    processed = _processed(_one_by_one(mails, group))

    assert sorted(name.split()[0] for name in processed) == sorted(map(str, kinds))


def test_two_writers_at_once_claim_a_key_in_common() -> None:
    """S-9, R-e: of two copies that differ from the first, one meets the other's claim."""
    first = a_mail("first", "<1@x>", "one")
    owners = {KEY: Claim(first.mail_id, marks_of(first))}
    by_id = [a_mail("a", "<2@x>", "two"), a_mail("b", "<2@x>", "two with a banner")]
    by_text = [a_mail("a", "<2@x>", "two"), a_mail("b", "<3@x>", "two")]

    for copies in (by_id, by_text):
        one, other = (settle([copy], owners)[0].claims for copy in copies)
        assert set(one) & set(other)
