"""The terms a model was trained with, kept inside the model: a model is understood without the files around it."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict
from pathlib import Path

from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage

from knowledge.terms import FILE, TermGroup, read_term_groups

_STORED = "terms.json"


def read_dictionary(folder: str | None) -> list[TermGroup]:
    """Return the term groups of a knowledge folder; none without a folder."""
    return read_term_groups(Path(folder)) if folder else []


def dictionary_fingerprint(folder: str | None) -> str | None:
    """Return a hash of the file, which the path in the config does not show."""
    return hashlib.sha256((Path(folder) / FILE).read_bytes()).hexdigest() if folder else None


def code_fingerprint() -> str:
    """Return a hash of the code around the components: Rasa's cache looks only at a component's own class."""
    here = Path(__file__).parent
    files = sorted(here.glob("*.py")) + sorted((here.parent.parent / "knowledge").glob("*.py"))
    return hashlib.sha256(b"".join(file.read_bytes() for file in files)).hexdigest()


def persist_dictionary(storage: ModelStorage, resource: Resource, groups: list[TermGroup]) -> None:
    with storage.write_to(resource) as directory:
        text = json.dumps([asdict(group) for group in groups], ensure_ascii=False)
        (directory / _STORED).write_text(text, encoding="utf-8")


def load_dictionary(storage: ModelStorage, resource: Resource) -> list[TermGroup]:
    with storage.read_from(resource) as directory:
        entries = json.loads((directory / _STORED).read_text(encoding="utf-8"))
    return [TermGroup(entry["entity"], entry["value"], tuple(entry["terms"])) for entry in entries]
