"""Transfer encodings are decoded in one way, by whoever reads a part."""

import base64
import binascii
import quopri
from collections.abc import Callable
from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.backup.parts import decode_transfer, measured
from shared.contracts.content import TransferEncoding

ENCODINGS: tuple[TransferEncoding, ...] = ("identity", "base64", "quoted-printable", "uuencode")


@pytest.mark.parametrize(
    ("encoded", "encoding", "decoded"),
    [
        (b"aGVs\r\nbG8=", "base64", b"hello"),
        (b"aGVs*bG8", "base64", b"hello"),
        (b"aGVsbG8", "base64", b"hello"),
        (b"aGVsbG8gd", "base64", b"hello "),
        (b"", "base64", b""),
        (b"\xff\xfe!", "base64", b""),
        (b"a=C3=A9=\r\nb", "quoted-printable", "aéb".encode()),
        (b"a=ZZ=", "quoted-printable", b"a=ZZ"),
        (b"begin 644 f\n#0V%T\n \nend\n", "uuencode", b"Cat"),
        (b"#0V%T\nnonsense of no length\xff\n", "uuencode", b"Cat"),
        (b"\0x\r\n", "identity", b"\0x\r\n"),
    ],
)
def test_what_can_be_decoded_is_decoded(
    encoded: bytes, encoding: TransferEncoding, decoded: bytes
) -> None:
    """A-4: bad characters are passed over, a torn tail is decoded as far as it goes."""
    assert decode_transfer(encoded, encoding) == decoded


LIST_FOOTER = b"\n_____________\nobchod mailing list\nhttps://lists.example/obchod"
GATEWAY_FOOTER = b"-- \r\nThis mail was scanned\r\n"


@pytest.mark.parametrize("footer", [LIST_FOOTER, GATEWAY_FOOTER, b"\n\nSent from a list.\n"])
@pytest.mark.parametrize("size", [9, 10, 11, 57, 58, 200, 3000])
def test_base64_ends_before_a_footer_that_was_appended(size: int, footer: bytes) -> None:
    """A-4: mailing lists and gateways append text to what is encoded, padded or not."""
    content = bytes(range(256)) * 12
    encoded = base64.encodebytes(content[:size])

    assert decode_transfer(encoded + footer, "base64") == content[:size]


def test_two_encoded_texts_one_behind_the_other_are_both_decoded() -> None:
    """A-4: some gateways append their footer encoded; each text has a padding of its own."""
    encoded = base64.b64encode(b"hello world") + b"\n" + base64.b64encode(b"and a footer") + b"\n"

    assert decode_transfer(encoded, "base64") == b"hello worldand a footer"


def test_a_damaged_line_in_the_middle_does_not_end_base64() -> None:
    """A-4: whole lines follow, so the odd character is passed over."""
    content = bytes(range(256))
    lines = base64.encodebytes(content).splitlines(keepends=True)
    lines.insert(1, b"!\n")

    assert decode_transfer(b"".join(lines), "base64") == content


@given(st.binary(max_size=300), st.sampled_from(ENCODINGS))
def test_decoding_is_total(encoded: bytes, encoding: TransferEncoding) -> None:
    """A-4: any bytes decode, and a view of them decodes to the same."""
    decoded = decode_transfer(encoded, encoding)

    assert decoded == decode_transfer(memoryview(encoded), encoding)
    assert len(decoded) <= len(encoded) + 63


def test_short_lines_that_claim_to_be_long_stay_bounded() -> None:
    """H-4: two bytes of a hostile uuencoded file never become forty-five."""
    encoded = b"M\n" * 100_000

    assert len(decode_transfer(encoded, "uuencode")) <= len(encoded) + 63


@given(st.binary(max_size=300))
def test_what_was_encoded_comes_back(content: bytes) -> None:
    """A-4: every encoding gives the file as it was sent."""
    uuencoded = b"begin 644 f\n" + b"".join(
        binascii.b2a_uu(content[start : start + 45]) for start in range(0, len(content), 45)
    )

    assert decode_transfer(content, "identity") == content
    assert decode_transfer(base64.encodebytes(content), "base64") == content
    assert decode_transfer(quopri.encodestring(content), "quoted-printable") == content
    assert decode_transfer(uuencoded + b"`\nend\n", "uuencode") == content


@pytest.mark.parametrize(
    "spoil",
    [
        lambda encoded: encoded,
        lambda encoded: encoded.replace(b"\r\n", b"\n"),
        lambda encoded: encoded.replace(b"\r\n", b""),
        lambda encoded: encoded + b"\r\n\r\n",
        lambda encoded: encoded[:-3],
        lambda encoded: encoded + b"QQ==",
        lambda encoded: b" " + encoded,
        lambda encoded: encoded[: len(encoded) // 2] + b"!" + encoded[len(encoded) // 2 :],
        lambda encoded: encoded[: len(encoded) // 2] + b"=" + encoded[len(encoded) // 2 :],
    ],
)
def test_a_large_file_is_measured_as_it_is_decoded(spoil: Callable[[bytes], bytes]) -> None:
    """A-4: piece by piece or as a whole, well-formed or torn: the same size and digest."""
    content = bytes(range(256)) * 9766 + b"x"
    encoded = spoil(base64.encodebytes(content).replace(b"\n", b"\r\n"))

    decoded = decode_transfer(encoded, "base64")

    assert measured(memoryview(encoded), "base64") == (len(decoded), sha256(decoded).hexdigest())
