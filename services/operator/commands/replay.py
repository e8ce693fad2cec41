"""`crmservice replay`."""

import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated
from uuid import UUID

import typer

from services.answers.dead_letters import LocalDeadLetters
from services.answers.replay import Replay
from services.assembly.composition import Erp, open_erp
from services.assembly.database_probe import DatabaseProbe
from services.assembly.failed_copies import FailedCopies
from services.assembly.feeds import plain_publisher
from services.assembly.paths import Use, require_paths
from services.assembly.pipeline import local_pipeline
from services.assembly.recorded import MemoryTeller
from services.assembly.run import Tally
from services.assembly.services import broker_address
from services.operator.commands.how_far import of_all, told_how_far
from services.operator.commands.options import AsJson, Config, begin_with, tell
from services.operator.commands.run import summarise, tell_json, tell_person
from shared.broker.local import Collector
from shared.broker.port import Publisher
from shared.broker.topology import CLASSIFIER_MAIL
from shared.contracts.messages import FetchedMail
from shared.contracts.said import said
from shared.errors import ExitCode
from shared.settings.box import Box
from shared.settings.environment import Environment

_TOLD_EVERY = 500


def replay(
    targets: Annotated[list[str], typer.Argument(help="Mail ids, folders or files of backups.")],
    config: Config,
    box: Annotated[
        str | None, typer.Option(help="Box of mail that the journal does not know.")
    ] = None,
    force: Annotated[  # noqa: FBT002 - a flag of the command line
        bool, typer.Option("--force", help="Bypass the duplicate rule.")
    ] = False,
    as_json: AsJson = False,  # noqa: FBT002 - a flag of the command line
) -> None:
    """Process backed up mail again; nothing that it has made is made twice.

    Examples:
      crmservice replay 154c463d-386a-5b61-bf0d-6b2cd91a1bcb --config crm.xml
      crmservice replay data/POP3Downloads/2026-11-21 --config crm.xml
      crmservice replay 154c463d-386a-5b61-bf0d-6b2cd91a1bcb --force -c crm.xml

    With RABBITMQ_URL the mail goes to the classifier's queue; otherwise it is
    processed here. With --force a DUPLICATE KEY makes its own activities.
    """
    environment, boxes = begin_with(config, "warning")
    if environment.rabbitmq_url is None:
        require_paths(boxes, environment, Use.CLASSIFY | Use.WRITE)
    erp = open_erp(environment)
    DatabaseProbe(erp)()
    replay = Replay(
        environment.data, erp, boxes, box, again=force, processed=_ending(environment, erp)
    )
    files = replay.files(targets)
    tally = Tally(tell_json if as_json else tell_person)
    with publisher_of(environment, erp, boxes, tally) as publisher:
        _publish(replay, files, publisher, tally)
    if environment.rabbitmq_url:
        tell(
            said(
                "{number} mail(s) handed to {queue}",
                number=len(files),
                queue=CLASSIFIER_MAIL,
            )
        )
    else:
        summarise(tally)
    if tally.set_aside:
        raise typer.Exit(ExitCode.PARTLY_DONE)


def _publish(
    replay: Replay, files: Sequence[Path], publisher: Publisher[FetchedMail], tally: Tally
) -> None:
    """Hand the mails over, and tell what was refused and how far it is."""
    done = 0
    with told_how_far(lambda: of_all(done, len(files))):
        for batch in replay.publish(files, publisher):
            tally.set_aside += len(batch.kept)
            for mail_id, reason in batch.kept.items():
                tell(said("{mail_id}: {reason}", mail_id=mail_id, reason=reason))
            steps, done = done // _TOLD_EVERY, done + batch.mails
            if sys.stderr.isatty() and done // _TOLD_EVERY > steps:
                tell(of_all(done, len(files)))


def _ending(environment: Environment, erp: Erp) -> Callable[[Sequence[UUID]], None]:
    """Return what ends notes of processed mails: without a broker, no dead letters any more."""
    if environment.rabbitmq_url:
        return lambda _: None
    nobody = Collector[FetchedMail]
    return LocalDeadLetters(environment.data, nobody, FailedCopies(erp.engine).tell).processed


@contextmanager
def publisher_of(
    environment: Environment, erp: Erp, boxes: Sequence[Box], tally: Tally
) -> Iterator[Publisher[FetchedMail]]:
    """Open the classifier's queue where there is a broker; else a way into this process."""
    if environment.rabbitmq_url is None:
        recorded = MemoryTeller(boxes, environment.data, tally)
        yield local_pipeline(boxes, erp, environment.data, recorded)
        return
    publisher, sender = plain_publisher(broker_address(environment, "operator"))
    try:
        yield publisher
    finally:
        sender.close()
