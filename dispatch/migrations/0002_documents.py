import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

GUARD = """
CREATE FUNCTION refuse_document_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' THEN
        RAISE EXCEPTION 'an issued document is never deleted';
    END IF;
    IF OLD.answered_at IS NOT NULL OR (to_jsonb(NEW) - 'answer' - 'answered_by_id' - 'answered_at')
        IS DISTINCT FROM (to_jsonb(OLD) - 'answer' - 'answered_by_id' - 'answered_at') THEN
        RAISE EXCEPTION 'an issued document is never changed; it is answered once';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER document_written_once BEFORE UPDATE OR DELETE ON dispatch_document
    FOR EACH ROW EXECUTE FUNCTION refuse_document_change();
"""

UNGUARD = """
DROP TRIGGER document_written_once ON dispatch_document;
DROP FUNCTION refuse_document_change();
"""


class Migration(migrations.Migration):
    """Supervision documents, written once and answered once; orders whose acknowledgement lapsed."""

    dependencies = [
        ("accounts", "0002_working_hours"),
        ("cases", "0006_conditions_and_requests"),
        ("dispatch", "0001_initial"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name="order",
            name="lapsed",
            field=models.PositiveSmallIntegerField(default=0, verbose_name="times lapsed"),
        ),
        migrations.CreateModel(
            name="DocumentCounter",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "form",
                    models.CharField(
                        choices=[
                            ("urge", "Urging notice"),
                            ("reminder", "Reminder letter"),
                            ("assignment", "Assignment notice"),
                            ("supervision", "Supervision notice"),
                            ("bulletin", "Public notice"),
                        ],
                        max_length=12,
                    ),
                ),
                ("year", models.PositiveSmallIntegerField()),
                ("last", models.PositiveIntegerField(default=0)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("form", "year"), name="document_counter_once")
                ],
            },
        ),
        migrations.CreateModel(
            name="Document",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "form",
                    models.CharField(
                        choices=[
                            ("urge", "Urging notice"),
                            ("reminder", "Reminder letter"),
                            ("assignment", "Assignment notice"),
                            ("supervision", "Supervision notice"),
                            ("bulletin", "Public notice"),
                        ],
                        max_length=12,
                        verbose_name="form",
                    ),
                ),
                ("year", models.PositiveSmallIntegerField(verbose_name="year")),
                ("seq", models.PositiveIntegerField(verbose_name="number in the year")),
                ("number", models.CharField(max_length=40, verbose_name="document number")),
                ("climb", models.PositiveSmallIntegerField()),
                ("rung", models.PositiveSmallIntegerField()),
                (
                    "colour",
                    models.CharField(
                        blank=True,
                        choices=[("blue", "Blue"), ("yellow", "Yellow"), ("red", "Red")],
                        max_length=6,
                        verbose_name="colour",
                    ),
                ),
                ("due_was", models.DateTimeField(verbose_name="was due at")),
                ("issued_at", models.DateTimeField(verbose_name="issued at")),
                ("written_at", models.DateTimeField(verbose_name="written at")),
                ("sheet", models.JSONField(verbose_name="text")),
                ("answer_due_at", models.DateTimeField(null=True, verbose_name="answer due at")),
                ("answer", models.TextField(blank=True, verbose_name="answer")),
                ("answered_at", models.DateTimeField(null=True, verbose_name="answered at")),
                (
                    "answer_clock",
                    models.OneToOneField(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="answers",
                        to="cases.clock",
                    ),
                ),
                (
                    "answered_by",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "case",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="documents",
                        to="cases.case",
                    ),
                ),
                (
                    "cc",
                    models.ManyToManyField(
                        related_name="documents_copied",
                        to="accounts.unit",
                        verbose_name="copied to",
                    ),
                ),
                (
                    "clock",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="documents",
                        to="cases.clock",
                    ),
                ),
                (
                    "order",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="documents",
                        to="dispatch.order",
                    ),
                ),
                (
                    "unit",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="documents",
                        to="accounts.unit",
                    ),
                ),
            ],
            options={
                "verbose_name": "document",
                "verbose_name_plural": "documents",
                "indexes": [
                    models.Index(fields=["-issued_at", "-id"], name="document_newest"),
                    models.Index(fields=["unit", "-issued_at", "-id"], name="document_of_unit"),
                    models.Index(fields=["case"], name="document_of_case"),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("form", "year", "seq"), name="document_number_once"
                    ),
                    models.UniqueConstraint(
                        fields=("clock", "climb", "rung"), name="document_rung_once"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("answer", ""), ("answered_at", None), ("answered_by", None)),
                            models.Q(
                                ("answered_at__isnull", False),
                                ("answered_by__isnull", False),
                                models.Q(("answer", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="document_answer_is_whole",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("answer_clock", None),
                                ("answer_due_at", None),
                                ("answered_at", None),
                            ),
                            models.Q(
                                ("answer_clock__isnull", False), ("answer_due_at__isnull", False)
                            ),
                            _connector="OR",
                        ),
                        name="document_answer_was_asked",
                    ),
                ],
            },
        ),
        migrations.RunSQL(GUARD, UNGUARD),
    ]
