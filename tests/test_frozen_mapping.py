import copy
import json
import pickle

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agentsflare_kimi.frozen_mapping import FrozenMapping


@given(st.dictionaries(st.text(), st.integers()))
def test_a_frozen_mapping_is_a_dict_that_nothing_changes(items):
    mapping = FrozenMapping(items)

    assert mapping == items
    assert copy.deepcopy(mapping) == pickle.loads(pickle.dumps(mapping)) == mapping
    assert json.loads(json.dumps(mapping)) == items
    assert hash(mapping) == hash(FrozenMapping(items))
    for change in (
        lambda: mapping.update(x=1),
        lambda: mapping.__setitem__("x", 1),
        lambda: mapping.pop("x", None),
        lambda: mapping.setdefault("x", 1),
        lambda: mapping.__ior__({"x": 1}),
        mapping.clear,
    ):
        with pytest.raises(TypeError, match="cannot be changed"):
            change()
    assert mapping == items
