"""Rules of the administrator on a real mailbox: the whole way, and back to the box."""

from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from pydantic import SecretStr

from services.answers.rule_files import look_at_folders
from shared.errors import ExitCode, TransientError
from shared.settings.value_types import ServerAddress
from tests.builders import raw_mail
from tests.installation import Installation, an_installation
from tests.rule_files import a_rule
from tests.servers.dovecot import Dovecot, MailBoxAccount

PASSWORD = "pw of the box"
RULES = (
    a_rule(
        "tasks",
        actions='{ do = "task", set = { status = "Otevřený" } }, { do = "mark_seen" }, '
        '{ do = "move", folder = "Vyřízeno & účty" }',
        more='folders = ["INBOX"]\nwhen = { field = "subject", op = "starts", value = "Bug" }',
    )
    + a_rule(
        "news",
        actions='{ do = "ignore" }, { do = "delete" }',
        more='when = { field = "header:List-Id", op = "exists" }',
    )
    + a_rule(
        "look",
        actions='{ do = "mark_seen" }',
        more='when = { field = "subject", op = "starts", value = "Look" }',
    )
)


@pytest.fixture
def account(dovecot: Dovecot) -> MailBoxAccount:
    """A mailbox with mail for each rule, and for none; the folder to move to is there."""
    dovecot.start()
    account = dovecot.add_box(f"{uuid4().hex}@firma.cz", PASSWORD)
    dovecot.deliver(account, raw_mail(subject="Old"), "Vyřízeno & účty")
    for number, subject in enumerate(("Bug 1", "Look at this", "Nothing")):
        date = f"Mon, 02 Nov 2026 09:1{number}:00 +0100"
        dovecot.deliver(account, raw_mail(subject=subject, date=date))
    dovecot.deliver(account, raw_mail(subject="News", more="List-Id: <a.b>\n"))
    return account


@pytest.fixture
def installed(tmp_path: Path, dovecot: Dovecot, account: MailBoxAccount) -> Installation:
    """An installation that reads it, with the rules."""
    return an_installation(tmp_path, **_settings(tmp_path, dovecot, account))


def _settings(folder: Path, dovecot: Dovecot, account: MailBoxAccount) -> dict[str, Any]:
    rules = folder / "rules.toml"
    rules.write_text(RULES, "utf-8")
    return {
        "imap_url": ServerAddress(host="localhost", port=dovecot.imaps_port),
        "pop3_name": account.name,
        "pop3_password": SecretStr(account.password),
        "ca_file": dovecot.ca_file,
        "rules_file": rules,
        "dispose_after": "recorded",
    }


def test_rules_move_mark_and_delete_mail_after_it_is_recorded(
    installed: Installation, dovecot: Dovecot, account: MailBoxAccount
) -> None:
    """C-1, C-2, I-8: within one run, to a folder with any letters; the rest by `disposition`."""
    installed.run()

    assert (dovecot.messages(account), dovecot.messages(account, "Vyřízeno & účty")) == (1, 2)
    assert dovecot.flags(account) == {"S"}
    assert [task["status"] for task in installed.list("tasks")][-1:] == ["Otevřený"]
    assert installed.run().verdicts.total() == 0
    assert dovecot.messages(account) == 1


def test_folders_that_the_server_lacks_are_told_with_the_nearest(
    installed: Installation,
) -> None:
    """C-3: asked only online."""
    rules = installed.box.rules_file
    assert rules is not None
    rules.write_text(RULES.replace('"Vyřízeno & účty"', '"Vyřízeno & úcty"'), "utf-8")

    (found,) = look_at_folders(installed.box)

    assert found.problem.where == f"{rules}:3"
    assert found.problem.what == 'the server has no folder "Vyřízeno & úcty"'
    assert found.problem.remedy == 'Did you mean "Vyřízeno & účty"?'
    assert not found.stops


def test_mail_waits_in_its_folder_for_one_that_is_missing(
    installed: Installation, dovecot: Dovecot, account: MailBoxAccount
) -> None:
    """C-2: recorded once, told by the run and by `status`, and moved when the folder is there."""
    rules = installed.box.rules_file
    assert rules is not None
    rules.write_text(RULES.replace("Vyřízeno & účty", "Elsewhere"), "utf-8")

    with pytest.raises(TransientError, match="Elsewhere") as trouble:
        installed.run()
    assert trouble.value.exit_code == ExitCode.CONFIGURATION_WRONG
    assert (dovecot.messages(account), len(installed.recorded)) == (2, 4)

    dovecot.deliver(account, raw_mail(subject="Old"), "Elsewhere")
    installed.run()

    assert (dovecot.messages(account), dovecot.messages(account, "Elsewhere")) == (1, 2)
    assert len(installed.recorded) == 4
