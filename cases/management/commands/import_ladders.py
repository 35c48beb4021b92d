from accounts.tables import ImportCommand
from cases.services.policies import import_ladders


class Command(ImportCommand):
    help = "Create or update ladders from a JSON list of name, clock, whistle_kind, urgency, valid_from, source, rungs."
    importer = staticmethod(import_ladders)
