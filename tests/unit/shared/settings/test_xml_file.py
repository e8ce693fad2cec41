from pathlib import Path

import pytest

from shared.settings.report import Report
from shared.settings.xml_file import XmlEntry, read_entries

_GOOD = '<configuration>\n<appSettings>\n<add key="a" value="1"/>\n</appSettings>\n</configuration>'


def _read(tmp_path: Path, content: str | bytes) -> tuple[tuple[XmlEntry, ...] | None, Report]:
    path = tmp_path / "crm.xml"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    report = Report("crm.xml")
    return read_entries(path, report), report


def _settings(lines: str) -> str:
    return f"<configuration>\n<appSettings>\n{lines}\n</appSettings>\n</configuration>"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "windows-1250"])
def test_entries_are_read_with_their_lines(tmp_path: Path, encoding: str) -> None:
    """I-1: keys, values and lines are read in the encodings that Windows editors write."""
    declared = encoding.removesuffix("-sig")
    text = f'<?xml version="1.0" encoding="{declared}"?>\n' + _settings(
        '<!-- note -->\n<add key="ž" value="ř" />'
    )
    entries, report = _read(tmp_path, text.encode(encoding))
    assert entries == (XmlEntry(5, "ž", "ř"),)
    assert not report.problems


_BOMB = '<!DOCTYPE a [<!ENTITY a "x"><!ENTITY b "&a;&a;&a;&a;">]>\n' + _GOOD
_EXTERNAL = '<!DOCTYPE a SYSTEM "file:///etc/passwd">\n' + _GOOD


@pytest.mark.parametrize(
    "content",
    [
        _BOMB.encode(),
        _EXTERNAL.encode(),
        ('<?xml version="1.0" encoding="utf-16"?>' + _BOMB).encode("utf-16"),
        b"<!DOCTYPE a",
    ],
)
def test_a_doctype_is_refused(tmp_path: Path, content: bytes) -> None:
    """I-1, H-12: a DOCTYPE is refused whatever it holds and however it is encoded."""
    entries, report = _read(tmp_path, content)
    assert entries is None
    assert [problem.what for problem in report.problems] == ["the file contains a DOCTYPE"]


def test_a_doctype_that_hides_in_an_encoding_is_refused(tmp_path: Path) -> None:
    """H-12: a DOCTYPE whose letters are not ASCII bytes gives no entries either."""
    text = '<?xml version="1.0" encoding="UTF-7"?>' + _BOMB.replace("<!DOCTYPE", "+ADw-!DOCTYPE")
    entries, report = _read(tmp_path, text)
    assert entries is None
    said = [problem.what for problem in report.problems]
    assert said == ["the file is not written in the encoding it declares"]


@pytest.mark.parametrize(
    ("content", "place", "what"),
    [
        (b"", "crm.xml:1", "not well-formed"),
        (b"PK\x03\x04\x00\x00", "crm.xml:1", "not well-formed"),
        (b"<configuration>\n<appSettings>\n", "crm.xml:3", "not well-formed"),
        (b'<?xml version="1.0" encoding="utf-8"?>\n<a v="\xe1\xff"/>', "crm.xml:2", "encoding"),
        (b'<?xml version="1.0" encoding="klingon"?>\n<a/>', "crm.xml:1", "encoding"),
        (b"<a>" * 1000, "crm.xml:1", "not well-formed"),
    ],
)
def test_what_is_no_xml_is_reported_with_its_line(
    tmp_path: Path, content: bytes, place: str, what: str
) -> None:
    """I-1, H-12: an empty, a binary, a cut and a wrongly encoded file are problems with a line."""
    entries, report = _read(tmp_path, content)
    assert entries is None
    assert [problem.where for problem in report.problems] == [place]
    assert what in report.problems[0].what


@pytest.mark.parametrize(
    "line",
    [
        '<add key="pop3Password" value="he&slo123;" />',
        '<add key="pop3Password" value=heslo123 />',
        '<add key="pop3Password" value="he<slo123" />',
        '<add key="pop3Password" value="he"slo123="x" />',
        "<!-- heslo123 -- old -->",
        "<heslo123></add>",
    ],
)
def test_a_syntax_error_repeats_nothing_of_the_file(tmp_path: Path, line: str) -> None:
    """I-1: a password with a character that XML forbids does not reach the report."""
    _, report = _read(tmp_path, _settings(line))
    assert report.problems
    assert "slo123" not in str(report.problems)
    assert {problem.where for problem in report.problems} == {"crm.xml:3"}


def test_a_file_above_one_mebibyte_is_refused(tmp_path: Path) -> None:
    """H-12: size is capped before anything is parsed."""
    entries, report = _read(tmp_path, _GOOD.encode() + b" " * 1024 * 1024)
    assert entries is None
    assert "larger than 1048576 bytes" in report.problems[0].what


@pytest.mark.parametrize(
    ("content", "place", "words"),
    [
        ("<config>\n<appSettings/></config>", "crm.xml:1", '"config"|Only <configuration>'),
        (_GOOD.replace("appSettings", "appsettings"), "crm.xml:2", "mean <appSettings>"),
        (_settings('<ad key="a" value="1"/>'), "crm.xml:3", '"ad"|mean <add>'),
        (_settings("<clear/>"), "crm.xml:3", '"clear"|Only <add>'),
        (_settings('<add kye="a" value="1"/>'), "crm.xml:3", '"kye"|mean key'),
        (_settings('<add key="a" value="1" x="y"/>'), "crm.xml:3", "attribute"),
        (_settings('<add value="1"/>'), "crm.xml:3", "without a key"),
        (_settings('<add key=" " value="1"/>'), "crm.xml:3", "without a key"),
        (_settings('<add key="a"/>'), "crm.xml:3", '"a" without a value'),
        (_settings('<add key="a" value="1">b</add>'), "crm.xml:3", "content"),
        (_settings('heslo <add key="a" value="1"/>'), "crm.xml:2", "text between"),
        (_GOOD.replace("<appSettings>", '<appSettings file="b">'), "crm.xml:2", "attribute"),
        ("<configuration/>", "crm.xml:1", "no <appSettings>"),
        ("<configuration><appSettings/>\n<appSettings/></configuration>", "crm.xml:2", "second"),
    ],
)
def test_wrong_structure_is_one_problem_with_its_line(
    tmp_path: Path, content: str, place: str, words: str
) -> None:
    """I-1: an unknown element or attribute, a missing key or value each give one clear problem."""
    _, report = _read(tmp_path, content)
    assert [problem.where for problem in report.problems] == [place]
    assert all(word in str(report.problems[0]) for word in words.split("|"))


def test_an_entry_does_not_show_its_value() -> None:
    """I-1: an entry may hold a password, so it shows nothing of itself."""
    assert "heslo" not in repr(XmlEntry(1, "pop3Password", "heslo"))
