"""Trained models: where they lie, which one serves, and whether we made it.

An archive is code to whoever loads it, so it is loaded only with a signature made with this installation's own key.
"""

from __future__ import annotations

import hashlib
import hmac
import os
import secrets
from dataclasses import dataclass
from pathlib import Path

from bot.errors import ModelUnavailable

CURRENT = "current"
KEY_FILE = "model-signing.key"


@dataclass(frozen=True)
class StoredModel:
    id: str
    path: Path


def training_basis(project: Path) -> str:
    """Return a hash of what a model must fit: pipeline, domain, rules and the code of the components."""
    files = [project / "config.yml", project / "domain.yml", project / "data" / "rules.yml"]
    files += sorted((project / "bot" / "nlu").glob("*.py")) + sorted((project / "knowledge").glob("*.py"))
    return hashlib.sha256(b"".join(hashlib.sha256(file.read_bytes()).digest() for file in files)).hexdigest()


class ModelStore:
    """Archives `ID.tar.gz` with `ID.tar.gz.sig` in one folder, and a file naming the one that serves."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        folder.mkdir(parents=True, exist_ok=True)

    @property
    def folder(self) -> Path:
        return self._folder

    def sign(self, archive: Path, basis: str) -> StoredModel:
        """Sign an archive that was just trained here; `basis` says of what code and rules, for `is_stale`."""
        archive.with_name(archive.name + ".basis").write_text(basis, encoding="ascii")
        signature = self._signature(archive)
        archive.with_name(archive.name + ".sig").write_text(signature, encoding="ascii")
        return StoredModel(archive.name.removesuffix(".tar.gz"), archive)

    def promote(self, model_id: str) -> None:
        """Let this model serve from the next start or swap on."""
        self.get(model_id)
        temporary = self._folder / f".{CURRENT}.{os.getpid()}"
        temporary.write_text(model_id, encoding="utf-8")
        temporary.replace(self._folder / CURRENT)

    def find_current(self) -> StoredModel | None:
        pointer = self._folder / CURRENT
        return self.get(pointer.read_text(encoding="utf-8").strip()) if pointer.exists() else None

    def get(self, model_id: str) -> StoredModel:
        """Return the model after checking its signature. Raises ModelUnavailable."""
        archive = self._folder / f"{model_id}.tar.gz"
        signature = archive.with_name(archive.name + ".sig")
        if not archive.exists() or not signature.exists():
            raise ModelUnavailable(f"there is no model {model_id}; ./yingshang train makes one")
        if not hmac.compare_digest(signature.read_text(encoding="ascii"), self._signature(archive)):
            raise ModelUnavailable(f"the signature of model {model_id} is wrong: it was changed, or made elsewhere")
        return StoredModel(model_id, archive)

    def is_stale(self, stored: StoredModel, basis: str) -> bool:
        """Whether the model was trained by other code or other rules than these, so that it may not load or not fit."""
        path = stored.path.with_name(stored.path.name + ".basis")
        return not path.exists() or path.read_text(encoding="ascii") != basis

    def list_models(self) -> list[str]:
        return sorted(path.name.removesuffix(".tar.gz") for path in self._folder.glob("*.tar.gz"))

    def _signature(self, archive: Path) -> str:
        with archive.open("rb") as file:
            return hmac.new(self._key(), hashlib.file_digest(file, "sha256").digest(), "sha256").hexdigest()

    def _key(self) -> bytes:
        path = self._folder / KEY_FILE
        if not path.exists():
            descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(descriptor, "wb") as file:
                file.write(secrets.token_bytes(32))
        return path.read_bytes()
