"""Addresses of the monthly figures."""

from django.urls import path, re_path

from kokeilu.monitoring import (
    builder_pages,
    dashboard_files,
    definition_pages,
    duration_files,
    duration_pages,
    goal_form_pages,
    goal_history_pages,
    goal_pages,
    national_files,
    national_pages,
    pages,
    release_pages,
    service_comparison_files,
    service_comparison_pages,
    service_cost_pages,
)

app_name = "monitoring"
urlpatterns = [
    path("monitoring/", pages.areas, name="areas"),
    path("monitoring/catalogue.jsonld", release_pages.catalogue, name="catalogue"),
    path("monitoring/definitions/", definition_pages.definitions, name="definitions"),
    path("monitoring/goals/", goal_pages.goals, name="goals"),
    path("monitoring/goals/<slug:area>/", goal_pages.goals_of, name="goals_of"),
    path("monitoring/goals/<slug:area>/history/", goal_history_pages.history, name="goal_history"),
    path("monitoring/goals/<slug:area>/<slug:goal_kind>/add/", goal_form_pages.add, name="goal_add"),
    path("monitoring/goals/<slug:area>/<slug:goal_kind>/<uuid:goal_id>/", goal_form_pages.change, name="goal_change"),
    path("monitoring/goals/<slug:area>/<slug:goal_kind>/<uuid:goal_id>/end/", goal_form_pages.end, name="goal_end"),
    path("monitoring/goals/<slug:area>/<uuid:goal_id>/<slug:size>.svg", goal_pages.goal_chart, name="goal_chart"),
    path("monitoring/national/", national_pages.national, name="national"),
    path("monitoring/national/comparison/<slug:kind>", national_files.comparison_file, name="comparison_file"),
    re_path(r"^monitoring/national/(?P<size>wide|narrow)\.svg$", national_pages.national_chart, name="national_chart"),
    re_path(
        r"^monitoring/national/areas-(?P<size>wide|narrow)\.svg$",
        national_pages.national_comparison,
        name="national_comparison",
    ),
    path("monitoring/releases/", release_pages.releases, name="releases"),
    path("monitoring/releases/prepare/", release_pages.prepare, name="release_prepare"),
    path("monitoring/releases/<uuid:release_id>/", release_pages.release, name="release"),
    path("monitoring/releases/<uuid:release_id>/check/", release_pages.check, name="release_check"),
    path("monitoring/releases/<uuid:release_id>/schedule/", release_pages.schedule, name="release_schedule"),
    path("monitoring/releases/<uuid:release_id>/withdraw/", release_pages.withdraw, name="release_withdraw"),
    path("monitoring/releases/<uuid:release_id>/files/<str:file_name>", release_pages.file, name="release_file"),
    path("monitoring/services/", service_comparison_pages.services, name="services"),
    path("monitoring/services/costs/<slug:area>/", service_cost_pages.costs, name="service_costs"),
    path("monitoring/services/costs/<slug:area>/add/", service_cost_pages.add, name="service_cost_add"),
    path(
        "monitoring/services/costs/<slug:area>/<uuid:cost_id>/", service_cost_pages.change, name="service_cost_change"
    ),
    path("monitoring/services/costs/<slug:area>/<uuid:cost_id>/end/", service_cost_pages.end, name="service_cost_end"),
    path("monitoring/services/figures/<slug:kind>", service_comparison_files.services_file, name="services_file"),
    path("monitoring/services/<slug:size>.svg", service_comparison_pages.services_chart, name="services_chart"),
    path("monitoring/tables/", builder_pages.tables, name="tables"),
    path("monitoring/tables/<slug:kind>", builder_pages.table_file, name="table_file"),
    path("monitoring/<slug:area>/", pages.area, name="area"),
    path("monitoring/<slug:area>/development/<slug:kind>", dashboard_files.development_file, name="development_file"),
    path("monitoring/<slug:area>/durations/", duration_pages.durations, name="durations"),
    path(
        "monitoring/<slug:area>/durations/beginnings/<slug:kind>",
        duration_files.beginnings_file,
        name="beginnings_file",
    ),
    path("monitoring/<slug:area>/durations/month/<slug:kind>", duration_files.month_file, name="duration_month_file"),
    re_path(
        r"^monitoring/(?P<area>[-\w]+)/durations/(?P<size>wide|narrow)\.svg$",
        duration_pages.chart,
        name="duration_chart",
    ),
    re_path(r"^monitoring/(?P<area>[-\w]+)/(?P<size>wide|narrow)\.svg$", pages.chart, name="chart"),
    re_path(r"^monitoring/(?P<area>[-\w]+)/(?P<indicator>\w+)\.svg$", pages.small_chart, name="small_chart"),
]
