from accounts.tables import ImportCommand
from cases.services.policies import import_adjustments


class Command(ImportCommand):
    help = "Create or update the policies of extensions and holds from a CSV."
    importer = staticmethod(import_adjustments)
