"""Rules of the administrator in an installation: looked up, tried, checked, changed meanwhile."""

import os
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import update

from services.answers.rule_files import look_at_folders, look_at_names, look_at_rules, refused_rules
from services.answers.rule_trial import MOST_BYTES, RuleTrial, TriedMail
from services.answers.trial_run import TrialCount, backups_since, counted, in_batches
from services.assembly.classifying import look_up_in
from services.assembly.live_contexts import context_of
from services.classifier.facts.facts import BoxContext, Facts
from services.classifier.reading.mail import Mail
from shared.netgenium.database.engine import write_transaction
from shared.netgenium.own.tables import journal_table
from tests.builders import JAN, raw_mail
from tests.installation import Installation, an_installation
from tests.rule_files import a_rule

LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)
BUGS = 'when = { field = "subject", op = "contains", value = "bug" }'
TASK = '{ do = "task", solvers = ["EVA", "novak@firma.cz"], contract = "123" }'


@pytest.fixture
def installed(tmp_path: Path) -> Installation:
    """An installation whose box has a rule for bugs."""
    rules = tmp_path / "rules.toml"
    rules.write_text(a_rule("bugs", actions=TASK, more=BUGS), "utf-8")
    return an_installation(tmp_path, rules_file=rules, dispose_after="recorded")


def _drop(installed: Installation, number: int, subject: str, **more: str) -> None:
    date = f"Mon, 02 Nov 2026 09:{number:02}:00 +0100"
    installed.drop(f"{number}.eml", raw_mail(subject=subject, date=date, **more))


def _try(installed: Installation, text: str, since: datetime = LONG_AGO) -> list[TriedMail]:
    return list(_tried(installed, _trial(installed, text, since), TrialCount()))


def _tried(installed: Installation, trial: RuleTrial, count: TrialCount) -> Iterator[TriedMail]:
    files = in_batches(backups_since(installed.data, trial.begin))
    return counted(map(trial.batch, files), count)


def _trial(installed: Installation, text: str, since: datetime = LONG_AGO) -> RuleTrial:
    file = installed.folder / "new.toml"
    file.write_text(text, "utf-8")
    box = installed.box.model_copy(update={"rules_file": file})
    context = context_of(box, installed.erp)
    return RuleTrial(installed.data, installed.erp, context, look_up_in(installed.erp), since)


def test_users_and_contracts_that_a_rule_names_are_looked_up(installed: Installation) -> None:
    """C-2, C-4: by login or address; the task is of the sender's contact."""
    _drop(installed, 1, "A bug", sender="Petr@acme.example")

    installed.run()

    task = installed.list("tasks")[-1]
    assert task["subject"] == "A bug"
    assert task["contract"] == "123"
    assert len(task["solvers"]) >= 1


def test_a_file_that_changes_between_two_mails_counts_at_once(installed: Installation) -> None:
    """C-3: without a restart; while it is wrong the rules before stay, and `status` tells it."""
    file = installed.box.rules_file
    assert file is not None
    _drop(installed, 1, "A bug")
    installed.run()
    contexts = context_of(installed.box, installed.erp)
    assert contexts.rules is not None
    file.write_text("[[rule]\n", "utf-8")
    told = refused_rules([installed.box])
    file.write_text(a_rule("none", more=BUGS), "utf-8")
    _drop(installed, 2, "Another bug")
    installed.run()

    assert [(one.where, ":1: this is not TOML" in one.why) for one in told] == [
        ("rules of crm", True)
    ]
    assert installed.verdicts() == ["NEW TASK CREATED, PROCESSED", "IGNORED, DELETED"]
    assert refused_rules([installed.box]) == []


