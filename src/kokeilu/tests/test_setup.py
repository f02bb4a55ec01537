"""The shared set-up is as strict as it says."""

import socket

import pytest
from django.template import Context, Template
from pytest_socket import SocketConnectBlockedError

from kokeilu.access.models import Organisation, Role


def test_nothing_beyond_this_machine_is_reached():
    with pytest.raises((SocketConnectBlockedError, UserWarning), match=r"192\.0\.2\.1"):
        socket.create_connection(("192.0.2.1", 80), timeout=1)


def test_an_unordered_queryset_has_no_order_to_rely_on(db):
    for number in range(40):
        names = dict.fromkeys(("name_fi", "name_sv", "name_en"), "x")
        Organisation.objects.create(key=f"o{number:02}", kind=Organisation.Kind.STATE, **names)
    orders = {tuple(Organisation.objects.values_list("key", flat=True)) for _ in range(3)}
    assert len(orders) == 3
    ordered = list(Organisation.objects.order_by("key").values_list("key", flat=True))
    assert ordered == sorted(ordered)


def test_an_undefined_template_variable_fails():
    with pytest.raises(pytest.fail.Exception, match="nobody"):
        Template("{{ nobody }}").render(Context())


def test_actor_of_gives_a_person_in_a_role_of_an_organisation(actor_of):
    actor = actor_of(Role.STATE_OFFICER, "te")
    assert actor.organisation.kind == Organisation.Kind.STATE
    assert actor_of(Role.ANALYST, "te").organisation == actor.organisation
