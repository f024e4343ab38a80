"""Watches what a contract keeps: whether a person stands in a cell where none belongs."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, fields
from html import unescape
from pathlib import Path
from string import ascii_letters, digits, whitespace
from urllib.parse import unquote

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from ingest.bsn import MIN_NUMBERS, Proof, is_bsn, names_bsn, passes
from ingest.cells import FREE_TEXT, PERSON_NAME
from ingest.characters import plain_cells
from ingest.contracts import Column, SourceContract
from ingest.identities import BSN, NAME, PHONE, identity_in, personal_header
from ingest.pseudonyms import NOBODY
from ingest.raw_tables import raw_tables
from ingest.readers import ReadError

# Fewer digits than this are no number of a person; an address may have fewer, but has its signs.
_FEWEST_DIGITS = 8
_DIGITS_OF_PHONE = 10
# Zeros may stand before a BSN, or behind its comma.
_MOST_DIGITS = 11
_DOTS_OF_IP_ADDRESS = 3
_NAMED = r"(?i)bsn|sofi|burgerservice"
# Excel shows a large number so, its last digits lost: what is left may be most of a BSN.
_SCIENTIFIC = r"^\d(?:[.,]\d+)?[eE]\+?0?[78]$"
# One word that is a phone number, an IBAN or an IP address as a whole: an id may hold its digits.
_LONE_IDENTITY = (
    r"(?i)^(?:[\pL_-]{0,20}[.:_-]?(?:(?:\+|00) ?31|\(?0|31[\s.-]?6|\+)[\s.-]?(?:\(0\))?[1-9]"
    r"(?:[\s.()/-]{0,3}\d){7,13}"
    r"|[A-Z]{2}\d{2}[ .A-Z0-9-]{11,40}"
    r"|\d+\.\d+\.\d+\.\d+(?::\d+)?|[0-9a-f]*:[0-9a-f]*:[0-9a-f:.]*)$"
)
_LONE_PHONE = r"^0[1-9]\d{8}$"
_LONE_MOBILE = r"^06\d{8}$"
# A mobile number of which Excel lost the zero.
_SHORT_MOBILE = r"^6[1-58]\d{7}$"
# A number alone, or behind the letters that a system puts before its numbers.
_BEFORE_NUMBER = ascii_letters + "-_./:#"
# Any other way to write one number: signs around it and between its digits, no letters between.
_ONE_NUMBER = r"^[^0-9]*[0-9](?:[^0-9\pL]*[0-9])*[^0-9]*$"
_ZEROS_BEHIND_COMMA = r"^([^0-9]*[0-9]{8,9})[.,]0{1,2}([^0-9]*)$"
# A date with or without a time, opening hours, and a school year.
_NO_NUMBER = (
    r"^(?:[0-9]{1,2}[-/.][0-9]{1,2}[-/.](?:[0-9]{2}|[0-9]{4})|[0-9]{4}-[0-9]{2}-[0-9]{2})(?:[ T]|$)"
    r"|(?:^|[^0-9])[0-9]{1,2}:[0-9]{2}(?:$|[^0-9])"
    r"|(?:^|[^0-9])(?:19|20)[0-9]{2}[^0-9\pL]+(?:19|20)[0-9]{2}(?:$|[^0-9])"
)
# The neighbourhood of Statistics Netherlands: one in eleven would pass for a BSN.
_NEIGHBOURHOOD = r"^BU[0-9]{8}$"
_DIGITS_AND_LETTERS = r"^[\pL_./:#-]*[0-9]+$"
# What hides an identity from a program: letters by their number, and a sign as a word.
_ENCODED = r"(?i)%[0-9a-f]{2}|&#x?[0-9a-f]+;?"
_AT = r"(?i)[(\[{]\s?at\s?[)\]}]"
# A letter for the digit that it looks like.
_MISREAD = r"^[0-9]*[OoIl][0-9]*$"
_AS_DIGITS = str.maketrans("OoIl", "0011")
_VAT_NUMBER = r"(?i)^NL\d{9}B\d{2}$"
_SENTENCES = r"\pL{3}[.!?]\s+\pL"
_SEVERAL_WORDS = r"\S\s+\S+\s+\S"
_LONG = 40
# No code, id or title is longer.
_LONGEST = 1_000
_SHORTEST_NAME = 4
# 'Wit, de' is called 'de Wit'.
_LAST_NAME_FIRST = r"^([^,]*[^\s,])\s*,\s*([^,]+)$"
# A value that comes back so often is a code, whatever else it may mean.
_REPEATED = 20
_BEYOND_ASCII = "".join(map(chr, range(128, 256)))
# The kinds of signs, in the order of the fields of Tally; beyond ASCII all are taken for letters.
_ALPHABETS = (
    digits,
    ascii_letters + _BEYOND_ASCII,
    whitespace + ";,|@",
    whitespace,
    "@:+([{%&",
    ".",
)
_BITS = 10
_MOST = 2**_BITS - 1
_KINDS = np.array(
    [
        sum(1 << _BITS * kind for kind, signs in enumerate(_ALPHABETS) if chr(byte) in signs)
        for byte in range(256)
    ],
    np.int64,
)

Flags = npt.NDArray[np.bool_]
Counts = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Tally:
    """What the cells of a column are made of, counted on their bytes: nearly all stop here."""

    digits: Counts
    letters: Counts
    breaks: Counts
    spaces: Counts
    signs: Counts
    dots: Counts

    @classmethod
    def of(cls, texts: pa.StringArray) -> "Tally":
        """Count the kinds of signs of every cell; null has none."""
        _, offsets, data = texts.buffers()
        ends = np.zeros(len(texts) + 1, np.int64)
        signs = np.zeros(0, np.uint8)
        if data is not None:
            ends += np.frombuffer(offsets, np.int32)[texts.offset :][: len(texts) + 1]
            signs = np.frombuffer(data, np.uint8)[ends[0] : ends[-1]]
            ends -= ends[0]
        # All kinds are added up at once, each in bits of its own.
        running = np.zeros(len(signs) + 1, np.int64)
        np.cumsum(_KINDS[signs], out=running[1:])
        totals = np.diff(running[ends])
        totals[np.diff(ends) > _MOST] = -1
        return cls(*((totals >> (_BITS * kind)) & _MOST for kind in range(len(_ALPHABETS))))

    def marked(self, flags: Flags) -> "Tally":
        """Return the counts of some of the cells."""
        return Tally(*(getattr(self, each.name)[flags] for each in fields(self)))

    @property
    def may_identify(self) -> Flags:
        """Say of which cells another look is needed for numbers and addresses of persons."""
        found: Flags = (
            (self.digits >= _FEWEST_DIGITS) | (self.signs > 0) | (self.dots >= _DOTS_OF_IP_ADDRESS)
        )
        return found

    @property
    def may_name(self) -> Flags:
        """Say which cells have the letters of a name."""
        found: Flags = self.letters >= _SHORTEST_NAME
        return found

    @property
    def may_be_sentences(self) -> Flags:
        """Say which cells may have more than two words."""
        found: Flags = self.spaces > 1
        return found


@dataclass
class KeptText:
    """Watches the kept columns of one delivery, batch after batch.

    `known_words` are those of the organisation's own tables, in small letters: a person may be
    called so, but a cell that says it means the code.
    """

    contract: SourceContract
    known_words: Iterable[str] = ()
    _proofs: dict[str, Proof] = field(default_factory=lambda: defaultdict(Proof))
    _names: pa.StringArray = field(default_factory=lambda: pa.array([], pa.string()))
    _short_names: pa.StringArray = field(default_factory=lambda: pa.array([], pa.string()))
    _judged: dict[tuple[str, str, bool], pa.StringArray] = field(default_factory=dict)

    def begin_batch(self, delivered: Callable[[str], pa.StringArray]) -> None:
        """Remember the persons of this batch, by the columns of names that are not kept."""
        self._judged.clear()
        known = pa.array([*self.known_words, *NOBODY], pa.string())
        words, short = [self._names], [self._short_names]
        for source in self._name_sources():
            names = plain_cells(delivered(source).unique().drop_null())
            found, owners = _words(names)
            words.append(found)
            is_short = pc.invert(pc.is_in(pa.array(range(len(names)), pa.int64()), owners))
            short.append(_folded(names.filter(pc.and_(is_short, pc.match_substring(names, " ")))))
        everybody = pa.concat_arrays(words).unique()
        self._names = everybody.filter(pc.invert(pc.is_in(everybody, known)))
        self._short_names = pa.concat_arrays(short).unique()

    def faults(self, column: Column, texts: pa.StringArray) -> pa.StringArray:
        """Return for every cell of a kept column why it may not be kept, else null.

        Raises ReadError (S11) when the column as a whole holds BSN's or typed text, and when a
        cell calls a number a BSN. Only the kind is ever said, never the cell.
        """
        holds_text = self.contract.table.holds_text(column.raw_name)
        # A column at the source often fills two of ours, its own number and our key.
        judged = (column.sources[0], column.logical_type, holds_text)
        if judged not in self._judged:
            texts = plain_cells(texts)
            self._judged[judged] = self._faults(column, texts, holds_text=holds_text)
        return self._judged[judged]

    def _faults(self, column: Column, texts: pa.StringArray, *, holds_text: bool) -> pa.StringArray:
        are_names_known = len(self._names) > 0 or len(self._short_names) > 0
        are_names_looked_for = column.logical_type == "string" and are_names_known
        tally = Tally.of(texts)
        if not (
            tally.may_identify.any()
            or tally.may_be_sentences.any()
            or (are_names_looked_for and tally.may_name.any())
        ):
            return pa.nulls(len(texts), pa.string())
        encoded = texts.dictionary_encode()
        everything = _Cells.of(encoded)
        is_long = everything.longer_than(_LONGEST)
        cells = everything.without(is_long)
        reasons = dict(self._identities(column, cells))
        if are_names_looked_for:
            reasons = dict.fromkeys(self._with_names(cells), PERSON_NAME) | reasons
        if column.logical_type == "string" and not holds_text:
            reasons = dict.fromkeys(self._sentences(column, cells), FREE_TEXT) | reasons
        reasons |= dict.fromkeys(is_long.places.tolist(), FREE_TEXT)
        if not reasons:
            return pa.nulls(len(texts), pa.string())
        per_value = [reasons.get(place) for place in range(len(encoded.dictionary))]
        return pa.array(per_value, pa.string()).take(encoded.indices)

    def _name_sources(self) -> Iterator[str]:
        for column in self.contract.columns:
            if column.classification in ("drop", "pseudonymise"):
                yield from (name for name in column.sources if personal_header(name) == NAME)

    def _identities(self, column: Column, cells: "_Cells") -> Iterator[tuple[int, str]]:
        """Give the place and the kind of every value that points at a person."""
        looked_at = cells.marked(cells.tally.may_identify)
        if not looked_at:
            return
        named = looked_at.marked(looked_at.tally.letters > 0).where(_NAMED)
        if any(names_bsn(text) for _, text in named):
            raise self._refusal(column, "bevat burgerservicenummers")
        scientific = looked_at.marked(looked_at.tally.letters > 0).where(_SCIENTIFIC)
        yield from ((place, BSN) for place, _ in scientific)
        is_typed = (looked_at.tally.breaks > 0) & (looked_at.tally.letters > 0)
        words = looked_at.marked(~is_typed)
        yield from self._numbers(column, words, cells)
        is_longer = words.tally.digits >= _DIGITS_OF_PHONE
        yield from self._phones(words.marked(is_longer).where(_LONE_PHONE), cells)
        yield from self._disguised(looked_at, cells)
        is_address = (words.tally.signs > 0) | (words.tally.dots >= _DOTS_OF_IP_ADDRESS)
        others = words.marked(is_longer | is_address).where(_LONE_IDENTITY)
        for place, text in (*looked_at.marked(is_typed), *others.where(_LONE_PHONE, is_so=False)):
            if kind := identity_in(text):
                yield place, kind

    def _disguised(self, looked_at: "_Cells", cells: "_Cells") -> Iterator[tuple[int, str]]:
        """Look at what is hidden from a program, such as jan(at)x.nl, %31 or a letter O for 0."""
        with_signs = looked_at.marked(looked_at.tally.signs > 0)
        for place, text in with_signs.where(_ENCODED):
            if kind := identity_in(unescape(unquote(text))):
                yield place, kind
        for place, text in with_signs.where(_AT):
            if kind := identity_in(text):
                yield place, kind
        misread = looked_at.marked(
            (looked_at.tally.digits == _FEWEST_DIGITS) & (looked_at.tally.letters == 1)
        ).where(_MISREAD)
        # Many of them are ids of one kind.
        if len(misread) < MIN_NUMBERS and 2 * misread.count < cells.count:
            numbers = ((place, text.translate(_AS_DIGITS)) for place, text in misread)
            yield from ((place, BSN) for place, number in numbers if is_bsn(number))

    def _numbers(
        self, column: Column, words: "_Cells", cells: "_Cells"
    ) -> Iterator[tuple[int, str]]:
        """Judge the numbers of eight or nine digits as a column: one in eleven passes by chance.

        Among ids that look alike they pass by chance; one that is written otherwise does not.
        """
        vat_numbers = words.where(_VAT_NUMBER) if words.tally.letters.any() else words.none()
        yield from ((place, BSN) for place, text in vat_numbers if is_bsn(text[2:11]))
        short = words.marked(words.tally.digits <= _MOST_DIGITS)
        numbers, manners = short.where(_NEIGHBOURHOOD, is_so=False).numbers()
        is_passing = passes(numbers.texts)
        passing = numbers.marked(is_passing)
        proof = Proof(len(numbers), len(passing), numbers.count, passing.count)
        self._proofs[column.name] = self._proofs[column.name].with_more(proof)
        if proof.is_bsn_column or self._proofs[column.name].is_bsn_column:
            raise self._refusal(column, "bevat burgerservicenummers")
        is_all = proof.is_improbable or len(passing) == len(cells)
        are_ids = _are_alike(numbers, manners, cells)
        suspects = passing if is_all else numbers.marked(is_passing & ~are_ids)
        yield from ((place, BSN) for place, number in suspects if is_bsn(number))
        yield from ((place, PHONE) for place, _ in numbers.marked(~are_ids).where(_SHORT_MOBILE))
        yield from self._several_numbers(words.without(numbers), cells)

    def _several_numbers(self, words: "_Cells", cells: "_Cells") -> Iterator[tuple[int, str]]:
        """Look at cells with more than one number, unless such cells are the ids of the column."""
        odd = words.marked(words.tally.digits > _FEWEST_DIGITS).where(_ONE_NUMBER)
        odd = odd.where(_DIGITS_AND_LETTERS, is_so=False)
        for place, text in odd.marked(~_are_alike(odd, odd.manners(), cells)):
            if kind := identity_in(text):
                yield place, kind

    def _phones(self, phones: "_Cells", cells: "_Cells") -> Iterator[tuple[int, str]]:
        """Judge bare numbers of ten digits: in a column of such numbers without 06 they are ids."""
        are_ids = 2 * phones.count >= cells.count
        if not are_ids or 2 * phones.where(_LONE_MOBILE).count >= phones.count:
            yield from ((place, PHONE) for place, _ in phones)

    def _with_names(self, cells: "_Cells") -> Iterator[int]:
        """Give the places of the values in which a person of this delivery is named."""
        rare = cells.marked(cells.tally.may_name & (cells.counts < _REPEATED))
        words, owners = _words(rare.texts)
        is_name = pc.is_in(words, self._names)
        yield from rare.places[np.asarray(owners.filter(is_name))].tolist()
        turned = pc.replace_substring_regex(_folded(rare.texts), _LAST_NAME_FIRST, r"\2 \1")
        is_short_name = pc.is_in(turned, self._short_names)
        yield from rare.places[is_short_name.to_numpy(zero_copy_only=False)].tolist()

    def _sentences(self, column: Column, cells: "_Cells") -> Iterator[int]:
        """Give the places of typed sentences; a column that is full of them holds no codes."""
        several = cells.marked(cells.tally.may_be_sentences).where(_SEVERAL_WORDS)
        if 2 * several.count >= cells.count and cells.mean_length > _LONG:
            raise self._refusal(column, "lijkt vrije tekst, waar een code hoort,")
        long = several.longer_than(_LONG)
        yield from (place for place, _ in long.where(_SENTENCES))

    def _refusal(self, column: Column, finding: str) -> ReadError:
        return ReadError(
            f"kolom '{column.sources[0]}' {finding}. Zet deze kolom in "
            f"contracts/{self.contract.file_name} op drop of pseudonymise, of vraag de "
            "leverancier om haar weg te laten",
            check_id="S11",
        )


@dataclass(frozen=True)
class _Cells:
    """The different values of a column: where they stand among them, and how often they occur."""

    places: Counts
    texts: pa.StringArray
    counts: Counts
    tally: Tally

    @classmethod
    def of(cls, encoded: pa.DictionaryArray) -> "_Cells":
        size = len(encoded.dictionary)
        counts = np.bincount(encoded.indices.drop_null().to_numpy(), minlength=size)
        return cls(np.arange(size), encoded.dictionary, counts, Tally.of(encoded.dictionary))

    def __len__(self) -> int:
        return len(self.texts)

    def __iter__(self) -> Iterator[tuple[int, str]]:
        return zip(self.places.tolist(), self.texts.to_pylist(), strict=True)

    @property
    def count(self) -> int:
        return int(self.counts.sum())

    @property
    def mean_length(self) -> float:
        lengths = pc.utf8_length(self.texts).to_numpy(zero_copy_only=False)
        return float(np.average(lengths, weights=self.counts)) if len(self) else 0.0

    def marked(self, flags: Flags) -> "_Cells":
        if flags.all():
            return self
        texts = self.texts.filter(pa.array(flags))
        return _Cells(self.places[flags], texts, self.counts[flags], self.tally.marked(flags))

    def none(self) -> "_Cells":
        return self.marked(np.zeros(len(self), np.bool_))

    def where(self, pattern: str, *, is_so: bool = True) -> "_Cells":
        matched = pc.match_substring_regex(self.texts, pattern)
        return self.marked(matched.to_numpy(zero_copy_only=False) == is_so)

    def longer_than(self, length: int) -> "_Cells":
        is_longer = pc.greater(pc.utf8_length(self.texts), length)
        return self.marked(is_longer.to_numpy(zero_copy_only=False))

    def without(self, others: "_Cells") -> "_Cells":
        return self.marked(~np.isin(self.places, others.places))

    def manners(self) -> pa.StringArray:
        """Return how every value is written: the signs around and between its digits."""
        return pc.replace_substring_regex(self.texts, "[0-9]+", "9")

    def numbers(self) -> tuple["_Cells", pa.StringArray]:
        """Return the values that are one number of eight or nine digits, as digits alone.

        Beside them, how each was written: behind which letters, or with which signs in it.
        """
        bare = pc.ascii_ltrim(pc.replace_substring(self.texts, " ", ""), _BEFORE_NUMBER)
        bare = pc.replace_substring(bare, ".", "")
        manners = pc.ascii_rtrim(self.texts, digits)
        is_odd = pc.invert(pc.ascii_is_decimal(bare))
        odd = self.marked(is_odd.to_numpy(zero_copy_only=False))
        if len(odd) and is_odd.true_count:
            bare = pc.replace_with_mask(bare, is_odd, _digits_alone(odd.texts))
            manners = pc.replace_with_mask(manners, is_odd, odd.manners())
        is_long = pc.greater(pc.binary_length(bare), 9)
        bare = pc.if_else(is_long, pc.ascii_ltrim(bare, "0"), bare)
        length = pc.binary_length(bare)
        fits = pc.and_(pc.greater_equal(length, 8), pc.less_equal(length, 9))
        as_digits = _Cells(self.places, bare, self.counts, self.tally)
        return as_digits.marked(fits.to_numpy(zero_copy_only=False)), manners.filter(fits)


def _are_alike(values: _Cells, manners: pa.StringArray, cells: _Cells) -> Flags:
    """Say which values are ids: written as half of the cells are, or as many others are."""
    kinds = manners.dictionary_encode().indices.to_numpy(zero_copy_only=False)
    in_cells, different = np.bincount(kinds, weights=values.counts), np.bincount(kinds)
    found: Flags = ((2 * in_cells >= cells.count) | (different >= MIN_NUMBERS))[kinds]
    return found


def _digits_alone(texts: pa.StringArray) -> pa.StringArray:
    """Return the digits of every text that is one number, however it is written; of others ''."""
    texts = pc.replace_substring_regex(texts, _ZEROS_BEHIND_COMMA, r"\1\2")
    is_number = pc.and_(
        pc.match_substring_regex(texts, _ONE_NUMBER),
        pc.invert(pc.match_substring_regex(texts, _NO_NUMBER)),
    )
    return pc.if_else(is_number, pc.replace_substring_regex(texts, "[^0-9]+", ""), "")


def organisation_words(raw: Path) -> frozenset[str]:
    """Return the words of the organisation's own codes and projects, as they were taken in."""
    words: set[str] = set()
    for name in ("codes", "projects"):
        table = raw_tables()["organisation", name]
        columns = [column for column, sql in table.columns.items() if sql == "varchar"]
        for file in sorted(table.folder(raw).glob("*.parquet")):
            for column in pq.read_table(file, columns=columns):
                texts = column.combine_chunks().drop_null()
                words.update(_words(plain_cells(texts))[0].to_pylist())
    return frozenset(words)


def _folded(texts: pa.StringArray) -> pa.StringArray:
    """Return texts in small letters without accents, which exports lose; a Turkish i is an i."""
    texts = pc.utf8_lower(texts)
    if pc.all(pc.string_is_ascii(texts)).as_py():
        return texts
    bare = pc.replace_substring_regex(pc.utf8_normalize(texts, "NFD"), r"\pM+", "")
    return pc.replace_substring(bare, "ı", "i")


def _words(texts: pa.StringArray) -> tuple[pa.StringArray, pa.Int64Array]:
    """Return the words of four letters or more, in small letters, and which text each is of."""
    split = pc.split_pattern_regex(_folded(texts), r"[^\pL]+")
    words, owners = pc.list_flatten(split), pc.list_parent_indices(split)
    is_long = pc.greater_equal(pc.utf8_length(words), _SHORTEST_NAME)
    return words.filter(is_long), owners.filter(is_long)
