from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("monitoring", "0007_pages_versions"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="monthlyfigure",
            index=models.Index(fields=["population", "indicator", "area", "month"], name="figure_of_areas"),
        ),
    ]
