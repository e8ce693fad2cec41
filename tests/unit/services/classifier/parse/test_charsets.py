"""Charsets: what a mail declares is believed unless it is impossible; else languages decide."""

import time

import pytest

from services.classifier.parse.charsets import clean, decode_text
from services.classifier.parse.mail import parse_mail

CZECH = "Příliš žluťoučký kůň"
LETTER = "Dobrý den, Zakázka:123 prosím vyřídit. Děkuji Jiří Svoboda\n"


@pytest.mark.parametrize(
    ("text", "codec"),
    [
        ("Příležitost:9 čerpadlo šroub", "cp1250"),
        ("Přeposláno: Nový úkol", "cp1250"),
        ("žerď", "cp1250"),
        ("říje", "cp1250"),
        ("Příliš těžké, že?", "iso8859-2"),
        ("Príležitosť: vŕtačka", "cp1250"),
        ("źródło, śruby", "cp1250"),
        ("Proszę o wycenę części", "iso8859-2"),
        ("Üdvözlettel Győző", "cp1250"),
        ("Grüße aus Köln", "cp1252"),
        ("Straße", "cp1252"),
        ("François Lefèvre", "cp1252"),
        ("„Nabídka“ \u2013 5 €", "cp1250"),
        ("Môže byť, dôležité veci", "iso8859-2"),
        ("žltá žiarovka, dĺžka", "iso8859-2"),
        ("vôľa učiteľa, koľko ľudí, ľstivý cieľ", "cp1250"),
        ("č. 5, rádio", "cp1250"),
        ("už je možná hotovo", "iso8859-2"),
        ("prísť", "iso8859-2"),
        ("Il preventivo è pronto", "cp1252"),
        ("Città di Milano", "cp1252"),
        ("A più tardi", "cp1252"),
        ("à bientôt", "cp1252"),
        ("Un caffè", "cp1252"),
        ("Non so perché, è così", "cp1252"),
        ("Però può andrò", "cp1252"),
        ("È pronto", "cp1252"),
        ("El año que viene, España", "cp1252"),
        ("Bahreïn", "cp1252"),
        ("až v Košicích", "iso8859-2"),
        ("Jižní město, jazykozpytština", "iso8859-2"),
        ("Železničná stanica Košice", "iso8859-2"),
        ("Splň to, posuň termín, plň", "cp1250"),
        ("loďstvo, buďte, značce", "cp1250"),
        ("priľnavosť, podľa dohody", "cp1250"),
        ("Привет, как дела", "cp1251"),
        ("Счёт за ноябрь", "koi8-r"),
    ],
)
def test_short_texts_without_a_charset_are_read_by_the_letters_of_a_language(
    text: str, codec: str
) -> None:
    """H-8: a subject of a few letters is enough; this service's languages come first."""
    assert decode_text(text.encode(codec), None, []) == text
    assert parse_mail(b"Subject: " + text.encode(codec) + b"\n\n", "key").subject == text


@pytest.mark.parametrize("charset", ["utf-8", None, "us-ascii", "x-odd"])
@pytest.mark.parametrize("bad", [b"\xff", b"\xa0", b"\xc5"])
def test_one_bad_byte_garbles_nothing_else(charset: str | None, bad: bytes) -> None:
    """H-8: a text that is UTF-8 but for a byte is UTF-8, with one replacement character."""
    raw = LETTER.encode()

    assert decode_text(raw + bad, charset, []) == LETTER + "\ufffd"
    assert decode_text(bad + raw, charset, []) == "\ufffd" + LETTER


def test_a_line_that_a_gateway_added_is_read_in_its_own_charset() -> None:
    """H-8: a footer in Windows-1250 below a text in UTF-8."""
    raw = LETTER.encode() + "Tento e-mail je důvěrný.".encode("cp1250")

    assert decode_text(raw, "utf-8", []) == LETTER + "Tento e-mail je důvěrný."


@pytest.mark.parametrize(
    ("text", "codec", "charset"),
    [
        ("Příležitost:9, pošlete žluťoučký", "cp1250", "iso-8859-2"),
        ("Šťastný \u2013 pošlete", "cp1250", "ISO-8859-2"),
        ("“quoted” \u2013 5 €", "cp1252", "iso-8859-1"),
        ("5 € “quoted”", "cp1252", "iso-8859-15"),
        ("Καλημέρα “σας”", "cp1253", "iso-8859-7"),
    ],
)
def test_a_charset_that_has_no_such_letters_stands_for_the_one_of_windows(
    text: str, codec: str, charset: str
) -> None:
    """H-8: bytes 0x80 to 0x9F are no letters of ISO 8859: the Windows page is meant."""
    assert decode_text(text.encode(codec), charset, []) == text


