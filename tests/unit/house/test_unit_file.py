import re
from pathlib import Path

from shared.errors import ExitCode

UNIT = Path("deploy/crmservice.service").read_text("utf-8")


def test_the_service_is_started_again_where_a_late_mount_may_mend_it() -> None:
    """F-74: 78 is tried again; what locks accounts, or is typed wrongly, is not."""
    (prevented,) = re.findall(r"^RestartPreventExitStatus=(.*)$", UNIT, re.MULTILINE)

    assert {int(code) for code in prevented.split()} == {
        ExitCode.WRONG_USE,
        ExitCode.CREDENTIALS_REFUSED,
    }
    assert "RequiresMountsFor=" in UNIT


def test_the_page_says_which_exit_codes_end_the_service() -> None:
    """F-74: docs/installation.md names those of the unit file and no other."""
    (prevented,) = re.findall(r"^RestartPreventExitStatus=(.*)$", UNIT, re.MULTILINE)
    page = Path("docs/installation.md").read_text("utf-8")

    (told,) = re.findall(r"end the service for good \(exit codes ([^)]*)\)", page)
    assert re.findall(r"\d+", told) == prevented.split()
