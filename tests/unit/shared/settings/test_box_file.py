import traceback
from collections.abc import Callable
from dataclasses import replace
from datetime import date, time
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import pytest

from shared.errors import ConfigProblem, ConfigurationError, ExitCode
from shared.settings import box_file
from shared.settings.box import Box
from shared.settings.box_file import LoadedBoxes, load_boxes, named_paths
from shared.settings.keys import KEY_BY_NAME
from shared.settings.value_types import Disposition, ServerAddress

WriteBox = Callable[..., Path]

_PRAGUE = ZoneInfo("Europe/Prague")
_MANUAL = r"""<?xml version="1.0" encoding="utf-8" ?>
<configuration>
<appSettings>
<add key="rootPath" value="C:\inetpub\wwwroot\netgenium" />
<add key="stopFrom" value="00:00" />
<add key="stopTo" value="06:00" />
<add key="smtpServer" value="localhost" />
<add key="errorFrom" value="crmservice@firma.cz" />
<add key="errorTo" value="support@firma.cz" />
<add key="pop3Url" value="pop3.firma.cz" />
<add key="pop3Email" value="crm@firma.cz" />
<add key="pop3Name" value="crm@firma.cz" />
<add key="pop3Password" value="pop3heslo" />
<add key="pop3OAuth" value="true" />
<add key="emlDir" value="D:\Services\CRMService\eml" />
<add key="saveOriginalsFrom" value="abc@firma.cz" />
<add key="saveIncomingAsPending" value="false" />
</appSettings>
</configuration>
"""


def _load(*paths: Path) -> LoadedBoxes:
    return load_boxes(paths, host_zone=lambda: _PRAGUE)


def _box(path: Path) -> Box:
    return _load(path).boxes[0]


def _problems(*paths: Path) -> tuple[ConfigProblem, ...]:
    with pytest.raises(ConfigurationError) as caught:
        _load(*paths)
    assert caught.value.exit_code is ExitCode.CONFIGURATION_WRONG
    return caught.value.problems


def test_the_manuals_own_example_loads(tmp_path: Path) -> None:
    """I-1: the example of chapter 7 loads as it is, on any system, without a word."""
    path = tmp_path / "crm.xml"
    path.write_text(_MANUAL, encoding="utf-8")
    loaded = _load(path)
    box = loaded.boxes[0]
    assert loaded.warnings == ()
    assert (box.name, box.email, box.root_path) == (
        "crm",
        "crm@firma.cz",
        r"C:\inetpub\wwwroot\netgenium",
    )
    assert str(box.eml_dir) == r"D:\Services\CRMService\eml"
    assert (box.stop_from, box.stop_to) == (time(0, 0), time(6, 0))
    assert (box.pop3_url, box.pop3_oauth) == (ServerAddress(host="pop3.firma.cz"), True)
    assert box.pop3_password is not None
    assert box.pop3_password.get_secret_value() == "pop3heslo"
    assert (box.smtp_server, box.error_from, box.error_to) == (
        ServerAddress(host="localhost"),
        "crmservice@firma.cz",
        "support@firma.cz",
    )
    assert (box.save_originals_from, box.save_incoming_as_pending) == (("abc@firma.cz",), False)


def test_our_own_keys_reach_the_box(write_box: WriteBox) -> None:
    """I-1: keys beyond the manual's are read with their types."""
    box = _box(
        write_box(
            ("name", "Office"),
            ("timeZone", "Europe/London"),
            ("imapUrl", "mail.firma.cz:993"),
            ("pop3Password", "heslo"),
            ("imapFolders", "INBOX"),
            ("imapFolders", "Sent"),
            ("disposition", "move:Done"),
            ("startFrom", "2026-01-31"),
            ("enabled", "False"),
            ("emlSettleSeconds", "0"),
            ("pop3Name", "Shared@Firma.cz"),
        )
    )
    assert (box.name, box.time_zone.key, box.enabled) == ("Office", "Europe/London", False)
    assert box.imap_url == ServerAddress(host="mail.firma.cz", port=993)
    assert box.imap_folders == ("INBOX", "Sent")
    assert box.disposition == Disposition(action="move", folder="Done")
    assert (box.start_from, box.eml_settle_seconds) == (date(2026, 1, 31), 0)
    assert box.pop3_name == "Shared@Firma.cz"


def test_what_is_not_given_has_its_default(write_box: WriteBox) -> None:
    """I-1: name, login, zone and own domain come from the file, the address and the host."""
    box = _box(write_box(pop3Email="CRM@Firma.cz", file="office.xml"))
    assert (box.name, box.email, box.pop3_name) == ("office", "crm@firma.cz", "crm@firma.cz")
    assert (box.time_zone, box.own_domains) == (_PRAGUE, frozenset({"firma.cz"}))
    assert (box.disposition, box.poll_seconds, box.enabled) == (Disposition(), 300, True)
    assert set(box.vocabulary.values()) == {()}


