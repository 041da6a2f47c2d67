"""Words that mean several subjects when they stand alone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import yaml

from bot.business.follow_up import is_bare_term
from bot.errors import FileInvalid, KnowledgeInvalid
from knowledge.normalise import normalise
from knowledge.yaml_files import load_yaml

FILE = "ambiguities.yml"


@dataclass(frozen=True)
class Ambiguity:
    words: tuple[str, ...]
    options: dict[str, str]
    """Subject -> how a button names it."""


def read_ambiguities(folder: Path) -> list[Ambiguity]:
    """Return the entries of the file, their words in normal form, longest first. Raises KnowledgeInvalid."""
    try:
        entries = load_yaml((folder / FILE).read_text(encoding="utf-8-sig"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise KnowledgeInvalid([FileInvalid(FILE, "file", f"cannot be read: {error}")]) from None
    if not isinstance(entries, list):
        raise KnowledgeInvalid([FileInvalid(FILE, "file", "must be a list of entries")])
    problems = [
        FileInvalid(FILE, f"entry {number}", "needs `words` (a list) and `options` (subject: title), at least two")
        for number, entry in enumerate(entries, start=1)
        if not isinstance(entry, dict)
        or not (isinstance(entry.get("words"), list) and entry["words"])
        or not (isinstance(entry.get("options"), dict) and len(entry["options"]) > 1)
    ]
    if problems:
        raise KnowledgeInvalid(list(problems))
    return [
        Ambiguity(tuple(sorted((normalise(w) for w in entry["words"]), key=len, reverse=True)), dict(entry["options"]))
        for entry in entries
    ]


def find_ambiguity(text: str, ambiguities: Sequence[Ambiguity]) -> Ambiguity | None:
    """Return the entry one of whose words is all that the text says."""
    normal = normalise(text)
    return next((a for a in ambiguities if any(is_bare_term(normal, word) for word in a.words)), None)
