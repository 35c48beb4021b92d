from accounts.services.units import import_units
from accounts.tables import ImportCommand


class Command(ImportCommand):
    help = "Create or update units from a CSV: code,name,kind,area[,short_name]."
    importer = staticmethod(import_units)
