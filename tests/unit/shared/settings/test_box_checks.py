from collections.abc import Callable
from pathlib import Path

import pytest

from shared.errors import ConfigurationError
from shared.settings.box_file import load_boxes
from shared.settings.calendar_keys import calendar_keys_of
from shared.settings.key import DeclaredKey, declared
from shared.settings.mailbox_keys import MailboxKeys

WriteBox = Callable[..., Path]


NEEDED_WITHOUT_A_MAILBOX = {
    "imapUrl": "where it is given, there is a mailbox",
    "caFile": "the calendar is reached by it, too",
    "pollSeconds": "harmless: files are looked for each second",
}
"""Keys of mailboxes that are right beside `emlDir` alone, and why."""


def _complaints(*paths: Path) -> list[str]:
    """Return `line: what` of every problem."""
    try:
        load_boxes(paths)
    except ConfigurationError as error:
        return [f"{each.where.rpartition('.xml')[2][1:]}: {each.what}" for each in error.problems]
    return []


@pytest.mark.parametrize("key", ["rootPath", "pop3Email"])
def test_a_mandatory_key_that_is_missing_is_named(write_box: WriteBox, key: str) -> None:
    """I-12: `rootPath` and `pop3Email` are mandatory."""
    assert _complaints(write_box(without=(key,))) == [f": {key} is missing"]


def test_an_empty_mandatory_key_is_missing(write_box: WriteBox) -> None:
    """I-12: a key without a value is not given."""
    assert _complaints(write_box(rootPath=" ")) == [": rootPath is missing"]


@pytest.mark.parametrize(
    "keys",
    [
        (("pop3Url", "mail"), ("pop3Password", "x")),
        (("pop3Url", "mail"), ("pop3OAuth", "True")),
        (("imapUrl", "mail"), ("pop3Password", "x")),
    ],
)
def test_a_server_with_credentials_is_a_source(
    write_box: WriteBox, keys: tuple[tuple[str, str], ...]
) -> None:
    """I-12: a server with password or OAuth is enough without `emlDir`."""
    assert _complaints(write_box(*keys, without=("emlDir",))) == []


@pytest.mark.parametrize(
    ("keys", "complaint"),
    [
        ((), ": there is no source of mail"),
        ((("pop3Password", "x"),), ": there is no source of mail"),
        ((("pop3Url", "mail"),), "6: pop3Url without credentials"),
        ((("pop3OAuth", "false"), ("imapUrl", "m")), "7: imapUrl without credentials"),
    ],
)
def test_half_a_source_is_no_source(
    write_box: WriteBox, keys: tuple[tuple[str, str], ...], complaint: str
) -> None:
    """I-12: a server without credentials, or credentials without server, cannot be read."""
    assert _complaints(write_box(*keys, without=("emlDir",))) == [complaint]


def test_two_servers_contradict_each_other(write_box: WriteBox) -> None:
    """I-2: a box is read by POP3 or by IMAP."""
    path = write_box(("pop3Url", "a"), ("imapUrl", "b"), ("pop3Password", "x"))
    assert _complaints(path) == ["8: imapUrl beside pop3Url (line 7)"]


@pytest.mark.parametrize(
    ("key", "value", "complaint"),
    [
        ("disposition", "move:Done", "POP3 cannot move mail"),
        ("scanType", "unread", "POP3 does not know what is unread"),
    ],
)
def test_what_pop3_cannot_do_is_refused(
    write_box: WriteBox, key: str, value: str, complaint: str
) -> None:
    """I-8, I-10: folders and flags need IMAP."""
    credentials = ("pop3Password", "x")
    pop3 = write_box(("pop3Url", "a"), credentials, (key, value))
    assert _complaints(pop3) == [f"9: {complaint}"]
    assert _complaints(write_box(("imapUrl", "a"), credentials, (key, value))) == []


@pytest.mark.parametrize(
    ("key", "value"), [("disposition", "seen"), ("disposition", "delete"), ("scanType", "all")]
)
def test_what_pop3_can_do_is_taken(write_box: WriteBox, key: str, value: str) -> None:
    """I-8, I-10: mail may stay in a POP3 box, and all of it is read."""
    assert _complaints(write_box(("pop3Url", "a"), ("pop3Password", "x"), (key, value))) == []


