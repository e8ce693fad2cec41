"""A data folder that belongs to somebody else: a sentence that names it, never an accident."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from services.answers.check import run_checks
from services.answers.checked import worst
from services.assembly.composition import open_erp
from services.assembly.secret import own_mail
from shared.errors import ConfigurationError, ExitCode
from shared.settings.environment import Environment
from tests.deployment import Deployment

_NOBODY = 65534
_TOLD = r"may not be read|cannot be used: .* give this user the right"


@contextmanager
def _closed(folder: Path) -> Iterator[None]:
    """`folder` may be entered by its owner alone, and that is not who runs this."""
    root = os.geteuid() == 0
    folder.chmod(0o700 if root else 0o000)
    for parent in folder.parents:
        if root and parent.owner() == "root" and parent != Path("/"):
            parent.chmod(parent.stat().st_mode | 0o111)
    if root:
        os.seteuid(_NOBODY)
    try:
        yield
    finally:
        if root:
            os.seteuid(0)
        folder.chmod(0o700)


@pytest.mark.parametrize("where", ["data", "."])
def test_a_data_folder_of_somebody_else_is_told(tmp_path: Path, where: str) -> None:
    """O-6: the folder itself or the one above it: the file is named, with what to do."""
    folder = tmp_path / "installation"
    deployment = Deployment(folder, "")
    environment = Environment.from_environ(deployment.environment)

    with _closed(folder / where):
        for use in (own_mail, open_erp):
            with pytest.raises(ConfigurationError, match=_TOLD) as caught:
                use(environment)
            assert str(deployment.data) in str(caught.value)
        if where == "data":
            checks = list(run_checks([deployment.config], environment, rehearsal=True))
            assert worst(checks) == ExitCode.CONFIGURATION_WRONG
            assert any("cannot be used: Permission denied" in check.detail for check in checks)


def test_a_folder_without_a_secret_has_no_own_mail_yet(tmp_path: Path) -> None:
    """I-9: before init-db there is no file, and that is no mistake."""
    assert own_mail(Environment.from_environ({"CRMSERVICE_DATA": str(tmp_path)})) is None
    assert own_mail(Environment.from_environ({"CRMSERVICE_DATA": str(tmp_path / "not")})) is None
