"""Long work in named steps: each shows how far it is and how long it took, and is left out where it was done."""

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TypeVar

from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from kokeilu import progress

Item = TypeVar("Item")


class Tell:
    """What a step's work tells its progress to, in the three shapes in which the rooms tell it."""

    def __init__(self, name: str, shown: Progress) -> None:
        self._name, self._progress = name, shown
        self._task = shown.add_task(name, total=None)

    def share(self, what: str, done: float) -> None:
        """What is being done, and the share of the work that was done before it, 0 to 1."""
        self.of(what, done, 1)

    def of(self, what: str, done: float, total: float) -> None:
        """What is being done, and how many of how many parts were done before it."""
        description = f"{self._name}: {what}" if what else self._name
        self._progress.update(self._task, description=description, completed=done, total=total)

    def each(self, items: Iterable[Item], total: int, what: str) -> Iterator[Item]:
        """The items, each told when it is taken."""
        for number, item in enumerate(items):
            self.of(what, number, total)
            yield item


@dataclass(frozen=True)
class Step:
    """One step: its name, whether it was done before, and its work."""

    name: str
    done: Callable[[], bool]
    do: Callable[[Tell], None]


def run(steps: Sequence[Step], console: Console | None = None) -> None:
    """Do the steps that are not done, in order, one line each on the console (standard output where None)."""
    console = console or Console(highlight=False)
    for step in steps:
        if step.done():
            console.print(f"  [green]✓[/] {step.name:<32} [dim]there already[/]")
            continue
        columns = (SpinnerColumn(), TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
        since = time.monotonic()
        with progress.bar(*columns, console=console) as shown:
            step.do(Tell(step.name, shown))
        console.print(f"  [green]✓[/] {step.name:<32} {time.monotonic() - since:5.1f} s")
