"""Long work in steps."""

import io

from rich.console import Console

from kokeilu.steps import Step, Tell, run


def test_what_was_done_is_left_out_and_the_rest_is_done_in_order() -> None:
    did = []
    printed = io.StringIO()
    steps = [
        Step("first", lambda: True, lambda tell: did.append("first")),
        Step("second", lambda: False, lambda tell: did.append("second")),
        Step("third", lambda: did == ["second"], lambda tell: did.append("third")),
    ]
    run(steps, Console(file=printed))
    assert did == ["second"]
    lines = printed.getvalue().splitlines()
    assert ["there already" in line for line in lines] == [True, False, True]


def test_progress_is_told_in_each_of_its_shapes() -> None:
    printed = io.StringIO()

    def work(tell: Tell) -> None:
        tell.share("reading", 0.25)
        assert [*tell.each("abc", 3, "letters")] == ["a", "b", "c"]
        tell.of("writing", 9, 10)

    run([Step("work", lambda: False, work)], Console(file=printed, force_terminal=True, width=100))
    assert "work: writing" in printed.getvalue()
