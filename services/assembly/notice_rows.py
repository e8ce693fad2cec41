"""Notices by way of the outbox (behaviour M-5)."""

from contextlib import suppress

from sqlalchemy import Engine

from services.assembly.noticing import PostedNotice, PostNotice
from services.mailer.outbox_mail import NOTICE
from shared.errors import CRMServiceError
from shared.netgenium.database.engine import ConflictError, write_transaction
from shared.netgenium.own.outbox import Outgoing, Posted, write_outbox


def notice_rows(engine: Engine) -> PostNotice:
    """Return what writes a notice into the outbox, and says whether that was possible."""

    def post(posted: PostedNotice) -> bool:
        try:
            with suppress(ConflictError):
                _write(engine, posted)
                return True
            # Another process writes the same notice: now its row is seen.
            _write(engine, posted)
        except CRMServiceError:
            # The database is unreachable, or this service may not write there.
            return False
        return True

    return post


def _write(engine: Engine, posted: PostedNotice) -> None:
    notice = posted.notice
    mail = Outgoing(NOTICE, posted.box, posted.recipient, NOTICE, notice.values)
    with write_transaction(engine) as connection:
        write_outbox(connection, [Posted(notice.cause, mail)], notice.at)
