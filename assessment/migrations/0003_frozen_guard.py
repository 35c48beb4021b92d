from datetime import date

from django.db import migrations

TABLES = ("assessment_frozenperiod", "assessment_frozeninput", "assessment_correction")

GUARD = """
CREATE FUNCTION refuse_frozen_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'what was frozen is never edited or deleted; a correction is a new row';
END $$;
""" + "".join(
    f"CREATE TRIGGER {table}_frozen BEFORE UPDATE OR DELETE ON {table} "
    "FOR EACH ROW EXECUTE FUNCTION refuse_frozen_change();\n"
    for table in TABLES
)

UNGUARD = "".join(f"DROP TRIGGER {table}_frozen ON {table};\n" for table in TABLES)
UNGUARD += "DROP FUNCTION refuse_frozen_change();"


ITEMS = (
    (
        "01",
        "应由紧急服务热线处理的事项（110、119、120、122）",
        "《北京市接诉即办工作条例》第十一条",
    ),
    (
        "02",
        "诉讼、仲裁、纪检监察、行政复议、政府信息公开、信访程序办理中的事项",
        "《北京市接诉即办工作条例》第十一条",
    ),
    (
        "03",
        "同一诉求人就同一事项重复提出，没有新的事实和理由",
        "《北京市接诉即办工作条例》第十一条",
    ),
    ("04", "涉及国家秘密、商业秘密、个人隐私的事项", "《北京市接诉即办工作条例》第十一条"),
    ("05", "超出各单位职责范围的事项", "《北京市接诉即办工作条例》第十一条"),
    ("06", "违反法律法规或者违背公序良俗的事项", "《北京市接诉即办工作条例》第十一条"),
    ("07", "属于中央单位、驻区单位职责，已经转介的事项", "《北京市接诉即办工作条例》第二十二条"),
    ("08", "号码有误，无法与诉求人取得联系", "区级默认项（可改）：法规未列"),
    ("09", "诉求人撤回诉求", "参照山东省12345热线“撤单”口径"),
    (
        "10",
        "恶意、骚扰或者无效来电",
        "参照山东省12345热线“骚扰”“无效”口径；《北京市接诉即办工作条例》第三十七条",
    ),
    ("11", "与其他工单重复", "区级默认项（可改）：法规未列"),
)


def load(apps, schema_editor):
    item_of = apps.get_model("assessment", "ExclusionItem")
    if not item_of.objects.exists():
        item_of.objects.bulk_create(
            item_of(
                code=code, title=title, basis=basis, position=place, valid_from=date(2019, 1, 1)
            )
            for place, (code, title, basis) in enumerate(ITEMS, start=1)
        )


class Migration(migrations.Migration):
    """Frozen periods, their inputs and the ledger are written once; a list of what is not counted to begin with."""

    dependencies = [("assessment", "0002_appeal_proof_assessment")]

    operations = [
        migrations.RunSQL(GUARD, UNGUARD),
        migrations.RunPython(load, migrations.RunPython.noop),
    ]
