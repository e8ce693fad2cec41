"""Reading is total: any bytes and any text give something, and nothing gets lost on the way."""

from hypothesis import given
from hypothesis import strategies as st

from services.classifier.parse.addresses import read_addresses
from services.classifier.parse.charsets import decode_text
from services.classifier.parse.dates import read_date
from services.classifier.parse.flowed import unflowed
from services.classifier.parse.quotes import split_quotes
from shared.domain.addresses import comparable, spellings

CHARSETS = st.sampled_from([None, "utf-8", "us-ascii", "iso-8859-2", "utf-16", "x-odd", "big5"])
CZECH = st.sampled_from(
    (
        *("příliš", "žluťoučký", "kůň", "úpěl", "ďábelské", "ódy", "čerpadlo", "zakázka", "město"),
        *("svědek", "plň", "posuň", "pojďme", "loďka", "značce", "oběd", "věž", "mě", "pět", "běž"),
        *("třída", "báseň", "míč", "pryč", "klíč", "jižní", "než", "může", "též", "řeřicha"),
        *("ŽERĎ", "ŘÍZENÍ", "Město", "Čech", "Šárka", "Ústí", "nabídka", "termín", "dokončení"),
    )
)
PIECES = st.sampled_from(
    (
        *("Od: Jan", "Komu: x", "Datum: dnes", "Dne 3. 11. 2026 v 10:15", "<a@b.cz>"),
        *("napsal(a):", "On x wrote:", "-----Original Message-----", "____________", "-- "),
        *("> text", ">", "text", "", "  "),
    )
)


@given(st.binary(max_size=200), CHARSETS, CHARSETS)
def test_any_bytes_are_some_text(raw: bytes, charset: str | None, hint: str | None) -> None:
    """H-8: whatever is declared, decoding ends with a text."""
    assert isinstance(decode_text(raw, charset, [], hint), str)


@given(st.lists(CZECH, min_size=1, max_size=8), st.sampled_from(("cp1250", "iso8859-2")))
def test_czech_words_in_their_old_pages_come_back(words: list[str], codec: str) -> None:
    """H-8: Czech words without a charset are Czech words, unless they happen to be UTF-8."""
    text = " ".join(words)
    raw = text.encode(codec)
    try:
        expected = raw.decode("utf-8")
    except UnicodeDecodeError:
        expected = text

    assert decode_text(raw, None, []) == expected


@given(st.lists(PIECES, max_size=12))
def test_every_line_is_own_or_quoted(lines: list[str]) -> None:
    """T-1: nothing that a mail says gets lost between the two."""
    parts = split_quotes("\n".join(lines))
    said = sorted(line.strip() for line in lines if line.strip())

    assert sorted(f"{parts.own}\n{parts.quoted}".split()) == sorted(" ".join(said).split())


@given(st.text(alphabet="ab >-\n", max_size=80))
def test_unflowed_text_has_the_same_words(text: str) -> None:
    """A-3: joining lines changes blanks, quote marks and line ends alone."""
    marks = str.maketrans(">\n", "  ")

    assert "".join(unflowed(text, delete_space=False).translate(marks).split()) == "".join(
        text.translate(marks).split()
    )


@given(st.binary(max_size=60))
def test_any_date_field_is_a_moment_or_none(raw: bytes) -> None:
    """H-10: no field raises, and what is returned has a zone."""
    moment = read_date([raw], [])

    assert moment is None or moment.tzinfo is not None


@given(st.text(max_size=60))
def test_addresses_are_comparable_whatever_they_are(text: str) -> None:
    """R-b: comparing twice is comparing once, and the first spelling is the address itself."""
    once = comparable(text)

    assert comparable(once) == once
    assert spellings(once)[0] == once
    assert all("@" in one.email for one in read_addresses(text, 10, []))
