from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("register", "0003_identity")]

    operations = [
        migrations.AddField(model_name="record", name="known", field=models.JSONField(null=True)),
        migrations.AddField(model_name="record", name="ends", field=models.DateField(null=True)),
    ]
