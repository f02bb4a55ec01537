"""Addresses of the roles one holds and of administration."""

from django.urls import path

from kokeilu.access import admin, roles

app_name = "access"
urlpatterns = [
    path("start/", roles.start, name="start"),
    path("roles/", roles.roles, name="roles"),
    path("admin/", admin.overview, name="admin"),
    path("admin/users/", admin.users, name="users"),
    path("admin/users/add/", admin.add_user, name="add_user"),
    path("admin/users/<uuid:user_id>/", admin.user, name="user"),
    path("admin/memberships/<uuid:membership_id>/end/", admin.end_membership, name="end_membership"),
]
