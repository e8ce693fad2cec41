"""Commands as the journal keeps them."""

import json

from services.writer.compact import compact
from tests.writing import EVA, JAN, PETR, a_soft_bounce, a_task, an_activity, an_id, an_invitation


def test_a_command_is_kept_by_the_ids_of_its_records() -> None:
    """R-d: what was to be done can be read later, without the mail's texts."""
    commands = (
        an_activity("a", contact=PETR),
        a_task("t", solvers=(JAN, EVA), approver=None),
        a_soft_bounce("b", "bob@x.example", 3),
        an_invitation("i", "uid", "REQUEST", 1),
    )

    activity, task, bounce, event = json.loads(compact(commands))

    assert activity == {
        "command_id": str(an_id("a activity 1")),
        "kind": "create_activity",
        "responsible": JAN.id,
        "type": 1,
        "direction": "incoming",
        "contact": PETR.id,
        "completed": True,
        "by_envelope": False,
    }
    assert (task["solvers"], "approver" in task) == ([JAN.id, EVA.id], False)
    assert (bounce["address"], bounce["bounced_on"]) == ("bob@x.example", "2026-11-03")
    assert (event["uid"], "attendees" in event) == ("uid", False)


def test_a_mail_with_very_many_commands_fills_no_journal() -> None:
    """H-3: the first ones are kept, the others counted."""
    told = json.loads(compact([an_activity(str(number)) for number in range(1000)]))

    assert (len(told), told[-1]) == (201, {"more": 800})
