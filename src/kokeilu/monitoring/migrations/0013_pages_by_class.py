from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("monitoring", "0012_releases_by_the_clock")]

    operations = [
        migrations.AddField(
            model_name="pagesversion",
            name="dimension",
            field=models.CharField(blank=True, default="", max_length=20),
            preserve_default=False,
        ),
    ]