@pytest.mark.parametrize(("key", "other"), [("stopFrom", "stopTo"), ("stopTo", "stopFrom")])
def test_half_a_pause_is_refused(write_box: WriteBox, key: str, other: str) -> None:
    """I-4: the start of a pause needs its end, and the other way round."""
    assert _complaints(write_box((key, "06:00"))) == [f"7: {key} without {other}"]


def test_boxes_with_different_root_paths_are_refused(write_box: WriteBox) -> None:
    """I-13: one deployment serves one ERP; the first file is named."""
    first = write_box(file="a.xml")
    second = write_box(file="b.xml", pop3Email="b@firma.cz", rootPath="/srv/other")
    assert _complaints(first, second) == [
        f'4: rootPath "/srv/other" differs from that of {first}:4'
    ]


def test_one_windows_directory_may_be_written_in_two_ways(write_box: WriteBox) -> None:
    """I-13: letter case and a final backslash make no other Windows directory."""
    first = write_box(file="a.xml", rootPath="C:\\Inetpub\\ng")
    second = write_box(file="b.xml", pop3Email="b@firma.cz", rootPath="c:\\inetpub\\ng\\")
    assert _complaints(first, second) == []


def test_on_posix_letter_case_makes_another_directory(write_box: WriteBox) -> None:
    """I-13: `/srv/NG` is not `/srv/ng`."""
    first = write_box(file="a.xml", rootPath="/srv/ng/")
    second = write_box(file="b.xml", pop3Email="b@firma.cz", rootPath="/srv/NG")
    assert len(_complaints(first, second)) == 1


def test_two_boxes_with_one_address_or_one_name_are_refused(write_box: WriteBox) -> None:
    """I-1: an address and a label belong to one box, whatever their letter case."""
    first = write_box(("name", "Office"), file="a.xml")
    second = write_box(("name", "office"), file="b.xml", pop3Email="CRM@firma.cz")
    assert _complaints(first, second) == [
        f'5: pop3Email "crm@firma.cz" is also that of {first}:5',
        f'7: name "office" is also that of {first}:7',
    ]


def test_two_boxes_of_one_deployment_load(write_box: WriteBox) -> None:
    """I-13: boxes with one root path and names of their own stand side by side."""
    paths = [write_box(file="a.xml"), write_box(file="b.xml", pop3Email="b@firma.cz")]
    assert [box.name for box in load_boxes(paths).boxes] == ["a", "b"]


@pytest.mark.parametrize(
    ("groups", "complaint"),
    [
        (["a@firma.cz=crm@firma.cz"], '7: mailGroup "a@firma.cz" names the box itself'),
        (["crm@firma.cz=a@firma.cz"], '7: mailGroup "crm@firma.cz" names the box itself'),
        (
            ["b@firma.cz=c@firma.cz", "a@firma.cz=b@firma.cz"],
            '8: mailGroup "a@firma.cz" names "b@firma.cz", which is one, too',
        ),
        (["x"], '7: mailGroup: "x" is not allowed'),
    ],
)
def test_a_group_names_users_alone(write_box: WriteBox, groups: list[str], complaint: str) -> None:
    """R-c: neither the box nor another group, and the line is told."""
    assert _complaints(write_box(*(("mailGroup", one) for one in groups))) == [complaint]


def test_groups_with_one_address_are_one(write_box: WriteBox) -> None:
    """R-c: a long list may take several lines."""
    lines = [("mailGroup", f"a@firma.cz={name}@firma.cz") for name in ("b", "c", "b")]

    (box,) = load_boxes([write_box(*lines)]).boxes

    assert box.members_of("a@firma.cz") == ("b@firma.cz", "c@firma.cz")
    assert box.members_of("b@firma.cz") == ()


@pytest.mark.parametrize(
    ("key", "one", "other"),
    [
        ("calendar", "true", "false"),
        ("calendarUser", "a@firma.cz", "b@firma.cz"),
        ("calendarWins", "erp", "calendar"),
        ("graphUrl", "https://graph.microsoft.us", "https://graph.microsoft.com"),
    ],
)
def test_files_that_disagree_about_the_calendar_are_refused(
    write_box: WriteBox, key: str, one: str, other: str
) -> None:
    """I-13: a deployment has one calendar; the first file that names the key is told."""
    first = write_box((key, one), file="a.xml")
    second = write_box((key, other), file="b.xml", pop3Email="b@firma.cz")
    silent = write_box(file="c.xml", pop3Email="c@firma.cz")
    assert _complaints(silent, first, second) == [f"7: {key} differs from that of {first}:7"]


