"""Our topics are found by title, unit and group, wherever their columns moved to."""

from typing import Any

import pytest

from ingest.open_data.topics import (
    FoundTopics,
    age_band_of_title,
    families,
    find_topics,
    is_of_family,
    plain,
    topics,
)


def found_in(properties: list[dict[str, Any]]) -> FoundTopics:
    return find_topics(properties, topics())


def group(number: int, title: str, parent: int | None = None) -> dict[str, Any]:
    return {"ID": number, "Type": "TopicGroup", "Key": "", "Title": title, "ParentID": parent}


def column(
    key: str, title: str, unit: str | None = None, parent: int | None = None
) -> dict[str, Any]:
    return {
        "ID": key,
        "Type": "Topic",
        "Key": key,
        "Title": title,
        "Unit": unit,
        "ParentID": parent,
    }


@pytest.mark.parametrize("suffix", ["74", "83", "87", "92"])
def test_a_column_is_found_whatever_its_number(suffix: str) -> None:
    key = f"PersonenPerSoortUitkeringBijstand_{suffix}"
    found = found_in([column(key, "Personen per soort uitkering; Bijstand", "aantal")])
    assert found.keys == {"bijstand": key}


@pytest.mark.parametrize(
    ("title", "unit", "topic_id"),
    [
        ("Aantal inwoners", "aantal", "inwoners"),
        ("aantal Inwoners ", "personen", "inwoners"),
        ("Huishoudens totaal", "aantal", "huishoudens"),
        ("Aantal huishoudens", "aantal", "huishoudens"),
        ("Aantal algemene bijstandsuitkeringen", None, "bijstand"),
        ("Bijstandsontvangers", "personen", "bijstand"),
        ("Personen per soort uitkering bijstand", None, "bijstand"),
        ("Huishoudens met een laag inkomen\xa0", "%", "huishoudens_laag_inkomen_pct"),
        ("% Huishoudens met laag inkomen", "%", "huishoudens_laag_inkomen_pct"),
        ("Eenzaam", "%", "eenzaam"),
        ("Moeite met rondkomen", None, "moeite_rondkomen"),
        ("Voldoet aan beweegrichtlijn", "%", "beweegrichtlijn"),
        ("Voldoet aan de Beweegrichtlijnen", "%", "beweegrichtlijn"),
        ("Mantelzorger", "%", "mantelzorger"),
        ("Vrijwilligerswerk", "%", "vrijwilligerswerk"),
    ],
)
def test_the_titles_of_other_years_and_sources_are_known(
    title: str, unit: str | None, topic_id: str
) -> None:
    assert found_in([column("Kolom_1", title, unit)]).keys == {topic_id: "Kolom_1"}


@pytest.mark.parametrize(
    ("title", "unit"),
    [
        ("Personen 15 tot 25 jaar", "%"),
        ("Huishoudens met een laag inkomen", "x 1 000"),
        ("Personen per soort uitkering; AOW", "aantal"),
        ("40% huishoudens met laagste inkomen", "%"),
        ("Ernstig/zeer ernstig eenzaam", "%"),
        ("Emotioneel eenzaam", "%"),
        ("Eenpersoonshuishoudens", "aantal"),
        ("Bevolkingsdichtheid", "aantal inwoners per km²"),
    ],
)
def test_a_title_or_unit_that_only_looks_like_ours_is_left_alone(title: str, unit: str) -> None:
    assert found_in([column("Kolom_1", title, unit)]).keys == {}


def test_an_age_group_counts_only_under_the_group_of_ages() -> None:
    properties = [
        group(1, "Bevolking"),
        group(2, "Leeftijdsgroepen", 1),
        group(3, "Leerlingen", 1),
        column("k_15Tot25Jaar_99", "15 tot 25 jaar", "aantal", 3),
        column("k_15Tot25Jaar_9", "15 tot 25 jaar", "aantal", 2),
    ]
    assert found_in(properties).keys == {"inwoners_15_25": "k_15Tot25Jaar_9"}


def test_the_group_may_stand_higher_up() -> None:
    properties = [
        group(1, "Leeftijd"),
        group(2, "Jongeren", 1),
        column("k_15Tot25Jaar_9", "15 tot 25 jaar", "aantal", 2),
    ]
    assert found_in(properties).keys == {"inwoners_15_25": "k_15Tot25Jaar_9"}


def test_two_columns_that_could_be_a_topic_give_none_and_are_named() -> None:
    found = found_in([column("Eenzaam_1", "Eenzaam", "%"), column("Eenzaam_2", "Eenzaam", "%")])
    assert found.keys == {}
    assert found.ambiguous == ("eenzaam",)


def test_the_first_title_in_the_list_wins() -> None:
    properties = [
        column("Bijstandsontvangers_1", "Bijstandsontvangers", "aantal"),
        column("Bijstand_2", "Personen per soort uitkering; Bijstand", "aantal"),
    ]
    assert found_in(properties).keys == {"bijstand": "Bijstand_2"}


@pytest.mark.parametrize(
    ("title", "family_id"),
    [
        ("Kerncijfers wijken en buurten 2025", "kerncijfers"),
        ("Kerncijfers wijken en buurten 2009-2012", None),
        ("Gezondheid per wijk en buurt; 2012/2016/2020/2022/2024 (indeling 2024)", "gezondheid"),
        ("Nabijheid voorzieningen; afstand locatie, wijk- en buurtcijfers 2022", None),
    ],
)
def test_families_are_known_by_the_title_of_their_tables(title: str, family_id: str | None) -> None:
    fitting = [family.family_id for family in families() if is_of_family(family, title)]
    assert fitting == ([family_id] if family_id else [])


def test_a_table_about_one_age_group_says_so_in_its_title() -> None:
    assert age_band_of_title("Gezondheidsmonitor Jongvolwassenen 2024; regio") == "16-25"
    assert age_band_of_title("Kerncijfers wijken en buurten 2020") is None


def test_plain_titles_have_no_accents_signs_or_double_spaces() -> None:
    assert plain("  Wmo-cliënten\xa0relatief ; % ") == "wmo clienten relatief"


def test_every_topic_has_a_unit_that_is_understood() -> None:
    assert {topic.unit for topic in topics()} == {"aantal", "%"}
    assert len({topic.topic_id for topic in topics()}) == len(topics()) == 13
