"""Rasa as a library.

The one thing that happens at import: Rasa cannot be imported without TensorFlow or its stand-in, so it is put in place here,
before any module of this package (or of bot.nlu) imports Rasa.
"""

import os
import warnings

from bot.dialogue import quiet, tensorflow_stand_in

os.environ.setdefault("RASA_TELEMETRY_ENABLED", "false")
os.environ.setdefault("LOG_LEVEL_LIBRARIES", "ERROR")
warnings.filterwarnings("ignore", message="pkg_resources is deprecated")
warnings.filterwarnings("ignore", message="Deprecated call to `pkg_resources")
tensorflow_stand_in.install()
quiet.quiet_rasa()
