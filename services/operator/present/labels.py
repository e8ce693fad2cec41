"""Names of fields, rules and states for people, in their language."""

from collections.abc import Iterable, Mapping

from shared.contracts.flags import FOREIGN, NOT_BELIEVED
from shared.language.language import Language, marked

FIELDS: Mapping[str, str] = {
    "address": marked("address"),
    "alarm": marked("alarm"),
    "all_day": marked("all day"),
    "answer": marked("answer"),
    "answers": marked("answers"),
    "approver": marked("approver"),
    "attachments": marked("attachments"),
    "attendees": marked("attendees"),
    "author": marked("author"),
    "backup": marked("backup"),
    "box": marked("box"),
    "cancelled": marked("cancelled"),
    "completed": marked("completed"),
    "consumers": marked("consumers"),
    "contact": marked("contact"),
    "contact_of": marked("contact that is made first"),
    "contacts": marked("contacts"),
    "contract": marked("contract"),
    "date": marked("date"),
    "dead": marked("dead"),
    "died_at": marked("died at"),
    "direction": marked("direction"),
    "doing": marked("doing"),
    "due_date": marked("due date"),
    "end": marked("end"),
    "flags": marked("flags"),
    "from": marked("from"),
    "held": marked("held"),
    "held_at": marked("held at"),
    "held_id": marked("id of the held mark"),
    "held_marks": marked("held marks"),
    "id": marked("id"),
    "key": marked("key"),
    "known_by_now": marked("known by now"),
    "last_at": marked("last at"),
    "location": marked("location"),
    "mail_id": marked("mail id"),
    "mails": marked("mails"),
    "mark": marked("mark"),
    "marks_per_day": marked("marks per day at most"),
    "marks_today": marked("marks today"),
    "message_id": marked("message id"),
    "method": marked("method"),
    "new_task": marked("new task"),
    "newest": marked("newest"),
    "number": marked("number"),
    "opportunity": marked("opportunity"),
    "order": marked("order"),
    "organizer": marked("organizer"),
    "original_attached": marked("original attached"),
    "other_contacts": marked("other contacts"),
    "place": marked("place"),
    "private": marked("private"),
    "problem_id": marked("problem id"),
    "processes": marked("processes"),
    "queue": marked("queue"),
    "read_at": marked("read at"),
    "received_at": marked("received at"),
    "recipient": marked("recipient"),
    "reason": marked("reason"),
    "recurrence_id": marked("recurrence id"),
    "relationship": marked("relationship"),
    "relationship_of": marked("company that is made first"),
    "relationships": marked("relationships"),
    "released_before": marked("released before"),
    "reporter": marked("reported by"),
    "responsible": marked("responsible"),
    "resting": marked("waiting for another try"),
    "rule": marked("rule"),
    "scope": marked("scope"),
    "sequence": marked("sequence"),
    "series": marked("series"),
    "service": marked("service"),
    "since": marked("since"),
    "soft_bounce": marked("soft bounce"),
    "solvers": marked("solvers"),
    "start": marked("start"),
    "state": marked("state"),
    "status": marked("status"),
    "subject": marked("subject"),
    "summary": marked("summary"),
    "task": marked("task"),
    "template": marked("template"),
    "type": marked("type"),
    "uid": marked("uid"),
    "undone": marked("undone"),
    "undone_by": marked("undone by"),
    "user": marked("user"),
    "values": marked("values"),
    "verdict": marked("verdict"),
    "waiting": marked("waiting"),
    "why": marked("why"),
}
"""Fields of records, as `list` and `status` show them."""

