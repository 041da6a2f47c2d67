"""Rasa graph components. Importing bot.dialogue first puts the TensorFlow stand-in in place."""

import bot.dialogue  # noqa: F401
