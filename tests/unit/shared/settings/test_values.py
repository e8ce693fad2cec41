from datetime import date, time
from zoneinfo import ZoneInfo

import pytest

from shared.settings import values
from shared.settings.value_types import Disposition, ServerAddress
from shared.settings.values import NotAllowedError, Parser


@pytest.mark.parametrize(
    ("parse", "text", "expected"),
    [
        (values.flag, "True", True),
        (values.flag, " FALSE ", False),
        (values.clock_time, "00:00", time(0, 0)),
        (values.clock_time, "6:30", time(6, 30)),
        (values.start, "ALL", "all"),
        (values.start, "2026-11-30", date(2026, 11, 30)),
        (values.zone, "Europe/Prague", ZoneInfo("Europe/Prague")),
        (values.seconds, "0", 0.0),
        (values.seconds, "0.25", 0.25),
        (values.interval, "300", 300),
        (values.port, "65535", 65535),
        (values.domain, "@Firma.CZ", "firma.cz"),
        (values.absolute_path, "C:\\inetpub\\netgenium", "C:\\inetpub\\netgenium"),
        (values.absolute_path, "\\\\server\\share\\ng", "\\\\server\\share\\ng"),
        (values.mail_disposition, "delete", Disposition()),
        (values.mail_disposition, "Seen", Disposition(action="seen")),
        (
            values.mail_disposition,
            "move: Done/2026 ",
            Disposition(action="move", folder="Done/2026"),
        ),
        (values.web_address, "https://graph.example/v1.0/", "https://graph.example/v1.0"),
        (values.web_address, "http://127.0.0.1:8080/v1.0", "http://127.0.0.1:8080/v1.0"),
    ],
)
def test_a_good_value_is_read(parse: Parser, text: str, expected: object) -> None:
    """I-1: values are read as an old installation or a person writes them."""
    assert parse(text) == expected


@pytest.mark.parametrize(
    ("text", "host", "port"),
    [
        ("pop3.firma.cz", "pop3.firma.cz", None),
        (" mail:995 ", "mail", 995),
        ("[2001:db8::1]:993", "2001:db8::1", 993),
        ("[::1]", "::1", None),
    ],
)
def test_a_server_is_read_with_and_without_port(text: str, host: str, port: int | None) -> None:
    """I-2: `server` and `server:port` are read, IPv6 in brackets."""
    assert values.server(text) == ServerAddress(host=host, port=port)


@pytest.mark.parametrize(
    "text",
    ["CRM@Firma.cz", "crm@localhost", "a@b.test", "a@host.example", "crm@server", "o'neil@x.cz"],
)
def test_addresses_of_private_networks_are_addresses(text: str) -> None:
    """I-1: an address is read in lower case, also below reserved and dotless domains."""
    assert values.address(text) == text.lower()


@pytest.mark.parametrize(
    ("parse", "text"),
    [
        (values.flag, "yes"),
        (values.clock_time, "24:00"),
        (values.clock_time, "6.30"),
        (values.clock_time, "\uff11\uff12:00"),
        (values.start, "2026-02-30"),
        (values.start, "20261130"),
        (values.zone, "Prague"),
        (values.zone, "../../etc/passwd"),
        (values.zone, "Europe"),
        (values.zone, ""),
        (values.seconds, "-1"),
        (values.seconds, "nan"),
        (values.seconds, "1e9"),
        (values.interval, "0"),
        (values.interval, "9" * 10_000),
        (values.interval, "٣"),
        (values.port, "65536"),
        (values.address, "crm"),
        (values.address, "crm@"),
        (values.address, "a@b..cz"),
        (values.address, "a@firma.cz, b@firma.cz"),
        (values.address, "a@firma.cz\r\nBcc: b@firma.cz"),
        (values.domain, "a@firma.cz"),
        (values.domain, "firma..cz"),
        (values.absolute_path, "eml"),
        (values.absolute_path, "C:eml"),
        (values.absolute_path, "/srv/\nerp"),
        (values.server, "https://pop3.firma.cz"),
        (values.server, "pop3.firma.cz:"),
        (values.server, "pop3.firma.cz:0"),
        (values.server, "a:b:110"),
        (values.server, "a" * 254),
        (values.mail_disposition, "move:"),
        (values.mail_disposition, "keep"),
        (values.mail_disposition, "delete:all"),
        (values.web_address, "http://graph.example"),
        (values.web_address, "https://[graph"),
        (values.web_address, "file:///etc/passwd"),
        (values.text, "a\nb"),
        (values.label, "  "),
        (values.label, "a\tb"),
        (values.label, "x" * 101),
    ],
)
def test_a_bad_value_says_what_is_allowed(parse: Parser, text: str) -> None:
    """I-1: a value that cannot work is refused with what may stand there."""
    with pytest.raises(NotAllowedError) as caught:
        parse(text)
    assert caught.value.allowed
    assert str(caught.value) == caught.value.allowed


@pytest.mark.parametrize(
    ("parse", "text", "meant"),
    [
        (values.flag, "treu", "true"),
        (values.choice("starttls", "tls", "none"), "startls", "starttls"),
        (values.zone, "europe/prague", "Europe/Prague"),
        (values.zone, "Central Europe Standard Time", "Europe/Budapest"),
        (values.mail_disposition, "delte", "delete"),
        (values.mail_disposition, "mvoe:Done", "move:<folder>"),
        (values.mail_disposition, "keep", None),
    ],
)
def test_a_bad_choice_names_the_nearest(parse: Parser, text: str, meant: str | None) -> None:
    """I-1: where values are a choice, the nearest one is named, if one is near."""
    with pytest.raises(NotAllowedError) as caught:
        parse(text)
    assert caught.value.meant == meant


@pytest.mark.parametrize(
    ("parse", "text"),
    [
        (values.server, "crm:heslo@pop3.firma.cz"),
        (values.server, "crm:heslo@pop3.firma.cz:995"),
        (values.web_address, "https://crm:heslo@graph.example"),
    ],
)
def test_an_address_with_a_password_is_not_to_be_repeated(parse: Parser, text: str) -> None:
    """I-1: a server written with name and password is refused and marked as not quotable."""
    with pytest.raises(NotAllowedError) as caught:
        parse(text)
    assert not caught.value.quotable


def test_a_password_keeps_its_blanks_and_hides_itself() -> None:
    """I-1: a password is taken as written and shows nothing of itself."""
    password = values.secret(" heslo ")
    assert password.get_secret_value() == " heslo "
    assert "heslo" not in repr(password)


def test_a_group_is_read_with_its_users() -> None:
    """R-c: in any letter case and with blanks; a user named twice is one."""
    read = values.mail_group(" Obchod@Firma.cz = jana@firma.cz, TOM@firma.cz ,jana@firma.cz")

    assert read.address == "obchod@firma.cz"
    assert read.members == ("jana@firma.cz", "tom@firma.cz")


@pytest.mark.parametrize(
    "text",
    ["", "a@b.cz", "a@b.cz=", "=a@b.cz", "a@b.cz=c", "a=b@c.cz", "a@b.cz=c@d.cz;e@f.cz",
     "a@b.cz=c@d.cz,", "a@b.cz=x@b.cz,a@b.cz", "a@b.cz:c@d.cz"],
)  # fmt: skip
def test_a_bad_group_tells_how_one_is_written(text: str) -> None:
    """R-c: an address, an equals sign, users; never itself."""
    with pytest.raises(NotAllowedError, match=r"obchod@firma\.cz=jana@firma\.cz,tom@firma\.cz"):
        values.mail_group(text)
