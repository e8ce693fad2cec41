"""Bodies of events as the text that a reader sees, without the block of an online meeting. Pure."""

import re

_RULE = re.compile(r"[ \t]*_{30,}[ \t]*")


def without_meeting_block(text: str) -> str:
    """Return a text without what lies between the last two long lines of underscores.

    Programs write how to join a meeting between two such lines, below what people write. Where
    there is one line alone, everything from it on is the block.
    """
    lines = text.splitlines()
    rules = [place for place, line in enumerate(lines) if _RULE.fullmatch(line)]
    if not rules:
        return text
    first = rules[-2] if len(rules) > 1 else rules[-1]
    last = rules[-1] if len(rules) > 1 else len(lines)
    return "\n".join(lines[:first] + lines[last + 1 :])