def test_repeated_keys_are_lists_and_empty_ones_are_left_out(write_box: WriteBox) -> None:
    """R-12, D-3, V: repeated keys become lists; an empty value is a warning, never a wildcard."""
    loaded = _load(
        write_box(
            ("ignoreSubject", "Mimo  provoz "),
            ("ignoreSubject", " "),
            ("ignoreSubject", "Out of service"),
            ("saveOriginalsFrom", "ABC@firma.cz"),
            ("ownDomain", "@Firma.SK"),
            ("contractToken", "Akce:"),
            ("contractToken", ""),
        )
    )
    box = loaded.boxes[0]
    assert box.ignore_subject == ("Mimo  provoz ", "Out of service")
    assert box.save_originals_from == ("abc@firma.cz",)
    assert box.own_domains == {"firma.cz", "firma.sk"}
    assert box.vocabulary["contractToken"] == ("Akce:",)
    assert [warning.where.rpartition(":")[2] for warning in loaded.warnings] == ["8", "13"]


def test_three_misspelt_keys_and_a_bad_value_are_reported_at_once(write_box: WriteBox) -> None:
    """I-1: all problems of a file stand in one error, each with its line and what was meant."""
    path = write_box(
        ("rootpath", "/srv/netgenium"),
        ("pop3Ulr", "pop3.firma.cz"),
        ("stopFrom", "22:00"),
        ("stopTo", "26:00"),
        ("pop3Pasword", "heslo"),
        without=("rootPath",),
    )
    found = [(problem.where, problem.what, problem.remedy) for problem in _problems(path)]
    assert found == [
        (f"{path}:6", 'unknown key "rootpath"', "Did you mean rootPath?"),
        (f"{path}:7", 'unknown key "pop3Ulr"', "Did you mean pop3Url?"),
        (
            f"{path}:9",
            'stopTo: "26:00" is not allowed',
            "Allowed is a time from 00:00 to 23:59, written HH:mm.",
        ),
        (f"{path}:10", 'unknown key "pop3Pasword"', "Did you mean pop3Password?"),
    ]


def test_a_key_that_resembles_none_is_a_warning(write_box: WriteBox) -> None:
    """I-1: an old installation with a key that nobody knows still loads."""
    path = write_box(("logDirectory", "D:\\Log"))
    warnings = _load(path).warnings
    assert [(warning.where, warning.what) for warning in warnings] == [
        (f"{path}:7", 'unknown key "logDirectory", passed over')
    ]
    assert "D:" not in str(warnings)


def test_a_name_that_people_expect_leads_to_ours(write_box: WriteBox) -> None:
    """I-1: the login of an IMAP box has the keys of POP3, and the error says so."""
    path = write_box(("imapUrl", "mail.firma.cz"), ("imapPassword", "heslo"))
    assert [problem.remedy for problem in _problems(path)] == ["Did you mean pop3Password?"]


def test_key_and_value_the_wrong_way_round_are_noticed(write_box: WriteBox) -> None:
    """I-1: a password in the place of the key is not repeated."""
    path = write_box(("heslo123", "pop3Password"), ("pop3Url", "pop3.firma.cz"))
    (problem,) = _problems(path)
    assert problem.where == f"{path}:7"
    assert "Exchange key and value" in problem.remedy
    assert "heslo123" not in str(problem)


def test_a_key_that_stands_twice_names_both_lines(write_box: WriteBox) -> None:
    """I-1: a key that may stand once and is repeated is an error with both lines."""
    (problem,) = _problems(write_box(("name", "a"), ("name", "b")))
    assert problem.where.endswith("crm.xml:8")
    assert "line 7" in problem.what


@pytest.mark.parametrize(
    ("key", "value", "words"),
    [
        ("pop3OAuth", "treu", "nearest: true"),
        ("pop3Email", "crm(at)firma.cz", "one e-mail address"),
        ("timeZone", "Europe/Praha", "nearest: Europe/Prague"),
        ("pollSeconds", "5m", "whole seconds"),
        ("smtpTls", "ssl", "starttls or tls or none"),
        ("scanType", "unraed", "nearest: unread"),
        ("disposition", "archive", "move:<folder>"),
        ("emlDir", "eml", "an absolute path"),
    ],
)
def test_a_bad_value_names_key_value_and_what_is_allowed(
    write_box: WriteBox, key: str, value: str, words: str
) -> None:
    """I-1: a bad value is one problem that says what may stand there."""
    path = write_box((key, value), without=(key,))
    (problem,) = _problems(path)
    assert key in problem.what
    assert f'"{value}"' in problem.what
    assert words in problem.remedy


