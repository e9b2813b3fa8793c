"""Courtesies and titles that people write into names, though letters print their own before them.

What may be part of a name is not among them: السيد, Sir, Sheikh.
"""

import re

# With their points, since HE, Hon and Eng are names.
POINTED = r"H\.\s?E\.|S\.\s?E\.(?:\s?M(?:me)?\.?)?|S\.\s?Exc\.|(?:Hon|Eng|Ing)\."
LATIN = (
    "Mr|Mrs|Ms|Miss|Mme|Mlle|Monsieur|Madame|Sr|Sra|Señora?|Dra?|Prof|Professor|Honou?rable|Excm[oa]"
    "|Excellency|Excellence|Excelencia"
)
CYRILLIC = "г-н|г-жа|господин|госпожа|превосходительство"
ARABIC = "معالي|سعادة|فخامة|دولة|السيدة|الدكتورة?|المهندسة?"
CHINESE = "先生|女士|阁下|部长"
IN_NAMES = re.compile(
    rf"(?<![\w.])(?:{POINTED}|(?:{LATIN}|{CYRILLIC}|{ARABIC})(?!\w)\.?)|(?:{CHINESE})",
    re.IGNORECASE,
)


def courtesies_in(name: str) -> list[str]:
    """Return the courtesies and titles in the name, each as it is written."""
    return IN_NAMES.findall(name.replace("\u2011", "-"))
