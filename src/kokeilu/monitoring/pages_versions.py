"""What the areas' pages showed, each time as a version of the table of monthly figures, as releases are.

A reader who keeps yesterday's page has it beside today's page and beside every release. So pages and releases are one
chain: whatever is published next is decided, and audited, against all of it.
"""

import polars as pl

from kokeilu import clock
from kokeilu.disclosure import protection
from kokeilu.monitoring import monthly_hiding, release_audit, release_files, release_queries, release_texts, writing
from kokeilu.monitoring.models import PagesVersion, ReleaseContent
from kokeilu.monitoring.release_audit import KEY, Version
from kokeilu.monitoring.release_source import to_csv
from kokeilu.problems import Problem


def hidden(figures: pl.DataFrame) -> pl.DataFrame:
    """The figures with `status`, as `monthly_hiding.hidden`, safe also beside everything published before.

    Raises Problem where what was published before leaves no safe way.
    """
    earlier = release_queries.versions(release_texts.KEY)
    if not earlier:
        return monthly_hiding.hidden(figures)
    try:
        decided = release_audit.decided(release_audit.cells_of(figures), earlier)
    except protection.Unprotectable as error:
        what = "what was published before leaves no way to hide the small figures of this panel"
        raise Problem(what, mend="publish an earlier revision of the panel, or one without the changes") from error
    return figures.with_columns(decided.get_column("status"))  # in the order of the figures


def keep(decided: pl.DataFrame) -> None:
    """Note what the pages show from now on: the outcome of `hidden`. The same as the last time is noted once.

    Within a transaction.
    """
    writing.lock(PagesVersion)
    cells = release_audit.cells_of(decided).with_columns(decided.get_column("status"))
    content = to_csv(Version("pages", cells.select(*KEY, "value", "status")))
    sha256 = release_files.digest(content)
    last = PagesVersion.objects.order_by("-id").first()
    if last is None or last.content_id != sha256:
        ReleaseContent.objects.get_or_create(sha256=sha256, defaults={"content": content})
        PagesVersion.objects.create(at=clock.now(), content_id=sha256)
