"""Reads the part of YAML that docker-compose.yml is written in; anything else is an error.

Mappings by indentation, lists of scalars or of small mappings, `[a, b]`, quoted text, `&name`,
`*name` and `<<`. Every scalar is text.
"""

import re
from dataclasses import dataclass, field

_PAIR = re.compile(r"^(?P<key>[\w.<-]+):(?: (?P<value>.+))?$")
_ANCHOR = re.compile(r"^&([\w-]+)$")


@dataclass(slots=True)
class _Reader:
    lines: list[tuple[int, str]]
    anchors: dict[str, object] = field(default_factory=dict)
    at: int = 0

    def block(self, indent: int) -> object:
        """The mapping or list whose lines stand at `indent`."""
        if self.lines[self.at][1].startswith("- "):
            return self._list(indent)
        return self._mapping(indent)

    def _here(self, indent: int) -> bool:
        return self.at < len(self.lines) and self.lines[self.at][0] == indent

    def _list(self, indent: int) -> list[object]:
        items: list[object] = []
        while self._here(indent) and self.lines[self.at][1].startswith("- "):
            rest = self.lines[self.at][1][2:]
            if _PAIR.match(rest):
                self.lines[self.at] = (indent + 2, rest)
                items.append(self._mapping(indent + 2))
            else:
                self.at += 1
                items.append(self._scalar(rest))
        return items

    def _mapping(self, indent: int) -> dict[str, object]:
        own: dict[str, object] = {}
        merged: list[object] = []
        while self._here(indent) and (pair := _PAIR.match(self.lines[self.at][1])):
            self.at += 1
            value = self._value(indent, pair["value"] or "")
            if pair["key"] == "<<":
                merged += value if isinstance(value, list) else [value]
            elif pair["key"] in own:
                raise ValueError(f"twice: {pair['key']}")
            else:
                own[pair["key"]] = value
        if self.at < len(self.lines) and self.lines[self.at][0] > indent:
            raise ValueError(f"not understood: {self.lines[self.at][1]}")
        for other in merged:
            if not isinstance(other, dict):
                raise TypeError("<< takes mappings")
            own = other | own
        return own

    def _value(self, indent: int, text: str) -> object:
        anchor = _ANCHOR.match(text)
        if text and not anchor:
            return self._scalar(text)
        deeper = self.at < len(self.lines) and self.lines[self.at][0] > indent
        value = self.block(self.lines[self.at][0]) if deeper else None
        if anchor:
            self.anchors[anchor[1]] = value
        return value

    def _scalar(self, text: str) -> object:
        if text.startswith("*"):
            return self.anchors[text[1:]]
        if text == "{}":
            return {}
        if text.startswith("["):
            inner = text.removeprefix("[").removesuffix("]")
            return [self._scalar(one) for one in re.findall(r'"[^"]*"|[^,\s][^,]*', inner)]
        if text.startswith('"'):
            return text[1:-1]
        return text


def read(text: str) -> dict[str, object]:
    """The mapping that `text` holds.

    Raises:
        ValueError: It holds something that is not of the subset.
    """
    lines = [
        (len(line) - len(line.lstrip()), line.strip())
        for line in text.splitlines()
        if line.strip() and not line.lstrip().startswith("#")
    ]
    reader = _Reader(lines)
    found = reader.block(0)
    if reader.at != len(lines) or not isinstance(found, dict):
        raise ValueError(f"not understood: {lines[reader.at][1]}")
    return found
