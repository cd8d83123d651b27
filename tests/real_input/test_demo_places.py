"""The synthetic gemeente's BAG and areas have the form, and Zaanstad's facts, of the real ones."""

import json
import re
import zipfile
from io import BytesIO
from itertools import combinations

import pytest
from lxml import etree

from demo import gebieden, generate

#: Elements of the format that the real sample happens not to hold.
NOT_IN_SAMPLE = re.compile(
    r"huisnummertoevoeging$|tijdstip(Inactief|InactiefLV|NietBagLV)$"
    r"|(eindGeldigheid|eindRegistratie|tijdstipEindRegistratieLV)$"
    r"|Ligplaats/heeftAlsNevenadres"
)


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """Per type of object the objects of an extract."""
    folder = tmp_path_factory.mktemp("made")
    (path,) = generate.generate(folder, persons=3000, months=1, deliveries=["bag_adressen"])
    found = {}
    with zipfile.ZipFile(path) as outer:
        for name in outer.namelist():
            if name.endswith(".zip"):
                with zipfile.ZipFile(BytesIO(outer.read(name))) as inner:
                    tree = etree.fromstring(inner.read(inner.namelist()[0]))
                found[name[4:7]] = [each[0] for each in tree.iter("{*}bagObject")]
    return found


def test_objects_have_the_elements_of_the_real_extract_in_the_same_order(real_input, made):
    folder = real_input / "bag" / "BAGNLDL-15092020-small"
    for kind, ours in made.items():
        sample = etree.parse(next(folder.glob(f"*{kind}*.xml")))
        real = [next(each.iterchildren("{*}*")) for each in sample.iter("{*}bagObject")]
        assert {p for p in _paths(ours) - _paths(real) if not NOT_IN_SAMPLE.search(p)} == set()
        missing = _paths(real) - _paths(ours)
        assert missing == set()
        order = {pair for each in real for pair in _pairs(each)}
        for each in ours[:500]:
            assert not {(after, before) for before, after in _pairs(each)} & order


def _pairs(each: etree._Element) -> list[tuple[str, str]]:
    """Which element stands before which."""
    names = dict.fromkeys(etree.QName(child).localname for child in each.iterchildren("{*}*"))
    return list(combinations(names, 2))


def _paths(found: list[etree._Element]) -> set[str]:
    paths = set()
    for each in found:
        for element in each.iter("{*}*"):
            above = [etree.QName(up).localname for up in element.iterancestors("{*}*")]
            root = above.index("bagObject")
            names = [*reversed(above[:root]), etree.QName(element).localname]
            paths.add("/".join(names))
            paths.update("/".join([*names, f"@{name!s}"]) for name in element.attrib)
    return paths


def test_the_table_of_zaanstad_agrees_with_the_map_of_cbs(real_input):
    file = real_input / "gebieden" / "buurt_zaanstad_2017.geojson"
    features = json.loads(file.read_text(encoding="utf-8"))["features"]
    real = {
        each["properties"]["bu_code"]: (
            each["properties"]["bu_naam"],
            each["properties"]["wk_code"],
            each["properties"]["aant_inw"],
            each["properties"]["aantal_hh"],
        )
        for each in features
    }
    ours = {
        buurt.code: (buurt.name, buurt.wijk, buurt.inhabitants, buurt.households)
        for buurt in gebieden.division(479, 1).buurten
    }
    assert ours == real
