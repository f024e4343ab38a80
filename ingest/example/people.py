"""Clearly fictional people: names, addresses and numbers that belong to nobody."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

from stdnum.nl import bsn

# Long names with accents: they show whether Windows-1252 survives, and a byte search for them
# cannot hit a place name or an ordinary word.
FIRST_NAMES = {
    "V": (
        "Zoëlle", "Chloéline", "Renée-Lot", "Anaïsa", "Loïsa", "Hélènia", "Fatimara", "Noëlla",
        "Aaltjelien", "Geertruida", "Marijkela", "Siënna", "Désirée", "Ayselin", "Wilhelmijn",
        "Soumayra", "Thérèsa", "Joëlle", "Annechien", "Berendina",
    ),
    "M": (
        "Daniëlo", "Raphaëlo", "Michaëlus", "Andréas", "Gaëtano", "Mohandar", "Willebrord",
        "Benoîtus", "Sjoerdtje", "Noëlus", "Evertjan", "Abdelkadir", "Renéus", "Joël-Mees",
        "Hendrikus", "Çelimar", "Yoüssefo", "Frédérik", "Gerritjan", "Matthiës",
    ),
}  # fmt: skip
LAST_NAME_STARTS = (
    "Kwartel", "Zwaluw", "Wulpen", "Pimpernel", "Boekweit", "Zilver", "Dagpauw", "Kruisbes",
    "Sleedoorn", "Vuursteen", "Bevernel", "Goudplevier", "Heggemus", "Lijsterbes", "Morgenster",
    "Nachtegaal", "Ooievaar", "Purperreiger", "Rietgors", "Tjiftjaf",
)  # fmt: skip
LAST_NAME_ENDS = (
    "hoven", "dijkéma", "waardër", "krâns", "struik", "vliet", "männ", "steijn", "brugge", "laër",
    "horst", "zijl", "kampën", "veldt", "schans", "molën", "bôsch", "weerd", "drecht", "gaârde",
)  # fmt: skip
INFIXES = ("", "", "", "", "van", "de", "van der", "ter")
STREETS = (
    "Kwikstaartpad", "Regenboogslag", "Zonnedauwlaan", "Waterjufferstraat", "Vlinderstruikhof",
    "Beemdkroonweg", "Hazelwormdreef", "Libellenkade", "Moerasandoornplein", "Koekoeksbloemsteeg",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Person:
    """A fictional person with everything that must never leave the inbox."""

    first_name: str
    infix: str
    last_name: str
    sex: str
    born_on: date
    street: str
    house_number: str
    phone: str
    email: str


def make_person(rng: Random, born_on: date, serial: int, domain: str) -> Person:
    """Make a person; `serial` keeps the e-mail address unique within its domain."""
    sex = rng.choice("VM")
    first_name = rng.choice(FIRST_NAMES[sex])
    last_name = rng.choice(LAST_NAME_STARTS) + rng.choice(LAST_NAME_ENDS)
    # 06-00 is not issued, and no part is long enough to be taken for a BSN.
    phone = f"06-00 {rng.randrange(100):02d} {rng.randrange(100):02d} {rng.randrange(100):02d}"
    return Person(
        first_name=first_name,
        infix=rng.choice(INFIXES),
        last_name=last_name,
        sex=rng.choices((sex, "X", ""), (95, 1, 4))[0],
        born_on=born_on,
        street=rng.choice(STREETS),
        house_number=f"{rng.randrange(1, 240)}{rng.choice(('', '', '', 'a', 'b', ' hs'))}",
        phone=phone if rng.random() < 0.92 else "",
        email=f"{_ascii(first_name)}.{_ascii(last_name)}{serial}@{domain}"
        if rng.random() < 0.8
        else "",
    )


def birth_date(rng: Random, age: int, on: date) -> date:
    """Return a birth date of somebody of about `age` years on a day.

    Never the first of a month: first days of employment and of months stand in files as well.
    """
    born_on = date(on.year - age, 1, 1) + timedelta(days=rng.randrange(1, 365))
    return born_on if born_on.day > 1 else born_on.replace(day=2)


def bsn_numbers() -> Iterator[str]:
    """Give valid, unique citizen numbers from the top of the range, where none are issued."""
    for number in range(999_999_999, 0, -1):
        if bsn.checksum(str(number)) == 0:
            yield str(number)


def _ascii(name: str) -> str:
    return "".join(sign for sign in name.lower() if sign.isascii() and sign.isalpha())
