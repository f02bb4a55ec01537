"""Accounts of invented job seekers, for demonstrations alone."""

from django.db import models

from kokeilu.register.models import Person


class DemoAccount(models.Model):
    """By what an invented person signs in to their own page in a demonstration. Elsewhere it opens nothing."""

    person = models.OneToOneField(Person, models.CASCADE, primary_key=True, related_name="+")
    email = models.EmailField(unique=True)  # what the person signs in with
    password = models.CharField(max_length=128)  # hashed
