from agentsflare_kimi import KimiSettings
from agentsflare_kimi.options import SHARED_FIELDS, SettingsOptions


def test_type_checkers_know_every_setting_as_a_keyword():
    stated = SettingsOptions.__annotations__.keys()

    assert stated == KimiSettings.model_fields.keys() - set(SHARED_FIELDS)
