"""The whole pipeline in one process, from emlDir to committed rows in SQLite."""

import json
import sqlite3
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import select

from services.writer.decisions.claim import Settled
from services.writer.stage import WriterStage
from shared.contracts.messages import MailClassified, MailRecorded
from shared.contracts.said import said
from shared.errors import PermanentError, TransientError
from shared.netgenium.database.engine import ConflictError
from shared.netgenium.own.tables import journal_table, recipient_table
from tests.builders import raw_mail
from tests.installation import COMPANY, an_installation

JAN, EVA, PETR = "jan.novak@firma.cz", "eva.mala@firma.cz", "petr@acme.example"
WITH_FILE = (
    b"From: petr@acme.example\nTo: jan.novak@firma.cz, eva.mala@firma.cz\nSubject: Drawing\n"
    b"Date: Mon, 02 Nov 2026 09:12:00 +0100\nMIME-Version: 1.0\n"
    b'Content-Type: multipart/mixed; boundary="x"\n\n'
    b"--x\nContent-Type: text/plain\n\nSee Contract:123\n"
    b'--x\nContent-Type: application/pdf; name="drawing.pdf"\n'
    b"Content-Transfer-Encoding: base64\n\nJVBERi0xLjQK\n--x--\n"
)


def test_a_mail_becomes_the_right_records(tmp_path: Path) -> None:
    """A-3, A-4: content, links, assignment, scope and files stand in the ERP; one journal row."""
    installation = an_installation(tmp_path)
    installation.drop("a.eml", WITH_FILE)

    installation.run()

    first, second = installation.list("activities")
    assert (first["responsible"], second["responsible"]) == (JAN, EVA)
    assert first["contact"] == PETR
    assert first["relationship"] == "ACME s.r.o."
    assert first["contract"] == "123"
    assert (first["scope"], second["scope"]) == (["Board", "Sales"], ["Board"])
    assert first["attachments"] == second["attachments"] == ["drawing.pdf"]
    assert first["completed"]
    assert first["date"] == "2026-11-02T08:12:00Z"
    (journal,) = installation.list("journal")
    assert journal["verdict"] == ["PROCESSED"]
    assert first["mail_id"] == journal["mail_id"]
    assert (installation.data / journal["backup"]).read_bytes() == WITH_FILE
    assert list(installation.eml.iterdir()) == []


def test_attachment_bytes_reach_the_erp(tmp_path: Path) -> None:
    """A-4: the decoded bytes lie in the attachment's row."""
    installation = an_installation(tmp_path)
    installation.drop("a.eml", WITH_FILE)

    installation.run()

    table = installation.erp.tables.table("attachment")
    with installation.erp.engine.connect() as connection:
        stored = connection.execute(table.select()).all()
    assert [row.content for row in stored] == [b"%PDF-1.4\n"] * 2


def test_the_same_mail_twice_has_one_effect(tmp_path: Path) -> None:
    """R-a, INV-12: the same mail id again is a redelivery: nothing is made, its verdict is told."""
    installation = an_installation(tmp_path)
    for _ in range(2):
        installation.drop("a.eml", raw_mail(sender=PETR, to=JAN))
        installation.run()

    assert installation.verdicts() == ["PROCESSED", "PROCESSED"]
    assert [mail.again for mail in installation.recorded] == [False, True]
    assert len(installation.list("activities")) == 1
    assert len(installation.list("journal")) == 1


def test_the_same_mail_in_two_files_is_a_duplicate(tmp_path: Path) -> None:
    """R-1: two mails with one key in one batch: the second is a duplicate, in the journal too."""
    installation = an_installation(tmp_path)
    installation.drop("a.eml", raw_mail(sender=PETR, to=JAN))
    installation.drop("b.eml", raw_mail(sender=PETR.upper(), to=f"<{JAN}>", more="X-Via: 2\n"))

    installation.run()

    assert installation.verdicts() == ["PROCESSED", "DUPLICATE KEY, DELETED"]
    assert len(installation.list("activities")) == 1


