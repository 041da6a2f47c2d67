"""Two messages of one conversation sent at once: how long after the first is the second answered?"""

from __future__ import annotations

import asyncio
import statistics
import sys
import time

import httpx
from tqdm import tqdm

from benchmarks.conversation import QUESTIONS, Conversation, message_json
from benchmarks.figures import add_data_dir, parser_for, print_figures
from benchmarks.server import serving

ROUNDS = 20
LIMITS = {"second_after_first_ms": 100.0}


def main() -> int:
    parser = parser_for(__doc__)
    add_data_dir(parser)
    options = parser.parse_args()
    with serving(options.data_dir) as server:
        asyncio.run(_send_at_once(server.url))  # warm
        rounds = [asyncio.run(_send_at_once(server.url)) for _ in tqdm(range(ROUNDS), desc="rounds", unit="round")]
        firsts, seconds = zip(*rounds, strict=True)
    gaps_ms = [1000 * (second - first) for first, second in rounds]
    figures = {
        "rounds": ROUNDS,
        "first_ms": round(1000 * statistics.median(firsts), 1),
        "second_ms": round(1000 * statistics.median(seconds), 1),
        "second_after_first_ms": round(statistics.median(gaps_ms), 1),
        "worst_ms": round(max(gaps_ms), 1),
    }
    print_figures([figures], options.json, LIMITS)
    return 0


async def _send_at_once(url: str) -> tuple[float, float]:
    """Return after how many seconds the two replies came. Raises AssertionError when they are out of order."""
    conversation = Conversation(url)
    async with httpx.AsyncClient(base_url=url, timeout=60) as client:
        await asyncio.gather(client.get("/healthz"), client.get("/healthz"))  # two open connections
        started = time.perf_counter()

        async def send(text: str) -> float:
            response = await client.post(conversation.path, headers=conversation.headers, json=message_json(text))
            response.raise_for_status()
            return time.perf_counter() - started

        first, second = sorted(await asyncio.gather(send(QUESTIONS[0]), send(QUESTIONS[3])))
    senders = [message["sender"] for message in conversation.history()]
    conversation.close()
    assert senders == ["user", "bot", "user", "bot"], senders
    return first, second


if __name__ == "__main__":
    sys.exit(main())
