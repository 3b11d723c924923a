"""Evaluates all alarms of all accounts in turn, so that they also return to OK when nothing happens."""

from __future__ import annotations

import asyncio

from ministack.services import cloudwatch

from engine.scope import Registry, within


class AlarmTimer:
    """A task for the event loop, and one evaluation on demand."""

    def __init__(self, interval: float) -> None:
        self._interval = interval

    async def run(self) -> None:
        """Runs until it is cancelled."""
        while True:
            await asyncio.sleep(self._interval)
            self.evaluate()

    def evaluate(self) -> dict[str, dict[str, str]]:
        """Evaluates now. The states by `account/region` and alarm name."""
        states: dict[str, dict[str, str]] = {}
        for account, region in sorted({(key[0], key[1]) for key in list(cloudwatch._alarms._data)}):
            with within(Registry(account, region)):
                cloudwatch._evaluate_all_alarms()
                states[f"{account}/{region}"] = {name: alarm["StateValue"] for name, alarm in [
                    *cloudwatch._alarms.items(), *cloudwatch._composite_alarms.items()]}
        return states
