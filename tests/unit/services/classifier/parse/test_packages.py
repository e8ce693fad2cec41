"""Parts that hold others in a form of their own: signed mail and winmail.dat."""

import base64
import struct
import time
from collections.abc import Callable
from datetime import UTC, datetime

import pytest
import trustme
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding, load_pem_private_key
from cryptography.hazmat.primitives.serialization.pkcs7 import PKCS7Options, PKCS7SignatureBuilder
from cryptography.x509 import load_pem_x509_certificate

from services.classifier.parse.mail import parse_mail
from services.classifier.parse.parsed_mail import ParsedMail
from services.classifier.parse.signed import signed_content
from services.classifier.parse.tnef import packed_files
from shared.backup.parts import decode_part
from tests.builders import a_mail
from tests.calendar_builders import a_calendar, a_part, an_event
from tests.report_builders import a_recipient, a_report

PDF = b"%PDF-1.4\n" + bytes(range(256))
INNER = (
    b'Content-Type: multipart/mixed; boundary="i"\r\n\r\n--i\r\n'
    b'Content-Type: multipart/alternative; boundary="j"\r\n\r\n--j\r\n'
    b"Content-Type: text/plain; charset=utf-8\r\n\r\nDobr\xc3\xbd den, Contract:123\r\n--j\r\n"
    b"Content-Type: text/html\r\n\r\n<p>Hi</p>\r\n--j--\r\n--i\r\n"
    b'Content-Type: application/pdf; name="a.pdf"\r\nContent-Transfer-Encoding: base64\r\n\r\n'
    + base64.encodebytes(PDF)
    + b"--i--\r\n"
)


def signed_by_a_library(content: bytes) -> bytes:
    """`content`, signed opaquely."""
    issued = trustme.CA(key_type=trustme.KeyType.ECDSA).issue_cert("jan@firma.cz")
    certificate = load_pem_x509_certificate(issued.cert_chain_pems[0].bytes())
    key = load_pem_private_key(issued.private_key_pem.bytes(), None)
    builder = PKCS7SignatureBuilder().set_data(content)
    builder = builder.add_signer(certificate, key, hashes.SHA256())  # type: ignore[arg-type]
    return builder.sign(Encoding.DER, [PKCS7Options.Binary])


def mailed(content: bytes, content_type: str, name: str, before: bytes = b"") -> bytes:
    """A mail with a file, behind parts that may come before."""
    return (
        b'From: a@b.cz\nTo: c@d.cz\nContent-Type: multipart/mixed; boundary="x"\n\n' + before
        + f'--x\nContent-Type: {content_type}; name="{name}"\n'.encode()
        + b"Content-Transfer-Encoding: base64\n\n" + base64.encodebytes(content) + b"--x--\n"
    )  # fmt: skip


def files_of(raw: bytes, mail: ParsedMail) -> dict[str, bytes]:
    """Files of a mail as they are stored."""
    return {part.name: decode_part(raw[part.start : part.end], part) for part in mail.attachments}


def in_pieces(content: bytes) -> bytes:
    """A signed message as programs write it that do not know the length before."""
    pieces = [content[begin : begin + 100] for begin in range(0, len(content), 100)]
    chunks = b"".join(b"\x04" + bytes([len(piece)]) + piece for piece in pieces)
    data = bytes.fromhex("06092a864886f70d010701")
    signed_data = bytes.fromhex("06092a864886f70d010702")
    algorithms = b"\x31\x80\x30\x80\x05\x00\x00\x00\x00\x00"
    inner = b"\x30\x80" + data + b"\xa0\x80\x24\x80" + chunks + b"\x00\x00" * 3
    return b"\x30\x80" + signed_data + b"\xa0\x80\x30\x80\x02\x01\x01" + algorithms + inner


@pytest.fixture(scope="module")
def signed() -> bytes:
    """INNER, signed."""
    return signed_by_a_library(INNER)


@pytest.mark.parametrize(
    ("content_type", "name"),
    [
        ("application/pkcs7-mime; smime-type=signed-data", "smime.p7m"),
        ("application/x-pkcs7-mime", "smime.p7m"),
        ("application/octet-stream", "SMIME.P7M"),
    ],
)
def test_opaquely_signed_mail_is_read(signed: bytes, content_type: str, name: str) -> None:
    """H-28, A-3, A-4: text and files inside count as any mail's; the message stays a file."""
    raw = mailed(signed, content_type, name)
    mail = parse_mail(raw, "key")

    assert mail.text.strip() == "Dobrý den, Contract:123"
    assert files_of(raw, mail) == {"a.pdf": PDF, name: signed}
    assert any("nobody has verified" in defect for defect in mail.defects)
    assert [token.number for token in a_mail(raw).tokens] == ["123"]


def test_signed_mail_in_pieces_is_read_and_its_files_stay_inside(signed: bytes) -> None:
    """H-28: a writer that did not know the length; no range of bytes is a file then."""
    raw = mailed(in_pieces(INNER), "application/pkcs7-mime", "smime.p7m")
    mail = parse_mail(raw, "key")

    assert signed_content(signed) == (INNER, signed.index(INNER))
    assert "Contract:123" in mail.text
    assert [part.name for part in mail.attachments] == ["smime.p7m"]


@pytest.mark.parametrize("wrapped", [signed_by_a_library, in_pieces], ids=["whole", "pieces"])
def test_an_invitation_in_signed_mail_is_one(wrapped: Callable[[bytes], bytes]) -> None:
    """R-5, H-28: Outlook signs what it sends as a whole; in one piece or in several."""
    calendar = a_part(a_calendar(*an_event("DTSTART:20261110T080000Z")))
    inner = b'Content-Type: multipart/alternative; boundary="x"\n\n--x\n' + calendar + b"\n--x--\n"
    raw = mailed(wrapped(inner), "application/pkcs7-mime", "smime.p7m")

    (event,) = parse_mail(raw, "key").events

    assert (event.method, event.start) == ("REQUEST", datetime(2026, 11, 10, 8, tzinfo=UTC))


