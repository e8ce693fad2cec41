"""What must hold between the keys of one file, and between the files of one deployment."""

from collections.abc import Callable, Hashable, Sequence
from pathlib import PurePath, PurePosixPath, PureWindowsPath

from shared.contracts.said import said
from shared.settings.calendar_keys import CalendarKeys
from shared.settings.conversation_checks import check_conversations, check_loops
from shared.settings.draft import Draft
from shared.settings.key import DeclaredKey, declared
from shared.settings.near_miss import quoted
from shared.settings.value_types import Disposition, MailGroup

_MANDATORY = ("rootPath", "pop3Email")
_SERVERS = ("pop3Url", "imapUrl")
_OF_MAILBOXES = (
    "allowPlaintext",
    "archive",
    "disposeAfter",
    "disposition",
    "imapFolders",
    "scanType",
    "startFrom",
    "stopFrom",
    "stopTo",
)
"""Keys that files of `emlDir` do not heed."""


def check_file(draft: Draft) -> None:
    """Report what is missing or contradicts itself within one file (I-2, I-4, I-12)."""
    for name in _MANDATORY:
        if name not in draft.named:
            draft.report.problem(
                None, said("{name} is missing", name=name), said("It is mandatory: add it.")
            )
    _check_pause(draft)
    _check_sources(draft)
    _check_groups(draft)
    _check_rules(draft)
    check_conversations(draft)
    _check_xml_mail(draft)
    _check_journal(draft)


def check_together(drafts: Sequence[Draft]) -> None:
    """Report what the files of one deployment may not have in common, and what they must (I-13)."""
    for index, draft in enumerate(drafts):
        _check_root_path(draft, drafts[:index])
        for key in declared(CalendarKeys):
            _check_alike(draft, drafts[:index], key)
        _check_apart(draft, drafts[:index], "pop3Email", _email_of)
        _check_apart(draft, drafts[:index], "name", _name_of)
    check_loops(drafts)


def name_of(draft: Draft) -> str:
    """Return the label of the box: `name`, or the file's name without its ending."""
    given = draft.value("name")
    return draft.path.stem if given is None else str(given)


def _check_pause(draft: Draft) -> None:
    given = [name for name in ("stopFrom", "stopTo") if name in draft.named]
    if len(given) == 1:
        other = "stopTo" if given[0] == "stopFrom" else "stopFrom"
        what = said("{given} without {other}", given=given[0], other=other)
        draft.report.problem(draft.line(given[0]), what, said("Add the other, or remove this one."))


def _check_sources(draft: Draft) -> None:
    servers = [name for name in _SERVERS if name in draft.named]
    if len(servers) > 1:
        line = draft.line("pop3Url")
        what = (
            said("imapUrl beside pop3Url (line {line})", line=line)
            if line
            else said("imapUrl beside pop3Url")
        )
        draft.report.problem(draft.line("imapUrl"), what, said("Keep the one the box is read by."))
    elif servers and not _has_credentials(draft):
        what = said("{server} without credentials", server=servers[0])
        remedy = said('Add pop3Password, or pop3OAuth with the value "true".')
        draft.report.problem(draft.line(servers[0]), what, remedy)
    elif not servers and "emlDir" not in draft.named:
        remedy = said("Add pop3Url or imapUrl with credentials, or emlDir, or both.")
        draft.report.problem(None, said("there is no source of mail"), remedy)
    elif not servers:
        _check_what_files_heed(draft)
    if "pop3Url" in draft.named:
        _check_what_pop3_can(draft)


def _check_what_files_heed(draft: Draft) -> None:
    """Warn of keys that do nothing in a box that is read from `emlDir` alone (I-7, I-8)."""
    for name in _OF_MAILBOXES:
        if name in draft.named:
            what = said("{name} does nothing here: the box is read from emlDir alone", name=name)
            remedy = said("Remove the line; files leave emlDir as soon as they are backed up.")
            draft.report.warning(draft.line(name), what, remedy)


def _check_groups(draft: Draft) -> None:
    """Report groups of groups, and the box as a group or a member of one (R-c)."""
    found = [
        (line, one) for line, one in draft.values.get("mailGroup", ()) if isinstance(one, MailGroup)
    ]
    names = {group.address for _, group in found}
    box = draft.value("pop3Email")
    for line, group in found:
        if box in (group.address, *group.members):
            what = said("mailGroup {address} names the box itself", address=quoted(group.address))
            draft.report.problem(line, what, said("Name an address that mail is forwarded from."))
        for inner in sorted(names.intersection(group.members)):
            what = said(
                "mailGroup {address} names {inner}, which is one, too",
                address=quoted(group.address),
                inner=quoted(inner),
            )
            draft.report.problem(line, what, said("Name its users instead."))


