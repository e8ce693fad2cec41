"""`demo`: a small company, some mails, and what becomes of them - on an SQLite file of its own."""

import shutil
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from xml.sax.saxutils import quoteattr

from services.answers.records import list_records
from services.assembly.composition import Erp
from shared.contracts.said import said
from shared.errors import WrongUseError

_NEEDED = ("company.toml", "crm.xml", "mails")


def prepare(demo: Path, data: Path) -> Path:
    """Put configuration and mails into `data`; return the configuration file. Safe to repeat.

    Raises:
        WrongUseError: `demo` is not the folder of the demo.
    """
    missing = [name for name in _NEEDED if not (demo / name).exists()]
    if missing:
        raise WrongUseError(
            said(
                "{demo} has no {names}; run from the project's folder, or name the demo's "
                "folder with --folder",
                demo=demo,
                names=", ".join(missing),
            )
        )
    eml, erp = data / "eml", data / "netgenium"
    try:
        return _prepared(demo, data, eml, erp)
    except OSError as error:
        raise WrongUseError(
            said(
                "cannot prepare {data}: {reason}: {filename}; name another folder with --data",
                data=data,
                reason=error.strerror,
                filename=error.filename,
            )
        ) from None


def _prepared(demo: Path, data: Path, eml: Path, erp: Path) -> Path:
    eml.mkdir(parents=True, exist_ok=True)
    erp.mkdir(exist_ok=True)
    template = (demo / "crm.xml").read_text("utf-8")
    for name, folder in (("eml", eml), ("erp", erp)):
        template = template.replace(f'"{{{name}}}"', quoteattr(str(folder)))
    config = data / "crm.xml"
    config.write_text(template, "utf-8")
    for mail in sorted((demo / "mails").glob("*.eml")):
        shutil.copyfile(mail, eml / mail.name)
    return config


def summary(erp: Erp) -> Mapping[str, str]:
    """Return what the ERP holds now, in a few lines."""
    activities = list(list_records(erp, "activities"))
    directions = Counter(row["direction"] for row in activities)
    assigned = Counter(
        f"{kind} {row[kind]}"
        for row in activities
        for kind in ("contract", "order", "task", "opportunity")
        if row[kind]
    )
    linked = sum(1 for row in activities if row["relationship"])
    files = sum(len(row["attachments"]) for row in activities)
    tasks = [row for row in list_records(erp, "tasks") if row["mail_id"]]
    mails = sum(1 for _ in list_records(erp, "journal"))
    return {
        "activities": f"{len(activities)}: {directions['incoming']} incoming, "
        f"{directions['outgoing']} outgoing",
        "linked": f"{linked} to a company in the address book",
        "assigned": ", ".join(f"{count} to {what}" for what, count in assigned.most_common()),
        "files": f"{files} attached",
        "new tasks": "; ".join(f"{row['number']} {row['subject']}" for row in tasks),
        "marks": "; ".join(f"{row['address']} {row['mark']}" for row in list_records(erp, "marks")),
        "invitations": "; ".join(map(_invitation, list_records(erp, "invitations"))),
        "journal": f"{mails} mails, each with its verdict and trace",
    }


def _invitation(row: Mapping[str, object]) -> str:
    state = ", cancelled" if row["cancelled"] else ""
    return f"{row['summary']} for {row['user']}, {row['start']}{state}"
