from accounts.tables import ImportCommand
from cases.services.reference import import_categories


class Command(ImportCommand):
    help = "Create or update categories from a CSV: code,name,parent."
    importer = staticmethod(import_categories)
