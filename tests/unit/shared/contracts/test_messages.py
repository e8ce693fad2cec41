import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from shared.contracts.base import Contract
from shared.contracts.commands import ApplyEvent, UpsertInvitation
from shared.contracts.messages import MailClassified, MailFetched, MailRecorded

EXAMPLES = Path("tests/examples")
KINDS: dict[str, type[Contract]] = {
    "mail_fetched": MailFetched,
    "mail_classified": MailClassified,
    "mail_recorded": MailRecorded,
}


def _example(name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((EXAMPLES / f"{name}.json").read_text("utf-8"))
    return found


@pytest.mark.parametrize("path", sorted(EXAMPLES.glob("*.json")), ids=lambda path: path.stem)
def test_every_version_can_still_be_read(path: Path) -> None:
    """H-33: a message of every version that ever was is read, and written as it came."""
    example = _example(path.stem)
    model = KINDS[example["kind"]]

    message = model.model_validate_json(json.dumps(example))

    assert json.loads(message.model_dump_json(exclude_unset=True)) == example


def test_an_event_by_reference_says_the_same_as_an_invitation() -> None:
    """V2-1, H-33: what earlier versions wrote for each user now travels once for all of them."""
    message = MailClassified.model_validate(_example("mail_classified.v1.invitations"))
    before, now = message.commands
    assert isinstance(before, UpsertInvitation)
    assert isinstance(now, ApplyEvent)
    assert message.content

    told = now.of(message.content.events[now.event])

    assert told == before.model_copy(update={"command_id": told.command_id, "user": told.user})


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_has_an_example_of_its_version(kind: str) -> None:
    """H-33: adding a version adds an example."""
    version = KINDS[kind].model_fields["schema_version"].default

    assert (EXAMPLES / f"{kind}.v{version}.json").exists()


def _grown(value: Any) -> Any:
    """With a field that only a newer service knows, wherever there is a place for one."""
    if isinstance(value, list):
        return [_grown(one) for one in value]
    if isinstance(value, dict):
        return {name: _grown(one) for name, one in value.items()} | {"tomorrow": {"new": [1]}}
    return value


@pytest.mark.parametrize("kind", KINDS)
def test_a_message_of_tomorrow_is_read_today(kind: str) -> None:
    """H-33: fields that a newer version adds, at any depth, are passed over by an older reader."""
    path = EXAMPLES / "tomorrow" / f"{kind}.json"
    grown = json.loads(path.read_text("utf-8"))
    example = _example(f"{kind}.v1")
    assert grown == _grown(example)

    message = KINDS[kind].read_json(json.dumps(grown))

    assert message == KINDS[kind].read(grown) == KINDS[kind].read(example)
    with pytest.raises(ValidationError, match="tomorrow"):
        KINDS[kind].model_validate(grown)


@pytest.mark.parametrize(
    ("field", "value"),
    [("sha256", "0" * 63), ("sha256", "G" * 64), ("sha256", ""), ("backup_key", "../x.eml")],
)
def test_digests_and_keys_have_their_form(field: str, value: str) -> None:
    """I-5, H-33: what is not of the form is no message of ours."""
    with pytest.raises(ValidationError, match=field):
        MailFetched.model_validate(_example("mail_fetched.v1") | {field: value})


def test_words_of_a_message_are_lines() -> None:
    """R-d, INV-7: verdict, source and reasons cannot forge a line of a log or steer a terminal."""
    hostile = "PROCESSED\r\n\u202e2026-11-21 SPAM\x1b[2J\u2028\x00"
    example = _example("mail_classified.v1")
    example["trace"][0]["reason"] = hostile

    message = MailClassified.model_validate(example | {"verdict": [hostile], "source": hostile})

    for text in (*message.verdict, message.source, message.trace[0].reason):
        assert text == "PROCESSED  \ufffd2026-11-21 SPAM\ufffd[2J \ufffd"


def test_a_files_name_in_a_message_is_no_path() -> None:
    """H-13: whoever made the message, a name cannot lead out of a folder."""
    example = _example("mail_classified.v1")
    part = example["content"]["attachments"][0]
    for name, safe in (("../../x.txt", ".._.._x.txt"), ("..", "_"), ("a\\b\n", "a_b ")):
        part["name"] = name
        message = MailClassified.model_validate(example)
        assert message.content
        assert message.content.attachments[0].name == safe


@pytest.mark.parametrize(("start", "end"), [(5, 4)])
def test_a_part_ends_after_its_start(start: int, end: int) -> None:
    """A-4: a range that runs backwards would read the whole file."""
    example = _example("mail_classified.v1")
    example["content"]["attachments"][0] |= {"start": start, "end": end}

    with pytest.raises(ValidationError, match="before its start"):
        MailClassified.model_validate(example)


@pytest.mark.parametrize(
    "change",
    [
        {"surprise": 1},
        {"schema_version": 2},
        {"kind": "other"},
        {"received_at": "2026-11-02T09:00"},
        {"mail_id": "no id"},
        {"commands": [{"kind": "drop_table"}]},
    ],
)
def test_a_message_that_is_not_what_it_promises_is_refused(change: dict[str, Any]) -> None:
    """H-33: unknown fields, versions, kinds and commands, and times without zone are refused."""
    with pytest.raises(ValidationError):
        MailClassified.model_validate_json(json.dumps(_example("mail_classified.v1") | change))


@given(st.text(max_size=50), st.lists(st.text(max_size=20), max_size=3))
def test_messages_survive_the_way(subject: str, verdict: list[str]) -> None:
    """H-33: whatever a mail says, its message is the same after the way through JSON."""
    try:
        subject.encode("utf-8")
        "".join(verdict).encode("utf-8")
    except UnicodeEncodeError:
        return
    message = MailClassified.model_validate(
        _example("mail_classified.v1") | {"subject": subject, "verdict": verdict}
    )

    assert MailClassified.model_validate_json(message.model_dump_json()) == message


def test_messages_are_frozen() -> None:
    """H-33: nobody changes a message on its way."""
    message = MailRecorded.model_validate(_example("mail_recorded.v1"))

    with pytest.raises(ValidationError):
        message.subject = "x"  # type: ignore[misc]


@pytest.mark.parametrize("number", [2**63, -(2**63) - 1, 2**70])
def test_numbers_of_a_message_fit_into_a_database(number: int) -> None:
    """H-33: what no id of a record and no place in a file can be is refused at once."""
    example = _example("mail_classified.v1")
    places = [(example["commands"][1]["responsible"], "id")]
    places += [(example["content"]["attachments"][0], name) for name in ("start", "end", "size")]
    for place, name in places:
        right, place[name] = place[name], number
        with pytest.raises(ValidationError, match=name):
            MailClassified.read(example)
        place[name] = right
    MailClassified.read(example)
