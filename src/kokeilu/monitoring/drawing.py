"""The charts of all areas, drawn ahead of their readers when figures are published."""

from collections.abc import Iterator

from kokeilu.monitoring import charts, dashboard_queries, small_charts
from kokeilu.monitoring.dashboard import PANELS
from kokeilu.monitoring.dashboard_queries import Dashboard
from kokeilu.monitoring.models import DrawnChart, MonthlyFigure


def how_many() -> int:
    """About as many pictures as `draw_all` draws: a panel without any figure has none, a target may add one."""
    return len(dashboard_queries.starts()) * (len(charts.WIDTHS) + len(PANELS))


def draw_all() -> Iterator[str]:
    """Draw the pictures of areas under way ahead of the readers; forget those no longer shown.

    Gives the hash of each as it is ready: a drawing serves every language. Other areas' pictures are drawn when someone
    looks.
    """
    areas, shown = sorted(dashboard_queries.starts()), []
    for area in areas:
        shows = dashboard_queries.read(area)
        for picture in [*_chart(shows), *_small_charts(shows)]:
            shown.append(picture)
            yield picture
    counted = MonthlyFigure.objects.filter(population="residents", indicator="job_seekers").values("area")
    DrawnChart.objects.filter(area__in=counted).exclude(sha256__in=shown).delete()


def _chart(shows: Dashboard) -> Iterator[str]:
    for size in charts.WIDTHS:
        wanted = charts.chart_of(shows.own, shows.began, size)
        charts.kept(shows.area, wanted)
        yield wanted.drawing.sha256


def _small_charts(shows: Dashboard) -> Iterator[str]:
    for panel in shows.panels:
        wanted = small_charts.small_chart(panel)
        if wanted is not None:
            small_charts.svg(shows.area, wanted)
            yield wanted.sha256
