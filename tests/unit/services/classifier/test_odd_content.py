"""Content that is no text of ours to read: encrypted, packed by a vendor, or somewhere else."""

import mimetypes

import pytest

from services.classifier.parse.mail import parse_mail
from tests.builders import a_mail, raw_mail

HEAD = b"From: a@b.cz\nTo: c@d.cz\nSubject: odd\nMIME-Version: 1.0\n"


def test_a_vendors_package_is_kept_as_a_file() -> None:
    """H-27: winmail.dat without files inside, whole or cut off, is a file itself."""
    raw = HEAD + (
        b'Content-Type: application/ms-tnef; name="winmail.dat"\n'
        b"Content-Transfer-Encoding: base64\n\neJ8+IgEAAQ==\n"
    )

    for one in (raw, raw[:-8]):
        mail = parse_mail(one, "key")
        assert [part.name for part in mail.attachments] == ["winmail.dat"]
        assert mail.text == ""


@pytest.mark.parametrize(
    ("content_type", "name"),
    [
        (b'application/pkcs7-mime; smime-type=enveloped-data; name="smime.p7m"', "smime.p7m"),
        (b'application/pkcs7-mime; smime-type=signed-data; name="smime.p7m"', "smime.p7m"),
        (b'application/octet-stream; name="encrypted.asc"', "encrypted.asc"),
    ],
)
def test_encrypted_mail_is_stored_and_not_searched(content_type: bytes, name: str) -> None:
    """H-28: encrypted mail, and what only says it is signed, is a file without tokens."""
    raw = HEAD + b"Content-Type: %s\n\nContract:1 by accident\n" % content_type

    assert [part.name for part in parse_mail(raw, "key").attachments] == [name]
    assert a_mail(raw).tokens == ()


def test_content_that_is_somewhere_else_is_not_fetched(monkeypatch: pytest.MonkeyPatch) -> None:
    """H-29: external bodies, fragments and remote pictures cause no connection at all."""

    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("a connection was tried")

    monkeypatch.setattr("socket.socket.connect", refuse)
    monkeypatch.setattr("socket.getaddrinfo", refuse)
    picture = b"Content-Type: text/html\n\n<img src='http://127.0.0.1/x.png'><p>Hello</p>\n"
    external = (
        b"Content-Type: message/external-body; access-type=URL;\n"
        b' URL="http://127.0.0.1/body"\n\nContent-Type: text/plain\n\n'
    )
    fragment = b'Content-Type: message/partial; id="x"; number=1; total=2\n\nSubject: x\n\nHello\n'

    for content in (picture, external, fragment):
        assert parse_mail(HEAD + content, "key").subject == "odd"
    assert "Hello" in parse_mail(HEAD + picture, "key").text


def test_the_host_has_no_say_in_a_files_name(monkeypatch: pytest.MonkeyPatch) -> None:
    """A-4: the ending of a nameless file is the same on every machine."""
    mimetypes.init()
    table = mimetypes._db  # type: ignore[attr-defined]  # what the module's functions ask
    monkeypatch.setitem(table.types_map_inv[True], "application/x-host", [".host"])
    assert mimetypes.guess_extension("application/x-host") == ".host"

    mail = parse_mail(HEAD + b"Content-Type: application/x-host\n\nx\n", "key")

    assert [part.name.rpartition(".")[2] for part in mail.attachments] == ["bin"]


def test_references_without_end_are_bounded() -> None:
    """H-34: an absurd Message-ID or a megabyte of references is cut, and the mail is read."""
    references = "".join(f" <{number}@x.example>\n" for number in range(50_000))
    mail = a_mail(raw_mail(more=f"Message-ID: <{'m' * 100_000}@x>\nReferences:{references}"))

    assert len(mail.answers_to) == 20
    assert mail.sender is not None


@pytest.mark.parametrize(
    ("subject", "named"),
    [
        ("Task:1 Task:2", ["task 1", "task 2"]),
        ("Contract:007", ["contract 007"]),
        ("Contract : 5", ["contract 5"]),
        ("Contract\N{FULLWIDTH COLON}5", ["contract 5"]),
        ("Contract:\N{NO-BREAK SPACE}5", ["contract 5"]),
        ("Zaka\N{COMBINING ACUTE ACCENT}zka: 5", ["contract 5"]),
        ("Contract: five", []),
    ],
)
def test_odd_ways_of_writing_a_token(subject: str, named: list[str]) -> None:
    """H-35: several tokens, leading zeros, blanks, other colons and composed letters."""
    assert [str(token) for token in a_mail(subject=subject).tokens] == named
