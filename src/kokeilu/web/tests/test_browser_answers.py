"""Tables are emptied after a browser's test only when the server has ended its answers."""

import threading

import pytest
from django.core.signals import request_finished, request_started

from kokeilu.web.browser import Answers


def test_an_answer_under_way_is_waited_for() -> None:
    begun, go_on = threading.Event(), threading.Event()

    def answer() -> None:
        request_started.send(sender=None, environ={})
        begun.set()
        go_on.wait()
        request_finished.send(sender=None)

    with Answers() as answers:
        thread = threading.Thread(target=answer)
        thread.start()
        begun.wait()
        with pytest.raises(TimeoutError):
            answers.wait(0)
        go_on.set()
        answers.wait()
        thread.join()
