from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from uuid import UUID

import pytest

from services.fetcher.failed import FailedMailNote
from services.fetcher.fetch import INLINE_BYTES, Fetched, Fetcher
from services.fetcher.mail_id import mail_id
from services.fetcher.sources.port import Alarm, LeftInSourceError, SourceMail, SourceReport
from shared.backup.store import BackupStore
from shared.broker.port import Receipt
from shared.contracts.mailbox_actions import Told
from shared.contracts.messages import FetchedMail
from shared.contracts.origin import MailOrigin
from shared.contracts.said import said
from shared.errors import TransientError

NOW = datetime(2026, 11, 21, 23, 30, tzinfo=UTC)


class ASource:
    """A source in memory that remembers what became of its mail."""

    kind = MailOrigin.EML_DIR

    def __init__(self, *mails: SourceMail) -> None:
        self.mails = mails
        self.acknowledged: list[str] = []
        self.failed: dict[str, str] = {}
        self.large: dict[str, list[bytes]] = {}
        self.kept: set[str] = set()
        self.found = SourceReport()

    def batches(self) -> Iterator[Sequence[SourceMail]]:
        yield self.mails

    def slices(self, mail: SourceMail) -> Iterator[bytes]:
        if mail.identity in self.kept:
            raise LeftInSourceError(said("it cannot be given"))
        yield from self.large.get(mail.identity, ())

    def acknowledge(self, mails: Sequence[SourceMail]) -> None:
        self.acknowledged += [mail.identity for mail in mails]

    def take(self, mails: Sequence[tuple[UUID, SourceMail]]) -> None:
        raise AssertionError(mails)

    def recorded(self, told: Told) -> None:
        raise AssertionError(told)

    def set_aside(self, mail: SourceMail, note: FailedMailNote) -> None:
        self.failed[mail.identity] = note.reason

    def wait(self, seconds: float, alarm: Alarm) -> None:
        pass

    def report(self) -> SourceReport:
        return self.found

    def close(self) -> None:
        pass


class APublisher:
    """A next stage that takes, refuses, or is away."""

    def __init__(
        self,
        *,
        refuses: dict[UUID, str] | None = None,
        postpones: dict[UUID, str] | None = None,
        away: bool = False,
    ) -> None:
        self.taken: list[FetchedMail] = []
        self.refuses = refuses or {}
        self.postpones = postpones or {}
        self.away = away

    def publish(self, batch: Sequence[FetchedMail]) -> None:
        self.taken += batch

    def flush(self) -> Receipt:
        if self.away:
            raise TransientError(said("the database is away"))
        return Receipt(self.refuses, self.postpones)


def a_mail(identity: str = "a.eml", raw: bytes = b"raw") -> SourceMail:
    """A mail in its source."""
    return SourceMail(identity, NOW, raw)


def a_fetcher(source: ASource, publisher: APublisher, root: Path) -> Fetcher:
    """A fetcher of the box crm@firma.cz."""
    return Fetcher("crm", "crm@firma.cz", source, BackupStore(root), publisher, lambda: NOW)


def test_a_mail_is_backed_up_published_and_then_acknowledged(tmp_path: Path) -> None:
    """I-6: it leaves the source after the next stage has taken it; the backup is there before."""
    source, publisher = ASource(a_mail()), APublisher()

    assert a_fetcher(source, publisher, tmp_path).fetch_all() == Fetched(taken=1)

    (taken,) = publisher.taken
    assert source.acknowledged == ["a.eml"]
    assert taken.raw == b"raw"
    assert taken.message.source == "emlDir:a.eml"
    assert (tmp_path / taken.message.backup_key).read_bytes() == b"raw"


def test_a_mail_stays_in_its_source_when_the_next_stage_is_away(tmp_path: Path) -> None:
    """I-6: without commit or confirm nothing leaves the source; the backup stays too."""
    source, publisher = ASource(a_mail()), APublisher(away=True)

    with pytest.raises(TransientError):
        a_fetcher(source, publisher, tmp_path).fetch_all()

    assert source.acknowledged == []
    assert len(list(tmp_path.rglob("*.eml"))) == 1


