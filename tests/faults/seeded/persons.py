"""Numbers, addresses and names of persons where a code belongs, however they are written."""

from collections.abc import Iterator

from tests.faults.dirty import DirtyFile, Held, Taken
from tests.faults.seeded._tables import BUDGETS, CONTACTS, NUMBERS, text, with_cell

BSN, PHONE, EMAIL = "mogelijk burgerservicenummer", "telefoonnummer", "e-mailadres"
IBAN, IP_ADDRESS, NAME = "rekeningnummer", "IP-adres", "naam van een persoon"
# The 11-proof: 9*1+8*1+7*1+6*2+5*2+4*2+3*3+2*3-3 = 66.
NUMBER = "111222333"
ARABIC = NUMBER.translate({ord(digit): ord(digit) + 0x630 for digit in "0123456789"})
WRITTEN = (
    "111-222-333",
    "111–222–333",
    "111/222/333",
    "111_222_333",
    "111·222·333",
    "111:222:333",
    "111'222'333",
    "111,222,333",
    "111 - 222 - 333",
    "1-1-1-2-2-2-3-3-3",
    "(111)222333",
    f"({NUMBER})",
    f"'{NUMBER}",
    f'="{NUMBER}"',
    f"{NUMBER}.0",
    f"{NUMBER},00",
    f"00{NUMBER}",
    "1.11222333E8",
    f"{NUMBER}abc",
    f"CL{NUMBER}NL",
    f"<b>{NUMBER}</b>",
    f"{NUMBER}/{NUMBER}",
    f"{NUMBER}-01",
    f"{NUMBER} 05-12-2025",
    ARABIC,
    "%31%31%31%32%32%32%33%33%33",
    "&#49&#49&#49/222/333",
)
# A letter where a zero or a one belongs: 9*1+2*1 = 11.
MISREAD = ("1O0000010", "10000001O", "l00000010")
ADDRESSES = (
    ("06.12.34.56.78", PHONE),
    ("06/12345678", PHONE),
    ("06–12345678", PHONE),
    ("31612345678", PHONE),
    ("612345678", PHONE),
    ("+32 475 12 34 56", PHONE),
    ("zoe @ geheim.nl", EMAIL),
    ("zoe(at)geheim.nl", EMAIL),
    ("zoe [at] geheim.nl", EMAIL),
    ("zoe%40geheim.nl", EMAIL),
    ("zoe@geheim,nl", EMAIL),
    ("BE68 5390 0754 7034", IBAN),
    ("NL91.ABNA.0417.1643.00", IBAN),
    ("::ffff:203.0.113.77", IP_ADDRESS),
    ("203.0.113.77:8080", IP_ADDRESS),
)
# What a person is called in the column of names, and in a code.
NAMES = (
    ("Çelik Geheim", "CELIK"),
    ("Aydın Geheim", "bij aydin"),
    ("van 't Hof", "van 't Hof"),
    ("de Wit", "DE WIT"),
    ("de Wit", "Wit, de"),
)
NOBODY = ("2024-00123", "2024-2025", "12:30-17:00", "05-12-25 9:30", "12-34-56")


def files() -> Iterator[DirtyFile]:
    for written in (*WRITTEN, *MISREAD):
        yield with_cell(
            f"a citizen number as {written}",
            CONTACTS,
            ("Team", written),
            rejected=("team_code", BSN),
            encoding="utf-8",
        )
    yield with_cell(
        "a citizen number among shorter numbers",
        BUDGETS,
        ("Traject", NUMBER),
        rejected=("trajectory_id", BSN),
    )
    for written, kind in ADDRESSES:
        yield with_cell(
            f"{kind} {written}",
            CONTACTS,
            ("Team", written),
            rejected=("team_code", kind),
            encoding="utf-8",
        )
    for called, written in NAMES:
        rows = [CONTACTS.row(n, {"Naam": called} if n == 9 else None) for n in NUMBERS]
        rows[3] = CONTACTS.row(4, {"Team": written})
        yield DirtyFile(
            f"the name of {called} as {written}",
            CONTACTS.contract(encoding="utf-8"),
            text(rows, CONTACTS.header).encode(),
            Taken(
                [CONTACTS.truth(n) for n in NUMBERS if n != 4], rejected={5: ("team_code", NAME)}
            ),
        )
    # Every one of them would pass, as digits: codes that look alike are codes.
    codes = [CONTACTS.row(n, {"Team": f"O000000{n:02d}"}) for n in NUMBERS]
    truths = [CONTACTS.truth(n, team_code=f"O000000{n:02d}") for n in NUMBERS]
    yield DirtyFile(
        "codes of a letter O and eight digits",
        CONTACTS.contract(),
        text(codes, CONTACTS.header).encode("cp1252"),
        Taken(truths),
    )
    for written in NOBODY:
        yield with_cell(
            f"nobody's number {written}", CONTACTS, ("Team", written), value=("team_code", written)
        )
    # Every one of them passes, which is no chance.
    passing = ("111222333", "123456782", "100000009", "232262536", "100000010", "100000022")
    rows = [
        CONTACTS.row(n, {"Team": f"{passing[n % 6][:3]}-{passing[n % 6][3:]}"})
        for n in range(1, 25)
    ]
    yield DirtyFile(
        "citizen numbers with a dash in a column of teams",
        CONTACTS.contract(),
        text(rows, CONTACTS.header).encode("cp1252"),
        Held("S11", ["'Team'", "burgerservicenummers"]),
    )
    yield with_cell(
        "a code of 300,000 signs",
        CONTACTS,
        ("Team", "x" * 300_000),
        rejected=("team_code", "vrije tekst"),
    )
