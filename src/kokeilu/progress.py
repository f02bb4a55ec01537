"""The progress bar of long work: on standard error, gone when the work is done, and only where a person looks."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.console import Console
    from rich.progress import Progress, ProgressColumn


def bar(*columns: "ProgressColumn | str", console: "Console | None" = None) -> "Progress":
    """A bar to be used in a `with`; `columns` as in rich, the usual ones where none are given.

    In a pipe or a file it writes nothing: without this even an unseen bar leaves an empty line there.
    """
    from rich.console import Console
    from rich.progress import Progress

    console = console or Console(stderr=True)
    return Progress(*columns, console=console, transient=True, disable=not console.is_terminal)
