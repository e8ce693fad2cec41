"""A conversation with a customer, by mail from end to end: the second half of `make demo`.

The ERP is an SQLite file in a temporary folder, the pipeline and the mailer are the real ones, and
the mail server takes everything on this machine alone: nothing is sent anywhere.
"""

import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from email.message import EmailMessage
from email.policy import default
from email.utils import format_datetime
from pathlib import Path
from typing import Any
from xml.sax.saxutils import quoteattr
from zoneinfo import ZoneInfo

from sqlalchemy import insert, select

from demo.post_office import PostOffice, a_post_office
from services.assembly.composition import Erp, open_erp
from services.assembly.mailer_service import mail_once
from services.assembly.run import Tally, run_once
from services.assembly.secret import make_secret
from services.operator.setup.company import fill_company
from services.operator.setup.company_file import load_company
from shared.contracts.said import Said
from shared.contracts.verdict import joined
from shared.log import configure_logging
from shared.netgenium.database.engine import write_transaction
from shared.netgenium.own.migration import migrate
from shared.netgenium.schema.reference_schema import create_reference_schema
from shared.settings.box import Box
from shared.settings.box_file import load_boxes
from shared.settings.environment import Environment

BOX = "podpora@lisovna.example"
ALICE = "Alice Černá <alice.cerna@strojirny.example>"
BOB = "Bob White <bob.white@northwind.example>"
MONDAY = datetime(2026, 11, 2, 9, tzinfo=ZoneInfo("Europe/Prague"))

_HERE = Path(__file__).parent
_MOST_LINES = 6


@dataclass
class ConversationDemo:
    """The help desk of the demo's company, and its mail server."""

    boxes: Sequence[Box]
    erp: Erp
    environment: Environment
    eml: Path
    office: PostOffice
    hour: int = field(default=0, init=False)

    # What people do.

    def write(self, sender: str, subject: str, text: str, answers: str | None = None) -> None:
        """Somebody writes to the help desk, and the pipeline processes the mail."""
        self.hour += 1
        mail = EmailMessage(default.clone(linesep="\r\n"))
        mail["Authentication-Results"] = "mx.lisovna.example; dmarc=pass; spf=pass; dkim=pass"
        mail["From"], mail["To"], mail["Subject"] = sender, BOX, subject
        mail["Date"] = format_datetime(MONDAY.replace(hour=MONDAY.hour + self.hour))
        mail["Message-ID"] = f"<conversation.{self.hour}@customers.example>"
        if answers is not None:
            mail["In-Reply-To"] = answers
        mail.set_content(text)
        say(f"\n>>> {sender} writes to {BOX}: {subject}", *_indented(text))
        (self.eml / f"{self.hour}.eml").write_bytes(mail.as_bytes())
        tally = Tally(lambda recorded: say(f"    {joined(recorded.verdict)}"))
        run_once(self.boxes, self.erp, self.environment.data, tally)

    def comment(self, number: str, author: str, text: str) -> None:
        """Comment on a task in the ERP as an employee, ticked for the customer."""
        task, user = self.erp.tables.table("task"), self.erp.tables.table("user")
        with write_transaction(self.erp.engine) as connection:
            values = {
                "task": connection.scalar(select(task.c.id).where(task.c.number == number)),
                "author": connection.scalar(select(user.c.id).where(user.c.login == author)),
                "text": text,
                "for_customer": True,
            }
            connection.execute(insert(self.erp.tables.table("task_comment")).values(values))
        say(f"\n>>> {author} comments on task {number} in the ERP, for the customer: {text}")

    # What the service does.

    def post(self) -> list[EmailMessage]:
        """Send what waits, and show what the mail server has taken."""
        mail_once(self.boxes, self.erp, self.environment, _complain)
        mails = self.office.collect()
        for mail in mails:
            say(f"<<< {mail['From']} sends to {mail['To']}: {mail['Subject']}")
            say(*_indented(_text(mail)))
            say(*(f"    attached: {each.get_content_type()}" for each in mail.iter_attachments()))
        return mails

    # What is shown.

    def tell_task(self, number: str) -> None:
        """Show a task with its comments, as the ERP has them now."""
        say(f"\nTask {number} in the ERP:")
        for row in self._comments(number):
            author = row.name or "(by mail)"
            say(f"    {author}: {row.text.replace(chr(10), ' ')}")

    def newest_task(self) -> str:
        """Return the number of the task that was made last."""
        task = self.erp.tables.table("task").c
        with self.erp.engine.connect() as connection:
            return str(connection.scalar(select(task.number).order_by(task.id.desc()).limit(1)))

    def _comments(self, number: str) -> Sequence[Any]:
        erp = self.erp.tables
        comment, task, user = (erp.table(one) for one in ("task_comment", "task", "user"))
        query = (
            select(comment.c.text, user.c.name)
            .join(task, comment.c.task == task.c.id)
            .outerjoin(user, comment.c.author == user.c.id)
            .where(task.c.number == number)
            .order_by(comment.c.id)
        )
        with self.erp.engine.connect() as connection:
            return connection.execute(query).all()


