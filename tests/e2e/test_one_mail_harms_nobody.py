"""`run` goes on whatever one mail does to it, without a broker that counts."""

from pathlib import Path

import pytest

from tests.builders import raw_mail
from tests.faults import troublesome
from tests.faults.troublesome import CONFLICTS, KILLS
from tests.installation import Installation, an_installation
from tests.program import Program
from tests.servers.dovecot import Dovecot, MailBoxAccount
from tests.servers.processes import wait_until

KILLED, PARTLY, DONE = -9, 3, 0
MOST_STARTS = 4


def a_mail(subject: str) -> bytes:
    """A mail of a customer."""
    return raw_mail(sender="petr@acme.example", to="jan.novak@firma.cz", subject=subject)


class Service:
    """`crmservice run` in processes of its own, over an installation."""

    def __init__(self, folder: Path, **keys: str) -> None:
        self.installed: Installation = an_installation(folder)
        self.installed.erp.engine.dispose()
        usual = {"rootPath": str(folder / "erp"), "pop3Email": "crm@firma.cz"} | keys
        lines = "\n".join(f'<add key="{key}" value="{value}" />' for key, value in usual.items())
        self.config = folder / "crm.xml"
        self._log = folder / "told.log"
        self.config.write_text(
            f"<configuration><appSettings>\n{lines}\n</appSettings></configuration>", "utf-8"
        )

    def start(self, *arguments: str) -> Program:
        """A process that mails make trouble in."""
        self._log.unlink(missing_ok=True)
        return Program(
            ["run", *arguments, "--config", str(self.config)],
            folder=self.installed.folder,
            environment={
                "CRMSERVICE_DATA": str(self.installed.data),
                "PATH": "/usr/bin:/bin",
                "LANG": "C.UTF-8",
            },
            output=(self._log, self._log),
            main=troublesome.run,
        )

    @property
    def told(self) -> str:
        """What the last process has said."""
        return self._log.read_text("utf-8")

    def once(self) -> int:
        """One run; gives its exit code."""
        return self.start("--once").wait(60)

    def runs(self, most: int = MOST_STARTS) -> list[int]:
        """Runs until one does not die; gives their exit codes."""
        codes: list[int] = []
        while not codes or (codes[-1] == KILLED and len(codes) < most):
            codes.append(self.once())
        return codes

    def subjects(self) -> list[str]:
        """Subjects of all activities."""
        return sorted(row["subject"] for row in self.installed.list("activities"))


def a_folder(folder: Path) -> Service:
    """A service that reads a folder."""
    return Service(folder, emlDir=str(folder / "eml"), emlSettleSeconds="0")


def _drop(service: Service, *subjects: str) -> None:
    for number, subject in enumerate(subjects):
        service.installed.drop(f"{number}.eml", a_mail(subject))


def _failed(service: Service) -> dict[str, str]:
    folder = service.installed.eml / "failed"
    return {
        path.name: (folder / f"{path.name}.reason.txt").read_text("utf-8")
        for path in sorted(folder.glob("*.eml"))
    }


def test_a_mail_that_kills_the_process_is_set_aside_and_the_others_go_on(tmp_path: Path) -> None:
    """F-15, INV-3, INV-5: both good mails are recorded, the poison has its reason."""
    service = a_folder(tmp_path)
    _drop(service, "First", KILLS, "Second")

    codes = service.runs()

    assert codes == [KILLED, KILLED, KILLED, PARTLY]
    assert service.subjects() == ["First", "Second"]
    assert list(_failed(service)) == ["1.eml"]
    assert "ended 3 times" in _failed(service)["1.eml"]
    assert service.once() == DONE
    assert list((service.installed.data / "tries").iterdir()) == []


def test_a_mail_that_kills_comes_with_all_its_tries_when_it_is_put_back(tmp_path: Path) -> None:
    """I-7: moved back from failed/ it is tried anew, and nothing that was recorded comes again."""
    service = a_folder(tmp_path)
    _drop(service, "First", KILLS)
    service.runs()
    failed = service.installed.eml / "failed" / "1.eml"

    failed.rename(service.installed.eml / "1.eml")

    assert service.runs() == [KILLED, KILLED, KILLED, PARTLY]
    assert service.subjects() == ["First"]


@pytest.fixture(params=["imap", "pop3"])
def mailbox(
    request: pytest.FixtureRequest, dovecot: Dovecot, tmp_path: Path
) -> tuple[Service, MailBoxAccount]:
    """A service that reads a mailbox, with the box's account."""
    account = dovecot.add_box(f"trouble-{tmp_path.name}-{request.param}", "pw")
    port = dovecot.imaps_port if request.param == "imap" else dovecot.pop3s_port
    return (
        Service(
            tmp_path,
            **{
                f"{request.param}Url": f"localhost:{port}",
                "pop3Name": account.name,
                "pop3Password": account.password,
                "caFile": str(dovecot.ca_file),
            },
        ),
        account,
    )


def test_a_mailbox_survives_a_mail_that_kills_too(
    mailbox: tuple[Service, MailBoxAccount], dovecot: Dovecot
) -> None:
    """F-15, O-2: the poison is a dead letter with its reason, and leaves the box as all do."""
    service, account = mailbox
    for subject in ("First", KILLS, "Second"):
        dovecot.deliver(account, a_mail(subject))

    codes = service.runs()

    assert codes == [KILLED, KILLED, KILLED, PARTLY]
    assert service.subjects() == ["First", "Second"]
    assert dovecot.messages(account) == 0
    (note,) = (service.installed.data / "failed").glob("*.json")
    assert "ended 3 times" in note.read_text("utf-8")


def test_the_service_survives_it_as_a_single_run_does(tmp_path: Path) -> None:
    """F-15: `run` under a supervisor: started again and again, it gets over the poison."""
    service = a_folder(tmp_path)
    _drop(service, "First", KILLS, "Second")
    for _ in range(MOST_STARTS - 1):
        assert service.start().wait(60) == KILLED, service.told

    process = service.start()
    try:
        wait_until(lambda: list(_failed(service)) == ["1.eml"], "the poison to be set aside")
        service.installed.drop("3.eml", a_mail("Third"))
        wait_until(lambda: service.subjects() == ["First", "Second", "Third"], "the others")
    finally:
        process.terminate()
        process.wait(60)


def test_a_conflict_that_never_passes_is_set_aside_after_some_rounds(tmp_path: Path) -> None:
    """R-e, INV-3: the others go on at once; the mail waits in its box, then has its reason."""
    service = a_folder(tmp_path)
    _drop(service, "First", CONFLICTS, "Second")

    codes = [service.once()]
    assert service.subjects() == ["First", "Second"]
    assert [path.name for path in service.installed.eml.glob("*.eml")] == ["1.eml"]
    assert "tries them again" in service.told
    while not _failed(service):
        codes.append(service.once())

    assert codes == [PARTLY] * 4
    assert "Another writer was first" in _failed(service)["1.eml"]
    assert "4 tries" in _failed(service)["1.eml"]
    assert service.once() == DONE