def test_a_new_task_is_made_with_the_activity_linked_to_it(tmp_path: Path) -> None:
    """N-1: the task has the next number, its solvers and approver; the activity refers to it."""
    installation = an_installation(tmp_path)
    installation.drop("a.eml", raw_mail(subject="New task: Seals", sender=JAN, to=EVA))
    installation.drop("b.eml", raw_mail(subject="New task: Pump", sender=JAN, to=EVA))

    installation.run()

    seals, pump = [row for row in installation.list("tasks") if row["mail_id"]]
    assert (seals["number"], pump["number"]) == ("56", "57")
    assert (seals["subject"], seals["solvers"], seals["approver"]) == ("Seals", [EVA], JAN)
    assert [row["task"] for row in installation.list("activities")] == ["56", "57"]


def test_outgoing_mail_links_further_contacts(tmp_path: Path) -> None:
    """A-2: where the mapping has a place, the other known recipients are linked too."""
    company = COMPANY.model_copy(
        update={
            "relationships": (
                *COMPANY.relationships,
                COMPANY.relationships[0].model_copy(
                    update={
                        "name": "Other",
                        "domains": (),
                        "emails": (),
                        "contacts": (
                            COMPANY.relationships[0]
                            .contacts[0]
                            .model_copy(update={"emails": ("olga@other.example",)}),
                        ),
                    }
                ),
            )
        }
    )
    installation = an_installation(tmp_path, company)
    installation.drop("a.eml", raw_mail(sender=JAN, to=f"{PETR}, olga@other.example"))

    installation.run()

    (activity,) = installation.list("activities")
    assert activity["contact"] == PETR
    assert activity["other_contacts"] == ["olga@other.example"]


