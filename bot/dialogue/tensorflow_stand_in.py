"""Let Rasa be imported without TensorFlow, which none of our components needs.

Rasa 3.6 imports TensorFlow at module level in about thirty places, for base classes, decorators and annotations. With the
real one an import takes 20-30 s and 560 MB. This finder answers `import tensorflow…` with modules whose every attribute is
an empty class: good as a base class, an annotation or a decorator, and refusing to be used as anything else.
"""

from __future__ import annotations

import importlib.abc
import importlib.machinery
import importlib.util
import sys
from collections.abc import Sequence
from types import FunctionType, ModuleType
from typing import Any

STOOD_IN = (
    # TensorFlow and what Rasa imports beside it
    *("tensorflow", "tensorflow_addons", "tensorflow_hub", "tensorflow_text", "keras", "absl"),
    # SDKs of messengers, brokers and clouds that no channel of ours speaks
    *("aiogram", "webexteamssdk", "slack_sdk", "twilio", "fbmessenger", "mattermostwrapper", "rocketchat_API"),
    *("boto3", "botocore", "pymongo", "confluent_kafka", "aio_pika", "socketio", "engineio", "pydot"),
    *("aiormq", "google.auth", "google.cloud", "google.oauth2"),
)

NOT_SERVED = (
    # Installed for training and for Rasa's own commands. A serving process never calls them, but Rasa imports them: 90 MB.
    *("sklearn", "matplotlib", "sanic", "sanic_cors", "sanic_jwt", "sanic_routing", "prompt_toolkit", "questionary"),
)

ADVICE = (
    "TensorFlow is not installed in this project, so {name} cannot run. Use the components named in config.yml "
    "(bot.nlu.*) or RulePolicy; Rasa's DIETClassifier, ResponseSelector, TEDPolicy, UnexpecTEDIntentPolicy and "
    "the language-model featurizers need an environment with TensorFlow."
)


def _is_stood_in(module: str) -> bool:
    return any(module == name or module.startswith(name + ".") for name in (*STOOD_IN, *NOT_SERVED))


class TensorFlowNotInstalled(ImportError):
    """A component that needs TensorFlow was asked to work."""

    def __init__(self, name: str) -> None:
        super().__init__(ADVICE.format(name=name))
        self.name = name


class _StandInType(type):
    def __getattr__(cls, name: str) -> _StandInType:
        if name.startswith("__"):
            raise AttributeError(name)
        made = _StandInType(name, (), {"__module__": f"{cls.__module__}.{cls.__name__}"})
        setattr(cls, name, made)
        return made

    def __call__(cls, *args: Any, **kwargs: Any) -> Any:
        if not _is_stood_in(cls.__module__):  # a class of Rasa that has a stand-in as its base
            raise TensorFlowNotInstalled(cls.__name__)
        if len(args) == 1 and isinstance(args[0], FunctionType):  # used as a decorator
            return args[0]
        if not args and not kwargs:
            return cls
        raise TensorFlowNotInstalled(f"{cls.__module__}.{cls.__name__}")


class _StandInModule(ModuleType):
    __path__: list[str] = []  # noqa: RUF012  a module has its own
    __version__ = "2.12.0"

    def __getattr__(self, name: str) -> _StandInType:
        if name.startswith("__"):
            raise AttributeError(name)
        made = _StandInType(name, (), {"__module__": self.__name__})
        setattr(self, name, made)
        return made


class _Finder(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    def __init__(self, names: Sequence[str]) -> None:
        self.names = names

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        if not any(fullname == name or fullname.startswith(name + ".") for name in self.names):
            return None
        return importlib.machinery.ModuleSpec(fullname, self, is_package=True)

    def create_module(self, spec: importlib.machinery.ModuleSpec) -> ModuleType:
        return _StandInModule(spec.name)

    def exec_module(self, module: ModuleType) -> None:
        """Nothing to run: attributes are made when asked for."""


def install() -> None:
    """Answer TensorFlow imports from now on. Does nothing when TensorFlow is installed or the stand-in already is."""
    if not _is_installed(STOOD_IN) and importlib.util.find_spec("tensorflow") is None:
        sys.meta_path.append(_Finder(STOOD_IN))


def install_for_serving() -> None:
    """Answer also the imports of what a serving process does not call. Must run before the first import of Rasa."""
    install()
    if not _is_installed(NOT_SERVED) and "sklearn" not in sys.modules:
        sys.meta_path.insert(0, _Finder(NOT_SERVED))


def _is_installed(names: Sequence[str]) -> bool:
    return any(isinstance(finder, _Finder) and finder.names == names for finder in sys.meta_path)
