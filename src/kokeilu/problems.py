"""What a person is told when the work cannot be done: one clear line with the place and the mend."""

from pathlib import Path


class Problem(Exception):
    """Something in the input or the surroundings that a person can mend.

    The command line prints it as one line and exits with 1; pages show it as an alert. `what` never
    holds a personal identity code or a name.
    """

    def __init__(self, what: str, *, file: str | Path | None = None, line: int | None = None, mend: str = "") -> None:
        self.what, self.file, self.line, self.mend = what, file, line, mend
        super().__init__(str(self))

    def __str__(self) -> str:
        place = ""
        if self.file is not None:
            place = f"{self.file}:{self.line}: " if self.line is not None else f"{self.file}: "
        return f"{place}{self.what}" + (f" ({self.mend})" if self.mend else "")
