"""TensorFlow is not there, Rasa can be imported all the same, and a config that needs it is told so."""

from __future__ import annotations

import importlib.util
import subprocess
import sys
from pathlib import Path

import pytest

from bot.dialogue.training import TENSORFLOW_COMPONENTS, refuse_tensorflow
from bot.errors import ModelUnavailable
from bot.settings import PROJECT

LOOK = """
import bot.cli, bot.bootstrap, bot.commands.serve, sys, types
real = [n for n, m in sys.modules.items() if n.split('.')[0] in ('tensorflow', 'keras') and getattr(m, '__file__', None)]
print(real, 'rasa.core.agent' in sys.modules)
"""


def test_the_server_holds_no_module_of_tensorflow() -> None:
    done = subprocess.run([sys.executable, "-c", LOOK], cwd=PROJECT, capture_output=True, text=True, check=True)

    assert done.stdout.strip() == "[] True"


def test_rasa_with_the_stand_in_knows_the_classes_that_need_tensorflow_by_name() -> None:
    from rasa.nlu.classifiers.diet_classifier import DIETClassifier

    assert DIETClassifier.get_default_config()


def test_using_a_stood_in_class_says_what_to_do() -> None:
    import tensorflow
    from rasa.utils.tensorflow.models import RasaModel

    for use in (lambda: tensorflow.constant(1), lambda: RasaModel(random_seed=1)):
        with pytest.raises(ImportError, match=r"TensorFlow is not installed.*config\.yml"):
            use()


def test_nobody_takes_the_stand_in_for_a_module_that_is_missing_elsewhere() -> None:
    assert importlib.util.find_spec("no_such_module_at_all") is None
    with pytest.raises(ModuleNotFoundError):
        importlib.import_module("no_such_module_at_all")


@pytest.mark.parametrize("component", sorted(TENSORFLOW_COMPONENTS))
@pytest.mark.parametrize("section", ["pipeline", "policies"])
def test_a_config_that_names_such_a_component_is_refused_with_advice(tmp_path: Path, component: str, section: str) -> None:
    config = tmp_path / "config.yml"
    config.write_text(f"recipe: default.v1\n{section}:\n- name: {component}\n  epochs: 1\n", encoding="utf-8")

    with pytest.raises(ModelUnavailable, match=f"config.yml: .*{component}.*bot.nlu"):
        refuse_tensorflow(config)


def test_a_dotted_or_bare_name_is_recognised_too(tmp_path: Path) -> None:
    config = tmp_path / "config.yml"
    for entry in ("rasa.nlu.classifiers.diet_classifier.DIETClassifier", "DIETClassifier"):
        config.write_text(f"pipeline:\n- {entry}\n", encoding="utf-8")
        with pytest.raises(ModelUnavailable, match="DIETClassifier"):
            refuse_tensorflow(config)


def test_the_products_own_config_is_accepted() -> None:
    refuse_tensorflow(PROJECT / "config.yml")
