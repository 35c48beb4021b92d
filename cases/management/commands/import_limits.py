from accounts.tables import ImportCommand
from cases.services.reference import import_limits


class Command(ImportCommand):
    help = "Create or update time limits from a CSV with the columns of TimeLimit."
    importer = staticmethod(import_limits)
