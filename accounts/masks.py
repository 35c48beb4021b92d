"""Addresses of people as they may stand on a screen that is about something else."""


def mask_phone(phone: str) -> str:
    """Keep the first three and last two digits: `138****78`."""
    return f"{phone[:3]}****{phone[-2:]}" if len(phone) >= 7 else "****" if phone else ""


def mask_email(address: str) -> str:
    """Keep the first letter and the domain: `w***@example.org`."""
    name, _at, domain = address.rpartition("@")
    return f"{name[:1]}***@{domain}" if address else ""
