"""Units: every code of {{convert}} is shown as readers know it, and none is shown raw."""

import pytest

from corpora.builtin.sources.wikipedia.wikitext.text import plain_text
from corpora.builtin.templates.numbers.units import known_unit

CODES = """
acre ha km2 m2 sqmi sqft sqyd sqin km m cm mm nm um mi yd ft in nmi kn mph km/h m/s ft/s mi/h C F K C-change
F-change K-change lb kg g mg t kt Mt ST LT oz ozt st cwt L ml USgal impgal USfloz impfloz USqt USpt imppt cuft
cuyd cuin cumi m3 km3 cc kW MW GW W hp bhp PS BTU kJ MJ kcal cal kWh MWh GWh TWh J eV keV psi kPa MPa Pa bar
mbar atm inHg mmHg Torr N kN lbf kgf Nm ftlbf lbft kg/m3 lb/cuft g/cm3 m3/s cuft/s l/s USgal/min oilbbl
Moilbbl Goilbbl koilbbl/d Moilbbl/d oilbbl/d Tcuft e9cuft e6acre e3acre e6ha e6km2 e9m3 e12cuft e6bbl e6USgal
MUSgal MUSgal/d e6carat e6ST /km2 /sqmi PD/km2 PD/sqmi mpgus ly AU pc kpc Mpc hand furlong chain rod fathom
league verst carat grain bushel USbsh impbsh MHz GHz kHz g0 deg TEU DWton GRT kt(TNT) W/m2 m/s2 kg/ha lb/acre
BTU/h foot feet miles knots tonnes hectares kmh kph e3sqmi e6sqft gCO2/km
""".split()  # noqa: SIM905


@pytest.mark.parametrize("code", CODES)
def test_every_code_is_shown_and_not_raw(code):
    shown = known_unit(code)
    assert shown is not None
    assert shown.isupper() or not any(
        raw in shown for raw in ("e3", "e6", "e9", "e12", "oilbbl", "sq mi2", "cuft", "-change")
    )


@pytest.mark.parametrize(
    ("wikitext", "text"),
    [
        ("{{convert|3|e6acre|km2}}", "3 million acres"),
        ("{{convert|40|e6oilbbl|m3}}", "40 million barrels"),
        ("{{convert|1.2|Moilbbl/d}}", "1.2 million barrels per day"),
        ("{{convert|35|Tcuft}}", "35 trillion cubic feet"),
        ("{{convert|4|e9m3}}", "4 billion cubic metres"),
        ("{{convert|7|e9cuft/d}}", "7 billion cubic feet per day"),
        ("{{convert|6|e6m3|sp=us}}", "6 million cubic meters"),
        ("{{convert|6|e6m3|abbr=on}}", "6×10^6 m³"),
        ("{{convert|9|Mly}}", "9 Mly"),
        ("{{cvt|8|nmi}} and {{cvt|3|ha}}", "8 nmi and 3 ha"),
        ("{{convert|2|C-change|F-change}}", "2 °C"),
        ("{{convert|30|°F-change}}", "30 °F"),
        ("{{convert|70|PD/sqmi}}", "70 inhabitants per square mile"),
        ("{{convert|80|/km2|abbr=on}}", "80/km²"),
        ("{{convert|2|Mach}}", "Mach 2"),
        ("{{convert|15|ktTNT}}", "15 kilotons of TNT"),
        ("{{convert|8 to 9|sq mi}}", "8 to 9 sq mi"),
        ("{{convert|4x5|ft}}", "4 × 5 ft"),
        ("{{convert|9|mi|abbr=off}}", "9 miles"),
        ("{{convert|7|e6USbbl|abbr=unit}}", "7 million US barrels"),
        ("a {{convert|12|foot|adj=on}} wall", "a 12-foot wall"),
        ("{{convert|-5|F}}", "−5 °F"),
        ("{{convert|12500|mi}}", "12,500 mi"),
        ("{{convert|12500|mi|comma=off}}", "12500 mi"),
        ("{{convert|1|acre}}", "1 acre"),
        ("a {{convert|7|acre|ha|adj=on}} park", "a 7-acre park"),
        ("a {{convert|12|ft|m|adj=on}} wall", "a 12-foot wall"),
        ("a {{convert|12|m|ft|adj=mid|-high}} wall", "a 12-metre-high wall"),
        ("a {{convert|12|m|ft|adj=on|sp=us}} wall", "a 12-meter wall"),
        ("a {{cvt|12|ft|m|adj=on}} wall", "a 12 ft wall"),
        ("{{convert|6|ft|3|in|cm}}", "6 ft 3 in"),
        ("{{convert|11|st|4|lb}}", "11 st 4 lb"),
        ("{{convert|2+1/4|in}}", "2 1/4 in"),
        ("{{convert|30|to|40|kg}}", "30 to 40 kg"),
        ("{{convert|30|-|40|kg}}", "30–40 kg"),
        ("{{convert|4|by|6|m}}", "4 by 6 m"),
        ("{{convert|4|x|6|x|8|m}}", "4 × 6 × 8 m"),
        ("{{convert|2.5e6|km2}}", "2.5×10^6 km²"),
        ("{{convert|3|mi|spell=in}}", "three miles"),
        ("{{convert|2.5|acre|spell=in}}", "two point five acres"),
        ("{{convert|1/2|mi|spell=in}}", "one-half mile"),
        ("{{convert|2+3/4|mi|spell=In}}", "Two and three-quarters miles"),
        ("{{convert|1/4|mi|abbr=off}}", "1/4 mile"),
        ("{{convert|20|$/acre}}", "$20 per acre"),
        ("{{track gauge|1435mm}}", "1,435 mm"),
    ],
)
def test_convert_shows_what_was_entered(wikitext, text):
    assert plain_text(f"It is {wikitext} there.") == f"It is {text} there."


def test_an_unknown_code_is_not_shown():
    assert known_unit("wibble") is None
    assert plain_text("It is {{convert|3|wibble|m}} long.") == "It is long."
