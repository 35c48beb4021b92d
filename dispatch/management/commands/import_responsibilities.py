from accounts.tables import ImportCommand
from dispatch.services.responsibilities import import_responsibilities


class Command(ImportCommand):
    help = "Create or update the responsibility list from a CSV or XLSX file."
    importer = staticmethod(import_responsibilities)
