from accounts.tables import ImportCommand
from cases.services.working_hours import import_hours


class Command(ImportCommand):
    help = (
        "Create or update working hours from a CSV: code,name,every_day,periods,quiet_from,source."
    )
    importer = staticmethod(import_hours)
