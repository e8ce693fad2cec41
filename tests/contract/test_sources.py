"""What every source promises (`services/fetcher/sources/port.py`), whichever it is.

To add one: a function that makes its `Place`, and a row in `PLACES`.
"""

import itertools
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from pydantic import SecretStr

from services.fetcher.failed import FailedMail
from services.fetcher.sources.eml_dir import EmlDir
from services.fetcher.sources.mailbox import Mailbox
from services.fetcher.sources.port import (
    BATCH_BYTES,
    BATCH_MAILS,
    LARGE_BYTES,
    SLICE_BYTES,
    Source,
    SourceMail,
)
from shared.contracts.origin import MailOrigin
from shared.settings.value_types import ServerAddress
from tests.builders import a_box
from tests.messages import a_failure
from tests.servers.dovecot import Dovecot

ODD = (
    b"Subject: p\xf8\xedli\xb9 \xbelu\xbbou\xe8k\xfd\r\n\r\n"
    b".\r\n..\r\n.dots\r\nFrom somebody\r\n\x01\xff\r\n) a1 OK {17}\r\n" + b"x" * 5000 + b"\r\n"
)


@dataclass(frozen=True, slots=True)
class Place:
    """Where mail lies, with a source that reads it.

    Attributes:
        source: Reads it.
        again: Makes another source, as a new process would.
        put: Delivers a mail.
        left: How many mails lie there, after the source was closed.
        lose: Takes one of them away.
    """

    source: Source
    again: Callable[[], Source]
    put: Callable[[bytes], None]
    left: Callable[[], int]
    lose: Callable[[], None]


def eml_dir(folder: Path, _dovecot: Dovecot, _after: str = "") -> Iterator[Place]:
    """Files in a directory."""
    emls = folder / "eml"
    emls.mkdir()
    numbers = itertools.count()

    def put(raw: bytes) -> None:
        (emls / f"{next(numbers):04}.eml").write_bytes(raw)

    def make() -> Source:
        return EmlDir(emls, settle_seconds=0)

    def lose() -> None:
        min(emls.glob("*.eml")).unlink()

    yield Place(make(), make, put, lambda: len(list(emls.glob("*.eml"))), lose)


def imap(folder: Path, dovecot: Dovecot, after: str = "published") -> Iterator[Place]:
    """A mailbox of a real Dovecot, by IMAP."""
    address = ServerAddress(host="localhost", port=dovecot.imaps_port)
    yield from _mailbox(folder, dovecot, {"imap_url": address}, after)


def pop3(folder: Path, dovecot: Dovecot, after: str = "published") -> Iterator[Place]:
    """The same by POP3."""
    address = ServerAddress(host="localhost", port=dovecot.pop3s_port)
    yield from _mailbox(folder, dovecot, {"pop3_url": address}, after)


def _mailbox(
    folder: Path, dovecot: Dovecot, server: Mapping[str, ServerAddress], after: str
) -> Iterator[Place]:
    account = dovecot.add_box(f"{uuid4().hex}@firma.cz", "pw")
    box = a_box(
        **server,
        pop3_name=account.name,
        pop3_password=SecretStr(account.password),
        ca_file=dovecot.ca_file,
        dispose_after=after,
    )
    made: list[Source] = []

    def make() -> Source:
        failed = FailedMail(folder)
        made.append(Mailbox(box, folder / "seen.db", lambda: datetime.now(UTC), failed))
        return made[-1]

    yield Place(
        make(),
        make,
        lambda raw: dovecot.deliver(account, raw),
        lambda: dovecot.messages(account),
        lambda: dovecot.lose(account),
    )
    for source in made:
        source.close()


PLACES = {MailOrigin.EML_DIR: eml_dir, MailOrigin.IMAP: imap, MailOrigin.POP3: pop3}


def test_every_kind_of_source_is_tried() -> None:
    """I-7: a new kind keeps what this file asks of all of them."""
    assert set(PLACES) == set(MailOrigin)


@pytest.fixture(params=PLACES)
def place(request: pytest.FixtureRequest, tmp_path: Path, dovecot: Dovecot) -> Iterator[Place]:
    """One of all the sources, and nothing in it."""
    yield from PLACES[request.param](tmp_path, dovecot)


@pytest.fixture(params=[MailOrigin.IMAP, MailOrigin.POP3])
def patient(request: pytest.FixtureRequest, tmp_path: Path, dovecot: Dovecot) -> Iterator[Place]:
    """A mailbox whose mail stays until it is recorded, and nothing in it."""
    yield from PLACES[request.param](tmp_path, dovecot, "recorded")


