from django.db import migrations

GUARD = """
CREATE FUNCTION refuse_event_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'case events are appended, never edited or deleted';
END $$;
CREATE TRIGGER case_event_append_only BEFORE UPDATE OR DELETE ON cases_caseevent
    FOR EACH ROW EXECUTE FUNCTION refuse_event_change();
"""

UNGUARD = """
DROP TRIGGER case_event_append_only ON cases_caseevent;
DROP FUNCTION refuse_event_change();
"""


class Migration(migrations.Migration):
    """Case numbers run on a sequence; events are appended, never edited."""

    dependencies = [("cases", "0001_initial")]

    operations = [
        migrations.RunSQL("CREATE SEQUENCE case_number_seq", "DROP SEQUENCE case_number_seq"),
        migrations.RunSQL(GUARD, UNGUARD),
    ]
