"""What the areas' pages showed, each time as a version of the table of monthly figures, as releases are.

A reader who keeps yesterday's page has it beside today's page and beside every release. So pages and releases are one
chain: whatever is published next is decided, and audited, against all of it.
"""

from collections.abc import Sequence

import polars as pl
from django.db.models import Max

from kokeilu import clock
from kokeilu.disclosure import protection
from kokeilu.monitoring import (
    monthly_hiding,
    published_attack,
    release_audit,
    release_classes,
    release_files,
    release_queries,
    release_source,
    release_texts,
    writing,
)
from kokeilu.monitoring.breakdown_table import Made
from kokeilu.monitoring.models import PagesVersion, ReleaseContent
from kokeilu.monitoring.release_audit import BLOCK, KEY, Version
from kokeilu.monitoring.release_classes import NEW, Classes
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

    Within a transaction. Raises Problem where the figures by class that are out would tell too much beside it.
    """
    writing.lock(PagesVersion)
    cells = release_audit.cells_of(decided).with_columns(decided.get_column("status"))
    content = release_source.to_csv(Version("pages", cells.select(*KEY, "value", "status")))
    last = PagesVersion.objects.filter(dimension="").order_by("-id").first()
    if last is None or last.content_id != release_files.digest(content):
        published_attack.of_pages(release_source.from_csv("pages", content))
        _note(content)


def classes(made: Made, versions: Sequence[Version]) -> Classes | None:
    """What the pages are to show by class, of the months that are not noted yet, and the figures that these are beside:
    the last that the pages showed of `versions`, all that are out. None where the pages showed nothing.
    """
    main = next((one for one in reversed(versions) if one.name.startswith("pages-")), None)
    if main is None:
        return None
    earlier = [one for one in versions if one is not main]
    found = release_classes.beside(made, main, earlier, release_queries.beside(made.dimension)).cells
    for noted in release_queries.pages_by_class(made.dimension):
        found = found.join(noted.cells.select(BLOCK).unique(), on=BLOCK, how="anti", maintain_order="left")
    named = Classes(made.dimension, found.with_columns(pl.col("beside").replace(NEW, main.name)))
    return release_classes.from_csv(made.dimension.key, "", release_classes.to_csv(named))  # as it will be read


def keep_classes(made: Made, versions: Sequence[Version]) -> None:
    """Note `classes`. Within a transaction."""
    writing.lock(PagesVersion)
    found = classes(made, versions)
    if found is not None and found.cells.height:
        _note(release_classes.to_csv(found), made.dimension.key)


def newest() -> int:
    """The number of what came out on the pages last, zero where nothing has."""
    return PagesVersion.objects.aggregate(last=Max("id"))["last"] or 0


def _note(content: bytes, dimension: str = "") -> None:
    sha256 = release_files.digest(content)
    ReleaseContent.objects.get_or_create(sha256=sha256, defaults={"content": content})
    PagesVersion.objects.create(at=clock.now(), dimension=dimension, content_id=sha256)
