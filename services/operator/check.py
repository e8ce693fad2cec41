"""`check`: configuration, database, mapping and folders - each OK, or what to do (O-1, O-6)."""

import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Literal

from services.fetcher.seen import Seen
from services.fetcher.sources.mailbox import probe_mailbox
from services.operator.composition import Erp, local_clock, open_erp
from services.operator.feeds import seen_file
from services.operator.services import answers, broker_address
from services.operator.status import flows_of
from shared.errors import (
    ConfigurationError,
    CRMServiceError,
    ExitCode,
    PermanentError,
    Problem,
    TransientError,
)
from shared.netgenium.inspection import inspect_schema
from shared.settings.box import Box
from shared.settings.box_file import load_boxes
from shared.settings.environment import Environment

Status = Literal["ok", "warn", "fail", "skipped"]


@dataclass(frozen=True, slots=True)
class Check:
    """One thing looked at.

    Attributes:
        name: What was looked at.
        status: A warning does not fail the whole.
        detail: What was found.
        remedy: What to do; empty if nothing.
        exit_code: What the command ends with if this is the worst.
    """

    name: str
    status: Status
    detail: str
    remedy: str = ""
    exit_code: ExitCode = ExitCode.DONE


def run_checks(config: Sequence[Path], environment: Environment) -> Iterator[Check]:
    """Everything, in the order in which it is needed; one failure does not hide the others."""
    boxes: Sequence[Box] = ()
    try:
        loaded = load_boxes(config)
        boxes = loaded.boxes
        yield from (_problem("configuration", "warn", one) for one in loaded.warnings)
        yield Check("configuration", "ok", f"{len(boxes)} box(es) in {len(config)} file(s)")
    except ConfigurationError as error:
        yield from (_problem("configuration", "fail", one) for one in error.problems)
    yield from _database(environment)
    yield from _folder("data folder", environment.data, create=True)
    for box in boxes:
        if box.eml_dir:
            yield from _folder(f"emlDir of {box.name}", box.eml_dir, create=False)
        if box.pop3_url or box.imap_url:
            yield from _memory(box, environment.data)
            yield from _mailbox(box)
    if environment.rabbitmq_url:
        yield from _guarded("broker", partial(_broker, environment))


def worst(checks: Sequence[Check]) -> ExitCode:
    """The exit code for `checks`: configuration before servers before anything else."""
    codes = [check.exit_code for check in checks]
    order = (
        ExitCode.CONFIGURATION_WRONG,
        ExitCode.SERVER_UNREACHABLE,
        ExitCode.CREDENTIALS_REFUSED,
        ExitCode.FAILED,
    )
    return next((code for code in order if code in codes), ExitCode.DONE)


def _database(environment: Environment) -> Iterator[Check]:
    try:
        erp = open_erp(environment)
        yield Check("mapping", "ok", str(environment.mapping or "the reference mapping"))
    except ConfigurationError as error:
        yield from (_problem("mapping", "fail", one) for one in error.problems)
        yield Check("database", "skipped", "needs a mapping that can be read")
        return
    yield from _guarded("database", lambda: _connects(erp))


def _connects(erp: Erp) -> list[Check]:
    answers(erp)
    problems = inspect_schema(erp.engine, erp.tables)
    url = erp.engine.url.render_as_string(hide_password=True)
    if problems:
        return [_problem("database", "fail", problem) for problem in problems]
    return [Check("database", "ok", f"{url}: reachable, fits the mapping")]


def _mailbox(box: Box) -> Iterator[Check]:
    name = f"mailbox of {box.name}"
    if not box.enabled:
        yield Check(name, "skipped", "the box is not enabled")
    elif box.paused_at(local_clock(box)()):
        yield Check(name, "skipped", "its pause (stopFrom, stopTo) lasts")
    else:
        yield from _guarded(name, lambda: [Check(name, "ok", probe_mailbox(box))])


def _memory(box: Box, data: Path) -> Iterator[Check]:
    """The fetcher's memory, where there is one and something is wrong with it."""
    file = seen_file(data, box)
    try:
        if file.is_file():
            Seen(file, heals=False).close()
    except (TransientError, OSError) as error:
        remedy = "if it is damaged, the fetcher begins it anew, which loses no mail"
        yield Check(f"memory of {box.name}", "warn", str(error), remedy)


def _broker(environment: Environment) -> list[Check]:
    address = broker_address(environment, "operator")
    flows = flows_of(address)
    dead = sum(flow.dead for flow in flows)
    checks = [Check("broker", "ok", f"{address}: reachable")]
    if dead:
        remedy = "see crmservice dead-letters list"
        checks.append(Check("dead letters", "warn", f"{dead} mail(s) wait for a person", remedy))
    return checks


def _folder(name: str, folder: Path, *, create: bool) -> Iterator[Check]:
    if not folder.is_dir() and create:
        parent = next(path for path in folder.parents if path.exists())
        if os.access(parent, os.W_OK):
            yield Check(name, "ok", f"{folder}: will be made")
            return
    if not folder.is_dir():
        yield _problem(name, "fail", Problem(str(folder), "is no directory", "create it"))
    elif not os.access(folder, os.R_OK | os.W_OK | os.X_OK):
        remedy = "give this user the right to read and write it"
        yield _problem(name, "fail", Problem(str(folder), "may not be written", remedy))
    else:
        yield Check(name, "ok", str(folder))


def _guarded(name: str, look: Callable[[], list[Check]]) -> Iterator[Check]:
    try:
        yield from look()
    except TransientError as error:
        yield Check(name, "fail", str(error), "", ExitCode.SERVER_UNREACHABLE)
    except PermanentError as error:
        remedy = "run crmservice init-db, or correct the mapping"
        yield Check(name, "fail", str(error), remedy, ExitCode.CONFIGURATION_WRONG)
    except CRMServiceError as error:
        yield Check(name, "fail", str(error), "", error.exit_code)


def _problem(name: str, status: Status, problem: Problem) -> Check:
    code = ExitCode.CONFIGURATION_WRONG if status == "fail" else ExitCode.DONE
    return Check(name, status, f"{problem.where}: {problem.what}", problem.remedy, code)
