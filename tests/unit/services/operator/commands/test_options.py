"""Options that several commands share."""

from pathlib import Path

import pytest

from services.operator.commands import app
from services.operator.commands.options import begin_with, files_of, one_of
from shared.contracts.said import said
from shared.errors import ConfigurationError, WrongUseError


def test_a_directory_stands_for_its_xml_files_by_name(tmp_path: Path) -> None:
    """I-1: --config takes a directory; what is no *.xml in it is not looked at."""
    for name in ("b.xml", "a.xml", "a.xml.bak", "notes.txt"):
        (tmp_path / name).touch()
    alone = tmp_path / "notes.txt"

    assert files_of([alone, tmp_path]) == [alone, tmp_path / "a.xml", tmp_path / "b.xml"]


def test_a_directory_without_a_file_is_told(tmp_path: Path) -> None:
    """I-1: an empty directory is a problem of the configuration, with what to do."""
    with pytest.raises(ConfigurationError, match=r"no \*\.xml in it.*put the XML file"):
        files_of([tmp_path])


def test_commands_take_the_directory(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """I-1: the command line reads every file of the directory and tells all their problems."""
    monkeypatch.setenv("CRMSERVICE_DATA", str(tmp_path / "data"))
    for name in ("north", "south"):
        (tmp_path / f"{name}.xml").write_text(
            "<configuration><appSettings/></configuration>", encoding="utf-8"
        )

    assert app(["check", "--json", "--config", str(tmp_path)], standalone_mode=False) == 78
    told = capsys.readouterr().out
    assert str(tmp_path / "north.xml") in told
    assert str(tmp_path / "south.xml") in told


def test_the_problems_of_environment_and_files_are_told_at_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """O-6: one report, not one after the other."""
    file = tmp_path / "crm.xml"
    file.write_text("<configuration><appSettings/></configuration>", "utf-8")
    monkeypatch.setenv("METRICS_PORT", "none")

    with pytest.raises(ConfigurationError) as raised:
        begin_with([file], "info")

    told = str(raised.value)
    assert "METRICS_PORT" in told
    assert "rootPath is missing" in told


@pytest.mark.parametrize(
    ("word", "told"),
    [
        ("activity", 'there is no list "activity". Did you mean activities? There are activities,'),
        ("zebra", 'there is no list "zebra". There are activities, tasks'),
        ("\x1b[31m", 'there is no list "\\u001b[31m". There are'),
    ],
)
def test_a_word_that_is_none_of_several_is_told_with_the_nearest(word: str, told: str) -> None:
    """O-6: what was meant, and all there are; a terminal's codes do not come back."""
    with pytest.raises(WrongUseError) as raised:
        one_of(said("list"), word, ("activities", "tasks"))

    assert str(raised.value).startswith(told)
    assert one_of(said("list"), "tasks", ("activities", "tasks")) == "tasks"
