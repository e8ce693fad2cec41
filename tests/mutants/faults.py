"""The mutants: what is broken on purpose, and the tests that must notice."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Mutant:
    """A deliberate fault.

    Attributes:
        name: What goes wrong, in a few words.
        file: Where it is put, relative to the project.
        found: Text that stands there exactly once.
        instead: What stands there in the mutant.
        tests: Tests that must notice, as pytest names them.
    """

    name: str
    file: str
    found: str
    instead: str
    tests: tuple[str, ...]


_WORKER = "tests/unit/shared/test_worker.py"
_MAILER = "tests/unit/services/mailer/test_send.py"
_POWER_CUT = "tests/faults/test_power_cut.py"
_WRITERS = "tests/integration/test_several_writers.py"


MUTANTS: tuple[Mutant, ...] = (
    Mutant(
        "acknowledged before it is confirmed",
        "shared/worker.py",
        "        self._send(connection, messages)\n"
        "        _done(connection, deliveries)\n\n    def _give_all_back",
        "        _done(connection, deliveries)\n"
        "        self._send(connection, messages)\n\n    def _give_all_back",
        (_WORKER,),
    ),
    Mutant(
        "given back after it is acknowledged",
        "shared/worker.py",
        "        self._send(connection, [(self._flow.queue, message) for message in messages])\n"
        "        _done(connection, deliveries)\n",
        "        _done(connection, deliveries)\n"
        "        self._send(connection, [(self._flow.queue, message) for message in messages])\n",
        (_WORKER,),
    ),
    Mutant(
        "a refusal is taken for a confirm",
        "shared/broker/rabbitmq/confirms.py",
        "        if not taken:\n",
        "        if False:\n",
        ("tests/unit/shared/broker/rabbitmq/test_confirms.py",),
    ),
    Mutant(
        "confirms are not waited for",
        "shared/broker/rabbitmq/connection.py",
        "self._wait(lambda: not self._confirms.outstanding,",
        "self._wait(lambda: True,",
        ("tests/contract/test_transport.py",),
    ),
    Mutant(
        "messages to no queue vanish",
        "shared/broker/rabbitmq/connection.py",
        "mandatory=True",
        "mandatory=False",
        ("tests/integration/test_worker.py::test_a_queue_that_vanishes_is_made_again",),
    ),
    Mutant(
        "a tag is told twice",
        "shared/broker/rabbitmq/unacked.py",
        "        return last_fresh, alone\n",
        "        return (end if last_fresh else None), alone\n",
        ("tests/unit/shared/broker/rabbitmq/test_unacked.py",),
    ),
    Mutant(
        "two fetchers hold one lease",
        "shared/broker/rabbitmq/connection.py",
        "consume = partial(self._consume, queue, 1, exclusive=True)",
        "consume = partial(self._consume, queue, 1, exclusive=False)",
        ("tests/e2e/test_services.py",),
    ),
    Mutant(
        "let go before the next stage has it",
        "services/fetcher/fetch.py",
        "        self.publisher.publish(messages)\n",
        "        self.source.acknowledge([mail for _, mail in backed_up])\n"
        "        self.publisher.publish(messages)\n",
        ("tests/unit/services/fetcher/test_fetch.py",),
    ),
    Mutant(
        "files are not flushed",
        "shared/durable.py",
        "        os.fsync(target.fileno())\n",
        "",
        (_POWER_CUT,),
    ),
    Mutant(
        "names in a folder are not flushed",
        "shared/durable.py",
        "        os.fsync(descriptor)\n",
        "        pass\n",
        (_POWER_CUT,),
    ),
    Mutant(
        "a large mail's name is not flushed",
        "shared/backup/store.py",
        "                half.rename(folder / _name(mail_id))\n            flush_folder(folder)\n",
        "                half.rename(folder / _name(mail_id))\n",
        (_POWER_CUT,),
    ),
    Mutant(
        "a new folder's name is not flushed",
        "shared/durable.py",
        "            flush_folder(parent)\n",
        "",
        (_POWER_CUT,),
    ),
    Mutant(
        "SQLite commits without a flush",
        "shared/netgenium/database/servers.py",
        "PRAGMA synchronous=FULL",
        "PRAGMA synchronous=OFF",
        (_POWER_CUT,),
    ),
    Mutant(
        "the key is not claimed",
        "services/writer/journal.py",
        "        connection.execute(insert(identification_key_table), claims)\n",
        "        pass\n",
        ("tests/integration/test_pipeline_on_servers.py",),
    ),
    Mutant(
        "a redelivery is not recognised",
        "services/writer/stage.py",
        "for m in batch if m.again or m.mail_id not in before}",
        "for m in batch}",
        ("tests/integration/test_pipeline.py",),
    ),
    Mutant(
        "the journal is written in another transaction",
        "services/writer/stage.py",
        "            record(connection, settled, before, now)\n"
        "            self.legacy_log.note(connection, (one.verdict for one in settled), now)\n",
        "            self.legacy_log.note(connection, (one.verdict for one in settled), now)\n"
        "        with write_transaction(self.engine) as connection:\n"
        "            record(connection, settled, before, now)\n",
        ("tests/faults/test_kill_at_every_step.py",),
    ),
    Mutant(
        "writers take no locks",
        "services/writer/stage.py",
        "            hold(connection, *locks_of(batch))\n",
        "",
        (_WRITERS,),
    ),
    Mutant(
        "numbers of tasks are reserved without a lock",
        "services/writer/task_numbers.py",
        "    hold(connection, TASK_NUMBERS)\n",
        "",
        (_WRITERS,),
    ),
    Mutant(
        "a mail of ours is sent before it is in hand",
        "services/mailer/outbox_rows.py",
        ".values(next_try_at=now + IN_HAND, tries=_OWN.tries + 1)",
        ".values(tries=_OWN.tries + 1)",
        (_MAILER,),
    ),
    Mutant(
        "a mail of ours that is sent again has another name",
        "services/mailer/compose.py",
        "own_mail.message_id(mail.outbox_id, domain_of(sender.box))",
        'own_mail.message_id(__import__("uuid").uuid4(), domain_of(sender.box))',
        (_MAILER,),
    ),
    Mutant(
        "automatic mails have no end",
        "services/writer/handlers/send_mail.py",
        " and len(sent) >= MOST_AUTOMATIC",
        " and len(sent) < 0",
        ("tests/unit/services/writer/test_comment_task.py",),
    ),
)
