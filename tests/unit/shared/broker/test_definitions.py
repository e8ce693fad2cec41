"""What RabbitMQ is told of queues and users, before it runs."""

import re

from shared.broker.definitions import definitions, rights
from shared.broker.topology import NOBODY, WRITER_COMMANDS


def test_every_queue_has_an_exchange_of_its_name_that_leads_there() -> None:
    """INV-11: a right to publish is a right to an exchange."""
    made = definitions(str.upper)
    queues = [queue["name"] for queue in made["queues"]]

    assert len(queues) == len(set(queues)) > 10
    assert [one["name"] for one in made["exchanges"]] == [*queues, NOBODY]
    assert [(one["source"], one["destination"]) for one in made["bindings"]] == [
        (name, name) for name in queues
    ]


def test_each_user_has_the_password_that_was_made_for_him() -> None:
    """INV-11: and no tag, with which he could look at or change the broker itself."""
    made = definitions(str.upper)

    assert {user["name"]: (user["password"], user["tags"]) for user in made["users"]} == {
        name: (name.upper(), []) for name in rights()
    }


def test_patterns_fit_whole_names() -> None:
    """INV-11: no right to a queue is one to another whose name begins or ends alike."""
    made = definitions(str.upper)
    (classifier,) = (one for one in made["permissions"] if one["user"] == "classifier")

    assert re.search(classifier["write"], WRITER_COMMANDS)
    for other in (f"{WRITER_COMMANDS}.dead", f"x{WRITER_COMMANDS}", "writerxcommands"):
        assert not re.search(classifier["write"], other)


def test_every_queue_has_a_user_who_fills_it_and_one_who_empties_it() -> None:
    """INV-11: a new queue gets its rights: without them its service would be refused."""
    made = definitions(str.upper)
    # What rests for a further try goes back by itself.
    names = {one["name"] for one in made["queues"] if ".retry." not in one["name"]}
    dead = {name for name in names if name.endswith(".dead")}
    services = [one for one in made["permissions"] if one["user"] != "operator"]

    for right, asked, users in (
        ("write", names - dead, services),
        ("read", names - dead, services),
        ("read", dead, made["permissions"]),
    ):
        patterns = [one[right] for one in users if one[right]]
        assert asked
        assert [one for one in asked if not any(re.search(each, one) for each in patterns)] == []
