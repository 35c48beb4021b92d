"""Personal data as those see it who do not need all of it. Pure text, no Django."""


def mask_phone(phone: str) -> str:
    """Return the number with its middle hidden: 138****5678. Short numbers are hidden altogether."""
    digits = phone.strip()
    if len(digits) < 7:
        return "*" * len(digits)
    return digits[:3] + "*" * (len(digits) - 7) + digits[-4:]


def mask_name(name: str) -> str:
    """Return the name with all but its first character hidden: 王**."""
    name = name.strip()
    return name[:1] + "*" * max(1, min(2, len(name) - 1)) if name else ""
