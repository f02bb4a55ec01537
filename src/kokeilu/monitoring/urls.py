"""Addresses of the monthly figures."""

from django.urls import path, re_path

from kokeilu.monitoring import pages

app_name = "monitoring"
urlpatterns = [
    path("monitoring/", pages.areas, name="areas"),
    path("monitoring/<slug:area>/", pages.area, name="area"),
    re_path(r"^monitoring/(?P<area>[-\w]+)/(?P<size>wide|narrow)\.svg$", pages.chart, name="chart"),
]