def test_any_file_may_name_a_key_of_the_calendar(write_box: WriteBox) -> None:
    """I-13: what one file leaves out another may say, in any order of users."""
    users = [("calendarUser", "a@firma.cz"), ("calendarUser", "b@firma.cz")]
    first = write_box(*users, file="a.xml")
    second = write_box(
        *reversed(users),
        ("calendar", "true"),
        ("calendarPastDays", "7"),
        file="b.xml",
        pop3Email="b@firma.cz",
    )

    found = calendar_keys_of(load_boxes([first, second]).boxes)

    assert (found.calendar, found.calendar_past_days, found.calendar_future_days) == (True, 7, 365)
    assert found.calendar_user == ("a@firma.cz", "b@firma.cz")


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("calendar", "maybe"),
        ("calendarUser", "jana"),
        ("calendarPastDays", "-1"),
        ("calendarFutureDays", "3651"),
        ("calendarDefaultMinutes", "0"),
        ("calendarBrakePercent", "101"),
        ("calendarConcurrency", "0"),
        ("calendarWins", "both"),
    ],
)
def test_keys_of_the_calendar_have_bounds(write_box: WriteBox, key: str, value: str) -> None:
    """I-1: what cannot be meant is refused in its line."""
    assert len(_complaints(write_box((key, value)))) == 1


def test_a_rule_file_is_beside_the_xml_and_waits_with_mail(write_box: WriteBox) -> None:
    """C-1, I-8: relative names belong to the XML file; mail is there until it is recorded."""
    path = write_box(("rulesFile", "rules.toml"))
    absolute = write_box(("rulesFile", "/etc/rules.toml"), file="b.xml", pop3Email="b@firma.cz")

    (box, other) = load_boxes([path, absolute]).boxes

    assert box.rules_file == path.parent / "rules.toml"
    assert other.rules_file == Path("/etc/rules.toml")
    assert (box.dispose_after, box.manual_rules) == ("recorded", True)


@pytest.mark.parametrize(
    ("keys", "complaint"),
    [
        (
            (("rulesFile", "r.toml"), ("disposeAfter", "published")),
            "8: disposeAfter published beside rulesFile",
        ),
        ((("manualRules", "false"),), "7: manualRules false without rulesFile"),
    ],
)
def test_rules_that_could_not_work_are_refused(
    write_box: WriteBox, keys: tuple[tuple[str, str], ...], complaint: str
) -> None:
    """C-1, C-5: mail that is gone cannot be moved, and a box that makes nothing is a mistake."""
    assert _complaints(write_box(*keys)) == [complaint]


@pytest.mark.parametrize(
    ("keys", "complaints"),
    [
        ((("xmlMail", "true"),), ["7: xmlMail without xmlSecret", "7: xmlMail without xmlSender"]),
        ((("journalReports", "true"),), ["7: journalReports without journalSender"]),
        ((("xmlMail", "false"), ("journalReports", "false")), []),
    ],
)
def test_what_would_let_nobody_in_is_refused(
    write_box: WriteBox, keys: tuple[tuple[str, str], ...], complaints: list[str]
) -> None:
    """E-4, I-14: who may send XML and journal reports is named, or the file is wrong."""
    assert _complaints(write_box(*keys)) == complaints


def test_a_short_xml_secret_is_refused_and_not_repeated(write_box: WriteBox) -> None:
    """E-4: what everybody could guess is no secret."""
    path = write_box(("xmlSecret", "0123456789abcde"))

    (complaint,) = _complaints(path)
    assert "xmlSecret" in complaint
    assert "0123456789abcde" not in complaint


@pytest.mark.parametrize(
    "key",
    [key for key in declared(MailboxKeys) if key.name not in NEEDED_WITHOUT_A_MAILBOX],
    ids=lambda key: key.name,
)
def test_a_key_of_mailboxes_that_does_nothing_beside_files_is_warned_of(
    write_box: WriteBox, key: DeclaredKey
) -> None:
    """I-7, I-8: whoever adds a key for mailboxes decides whether a box of files may have it."""
    values = {"disposition": "seen", "startFrom": "all", "disposeAfter": "recorded"}
    flags = {"scanType": "unread", "imapFolders": "INBOX"}
    given = {**values, **flags}.get(key.name, "true")
    (warning,) = load_boxes([write_box((key.name, given))]).warnings

    assert str(warning.what).startswith(f"{key.name} does nothing here")