def test_no_secret_appears_anywhere(write_box: WriteBox) -> None:
    """I-1: passwords, also under misspelt keys, stand in no error, traceback, box or warning."""
    secret = "Tajne-Heslo-1"
    good = write_box(
        ("imapUrl", "mail.firma.cz"), ("pop3Password", secret), ("smtpPassword", secret),
        ("oldThing", secret),
    )  # fmt: skip
    loaded = _load(good)
    assert secret not in repr(loaded) + str(loaded.boxes) + loaded.boxes[0].model_dump_json()
    bad = write_box(
        ("pop3Url", f"crm:{secret}@pop3.firma.cz"), ("pop3Pasword", secret),
        ("smtpPassword", f"{secret}\n"), ("pop3Password", secret), ("pop3Password", secret),
        file="bad.xml",
    )  # fmt: skip
    with pytest.raises(ConfigurationError) as caught:
        _load(bad)
    shown = "".join(traceback.format_exception(caught.value)) + repr(caught.value.problems)
    assert len(caught.value.problems) == 4
    assert secret not in shown


def test_missing_and_unreadable_files_are_reported_with_the_others(
    write_box: WriteBox, tmp_path: Path
) -> None:
    """I-1: a missing file, a directory and a broken key of a third file come in one error."""
    problems = _problems(tmp_path / "no.xml", tmp_path, write_box(("nmae", "x")))
    assert [problem.what for problem in problems] == [
        "there is no such file",
        "this is not a file",
        'unknown key "nmae"',
    ]


def test_a_file_name_that_is_no_label_asks_for_a_name(write_box: WriteBox) -> None:
    """I-1: a file name with a control character is no default for `name`."""
    (problem,) = _problems(write_box(file="a\tb.xml"))
    assert "Add name" in problem.remedy
    assert _box(write_box(("name", "a"), file="a\tb.xml")).name == "a"


def test_a_host_without_a_zone_asks_for_one(write_box: WriteBox) -> None:
    """I-4: where the host's zone cannot be found, `timeZone` is asked for and is enough."""

    def nowhere() -> ZoneInfo:
        raise ZoneInfoNotFoundError("no zone")

    with pytest.raises(ConfigurationError, match="Add timeZone"):
        load_boxes([write_box()], host_zone=nowhere)
    named = write_box(("timeZone", "Europe/Prague"))
    assert load_boxes([named], host_zone=nowhere).boxes[0].time_zone == _PRAGUE


def test_a_key_that_does_nothing_yet_is_told_apart(
    write_box: WriteBox, monkeypatch: pytest.MonkeyPatch
) -> None:
    """I-1: `check` says it to whoever moves over; a start does not repeat it for ever."""
    known = KEY_BY_NAME["enabled"]
    idle = replace(known, key=replace(known.key, acts=False))
    monkeypatch.setattr(box_file, "KEY_BY_NAME", {**KEY_BY_NAME, "enabled": idle})

    loaded = load_boxes([write_box(("enabled", "true"))])

    (told,) = loaded.idle
    assert told.where.endswith("crm.xml:7")
    assert told.what == "enabled has no effect in this version"
    assert loaded.warnings == ()


@pytest.mark.parametrize(
    ("given", "read"),
    [("*", "*"), (" * ", "*"), ("Helpdesk@Beta.example", "helpdesk@beta.example")],
)
def test_a_problem_sender_is_an_address_or_anybody(
    write_box: WriteBox, given: str, read: str
) -> None:
    """S-8: `*` lets anybody tell, change and move problems."""
    assert _box(write_box(("problemSender", given))).problem_sender == (read,)


@pytest.mark.parametrize("given", ["*@beta.example", "beta.example", "**", "* @beta.example"])
def test_no_other_pattern_is_a_problem_sender(write_box: WriteBox, given: str) -> None:
    """S-8, E-5: what would never fit anybody is refused with what is allowed."""
    (problem,) = _problems(write_box(("problemSender", given)))

    assert "problemSender" in problem.what


def test_keys_of_mailboxes_do_nothing_for_files_alone(write_box: WriteBox) -> None:
    """I-8: whoever sets them is told at each start and by `check`; beside a mailbox they act."""
    keys = (("disposeAfter", "recorded"), ("scanType", "all"))
    mailbox = (("imapUrl", "imap.firma.cz"), ("pop3Password", "x"))

    alone = _load(write_box(*keys))
    beside = _load(write_box(*keys, *mailbox))

    assert [one.what.partition(" ")[0] for one in alone.warnings] == ["disposeAfter", "scanType"]
    assert "from emlDir alone" in alone.warnings[0].what
    assert beside.warnings == ()


def test_every_key_that_names_a_path_is_looked_at_beside_what_is_misspelt(
    write_box: WriteBox,
) -> None:
    """O-1: `check` finds a wrong path although no box can be made of the file yet."""
    keys = ("caFile", "templatesDir", "rulesFile")
    path = write_box(*((key, f"/srv/{key}") for key in keys), ("colour", "green"))

    named = {one.key: one.path for one in named_paths([path])}

    assert named == {
        "rootPath": Path("/srv/netgenium"),
        "emlDir": Path("/srv/eml"),
        **{key: Path(f"/srv/{key}") for key in keys},
    }
