"""The charts of all areas, drawn ahead of their readers when figures are published."""

from collections.abc import Iterator

from django.conf import settings
from django.utils.translation import override

from kokeilu.monitoring import charts, dashboard_queries, small_charts
from kokeilu.monitoring.dashboard import PANELS
from kokeilu.monitoring.models import DrawnChart, MonthlyFigure


def how_many() -> int:
    """About as many pictures as `draw_all` draws: a panel without any figure has none, a target may add one."""
    return len(dashboard_queries.starts()) * (len(settings.LANGUAGES) * len(charts.WIDTHS) + len(PANELS))


def draw_all() -> Iterator[str]:
    """Draw the pictures of areas under way in every language ahead of the readers; forget those no longer shown.

    Gives the hash of each as it is ready. Other areas' pictures are drawn when someone looks.
    """
    areas, shown = sorted(dashboard_queries.starts()), []
    for area in areas:
        for picture in [*_chart(area), *_small_charts(area)]:
            shown.append(picture)
            yield picture
    counted = MonthlyFigure.objects.filter(population="residents", indicator="job_seekers").values("area")
    DrawnChart.objects.filter(area__in=counted).exclude(sha256__in=shown).delete()


def _chart(area: str) -> Iterator[str]:
    for language, _name in settings.LANGUAGES:
        with override(language):
            for size in charts.WIDTHS:
                charts.svg(area, size)
                yield charts.chart(area, size).sha256


def _small_charts(area: str) -> Iterator[str]:
    for panel in dashboard_queries.read(area).panels:
        wanted = small_charts.small_chart(panel)
        if wanted is not None:
            small_charts.svg(area, wanted)
            yield wanted.sha256