def test_a_file_is_tried_on_the_backups_and_nothing_is_written(installed: Installation) -> None:
    """C-3: what would be different from what was recorded, and nothing else."""
    for number, subject in enumerate(("A bug", "An offer", "A bug again"), start=1):
        _drop(installed, number, subject)
    installed.run()
    before = {table: installed.list(table) for table in ("journal", "tasks", "activities")}

    same = _try(installed, a_rule("bugs", actions=TASK, more=BUGS))
    other = _try(installed, a_rule("offers", more=BUGS.replace("bug", "offer")))

    assert [(one.subject, bool(one.rules), one.differs) for one in _ordered(same)] == [
        ("A bug", True, False),
        ("A bug again", True, False),
        ("An offer", False, False),
    ]
    assert [(one.subject, bool(one.rules), one.differs) for one in _ordered(other)] == [
        ("A bug", False, True),
        ("A bug again", False, True),
        ("An offer", True, True),
    ]
    moved = _try(installed, a_rule("all", actions='{ do = "move", folder = "Done" }'))
    assert [one.differs for one in moved] == [True] * 3
    urgent = TASK.replace(" }", ', set = { priority = "high" } }')
    assert any(one.differs for one in _try(installed, a_rule("bugs", actions=urgent, more=BUGS)))
    assert {one.recorded for one in other} == {("NEW TASK CREATED", "PROCESSED"), ("PROCESSED",)}
    assert {table: installed.list(table) for table in before} == before


def test_backups_that_somebody_has_spoilt_hold_up_no_trial(installed: Installation) -> None:
    """C-3: one that is far too large, or a pipe, is passed over and never read."""
    for number in range(1, 4):
        _drop(installed, number, f"A bug {number}")
    installed.run()
    _, large, pipe = backups_since(installed.data, LONG_AGO)
    os.truncate(large, MOST_BYTES + 1)
    pipe.unlink()
    os.mkfifo(pipe)

    count = TrialCount()
    trial = _trial(installed, a_rule("bugs", actions=TASK, more=BUGS))

    assert len(list(_tried(installed, trial, count))) == 1
    assert count.passed_over == 2


def test_an_invitation_is_recorded_and_tried_alike(installed: Installation) -> None:
    """C-3, O-9: the journal has its event as a whole, a decision refers to it."""
    mail = Path("demo/mails/31-invitation.eml").read_bytes()
    installed.drop("1.eml", mail.replace(b"jana.kralova@lisovna.example", JAN.encode()))
    installed.run()

    (same,) = _try(installed, a_rule("bugs", more=BUGS))

    assert same.recorded_commands == same.commands
    assert "upsert_invitation" in " ".join(same.commands)
    assert not same.differs


def test_the_rules_of_the_demo_hold_for_mail_of_the_demo(installed: Installation) -> None:
    """C-3: each of them, so that `make demo` shows something."""
    for mail in sorted(Path("demo/mails").glob("1*.eml")):
        installed.drop(mail.name, mail.read_bytes())
    installed.run()

    tried = _try(installed, Path("demo/rules.toml").read_text("utf-8"))

    held = " ".join(line.reason for one in tried for line in one.rules)
    assert [name in held for name in ("Newsletters", "Orders", "Files")] == [True] * 3


def _ordered(tried: list[TriedMail]) -> list[TriedMail]:
    return sorted(tried, key=lambda one: one.subject)


def test_old_mail_other_boxes_and_files_of_others_are_passed_over(installed: Installation) -> None:
    """C-3: `--since`, the journal's box, and what is no backup of ours."""
    for number, subject in enumerate(("A bug", "Old", "Elsewhere"), start=1):
        _drop(installed, number, subject)
    installed.run()
    own = journal_table.c
    with write_transaction(installed.erp.engine) as connection:
        old = datetime.now(UTC) - timedelta(days=60)
        connection.execute(
            update(journal_table).where(own.subject == "Old").values(received_at=old)
        )
        connection.execute(
            update(journal_table).where(own.subject == "Elsewhere").values(box="other")
        )
    (day,) = (installed.data / "POP3Downloads").iterdir()
    (day / "notes.eml").write_text("no mail", "utf-8")
    trial = _trial(installed, a_rule(more=BUGS), datetime.now(UTC) - timedelta(days=30))
    count = TrialCount()

    tried = list(_tried(installed, trial, count))

    assert [one.subject for one in tried] == ["A bug"]
    assert count == TrialCount(looked_at=1, hit=1, differ=1, by_rules=1, passed_over=2)


