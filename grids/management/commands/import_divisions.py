from accounts.tables import ImportCommand
from grids.services.divisions import import_divisions


class Command(ImportCommand):
    help = (
        "Create or update a district, its towns and communities from a CSV: code,name,level,parent."
    )
    importer = staticmethod(import_divisions)
