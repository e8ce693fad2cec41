"""Reading one value of the configuration: text in, typed value out, or what is allowed instead.

A parser takes the text as written and returns the value. It raises `NotAllowedError` with what is
allowed; it never repeats the text, because only the caller knows whether it is a secret.
"""

import os
import re
import unicodedata
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import date, time
from ipaddress import ip_address
from pathlib import Path, PurePosixPath, PureWindowsPath
from typing import Literal
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

from pydantic import SecretStr
from tzlocal.windows_tz import win_tz

from shared.contracts.said import Said, said, verbatim
from shared.domain.addresses import comparable, is_valid_address
from shared.settings.near_miss import nearest
from shared.settings.value_types import Disposition, MailGroup, ServerAddress

Parser = Callable[[str], object]

_CLOCK = re.compile(r"([0-9]{1,2}):([0-9]{2})")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_SECONDS = re.compile(r"[0-9]{1,4}(\.[0-9]{1,3})?")
_HOST = re.compile(r"[\w.-]{1,253}|\[[0-9A-Fa-f:.]+\]")
_DOMAIN = re.compile(r"[\w-]+(\.[\w-]+)*")
_LAST_PORT = 65535
_LONGEST_NAME = 100
_LONG_SECRET = 16
_LOOPBACK = ("localhost", "127.0.0.1", "::1")


class NotAllowedError(ValueError):
    """A value that cannot stand where it stands.

    Attributes:
        allowed: What may stand there, for a person.
        meant: The allowed value that is nearest, if one is near.
        quotable: False where the value may hold a password and is not to be repeated.
    """

    def __init__(self, allowed: Said, meant: str | None = None, *, quotable: bool = True) -> None:
        """Take what the report needs; the value itself is not kept."""
        super().__init__(allowed)
        self.allowed = allowed
        self.meant = meant
        self.quotable = quotable

    @property
    def remedy(self) -> Said:
        """What to do about it."""
        if self.meant is None:
            return said("Allowed is {allowed}.", allowed=self.allowed)
        return said(
            "Allowed is {allowed}; nearest: {meant}.", allowed=self.allowed, meant=self.meant
        )


def text(value: str) -> str:
    """Return `value` as written; control characters are refused."""
    if any(unicodedata.category(each) == "Cc" for each in value):
        raise NotAllowedError(said("text in one line without control characters"))
    return value


def phrase(value: str) -> str:
    """Return `value` as written; folding takes care of its white space (behaviour V)."""
    return value


def label(value: str) -> str:
    """Read the name of a box, which appears in logs, metrics and queue names (I-1)."""
    name = value.strip()
    if not name or not name.isprintable() or len(name) > _LONGEST_NAME:
        raise NotAllowedError(
            said("a name of 1 to {longest_name} printable characters", longest_name=_LONGEST_NAME)
        )
    return name


def secret(value: str) -> SecretStr:
    """Wrap a password; blanks at its ends belong to it."""
    return SecretStr(text(value))


def long_secret(value: str) -> SecretStr:
    """Return a secret that nobody guesses: at least 16 characters."""
    if len(value.strip()) < _LONG_SECRET:
        raise NotAllowedError(
            said("at least {number} characters", number=_LONG_SECRET), quotable=False
        )
    return secret(value)


def flag(value: str) -> bool:
    """Read `true` or `false` in any letter case, as .NET writes them."""
    return choice("true", "false")(value) == "true"


def choice(*allowed: str) -> Callable[[str], str]:
    """Make a parser that takes one of `allowed`, in any letter case."""

    def one_of(value: str) -> str:
        word = value.strip().casefold()
        if word not in allowed:
            raise NotAllowedError(_alternatives(allowed), nearest(word, allowed))
        return word

    return one_of


def clock_time(value: str) -> time:
    """Read a time of day as the manual writes it, `HH:mm` (ch. 7)."""
    allowed = said("a time from 00:00 to 23:59, written HH:mm")
    matched = _CLOCK.fullmatch(value.strip())
    if matched is None:
        raise NotAllowedError(allowed)
    try:
        return time(int(matched[1]), int(matched[2]))
    except ValueError:
        raise NotAllowedError(allowed) from None


def start(value: str) -> date | Literal["all"]:
    """Read `startFrom`: a date, or `all` (I-11)."""
    allowed = said("a date as 2026-11-30, or all")
    word = value.strip()
    if word.casefold() == "all":
        return "all"
    if _DAY.fullmatch(word) is None:
        raise NotAllowedError(allowed, nearest(word, ["all"]))
    try:
        return date.fromisoformat(word)
    except ValueError:
        raise NotAllowedError(allowed) from None


def zone(value: str) -> ZoneInfo:
    """Read an IANA time zone; the name Windows gives it is not one, but is understood."""
    name = value.strip()
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        meant = win_tz.get(name) or nearest(name, sorted(available_timezones()))
        raise NotAllowedError(said("an IANA time zone as Europe/Prague"), meant) from None


def seconds(value: str) -> float:
    """Read a time span in seconds that may be 0."""
    if _SECONDS.fullmatch(value.strip()) is None:
        raise NotAllowedError(said("seconds from 0 to 9999, as 1 or 0.5"))
    return float(value)


