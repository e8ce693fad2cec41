"""A crash at any point is repaired by running again (I-5, I-6, F-1 to F-11).

A forked process runs the pipeline and kills itself with SIGKILL before its n-th step: before each
flush, rename, deletion, SQL statement and commit. Then the pipeline runs again and the outcome
must be that of a run that was never killed.
"""

import os
import signal
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, event

from services.assembly.paths import LEGACY_LOG
from services.writer import legacy_log
from tests.builders import raw_mail
from tests.installation import Installation, an_installation, mapping_with_files

JAN, EVA, PETR = "jan.novak@firma.cz", "eva.mala@firma.cz", "petr@acme.example"
MAILS: Mapping[str, bytes] = {
    "1-incoming.eml": raw_mail("Contract:123\n", sender=PETR, to=f"{JAN}, {EVA}"),
    "2-again.eml": raw_mail("Contract:123\n", sender=PETR, to=f"{JAN}, {EVA}", more="X: 2\n"),
    "3-task.eml": raw_mail(subject="New task: Seals", sender=JAN, to=EVA),
    "4-file.eml": raw_mail(
        "--x\n\nHello\n--x\nContent-Type: image/png; name=a.png\n\npng\n--x--\n",
        subject="File",
        sender=PETR,
        to=JAN,
        more='Content-Type: multipart/mixed; boundary="x"\n',
    ),
}


def _outcome(installation: Installation) -> Mapping[str, Any]:
    """Everything that must be the same, however often the process was killed."""
    ids = {row["mail_id"]: row["backup"] for row in installation.list("journal")}
    for backup in ids.values():
        assert (installation.data / backup).read_bytes() in MAILS.values()
    return {
        "waiting": sorted(path.name for path in installation.eml.iterdir()),
        "activities": [
            {key: value for key, value in row.items() if key != "id"}
            for row in installation.list("activities")
        ],
        "tasks": installation.list("tasks"),
        "verdicts": sorted(
            (row["mail_id"], tuple(row["verdict"])) for row in installation.list("journal")
        ),
        "backups": len(ids),
        "files": [file.read_bytes() for file in _files(installation)],
        "log": _logged(installation.data / LEGACY_LOG),
    }


def _files(installation: Installation) -> list[Path]:
    """The attachments that rows name: none is missing, and no other lies beside them (A-4)."""
    table, root = installation.erp.tables.table("attachment"), installation.folder / "erp"
    with installation.erp.engine.connect() as connection:
        named = {root / row.path for row in connection.execute(table.select())}
    assert named == set(root.glob("Files/CRMService/*/crm-*"))
    return sorted(named)


def _logged(log: Path) -> list[str]:
    """The words of the legacy log; every line is whole (R-d)."""
    lines = log.read_text("utf-8").splitlines(keepends=True)
    assert all(line.startswith("NOTICE ") and line.endswith("\n") for line in lines)
    return sorted(line.split(" ", 3)[3] for line in lines)


def _prepared(folder: Path) -> Installation:
    folder.mkdir()
    installation = an_installation(folder / "i", mapping=mapping_with_files(folder))
    for name, raw in MAILS.items():
        installation.drop(name, raw)
    return installation


def _die_before(step: int, engine: Engine) -> Callable[[], int]:
    """Count steps in this process and die before number `step`; gives the counter."""
    steps = 0

    def count(*_: object) -> None:
        nonlocal steps
        steps += 1
        if steps == step:
            os.kill(os.getpid(), signal.SIGKILL)

    def counted(work: Callable[..., Any]) -> Callable[..., Any]:
        def counting(*arguments: Any, **named: Any) -> Any:
            count()
            return work(*arguments, **named)

        return counting

    os.fsync = counted(os.fsync)
    legacy_log.write_whole = counted(legacy_log.write_whole)  # type: ignore[attr-defined]
    Path.rename = counted(Path.rename)  # type: ignore[method-assign]
    Path.unlink = counted(Path.unlink)  # type: ignore[method-assign]
    event.listen(engine, "before_cursor_execute", count)
    event.listen(engine, "commit", count)
    return lambda: steps


def _run_killed_before(step: int, installation: Installation) -> bool:
    """Run in a forked process that dies before `step`; True if it died, False if it got through."""
    child = os.fork()
    if child == 0:
        installation.erp.engine.dispose(close=False)
        steps = _die_before(step, installation.erp.engine)
        installation.run()
        os._exit(0 if steps() < step else 1)
    _, status = os.waitpid(child, 0)
    if os.WIFSIGNALED(status):
        assert os.WTERMSIG(status) == signal.SIGKILL
        return True
    assert os.WEXITSTATUS(status) == 0
    return False


@pytest.mark.filterwarnings("ignore:This process .* is multi-threaded:DeprecationWarning")
def test_a_crash_before_any_step_is_repaired_by_running_again(tmp_path: Path) -> None:
    """INV-1, INV-2, I-6, F-1 to F-11: killed before each step, the next run ends as without it."""
    whole = _prepared(tmp_path / "whole")
    whole.run()
    expected = _outcome(whole)
    assert expected["waiting"] == []
    assert len(expected["activities"]) == 4

    step = 1
    while _run_killed_before(step, installation := _prepared(tmp_path / f"step{step}")):
        installation.run()
        assert _outcome(installation) == expected, f"killed before step {step}"
        step += 1

    # Backups, statements, commit and deletions: a run has several dozen steps.
    assert step > 30