def test_backups_are_read_batch_by_batch(
    installed: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    """C-3: memory is bounded: no mail is read before those in front of it are told."""
    for number in range(1, 8):
        _drop(installed, number, f"bug {number}")
    installed.run()
    monkeypatch.setattr("services.answers.trial_run.AT_ONCE", 2)
    trial = _trial(installed, a_rule(more=BUGS))
    sizes: list[int] = []
    look_up = trial.look_up

    def counted(mails: Sequence[tuple[Mail, BoxContext]]) -> Sequence[Facts]:
        sizes.append(len(mails))
        return look_up(mails)

    object.__setattr__(trial, "look_up", counted)
    tried = _tried(installed, trial, TrialCount())
    next(tried)

    assert sizes == [2]
    assert len(list(tried)) == 6
    assert sizes == [2, 2, 2, 1]


def test_names_that_the_erp_lacks_are_told_with_the_nearest(installed: Installation) -> None:
    """C-3: users, companies, contracts, types, statuses; each with its line."""
    file = installed.box.rules_file
    assert file is not None
    actions = (
        '{ do = "task", solvers = ["novk"], contract = "999", set = { status = "Nonsense" } },'
        '{ do = "activity", type = "E-mial" }, '
        '{ do = "create_contact", relationship = "Beta as." }, '
        '{ do = "activity", type = "E-mail", contract = "123" }'
    )
    file.write_text(a_rule(actions=actions), "utf-8")

    found = [one.problem for one in look_at_names(installed.box, installed.erp)]

    assert {one.where for one in found} == {f"{file}:3"}
    told = {str(one.what): str(one.remedy) for one in found}
    assert told['the ERP has no active user "novk"'] == "Did you mean novak?"
    assert told['the ERP has no company "Beta as."'] == "Did you mean Beta a.s.?"
    assert told['the ERP has no activity type "E-mial"'] == "Did you mean E-mail?"
    assert 'the ERP has no contract "999"' in told
    assert 'the ERP has no task with the status "Nonsense"' in told
    assert len(found) == 5


def test_a_template_that_the_box_lacks_is_told_with_the_nearest(installed: Installation) -> None:
    """C-3: its mail would wait until there is one."""
    file = installed.box.rules_file
    assert file is not None
    file.write_text(a_rule(actions='{ do = "answer", template = "answr" }'), "utf-8")

    found = [one.problem for one in look_at_rules(installed.box) if "template" in one.problem.what]

    assert [(one.where, one.remedy) for one in found] == [(f"{file}:3", "Did you mean answer?")]


def test_a_box_without_rules_is_asked_nothing(tmp_path: Path) -> None:
    """C-3: neither file, ERP nor server."""
    plain = an_installation(tmp_path)

    assert look_at_rules(plain.box) == []
    assert list(look_at_names(plain.box, plain.erp)) == []
    assert list(look_at_folders(plain.box)) == []


def test_a_box_may_only_scan(tmp_path: Path) -> None:
    """C-5: the manual's task is not made; what no rule wants makes nothing."""
    rules = tmp_path / "r.toml"
    rules.write_text(a_rule(actions='{ do = "task" }', more=BUGS), "utf-8")
    scanner = an_installation(
        tmp_path, dispose_after="recorded", rules_file=rules, manual_rules=False
    )
    _drop(scanner, 1, "New task: x", sender="jan.novak@firma.cz")
    _drop(scanner, 2, "A bug")

    scanner.run()

    assert sorted(scanner.verdicts()) == ["DELETED", "NEW TASK CREATED, DELETED"]
    assert scanner.list("activities") == []