RULES: Mapping[str, str] = {
    "ambiguous": marked("ambiguous"),
    "archive": marked("old mail"),
    "automatic": marked("automatic mail"),
    "bounce": marked("bounce"),
    "bounds": marked("bounds"),
    "complaint": marked("complaint"),
    "conversation": marked("conversation"),
    "custom_rules": marked("own rules"),
    "died_at": marked("died at"),
    "direction": marked("direction"),
    "duplicate": marked("duplicate"),
    "early_rules": marked("early own rules"),
    "ignored_subject": marked("ignored subject"),
    "incoming": marked("incoming"),
    "inform_users": marked("notice to users"),
    "invitation": marked("invitation"),
    "journal_report": marked("journal report"),
    "link": marked("link"),
    "mail_group": marked("group address"),
    "net_genium": marked("mail of NET Genium"),
    "new_task": marked("new task"),
    "nothing_made": marked("nothing made"),
    "opt_out": marked("opt-out"),
    "outgoing": marked("outgoing"),
    "own_mail": marked("our own mail"),
    "problem": marked("problem"),
    "reply_or_forward": marked("reply or forward"),
    "report": marked("report"),
    "scope": marked("scope"),
    "sender_proof": marked("proof of the sender"),
    "solvers": marked("solvers"),
    "spam": marked("spam"),
    "tag": marked("tag of a task"),
    "thread": marked("thread"),
    "ticket": marked("ticket"),
    "token": marked("token"),
    "twins": marked("several users"),
    "type": marked("type"),
    "undecided": marked("undecided"),
    "xml_mail": marked("XML mail"),
}
"""Rules and notes, as traces name them."""

KINDS: Mapping[str, str] = {
    "apply_event": marked("Invitation"),
    "comment_task": marked("Comment"),
    "count_soft_bounce": marked("Soft bounce counted"),
    "create_activity": marked("Activity"),
    "create_contact": marked("Contact"),
    "create_task": marked("Task"),
    "mailbox": marked("in its box"),
    "mark_forbidden": marked("Mark"),
    "more": marked("further commands"),
    "put_contact": marked("Contact"),
    "put_relationship": marked("Company"),
    "put_task": marked("Task"),
    "send_mail": marked("Mail to be sent"),
    "update_task": marked("Task updated"),
    "upsert_invitation": marked("Invitation"),
    "verdict": marked("verdict"),
}
"""What a mail makes, and what else becomes of it."""

STATES: Mapping[str, str] = {
    "active": marked("active"),
    "away": marked("away"),
    "deleted": marked("deleted"),
    "dropped": marked("dropped"),
    "ended": marked("ended"),
    "failed": marked("failed"),
    "held": marked("held"),
    "in_step": marked("in step"),
    "making": marked("being made"),
    "parked": marked("parked"),
    "refused": marked("refused"),
    "sent": marked("sent"),
    "waiting": marked("waiting"),
    "enabled": marked("enabled"),
    "disabled": marked("disabled"),
    "resting": marked("resting"),
    "incoming": marked("incoming"),
    "outgoing": marked("outgoing"),
    "ok": marked("ok"),
    "warn": marked("warn"),
    "fail": marked("fail"),
    "skipped": marked("skipped"),
    "broken": marked("does not work"),
    "do_not_send": marked("no more mail"),
    "too_many": marked("too many marks in a day"),
    "unproven": marked("neither our mail came back nor is the reporter known"),
}
"""Words of a state."""


FLAG_WORDS: Mapping[str, str] = {
    NOT_BELIEVED: marked("sender not believed"),
    FOREIGN: marked("foreign"),
}
"""Flags of mails."""

PARTS: Mapping[str, str] = {
    "boxes": marked("boxes"),
    "queues": marked("queues"),
    "services": marked("services"),
    "failed": marked("set aside"),
    "journal": marked("journal"),
    "marks": marked("marks"),
    "outbox": marked("mail to be sent"),
}
"""Parts of `status`."""


def part_label(name: str, language: Language) -> str:
    """Name a part of `status`."""
    return language.say(PARTS.get(name, name))


def field_label(name: str, language: Language) -> str:
    """Name a field."""
    return language.say(FIELDS.get(name, name.replace("_", " ")))


def kind_label(kind: str, language: Language) -> str:
    """Name what a command makes."""
    return language.say(KINDS.get(kind, kind))


def rule_label(name: str, language: Language) -> str:
    """Name a rule, or what a note is about."""
    return language.say(RULES.get(name, name.replace("_", " ")))


def flags_as_text(flags: Iterable[str], language: Language) -> str:
    """Say the flags of a mail."""
    return ", ".join(language.say(FLAG_WORDS.get(flag, flag)) for flag in flags)


def state_label(word: str, language: Language) -> str:
    """Say the word of a state."""
    return language.say(STATES.get(word, word))
