"""The sex that an identity code tells, beside each record; of those stored before, read from their codes."""

from itertools import islice

import polars as pl
from django.db import migrations, models

from kokeilu.register.identity import decrypt
from kokeilu.register.rules import code_sex

AT_ONCE = 50_000
STORE = """
    UPDATE register_person SET sex = told.sex
    FROM unnest(%s::uuid[], %s::text[]) AS told (id, sex) WHERE register_person.id = told.id
"""


def tell(apps, schema_editor):
    codes = apps.get_model("register", "PersonCode").objects.order_by("pk")
    rows = codes.values_list("person_id", "hash", "ciphertext").iterator(AT_ONCE)
    read = ((person, decrypt(bytes(sealed), bytes(found_by))) for person, found_by, sealed in rows)
    while part := list(islice(read, AT_ONCE)):
        persons, plain = zip(*part, strict=True)
        sexes = pl.DataFrame({"code": plain}).select(code_sex(pl.col("code"))).to_series().to_list()
        with schema_editor.connection.cursor() as cursor:
            cursor.execute(STORE, [list(persons), sexes])


class Migration(migrations.Migration):
    dependencies = [
        ("register", "0004_record_known"),
    ]

    operations = [
        migrations.AddField(
            model_name="person",
            name="sex",
            field=models.CharField(choices=[("female", "Female"), ("male", "Male")], max_length=6, null=True),
        ),
        migrations.RunPython(tell, migrations.RunPython.noop, elidable=True),
    ]