def test_one_bad_mail_harms_no_neighbour(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """R-d, I-7: a mail that can never be written goes to failed/ with its reason; others go on."""
    installation = an_installation(tmp_path)
    handle = WriterStage.handle

    def refuse_bad(self: WriterStage, batch: Sequence[MailClassified]) -> Sequence[MailRecorded]:
        if any(mail.subject == "bad" for mail in batch):
            raise PermanentError(said("this one can never be written"))
        return handle(self, batch)

    monkeypatch.setattr(WriterStage, "handle", refuse_bad)
    for name in ("a", "bad", "c"):
        installation.drop(f"{name}.eml", raw_mail(subject=name, sender=PETR, to=JAN))

    tally = installation.run()

    assert tally.set_aside == 1
    assert [row["subject"] for row in installation.list("activities")] == ["a", "c"]
    failed = installation.eml / "failed"
    assert sorted(path.name for path in failed.iterdir()) == ["bad.eml", "bad.eml.reason.txt"]
    assert "can never be written" in (failed / "bad.eml.reason.txt").read_text()


def test_a_file_that_is_no_mail_is_counted_with_what_was_set_aside(tmp_path: Path) -> None:
    """O-6, I-7: `run --once` does not end as if everything were done; each run counts its own."""
    installation = an_installation(tmp_path)
    (installation.eml / "link.eml").symlink_to("/etc/hostname")
    installation.drop("a.eml", raw_mail(sender=PETR, to=JAN))

    assert installation.run().set_aside == 1
    assert installation.run().set_aside == 0


def test_a_statement_that_fails_leaves_nothing_of_its_mail(tmp_path: Path) -> None:
    """R-d: effects, journal row and claim stand or fall together."""
    installation = an_installation(tmp_path)
    with closing(sqlite3.connect(installation.data / "netgenium.db")) as database:
        database.execute(
            "CREATE TRIGGER refuse BEFORE INSERT ON ng_priloha0 "
            "BEGIN SELECT RAISE(ABORT, 'no files today'); END"
        )
    installation.drop("a.eml", WITH_FILE)
    installation.drop("b.eml", raw_mail(sender=PETR, to=JAN))

    tally = installation.run()

    assert tally.set_aside == 1
    assert [row["subject"] for row in installation.list("activities")] == ["Delivery"]
    assert [row["subject"] for row in installation.list("journal")] == ["Delivery"]
    assert "no files today" in (installation.eml / "failed" / "a.eml.reason.txt").read_text()


def test_a_database_that_is_away_leaves_the_mail_where_it_is(tmp_path: Path) -> None:
    """F-40: nothing is lost and nothing is set aside; the next run does it."""
    installation = an_installation(tmp_path)
    installation.drop("a.eml", raw_mail(sender=PETR, to=JAN))
    database = installation.data / "netgenium.db"
    installation.erp.engine.dispose()
    away = database.with_suffix(".away")
    database.rename(away)
    database.mkdir()

    with pytest.raises(TransientError, match="cannot be used now"):
        installation.run()

    assert [path.name for path in installation.eml.iterdir()] == ["a.eml"]
    database.rmdir()
    away.rename(database)
    installation.run()
    assert len(installation.list("activities")) == 1


def test_a_lost_race_for_a_key_is_decided_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """R-e: when another writer claims the key first, the group is tried again and sees it."""
    installation = an_installation(tmp_path)
    installation.drop("a.eml", raw_mail(sender=PETR, to=JAN))
    commit_once = WriterStage._commit_once
    calls: list[int] = []

    def lose_first(
        self: WriterStage, batch: Sequence[MailClassified]
    ) -> tuple[list[MailRecorded], list[Settled]]:
        calls.append(len(batch))
        if len(calls) == 1:
            raise ConflictError(said("another writer was first"))
        return commit_once(self, batch)

    monkeypatch.setattr(WriterStage, "_commit_once", lose_first)

    installation.run()

    assert calls == [1, 1]
    assert installation.verdicts() == ["PROCESSED"]


def test_the_legacy_log_has_the_manuals_words(tmp_path: Path) -> None:
    """R-d: one line a word, `NOTICE yyyy-MM-dd HH:mm:ss …`; IGNORED and LOOP are left out."""
    installation = an_installation(tmp_path, ignore_subject=("silence",))
    installation.drop("a.eml", raw_mail(sender=PETR, to=JAN))
    installation.drop("b.eml", raw_mail(sender=PETR, to=JAN, subject="silence"))
    installation.drop("c.eml", raw_mail(sender=JAN, to=JAN))

    installation.run()

    lines = (installation.data / "CRMService.log").read_text().splitlines()
    words = [line.split(" ", 3) for line in lines]
    assert [word[3] for word in words] == ["PROCESSED", "DELETED", "SPAM", "DELETED"]
    assert all(word[0] == "NOTICE" and len(word[1]) == 10 and len(word[2]) == 8 for word in words)


def test_hostile_mail_is_recorded_and_the_next_goes_on(tmp_path: Path) -> None:
    """H-1, H-3, H-7: broken mail is kept, flagged and recorded; its neighbour is processed."""
    installation = an_installation(tmp_path)
    nested = b"".join(
        b'Content-Type: multipart/mixed; boundary="b%d"\n\n--b%d\n' % (n, n) for n in range(500)
    )
    installation.drop("a.eml", bytes(range(256)) * 100)
    installation.drop("b.eml", b"From: x@y.cz\nTo: jan.novak@firma.cz\nSubject: n\n" + nested)
    installation.drop("c.eml", b"")
    installation.drop("d.eml", raw_mail(sender=PETR, to=JAN))

    tally = installation.run()

    assert tally.set_aside == 0
    assert installation.verdicts() == ["SPAM, DELETED", "PROCESSED", "SPAM, DELETED", "PROCESSED"]
    assert len(list((installation.data / "POP3Downloads").rglob("*.eml"))) == 4


def test_sql_in_a_mail_is_only_text(tmp_path: Path) -> None:
    """H-16: statements and wildcards in every field are stored as they are."""
    installation = an_installation(tmp_path)
    subject = "'; DROP TABLE ng_aktivita0; -- %_"
    installation.drop("a.eml", raw_mail(subject + "\0", subject=subject, sender=PETR, to=JAN))

    installation.run()

    assert [row["subject"] for row in installation.list("activities")] == [subject]


def test_the_journal_knows_whom_a_mail_was_for_and_what_it_asked(tmp_path: Path) -> None:
    """R-d, T-1: recipients, and tokens with the words behind them, whatever became of them."""
    installation = an_installation(tmp_path)
    subject = "Contract:999 Documentation p-"
    raw = raw_mail("Hello", subject=subject, to=f"{JAN}, {EVA}", cc="x@elsewhere.example")
    installation.drop("a.eml", raw)

    installation.run()

    with installation.erp.engine.connect() as connection:
        own = recipient_table.c
        recipients = connection.scalars(select(own.address).order_by(own.place)).all()
        tokens = connection.scalar(select(journal_table.c.tokens))
    assert recipients == [JAN, EVA, "x@elsewhere.example"]
    (token,) = json.loads(tokens or "")
    assert token == {
        "kind": "contract",
        "number": "999",
        "words": "documentation p-",
        "place": "subject",
        "own": [],
    }
