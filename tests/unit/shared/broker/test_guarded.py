import threading
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from shared.broker.guarded import REST_SECONDS, Gate, Guarded
from shared.broker.port import Receipt
from shared.broker.tries import Tries
from shared.contracts.said import said
from shared.errors import TransientError
from tests.messages import AMessage
from tests.servers.processes import wait_until

GOOD, OTHER, BAD = AMessage("good"), AMessage("other"), AMessage("bad")


class Died(BaseException):
    """The process has ended: nothing that follows runs."""


class AnEnd:
    """The end of a line: remembers what came; `BAD` does there what `does` says."""

    def __init__(self, does: Callable[[], None] = lambda: None) -> None:
        self.does = does
        self.batches: list[list[str]] = []
        self.postpones: dict[str, str] = {}

    def publish(self, batch: Sequence[AMessage]) -> None:
        self.batches.append([message.text for message in batch])
        if BAD in batch:
            self.does()

    def flush(self) -> Receipt:
        last = self.batches[-1]
        return Receipt({}, {AMessage(k).mail_id: v for k, v in self.postpones.items() if k in last})


def _publish(
    end: AnEnd,
    file: Path,
    *messages: AMessage,
    rests: Sequence[float] = (),
    now: float = 0.0,
) -> Receipt:
    """A process that hands `messages` on once."""
    guarded: Guarded[AMessage] = Guarded(end, Tries(file), Gate(), rests, lambda: now)
    guarded.publish(messages)
    return guarded.flush()


def _process_that_dies(end: AnEnd, file: Path, *messages: AMessage) -> None:
    """A process that ends with `messages` in hand: what it would do at its end is not done."""
    before = Tries._keep

    def kept_until_death(tries: Tries) -> None:
        if tries._known().in_hand:
            before(tries)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Tries, "_keep", kept_until_death)
        with pytest.raises(Died):
            _publish(end, file, *messages)


def _dies() -> None:
    raise Died


def test_a_mail_that_processes_die_of_is_handled_alone_and_then_refused(tmp_path: Path) -> None:
    """F-15: twice with its neighbours, once alone, and no fourth time."""
    end, file = AnEnd(_dies), tmp_path / "tries" / "box.json"
    for _ in range(2):
        _process_that_dies(end, file, GOOD, BAD)
    assert end.batches == [["good", "bad"]] * 2

    _process_that_dies(end, file, GOOD, BAD)
    assert end.batches[2:] == [["good"], ["bad"]]
    receipt = _publish(end, file, BAD, OTHER)

    assert end.batches[4:] == [["other"]]
    assert list(receipt.refused) == [BAD.mail_id]
    assert "ended 3 times" in receipt.refused[BAD.mail_id]
    assert not file.exists()


def test_a_mail_that_gets_through_is_no_suspect_any_more(tmp_path: Path) -> None:
    """F-14: whoever was beside a poison starts anew, however often that was."""
    file = tmp_path / "box.json"
    for _ in range(5):
        _process_that_dies(AnEnd(_dies), file, GOOD, BAD)
        end = AnEnd()
        assert _publish(end, file, GOOD, BAD).kept == {}
        assert end.batches == [["good", "bad"]]


def test_nothing_is_left_where_nothing_went_wrong(tmp_path: Path) -> None:
    """I-6: the note is there only while mails are in hand."""
    file = tmp_path / "box.json"
    there: list[bool] = []

    _publish(AnEnd(lambda: there.append(file.exists())), file, GOOD, BAD)

    assert there == [True]
    assert not file.exists()


def test_an_outage_is_nobodys_death(tmp_path: Path) -> None:
    """F-40: an error that is raised is no end of the process."""
    file = tmp_path / "box.json"

    def away() -> None:
        raise TransientError(said("away"))

    end = AnEnd(away)
    for _ in range(5):
        with pytest.raises(TransientError):
            _publish(end, file, GOOD, BAD)

    assert end.batches == [["good", "bad"]] * 5
    assert not file.exists()


def test_a_postponed_mail_is_refused_after_four_rounds(tmp_path: Path) -> None:
    """INV-3: its tries are counted over the ends of processes, too."""
    end, file = AnEnd(), tmp_path / "box.json"
    end.postpones = {"bad": "a conflict"}
    receipts = [_publish(end, file, GOOD, BAD) for _ in range(4)]

    assert [list(one.postponed) for one in receipts] == [[BAD.mail_id]] * 3 + [[]]
    assert receipts[3].refused == {BAD.mail_id: "a conflict (4 tries)"}
    assert not file.exists()


def test_a_service_lets_a_postponed_mail_rest(tmp_path: Path) -> None:
    """INV-3: it is tried again only when its rest is over; a clock put back does not prolong it."""
    end, file = AnEnd(), tmp_path / "box.json"
    end.postpones = {"bad": "a conflict"}

    def rounds(now: float) -> int:
        before = len(end.batches)
        receipt = _publish(end, file, BAD, rests=REST_SECONDS, now=now)
        assert receipt.postponed == {BAD.mail_id: "a conflict"}
        return len(end.batches) - before

    assert [rounds(now) for now in (100, 101, 102, 103, 111, 112)] == [1, 0, 1, 0, 0, 1]
    assert "a conflict" in _publish(end, file, BAD, rests=REST_SECONDS, now=50).refused[BAD.mail_id]


def test_a_note_that_is_torn_is_begun_anew(tmp_path: Path) -> None:
    """F-2: what a crash left half-written stops nothing."""
    file = tmp_path / "box.json"
    file.write_text('{"in_hand": ["7ef0')

    assert _publish(AnEnd(), file, GOOD).kept == {}


def test_a_folder_that_refuses_the_note_is_told_plainly(tmp_path: Path) -> None:
    """F-70: without a note nothing is handled; path and remedy are named."""
    (tmp_path / "tries").write_text("in the way")
    end = AnEnd()

    with pytest.raises(TransientError, match="check free space"):
        _publish(end, tmp_path / "tries" / "box.json", GOOD)

    assert end.batches == []


def test_a_suspect_is_inside_with_nobody_else() -> None:
    """F-15: while it is handled no mail of another box is in hand, which would count its death."""
    gate = Gate()
    inside: list[str] = []

    def alone() -> None:
        with gate.alone():
            inside.append("suspect")

    def company() -> None:
        with gate.together():
            inside.append("other")

    with gate.together():
        suspect = threading.Thread(target=alone)
        suspect.start()
        wait_until(lambda: gate._wanted_alone > 0, "the suspect to stand before the gate")
        other = threading.Thread(target=company)
        other.start()
        assert inside == []
    suspect.join(10)
    other.join(10)

    assert inside == ["suspect", "other"]