def interval(value: str) -> int:
    """Read whole seconds between two polls (I-3)."""
    return _whole(value, 1, 86400, said("whole seconds from 1 to 86400"))


def whole(least: int, most: int, what: Said) -> Callable[[str], int]:
    """Return a reader of a whole number from `least` to `most`; `what` it counts."""
    return lambda value: _whole(
        value, least, most, said("{what} from {least} to {most}", what=what, least=least, most=most)
    )


def port(value: str) -> int:
    """Read a TCP port."""
    return _whole(value, 1, _LAST_PORT, said("a port from 1 to {last}", last=_LAST_PORT))


def address(value: str) -> str:
    """Read one e-mail address, in lower case."""
    address = comparable(value.strip())
    if not is_valid_address(address):
        raise NotAllowedError(said("one e-mail address as crm@firma.cz"))
    return address


def mail_group(value: str) -> MailGroup:
    """Read an address and the users that it counts as (R-c)."""
    allowed = said("an address and its users, as obchod@firma.cz=jana@firma.cz,tom@firma.cz")
    group, equals, users = value.partition("=")
    try:
        members = tuple(dict.fromkeys(map(address, users.split(","))))
        found = MailGroup(address=address(group), members=members)
    except NotAllowedError:
        raise NotAllowedError(allowed) from None
    if not equals or found.address in members:
        raise NotAllowedError(allowed)
    return found


def domain(value: str) -> str:
    """Read a domain, in lower case and without a leading `@`."""
    name = comparable(value.strip().removeprefix("@"))
    if _DOMAIN.fullmatch(name) is None:
        raise NotAllowedError(said("a domain as firma.cz"))
    return name


def host_pattern(value: str) -> str:
    """Read a host's name or address, or `*.` and a domain for all below it, in lower case (S-1)."""
    name = value.strip().lower()
    with suppress(ValueError):
        return str(ip_address(name))
    if _DOMAIN.fullmatch(name.removeprefix("*.")) is None:
        raise NotAllowedError(said("a host as mx.firma.cz, *.firma.cz, or an address"))
    return name


def absolute_path(value: str) -> str:
    """Read an absolute path of Windows or of a POSIX system, kept as written (ch. 7)."""
    if not (PurePosixPath(value).is_absolute() or PureWindowsPath(value).is_absolute()):
        raise NotAllowedError(said("an absolute path"))
    return text(value)


def is_windows_path(written: str) -> bool:
    """Tell whether `written` is a path of Windows that this machine cannot have (I-13)."""
    return os.name == "posix" and bool(PureWindowsPath(written).drive)


def absolute_folder(value: str) -> Path:
    """Read an absolute path as a path of this machine; whether it exists is not asked."""
    return Path(absolute_path(value))


def server(value: str) -> ServerAddress:
    """Read `server` or `server:port` (ch. 7); an IPv6 address is in brackets."""
    host, number = _split_port(value.strip())
    if _HOST.fullmatch(host) is None:
        allowed = said("server or server:port, without protocol, name or password")
        raise NotAllowedError(allowed, quotable="@" not in value)
    return ServerAddress(host=host.strip("[]"), port=None if number is None else port(number))


def web_address(value: str) -> str:
    """Read an https address; plain http only to this machine, for a test server."""
    written = text(value.strip())
    if "@" in written or not _is_safe_web_address(written):
        allowed = said("an https address without name and password")
        raise NotAllowedError(allowed, quotable="@" not in written)
    return written.rstrip("/")


def mail_disposition(value: str) -> Disposition:
    """Read `delete`, `seen` or `move:<folder>` (I-8)."""
    action, _, folder = value.strip().partition(":")
    word = action.strip().casefold()
    if word == "move" and folder.strip():
        return Disposition(action="move", folder=text(folder.strip()))
    if word == "delete" and not folder:
        return Disposition(action="delete")
    if word == "seen" and not folder:
        return Disposition(action="seen")
    meant = nearest(word, ("delete", "seen", "move"))
    raise NotAllowedError(
        said("delete, seen or move:<folder>"), "move:<folder>" if meant == "move" else meant
    )


def _split_port(written: str) -> tuple[str, str | None]:
    if "@" in written or ":" not in written or written.endswith("]"):
        return written, None
    host, _, number = written.rpartition(":")
    return host, number


def _is_safe_web_address(written: str) -> bool:
    try:
        parts = urlsplit(written)
        host = parts.hostname
    except ValueError:
        return False
    return bool(host) and (
        parts.scheme == "https" or (parts.scheme == "http" and host in _LOOPBACK)
    )


def _alternatives(words: Sequence[str]) -> Said:
    if len(words) == 1:
        return verbatim(words[0])
    return said("{first} or {more}", first=words[0], more=_alternatives(words[1:]))


def _whole(value: str, least: int, most: int, allowed: Said) -> int:
    digits = value.strip()
    if not (digits.isascii() and digits.isdigit() and len(digits) <= len(str(most))):
        raise NotAllowedError(allowed)
    number = int(digits)
    if not least <= number <= most:
        raise NotAllowedError(allowed)
    return number
