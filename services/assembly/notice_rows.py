"""Notices by way of the outbox (behaviour M-5)."""

from sqlalchemy import Engine

from services.assembly.noticing import PostedNotice, PostNotice
from services.mailer.outbox_mail import NOTICE
from shared.errors import CRMServiceError
from shared.netgenium.database.engine import write_transaction
from shared.netgenium.own.outbox import Outgoing, Posted, write_outbox


def notice_rows(engine: Engine) -> PostNotice:
    """Return what writes a notice into the outbox, and says whether that was possible."""

    def post(posted: PostedNotice) -> bool:
        notice = posted.notice
        mail = Outgoing(NOTICE, posted.box, posted.recipient, NOTICE, notice.values)
        try:
            with write_transaction(engine) as connection:
                write_outbox(connection, [Posted(notice.cause, mail)], notice.at)
        except CRMServiceError:
            # The database is unreachable, or this service may not write there.
            return False
        return True

    return post
