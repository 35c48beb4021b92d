from accounts.tables import ImportCommand
from grids.services.divisions import import_divisions


class Command(ImportCommand):
    help = (
        "Create or update a district, its towns, communities, grids and microgrids from a CSV: "
        "code,name,level,parent, optional head."
    )
    importer = staticmethod(import_divisions)
