from accounts.tables import ImportCommand
from cases.services.reference import import_conditions


class Command(ImportCommand):
    help = "Create or update filing conditions, each with its time limit, from a CSV."
    importer = staticmethod(import_conditions)
