"""The levels, kinds and rights that a district begins with; where it has some, they stay."""

from django.db import migrations

SOURCE = "区级默认值（可改）"
LEVELS = (
    ("grid", "微事", ["squad", "alliance", "property"]),
    ("community", "小事", ["squad", "alliance", "property", "company", "department"]),
    ("town", "大事", ["department", "company", "alliance", "property"]),
    ("district", "全区事项", ["department", "company", "town"]),
)
KINDS = (
    ("daily", "群众所需", None),
    ("hard", "重点工作", None),
    ("enforcement", "多部门联合执法", None),
    ("emergency", "应急处置", 5),
)
RIGHTS = (
    ("blow", "grid", ("gridhead", "community", "town")),
    ("blow", "community", ("community", "town")),
    ("blow", "town", ("town",)),
    ("blow", "district", ("supervisor",)),
    ("close", "grid", ("gridhead", "community", "town")),
    ("close", "community", ("gridhead", "community", "town")),
    ("close", "town", ("gridhead", "community", "town")),
    ("close", "district", ("supervisor",)),
    ("pass_up", "grid", ("gridhead",)),
    ("pass_up", "community", ("community",)),
    ("pass_up", "town", ("town",)),
)


def load(apps, schema_editor):
    level_of, kind_of, right_of = (
        apps.get_model("dispatch", name) for name in ("WhistleLevel", "WhistleKind", "WhistleRight")
    )
    if level_of.objects.exists():
        return
    level_of.objects.bulk_create(
        level_of(code=code, position=place, matter=matter, summons=summons, source=SOURCE)
        for place, (code, matter, summons) in enumerate(LEVELS, start=1)
    )
    kind_of.objects.bulk_create(
        kind_of(code=code, position=place, description=words, ring_minutes=ring, source=SOURCE)
        for place, (code, words, ring) in enumerate(KINDS, start=1)
    )
    right_of.objects.bulk_create(
        right_of(power=power, level_id=level, role=role)
        for power, level, roles in RIGHTS
        for role in roles
    )


class Migration(migrations.Migration):
    dependencies = [("dispatch", "0003_rights_rulings_and_directives")]

    operations = [migrations.RunPython(load, migrations.RunPython.noop)]
