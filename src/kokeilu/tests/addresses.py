"""Every address of the site, walked from the resolver."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from django.urls import URLPattern, URLResolver, get_resolver, reverse

# The methods of the views that are not ours, and so do not say them.
METHODS_OF_OTHERS = {
    "account_login": ("GET", "POST"),
    "account_logout": ("GET", "POST"),
    "account_inactive": ("GET",),
    "openid_connect_login": ("GET", "POST"),
    "openid_connect_callback": ("GET",),
    "socialaccount_login_cancelled": ("GET",),
    "web:language": ("POST",),
}


@dataclass(frozen=True)
class Address:
    """An address with its name, its methods and the names of its parameters."""

    route: str
    name: str
    methods: tuple[str, ...]
    parameters: frozenset[str]

    def path(self, values: Mapping[str, object]) -> str:
        """The address with values in place of its parameters. Raises KeyError where one is missing."""
        return reverse(self.name, kwargs={name: values[name] for name in sorted(self.parameters)})


def addresses() -> list[Address]:
    """All addresses, in the order in which they are tried."""
    return list(_walk(get_resolver().url_patterns, "", "", frozenset()))


def _walk(
    patterns: list[URLPattern | URLResolver], route: str, namespace: str, parameters: frozenset[str]
) -> Iterator[Address]:
    for pattern in patterns:
        here = route + str(pattern.pattern)
        taken = parameters | set(pattern.pattern.converters) | _groups(pattern)
        if isinstance(pattern, URLResolver):
            inner = f"{namespace}{pattern.namespace}:" if pattern.namespace else namespace
            yield from _walk(pattern.url_patterns, here, inner, taken)
        else:
            name = f"{namespace}{pattern.name}"
            methods = getattr(pattern.callback, "methods", None) or METHODS_OF_OTHERS[name]
            yield Address(f"/{here.removeprefix('^')}", name, tuple(methods), taken)


def _groups(pattern: URLPattern | URLResolver) -> set[str]:
    regex = getattr(pattern.pattern, "_regex", None)
    return set(pattern.pattern.regex.groupindex) if regex else set()
