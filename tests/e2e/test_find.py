"""Where is my mail: the real command line, in the language of whoever asks."""

import json
import os
import subprocess
from pathlib import Path

import pytest

from tests.builders import JAN, PETR, STRANGER, raw_mail
from tests.installation import Installation, an_installation
from tests.program import call


@pytest.fixture
def place(tmp_path: Path) -> Installation:
    """Two mails that are through."""
    place = an_installation(tmp_path)
    place.drop("a.eml", raw_mail(sender=PETR, subject="Nabídka čerpadla"))
    place.drop("b.eml", raw_mail(sender=STRANGER, to="x@gama.example", subject="Nabídka lisu"))
    place.run()
    return place


def _asked(place: Installation, *arguments: str, **more: str) -> subprocess.CompletedProcess[str]:
    environment = {"PATH": os.environ["PATH"], "CRMSERVICE_DATA": str(place.data), **more}
    usual = {"LANG": "C.UTF-8", "COLUMNS": "200"}
    return call(arguments, folder=place.folder, environment=usual | environment)


def test_one_command_leads_from_a_word_to_the_answer(place: Installation) -> None:
    """O-8, O-11: the first line says what was made, for whom and why; in Czech where one is."""
    english = _asked(place, "find", "cerpadla")
    czech = _asked(place, "find", "cerpadla", LANG="cs_CZ.UTF-8")

    assert (english.returncode, czech.returncode) == (0, 0), english.stderr + czech.stderr
    (activity,) = place.list("activities")
    number, who = activity["id"], f"Jan Novák <{JAN}>"
    why = f"because: incoming, for {JAN}"
    assert english.stdout.splitlines()[0].rstrip() == f"made activity {number} for {who}, {why}"
    proc = f"protože: příchozí, pro {JAN}"
    said = f"vytvořila aktivitu {number}, odpovědná osoba {who}, {proc}"
    assert czech.stdout.splitlines()[0].rstrip() == said
    assert "zpracováno (PROCESSED)" in czech.stdout
    assert "15.10" in czech.stdout


def test_several_are_listed_and_none_is_an_answer(place: Installation) -> None:
    """O-8, O-4: one object a line; nothing that fits ends with 0, and says what to do next."""
    several = _asked(place, "find", "nabidka", "--json")
    none = _asked(place, "find", "xyzzy", "nabidka", "--json")

    found = [json.loads(line) for line in several.stdout.splitlines()]
    assert [one["found"] for one in found] == [True, True]
    assert {one["verdict"][0] for one in found} == {"PROCESSED", "DELETED"}
    answer = json.loads(none.stdout)
    assert (none.returncode, answer["found"]) == (0, False)
    assert answer["words"] == {"xyzzy": 0, "nabidka": 2}
    assert (answer["queued"], answer["dead"]) == (0, 0)
    assert "Message trace" in answer["next"]


def test_wrong_questions_are_told(place: Installation) -> None:
    """O-6: no question, no such verdict, no such time, no such language: 2, and what is there."""
    for arguments, told in (
        ((), "say what to look for"),
        (("--verdict", "PROCESED"), "Did you mean PROCESSED?"),
        (("x", "--since", "yesterday"), "is no time"),
        (("x", "--language", "de"), "There are cs, en"),
    ):
        asked = _asked(place, "find", *arguments)
        assert (asked.returncode, told in asked.stderr) == (2, True), asked.stderr


def test_a_mail_is_explained_by_its_id(place: Installation) -> None:
    """O-9: as it was recorded; an id that is not there is an answer, too."""
    (mail_id,) = [one["mail_id"] for one in place.list("journal") if "lisu" in one["subject"]]

    mistyped = _asked(place, "explain", mail_id[:8])
    assert (mistyped.returncode, "neither the id of a mail" in mistyped.stderr) == (2, True)
    known = _asked(place, "explain", mail_id, "--json")
    unknown = _asked(place, "explain", "00000000-0000-0000-0000-000000000007")
    mistyped = _asked(place, "explain", mail_id[:8])

    told = json.loads(known.stdout)
    assert (told["mail_id"], told["made"], told["today"]) == (mail_id, [], None)
    assert told["answer"].startswith("made nothing, because: ")
    assert (unknown.returncode, unknown.stdout.splitlines()[0]) == (
        0,
        "No mail that is through fits.",
    )


def test_a_list_is_read_as_far_as_it_is_wanted(place: Installation) -> None:
    """O-10: newest first, at most so many, since then; and labels in the asked language."""
    newest = _asked(place, "list", "journal", "--limit", "1", "--language", "cs")
    later = _asked(place, "list", "journal", "--since", "2999-01-01")
    timeless = _asked(place, "list", "tasks", "--since", "2d")

    assert newest.stdout.count("id zprávy") == 1
    assert later.stdout == "none\n"
    assert (timeless.returncode, "have no time" in timeless.stderr) == (2, True)