def a_mail(subject: str, size: int = 0) -> bytes:
    """A mail of about `size` bytes."""
    line = b"0123456789abcde\r\n"
    return f"Subject: {subject}\r\n\r\n".encode() + line * (size // len(line) + 1)


def waiting(source: Source) -> list[SourceMail]:
    """What a round gives, nothing acknowledged."""
    return [mail for batch in source.batches() for mail in batch]


def take_all(source: Source) -> list[SourceMail]:
    """What a round gives, each batch acknowledged."""
    taken: list[SourceMail] = []
    for batch in source.batches():
        source.acknowledge(batch)
        taken += batch
    return taken


def raws(mails: list[SourceMail]) -> list[bytes]:
    """Contents of small mails, in an order of their own."""
    return sorted(mail.raw or b"" for mail in mails)


def named(mails: list[SourceMail]) -> list[tuple[str, bytes | None]]:
    """Names and contents; when a mail came, POP3 does not know."""
    return [(mail.identity, mail.raw) for mail in mails]


def test_mail_stays_until_it_is_acknowledged(place: Place) -> None:
    """I-6: the same mails under the same names, by this source and by the next process's."""
    for subject in ("one", "two"):
        place.put(a_mail(subject))

    first, second = waiting(place.source), waiting(place.source)
    place.source.close()
    third = waiting(place.again())

    assert raws(first) == [a_mail("one"), a_mail("two")]
    assert len({mail.identity for mail in first}) == 2
    assert named(first) == named(second) == named(third)
    assert place.left() == 2


def test_what_is_acknowledged_has_gone(place: Place) -> None:
    """I-6: gone from the source, and never given again."""
    for subject in ("one", "two", "three"):
        place.put(a_mail(subject))

    assert len(take_all(place.source)) == 3
    assert waiting(place.source) == []
    place.source.close()
    assert waiting(place.again()) == []
    assert place.left() == 0


def test_only_what_is_acknowledged_goes(place: Place) -> None:
    """I-6: of a batch, one mail was taken: the others are still there."""
    for subject in ("one", "two", "three"):
        place.put(a_mail(subject))
    batches = place.source.batches()
    batch = next(batches)

    place.source.acknowledge([mail for mail in batch if mail.raw == a_mail("two")])

    assert list(batches) == []
    place.source.close()
    assert raws(waiting(place.again())) == sorted([a_mail("one"), a_mail("three")])
    assert place.left() == 2


def test_mail_comes_byte_for_byte(place: Place) -> None:
    """I-5: eight-bit bytes, dots, long lines, and what looks like the protocol itself."""
    place.put(ODD)

    (mail,) = take_all(place.source)

    assert mail.raw == ODD


def test_a_large_mail_comes_in_slices(place: Place) -> None:
    """I-5: byte for byte, never as a whole in memory; a small one beside it is no exception."""
    large = a_mail("large", 3 * LARGE_BYTES) + ODD
    place.put(large)
    place.put(a_mail("small"))
    batches = place.source.batches()
    found: list[bytes] = []

    for batch in batches:
        for mail in batch:
            slices = list(place.source.slices(mail)) if mail.raw is None else [mail.raw]
            assert max(map(len, slices)) <= SLICE_BYTES
            found.append(b"".join(slices))
        place.source.acknowledge(batch)

    assert sorted(found) == sorted([large, a_mail("small")])
    place.source.close()
    assert place.left() == 0


def test_a_slice_read_in_part_harms_nothing(place: Place) -> None:
    """I-6: whoever breaks off in a large mail gets it again, from its beginning."""
    large = a_mail("large", 2 * LARGE_BYTES)
    place.put(large)
    broken_off = place.source.batches()
    (mail,) = next(broken_off)
    next(place.source.slices(mail))
    place.source.close()

    source = place.again()
    batches = source.batches()
    (mail,) = next(batches)

    assert b"".join(source.slices(mail)) == large


def test_batches_are_bounded(place: Place) -> None:
    """I-2: at most 100 mails, and about 8 MB, so that memory stays constant."""
    for number in range(BATCH_MAILS + 1):
        place.put(a_mail(str(number)))
    for number in range(10):
        place.put(a_mail(str(number), LARGE_BYTES - 1000))

    sizes = []
    for batch in place.source.batches():
        sizes.append((len(batch), sum(len(mail.raw or b"") for mail in batch)))
        place.source.acknowledge(batch)

    assert sum(mails for mails, _ in sizes) == BATCH_MAILS + 11
    assert max(mails for mails, _ in sizes) <= BATCH_MAILS
    assert max(size for _, size in sizes) <= BATCH_BYTES


def test_mail_that_comes_during_a_round_is_not_lost(place: Place) -> None:
    """I-6: delivered while a batch is worked on: it is in this round or in the next one."""
    place.put(a_mail("one"))
    taken: list[SourceMail] = []
    for batch in place.source.batches():
        if not taken:
            place.put(a_mail("two"))
        taken += batch
        place.source.acknowledge(batch)

    taken += take_all(place.source)

    assert raws(taken) == sorted([a_mail("one"), a_mail("two")])


def test_what_is_set_aside_does_not_come_again(place: Place) -> None:
    """I-7: its neighbour does."""
    for subject in ("bad", "good"):
        place.put(a_mail(subject))
    batches = place.source.batches()
    batch = next(batches)
    (bad,) = (mail for mail in batch if mail.raw == a_mail("bad"))

    place.source.set_aside(bad, a_failure("no mail at all"))
    place.source.close()

    assert raws(waiting(place.again())) == [a_mail("good")]


def test_equal_mails_are_two_mails(place: Place) -> None:
    """I-5: names tell them apart, not their content."""
    place.put(a_mail("same"))
    place.put(a_mail("same"))

    assert len({mail.identity for mail in take_all(place.source)}) == 2


def test_the_time_of_receipt_is_the_sources(place: Place) -> None:
    """I-5: aware, and about now."""
    place.put(a_mail("one"))

    (mail,) = waiting(place.source)

    assert abs(mail.received_at - datetime.now(UTC)) < timedelta(minutes=5)
    assert not mail.old


def test_nothing_is_nothing(place: Place) -> None:
    """I-3: an empty source gives no batch, not an empty one."""
    assert list(place.source.batches()) == []


def test_a_wait_ends_when_we_are_stopped(place: Place) -> None:
    """I-3: long before its time, before the first use and after."""
    stopped = threading.Event()
    stopped.set()
    began = time.monotonic()

    place.source.wait(600, stopped)
    take_all(place.source)
    place.source.wait(600, stopped)

    assert time.monotonic() - began < 60


def test_a_wait_is_no_longer_than_asked(place: Place) -> None:
    """I-4: the pause begins in a moment."""
    take_all(place.source)

    began = time.monotonic()
    place.source.wait(0.05, threading.Event())

    assert time.monotonic() - began < 30


def test_a_closed_source_works_again(place: Place) -> None:
    """I-4: closed for the pause, twice even; the next use makes a new connection."""
    place.source.close()
    place.source.close()
    place.put(a_mail("one"))

    assert len(waiting(place.source)) == 1
    place.source.close()
    assert len(take_all(place.source)) == 1


def test_the_report_tells_what_is_left_and_when_it_was_read(place: Place) -> None:
    """O-4: what waits is what was not taken, whatever the source; set aside is not left."""
    assert place.source.report().read_at is None
    for subject in ("one", "two", "three"):
        place.put(a_mail(subject))

    waiting(place.source)
    found = place.source.report()
    meanwhile = None
    for batch in place.source.batches():
        place.source.acknowledge(batch[:1])
        meanwhile = place.source.report().waiting
        place.source.set_aside(batch[1], a_failure("no mail at all"))
    left = place.source.report()
    take_all(place.source)

    assert (found.waiting, left.waiting, place.source.report().waiting) == (3, 1, 0)
    assert meanwhile == 2, "a long round tells how far it is"
    assert left.read_at
    assert abs(datetime.now(UTC) - left.read_at) < timedelta(minutes=10)


def take(source: Source) -> dict[UUID, SourceMail]:
    """What a round gives, taken and not yet recorded, by mail id; large mail is read."""
    taken: dict[UUID, SourceMail] = {}
    for batch in source.batches():
        named = [(uuid4(), mail) for mail in batch]
        for _, mail in named:
            if mail.raw is None:
                assert list(source.slices(mail))
        source.take(named)
        taken.update(named)
    return taken


def test_what_is_taken_stays_and_is_not_given_again(patient: Place) -> None:
    """I-8: neither by this source nor by the next process's, however many rounds pass."""
    for subject in ("one", "two"):
        patient.put(a_mail(subject))

    assert len(take(patient.source)) == 2
    assert patient.source.report().waiting == 0
    assert waiting(patient.source) == []
    patient.source.close()
    assert waiting(patient.again()) == []
    assert patient.left() == 2


@pytest.mark.parametrize("size", [0, 2 * LARGE_BYTES])
def test_what_is_recorded_goes_with_the_next_round_and_nothing_else(
    patient: Place, size: int
) -> None:
    """I-6, I-8: after a restart, too; a word that comes twice or is about nothing harms nobody."""
    for subject in ("one", "two", "three"):
        patient.put(a_mail(subject, size))
    first, *others = take(patient.source)
    patient.source.close()

    again = patient.again()
    again.recorded({first: None, uuid4(): None})
    again.recorded({first: None})
    assert waiting(again) == []
    again.close()
    left_after_one = patient.left()
    again.recorded(dict.fromkeys(others))
    assert waiting(again) == []
    again.close()

    assert (left_after_one, patient.left()) == (2, 0)


def test_mail_that_somebody_takes_away_meanwhile_is_no_trouble(patient: Place) -> None:
    """I-8: its word comes to nothing, and the other mail goes."""
    for subject in ("one", "two"):
        patient.put(a_mail(subject))
    taken = take(patient.source)
    patient.source.close()
    patient.lose()

    again = patient.again()
    found_before_the_word = waiting(again)
    again.recorded(dict.fromkeys(taken))
    found_after_it = waiting(again)
    again.close()

    assert found_before_the_word == found_after_it == []
    assert patient.left() == 0
