"""A speech recogniser of the installation's own, reached over HTTP.

It gets the recording as the body of a POST, with its content type (audio/amr as WeChat sends it), and answers {"text": "…"}.
"""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor

import requests

from bot.errors import RecognitionFailed
from bot.services.attachments import Media
from bot.settings import MAX_TEXT_CHARACTERS

TIMEOUT_S = (2.0, 6.0)
RECORDINGS_AT_ONCE = 4


class HttpRecogniser:
    """Asks the recogniser at an address."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._threads = ThreadPoolExecutor(RECORDINGS_AT_ONCE, thread_name_prefix="speech")

    async def recognise(self, speech: Media) -> str:
        return await asyncio.get_running_loop().run_in_executor(self._threads, self._ask, speech)

    def _ask(self, speech: Media) -> str:
        headers = {"Content-Type": speech.content_type}
        try:
            answer = requests.post(self._url, data=speech.content, headers=headers, timeout=TIMEOUT_S)
            answer.raise_for_status()
            words = answer.json()["text"]
        except (requests.RequestException, ValueError, KeyError, TypeError) as error:
            raise RecognitionFailed(type(error).__name__) from None
        if not isinstance(words, str):
            raise RecognitionFailed("text is no string")
        return words.strip()[:MAX_TEXT_CHARACTERS]
