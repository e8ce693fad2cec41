import pytest

from services.writer.attachment_files import PASSIVE_SUFFIXES, suffix_of


@pytest.mark.parametrize(
    ("name", "suffix"),
    [("a.pdf", ".pdf"), ("A.JPEG", ".jpeg"), ("a.aspx.docx", ".docx"), ("kresba.dwg", ".dwg")],
)
def test_a_passive_file_keeps_its_suffix(name: str, suffix: str) -> None:
    """A-4: people and programs know a file by its suffix."""
    assert suffix_of(name) == suffix


@pytest.mark.parametrize(
    "suffix",
    "aspx ashx asmx ascx config php phtml phar exe lnk bat cmd com js mjs vbs wsf scr msi ps1 hta "
    "cshtml vbhtml svc asp cer jsp cgi pl py shtml html htm xhtml svg xml xsl swf jar iso url reg "
    "dll cpl docm xlsm".split(),
)
def test_an_active_file_never_keeps_its_suffix(suffix: str) -> None:
    """A-4: nothing that a web server or browser would run lies in the ERP's folder."""
    assert suffix not in PASSIVE_SUFFIXES
    for name in (f"a.{suffix}", f"A.{suffix.upper()}", f"a.pdf.{suffix}"):
        assert suffix_of(name) == f".{suffix}.bin"


@pytest.mark.parametrize(
    "name",
    ["a.aspx ", "a.aspx.", "a.aspx::$DATA", "a.asp\N{FULLWIDTH LATIN SMALL LETTER X}",
     "a.aspx;.jp g", "web", ".htaccess", "a.", "a.verylongsuffix", "a.p\0hp", "a./../x"],
)  # fmt: skip
def test_an_odd_name_gives_a_harmless_suffix(name: str) -> None:
    """A-4: whatever follows the last dot is one of ours, or ends with `.bin`."""
    suffix = suffix_of(name)

    assert suffix.endswith(".bin")
    assert suffix.isascii()
    assert "/" not in suffix
    assert suffix.replace(".", "").isalnum()
