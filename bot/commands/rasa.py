"""`rasa …`: Rasa's own command line, run in the project's folder with the TensorFlow stand-in."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence

from bot.settings import PROJECT


def run_rasa(arguments: Sequence[str]) -> int:
    from bot.dialogue import tensorflow_stand_in

    tensorflow_stand_in.install()  # before Rasa is imported; a call, so that sorting the imports cannot change the order
    from rasa.__main__ import main as rasa_main

    os.chdir(PROJECT)
    sys.argv = ["rasa", *arguments]
    try:
        rasa_main()
    except SystemExit as ended:
        return int(ended.code or 0) if isinstance(ended.code, int | None) else 1
    return 0
