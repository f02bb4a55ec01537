from django.db import migrations

from kokeilu.services import guarantee


class Migration(migrations.Migration):
    dependencies = [("register", "0003_identity"), ("services", "0001_initial")]

    operations = [migrations.RunSQL(guarantee.FOLLOW, guarantee.STAY)]
