"""The classified exits that the product ships (北京市接诉即办工作条例 Art. 11, 21, 22)."""

from django.db import migrations

ACT = "北京市接诉即办工作条例"

EXITS = [
    # code, name, when it applies, what is done, names the case already open, source
    ("T1", "紧急事项转接", "属于110、119、120、122等紧急服务热线受理的事项", "立即转接或告知拨打相应紧急热线，并核对是否接通", False, f"{ACT}第十一条"),
    ("T2", "告知法定渠道", "已进入或者应当通过诉讼、仲裁、纪检监察、行政复议、信息公开、信访等法定途径办理的事项", "告知诉求人向有权机关反映的渠道和方式", False, f"{ACT}第十一条"),
    ("T3", "同一事项已在办", "同一事项正在办理或者已经办结，没有新的事实和理由", "告知办理进展或者结果，记为原案件的催办，不另立新案", True, f"{ACT}第十一条"),
    ("T4", "涉密或个人隐私", "涉及国家秘密、商业秘密、个人隐私，不宜在热线记录的事项", "向诉求人说明，不记录超出必要范围的内容", False, f"{ACT}第十一条"),
    ("T5", "超出职责范围", "不属于政府及有关单位职责，应由市场、社会组织解决的事项", "告知市场或者社会解决渠道，必要时转有关单位监督指导", False, f"{ACT}第十一条"),
    ("T6", "违法或违背公序良俗", "诉求违反法律法规或者违背公序良俗", "劝导说明，告知法律后果", False, f"{ACT}第十一条"),
    ("T7", "直接答复", "咨询类事项，可依据知识库当场答复", "当场答复诉求人，留存答复内容", False, f"{ACT}第十一条"),
    ("T8", "中央单位、在京单位事项", "属于中央单位、驻区单位职责范围的事项", "向有关单位反映情况，做好联络", False, f"{ACT}第二十二条"),
    ("T9", "市外事项转办", "属于本市以外行政区域的事项", "通过区域联动机制转有关地方办理，并告知诉求人", False, f"{ACT}第二十一条"),
    ("T10", "不予受理", "已有合法合理结论、诉求人撤回、无法核实联系等其他不予受理的情形", "向诉求人说明理由", False, "潍坊市12345政务服务便民热线管理办法第十九条"),
]  # fmt: skip


def put_in(apps, schema_editor):
    exit_kind = apps.get_model("cases", "ExitKind")
    names = ("code", "name", "applies", "action", "needs_case", "source")
    rows = [exit_kind(**dict(zip(names, values, strict=True))) for values in EXITS]
    exit_kind.objects.bulk_create(rows, ignore_conflicts=True)


class Migration(migrations.Migration):
    dependencies = [("cases", "0007_sources_tasks_and_groups")]

    operations = [migrations.RunPython(put_in, migrations.RunPython.noop, elidable=False)]
