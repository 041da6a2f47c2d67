"""What the server's process takes of the machine, and what is left of it, read from /proc."""

from __future__ import annotations

import asyncio
import os
import resource
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

SAMPLE_EVERY_S = 5.0
LAG_EVERY_S = 0.02
_TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True)
class Sample:
    """One look. CPU times are seconds since the start of whoever used them."""

    at_s: float
    resident_mb: float
    handles: int
    threads: int
    server_cpu_s: float
    own_cpu_s: float
    machine_cpu_s: float
    """Of everybody."""


class Gauges:
    """Looks at the process every few seconds, and how late the load's own loop is."""

    def __init__(self, pid: int) -> None:
        self.samples: list[Sample] = []
        self.lags_s: list[float] = []
        """How much later than asked for this process woke up: part of every time it measures."""
        self._pid = pid
        self._tasks: list[asyncio.Task[None]] = []

    def start(self) -> None:
        self._tasks = [asyncio.create_task(self._sample()), asyncio.create_task(self._lag())]

    def stop(self) -> None:
        for task in self._tasks:
            task.cancel()
        self.samples.append(self.look())

    def look(self) -> Sample:
        own = resource.getrusage(resource.RUSAGE_SELF)
        folder = Path(f"/proc/{self._pid}")
        after_name = (folder / "stat").read_text(encoding="utf-8").rpartition(")")[2].split()
        pages = int((folder / "statm").read_text(encoding="ascii").split()[1])
        return Sample(
            at_s=asyncio.get_running_loop().time(),
            resident_mb=pages * os.sysconf("SC_PAGE_SIZE") / 1e6,
            handles=len(os.listdir(folder / "fd")),
            threads=int(after_name[17]),
            server_cpu_s=(int(after_name[11]) + int(after_name[12])) / _TICKS,
            own_cpu_s=own.ru_utime + own.ru_stime,
            machine_cpu_s=_busy_s(),
        )

    async def _sample(self) -> None:
        while True:
            self.samples.append(self.look())
            await asyncio.sleep(SAMPLE_EVERY_S)

    async def _lag(self) -> None:
        loop = asyncio.get_running_loop()
        while True:
            asked_s = loop.time() + LAG_EVERY_S
            await asyncio.sleep(LAG_EVERY_S)
            self.lags_s.append(loop.time() - asked_s)


def shares(samples: Sequence[Sample]) -> dict[str, float]:
    """Return how many cores the server, the load and everybody else used between the first and the last look."""
    first, last = samples[0], samples[-1]
    seconds = last.at_s - first.at_s
    server, own = last.server_cpu_s - first.server_cpu_s, last.own_cpu_s - first.own_cpu_s
    others = max(0.0, last.machine_cpu_s - first.machine_cpu_s - server - own)
    return {
        "server_cores": round(server / seconds, 2),
        "load_cores": round(own / seconds, 2),
        "others_cores": round(others / seconds, 2),
    }


def fitted_growth(points: Sequence[tuple[float, float]]) -> tuple[float, float]:
    """Return how much the straight line fitted to (time, value) rises in all, and its value at the beginning."""
    times, values = [at for at, _ in points], [value for _, value in points]
    middle_at, middle = sum(times) / len(times), sum(values) / len(values)
    spread = sum((at - middle_at) ** 2 for at in times)
    slope = sum((at - middle_at) * (value - middle) for at, value in points) / spread if spread else 0.0
    return slope * (times[-1] - times[0]), middle + slope * (times[0] - middle_at)


def _busy_s() -> float:
    """Return how many seconds all cores together have worked since the machine started."""
    fields = [int(field) for field in Path("/proc/stat").read_text(encoding="ascii").partition("\n")[0].split()[1:9]]
    user, nice, system, _, _, interrupts, soft_interrupts, _ = fields
    return (user + nice + system + interrupts + soft_interrupts) / _TICKS
