"""`train` and `models`: making a model, and saying which one serves."""

from __future__ import annotations

import argparse

from bot.commands.setup import say, settings_of, train_and_promote
from bot.errors import ModelUnavailable
from bot.services.models import ModelStore


def train(options: argparse.Namespace) -> int:
    settings = settings_of(options)
    stored = train_and_promote(ModelStore(settings.models_dir))
    say(f"模型 {stored.id} 已训练完成并启用。")
    return 0


def manage(options: argparse.Namespace) -> int:
    store = ModelStore(settings_of(options).models_dir)
    current = store.find_current()
    if options.action == "list":
        for model_id in store.list_models():
            print(f"{'*' if current and current.id == model_id else ' '} {model_id}")
        return 0
    if options.action == "promote" and not options.model_id:
        raise ModelUnavailable("which one? ./yingshang models list names them")
    model_id = options.model_id or _one_before(store, current.id if current else None)
    store.promote(model_id)
    say(f"模型 {model_id} 已启用，下次启动生效。")
    return 0


def _one_before(store: ModelStore, current: str | None) -> str:
    older = [model_id for model_id in store.list_models() if current is None or model_id < current]
    if not older:
        raise ModelUnavailable("there is no older model to go back to")
    return older[-1]