def test_a_refused_mail_is_set_aside_and_the_rest_go_on(tmp_path: Path) -> None:
    """I-7: one bad mail goes to failed/ with its reason, its neighbours are acknowledged."""
    bad = mail_id("crm@firma.cz", "emlDir", "b.eml", sha256(b"raw").hexdigest())
    source = ASource(a_mail("a.eml"), a_mail("b.eml"), a_mail("c.eml"))

    fetched = a_fetcher(source, APublisher(refuses={bad: "why"}), tmp_path).fetch_all()

    assert fetched == Fetched(taken=2, set_aside=1)
    assert source.acknowledged == ["a.eml", "c.eml"]
    assert source.failed == {"b.eml": "why"}


def test_a_postponed_mail_stays_where_it_is_and_the_rest_go_on(tmp_path: Path) -> None:
    """I-6: it is neither acknowledged nor set aside, so the next round has it again."""
    later = mail_id("crm@firma.cz", "emlDir", "b.eml", sha256(b"raw").hexdigest())
    source = ASource(a_mail("a.eml"), a_mail("b.eml"), a_mail("c.eml"))

    fetched = a_fetcher(source, APublisher(postpones={later: "why"}), tmp_path).fetch_all()

    assert fetched == Fetched(taken=2, postponed=1)
    assert source.acknowledged == ["a.eml", "c.eml"]
    assert source.failed == {}


def test_the_mail_id_is_derived_and_stable() -> None:
    """I-5: the same box, source identity and content give the same id, for ever; others another."""
    arguments = ("crm@firma.cz", "emlDir", "a.eml", "00" * 32)
    assert mail_id(*arguments) == UUID("0b7ec3f8-c6a9-569a-99e8-59e4bc049056")
    assert (
        len(
            {
                mail_id(*arguments),
                mail_id("x@firma.cz", *arguments[1:]),
                mail_id(*arguments[:2], "b.eml", "00" * 32),
                mail_id(*arguments[:3], "11" * 32),
            }
        )
        == 4
    )


def test_a_file_name_that_is_no_text_is_a_name_all_the_same(tmp_path: Path) -> None:
    """I-5: bytes that are no UTF-8 in a file name neither stop the fetcher nor reach a message."""
    publisher = APublisher()

    a_fetcher(ASource(a_mail("b\udce1d.eml")), publisher, tmp_path).fetch_all()

    assert publisher.taken[0].message.source == "emlDir:b\\udce1d.eml"


def test_a_large_mail_travels_without_its_body(tmp_path: Path) -> None:
    """I-5: above the inline limit the classifier reads the backup."""
    publisher = APublisher()
    large = b"x" * (INLINE_BYTES + 1)

    a_fetcher(ASource(a_mail(raw=large)), publisher, tmp_path).fetch_all()

    assert publisher.taken[0].raw is None
    assert publisher.taken[0].message.size == len(large)


def test_a_large_mail_is_backed_up_slice_by_slice_and_travels_without_its_body(
    tmp_path: Path,
) -> None:
    """I-5: slices end in one backup under the id that the whole content gives."""
    source, publisher = ASource(a_mail(), SourceMail("big.eml", NOW, None)), APublisher()
    source.large["big.eml"] = [b"first ", b"second"]

    assert a_fetcher(source, publisher, tmp_path).fetch_all() == Fetched(taken=2)

    small, large = publisher.taken
    digest = sha256(b"first second").hexdigest()
    assert small.raw == b"raw"
    assert large.raw is None
    assert (large.message.size, large.message.sha256) == (12, digest)
    assert large.mail_id == mail_id("crm@firma.cz", "emlDir", "big.eml", digest)
    assert (tmp_path / large.message.backup_key).read_bytes() == b"first second"
    assert list(tmp_path.rglob("*.part")) == []


@pytest.mark.parametrize("others", [(), (a_mail(),)])
def test_what_stayed_in_its_source_is_counted(
    tmp_path: Path, others: tuple[SourceMail, ...]
) -> None:
    """O-3: mail that could not be given, files that are none, and files still being written."""
    source = ASource(SourceMail("large.eml", NOW, raw=None), *others)
    source.kept = {"large.eml"}
    source.found = SourceReport(unprocessable=2, unsettled=3)

    fetched = a_fetcher(source, APublisher(), tmp_path).fetch_all()

    assert fetched == Fetched(len(others), not_given=1, unprocessable=2, unsettled=3)
    assert fetched + fetched == Fetched(2 * len(others), not_given=2, unprocessable=4, unsettled=6)