def test_a_bounce_in_signed_mail_is_one() -> None:
    """R-2, H-28: its status part names who has not got what, and the original comes back."""
    report = a_report(a_recipient("Action: failed", "Status: 5.1.1"))
    head, _, body = report.partition(b"\n\n")
    (kind,) = (line for line in head.splitlines() if line.lower().startswith(b"content-type:"))
    raw = mailed(in_pieces(kind + b"\n\n" + body), "application/pkcs7-mime", "smime.p7m")
    reports = parse_mail(raw.replace(b"a@b.cz", b"MAILER-DAEMON@mx.example", 1), "key").reports

    assert (reports.source, [one.address for one in reports.failures]) == (
        "report",
        ["jan@acme.example"],
    )
    assert reports.returned.message_id == "<nabidka-1@firma.cz>"


def test_a_signed_report_from_a_person_is_a_forwarded_one() -> None:
    """R-2: near miss - who sends it is asked outside of the package."""
    report = a_report(a_recipient("Action: failed", "Status: 5.1.1"))
    raw = mailed(in_pieces(report), "application/pkcs7-mime", "smime.p7m")

    assert parse_mail(raw, "key").reports.failures == ()


def test_alternatives_inside_a_package_are_none_of_the_mails() -> None:
    """A-3, H-28: what a gateway put around the signed mail is read beside it."""
    inner = (
        b'Content-Type: multipart/alternative; boundary="j"\r\n\r\n--j\r\n'
        b"Content-Type: text/html\r\n\r\n<p>Contract:123</p>\r\n--j--\r\n"
    )
    around = (
        b'--x\nContent-Type: multipart/alternative; boundary="y"\n\n--y\n'
        b"Content-Type: text/plain\n\nDisclaimer\n--y\nContent-Type: text/html\n\n<p>D</p>\n--y--\n"
    )
    raw = mailed(in_pieces(inner), "application/pkcs7-mime", "smime.p7m")
    mail = parse_mail(raw.replace(b"--x--\n", around + b"--x--\n"), "key")

    assert "Disclaimer" in mail.text
    assert "Contract:123" in mail.text


@pytest.mark.parametrize("cut", [0, 1, 2, 10, 30, 60])
def test_what_is_no_signed_mail_is_a_file(signed: bytes, cut: int) -> None:
    """H-28: torn, encrypted, a signed file, or no such message at all."""
    contract = signed.replace(INNER[:30], b"%PDF-1.4 this is no mail at al")
    for content in (signed[:cut], contract, b"\x30\x80" * 5000, b"\x30\x84\xff\xff\xff\xff"):
        mail = parse_mail(mailed(content, "application/pkcs7-mime", "smlouva.pdf.p7m"), "key")
        assert [part.name for part in mail.attachments] == ["smlouva.pdf.p7m"]
        assert mail.text == ""


def test_files_of_winmail_dat_are_stored() -> None:
    """H-27, A-4: each under its name, beside the package; long names and old code pages."""
    package = a_package(
        ("a.txt", b"one", ""), ("P\xf8\xedloha.txt", b"two", ""), ("b~1", PDF, "Ž.pdf")
    )
    for content_type, name in (
        ("application/ms-tnef", "winmail.dat"),
        ("application/octet-stream", "WINMAIL.DAT"),
    ):
        raw = mailed(package, content_type, name, b"--x\n\nHello\n")
        mail = parse_mail(raw, "key")

        assert files_of(raw, mail) == {
            "a.txt": b"one",
            "Příloha.txt": b"two",
            "Ž.pdf": PDF,
            name: package,
        }
        assert mail.text.strip() == "Hello"


def test_a_torn_winmail_dat_gives_what_is_whole() -> None:
    """H-27: lengths that lead out of the package end the search."""
    package = a_package(("a.txt", b"one", ""), ("b.txt", b"two" * 100, ""))

    assert [file.name for file in packed_files(package[:-50])] == ["a.txt"]
    for end in range(0, len(package), 7):
        assert len(packed_files(package[:end])) <= 2
    assert packed_files(b"\x00" + package) == []


def test_a_flood_of_files_in_a_package_is_bounded() -> None:
    """H-3, H-27: two hundred files at most, found in linear time."""
    begin = time.process_time()

    files = packed_files(a_package(*[("a", b"x", "")] * 30_000))

    assert len(files) == 200
    assert time.process_time() - begin < 5.0


def a_package(*files: tuple[str, bytes, str]) -> bytes:
    """A winmail.dat of files: title, content and long name."""
    package = [b"\x78\x9f\x3e\x22\x01\x00", _attribute(0x9007, struct.pack("<II", 1250, 0))]
    for title, content, long_name in files:
        package.append(_attribute(0x9002, b"\x00" * 14))
        package.append(_attribute(0x8010, title.encode("latin-1") + b"\x00"))
        package.append(_attribute(0x800F, content))
        if long_name:
            value = long_name.encode("utf-16-le") + b"\x00\x00"
            head = b"\x1f\x00\x07\x37\x01\x00\x00\x00" + struct.pack("<I", len(value))
            package.append(_attribute(0x9005, b"\x01\x00\x00\x00" + head + value))
    return b"".join(package)


def _attribute(number: int, data: bytes) -> bytes:
    return struct.pack("<BHHI", 2, number, 6, len(data)) + data + b"\x00\x00"
