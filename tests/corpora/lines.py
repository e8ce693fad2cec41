"""The list of collected mails and what each should yield: one JSON object a line."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True, slots=True)
class Line:
    """One file and what is expected of it.

    Attributes:
        file: Its path under the folder of the corpora.
        confidence: How sure the expectation is: `published` most.
        expected: What it should yield; which keys there are depends on its kind.
    """

    file: str
    confidence: str
    expected: Mapping[str, Any]


def lines_of(root: Path, kind: str) -> Iterator[Line]:
    """Lines of one kind under `root` whose file is there."""
    with (root / "expected.jsonl").open(encoding="utf-8") as lines:
        for text in lines:
            line = json.loads(text)
            if line["kind"] == kind and (root / line["file"]).is_file():
                yield Line(line["file"], line["confidence"], line["expected"])
