"""The trade's own terms: what the tokenizer keeps whole and the entity ruler names."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import yaml

from bot.errors import FileInvalid, KnowledgeInvalid
from knowledge.normalise import normalise
from knowledge.yaml_files import load_yaml

FILE = "terms.yml"


@dataclass(frozen=True)
class TermGroup:
    """Terms of one entity type; `value` is what they all mean (a synonym group), or None for each its own."""

    entity: str
    value: str | None
    terms: tuple[str, ...]


def read_term_groups(folder: Path) -> list[TermGroup]:
    """Return the groups of `terms.yml`: a mapping entity -> (list of terms, or mapping value -> list of terms)."""
    try:
        data = load_yaml((folder / FILE).read_text(encoding="utf-8-sig"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise KnowledgeInvalid([FileInvalid(FILE, "file", f"cannot be read: {error}")]) from None
    if not isinstance(data, dict):
        raise KnowledgeInvalid([FileInvalid(FILE, "file", "must be `entity:` lines")])
    groups: list[TermGroup] = []
    for entity, content in data.items():
        if isinstance(content, list):
            groups.append(TermGroup(entity, None, tuple(map(str, content))))
        elif isinstance(content, dict) and all(isinstance(terms, list) for terms in content.values()):
            groups.extend(TermGroup(entity, value, tuple(map(str, terms))) for value, terms in content.items())
        else:
            raise KnowledgeInvalid([FileInvalid(FILE, entity, "must be a list, or a mapping to lists")])
    return groups


def dictionary_terms(groups: list[TermGroup]) -> tuple[str, ...]:
    """Return every term of two characters or more, in normal form, sorted: the dictionary of the word cutter."""
    return tuple(sorted({normalise(term) for group in groups for term in group.terms if len(term) > 1}))