def main() -> None:
    """Tell the story."""
    with a_demo() as demo:
        say("A conversation with a customer, by mail from end to end")
        demo.write(ALICE, "Lis propouští olej", "Dobrý den,\nz lisu č. 2 kape olej. Co s tím?\n")
        number = demo.newest_task()
        demo.post()
        demo.comment(number, "maly", "Přijedeme ve čtvrtek v 9 hodin. Hodí se vám to?")
        (answer,) = demo.post()
        quoted = "\n".join(f"> {line}" for line in _text(answer).splitlines())
        reply = f"Ano, čtvrtek platí.\n\nDne 2. 11. 2026 Podpora Lisovny napsala:\n{quoted}\n"
        demo.write(ALICE, f"Re: {answer['Subject']}", reply, answer["Message-ID"])
        demo.post()
        demo.write(BOB, "[#999] Pump", "Hello,\nwhat became of number 999?\n")
        demo.post()
        demo.tell_task(number)


@contextmanager
def a_demo() -> Iterator[ConversationDemo]:
    """Set up the demo's company in a folder of its own, with a mail server."""
    with tempfile.TemporaryDirectory() as folder, a_post_office() as office:
        data = Path(folder)
        eml, config = data / "eml", data / "support.xml"
        for each in (eml, data / "netgenium"):
            each.mkdir()
        text = (_HERE / "support.xml").read_text("utf-8")
        places = {"erp": data / "netgenium", "eml": eml, "smtp": office.address}
        for name, place in places.items():
            text = text.replace(f'"{{{name}}}"', quoteattr(str(place)))
        config.write_text(text, "utf-8")
        environment = Environment.from_environ({"CRMSERVICE_DATA": folder})
        make_secret(data)
        erp = open_erp(environment, makes=True)
        try:
            create_reference_schema(erp.engine, erp.tables)
            migrate(erp.engine)
            fill_company(erp.engine, erp.tables, load_company(_HERE / "company.toml"))
            yield ConversationDemo(load_boxes([config]).boxes, erp, environment, eml, office)
        finally:
            erp.engine.dispose()


def say(*lines: str) -> None:
    """Print lines."""
    for line in lines:
        sys.stdout.write(f"{line}\n")


def _text(mail: EmailMessage) -> str:
    body = mail.get_body(("plain",))
    return str(body.get_content()) if body else ""


def _indented(text: str) -> list[str]:
    """Return the first lines that say anything."""
    lines = [line for line in text.splitlines() if line.strip()]
    return [f"    | {line}" for line in lines[:_MOST_LINES]]


def _complain(sentence: Said) -> None:
    sys.stderr.write(f"{sentence}\n")


if __name__ == "__main__":
    configure_logging("warning", "console")
    main()
