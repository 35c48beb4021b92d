from accounts.tables import ImportCommand
from dispatch.services.ownership_import import import_rules


class Command(ImportCommand):
    help = "Create or renew the rules of ownership from a CSV or XLSX file."
    importer = staticmethod(import_rules)
