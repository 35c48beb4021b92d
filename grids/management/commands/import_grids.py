from accounts.tables import ImportCommand
from grids.services.divisions import import_grids


class Command(ImportCommand):
    help = "Create or update grids from a GeoJSON FeatureCollection: code, name, optional head."
    importer = staticmethod(import_grids)
