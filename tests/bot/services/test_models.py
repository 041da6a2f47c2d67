"""Model archives are code: loaded only with the signature made when we trained them."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.errors import ModelUnavailable
from bot.services.models import KEY_FILE, ModelStore


@pytest.fixture
def store(tmp_path: Path) -> ModelStore:
    return ModelStore(tmp_path / "models")


def add(store: ModelStore, model_id: str, content: bytes = b"archive") -> Path:
    archive = store.folder / f"{model_id}.tar.gz"
    archive.write_bytes(content)
    store.sign(archive, "basis")
    return archive


def test_without_a_promoted_model_there_is_no_current_one(store: ModelStore) -> None:
    add(store, "20261122-100000")

    assert store.find_current() is None


def test_a_promoted_model_is_current_and_another_can_take_its_place_and_give_it_back(store: ModelStore) -> None:
    for model_id in ("20261122-100000", "20261122-110000"):
        add(store, model_id)
        store.promote(model_id)
    assert store.find_current() == store.get("20261122-110000")

    store.promote("20261122-100000")

    current = store.find_current()
    assert current is not None and current.id == "20261122-100000"
    assert store.list_models() == ["20261122-100000", "20261122-110000"]


def test_a_changed_archive_is_refused(store: ModelStore) -> None:
    archive = add(store, "m1")
    store.promote("m1")
    archive.write_bytes(b"archive with something else in it")

    with pytest.raises(ModelUnavailable, match="signature of model m1 is wrong"):
        store.find_current()


def test_an_archive_signed_elsewhere_is_refused(store: ModelStore, tmp_path: Path) -> None:
    elsewhere = ModelStore(tmp_path / "elsewhere")
    foreign = add(elsewhere, "m1")
    for file in (foreign, foreign.with_name("m1.tar.gz.sig")):
        (store.folder / file.name).write_bytes(file.read_bytes())

    with pytest.raises(ModelUnavailable, match="signature"):
        store.promote("m1")
    assert store.find_current() is None, "what is refused is not promoted"


@pytest.mark.parametrize("signature", [None, "", "0" * 64, "no hexadecimal"])
def test_an_archive_without_a_right_signature_is_refused(store: ModelStore, signature: str | None) -> None:
    archive = add(store, "m1")
    sig = archive.with_name("m1.tar.gz.sig")
    sig.unlink() if signature is None else sig.write_text(signature, encoding="utf-8")

    with pytest.raises(ModelUnavailable):
        store.get("m1")


@pytest.mark.parametrize("model_id", ["none", "../models/m1", "/etc/passwd", ""])
def test_a_model_that_is_not_there_is_named(store: ModelStore, model_id: str) -> None:
    with pytest.raises(ModelUnavailable):
        ModelStore(store.folder.parent / "empty").promote(model_id)


def test_the_signing_key_is_this_installations_own_and_readable_by_nobody_else(store: ModelStore, tmp_path: Path) -> None:
    add(store, "m1")
    other = ModelStore(tmp_path / "other")
    add(other, "m1")

    key = store.folder / KEY_FILE
    assert key.stat().st_mode & 0o077 == 0
    assert key.read_bytes() != (other.folder / KEY_FILE).read_bytes()