def test_a_dash_of_windows_does_not_change_the_charset_of_a_right_text() -> None:
    """H-8: Polish in ISO 8859-2, as declared, into which one byte came by a copy."""
    raw = "Proszę o wycenę części ".encode("iso8859-2") + b"\x96" + " śruby".encode("iso8859-2")

    assert "części" in decode_text(raw, "iso-8859-2", [])
    assert "śruby" in decode_text(raw, "iso-8859-2", [])


@pytest.mark.parametrize("charset", [None, "us-ascii", "iso-2022-jp"])
def test_japanese_in_seven_bits_is_told_by_its_escapes(charset: str | None) -> None:
    """H-8: ISO 2022 without a charset, in a text and in a subject."""
    raw = "こんにちは。テスト".encode("iso2022_jp")

    assert decode_text(raw, charset, []) == "こんにちは。テスト"
    assert parse_mail(b"Subject: " + raw + b"\n\n" + raw, "key").text == "こんにちは。テスト"


def test_ascii_is_no_wide_charset_whatever_is_declared() -> None:
    """H-8: text in which no byte is zero is no UTF-16."""
    assert decode_text(b"Contract:123 here\n", "utf-16", []) == "Contract:123 here\n"
    assert decode_text("Contract:123".encode("utf-16"), "utf-16", []) == "Contract:123"


@pytest.mark.parametrize(
    ("charset", "codec", "text"),
    [
        ("windows-1251", "cp1251", "Привет"),
        ("iso-8859-2", "iso8859-2", "Môžete"),
        ("windows-1252", "cp1252", "Città è così"),
    ],
)
def test_other_parts_tell_the_charset_of_what_declares_none(
    charset: str, codec: str, text: str
) -> None:
    """H-8: subject, names and texts are read as the mail's own other parts declare."""
    raw = text.encode(codec)
    mail = parse_mail(
        b'From: "%s" <a@b.cz>\nSubject: %s\nContent-Type: multipart/mixed; boundary=x\n\n'
        b"--x\n\n%s\n--x\nContent-Type: text/plain; charset=%s\n\nx\n--x--\n"
        % (raw, raw, raw, charset.encode()),
        "key",
    )

    assert (mail.subject, mail.senders[0].name, mail.text.split("\n")[0]) == (text, text, text)


@pytest.mark.parametrize("word", ["=?utf-8?Q?P=F8=EDloha?=", "=?utf-8?B?UPjtbG9oYQ==?="])
def test_an_encoded_word_that_lies_is_read_by_its_letters(word: str) -> None:
    """H-8: Windows-1250 behind the label UTF-8, as some programs write subjects."""
    assert parse_mail(f"Subject: {word}\n\n".encode(), "key").subject == "Příloha"


@pytest.mark.parametrize(
    ("declared", "codec", "text"),
    [
        ("windows-874", "cp874", "เรื่อง"),
        ("windows-949", "cp949", "안녕하세요"),
        ("Windows-31J", "cp932", "こんにちは"),
        ("cp936", "gbk", "您好世界"),
        ("windows1250", "cp1250", CZECH),
        ("win-1250", "cp1250", CZECH),
        ("x-cp1250", "cp1250", CZECH),
        ("cp-852", "cp852", CZECH),
        ("x-euc-jp", "euc-jp", "こんにちは"),
        ("iso-8859-8-i", "iso8859-8", "שלום"),
    ],
)
def test_a_charset_is_known_by_every_name_that_mail_programs_give_it(
    declared: str, codec: str, text: str
) -> None:
    """H-8: Python knows fewer names of code pages than senders do; none of these is guessed."""
    defects: list[str] = []

    assert decode_text(text.encode(codec), declared, defects) == text
    assert defects == []


def test_what_is_declared_and_possible_is_believed() -> None:
    """H-8: Cyrillic that would be Czech letters in another charset."""
    raw = CZECH.encode("cp1250")

    assert decode_text(raw, "windows-1251", []) == raw.decode("cp1251")


def test_many_short_texts_without_a_charset_take_little_time() -> None:
    """H-4, H-8: no statistics of each of a thousand fields, as `make fuzz` found."""
    # Bytes that fit no reading well.
    name = b"Ned \xfew\xe7\xb7\xf6\xa8v?sb"
    fields = b"".join(b"To: %s <a%d@b.cz>\n" % (name, number) for number in range(900))
    begin = time.process_time()

    mail = parse_mail(fields + b"\nx", "key")

    assert time.process_time() - begin < 2.0
    assert len(mail.to) == 900


def test_each_unwanted_character_goes_and_no_other() -> None:
    """H-7: control characters but tab and line end, half pairs, and what is no character."""
    unwanted = {
        *(*range(0x09), 0x0B, 0x0C, *range(0x0E, 0x20), *range(0x7F, 0xA0)),
        *(*range(0xD800, 0xE000), 0xFFFC, 0xFFFE, 0xFFFF),
    }

    gone = {code for code in range(0x10000) if clean(f"a{chr(code)}b") == "ab"}

    assert gone == unwanted