def _check_rules(draft: Draft) -> None:
    """Report what rules of one's own need (I-8), and a box that would make nothing (C-5)."""
    if "rulesFile" in draft.named and draft.value("disposeAfter") == "published":
        what = said("disposeAfter published beside rulesFile")
        remedy = said(
            "Remove the line: a rule can move a mail only if it stays until it is recorded."
        )
        draft.report.problem(draft.line("disposeAfter"), what, remedy)
    if draft.value("manualRules") is False and "rulesFile" not in draft.named:
        remedy = said("Add rulesFile, or remove the line: no mail of this box would make anything.")
        draft.report.problem(
            draft.line("manualRules"), said("manualRules false without rulesFile"), remedy
        )


def _check_xml_mail(draft: Draft) -> None:
    """Report XML mail that nobody may send, or without a secret (E-4)."""
    if draft.value("xmlMail") is not True:
        return
    for name in ("xmlSecret", "xmlSender"):
        if name not in draft.named:
            what = said("xmlMail without {name}", name=name)
            remedy = said("Add it, or remove xmlMail.")
            draft.report.problem(draft.line("xmlMail"), what, remedy)


def _check_journal(draft: Draft) -> None:
    """Report journal reports of nobody (I-14)."""
    if draft.value("journalReports") is True and "journalSender" not in draft.named:
        what = said("journalReports without journalSender")
        remedy = said("Add the From address of your reports, or remove journalReports.")
        draft.report.problem(draft.line("journalReports"), what, remedy)


def _check_what_pop3_can(draft: Draft) -> None:
    """Report what needs IMAP: POP3 knows neither folders nor flags (I-8, I-10)."""
    remedy = said("Read the box by imapUrl, or remove this line.")
    given = draft.value("disposition")
    if isinstance(given, Disposition) and given.action == "move":
        what = said("POP3 cannot move mail")
        draft.report.problem(draft.line("disposition"), what, remedy)
    if draft.value("scanType") == "unread":
        what = said("POP3 does not know what is unread")
        draft.report.problem(draft.line("scanType"), what, remedy)


def _has_credentials(draft: Draft) -> bool:
    # A flag that cannot be read is reported as such; that it may mean true is enough here.
    oauth = draft.value("pop3OAuth") is True or (
        "pop3OAuth" in draft.named and "pop3OAuth" not in draft.values
    )
    return oauth or "pop3Password" in draft.named


def _check_root_path(draft: Draft, before: Sequence[Draft]) -> None:
    """Report a root path that differs from that of the first file that has one (I-13)."""
    given = draft.value("rootPath")
    first = next((other for other in before if other.value("rootPath") is not None), None)
    if given is None or first is None:
        return
    if _as_path(str(given)) != _as_path(str(first.value("rootPath"))):
        place = first.report.place(first.line("rootPath"))
        what = said(
            "rootPath {given} differs from that of {place}", given=quoted(str(given)), place=place
        )
        remedy = said("The boxes of one deployment share one ERP: name the same directory.")
        draft.report.problem(draft.line("rootPath"), what, remedy)


def _check_alike(draft: Draft, before: Sequence[Draft], key: DeclaredKey) -> None:
    """Report a key of the calendar whose values differ from those of the first file with it."""
    name = key.name
    first = next((other for other in before if name in other.values), None)
    if first is None or name not in draft.values or _all_of(draft, name) == _all_of(first, name):
        return
    place = first.report.place(first.line(name))
    remedy = said(
        "The boxes of one deployment share one calendar: write the same, or remove this line."
    )
    draft.report.problem(
        draft.line(name),
        said("{name} differs from that of {place}", name=name, place=place),
        remedy,
    )


def _all_of(draft: Draft, name: str) -> set[object]:
    return {value for _, value in draft.values[name]}


def _check_apart(
    draft: Draft, before: Sequence[Draft], key: str, same: Callable[[Draft], Hashable]
) -> None:
    mine = same(draft)
    twin = next((other for other in before if mine is not None and same(other) == mine), None)
    if twin is not None:
        place = twin.report.place(twin.line(key))
        what = said(
            "{key} {mine} is also that of {place}", key=key, mine=quoted(str(mine)), place=place
        )
        draft.report.problem(draft.line(key), what, said("Every box has its own."))


def _email_of(draft: Draft) -> Hashable:
    return str(draft.value("pop3Email")) if "pop3Email" in draft.values else None


def _name_of(draft: Draft) -> Hashable:
    return name_of(draft).casefold() if draft.is_xml else None


def _as_path(written: str) -> PurePath:
    windows = PureWindowsPath(written)
    return windows if windows.drive else PurePosixPath(written)
